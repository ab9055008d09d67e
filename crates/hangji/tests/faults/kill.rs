//! `kill -9` at random moments under load: nothing that was acknowledged is lost, nothing is done
//! twice, and the proof holds after every blow that it is asked for.

use crate::city::City;
use crate::load::{Crew, Kind, Ledger, done, matters};
use crate::server::Server;
use std::collections::HashMap;
use std::sync::mpsc;
use std::time::Duration;

const CLIENTS: usize = 4;
/// The proof is asked for after each so many blows.
const PROOF_EVERY: usize = 25;
/// Delays between the first acknowledgement and the blow, in milliseconds.
const DELAY_MS: std::ops::Range<u64> = 20..250;
const SEED: u64 = 0x6861_6e67_6a69;

/// A fixed row of delays (splitmix64): the same blows in every run, as far as the clock allows.
fn delay(nth: usize) -> Duration {
    let mut z = SEED.wrapping_add((nth as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Duration::from_millis(DELAY_MS.start + (z ^ (z >> 31)) % (DELAY_MS.end - DELAY_MS.start))
}

fn serve(city: &City) -> Server {
    let mut command = city.command("serve");
    command.args(["--listen", "127.0.0.1:0"]);
    Server::start(command)
}

/// Lets the crew work and kills the server in the midst of it.
fn blow(city: &City, crew: &Crew, ledgers: &mut [Ledger], nth: usize) {
    let server = serve(city);
    let address = server.address;
    let (begun, news) = mpsc::channel();
    std::thread::scope(|scope| {
        for (client, ledger) in ledgers.iter_mut().enumerate() {
            let begun = begun.clone();
            scope.spawn(move || crew.work(address, ledger, &format!("client{client}"), &begun));
        }
        drop(begun);
        news.recv().expect("somebody gets an answer");
        std::thread::sleep(delay(nth));
        server.kill();
    });
}

fn nothing_is_lost_and_nothing_done_twice(city: &City, blows: usize) {
    let count = |table: &str| city.number(&format!("SELECT count(*) FROM {table}"));
    let escalated = || city.number("SELECT count(*) FROM step WHERE action = 'escalate'");
    let server = serve(city);
    let crew = Crew::sign_in(&server);
    server.kill();
    let before = (count("matter"), count("answered"), escalated());
    let mut ledgers: Vec<Ledger> = (0..CLIENTS).map(|_| Ledger::default()).collect();
    for nth in 1..=blows {
        blow(city, &crew, &mut ledgers, nth);
        if nth % PROOF_EVERY == 0 {
            // Before anything opened the database again for writing.
            city.is_whole();
        }
    }
    let acknowledged = done(
        &ledgers,
        &[Kind::Report, Kind::HeadEscalates, Kind::GridEscalates],
    );
    assert!(
        acknowledged >= blows,
        "only {acknowledged} commands: that is no load"
    );

    let server = serve(city);
    let newest = versions(&ledgers);
    for (id, version) in &newest {
        let found = crew
            .town
            .get(server.address, &format!("/matters/{id}"))
            .unwrap();
        assert_eq!(found.status, 200, "{id} was acknowledged: {}", found.body);
        assert!(
            found.version() >= *version,
            "{id} lost a step: {version} was acknowledged"
        );
    }
    std::thread::scope(|scope| {
        for ledger in &mut ledgers {
            scope.spawn(|| crew.repeat(server.address, ledger));
        }
    });
    let reports = done(&ledgers, &[Kind::Report]);
    let escalations = done(&ledgers, &[Kind::HeadEscalates, Kind::GridEscalates]);
    assert_eq!(matters(&ledgers).len(), reports, "two keys share a matter");
    assert_eq!(count("matter") - before.0, reports as i64, "matters");
    assert_eq!(
        count("answered") - before.1,
        (reports + escalations) as i64,
        "answers"
    );
    assert_eq!(escalated() - before.2, escalations as i64, "escalations");
    drop(server);
    city.is_whole();
    eprintln!(
        "{blows} kills, {reports} reports and {escalations} escalations, all there, each once"
    );
}

/// The newest version of each matter that anybody was told.
fn versions(ledgers: &[Ledger]) -> HashMap<String, i64> {
    let mut newest = HashMap::new();
    for (id, version) in ledgers
        .iter()
        .flat_map(|l| &l.0)
        .filter_map(|d| d.acknowledged.clone())
    {
        let kept = newest.entry(id).or_insert(version);
        *kept = version.max(*kept);
    }
    newest
}

#[test]
fn a_hundred_kills_under_load_lose_nothing_and_do_nothing_twice() {
    nothing_is_lost_and_nothing_done_twice(&City::sqlite("kill"), 100);
}

#[test]
fn ten_kills_under_load_on_postgresql_lose_nothing_and_do_nothing_twice() {
    if let Some(city) = City::postgres("kill") {
        nothing_is_lost_and_nothing_done_twice(&city, 10);
    }
}
