use super::*;
use expect_test::expect;
use proptest::prelude::*;

const CHINA: Zone = Zone::CHINA;

#[test]
fn the_day_changes_at_midnight_in_china_and_not_at_midnight_utc() {
    let before = Instant(1_795_363_199_999); // 2026-11-22T15:59:59.999Z
    let after = before.plus_ms(1);
    expect!["2026-11-22 23:59 | 2026-11-23 00:00"].assert_eq(&format!(
        "{} | {}",
        CHINA.format(before),
        CHINA.format(after)
    ));
    assert_eq!(CHINA.day_of(after).0, CHINA.day_of(before).0 + 1);
    assert_eq!(CHINA.minute_of_day(after), 0);
}

#[test]
fn the_end_of_a_day_is_the_start_of_the_next() {
    let day = Day::from_ymd(2026, 2, 28).unwrap();
    expect!["2026-03-01 00:00"].assert_eq(&CHINA.format(CHINA.end_of(day)));
    assert_eq!(CHINA.day_of(CHINA.end_of(day).plus_ms(-1)), day);
}

#[test]
fn a_day_knows_its_week_and_its_month() {
    let say = |y, m, d| {
        let day = Day::from_ymd(y, m, d).unwrap();
        format!(
            "{day} {} {} {} {}",
            day.0,
            day.weekday_name(),
            day.month(),
            day.first_of_month()
        )
    };
    expect![[r#"
        1970-01-01 0 星期四 197001 1970-01-01
        1969-12-31 -1 星期三 196912 1969-12-01
        2026-11-22 20779 星期日 202611 2026-11-01
        2028-02-29 21243 星期二 202802 2028-02-01
    "#]]
    .assert_eq(&format!(
        "{}\n{}\n{}\n{}\n",
        say(1970, 1, 1),
        say(1969, 12, 31),
        say(2026, 11, 22),
        say(2028, 2, 29)
    ));
}

#[test]
fn texts_that_are_no_date_are_refused_with_the_format_to_use() {
    let check = |text: &str| match CHINA.parse(text) {
        Ok(instant) => CHINA.format(instant),
        Err(problem) => problem.to_string(),
    };
    let said = [
        "2026-11-22 15:26",
        " 2026/1/5T8:05:59 ",
        "2026-11-22",
        "2026-02-30",
        "26-13-01",
        "2026-300-01",
        "2026-11-22 24:00",
        "2026-11-22 15",
        "2026-11-22 15:26:00:00",
        "",
        "明天",
    ]
    .map(check)
    .join("\n");
    expect![[r#"
        2026-11-22 15:26
        2026-01-05 08:05
        2026-11-22 00:00
         [bad_date] “2026-02-30”不是有效的日期，请按“2026-11-22”的格式填写。
         [bad_date] “26-13-01”不是有效的日期，请按“2026-11-22”的格式填写。
         [bad_date] “2026-300-01”不是有效的日期，请按“2026-11-22”的格式填写。
         [bad_time] “2026-11-22 24:00”不是有效的时间，请按“2026-11-22 15:26”的格式填写。
         [bad_time] “2026-11-22 15”不是有效的时间，请按“2026-11-22 15:26”的格式填写。
         [bad_time] “2026-11-22 15:26:00:00”不是有效的时间，请按“2026-11-22 15:26”的格式填写。
         [bad_date] “”不是有效的日期，请按“2026-11-22”的格式填写。
         [bad_date] “明天”不是有效的日期，请按“2026-11-22”的格式填写。"#]]
    .assert_eq(&said);
}

#[test]
fn instants_and_days_are_bare_numbers_in_json() {
    let text = serde_json::to_string(&(Instant(5), Day(-1), CHINA)).unwrap();
    expect!["[5,-1,480]"].assert_eq(&text);
    assert_eq!(
        serde_json::from_str::<(Instant, Day, Zone)>(&text).unwrap(),
        (Instant(5), Day(-1), CHINA)
    );
}

#[test]
fn days_beyond_the_calendar_do_not_panic() {
    expect!["9999-12-31 -9999-01-01"].assert_eq(&format!("{} {}", Day(i64::MAX), Day(i64::MIN)));
    assert!(CHINA.start_of(Day(i64::MAX)) >= CHINA.start_of(Day(0)));
}

proptest! {
    #[test]
    fn every_written_day_reads_back_as_itself(number in -700_000_i64..2_900_000) {
        let day = Day(number);
        prop_assume!(day.year() >= 1000);
        prop_assert_eq!(Day::parse(&day.to_string()).unwrap(), day);
        let (y, m, d) = day.ymd();
        prop_assert_eq!(Day::from_ymd(y, m, d), Some(day));
    }

    #[test]
    fn every_moment_lies_within_its_own_day(ms in -10_000_000_000_000_i64..100_000_000_000_000, offset in -720_i32..=840) {
        let zone = Zone { offset_minutes: offset };
        let instant = Instant(ms);
        let day = zone.day_of(instant);
        prop_assert!(zone.start_of(day) <= instant && instant < zone.end_of(day));
        prop_assert_eq!(zone.start_of(day).plus_ms(zone.ms_of_day(instant)), instant);
    }
}
