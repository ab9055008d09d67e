//! References between tables: nothing kept points at what is not there.

use super::Report;
use crate::SHARD;
use crate::driver::{Conn, Result};

/// Findings listed of one link.
const LISTED: usize = 100;

/// A column that must point at a row of another table. NULL and numbers below 1 point at nothing.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The table that points.
    pub table: &'static str,
    /// Its rows, in a Chinese word.
    pub word: &'static str,
    /// The column that names a row of it.
    pub name: &'static str,
    /// The column that points.
    pub column: &'static str,
    /// Which rows of the table point there; empty for all.
    pub only: &'static str,
    /// The table pointed at, by its `id`, and its word.
    pub target: (&'static str, &'static str),
}

const MATTER: (&str, &str) = ("matter", "事件");
const ACCOUNT: (&str, &str) = ("account", "账号");
const AREA: (&str, &str) = ("area", "区域");
const ORG: (&str, &str) = ("org", "单位");

const fn link(
    (table, word, name): (&'static str, &'static str, &'static str),
    column: &'static str,
    target: (&'static str, &'static str),
) -> Link {
    Link {
        table,
        word,
        name,
        column,
        only: "",
        target,
    }
}

impl Link {
    const fn only(mut self, condition: &'static str) -> Self {
        self.only = condition;
        self
    }
}

const SENT: (&str, &str) = ("notice", "通知");
const CHANGE: (&str, &str) = ("area_change", "区划变动");

const NOTICE: (&str, &str, &str) = ("notice", "通知", "id");
const PARTY: (&str, &str, &str) = ("party", "当事人身份", "matter");
const FILE: (&str, &str, &str) = ("file", "附件", "id");
const MESSAGE: (&str, &str, &str) = ("message", "消息", "id");
const READ: (&str, &str, &str) = ("message_read", "已读标记", "message");
const VISIT: (&str, &str, &str) = ("visit", "走访", "id");
const ANSWERED: (&str, &str, &str) = ("answered", "回执", "key");
const POST: (&str, &str, &str) = ("post", "岗位", "id");
const ABSENCE: (&str, &str, &str) = ("absence", "离岗", "id");
const ADMISSION: (&str, &str, &str) = ("admission", "准入事项", "id");
const NOMINATION: (&str, &str, &str) = ("nomination", "提名", "id");
const BODY: (&str, &str, &str) = ("mediation_body", "调解组织", "id");
const HOTLINE: (&str, &str, &str) = ("hotline_order", "热线工单", "matter");
const MEDIATION: (&str, &str, &str) = ("mediation", "调解记录", "matter");
const DEPARTURE: (&str, &str, &str) = ("departure", "离任", "post");
const LOG: (&str, &str, &str) = ("log_entry", "值班日志", "id");
const HANDOVER: (&str, &str, &str) = ("handover", "交接班", "id");
const RECORD: (&str, &str, &str) = ("record", "台账记录", "id");
const RECORD_FILE: (&str, &str, &str) = ("record_file", "台账的附件", "file");
const RECORD_MATTER: (&str, &str, &str) = ("record_matter", "台账转成的事件", "matter");
const CERTIFICATE: (&str, &str, &str) = ("certificate_entry", "证明登记", "id");
const DICTIONARY: (&str, &str, &str) = ("dictionary_change", "字典的修改", "code");
const PHRASE: (&str, &str, &str) = ("phrase", "常用语", "id");
const ASSESSMENT: (&str, &str, &str) = ("assessment", "考核", "id");
const RESULT: (&str, &str, &str) = ("assessment_result", "考核结果", "no");
const RECHECK: (&str, &str, &str) = ("assessment_recheck", "抽查复核", "matter");
const STATEMENT: (&str, &str, &str) = ("review_statement", "述职", "post");
const VOTER: (&str, &str, &str) = ("review_voter", "评议人", "post");
const COUNT: (&str, &str, &str) = ("review_count", "评议票数", "post");
const PUBLICATION: (&str, &str, &str) = ("publication", "公告", "id");
const PUBLIC_AREA: (&str, &str, &str) = ("publication_area", "公告的范围", "publication");
const PUBLIC_FILE: (&str, &str, &str) = ("publication_file", "公告的附件", "file");
const OPENING: (&str, &str, &str) = ("opening", "公开选聘", "id");
const APPLICATION: (&str, &str, &str) = ("application", "报名", "id");
const OBJECTION: (&str, &str, &str) = ("objection", "异议", "id");
const LIBRARY: (&str, &str, &str) = ("library", "文件", "id");
const LIBRARY_READ: (&str, &str, &str) = ("library_read", "文件的已读", "document");
const LIBRARY_FILE: (&str, &str, &str) = ("library_file", "文件的附件", "file");
const DUTY: (&str, &str, &str) = ("duty", "值班", "day");

/// Every link that the proof follows. A new table with references gets its lines here.
pub const LINKS: &[Link] = &[
    link(PARTY, "matter", MATTER),
    link(FILE, "matter", MATTER),
    link(FILE, "account", ACCOUNT),
    link(MESSAGE, "matter", MATTER),
    link(MESSAGE, "account", ACCOUNT),
    link(MESSAGE, "desk_key", AREA).only("desk_kind = 1"),
    link(MESSAGE, "desk_key", ORG).only("desk_kind = 2"),
    link(READ, "message", ("message", "消息")),
    link(READ, "account", ACCOUNT),
    link(VISIT, "matter", MATTER),
    link(VISIT, "account", ACCOUNT),
    link(VISIT, "unit", AREA),
    link(VISIT, "community", AREA),
    link(VISIT, "town", AREA),
    link(VISIT, "entered_by", ACCOUNT),
    link(ANSWERED, "account", ACCOUNT),
    link(DICTIONARY, "account", ACCOUNT),
    link(NOTICE, "sender_key", AREA).only("sender_kind = 1"),
    link(NOTICE, "sender_key", ORG).only("sender_kind = 2"),
    link(("notice_version", "通知的版本", "notice"), "notice", SENT),
    link(("notice_target", "通知的去向", "notice"), "notice", SENT),
    link(("notice_receipt", "通知的回执", "notice"), "notice", SENT),
    link(
        ("notice_receipt", "通知的回执", "notice"),
        "account",
        ACCOUNT,
    ),
    link(("notice_file", "通知的附件", "file"), "notice", SENT),
    link(
        ("notice_file", "通知的附件", "file"),
        "file",
        ("file", "附件"),
    ),
    link(("area_touched", "区划变动的范围", "change"), "area", AREA),
    link(
        ("area_touched", "区划变动的范围", "change"),
        "change",
        CHANGE,
    ),
    link(("area_past", "区域的旧名", "area"), "area", AREA),
    link(("area_past", "区域的旧名", "area"), "change", CHANGE),
    link(("area_boundary_past", "区域的旧边界", "area"), "area", AREA),
    link(
        ("area_boundary_past", "区域的旧边界", "area"),
        "change",
        CHANGE,
    ),
    link(("address", "标准地址", "id"), "area", AREA),
    link(("household", "户", "no"), "area", AREA),
    link(
        ("household", "户", "no"),
        "address",
        ("address", "标准地址"),
    ),
    link(("area_heir", "区域的承接", "area"), "area", AREA),
    link(("area_heir", "区域的承接", "area"), "heir", AREA),
    link(("area_change", "区划变动", "id"), "proposer", ACCOUNT),
    link(("area_change", "区划变动", "id"), "decider", ACCOUNT),
    link(("step", "流程记录", "matter"), "account", ACCOUNT),
    link(POST, "account", ACCOUNT),
    link(POST, "area", AREA),
    link(POST, "org", ORG),
    link(ABSENCE, "post", ("post", "岗位")),
    link(ABSENCE, "substitute", ACCOUNT),
    link(BODY, "area", AREA),
    link(MEDIATION, "matter", MATTER),
    link(HOTLINE, "matter", MATTER),
    link(ADMISSION, "area", AREA),
    link(ADMISSION, "org", ORG),
    link(ASSESSMENT, "area", AREA),
    link(RESULT, "assessment", ("assessment", "考核")),
    link(RESULT, "area", AREA),
    link(RESULT, "org", ORG),
    link(RESULT, "post", ("post", "岗位")),
    link(RESULT, "account", ACCOUNT),
    link(RECHECK, "assessment", ("assessment", "考核")),
    link(RECHECK, "matter", MATTER),
    link(STATEMENT, "assessment", ("assessment", "考核")),
    link(STATEMENT, "post", ("post", "岗位")),
    link(STATEMENT, "account", ACCOUNT),
    link(VOTER, "assessment", ("assessment", "考核")),
    link(VOTER, "account", ACCOUNT),
    link(COUNT, "assessment", ("assessment", "考核")),
    link(COUNT, "post", ("post", "岗位")),
    link(NOMINATION, "account", ACCOUNT),
    link(NOMINATION, "area", AREA),
    link(NOMINATION, "org", ORG),
    link(NOMINATION, "renews", ("post", "岗位")),
    link(NOMINATION, "proposed_by", ACCOUNT),
    link(NOMINATION, "decided_by", ACCOUNT),
    link(DEPARTURE, "post", ("post", "岗位")),
    link(DEPARTURE, "account", ACCOUNT),
    link(DEPARTURE, "area", AREA),
    link(DEPARTURE, "org", ORG),
    link(DEPARTURE, "by_account", ACCOUNT),
    link(LOG, "area", AREA),
    link(LOG, "account", ACCOUNT),
    link(HANDOVER, "area", AREA),
    link(HANDOVER, "account", ACCOUNT),
    link(RECORD, "area", AREA),
    link(RECORD, "staff", ACCOUNT),
    link(CERTIFICATE, "area", AREA),
    link(CERTIFICATE, "account", ACCOUNT),
    link(PHRASE, "account", ACCOUNT),
    link(PHRASE, "area", AREA),
    link(PUBLICATION, "area", AREA),
    link(PUBLICATION, "account", ACCOUNT),
    link(PUBLIC_AREA, "area", AREA),
    link(PUBLIC_AREA, "publication", ("publication", "公告")),
    link(PUBLIC_FILE, "file", ("file", "附件")),
    link(PUBLIC_FILE, "publication", ("publication", "公告")),
    link(OPENING, "area", AREA),
    link(OPENING, "account", ACCOUNT),
    link(APPLICATION, "opening", ("opening", "公开选聘")),
    link(APPLICATION, "account", ACCOUNT),
    link(APPLICATION, "nomination", ("nomination", "提名")),
    link(OBJECTION, "application", ("application", "报名")),
    link(OBJECTION, "account", ACCOUNT),
    link(LIBRARY, "area", AREA),
    link(LIBRARY, "account", ACCOUNT),
    link(LIBRARY_READ, "document", ("library", "文件")),
    link(LIBRARY_READ, "account", ACCOUNT),
    link(RECORD_FILE, "file", ("file", "附件")),
    link(RECORD_FILE, "record", ("record", "台账记录")),
    link(RECORD_MATTER, "matter", MATTER),
    link(RECORD_MATTER, "record", ("record", "台账记录")),
    link(LIBRARY_FILE, "file", ("file", "附件")),
    link(LIBRARY_FILE, "document", ("library", "文件")),
    link(DUTY, "area", AREA),
    link(DUTY, "account", ACCOUNT),
    link(("session", "会话", "created_at"), "account", ACCOUNT),
    link(("api_token", "接口令牌", "id"), "account", ACCOUNT),
    link(("sign_in", "登录记录", "id"), "account", ACCOUNT),
    link(("credential", "登录凭据", "account"), "account", ACCOUNT),
    link(("old_secret", "用过的密码", "at"), "account", ACCOUNT),
    link(("recovery_code", "恢复码", "account"), "account", ACCOUNT),
    link(("parameter", "参数", "code"), "account", ACCOUNT),
    link(("job_run", "任务运行记录", "id"), "account", ACCOUNT),
    link(("subscription", "消息订阅", "sender"), "account", ACCOUNT),
    link(("letter", "外发消息", "id"), "account", ACCOUNT),
    link(("letter_text", "消息模板", "version"), "account", ACCOUNT),
    link(("identity", "统一认证身份", "id"), "account", ACCOUNT),
    link(("phone", "手机号", "at"), "account", ACCOUNT),
    link(("consent", "个人信息同意", "version"), "account", ACCOUNT),
    link(("identity", "统一认证身份", "id"), "by_account", ACCOUNT),
    link(("area", "区域", "id"), "parent", AREA),
    link(("area_code", "区域代码", "code"), "area", AREA),
    link(("area_boundary", "区域边界", "area"), "area", AREA),
    link(("org", "单位", "id"), "parent", ORG),
    link(("org", "单位", "id"), "area", AREA),
];

/// Tables that no link looks at, and why. A table that is neither here nor in [`LINKS`] fails a test.
pub const UNLINKED: &[(&str, &str)] = &[
    ("migration", "compared with the program at every start"),
    ("meta", "settings of the installation"),
    ("sender", "a gateway points at nothing"),
    ("entry_app", "an app points at nothing"),
    ("entry_used", "digests of tokens"),
    ("issuer", "an identity provider points at nothing"),
    ("phone_code", "digests of codes, forgotten after minutes"),
    (
        "phone_asked",
        "digests of who asked, forgotten after an hour",
    ),
    ("issuer_visit", "taken once and forgotten after minutes"),
    ("signed_nonce", "spent once and forgotten with their window"),
    (
        "pack_file",
        "texts with their SHA-256, compared when loaded",
    ),
    ("account", "points at nothing"),
    ("matter", "compared with the fold of its journal"),
    ("holding", "follows from the matters"),
    ("asked", "follows from the matters"),
    ("matter_text", "follows from the matters"),
    ("tally", "recounted"),
    ("numbering", "compared with the numbers given"),
    ("audit", "a chain of its own"),
    ("seal", "a chain of its own"),
    ("sealed_head", "compared with the journals"),
];

/// Follows every link.
pub(super) fn check(
    conn: &mut Conn,
    report: &mut Report,
    progress: &mut impl FnMut(&'static str, u64, u64),
) -> Result<()> {
    for (link, nth) in LINKS.iter().zip(1..) {
        follow(conn, link, report)?;
        progress("对应关系", nth, LINKS.len() as u64);
    }
    Ok(())
}

fn follow(conn: &mut Conn, link: &Link, report: &mut Report) -> Result<()> {
    let Link {
        table,
        word,
        name,
        column,
        only,
        target: (target, target_word),
    } = link;
    let shared = |table: &&str| SHARED.contains(table);
    let mut wheres = vec![format!("t.{column} > 0")];
    let mut params = Vec::new();
    if !shared(table) {
        wheres.push("t.shard = $1".to_owned());
        params.push(SHARD.into());
    }
    if !only.is_empty() {
        wheres.push(format!("t.{only}"));
    }
    let same = if shared(target) {
        ""
    } else {
        " AND o.shard = t.shard"
    };
    let sql = format!(
        "SELECT CAST(t.{name} AS TEXT), t.{column} FROM {table} t WHERE {} \
         AND NOT EXISTS (SELECT 1 FROM {target} o WHERE o.id = t.{column}{same})",
        wheres.join(" AND ")
    );
    let mut found = 0;
    conn.for_each(&sql, &params, |row| {
        found += 1;
        if found <= LISTED {
            report.find(format!(
                "{word} {} 指向不存在的{target_word} {}：其中一行被删除或改动",
                row.text(0)?,
                row.int(1)?
            ));
        }
        Ok(())
    })?;
    if let Some(more @ 1..) = found.checked_sub(LISTED) {
        report.find(format!("另有 {more} 行{word}指向不存在的{target_word}"));
    }
    Ok(())
}

/// Tables that all shards share: they have no column `shard`.
const SHARED: &[&str] = &[
    "area",
    "area_code",
    "area_boundary",
    "org",
    "account",
    "post",
    "absence",
    "nomination",
    "departure",
    "duty",
    "session",
    "api_token",
    "sign_in",
    "area_change",
    "area_touched",
    "area_past",
    "area_heir",
    "area_boundary_past",
    "address",
    "household",
    "dictionary_change",
    "credential",
    "old_secret",
    "recovery_code",
    "parameter",
    "subscription",
    "identity",
    "phone",
    "consent",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fresh, prepare};

    #[test]
    fn every_table_is_followed_or_excused() {
        Fresh::sqlite("links").with_conn(|conn| {
            prepare(conn);
            let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite_%'";
            for row in conn.query(sql, &[]).unwrap() {
                let table = row.text(0).unwrap();
                let followed = LINKS.iter().any(|l| l.table == table);
                let excused = UNLINKED.iter().any(|(t, _)| *t == table);
                assert!(
                    followed || excused,
                    "the table {table} is new: give its references lines in LINKS, or say in UNLINKED why it has none"
                );
            }
        });
    }
}
