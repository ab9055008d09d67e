//! For tests only: a small city on a real database of each kind, with a clock that stands still.
//!
//! The city is that of the seed story: 莆田市 > 城厢区 > 霞林街道 > 坂头社区 > grid > two buildings,
//! a neighbouring community, and another street whose people must see nothing of it.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod city;
mod clock;

pub use city::{OTHER_UNIT, PASSWORD, PEOPLE, Person, account, city, person};
pub use clock::FrozenClock;
pub use store::testing::{Fresh, with_databases};

use civic::directory::Actor;
use civic::id::AccountId;
use civic::time::{Day, Instant, Zone};
use office::{Config, Founding, Office};
use std::path::PathBuf;
use std::sync::Arc;

/// An office over a fresh database with the small city; gone with the test.
pub struct TestOffice {
    /// The office.
    pub office: Arc<Office>,
    /// Its clock: Wednesday 2026-03-11 09:00 in the city until it is set.
    pub clock: Arc<FrozenClock>,
    data: PathBuf,
    // Dropped last: the office holds the database.
    _fresh: Fresh,
}

/// Runs a test on PostgreSQL, where there is a server. What the test returns is dropped outside its
/// runtime, as the office must be.
pub fn on_postgres<T>(name: &str, test: impl AsyncFnOnce(TestOffice) -> T) {
    on_postgres_of(name, city(), test);
}

/// As [`on_postgres`], with another city.
pub fn on_postgres_of<T>(name: &str, founding: Founding, test: impl AsyncFnOnce(TestOffice) -> T) {
    let Some(office) = TestOffice::postgres(name, founding) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let rest = runtime.block_on(test(office));
    drop(runtime);
    drop(rest);
}

/// `hour:minute` of a day of March 2026 in the city; the 11th is a Wednesday.
#[must_use]
pub fn march(day: i8, hour: u32, minute: u32) -> Instant {
    Zone::CHINA.at(Day::from_ymd(2026, 3, day).unwrap(), hour, minute)
}

impl TestOffice {
    /// On a SQLite file.
    pub async fn sqlite(name: &str) -> Self {
        Self::on(Fresh::sqlite(name), true).await
    }

    /// On a SQLite file, with another city.
    ///
    /// # Panics
    /// When the city is refused.
    pub async fn sqlite_of(name: &str, founding: Founding) -> Self {
        let test = Self::empty(name);
        test.office.found(founding).await.unwrap();
        test
    }

    /// On a SQLite file, before any city is founded.
    #[must_use]
    pub fn empty(name: &str) -> Self {
        Self::open(Fresh::sqlite(name), true)
    }

    /// On PostgreSQL, where `HANGJI_TEST_PG` names a server. Not from within a runtime, as its
    /// driver brings its own; [`on_postgres`] is the way in.
    fn postgres(name: &str, founding: Founding) -> Option<Self> {
        let fresh = Fresh::postgres(name)?;
        let test = Self::open(fresh, true);
        futures::executor::block_on(test.office.found(founding)).unwrap();
        Some(test)
    }

    /// On this database; `demo` as the installation is configured.
    ///
    /// # Panics
    /// When the database cannot be made.
    pub async fn on(fresh: Fresh, demo: bool) -> Self {
        let test = Self::open(fresh, demo);
        test.office.found(city()).await.unwrap();
        test
    }

    fn open(fresh: Fresh, demo: bool) -> Self {
        let clock = Arc::new(FrozenClock::at(march(11, 9, 0)));
        let data = match fresh.folder() {
            Some(folder) => folder.join("data"),
            None => std::env::temp_dir().join(format!("hangji-data-{}", unique())),
        };
        let config = Config {
            url: fresh.url().clone(),
            data: data.clone(),
            demo,
        };
        let office = Office::create(&config, Arc::clone(&clock) as Arc<dyn office::Clock>).unwrap();
        Self {
            office,
            clock,
            data,
            _fresh: fresh,
        }
    }

    /// The person with a login, with the posts of today.
    #[must_use]
    pub fn actor(&self, login: &str) -> Actor {
        let person = person(login);
        let account = AccountId(person.account);
        let posts = self
            .office
            .world()
            .directory()
            .posts_of(account, self.office.today());
        Actor {
            account,
            name: person.name.into(),
            posts,
            system: false,
        }
    }

    /// Runs a statement on the database: what a fault or an older version left there.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn sql(&self, statement: &'static str) {
        let run = move |conn: &mut store::driver::Conn| Ok(conn.exec(statement, &[])?);
        let done = self.office.store().write::<_, store::lane::Failure>(run);
        done.await.unwrap();
    }

    /// Proves the data: journals, chains, holdings, tallies, audit.
    ///
    /// # Panics
    /// When anything is wrong, naming it.
    pub async fn verify(&self) {
        let findings = self.findings().await;
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// What the proof of the data finds wrong.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn findings(&self) -> Vec<String> {
        let proof = self
            .office
            .store()
            .read::<_, store::driver::DbError>(|conn| store::verify::verify(conn, |_| ()));
        proof.await.unwrap().findings
    }
}

impl Drop for TestOffice {
    fn drop(&mut self) {
        // Best effort: a test that failed must show its own panic.
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!(
        "{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}
