//! People at work, and a ledger of what each was told: what the server acknowledged must be there
//! afterwards, and nothing twice.

use crate::client::{Answer, Command, Person, escalate, report};
use crate::server::Server;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::mpsc::Sender;

/// The people: a unit head who reports and escalates, the grid head who escalates on, and the
/// dispatcher of the street who may read it all.
pub struct Crew {
    pub head: Person,
    pub grid: Person,
    pub town: Person,
    pub unit: String,
}

impl Crew {
    pub fn sign_in(server: &Server) -> Self {
        let head = Person::sign_in(server.address, "danyuan");
        Self {
            unit: head.home.clone(),
            grid: Person::sign_in(server.address, "wanggezhang"),
            town: Person::sign_in(server.address, "jiedao"),
            head,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Report,
    HeadEscalates,
    GridEscalates,
}

/// A command that was sent.
pub struct Deed {
    pub kind: Kind,
    pub command: Command,
    /// Id and version of the answer, once there was one.
    pub acknowledged: Option<(String, i64)>,
    /// The rules refused it: nothing happened, and nothing is claimed.
    pub refused: bool,
}

/// What one client sent, in order.
#[derive(Default)]
pub struct Ledger(pub Vec<Deed>);

impl Crew {
    fn who(&self, kind: Kind) -> &Person {
        match kind {
            Kind::Report | Kind::HeadEscalates => &self.head,
            Kind::GridEscalates => &self.grid,
        }
    }

    /// Sends a deed and writes down the answer. `None` where the server went away.
    fn send(&self, address: SocketAddr, deed: &mut Deed) -> Option<Answer> {
        let answer = self.who(deed.kind).send(address, &deed.command).ok()?;
        match answer.status {
            200 | 201 => {
                let now = (answer.id(), answer.version());
                if let Some((id, version)) = &deed.acknowledged {
                    assert_eq!(*id, now.0, "the same key answered another matter");
                    assert!(
                        *version <= now.1,
                        "{id} went back from {version} to {}",
                        now.1
                    );
                } else {
                    deed.acknowledged = Some(now);
                }
            }
            // Somebody (the deadline sweep) was there first; also busy: then it is sent again.
            409 | 412 => {
                assert!(deed.acknowledged.is_none(), "{}", answer.body);
                deed.refused = true;
            }
            503 => {}
            other => panic!("{other}: {}", answer.body),
        }
        Some(answer)
    }

    /// Works until the server goes away: what was in flight at the last end is sent again first.
    /// `begun` is told of every acknowledgement.
    pub fn work(&self, address: SocketAddr, ledger: &mut Ledger, client: &str, begun: &Sender<()>) {
        let open = |d: &&mut Deed| d.acknowledged.is_none() && !d.refused;
        for deed in ledger.0.iter_mut().filter(open) {
            if self.send(address, deed).is_none() {
                return;
            }
        }
        let mut seen: Option<(String, i64)> = None;
        for kind in [Kind::Report, Kind::HeadEscalates, Kind::GridEscalates]
            .into_iter()
            .cycle()
        {
            let key = format!("{client}-{:06}", ledger.0.len());
            let command = match (kind, &seen) {
                (Kind::Report, _) => report(&self.unit, &key),
                (_, Some((id, version))) => escalate(id, *version, &key),
                (_, None) => continue,
            };
            ledger.0.push(Deed {
                kind,
                command,
                acknowledged: None,
                refused: false,
            });
            let deed = ledger.0.last_mut().unwrap();
            if self.send(address, deed).is_none() {
                return;
            }
            seen.clone_from(&deed.acknowledged);
            // Nobody listens any more once the blow has been dealt.
            let _ = begun.send(());
        }
    }

    /// Sends everything once more. Every key answers the matter that it answered before.
    pub fn repeat(&self, address: SocketAddr, ledger: &mut Ledger) {
        for deed in ledger.0.iter_mut().filter(|d| !d.refused) {
            let answer = self.send(address, deed).expect("the server lives");
            assert!(
                deed.refused || answer.status < 300,
                "{} {}",
                answer.status,
                answer.body
            );
        }
    }
}

/// How many deeds of these kinds were done.
pub fn done(ledgers: &[Ledger], kinds: &[Kind]) -> usize {
    let deeds = ledgers.iter().flat_map(|l| &l.0);
    deeds
        .filter(|d| kinds.contains(&d.kind) && d.acknowledged.is_some())
        .count()
}

/// The matters that were reported, each once.
pub fn matters(ledgers: &[Ledger]) -> HashSet<String> {
    let deeds = ledgers.iter().flat_map(|l| &l.0);
    deeds
        .filter(|d| d.kind == Kind::Report)
        .filter_map(|d| d.acknowledged.as_ref().map(|(id, _)| id.clone()))
        .collect()
}
