//! Wrongs in what is kept beside the journals: desks, figures, audit, seals, and what points at them.

use super::wrong::Alter::{self, Digest, Number, Text};
use super::wrong::{Case, Victim, columns, copied};
use civic::measure::Measure;
use store::driver::Conn;

pub fn holdings(conn: &mut Conn, victim: &Victim) -> Vec<Case> {
    let Victim { id, no, .. } = victim;
    let at = format!("matter = {id} AND slot = 0");
    let altered = format!("事件〔{no}〕在待办表中的第 0 项被改动");
    let missing = format!("事件〔{no}〕在待办表中缺少第 0 项");
    let mut all = columns(
        "holding",
        &at,
        &[
            ("desk_kind", Number),
            ("desk_key", Number),
            ("town", Number),
            ("community", Number),
            ("since", Number),
            ("due_at", Number),
            ("due_kind", Text),
            ("overdue", Number),
            ("holder", Number),
        ],
        &[&altered],
    );
    let surplus = copied(conn, "holding", &at, &[("slot", "77")]);
    let of_nobody = copied(conn, "holding", &at, &[("matter", "77")]);
    all.extend([
        Case::new(
            "a deleted holding",
            format!("DELETE FROM holding WHERE {at}"),
            &[&missing],
        ),
        Case::new(
            "an inserted holding",
            surplus,
            &[&format!("多余的一行：事件〔{no}〕的第 77 项")],
        ),
        Case::new(
            "a holding of no matter",
            of_nobody,
            &["多余的一行：事件 77 的第 0 项"],
        ),
    ]);
    all
}

pub fn tallies(conn: &mut Conn) -> Vec<Case> {
    let some = "SELECT period, class, parent, node FROM tally WHERE reported > 0 AND class > 0 ORDER BY node, period, class LIMIT 1";
    let row = conn.query_one(some, &[]).unwrap();
    let [period, class, parent, node] = [0, 1, 2, 3].map(|i| row.int(i).unwrap());
    let at =
        format!("period = {period} AND class = {class} AND parent = {parent} AND node = {node}");
    let named = format!("统计不符：区域 {node}，类别 {class}，时段 {period}");
    let measures: Vec<(&str, Alter)> = Measure::ALL.iter().map(|m| (m.code(), Number)).collect();
    let mut all = Vec::new();
    for (case, measure) in columns("tally", &at, &measures, &[])
        .into_iter()
        .zip(Measure::ALL)
    {
        let says = vec![named.clone(), format!("“{}”", measure.word())];
        all.push(Case { says, ..case });
    }
    let inserted = copied(conn, "tally", &at, &[("node", "987654")]);
    all.extend([
        Case::new(
            "a deleted tally",
            format!("DELETE FROM tally WHERE {at}"),
            &[&named],
        ),
        Case::new("an inserted tally", inserted, &["统计不符：区域 987654"]),
        Case::new(
            "a tally moved to another class",
            format!("UPDATE tally SET class = 99 WHERE {at}"),
            &[&named],
        ),
    ]);
    all
}

pub fn audits(conn: &mut Conn) -> Vec<Case> {
    let (last, _) = store::audit::head(conn).unwrap();
    assert!(last >= 3, "the people signed in");
    let mut all = columns(
        "audit",
        "seq = 2",
        &[
            ("at", Number),
            ("account", Number),
            ("name", Text),
            ("action", Text),
            ("object", Text),
            ("detail", Text),
            ("prev", Digest),
            ("hash", Digest),
        ],
        &["审计记录第 2 条"],
    );
    let next = (last + 1).to_string();
    let inserted = copied(conn, "audit", &format!("seq = {last}"), &[("seq", &next)]);
    all.extend([
        Case::new(
            "a deleted audit entry",
            "DELETE FROM audit WHERE seq = 2",
            &["审计记录第 2 条缺失"],
        ),
        Case::new(
            "the first audit entry",
            "DELETE FROM audit WHERE seq = 1",
            &["审计记录第 1 条缺失"],
        ),
        Case::new(
            "the last audit entry",
            format!("DELETE FROM audit WHERE seq = {last}"),
            &[&format!(
                "审计记录在封存时有 {last} 条，现在只有 {} 条",
                last - 1
            )],
        ),
        Case::new(
            "an inserted audit entry",
            inserted,
            &[&format!("审计记录第 {next} 条的内容被改动")],
        ),
    ]);
    all
}

pub fn seals(conn: &mut Conn, victim: &Victim) -> Vec<Case> {
    let Victim { id, no, .. } = victim;
    let last = store::seal::all(conn).unwrap().len();
    assert_eq!(last, 2, "one when the city was built, one by hand");
    let numbered = [
        ("at", Number),
        ("matters", Number),
        ("steps", Number),
        ("audits", Number),
        ("heads", Digest),
        ("prev", Digest),
        ("hash", Digest),
    ];
    let mut all = columns("seal", "seq = 1", &numbered, &["第 1 号封存记录被改动"]);
    all.extend(columns(
        "seal",
        "seq = 2",
        &numbered,
        &["第 2 号封存记录被改动"],
    ));
    let head = format!("事件〔{no}〕封存时有");
    let of = format!("matter = {id}");
    all.extend(columns(
        "sealed_head",
        &of,
        &[("version", Number), ("head", Digest)],
        &[&head],
    ));
    let inserted = copied(conn, "sealed_head", &of, &[("matter", "77")]);
    all.extend([
        Case::new(
            "a deleted first seal",
            "DELETE FROM seal WHERE seq = 1",
            &["第 2 号封存记录被改动，或它前面的封存被删除"],
        ),
        Case::new(
            "a deleted last seal",
            "DELETE FROM seal WHERE seq = 2",
            &["封存清单有", "最后的封存被改动、删除"],
        ),
        Case::new(
            "all seals deleted",
            "DELETE FROM seal",
            &["封存清单有", "第 0 号"],
        ),
        Case::new(
            "a renumbered seal",
            "UPDATE seal SET seq = 9 WHERE seq = 2",
            &["第 9 号封存记录被改动"],
        ),
        Case::new(
            "a deleted sealed head",
            format!("DELETE FROM sealed_head WHERE {of}"),
            &["封存清单有"],
        ),
        Case::new(
            "an inserted sealed head",
            inserted,
            &["事件 77 封存时有 3 步"],
        ),
    ]);
    all
}

/// Of nobody and nothing.
const NOWHERE: i64 = 987_654_321;

pub fn links(conn: &mut Conn, victim: &Victim) -> Vec<Case> {
    let Victim { id, no, .. } = victim;
    let one = |conn: &mut Conn, sql: &str| conn.query_one(sql, &[]).unwrap();
    let told = one(conn, "SELECT MIN(id) FROM message WHERE desk_kind = 1")
        .int(0)
        .unwrap();
    let post = one(conn, "SELECT MIN(id) FROM post WHERE area IS NOT NULL")
        .int(0)
        .unwrap();
    let unit = one(conn, "SELECT MAX(id) FROM area").int(0).unwrap();
    let prefix = &no[..=no.rfind('-').unwrap()];
    let nowhere = |row: String, what: &str| format!("{row} 指向不存在的{what} {NOWHERE}");
    let moved = |table: &str, column: &str, which: i64, says: String| {
        let sql = format!("UPDATE {table} SET {column} = {NOWHERE} WHERE id = {which}");
        Case::new(&format!("{table}.{column} of nowhere"), sql, &[&says])
    };
    let message = format!("消息 {told}");
    let seat = format!("岗位 {post}");
    let mut all = vec![
        moved("message", "matter", told, nowhere(message.clone(), "事件")),
        moved("message", "account", told, nowhere(message.clone(), "账号")),
        moved("message", "desk_key", told, nowhere(message, "区域")),
        moved("post", "account", post, nowhere(seat.clone(), "账号")),
        moved("post", "area", post, nowhere(seat.clone(), "区域")),
        moved("post", "org", post, nowhere(seat, "单位")),
        moved(
            "area",
            "parent",
            unit,
            nowhere(format!("区域 {unit}"), "区域"),
        ),
    ];
    let inserted = |table: &str, values: String, says: String| {
        let sql = format!("INSERT INTO {table} {values}");
        Case::new(&format!("an inserted {table}"), sql, &[&says])
    };
    let file = |matter: i64, account: i64| {
        format!(
            "(shard, id, matter, account, name, mime, bytes, sha256, at) \
             VALUES (1, 5, {matter}, {account}, '假.jpg', 'image/jpeg', 9, 'ab', 1)"
        )
    };
    let visit = |unit: i64| {
        format!(
            "(shard, id, account, name, unit, kind, body, at) \
             VALUES (1, 6, 0, '林', {unit}, 'patrol', '楼道通畅', 1)"
        )
    };
    all.extend([
        inserted(
            "party",
            format!("(shard, matter, cipher) SELECT 1, {NOWHERE}, head FROM matter WHERE id = {id}"),
            nowhere(format!("当事人身份 {NOWHERE}"), "事件"),
        ),
        inserted(
            "message_read",
            format!("(shard, account, message, at) VALUES (1, 0, {NOWHERE}, 1)"),
            nowhere(format!("已读标记 {NOWHERE}"), "消息"),
        ),
        inserted("visit", visit(NOWHERE), nowhere("走访 6".into(), "区域")),
        inserted("file", file(NOWHERE, 0), nowhere("附件 5".into(), "事件")),
        inserted(
            "file",
            file(*id, 0),
            format!("附件“假.jpg”登记在事件〔{no}〕名下，而它的流程记录里没有"),
        ),
        inserted(
            "duty",
            format!("(area, day, account) VALUES ({unit}, 20000, {NOWHERE})"),
            nowhere("值班 20000".into(), "账号"),
        ),
        inserted(
            "answered",
            format!("(shard, account, key, answer, at) VALUES (1, {NOWHERE}, 'k', '1', 1)"),
            nowhere("回执 k".into(), "账号"),
        ),
        Case::new(
            "a counter set back",
            format!("UPDATE numbering SET last = 0 WHERE prefix = '{prefix}'"),
            &[&format!("编号计数“{prefix}”是 0，而已经用到")],
        ),
        Case::new(
            "a deleted counter",
            format!("DELETE FROM numbering WHERE prefix = '{prefix}'"),
            &[&format!("编号计数“{prefix}”缺失")],
        ),
        Case::new(
            "an answer of more steps than there are",
            "UPDATE answered SET answer = REPLACE(answer, '\"version\":3', '\"version\":9') WHERE key LIKE '%:tamper-escalate-2'",
            &[&format!("事件〔{no}〕第 9 步，而那件事件现在只有 3 步")],
        ),
        Case::new(
            "a broken digest of a request",
            "UPDATE answered SET request = $1 WHERE key LIKE '%:tamper-report'",
            &["tamper-report”记下的请求摘要不是 32 字节"],
        )
        .with(vec![store::driver::Value::Bytes(vec![7; 5])]),
        Case::new(
            "an answer under another number",
            format!("UPDATE answered SET answer = REPLACE(answer, '{no}', '假-0001') WHERE key LIKE '%:tamper-report'"),
            &[&format!("事件〔假-0001〕第 1 步，而那件事件现在的编号是〔{no}〕")],
        ),
    ]);
    all
}
