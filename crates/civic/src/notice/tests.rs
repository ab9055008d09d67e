//! The rules of notices on the small city.

use super::*;
use crate::area::tests::small;
use crate::directory::{Actor, Directory};
use crate::id::{AreaId, OrgId, PostId};
use crate::org::{Org, OrgKind};
use crate::post::{Post, Role};
use crate::refusal::Refusal;
use crate::time::{Day, Zone};
use expect_test::expect;
use std::collections::HashMap;

const TODAY: Day = Day(20_000);

fn now() -> Instant {
    Zone::CHINA.at(TODAY, 9, 0)
}

fn post(id: i64, role: Role, seat: Seat) -> Post {
    Post {
        id: PostId(id),
        account: AccountId(id),
        role,
        seat,
        title: None,
        source: "other".into(),
        from: Day(0),
        to: None,
    }
}

fn at(id: i64, role: Role, area: i64) -> Post {
    post(id, role, Seat::Area(AreaId(area)))
}

/// Units 6 and 10 have heads, unit 7 has none; grids 5 and 9 have heads, grid 5 also a worker.
fn posts() -> Vec<Post> {
    vec![
        at(61, Role::UnitHead, 6),
        at(101, Role::UnitHead, 10),
        at(51, Role::GridHead, 5),
        at(52, Role::GridWorker, 5),
        at(91, Role::GridHead, 9),
        at(41, Role::CommunityStaff, 4),
        at(42, Role::CommunityLeader, 4),
        at(81, Role::CommunityStaff, 8),
        at(31, Role::TownDispatcher, 3),
        at(32, Role::TownLeader, 3),
        at(21, Role::CountyCenter, 2),
        at(11, Role::CityCenter, 1),
        post(71, Role::DeptStaff, Seat::Org(OrgId(7))),
    ]
}

fn directory_of(posts: Vec<Post>) -> Directory {
    let org = Org {
        id: OrgId(7),
        parent: None,
        kind: OrgKind::Department,
        line: "housing".into(),
        name: "城厢区住建局".into(),
        area: AreaId(2),
        level: crate::area::Level::County,
    };
    Directory::new(small(), vec![org], posts)
}

fn directory() -> Directory {
    directory_of(posts())
}

fn actor(directory: &Directory, account: i64) -> Actor {
    Actor {
        account: AccountId(account),
        name: format!("第{account}人"),
        posts: directory.posts_of(AccountId(account), TODAY),
        system: false,
    }
}

fn areas(ids: &[i64], roles: &[Role]) -> Scope {
    Scope {
        areas: ids.iter().map(|id| AreaId(*id)).collect(),
        roles: roles.to_vec(),
        ..Scope::default()
    }
}

fn task(scope: Scope) -> Draft {
    Draft {
        kind: Some(Kind::Task),
        answer: Some(Answer::Reply),
        title: "排查堆物".into(),
        text: "请在三天内排查楼道堆物。".into(),
        due: Some(now().plus_hours(72)),
        scope,
        ..Draft::default()
    }
}

fn published(directory: &Directory, account: i64, draft: Draft) -> (Notice, Roster) {
    draft
        .publish(
            directory,
            &actor(directory, account),
            NoticeId(1),
            (now(), TODAY),
        )
        .unwrap()
}

fn refused(directory: &Directory, account: i64, draft: Draft) -> String {
    draft
        .publish(
            directory,
            &actor(directory, account),
            NoticeId(1),
            (now(), TODAY),
        )
        .unwrap_err()
        .to_string()
}

fn ids(directory: &Directory, scope: &Scope) -> Vec<i64> {
    let mut ids: Vec<i64> = scope.recipients(directory, TODAY).map(|p| p.id.0).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_scope_reaches_its_roles_in_its_areas_and_below_and_nobody_twice() {
    let d = directory();
    let heads = areas(
        &[4, 3, 5],
        &[Role::UnitHead, Role::GridHead, Role::UnitHead],
    );
    let heads = heads.tidied(&d.tree);
    assert_eq!(heads.areas, [AreaId(3)], "what lies below adds nobody");
    assert_eq!(ids(&d, &heads), [51, 61, 91, 101]);
    assert_eq!(ids(&d, &areas(&[4], &[Role::UnitHead])), [61]);
    let everybody = Scope {
        orgs: vec![OrgId(7)],
        seats: vec![AreaId(5), AreaId(4)],
        ..areas(&[5], &[Role::GridHead])
    };
    assert_eq!(ids(&d, &everybody), [41, 42, 51, 52, 71]);
    for p in d.posts() {
        let reached = ids(&d, &everybody).contains(&p.id.0);
        assert_eq!(everybody.covers(&d.tree, p), reached, "{}", p.id);
    }
}

#[test]
fn the_preview_counts_by_level_and_says_where_nobody_sits() {
    let d = directory();
    let spread = areas(&[3], &[Role::UnitHead, Role::GridHead]).spread(&d, TODAY);
    let levels: Vec<_> = spread
        .by_level
        .iter()
        .map(|(l, n)| (l.unwrap().code(), *n))
        .collect();
    assert_eq!(
        (spread.posts, levels, spread.vacant),
        (4, vec![("grid", 2), ("unit", 2)], 1)
    );
}

#[test]
fn notices_go_only_downwards_in_the_own_area() {
    let d = directory();
    let said = |account, scope| refused(&d, account, task(scope));
    expect!["“霞林社区”不在您的管辖范围内，只能发给本辖区的下级"]
        .assert_eq(&said(41, areas(&[8], &[Role::UnitHead])));
    expect!["“社区工作者”不是您的下级岗位，只能向下级发布"]
        .assert_eq(&said(41, areas(&[4], &[Role::CommunityStaff])));
    expect!["您的岗位不能发布通知任务；需要发布时请联系上级或所在镇街中心"]
        .assert_eq(&said(61, areas(&[6], &[Role::UnitHead])));
    let org = Scope {
        orgs: vec![OrgId(7)],
        ..Scope::default()
    };
    expect!["“城厢区住建局”不在您的管辖范围内，只能发给本辖区的下级"]
        .assert_eq(&said(31, org.clone()));
    assert_eq!(published(&d, 21, task(org)).1.len(), 1, "the county may");
    expect!["所选范围内现在没有在岗人员，没有人能收到；请改选区域或岗位"]
        .assert_eq(&said(51, areas(&[7], &[Role::UnitHead])));
}

#[test]
fn every_fault_of_a_draft_is_told_at_once() {
    let d = directory();
    let draft = Draft {
        answer: None,
        title: " ".into(),
        due: Some(now()),
        matters: vec![(MatterId(1), "1".into())],
        ..task(areas(&[], &[]))
    };
    let Err(Refusal::Invalid(problems)) =
        draft.publish(&d, &actor(&d, 31), NoticeId(1), (now(), TODAY))
    else {
        panic!("it was published");
    };
    let told: Vec<_> = problems
        .iter()
        .map(|p| format!("{} {}", p.field, p.code))
        .collect();
    assert_eq!(
        told,
        [
            "title required",
            "due bad_time",
            "areas required",
            "matters bulletin_only",
            "answer task"
        ]
    );
}

#[test]
fn a_bulletin_reaches_those_it_names_and_everybody_above_them() {
    let d = directory();
    let bulletin = |scope| Draft {
        kind: Some(Kind::Bulletin),
        answer: None,
        due: None,
        ..task(scope)
    };
    let scope = Scope {
        orgs: vec![OrgId(7)],
        ..areas(&[5], &[])
    };
    let (notice, roster) = published(&d, 21, bulletin(scope));
    assert_eq!(notice.named, [Seat::Area(AreaId(5)), Seat::Org(OrgId(7))]);
    // The grid, its community, its town, the department; not the next community, not the unit below.
    assert_eq!(ids(&d, &notice.scope), [21, 31, 32, 41, 42, 51, 52, 71]);
    assert_eq!(roster.len(), 7, "the author needs none");
    expect!["不能通报自己所在的区域，请选择下级区域或部门"].assert_eq(&refused(
        &d,
        31,
        bulletin(areas(&[3], &[])),
    ));
}

#[test]
fn a_roster_comes_back_from_its_bytes() {
    let ids = [
        1,
        2,
        3,
        130,
        4_000_000_000_000_000_000,
        4_000_000_000_000_000_001,
    ];
    let roster = Roster::new(ids.into_iter().rev().chain([2]).map(PostId));
    assert_eq!(roster.len(), 6);
    let bytes = roster.pack();
    assert_eq!(Roster::unpack(&bytes), Some(roster.clone()));
    assert_eq!(
        Roster::unpack(&bytes[..bytes.len() - 1]),
        Some(Roster::new(ids[..5].iter().map(|i| PostId(*i))))
    );
    assert_eq!(Roster::unpack(&[0x80]), None, "cut short");
    assert!(roster.contains(PostId(130)) && !roster.contains(PostId(131)));
    let city = Roster::new((0..115_233).map(|n| PostId(500_000_000_000 + n * 3)));
    assert!(city.pack().len() < 200_000, "{}", city.pack().len());
}

fn receipt(post: i64, version: u32, done: bool) -> Receipt {
    Receipt {
        post: PostId(post),
        account: AccountId(post),
        version,
        read: now(),
        done: done.then(now),
        reply: None,
        files: Vec::new(),
    }
}

/// Invariant of every figure.
fn adds_up(f: &Figures) {
    assert_eq!(f.sent + f.joined - f.gone, f.read + f.unread, "{f:?}");
    assert!(f.done <= f.read, "{f:?}");
}

#[test]
fn the_figures_of_every_level_add_up_when_people_come_and_go() {
    let d = directory();
    let draft = task(areas(
        &[3],
        &[Role::UnitHead, Role::GridHead, Role::GridWorker],
    ));
    let (notice, roster) = published(&d, 21, draft);
    assert_eq!(roster.len(), 5);
    // Next day: the head of grid 9 left unread, the worker left after reading, unit 7 got a head.
    let mut people = posts();
    for post in &mut people {
        if [91, 52].contains(&post.id.0) {
            post.to = Some(TODAY.plus(1));
        }
    }
    people.push(Post {
        from: TODAY.plus(1),
        ..at(71_000, Role::UnitHead, 7)
    });
    // Somebody appointed after the deadline is no recipient.
    people.push(Post {
        from: TODAY.plus(9),
        ..at(71_001, Role::UnitHead, 7)
    });
    let later = directory_of(people);
    let receipts: HashMap<PostId, Receipt> = [receipt(52, 1, false), receipt(61, 1, true)]
        .into_iter()
        .map(|r| (r.post, r))
        .collect();
    let days = (TODAY.plus(1), TODAY.plus(3));
    let town = notice.progress(&later, &roster, &receipts, AreaId(3), days);
    let (total, below) = (town.total, &town.below);
    assert_eq!(
        (
            total.sent,
            total.gone,
            total.joined,
            total.read,
            total.done,
            total.unread
        ),
        (5, 1, 1, 2, 1, 3)
    );
    let mut sum = Figures::default();
    for level in [&town.own].into_iter().chain(below.values()) {
        adds_up(level);
        sum.sent += level.sent;
        sum.unread += level.unread;
    }
    adds_up(&total);
    assert_eq!((sum.sent, sum.unread), (total.sent, total.unread));
    let community = notice.progress(&later, &roster, &receipts, AreaId(4), days);
    assert_eq!(community.total, below[&AreaId(4)]);
    let grid = notice.progress(&later, &roster, &receipts, AreaId(5), days);
    assert_eq!(
        (grid.own.sent, grid.own.read),
        (2, 1),
        "head and worker of the grid itself"
    );
    assert_eq!(grid.below[&AreaId(7)].joined, 1);
}

#[test]
fn a_correction_is_a_new_version_and_may_ask_to_read_again() {
    let d = directory();
    let (mut notice, _) = published(&d, 31, task(areas(&[3], &[Role::UnitHead])));
    let author = actor(&d, 31);
    let correct = |notice: &mut Notice, seen, text: &str, again| {
        let correction = Correction {
            wording: Wording {
                text: text.into(),
                ..notice.wording.clone()
            },
            reason: "改期".into(),
            again,
        };
        notice.correct(&author, seen, correction, now())
    };
    let stays = notice.wording.text.clone();
    assert!(matches!(
        correct(&mut notice, 1, &stays, false),
        Err(Refusal::Invalid(_))
    ));
    correct(&mut notice, 1, "改为五天。", false).unwrap();
    assert_eq!((notice.version, notice.read_from), (2, 1));
    assert_eq!(
        notice.standing(Some(&receipt(61, 1, false))),
        Standing::Read
    );
    assert!(matches!(
        correct(&mut notice, 1, "又改。", false),
        Err(Refusal::Stale(_))
    ));
    correct(&mut notice, 2, "改为六天。", true).unwrap();
    assert_eq!(
        notice.standing(Some(&receipt(61, 2, false))),
        Standing::Unread
    );
    assert_eq!(notice.standing(Some(&receipt(61, 1, true))), Standing::Done);
    let other = actor(&d, 41);
    assert!(matches!(
        notice.urge(&other, now()),
        Err(Refusal::Denied(_))
    ));
}

#[test]
fn urging_is_limited_and_a_withdrawn_notice_asks_nothing_any_more() {
    let d = directory();
    let (mut notice, _) = published(&d, 31, task(areas(&[3], &[Role::UnitHead])));
    let author = actor(&d, 31);
    let at = |hours| now().plus_hours(hours);
    expect!["发布或上次催阅后满 4 小时才能再催，请稍后再试"]
        .assert_eq(&notice.urge(&author, at(3)).unwrap_err().to_string());
    for hours in [4, 8, 12] {
        notice.urge(&author, at(hours)).unwrap();
    }
    expect!["已催过 3 次，不能再催；请直接联系未读单位的上级"]
        .assert_eq(&notice.urge(&author, at(30)).unwrap_err().to_string());
    assert!(notice.withdraw(&author, " ", at(31)).is_err());
    notice
        .withdraw(&author, "改由县里统一部署", at(31))
        .unwrap();
    for refusal in [
        notice.urge(&author, at(40)).unwrap_err(),
        notice.withdraw(&author, "再撤", at(40)).unwrap_err(),
        notice
            .may_finish(Standing::Read, Some("已排查"))
            .unwrap_err(),
    ] {
        assert!(
            matches!(&refusal, Refusal::Conflict(text) if text.contains("改由县里统一部署")),
            "{refusal}"
        );
    }
    assert!(!notice.is_open(at(32)));
}

#[test]
fn a_reply_is_demanded_where_it_is_owed_and_given_once() {
    let d = directory();
    let (notice, _) = published(&d, 31, task(areas(&[3], &[Role::UnitHead])));
    let finish = |standing, reply| {
        notice
            .may_finish(standing, reply)
            .map_err(|e| e.to_string())
    };
    assert_eq!(finish(Standing::Unread, None), Err("请写明办理情况".into()));
    assert_eq!(finish(Standing::Read, Some("已排查")), Ok(()));
    assert_eq!(
        finish(Standing::Done, Some("已排查")),
        Err("您的岗位已经办结，不用重复提交".into())
    );
    assert!(notice.owes(Standing::Read) && !notice.owes(Standing::Done));
}
