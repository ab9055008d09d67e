//! Rows, SQL, migrations and the committer; the only crate that names a database driver

pub mod database;
pub mod driver;
pub mod migrate;
pub mod pool;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod url;
