//! Whatever is altered, deleted or inserted by hand in what the proof covers is found and named.
//!
//! Each wrong is done in a transaction of its own, proved within it, and undone again.

mod journal;
mod kept;
mod wrong;

use crate::city::{City, run};
use crate::client::{escalate, report};
use crate::load::Crew;
use crate::server::Server;
use civic::id::MatterId;
use journal::{matters, steps};
use kept::{audits, holdings, links, seals, tallies};
use store::database::Database;
use wrong::Victim;

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
    let command = escalate(&id, second.version(), "tamper-escalate-2");
    let third = crew.grid.send(server.address, &command).unwrap();
    assert_eq!((third.status, third.version()), (200, 3), "{}", third.body);
    drop(server);
    let (code, said) = run(&mut city.command("seal"));
    assert_eq!(code, 0, "{said}");
    city.is_whole();
    id.parse().unwrap()
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
    cases.extend(links(conn, &victim));
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
