use super::*;
use expect_test::expect;
use proptest::prelude::*;
use std::sync::LazyLock;

const CHINA: Zone = Zone::CHINA;

fn china() -> Calendar {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
        let csv = include_str!("../../../../packs/base/calendar.csv");
        Calendar::parse("calendar.csv", "2026", CHINA, csv).unwrap()
    });
    CALENDAR.clone()
}

fn at(text: &str) -> Instant {
    CHINA.parse(text).unwrap()
}

fn limit(text: &str) -> Limit {
    Limit::parse(text).unwrap()
}

/// `start + limit = due`, a line for each.
fn due(calendar: &Calendar, cases: &[(&str, &str)]) -> String {
    cases
        .iter()
        .map(|(start, text)| {
            let due = calendar.add(at(start), limit(text));
            let day = calendar.zone().day_of(due).weekday_name();
            format!("{start} + {text} = {} {day}\n", CHINA.format(due))
        })
        .collect()
}

fn problems(csv: &str) -> String {
    let found = Calendar::parse("calendar.csv", "1", CHINA, csv).unwrap_err();
    found
        .iter()
        .map(|p| format!("{} {}\n", p.code, p.message))
        .collect()
}

#[test]
fn working_hours_skip_the_noon_the_night_and_the_weekend() {
    expect![[r#"
        2026-11-20 09:00 + 2工作时 = 2026-11-20 11:00 星期五
        2026-11-20 11:00 + 2工作时 = 2026-11-20 15:00 星期五
        2026-11-20 11:00 + 1工作时 = 2026-11-20 12:00 星期五
        2026-11-20 12:30 + 4工作时 = 2026-11-20 18:00 星期五
        2026-11-20 17:30 + 30分钟 = 2026-11-20 18:00 星期五
        2026-11-20 17:30 + 31分钟 = 2026-11-23 08:01 星期一
        2026-11-22 15:26 + 2工作时 = 2026-11-23 10:00 星期一
        2026-11-22 15:26 + 1工作日 = 2026-11-23 18:00 星期一
        2026-11-20 10:00 + 1工作日 = 2026-11-23 10:00 星期一
        2026-11-20 10:00 + 5工作日 = 2026-11-27 10:00 星期五
    "#]]
    .assert_eq(&due(
        &china(),
        &[
            ("2026-11-20 09:00", "2工作时"),
            ("2026-11-20 11:00", "2工作时"),
            ("2026-11-20 11:00", "1工作时"),
            ("2026-11-20 12:30", "4工作时"),
            ("2026-11-20 17:30", "30分钟"),
            ("2026-11-20 17:30", "31分钟"),
            ("2026-11-22 15:26", "2工作时"),
            ("2026-11-22 15:26", "1工作日"),
            ("2026-11-20 10:00", "1工作日"),
            ("2026-11-20 10:00", "5工作日"),
        ],
    ));
}

#[test]
fn spring_festival_is_skipped_and_its_make_up_days_count() {
    // 2026: off from Sunday 15 to Monday 23 February; Saturdays 14 and 28 February are worked.
    let calendar = china();
    expect![[r#"
        2026-02-13 17:00 + 2工作时 = 2026-02-14 09:00 星期六
        2026-02-14 17:00 + 2工作时 = 2026-02-24 09:00 星期二
        2026-02-14 17:00 + 1工作日 = 2026-02-24 17:00 星期二
        2026-02-24 08:00 + 5工作日 = 2026-02-28 18:00 星期六
        2026-02-14 17:00 + 2紧急工作时 = 2026-02-14 19:00 星期六
        2026-02-14 23:30 + 1紧急工作日 = 2026-02-15 23:30 星期日
        2026-02-14 17:00 + 7天 = 2026-02-21 17:00 星期六
    "#]]
    .assert_eq(&due(
        &calendar,
        &[
            ("2026-02-13 17:00", "2工作时"),
            ("2026-02-14 17:00", "2工作时"),
            ("2026-02-14 17:00", "1工作日"),
            ("2026-02-24 08:00", "5工作日"),
            ("2026-02-14 17:00", "2紧急工作时"),
            ("2026-02-14 23:30", "1紧急工作日"),
            ("2026-02-14 17:00", "7天"),
        ],
    ));
    let special = calendar.special(Day::parse("2026-02-14").unwrap()).unwrap();
    assert_eq!(
        (special.kind, special.name.as_str()),
        (DayKind::Workday, "春节")
    );
}

#[test]
fn a_paused_clock_resumes_with_what_was_left() {
    let calendar = china();
    let two_days = limit("2工作日");
    let used = calendar.elapsed(
        two_days.unit,
        at("2026-11-20 10:00"),
        at("2026-11-20 16:00"),
    );
    assert_eq!(used, 4 * HOUR_MS);
    let left = calendar.remaining(two_days, used);
    let due = calendar.add_ms(at("2026-12-01 08:00"), two_days.unit, left);
    expect!["2026-12-02 12:00"].assert_eq(&CHINA.format(due));
    let overrun = calendar.remaining(two_days, 30 * HOUR_MS);
    assert_eq!(calendar.add_ms(due, two_days.unit, overrun), due);
}

#[test]
fn triage_is_due_at_midnight_on_holidays_too() {
    let calendar = china();
    let late = Some(LateWindow {
        from: 1200,
        due: 540,
    });
    let say = |text: &str, late| CHINA.format(calendar.same_day_due(at(text), late));
    expect!["2026-02-18 00:00 2026-02-18 00:00 2026-02-18 00:00 2026-02-18 09:00"].assert_eq(
        &[
            say("2026-02-17 00:00", None),
            say("2026-02-17 23:59", None),
            say("2026-02-17 19:59", late),
            say("2026-02-17 20:00", late),
        ]
        .join(" "),
    );
}

#[test]
fn the_calendar_says_how_far_it_reaches_and_assumes_weekends_after_it() {
    let calendar = china();
    let day = |text: &str| Day::parse(text).unwrap();
    expect!["2026-12-31"].assert_eq(&calendar.reach().unwrap().to_string());
    assert!(calendar.covers(day("2004-01-01")) && calendar.covers(day("2026-12-31")));
    assert!(!calendar.covers(day("2003-12-31")) && !calendar.covers(day("2027-01-01")));
    assert!(
        calendar.is_working_day(day("2027-01-01")),
        "a Friday nobody has declared free yet"
    );
    assert!(!calendar.is_working_day(day("2027-01-02")));
    assert_eq!(Calendar::weekends_only(CHINA).reach(), None);
    expect![[r#"
        2026-12-31 17:00 + 2工作时 = 2027-01-01 09:00 星期五
        2003-12-31 17:00 + 2工作时 = 2004-01-02 09:00 星期五
    "#]]
    .assert_eq(&due(
        &calendar,
        &[
            ("2026-12-31 17:00", "2工作时"),
            ("2003-12-31 17:00", "2工作时"),
        ],
    ));
}

#[test]
fn a_broken_file_names_every_line_that_must_be_mended() {
    expect![[r#"
        bad_date 第 2 行：“2026-02-30”不是有效的日期，请按“2026-11-22”的格式填写。
        unknown_kind 第 3 行：类型“off”不认识，请填写 holiday（放假）或 workday（调休上班）。
        duplicate_day 第 5 行：2026-01-01 在第 4 行已经出现，请删去其中一行。
        bad_row 第 6 行：应有三列：日期、类型、名称，请补全或删去多余的逗号。
        out_of_range 第 7 行：日期“3026-01-01”的年份应在 1949 到 2199 之间，请核对。
    "#]]
    .assert_eq(&problems(
        "date,kind,name\n2026-02-30,holiday,春节\n2026-02-17,off,春节\n2026-01-01,holiday,元旦\n\
         2026-01-01,workday,元旦\n2026-01-02,holiday\n3026-01-01,holiday,元旦\n",
    ));
    expect![[r#"
        empty 日历是空的，请至少填写一个年度的法定节假日和调休上班日。
    "#]]
    .assert_eq(&problems(""));
    assert_eq!(problems("date,kind,name\n"), problems(""));
    expect![[r#"
        bad_heading 第 1 行：表头应为 date,kind,name（日期、类型、名称），请补上表头。
    "#]]
    .assert_eq(&problems("2026-01-01,holiday,元旦\n"));
}

#[test]
fn rows_in_any_order_make_the_same_calendar() {
    let sorted = "date,kind,name\n2026-01-01,holiday,元旦\n2026-01-04,workday,元旦\n";
    let mixed = "\u{feff}date,kind,name\n2026-01-04,workday,元旦\n2026-01-01,holiday,元旦\n";
    let read = |csv| Calendar::parse("c", "1", CHINA, csv).unwrap();
    assert_eq!(read(sorted), read(mixed));
}

#[test]
fn other_working_hours_change_the_length_of_a_working_day() {
    let hours = vec![
        Period { from: 480, to: 720 },
        Period {
            from: 870,
            to: 1050,
        },
    ];
    let calendar = china().with_hours(hours).unwrap();
    expect![[r#"
        2026-11-20 10:00 + 1工作日 = 2026-11-23 10:00 星期一
        2026-11-20 08:00 + 1工作日 = 2026-11-20 17:30 星期五
    "#]]
    .assert_eq(&due(
        &calendar,
        &[
            ("2026-11-20 10:00", "1工作日"),
            ("2026-11-20 08:00", "1工作日"),
        ],
    ));
    let overlap = vec![
        Period { from: 480, to: 720 },
        Period {
            from: 700,
            to: 1050,
        },
    ];
    expect!["bad_hours"].assert_eq(&china().with_hours(overlap).unwrap_err().code);
}

fn any_moment() -> impl Strategy<Value = Instant> {
    // 2003 to 2031: before, inside and after the table.
    (1_041_000_000_000_i64..1_950_000_000_000).prop_map(Instant)
}

fn any_limit() -> impl Strategy<Value = Limit> {
    use LimitUnit::*;
    let unit = prop::sample::select(vec![
        WorkingMinutes,
        WorkingHours,
        UrgentMinutes,
        UrgentHours,
        WorkingDays,
        CalendarDays,
    ]);
    (1_u32..400, unit).prop_map(|(amount, unit)| Limit::new(amount, unit))
}

proptest! {
    #[test]
    fn a_later_start_is_never_due_earlier(a in any_moment(), ms in 0_i64..5 * DAY_MS, l in any_limit()) {
        let calendar = china();
        prop_assert!(calendar.add(a, l) <= calendar.add(a.plus_ms(ms), l));
        prop_assert!(calendar.add(a, l) > a);
    }

    #[test]
    fn the_time_used_up_to_the_due_moment_is_the_limit(a in any_moment(), l in any_limit()) {
        let calendar = china();
        let due = calendar.add(a, l);
        prop_assert_eq!(calendar.elapsed(l.unit, a, due), calendar.limit_ms(l));
        prop_assert_eq!(calendar.elapsed(l.unit, due, a), 0);
    }

    #[test]
    fn working_limits_never_end_outside_working_time(a in any_moment(), amount in 1_u32..2000) {
        let calendar = china();
        let due = calendar.add(a, Limit::new(amount, LimitUnit::WorkingMinutes));
        prop_assert!(calendar.is_working_time(due.plus_ms(-1)), "{}", CHINA.format(due));
    }

    #[test]
    fn pausing_anywhere_costs_nothing(a in any_moment(), l in any_limit(), used in 0_i64..20 * DAY_MS, pause in 0_i64..40 * DAY_MS) {
        let calendar = china();
        let stop = a.plus_ms(used);
        let spent = calendar.elapsed(l.unit, a, stop);
        let resume = stop.plus_ms(pause);
        let due = calendar.add_ms(resume, l.unit, calendar.remaining(l, spent));
        let total = spent + calendar.elapsed(l.unit, resume, due);
        prop_assert_eq!(total, calendar.limit_ms(l).max(spent));
    }

    #[test]
    fn the_fast_count_agrees_with_counting_day_by_day(start in 12_000_i64..22_500, length in 0_i64..400) {
        let calendar = china();
        let (from, to) = (Day(start), Day(start + length));
        let slow = (from.0..to.0).map(Day).filter(|day| match calendar.special(*day) {
            Some(special) => special.kind == DayKind::Workday,
            None => !day.is_weekend(),
        });
        prop_assert_eq!(calendar.working_days_between(from, to), slow.count() as i64);
    }
}
