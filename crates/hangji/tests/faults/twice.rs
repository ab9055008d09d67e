//! The same request sent several times at once: one thing is done, and all get the same answer.

use crate::city::City;
use crate::client::{Answer, Command, Person, escalate, report};
use crate::load::Crew;
use crate::server::Server;
use std::sync::Barrier;

/// Requests that set out at the same moment.
const AT_ONCE: usize = 12;

fn at_once(server: &Server, person: &Person, command: &Command) -> Vec<Answer> {
    let barrier = Barrier::new(AT_ONCE);
    std::thread::scope(|scope| {
        let one = || {
            barrier.wait();
            person.send(server.address, command).unwrap()
        };
        let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

fn one_key_does_one_thing(city: &City) {
    let mut command = city.command("serve");
    command.args(["--listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    let crew = Crew::sign_in(&server);
    let before = city.number("SELECT count(*) FROM matter");
    let mut version = 0;
    for round in 0..5 {
        let answers = at_once(
            &server,
            &crew.head,
            &report(&crew.unit, &format!("twice-report-{round}")),
        );
        let id = answers[0].id();
        for answer in &answers {
            assert_eq!(
                (answer.status, answer.id()),
                (201, id.clone()),
                "{}",
                answer.body
            );
        }
        assert_eq!(
            city.number("SELECT count(*) FROM matter"),
            before + round + 1
        );
        version = answers[0].version();
        // Only one of them can be decided on this version; the others are told what it said.
        let command = escalate(&id, version, &format!("twice-escalate-{round}"));
        for answer in at_once(&server, &crew.head, &command) {
            assert_eq!(
                (answer.status, answer.id()),
                (200, id.clone()),
                "{}",
                answer.body
            );
        }
        let steps =
            format!("SELECT count(*) FROM step WHERE matter = {id} AND action = 'escalate'");
        assert_eq!(city.number(&steps), 1);
    }
    // With keys of their own, one escalation wins and the others are told that they came late.
    let id = crew
        .head
        .send(server.address, &report(&crew.unit, "twice-apart"))
        .unwrap()
        .id();
    let barrier = Barrier::new(AT_ONCE);
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let (barrier, crew, server, id) = (&barrier, &crew, &server, &id);
        let one = |n: usize| {
            move || {
                barrier.wait();
                let command = escalate(id, version, &format!("twice-apart-{n}"));
                crew.head.send(server.address, &command).unwrap().status
            }
        };
        let all: Vec<_> = (0..AT_ONCE).map(|n| scope.spawn(one(n))).collect();
        all.into_iter().map(|t| t.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|s| *s == 412), "{statuses:?}");
    // A key belongs to a person: the same words of another are another request.
    let theirs = crew
        .grid
        .send(server.address, &report(&crew.unit, "twice-report-0"))
        .unwrap();
    assert_eq!(theirs.status, 201, "{}", theirs.body);
    assert_eq!(city.number("SELECT count(*) FROM matter"), before + 7);
    drop(server);
    city.is_whole();
}

#[test]
fn one_key_at_once_from_many_sides_does_one_thing() {
    one_key_does_one_thing(&City::sqlite("twice"));
}

#[test]
fn one_key_at_once_from_many_sides_does_one_thing_on_postgresql() {
    if let Some(city) = City::postgres("twice") {
        one_key_does_one_thing(&city);
    }
}
