//! The sheet of people, one row a post; and the three administrators, who are always there.

use super::areas::Areas;
use super::orgs::Orgs;
use super::{Ids, PEOPLE, Person, Words};
use crate::identity;
use crate::post::{SOURCES, is_admin};
use civic::id::{AccountId, PostId};
use civic::post::{Post, Role, Seat};
use civic::problem::Problem;
use civic::sheet::{self, Column, Row, optional, required};
use civic::time::Day;
use std::collections::HashMap;

const COLUMNS: &[Column] = &[
    required("login", "登录名"),
    required("name", "姓名"),
    optional("phone", "手机"),
    required("role", "角色"),
    optional("area", "区域编码"),
    optional("org", "单位编码"),
    optional("title", "称呼"),
    required("source", "人员来源"),
];

/// The administrators of an installation whose sheet names none.
const ADMINISTRATORS: [(Role, &str); 3] = [
    (Role::SysAdmin, "sysadmin"),
    (Role::SecAdmin, "secadmin"),
    (Role::AuditAdmin, "auditadmin"),
];

/// The people that could be read.
#[derive(Default)]
pub(super) struct People {
    pub list: Vec<Person>,
    pub posts: Vec<Post>,
    by_login: HashMap<String, usize>,
    /// Lines of the posts of a role in a seat, with their holders.
    seats: HashMap<(Seat, Role), Vec<(AccountId, u64)>>,
    /// Lines of a person's posts, and whether one is an administrator's.
    held: HashMap<AccountId, (bool, u64)>,
}

/// Reads the sheet, if there is one.
pub(super) fn read(
    bytes: Option<&[u8]>,
    areas: &Areas,
    orgs: &Orgs,
    words: &Words,
    from: Day,
    ids: &mut Ids,
    problems: &mut Vec<Problem>,
) -> People {
    let mut people = People::default();
    if let Some(bytes) = bytes {
        let (rows, wrong) = sheet::read(PEOPLE, bytes, COLUMNS);
        problems.extend(wrong);
        for row in rows {
            let account = people.person(&row, ids, problems);
            if let Some(post) = post(&row, account, areas, orgs, words, from, ids, problems) {
                people.put(post, &row, problems);
            }
        }
    }
    people.administrators(areas, from, ids, problems);
    people
}

impl People {
    fn person(&mut self, row: &Row, ids: &mut Ids, problems: &mut Vec<Problem>) -> AccountId {
        let login = row.cell("login").to_lowercase();
        let (name, phone) = (row.cell("name"), row.cell("phone"));
        let phone = (!phone.is_empty()).then_some(phone);
        if let Some(at) = self.by_login.get(&login) {
            let known = &self.list[*at];
            if known.name != name {
                let message = format!(
                    "登录名“{login}”前面是“{}”的；一人多岗时各行的姓名要相同，不同的人请换登录名。",
                    known.name
                );
                problems.push(row.problem("name", "another_person", &message));
            }
            return known.id;
        }
        if !login.is_empty() && !name.is_empty() {
            let wrong = identity::check_account(&login, name, phone).err();
            for problem in wrong.into_iter().flatten() {
                problems.push(row.problem(&problem.field, &problem.code, &problem.message));
            }
        }
        let id = AccountId(ids.next());
        self.by_login.insert(login.clone(), self.list.len());
        self.list.push(Person {
            id,
            login,
            name: name.into(),
            phone: phone.map(Into::into),
        });
        id
    }

    fn put(&mut self, post: Post, row: &Row, problems: &mut Vec<Problem>) {
        let seat = self.seats.entry((post.seat, post.role)).or_default();
        if let Some((_, line)) = seat.iter().find(|(account, _)| *account == post.account) {
            let message = format!("和第 {line} 行是同一个岗位，请删去一行。");
            problems.push(row.problem("role", "duplicate", &message));
        } else if let Some((_, line)) = seat.first().filter(|_| post.role == Role::UnitHead) {
            let message = format!("这个治理单元在第 {line} 行已有单元长，只能有一位，请改正。");
            problems.push(row.problem("role", "second_head", &message));
        }
        seat.push((post.account, row.line));
        let admin = is_admin(post.role);
        if let Some((other, line)) = self.held.get(&post.account)
            && (admin || *other)
        {
            let message =
                format!("管理员不能兼任其他岗位（第 {line} 行），请另设登录名，由另一个人担任。");
            problems.push(row.problem("role", "not_apart", &message));
        }
        let held = self.held.entry(post.account).or_insert((admin, row.line));
        held.0 |= admin;
        self.posts.push(post);
    }

    /// All three or none are in the sheet; those of an installation that names none are made.
    fn administrators(
        &mut self,
        areas: &Areas,
        from: Day,
        ids: &mut Ids,
        problems: &mut Vec<Problem>,
    ) {
        let missing: Vec<_> = ADMINISTRATORS
            .into_iter()
            .filter(|(role, _)| !self.posts.iter().any(|p| p.role == *role))
            .collect();
        let Some(root) = areas.root().filter(|_| !missing.is_empty()) else {
            return;
        };
        if missing.len() < ADMINISTRATORS.len() {
            let words: Vec<&str> = missing.iter().map(|(role, _)| role.word()).collect();
            let message = format!(
                "缺少{}：三种管理员要么都写上，由三个人分别担任，要么都不写，由程序建立。",
                words.join("、")
            );
            problems.push(Problem::new(PEOPLE, "missing_administrator", message));
            return;
        }
        for (role, login) in missing {
            if self.by_login.contains_key(login) {
                let message = format!("登录名“{login}”留给{}，请换一个。", role.word());
                problems.push(Problem::new(PEOPLE, "reserved", message));
            }
            let account = AccountId(ids.next());
            self.list.push(Person {
                id: account,
                login: login.into(),
                name: role.word().into(),
                phone: None,
            });
            self.posts.push(Post {
                id: PostId(ids.next()),
                account,
                role,
                seat: Seat::Area(root.id),
                title: None,
                source: "civil_servant".into(),
                from,
                to: None,
            });
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "all that a row is judged by")]
fn post(
    row: &Row,
    account: AccountId,
    areas: &Areas,
    orgs: &Orgs,
    words: &Words,
    from: Day,
    ids: &mut Ids,
    problems: &mut Vec<Problem>,
) -> Option<Post> {
    let before = problems.len();
    let mut broken =
        |column: &str, code: &str, message: &str| problems.push(row.problem(column, code, message));
    let cell = row.cell("role");
    let role = Role::ALL
        .iter()
        .copied()
        .find(|r| r.code() == cell || r.word() == cell);
    if role.is_none() && !cell.is_empty() {
        let list: Vec<&str> = Role::ALL.iter().map(|r| r.word()).collect();
        let message = format!("角色“{cell}”不认识，可填写：{}。", list.join("、"));
        broken("role", "unknown_role", &message);
    }
    let (area_cell, org_cell) = (row.cell("area"), row.cell("org"));
    let area = areas.get(area_cell);
    let org = orgs.get(org_cell);
    if area.is_none() && !area_cell.is_empty() {
        let message = format!("没有编码为“{area_cell}”的区域，请核对。");
        broken("area", "unknown", &message);
    }
    if org.is_none() && !org_cell.is_empty() {
        let message = format!("没有编码为“{org_cell}”的单位，请核对。");
        broken("org", "unknown", &message);
    }
    let role = role?;
    let of_org = matches!(role, Role::DeptStaff | Role::DeptManager);
    let seat = if of_org {
        if org_cell.is_empty() || !area_cell.is_empty() {
            let message = format!(
                "“{}”是单位的岗位：填写单位编码，区域编码留空。",
                role.word()
            );
            broken("org", "wrong_seat", &message);
        }
        Seat::Org(org?)
    } else {
        let wanted = if is_admin(role) {
            areas.root().map(|a| a.level)
        } else {
            role.level()
                .or(area.map(|a| a.level).filter(|l| role.sits_over(*l)))
        };
        if !org_cell.is_empty() || area_cell.is_empty() {
            let message = format!(
                "“{}”是区域的岗位：填写区域编码，单位编码留空。",
                role.word()
            );
            broken("area", "wrong_seat", &message);
        }
        let area = area?;
        if let Some(level) = wanted.filter(|l| *l != area.level) {
            let message = format!(
                "“{}”要在{}任职，“{}”是{}，请改正。",
                role.word(),
                level.word(),
                area.name,
                area.level.word()
            );
            broken("area", "wrong_level", &message);
        }
        Seat::Area(area.id)
    };
    let cell = row.cell("source");
    let source = SOURCES
        .iter()
        .find(|(code, word)| *code == cell || *word == cell);
    if source.is_none() && !cell.is_empty() {
        let list: Vec<&str> = SOURCES.iter().map(|(_, word)| *word).collect();
        let message = format!("人员来源“{cell}”不认识，可填写：{}。", list.join("、"));
        broken("source", "unknown_source", &message);
    }
    let title = Some(row.cell("title")).filter(|t| !t.is_empty());
    if let Some(problem) = title.and_then(|t| words.titles.check(t, role, area)) {
        broken("title", &problem.code, &problem.message);
    }
    if problems.len() > before {
        return None;
    }
    Some(Post {
        id: PostId(ids.next()),
        account,
        role,
        seat,
        title: title.map(Into::into),
        source: source?.0.into(),
        from,
        to: None,
    })
}
