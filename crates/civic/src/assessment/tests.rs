//! Schemes, points, periods, appeals and draws.

use super::*;
use crate::id::{AccountId, MatterId};
use crate::kpi::Kpi;
use crate::measure::Measure;

fn kpis() -> Vec<Kpi> {
    Kpi::parse(include_str!("../../../../packs/base/kpi.toml")).unwrap()
}

fn community() -> Scheme {
    let text = include_str!("../../../../packs/base/assessments/community.toml");
    Scheme::parse("community.toml", text, &kpis()).unwrap_or_else(|p| panic!("{p:#?}"))
}

/// What is wrong with a scheme of these lines.
fn said(head: &str, indicators: &str) -> Vec<String> {
    let text = format!(
        "[scheme]\ncode = 's'\nversion = 1\nname = 'n'\ntext = 't'\nsource = 's'\nappeal_days = 7\n{head}\n{indicators}"
    );
    let problems = Scheme::parse("s.toml", &text, &kpis()).err();
    let problems = problems.unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

const AREA: &str = "subject = 'area'\nlevel = 'community'";
const CLOSING: &str = "[[indicator]]\ncode = 'c'\nname = '办结率'\nkpi = 'closing_rate'\nfull = 99\nzero = 80\nmin = 5\n";

fn done(account: i64) -> Done {
    Done {
        by: By {
            account: AccountId(account),
            name: format!("甲{account}"),
            title: "书记".into(),
        },
        at: Instant(5),
    }
}

fn assessed(scheme: &Scheme, counted: &[(&str, i64, i64)]) -> Assessed {
    let figures = counted.iter().map(|(code, n, d)| {
        let indicator = scheme.indicator(code).unwrap();
        Figure::of(indicator, (*n, *d))
    });
    Assessed {
        no: 1,
        subject: Subject::Area(AreaId(4)),
        area: AreaId(4),
        name: "坂头社区".into(),
        holder: None,
        from: Day(0),
        to: Day(30),
        figures: figures.collect(),
        watch: Watch::default(),
        manual: Vec::new(),
        appeals: Vec::new(),
    }
}

fn period() -> Assessment {
    Assessment {
        id: AssessmentId(1),
        area: AreaId(2),
        name: "一季度".into(),
        scheme: community(),
        from: Day(0),
        to: Day(30),
        opened: done(1),
        seed: None,
        calculated: None,
        published: None,
        appeals_until: None,
        frozen: None,
        digest: None,
        round: None,
    }
}

#[test]
fn the_schemes_of_the_base_pack_are_right_and_stand_on_the_catalogue() {
    for text in [
        include_str!("../../../../packs/base/assessments/department.toml"),
        include_str!("../../../../packs/base/assessments/grid_head.toml"),
        include_str!("../../../../packs/base/assessments/unit_head.toml"),
    ] {
        let scheme = Scheme::parse("x.toml", text, &kpis()).unwrap_or_else(|p| panic!("{p:#?}"));
        assert!(scheme.indicators.iter().all(|i| i.points > 0));
    }
    let scheme = community();
    let closing = scheme.indicator("closing").unwrap();
    assert_eq!(closing.version(), Some(1));
    let Basis::Kpi(kpi) = &closing.basis else {
        panic!("the closing rate is a formula of the catalogue");
    };
    assert_eq!(kpi.numerator, [Measure::Closed]);
}

#[test]
fn log_ins_check_ins_and_uploads_are_no_ground_of_assessment() {
    for name in [
        "登录次数",
        "每日签到率",
        "打卡天数",
        "照片上传数",
        "活跃度",
        "App Login rate",
        "点赞数",
    ] {
        let line = format!(
            "[[indicator]]\ncode = 'c'\nname = '{name}'\nkpi = 'closing_rate'\npoints = 100\nfull = 99\nzero = 80\nmin = 5\n"
        );
        let found = said(AREA, &line);
        assert!(
            found.len() == 1 && found[0].contains("[banned_ground]"),
            "{name}: {found:?}"
        );
    }
    let manual = "[[indicator]]\ncode = 'm'\nname = '工作痕迹'\nmanual = '按系统在线时长给分'\npoints = 100\n";
    assert!(said(AREA, manual)[0].contains("“在线”不能作为考核依据"));
    let ranked = format!("{AREA}\nranking = true");
    assert!(
        said(&ranked, "")[0].contains("syntax"),
        "there is no ranking to switch on"
    );
    let points = format!("{CLOSING}points = 100\n");
    assert_eq!(
        said(AREA, &points),
        [""; 0],
        "signing for work in time is no check-in"
    );
}

#[test]
fn every_fault_of_a_scheme_is_said_at_once() {
    let head = "subject = 'department'\nlevel = 'grid'\nroles = ['resident']";
    let lines = format!(
        "{CLOSING}points = 60\n\
         [[indicator]]\ncode = 'c'\nname = '在办'\nkpi = 'none'\ncheck = 'failed'\npoints = 10\n\
         [[indicator]]\ncode = 'f'\nname = '抽查'\ncheck = 'failed'\npoints = 10\nfull = 5\nzero = 5\nmin = 1\n"
    );
    let codes: Vec<String> = said(head, &lines)
        .iter()
        .map(|p| p.split(['[', ']']).nth(1).unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        codes,
        [
            "bad_level",
            "bad_role",
            "bad_role",
            "not_of_departments",
            "bad_basis",
            "bad_bounds",
            "bad_min",
            "duplicate",
            "no_sample",
            "bad_bounds",
            "bad_sum"
        ]
    );
}

#[test]
fn points_go_in_a_line_from_none_to_all_in_whole_hundredths() {
    let scheme = community();
    let closing = scheme.indicator("closing").unwrap();
    let of = |n, d| closing.points_of(n, d);
    assert_eq!((of(99, 100), of(120, 100)), (Some(2_000), Some(2_000)));
    assert_eq!((of(80, 100), of(10, 100)), (Some(0), Some(0)));
    // 9 / 19 of 20 points.
    assert_eq!(of(89, 100), Some(947));
    assert_eq!((of(4, 4), of(0, 0)), (None, None), "too few cases");
    let failed = scheme.indicator("failed").unwrap();
    let of = |n, d| failed.points_of(n, d);
    assert_eq!(
        (of(0, 5), of(1, 5), of(2, 5)),
        (Some(1_000), Some(500), Some(0))
    );
}

#[test]
fn the_total_leaves_out_what_is_not_scored_and_says_nothing_where_little_is_known() {
    let scheme = community();
    let all = [
        ("same_day", 10, 10),
        ("closing", 99, 100),
        ("solved", 75, 100),
    ];
    let one = assessed(&scheme, &all);
    // 20 of 20, 20 of 20, 7.5 of 15: 47.5 of 55.
    assert_eq!(one.total(&scheme), Some(8_636));
    let few = assessed(&scheme, &all[..2]);
    assert_eq!(few.total(&scheme), None, "40 of 100 points say too little");
    let at_base = scheme.indicator("at_base").unwrap();
    assert_eq!(one.score(at_base), Score::TooFew);
    let review = scheme.indicator("review").unwrap();
    assert_eq!(one.score(review).word(), "未测评，不计分");
}

#[test]
fn what_people_give_has_a_ground_and_the_last_one_counts() {
    let scheme = community();
    let mut one = assessed(&scheme, &[]);
    let manual = |indicator: &str, points, words: &str| Manual {
        indicator: indicator.into(),
        points,
        words: words.into(),
        done: done(2),
    };
    assert!(one.give(&scheme, manual("closing", 100, "w")).is_err());
    assert!(one.give(&scheme, manual("review", 501, "w")).is_err());
    assert!(one.give(&scheme, manual("review", 400, " ")).is_err());
    one.give(&scheme, manual("review", 400, "会议")).unwrap();
    one.give(&scheme, manual("review", 450, "票数更正"))
        .unwrap();
    let review = scheme.indicator("review").unwrap();
    assert_eq!(
        (one.score(review), one.manual.len()),
        (Score::Given(450), 2)
    );
}

#[test]
fn a_correction_stands_beside_what_was_computed() {
    let scheme = community();
    let mut one = assessed(&scheme, &[("closing", 80, 100)]);
    let closing = scheme.indicator("closing").unwrap();
    one.appeal(&scheme, "closing", "三件由市里直接办结", done(7))
        .unwrap();
    let again = one.appeal(&scheme, "closing", "再次", done(7)).unwrap_err();
    assert!(again.to_string().contains("正在处理"), "{again}");
    let ruling = |account, points, words: &str| Ruling {
        done: done(account),
        points,
        words: words.into(),
    };
    assert!(matches!(
        one.rule(&scheme, 1, ruling(7, None, "w")),
        Err(Refusal::Denied(_))
    ));
    assert!(matches!(
        one.rule(&scheme, 1, ruling(2, Some(2_001), "w")),
        Err(Refusal::Invalid(_))
    ));
    one.rule(&scheme, 1, ruling(2, Some(1_200), "属实"))
        .unwrap();
    assert_eq!(one.score(closing), Score::Corrected(1_200));
    assert_eq!(
        one.figure("closing").unwrap().points,
        Some(0),
        "the computed one stays"
    );
    assert!(matches!(
        one.rule(&scheme, 1, ruling(2, None, "w")),
        Err(Refusal::Conflict(_))
    ));
    one.appeal(&scheme, "closing", "还有一件", done(7)).unwrap();
    one.rule(&scheme, 2, ruling(2, None, "不成立")).unwrap();
    assert_eq!(
        one.score(closing),
        Score::Corrected(1_200),
        "the first stands"
    );
}

#[test]
fn a_period_goes_from_calculation_to_freezing_and_then_stands_still() {
    let mut period = period();
    assert!(
        period.may_calculate(Day(30)).is_err(),
        "its last day is not over"
    );
    period.may_calculate(Day(31)).unwrap();
    assert!(
        period.publish(done(1), Day(31), 0).is_err(),
        "nothing is calculated"
    );
    period.calculated = Some(Instant(9));
    assert!(
        period
            .publish(done(1), Day(31), 2)
            .unwrap_err()
            .to_string()
            .contains("2 件抽查")
    );
    assert!(period.may_appeal(Day(31)).is_err());
    period.publish(done(1), Day(31), 0).unwrap();
    assert!(period.may_calculate(Day(32)).is_err() && period.may_mark().is_err());
    period.may_appeal(Day(38)).unwrap();
    assert!(period.may_appeal(Day(39)).is_err());

    let scheme = period.scheme.clone();
    let mut all = vec![assessed(&scheme, &[("closing", 80, 100)])];
    all[0].appeal(&scheme, "closing", "有误", done(7)).unwrap();
    let waits = period.freeze(done(1), Day(39), &all, &[]).unwrap_err();
    assert!(waits.to_string().contains("1 件申诉"), "{waits}");
    let ruling = Ruling {
        done: done(2),
        points: None,
        words: "核对无误".into(),
    };
    all[0].rule(&scheme, 1, ruling).unwrap();
    assert!(
        period.freeze(done(1), Day(38), &all, &[]).is_err(),
        "appeals are open"
    );
    period.freeze(done(1), Day(39), &all, &[]).unwrap();
    assert_eq!(period.digest, Some(period.digest_of(&all, &[])));
    assert!(period.may_rule().is_err() && period.may_appeal(Day(38)).is_err());
    assert!(period.freeze(done(1), Day(40), &all, &[]).is_err());
    all[0].figures[0].numerator = 99;
    assert_ne!(
        period.digest,
        Some(period.digest_of(&all, &[])),
        "a changed figure shows"
    );
}

#[test]
fn the_same_seed_draws_the_same_matters_in_whatever_order_they_come() {
    let closed: Vec<MatterId> = (1..=40).map(MatterId).collect();
    let mut turned = closed.clone();
    turned.reverse();
    let drawn = draw("seed", &closed, 5);
    assert_eq!((drawn.len(), &drawn), (5, &draw("seed", &turned, 5)));
    assert_ne!(drawn, draw("other", &closed, 5));
    assert_eq!(draw("seed", &closed[..2], 5).len(), 2);
}

#[test]
fn a_failed_check_says_what_does_not_hold() {
    let mut recheck = Recheck {
        matter: MatterId(1),
        no: "1".into(),
        subjects: vec![Subject::Area(AreaId(4))],
        verdict: None,
    };
    let verdict = |holds, words: &str| Verdict {
        done: done(2),
        holds,
        words: words.into(),
    };
    assert!(recheck.mark(verdict(false, " ")).is_err());
    recheck.mark(verdict(true, "")).unwrap();
    recheck.mark(verdict(false, "现场仍有垃圾")).unwrap();
    assert_eq!(recheck.verdict.map(|v| v.holds), Some(false));
}
