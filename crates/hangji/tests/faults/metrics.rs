//! The figures for a monitoring system: they count what happened, on an address of their own, and hold
//! nothing of people and matters.

use crate::city::City;
use crate::client::report;
use crate::load::Crew;
use crate::server::Server;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// A port that nobody has just now.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The value of a figure whose name and labels begin so; 0 where there is none yet.
fn figure(text: &str, begins: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(begins));
    let value = line.and_then(|line| line.rsplit(' ').next());
    value.map_or(0.0, |value| value.parse().unwrap())
}

#[test]
fn figures_of_the_program_are_counted_on_an_address_of_their_own_without_ids_and_names() {
    let city = City::sqlite("metrics");
    let there = free();
    let mut command = city.command("serve");
    command.args(["--listen", "127.0.0.1:0", "--metrics", &there.to_string()]);
    let server = Server::start(command);
    let crew = Crew::sign_in(&server);
    let before = ask(there, "/metrics");
    assert!(before.starts_with("HTTP/1.1 200"), "{before}");
    let reported = report(&crew.unit, "metrics-report");
    let answer = crew.head.send(server.address, &reported).unwrap();
    let path = format!("/matters/{}", answer.id());
    assert_eq!(crew.town.get(server.address, &path).unwrap().status, 200);
    assert_eq!(
        crew.town.get(server.address, "/nowhere").unwrap().status,
        404
    );
    let after = ask(there, "/metrics");
    let grew = |begins: &str| figure(&after, begins) - figure(&before, begins);
    let answers = |method: &str, route: &str, class: &str| {
        let labels = format!("method=\"{method}\",route=\"{route}\",class=\"{class}\"");
        grew(&format!("hangji_http_answer_seconds_count{{{labels}}}"))
    };
    assert_eq!(answers("POST", "/api/v1/matters", "2xx"), 1.0, "{after}");
    assert_eq!(
        answers("GET", "/api/v1/matters/{id}", "2xx"),
        1.0,
        "{after}"
    );
    assert_eq!(answers("GET", "other", "4xx"), 1.0, "{after}");
    assert!(grew("hangji_commands_total") >= 1.0, "{after}");
    assert!(grew("hangji_sets_seconds_total") > 0.0, "{after}");
    assert!(figure(&after, "hangji_resident_bytes") > 1e6, "{after}");
    assert!(after.trim_end().ends_with("# EOF"), "{after}");
    assert!(!after.contains(&answer.id()), "a figure names a matter");
    // The address of the platform has no figures, and that of the figures has no platform.
    assert!(!ask(server.address, "/metrics").contains("hangji_commands_total"));
    assert!(ask(there, "/api/v1/matters").starts_with("HTTP/1.1 404"));
    drop(server);
    city.is_whole();
}
