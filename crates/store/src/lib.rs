//! Rows, SQL, migrations and the committer; the only crate that names a database driver.
//!
//! Start reading at [`Store`]: it opens a database, reads on a pool of threads ([`pool`]), and
//! writes on one lane ([`lane`]) that decides and commits commands in sets.

pub mod absence;
pub mod account;
pub mod address;
pub mod admission;
pub mod answered;
pub mod area;
pub mod area_change;
pub mod asked;
pub mod assessment;
pub mod audit;
pub mod bare;
pub mod certificate;
pub mod credential;
pub mod database;
pub mod departure;
pub mod dictionary;
pub mod driver;
pub mod dump;
pub mod duty;
pub mod entry;
pub mod file;
pub mod hotline;
pub mod issuer;
pub mod job;
pub mod lane;
pub mod letter_text;
pub mod library;
pub mod logbook;
pub mod matter;
pub mod mediation;
pub mod message;
pub mod migrate;
pub mod nomination;
pub mod notice;
pub mod opening;
pub mod org;
pub mod outbox;
pub mod pack;
pub mod parameter;
pub mod phone;
pub mod phrase;
pub mod pool;
pub mod post;
pub mod publication;
pub mod record;
pub mod review;
mod rows;
pub mod seal;
pub mod session;
pub mod sign_in;
pub mod step;
mod store;
pub mod tally;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod token;
pub mod url;
pub mod verify;
pub mod visit;

pub use rows::fresh_id;
pub use store::{MIGRATIONS, Store};

/// The shard of this installation. Every row that grows with use carries it; an installation
/// spread over several databases gives each its own.
pub const SHARD: i64 = 1;
