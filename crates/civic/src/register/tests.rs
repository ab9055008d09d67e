use super::*;
use crate::area::Tree;
use crate::area::tests::area;
use crate::by::By;
use crate::directory::Directory;
use crate::id::{AccountId, AreaId, RecordId};
use crate::time::{Day, Instant};
use std::collections::HashMap;

const PARTY: &str = include_str!("../../../../packs/organisation/registers/party.toml");
const JOINT: &str = include_str!("../../../../packs/organisation/registers/joint.toml");
const POWERS: &str = include_str!("../../../../packs/organisation/registers/powers.toml");
const SUPERVISION: &str = include_str!("../../../../packs/organisation/registers/supervision.toml");
const STAFF: &str = include_str!("../../../../packs/organisation/registers/staff.toml");
const TODAY: Day = Day(20_000);

fn ours() -> Registers {
    Registers::parse(&[
        ("party", PARTY),
        ("joint", JOINT),
        ("powers", POWERS),
        ("supervision", SUPERVISION),
        ("staff", STAFF),
    ])
    .unwrap()
}

fn directory() -> Directory {
    let tree = Tree::build(vec![
        area(1, 0, Level::City, "莆田市"),
        area(2, 1, Level::County, "城厢区"),
        area(3, 2, Level::Town, "霞林街道"),
        area(4, 3, Level::Community, "坂头社区"),
        area(5, 4, Level::Grid, "一网格"),
        area(6, 4, Level::Grid, "二网格"),
        area(7, 3, Level::Community, "霞林社区"),
    ]);
    Directory::new(tree.unwrap(), Vec::new(), Vec::new())
}

fn by() -> By {
    By {
        account: AccountId(1),
        name: "陈国华".into(),
        title: "坂头社区书记".into(),
    }
}

fn record(id: i64, register: &str, area: i64, values: &[(&str, &str)]) -> Record {
    Record {
        id: RecordId(id),
        register: register.into(),
        area: AreaId(area),
        version: 1,
        from: TODAY,
        to: None,
        values: pairs(values),
        items: Vec::new(),
        files: Vec::new(),
        by: by(),
        at: Instant(1),
        changes: Vec::new(),
        ended: None,
    }
}

fn pairs(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values
        .iter()
        .map(|(k, v)| ((*k).into(), (*v).into()))
        .collect()
}

/// What is wrong with a draft, a field and a sentence a line.
fn said(
    register: &str,
    area: i64,
    values: &[(&str, &str)],
    change: impl FnOnce(&mut Draft),
    before: Option<&Record>,
) -> String {
    let (registers, directory) = (ours(), directory());
    let committee = record(
        1,
        "party_org",
        4,
        &[("rank", "committee"), ("name", "坂头社区党委")],
    );
    let branch = record(
        2,
        "party_org",
        5,
        &[("rank", "branch"), ("name", "一网格党支部")],
    );
    let known = Known {
        directory: &directory,
        staff: &HashMap::from([(AccountId(41), "方玉兰".to_owned())]),
        records: &HashMap::from([(committee.id, committee), (branch.id, branch)]),
        categories: &crate::category::tests::base(),
        today: TODAY,
    };
    let mut draft = Draft {
        area: AreaId(area),
        from: TODAY,
        to: None,
        values: pairs(values),
        items: Vec::new(),
    };
    change(&mut draft);
    let found = draft.problems(registers.get(register).unwrap(), &known, before);
    found
        .iter()
        .map(|p| format!("{} {}\n", p.field, p.message))
        .collect()
}

#[test]
fn the_registers_of_the_pack_are_sound_and_say_why_they_ask_for_persons() {
    let registers = ours();
    let groups: Vec<_> = registers
        .all()
        .iter()
        .map(|r| (&*r.group.word, &*r.word))
        .collect();
    assert_eq!(groups.len(), 25, "{groups:?}");
    for register in registers.all().iter().filter(|r| r.is_personal()) {
        assert!(
            !register.basis.is_empty() && !register.purpose.is_empty(),
            "{}",
            register.code
        );
    }
    assert_eq!(registers.get("party_joined").unwrap().verb, Verb::KeepParty);
}

#[test]
fn a_joint_branch_names_its_grids_and_a_temporary_one_its_end() {
    let base = [
        ("name", "联合支部"),
        ("rank", "branch"),
        ("nature", "standing"),
        ("parent", "1"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
    assert_eq!(
        said(
            "party_org",
            4,
            &with(&[("founding", "joint"), ("covers", "5,6")]),
            |_| (),
            None
        ),
        ""
    );
    assert_eq!(
        said(
            "party_org",
            4,
            &with(&[("founding", "joint"), ("covers", "5")]),
            |_| (),
            None
        ),
        "covers “联合组建”的覆盖区域至少 2 个\n"
    );
    assert_eq!(
        said(
            "party_org",
            4,
            &with(&[("founding", "joint"), ("covers", "5,7")]),
            |_| (),
            None
        ),
        "covers 覆盖区域要在登记的区域之内，每个区域选一次\n"
    );
    let temporary = [
        ("name", "抗洪临时党支部"),
        ("rank", "branch"),
        ("nature", "temporary"),
        ("founding", "own"),
    ];
    assert_eq!(
        said("party_org", 4, &temporary, |_| (), None),
        "to “临时”请填写截止日期\ntask 请填写所属行业或承担的任务\n"
    );
}

#[test]
fn a_party_organisation_hangs_below_a_higher_one_of_its_own_or_an_upper_area() {
    let group = |parent: &'static str| {
        [
            ("name", "楼栋党小组"),
            ("rank", "group"),
            ("nature", "standing"),
            ("founding", "own"),
            ("parent", parent),
        ]
    };
    assert_eq!(
        said("party_org", 5, &group("2"), |_| (), None),
        "",
        "a group below the branch of its grid"
    );
    assert_eq!(
        said("party_org", 5, &group("1"), |_| (), None),
        "",
        "three levels as well as four"
    );
    assert_eq!(
        said("party_org", 6, &group("2"), |_| (), None),
        "parent 上级党组织要在本区域或上级区域\n"
    );
    assert_eq!(
        said("party_org", 5, &group("9"), |_| (), None),
        "parent 没有这条记录，请重新选择上级党组织\n"
    );
    let branch = [
        ("name", "支部"),
        ("rank", "branch"),
        ("nature", "standing"),
        ("founding", "own"),
        ("parent", "2"),
    ];
    assert_eq!(
        said("party_org", 5, &branch, |_| (), None),
        "parent 上级党组织的层级要高于本记录\n"
    );
}

#[test]
fn joining_a_branch_leaves_the_home_organisation_as_it_is() {
    let values = [
        ("person", "林志远"),
        ("phone", "13812341234"),
        ("kind", "seconded"),
        ("org", "2"),
        ("home", "区住建局机关党支部"),
    ];
    assert_eq!(said("party_joined", 5, &values, |_| (), None), "");
    let kept = record(
        3,
        "party_joined",
        5,
        &[
            ("person", "林**"),
            ("kind", "seconded"),
            ("org", "2"),
            ("home", "区住建局机关党支部"),
        ],
    );
    // The name stays sealed where the correction leaves it empty; the home cannot be rewritten.
    let moved = [("kind", "seconded"), ("org", "2"), ("home", "一网格党支部")];
    assert_eq!(
        said("party_joined", 5, &moved, |_| (), Some(&kept)),
        "home “组织关系所在党组织”不能改动；确有错误请结束这条记录后重新登记\n"
    );
    let register = ours();
    let field = register
        .get("party_joined")
        .unwrap()
        .field("phone")
        .unwrap()
        .clone();
    assert_eq!(field.kept("13812341234"), "138****1234");
}

#[test]
fn an_agreement_has_one_or_two_livelihood_items_with_owner_and_day() {
    let values = [("unit", "莆田学院"), ("signed", "2024-10-01")];
    let item = |text: &str| ItemDraft {
        text: text.into(),
        owner: "莆田学院后勤处".into(),
        due: Some(TODAY.plus(30)),
    };
    let with = |items: Vec<ItemDraft>| {
        said(
            "pairing",
            4,
            &values,
            |d| {
                d.to = Some(TODAY.plus(365));
                d.items = items;
            },
            None,
        )
    };
    assert_eq!(with(vec![item("修缮长廊")]), "");
    assert_eq!(with(vec![]), "items 民生实事要有 1 到 2 项\n");
    assert_eq!(
        with(vec![item("一"), item("二"), item("三")]),
        "items 民生实事要有 1 到 2 项\n"
    );
    let nobody = ItemDraft {
        owner: String::new(),
        due: None,
        ..item("装路灯")
    };
    assert_eq!(
        with(vec![nobody]),
        "items.0.owner 请填写责任人或责任单位，最多 100 个字\nitems.0.due 请选择完成期限，不能早于今天\n"
    );
    assert_eq!(
        said("pairing", 5, &values, |d| d.to = Some(TODAY.plus(9)), None)
            .lines()
            .next(),
        Some("area “共驻共建协议”登记在镇街、村居，请重新选择区域")
    );
}

#[test]
fn an_item_is_open_then_late_then_done_and_done_is_done() {
    let registers = ours();
    let items = registers.get("joint_meeting").unwrap().items.clone();
    let mut meeting = record(1, "joint_meeting", 4, &[]);
    let draft = ItemDraft {
        text: "增设充电桩".into(),
        owner: "物业公司".into(),
        due: Some(TODAY.plus(3)),
    };
    meeting
        .add_item(items.as_ref(), draft.clone(), TODAY)
        .unwrap();
    assert!(!meeting.items[0].is_late(TODAY.plus(3)) && meeting.items[0].is_late(TODAY.plus(4)));
    let update = |state, matter: Option<&str>| Update {
        text: "已选址".into(),
        state,
        matter: matter.map(Into::into),
    };
    meeting
        .update_item(
            1,
            update(ItemState::Open, Some("350302003-260311-0001")),
            Instant(5),
            by(),
        )
        .unwrap();
    meeting
        .update_item(1, update(ItemState::Done, None), Instant(6), by())
        .unwrap();
    assert_eq!(
        meeting.items[0].matter.as_deref(),
        Some("350302003-260311-0001")
    );
    assert!(
        meeting
            .update_item(1, update(ItemState::Open, None), Instant(7), by())
            .is_err()
    );
    assert!(
        meeting
            .update_item(2, update(ItemState::Open, None), Instant(7), by())
            .is_err()
    );
    assert!(
        record(2, "hookup", 4, &[])
            .add_item(None, draft, TODAY)
            .is_err()
    );
    assert_eq!(meeting.version, 4);
}

#[test]
fn a_record_ends_once_and_is_never_taken_away() {
    let mut org = record(1, "party_org", 4, &[]);
    let ended = |reason: &str| Ended {
        at: Instant(2),
        by: by(),
        reason: reason.into(),
    };
    assert!(org.end(TODAY.plus(5), ended(" ")).is_err());
    org.end(TODAY.plus(5), ended("任务完成")).unwrap();
    assert_eq!(
        (org.state(TODAY.plus(4)), org.state(TODAY.plus(5))),
        (State::Active, State::Ended)
    );
    assert_eq!(org.state(TODAY.plus(-1)), State::Coming);
    assert!(org.end(TODAY.plus(9), ended("再次")).is_err());
}

#[test]
fn a_register_that_asks_for_what_may_not_be_kept_is_refused() {
    let text = r#"
[group]
code = "x"
word = "x"
help = "x"
[[register]]
code = "bad"
word = "党员"
help = "x"
levels = "community"
verb = "keep_party"
name = "nobody"
facets = "name"
[[register.field]]
code = "name"
word = "姓名"
kind = "person"
[[register.field]]
code = "mood"
word = "思想动态"
kind = "long"
[[register.field]]
code = "up"
word = "上级"
kind = "record"
of = "bad"
"#;
    let said: Vec<String> = Registers::parse(&[("x", text)])
        .unwrap_err()
        .into_iter()
        .map(|p| p.message)
        .collect();
    assert_eq!(
        said,
        [
            "字段“思想动态”涉及不得收集的内容（思想），请删去",
            "没有用作名称的字段“nobody”",
            "分类统计的字段“name”必须是选项",
            "登记姓名或电话，须写明法律依据 basis 和用途 purpose",
        ]
    );
}

#[test]
fn photographs_are_put_with_what_is_open_as_many_as_the_register_takes() {
    let registers = ours();
    let (plan, meeting) = (
        registers.get("inspection").unwrap(),
        registers.get("joint_meeting").unwrap(),
    );
    let photos = |many: usize| -> Vec<crate::matter::Attached> {
        let one = |n: usize| crate::matter::Attached {
            file: crate::id::FileId(n as i64),
            name: "现场.jpg".into(),
            mime: "image/jpeg".into(),
            bytes: 1,
            sha256: String::new(),
        };
        (0..many).map(one).collect()
    };
    let when = || (Instant(2), by(), TODAY);
    let mut found = record(1, "inspection", 3, &[("title", "督查")]);
    let finding = ItemDraft {
        text: "通道堵塞".into(),
        owner: "坂头社区".into(),
        due: Some(TODAY),
    };
    found.add_item(plan.items.as_ref(), finding, TODAY).unwrap();
    let told = |record: &mut Record, register, item, many| match record.attach(
        register,
        item,
        photos(many),
        when(),
    ) {
        Ok(()) => format!("{} 个", record.files.len()),
        Err(refusal) => refusal.to_string(),
    };
    assert_eq!(told(&mut found, plan, Some(1), 2), "2 个");
    assert_eq!(told(&mut found, plan, None, 58), "60 个");
    assert_eq!(
        told(&mut found, plan, None, 1),
        "一条记录最多 60 个附件，已有 60 个"
    );
    assert_eq!(found.evidence(Some(1)).count(), 2);
    found.files.clear();
    assert!(told(&mut found, plan, Some(2), 1).starts_with("找不到这个事项"));
    found.items[0].state = ItemState::Done;
    assert_eq!(
        told(&mut found, plan, Some(1), 1),
        "这一项已完成，不能再添加附件"
    );
    let mut held = record(2, "joint_meeting", 4, &[]);
    assert_eq!(told(&mut held, meeting, None, 1), "这类记录不收照片和附件");
    found.to = Some(TODAY);
    assert_eq!(
        told(&mut found, plan, None, 1),
        "这条记录已经结束，不能再添加附件"
    );
}

#[test]
fn a_record_becomes_a_matter_of_the_flow_of_its_register_and_a_piece_of_work_only_once() {
    let registers = ours();
    let flow = |record: &Record, item| {
        let register = registers.get(&record.register).unwrap();
        match record.may_become(register, item, TODAY) {
            Ok(flow) => flow.unwrap_or("any").to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    };
    assert_eq!(flow(&record(1, "spot_check", 3, &[]), None), "rectify");
    assert_eq!(
        flow(&record(1, "joint_meeting", 4, &[]), None),
        "这类记录不转为事件"
    );
    let mut plan = record(1, "inspection", 3, &[]);
    plan.items = vec![Item {
        no: 1,
        text: "通道堵塞".into(),
        owner: "坂头社区".into(),
        due: TODAY,
        state: ItemState::Open,
        matter: None,
        progress: Vec::new(),
    }];
    assert_eq!(flow(&plan, Some(1)), "rectify");
    plan.items[0].matter = Some("ZG-1".into());
    assert_eq!(flow(&plan, Some(1)), "这一项已经转为事件〔ZG-1〕");
    assert!(flow(&plan, Some(2)).starts_with("找不到这个事项"));
    plan.to = Some(TODAY);
    assert_eq!(flow(&plan, Some(1)), "这条记录已经结束，不能再转为事件");
}
