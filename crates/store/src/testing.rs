//! Fresh databases for tests: each test on SQLite and, where `HANGJI_TEST_PG` names
//! a server, again on PostgreSQL in a schema of its own. With `HANGJI_REQUIRE_PG=1`
//! a missing server is a failure.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::database::Database;
use crate::driver::Conn;
use crate::url::StoreUrl;

/// A database made for one test, gone with it.
pub struct Fresh {
    url: StoreUrl,
    trash: Trash,
}

enum Trash {
    Folder(PathBuf),
    Schema { server: StoreUrl, name: String },
}

impl Fresh {
    /// A SQLite file (not made yet) in a folder of its own.
    pub fn sqlite(name: &str) -> Fresh {
        let folder = std::env::temp_dir().join(format!("hangji-{}", unique(name)));
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
        let url = StoreUrl::Sqlite(folder.join("test.db"));
        Fresh {
            url,
            trash: Trash::Folder(folder),
        }
    }

    /// An empty schema on the server of `HANGJI_TEST_PG`, if there is one.
    pub fn postgres(name: &str) -> Option<Fresh> {
        let Ok(server) = std::env::var("HANGJI_TEST_PG") else {
            let required = std::env::var("HANGJI_REQUIRE_PG").is_ok_and(|v| v == "1");
            assert!(
                !required,
                "HANGJI_REQUIRE_PG=1, but HANGJI_TEST_PG names no server"
            );
            eprintln!("{name}: not run on PostgreSQL, HANGJI_TEST_PG names no server");
            return None;
        };
        let name = unique(name);
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-csearch_path%3D{name}").parse();
        let server: StoreUrl = server.parse().expect("HANGJI_TEST_PG is an address");
        let mut conn = crate::database::reading_conn(&server).expect("HANGJI_TEST_PG answers");
        conn.batch(&format!("CREATE SCHEMA {name}"))
            .expect("a right to create schemas");
        Some(Fresh {
            url: url.expect("an address with a schema"),
            trash: Trash::Schema { server, name },
        })
    }

    /// The address of the database.
    pub fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// Opens the database, made if need be.
    pub fn open(&self) -> Database {
        Database::open_or_create(&self.url).expect("a fresh database opens")
    }

    /// The folder of a SQLite database.
    pub fn folder(&self) -> Option<&std::path::Path> {
        match &self.trash {
            Trash::Folder(folder) => Some(folder),
            Trash::Schema { .. } => None,
        }
    }

    /// Runs `test` on a writing connection of its own.
    pub fn with_conn(&self, test: impl FnOnce(&mut Conn)) {
        let database = self.open();
        test(&mut database.writing_conn().expect("a connection"));
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // Best effort: a test that failed must show its own panic.
        match &self.trash {
            Trash::Folder(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Trash::Schema { server, name } => {
                if let Ok(mut conn) = crate::database::reading_conn(server) {
                    let _ = conn.batch(&format!("DROP SCHEMA {name} CASCADE"));
                }
            }
        }
    }
}

/// Brings a fresh database to the current version.
pub fn prepare(conn: &mut Conn) {
    crate::migrate::migrate(conn, crate::MIGRATIONS).expect("the migrations apply");
}

/// A name that no other test of this or another run has; an identifier under 63 bytes.
fn unique(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let nth = COUNT.fetch_add(1, Ordering::Relaxed);
    let words = name.rsplit("::").next().unwrap_or(name);
    let words: String = words
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(30)
        .collect();
    format!(
        "t{}_{nth}_{}",
        std::process::id(),
        words.to_ascii_lowercase()
    )
}

/// Runs `test` on a fresh SQLite file and, where there is a server, on PostgreSQL.
pub fn with_databases(name: &str, test: impl Fn(&Fresh)) {
    test(&Fresh::sqlite(name));
    if let Some(fresh) = Fresh::postgres(name) {
        test(&fresh);
    }
}

/// Two tests from one body, `name::sqlite` and `name::postgres`:
///
/// ```text
/// on_both! {
///     fn a_row_comes_back(conn: &mut Conn) { .. }
///     fn two_readers_see_one_moment(fresh: &Fresh) { .. }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($(fn $name:ident($arg:ident: & $($kind:tt)+) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn body($arg: &$($kind)+) $body

            #[test]
            fn sqlite() {
                $crate::on_both!(@run &$crate::testing::Fresh::sqlite(stringify!($name)), $($kind)+);
            }

            #[test]
            fn postgres() {
                if let Some(fresh) = $crate::testing::Fresh::postgres(stringify!($name)) {
                    $crate::on_both!(@run &fresh, $($kind)+);
                }
            }
        }
    )*};
    (@run $fresh:expr, mut Conn) => { $fresh.with_conn(body) };
    (@run $fresh:expr, Fresh) => { body($fresh) };
}
