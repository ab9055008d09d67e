use super::*;
use expect_test::expect;
use proptest::prelude::*;

fn check(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| match Limit::parse(text) {
            Ok(limit) => format!("{text} = {limit} ({:?})\n", limit.unit),
            Err(problem) => format!("{text} ! {}\n", problem.code),
        })
        .collect()
}

#[test]
fn the_texts_of_the_city_tables_are_read() {
    expect![[r#"
        2紧急工作时 = 2紧急工作时 (UrgentHours)
        1紧急工作日 = 24紧急工作时 (UrgentHours)
        4小时 = 4工作时 (WorkingHours)
        2天/2工作日 = 2工作日 (WorkingDays)
        4工作时 = 4工作时 (WorkingHours)
        2工作日 = 2工作日 (WorkingDays)
        30分钟 = 30分钟 (WorkingMinutes)
        15紧急分钟 = 15紧急分钟 (UrgentMinutes)
        7天 = 7天 (CalendarDays)
        10 个工作日 = 10工作日 (WorkingDays)
        30个自然日 = 30天 (CalendarDays)
        １０工作时 = 10工作时 (WorkingHours)
    "#]]
    .assert_eq(&check(&[
        "2紧急工作时",
        "1紧急工作日",
        "4小时",
        "2天/2工作日",
        "4工作时",
        "2工作日",
        "30分钟",
        "15紧急分钟",
        "7天",
        "10 个工作日",
        "30个自然日",
        "\u{ff11}\u{ff10}工作时",
    ]));
}

#[test]
fn a_text_that_is_no_limit_is_refused_with_its_reason() {
    expect![[r#"
         ! bad_limit
        尽快 ! bad_limit
        工作日 ! bad_limit
        3 ! bad_limit
        3周 ! bad_limit
        -2天 ! bad_limit
        0工作日 ! zero_limit
        4000工作日 ! limit_too_long
        99999999999999天 ! limit_too_long
        2天/3工作日 ! bad_limit
        2工作时/2工作日 ! bad_limit
    "#]]
    .assert_eq(&check(&[
        "",
        "尽快",
        "工作日",
        "3",
        "3周",
        "-2天",
        "0工作日",
        "4000工作日",
        "99999999999999天",
        "2天/3工作日",
        "2工作时/2工作日",
    ]));
}

#[test]
fn the_refusal_names_what_is_accepted() {
    expect!["时限“3周”看不懂，请写成数字加单位，单位可用：工作时、紧急工作时、工作日、天、分钟、紧急分钟，例如“4工作时”“2紧急工作时”“5工作日”“7天”。"]
        .assert_eq(&Limit::parse("3周").unwrap_err().message);
}

#[test]
fn a_limit_travels_as_its_chinese_text() {
    let limit = Limit::new(5, LimitUnit::WorkingDays);
    expect![[r#""5工作日""#]].assert_eq(&serde_json::to_string(&limit).unwrap());
    assert!(serde_json::from_str::<Limit>(r#""五天""#).is_err());
}

proptest! {
    #[test]
    fn a_written_limit_reads_back_as_itself(amount in 1_u32..=3650, unit in 0_usize..6) {
        use LimitUnit::*;
        let unit = [WorkingMinutes, WorkingHours, UrgentMinutes, UrgentHours, WorkingDays, CalendarDays][unit];
        let limit = Limit::new(amount, unit);
        prop_assert_eq!(Limit::parse(&limit.to_string()).unwrap(), limit);
    }
}
