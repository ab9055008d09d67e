//! PostgreSQL goes away and comes back, as it does when it is upgraded: the platform goes on
//! without a restart, and nothing is done twice.

use crate::city::City;
use crate::client::report;
use crate::load::Crew;
use crate::server::Server;

/// Rounds of cutting all connections.
const CUTS: usize = 5;
/// Tries after which a request must have been answered: each reader may find its connection dead.
const TRIES: usize = 12;

#[test]
fn cut_connections_to_postgresql_are_made_anew() {
    let Some(city) = City::postgres("outage") else {
        return;
    };
    let mut command = city.command("serve");
    command.args(["--listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    let crew = Crew::sign_in(&server);
    let before = city.number("SELECT count(*) FROM matter");
    for round in 0..CUTS {
        assert!(city.cut() >= 2, "the platform was connected");
        // The same key, until there is an answer: what was uncertain is done once.
        let command = report(&crew.unit, &format!("outage-report-{round}"));
        let answers = std::iter::repeat_with(|| crew.head.send(server.address, &command).unwrap());
        let answer = answers
            .take(TRIES)
            .inspect(|a| assert!([201, 503].contains(&a.status), "{} {}", a.status, a.body))
            .find(|a| a.status == 201)
            .expect("the connection is made anew");
        let path = format!("/matters/{}", answer.id());
        for _ in 0..TRIES {
            let found = crew.town.get(server.address, &path).unwrap();
            assert!(
                [200, 503].contains(&found.status),
                "{} {}",
                found.status,
                found.body
            );
        }
        let found = crew.town.get(server.address, &path).unwrap();
        assert_eq!(found.status, 200, "{}", found.body);
        assert_eq!(
            city.number("SELECT count(*) FROM matter"),
            before + round as i64 + 1
        );
    }
    drop(server);
    city.is_whole();
}
