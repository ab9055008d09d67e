//! Whatever is altered, deleted or inserted by hand in what the proof covers is found and named.
//!
//! Each wrong is done in a transaction of its own, proved within it, and undone again.

use crate::city::{City, run};
use crate::client::{escalate, report};
use crate::load::Crew;
use crate::server::Server;
use civic::id::MatterId;
use civic::matter::Step;
use civic::measure::Measure;
use civic::trace::Hash;
use store::database::Database;
use store::driver::{Conn, Value};

/// A wrong, and what one sentence of the proof must contain.
struct Case {
    name: String,
    sql: Vec<(String, Vec<Value>)>,
    says: Vec<String>,
}

impl Case {
    fn new(name: &str, sql: impl Into<String>, says: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            sql: vec![(sql.into(), Vec::new())],
            says: says.iter().map(|s| (*s).to_owned()).collect(),
        }
    }
    fn with(mut self, params: Vec<Value>) -> Self {
        self.sql[0].1 = params;
        self
    }
    fn then(mut self, sql: impl Into<String>) -> Self {
        self.sql.push((sql.into(), Vec::new()));
        self
    }
}

/// How a column is altered.
#[derive(Clone, Copy)]
enum Alter {
    Number,
    Flag,
    Real,
    Text,
    Digest,
}

use Alter::{Digest, Flag, Number, Real, Text};

/// One case per column of the rows that `place` chooses.
fn columns(table: &str, place: &str, all: &[(&str, Alter)], says: &[&str]) -> Vec<Case> {
    let case = |(column, alter): &(&str, Alter)| {
        let (value, params) = match alter {
            Number => (format!("COALESCE({column}, 0) + 1"), vec![]),
            Flag => (format!("1 - COALESCE({column}, 0)"), vec![]),
            Real => (format!("COALESCE({column}, 0) + 0.5"), vec![]),
            Text => (format!("COALESCE({column}, '') || 'x'"), vec![]),
            Digest => ("$1".to_owned(), vec![Value::Bytes(vec![7; 32])]),
        };
        let sql = format!("UPDATE {table} SET {column} = {value} WHERE {place}");
        Case::new(&format!("{table}.{column}"), sql, says).with(params)
    };
    all.iter().map(case).collect()
}

/// Inserts a copy of a row with some columns changed.
fn copied(conn: &mut Conn, table: &str, place: &str, changed: &[(&str, &str)]) -> String {
    let names: Vec<String> = match conn.dialect() {
        store::driver::Dialect::Sqlite => conn
            .query(
                &format!("SELECT name FROM pragma_table_info('{table}')"),
                &[],
            )
            .unwrap(),
        store::driver::Dialect::Postgres => conn
            .query(
                "SELECT column_name::text FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = $1",
                &[table.into()],
            )
            .unwrap(),
    }
    .iter()
    .map(|row| row.string(0).unwrap())
    .collect();
    let values: Vec<&str> = names
        .iter()
        .map(|name| {
            let found = changed.iter().find(|(column, _)| column == name);
            found.map_or(name.as_str(), |(_, value)| value)
        })
        .collect();
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE {place}",
        names.join(", "),
        values.join(", ")
    )
}

/// The matter on which the wrongs are done.
struct Victim {
    id: i64,
    no: String,
    journal: Vec<Step>,
}

/// A matter with three steps that lies at the community, seals around it, and some audit entries.
fn prepare(city: &City) -> i64 {
    let mut command = city.command("serve");
    command.args(["--listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    let crew = Crew::sign_in(&server);
    let first = crew
        .head
        .send(server.address, &report(&crew.unit, "tamper-report"))
        .unwrap();
    let id = first.id();
    let command = escalate(&id, first.version(), "tamper-escalate");
    let second = crew.head.send(server.address, &command).unwrap();
    let command = escalate(&id, second.version(), "tamper-escalate");
    let third = crew.grid.send(server.address, &command).unwrap();
    assert_eq!((third.status, third.version()), (200, 3), "{}", third.body);
    drop(server);
    let (code, said) = run(&mut city.command("seal"));
    assert_eq!(code, 0, "{said}");
    city.is_whole();
    id.parse().unwrap()
}

fn steps(victim: &Victim) -> Vec<Case> {
    let Victim { id, no, journal } = victim;
    let of = format!("matter = {id} AND seq");
    let second = [format!("〔{no}〕第 2 步")];
    let second: Vec<&str> = second.iter().map(String::as_str).collect();
    let at = format!("{of} = 2");
    let mut all = columns(
        "step",
        &at,
        &[
            ("action", Text),
            ("account", Number),
            ("who", Text),
            ("from_state", Text),
            ("to_state", Text),
            ("from_desk_kind", Number),
            ("from_desk_key", Number),
            ("to_desk_kind", Number),
            ("to_desk_key", Number),
            ("received_at", Number),
            ("acted_at", Number),
            ("due_at", Number),
            ("same_day", Flag),
            ("overdue", Flag),
            ("facts", Text),
            ("opinion", Text),
            ("reply", Text),
            ("title", Text),
            ("body", Text),
            ("words", Digest),
            ("prev", Digest),
            ("hash", Digest),
        ],
        &second,
    );
    let missing = format!("事件〔{no}〕缺少第 2 步");
    let sealed = format!("事件〔{no}〕封存时有 3 步");
    let last = journal.last().unwrap();
    let mut forged = last.clone();
    forged.seq += 1;
    forged.facts.clear();
    forged.from_state.clone_from(&forged.to_state);
    forged.from_desk = forged.to_desk;
    forged.words.opinion = Some("伪造的意见".into());
    civic::trace::seal(&mut forged, last.hash);
    let words = civic::trace::words_digest(&forged.words);
    let bytes = |hash: Hash| Value::Bytes(hash.0.to_vec());
    let forge = format!(
        "INSERT INTO step (shard, matter, seq, action, account, who, from_state, to_state, from_desk_kind, from_desk_key, \
         to_desk_kind, to_desk_key, received_at, acted_at, due_at, same_day, overdue, facts, opinion, words, prev, hash) \
         SELECT shard, matter, 4, action, account, who, to_state, to_state, to_desk_kind, to_desk_key, \
         to_desk_kind, to_desk_key, received_at, acted_at, due_at, same_day, overdue, '[]', '伪造的意见', $1, $2, $3 \
         FROM step WHERE {of} = 3"
    );
    all.extend([
        Case::new(
            "a step's name of the person",
            format!(
                "UPDATE step SET who = REPLACE(who, '\"title\":\"', '\"title\":\"假') WHERE {at}"
            ),
            &second,
        ),
        Case::new(
            "a step without its facts",
            format!("UPDATE step SET facts = '[]' WHERE {at}"),
            &second,
        ),
        Case::new(
            "words replaced as if they had been erased",
            format!("UPDATE step SET erased_at = 1, opinion = '假的' WHERE {at}"),
            &second,
        ),
        Case::new(
            "words and their digest",
            format!("UPDATE step SET opinion = $1, words = $2 WHERE {at}"),
            &second,
        )
        .with(vec!["伪造的意见".into(), bytes(words)]),
        Case::new(
            "a deleted step",
            format!("DELETE FROM step WHERE {at}"),
            &[&missing],
        ),
        Case::new(
            "a renumbered step",
            format!("UPDATE step SET seq = 9 WHERE {at}"),
            &[&missing],
        ),
        Case::new(
            "a deleted last step",
            format!("DELETE FROM step WHERE {of} = 3"),
            &[&sealed],
        ),
        Case::new(
            "a deleted first step",
            format!("DELETE FROM step WHERE {of} = 1"),
            &[&format!("事件〔{no}〕缺少第 1 步")],
        ),
        Case::new(
            "a deleted journal",
            format!("DELETE FROM step WHERE matter = {id}"),
            &[&format!("事件〔{no}〕没有任何流程记录")],
        ),
        // Well chained, even: but the matter says otherwise.
        Case::new(
            "an inserted last step",
            forge,
            &[&format!("事件〔{no}〕与它的流程记录不符")],
        )
        .with(vec![bytes(words), bytes(forged.prev), bytes(forged.hash)]),
    ]);
    all
}

fn matters(conn: &mut Conn, victim: &Victim) -> Vec<Case> {
    let Victim { id, no, .. } = victim;
    let at = format!("id = {id}");
    let named = format!("事件〔{no}");
    let mut all = columns(
        "matter",
        &at,
        &[
            ("no", Text),
            ("flow", Text),
            ("flow_version", Number),
            ("state", Text),
            ("over", Flag),
            ("desk_kind", Number),
            ("desk_key", Number),
            ("level", Number),
            ("class", Number),
            ("category", Text),
            ("channel", Text),
            ("title", Text),
            ("city", Number),
            ("county", Number),
            ("town", Number),
            ("community", Number),
            ("grid", Number),
            ("unit", Number),
            ("lon", Real),
            ("lat", Real),
            ("reporter", Number),
            ("reported_at", Number),
            ("due_at", Number),
            ("next_alert_at", Number),
            ("closed_at", Number),
            ("overdue", Flag),
            ("urgent", Flag),
            ("supervised", Flag),
            ("reopened", Number),
            ("version", Number),
            ("head", Digest),
        ],
        &[&named, "查询字段与内容不符"],
    );
    let gone = format!("事件〔{no}〕有流程记录却没有事件本身");
    let deleted = format!("DELETE FROM matter WHERE {at}");
    let moved = format!("UPDATE matter SET shard = 2 WHERE {at}");
    let body = format!("UPDATE matter SET body = REPLACE(body, '消防', '绿化') WHERE {at}");
    let unreadable = format!("UPDATE matter SET body = '{{}}' WHERE {at}");
    let inserted = copied(
        conn,
        "matter",
        &at,
        &[("id", "id + 1"), ("no", "'假-0001'")],
    );
    all.extend([
        Case::new("a matter's body", body, &[&named, "与它的流程记录不符"]),
        Case::new(
            "a matter's body made unreadable",
            unreadable,
            &[&named, "与它的流程记录不符"],
        ),
        Case::new("a deleted matter", deleted.clone(), &[&gone]),
        Case::new("a matter moved out of sight", moved, &[&gone]),
        Case::new(
            "an inserted matter",
            inserted,
            &["事件〔假-0001〕没有任何流程记录"],
        ),
        Case::new(
            "a matter deleted with all that belongs to it",
            deleted,
            &[&format!("事件 {id} 封存时有 3 步")],
        )
        .then(format!("DELETE FROM step WHERE matter = {id}"))
        .then(format!("DELETE FROM holding WHERE matter = {id}")),
    ]);
    all
}

fn holdings(conn: &mut Conn, victim: &Victim) -> Vec<Case> {
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
            &[&format!("多余的一行:事件〔{no}〕的第 77 项")],
        ),
        Case::new(
            "a holding of no matter",
            of_nobody,
            &["多余的一行:事件 77 的第 0 项"],
        ),
    ]);
    all
}

fn tallies(conn: &mut Conn) -> Vec<Case> {
    let some = "SELECT period, class, parent, node FROM tally WHERE reported > 0 AND class > 0 ORDER BY node, period, class LIMIT 1";
    let row = conn.query_one(some, &[]).unwrap();
    let [period, class, parent, node] = [0, 1, 2, 3].map(|i| row.int(i).unwrap());
    let at =
        format!("period = {period} AND class = {class} AND parent = {parent} AND node = {node}");
    let named = format!("统计不符:区域 {node},类别 {class},时段 {period}");
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
        Case::new("an inserted tally", inserted, &["统计不符:区域 987654"]),
        Case::new(
            "a tally moved to another class",
            format!("UPDATE tally SET class = 99 WHERE {at}"),
            &[&named],
        ),
    ]);
    all
}

fn audits(conn: &mut Conn) -> Vec<Case> {
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
                "审计记录在封存时有 {last} 条,现在只有 {} 条",
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

fn seals(conn: &mut Conn, victim: &Victim) -> Vec<Case> {
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
            &["第 2 号封存记录被改动,或它前面的封存被删除"],
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

fn every_wrong_is_found_and_named(city: &City) {
    let id = prepare(city);
    let database = Database::open(&city.database.parse().unwrap()).unwrap();
    let mut conn = database.writing_conn().unwrap();
    let conn = &mut conn;
    let sql = format!("SELECT no FROM matter WHERE id = {id}");
    let no = conn.query_one(&sql, &[]).unwrap().string(0).unwrap();
    let journal = store::step::journal(conn, MatterId(id)).unwrap();
    let victim = Victim {
        id,
        no,
        journal: journal.into_iter().map(|s| s.step).collect(),
    };
    let mut cases = steps(&victim);
    cases.extend(matters(conn, &victim));
    cases.extend(holdings(conn, &victim));
    cases.extend(tallies(conn));
    cases.extend(audits(conn));
    cases.extend(seals(conn, &victim));
    let mut missed = Vec::new();
    for case in &cases {
        conn.begin().unwrap();
        for (sql, params) in &case.sql {
            let touched = conn
                .exec(sql, params)
                .unwrap_or_else(|e| panic!("{}: {e}: {sql}", case.name));
            assert!(touched > 0, "{} touches a row: {sql}", case.name);
        }
        let report =
            store::verify::verify(conn, |_| ()).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        conn.rollback().unwrap();
        let named = |finding: &String| case.says.iter().all(|part| finding.contains(part));
        if !report.findings.iter().any(named) {
            missed.push(format!(
                "{}: wanted {:?}, found {:#?}",
                case.name, case.says, report.findings
            ));
        }
    }
    assert!(
        missed.is_empty(),
        "{} of {} wrongs:\n{}",
        missed.len(),
        cases.len(),
        missed.join("\n")
    );
    let report = store::verify::verify(conn, |_| ()).unwrap();
    assert!(report.is_clean(), "all was undone: {:?}", report.findings);
    eprintln!("{} wrongs, each found and named", cases.len());
}

#[test]
fn every_wrong_in_the_file_is_found_and_named() {
    every_wrong_is_found_and_named(&City::sqlite("tamper"));
}

#[test]
fn every_wrong_on_postgresql_is_found_and_named() {
    if let Some(city) = City::postgres("tamper") {
        every_wrong_is_found_and_named(&city);
    }
}

#[test]
fn the_command_says_what_it_found_and_fails() {
    let city = City::sqlite("tamper-command");
    let database = Database::open(&city.database.parse().unwrap()).unwrap();
    let mut conn = database.writing_conn().unwrap();
    conn.exec(
        "UPDATE tally SET reported = reported + 1 WHERE class = 0",
        &[],
    )
    .unwrap();
    drop(conn);
    drop(database);
    let (code, said) = run(&mut city.command("verify"));
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("处问题") && said.contains("统计不符"),
        "{said}"
    );
}
