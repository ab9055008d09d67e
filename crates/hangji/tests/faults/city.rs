//! The sample city, made once by the binary itself, and copies of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use store::driver::Conn;
use store::url::StoreUrl;

/// The binary under test, free of the settings of the person who runs the tests.
pub fn hangji() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hangji"));
    command
        .env_remove("HANGJI_DATABASE")
        .env_remove("HANGJI_DATA")
        .env_remove("HANGJI_LISTEN")
        .env_remove("HANGJI_BEHIND_PROXY")
        .env_remove("HANGJI_SECURE_COOKIES")
        .env_remove("HANGJI_TLS_CERTIFICATE")
        .env_remove("HANGJI_TLS_KEY")
        .env_remove("HANGJI_METRICS")
        .env_remove("HANGJI_LOG");
    command
}

/// Runs to its end: exit code, and everything it said.
pub fn run(command: &mut Command) -> (i32, String) {
    let out = command.output().unwrap();
    let said = [out.stdout, out.stderr].concat();
    (
        out.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// A folder of one test, gone with it.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("hangji-faults-{}-{nth}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Best effort: a test that failed must show its own panic.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A city of one test.
pub struct City {
    scratch: Scratch,
    pub database: String,
    schema: Option<(StoreUrl, String)>,
}

/// Where the city is built that the others are copied from. Kept below `target`, because nothing
/// runs after the last test of a process; the next run begins by removing it.
fn model() -> &'static Path {
    static MODEL: OnceLock<PathBuf> = OnceLock::new();
    MODEL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults-city");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        build(
            &folder,
            &format!("sqlite:{}", folder.join("hangji.db").display()),
        );
        folder
    })
}

fn build(data: &Path, database: &str) {
    let (code, said) = run(hangji()
        .args(["build", "--scale", "street", "--days", "2"])
        .args(["--database", database, "--data"])
        .arg(data));
    assert_eq!(code, 0, "{said}");
}

/// Copies a city that no server has open: database, key and attachments.
pub fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let there = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&there).unwrap();
            copy_all(&entry.path(), &there);
        } else {
            std::fs::copy(entry.path(), there).unwrap();
        }
    }
}

impl City {
    /// A copy of the city, on a SQLite file.
    pub fn sqlite(name: &str) -> Self {
        let scratch = Scratch::new(name);
        copy_all(model(), scratch.path());
        let database = format!("sqlite:{}", scratch.path().join("hangji.db").display());
        Self {
            scratch,
            database,
            schema: None,
        }
    }

    /// A city in a schema of its own, on the server that `HANGJI_TEST_PG` names.
    pub fn postgres(name: &str) -> Option<Self> {
        let Ok(server) = std::env::var("HANGJI_TEST_PG") else {
            let required = std::env::var("HANGJI_REQUIRE_PG").is_ok_and(|v| v == "1");
            assert!(
                !required,
                "HANGJI_REQUIRE_PG=1, but HANGJI_TEST_PG names no server"
            );
            eprintln!("{name}: not run on PostgreSQL, HANGJI_TEST_PG names no server");
            return None;
        };
        let scratch = Scratch::new(name);
        let schema = format!("faults_{}_{name}", std::process::id());
        let mark = if server.contains('?') { '&' } else { '?' };
        // The connections carry a name of their own, so that a test can cut them and no others.
        let database =
            format!("{server}{mark}options=-csearch_path%3D{schema}&application_name={schema}");
        let url: StoreUrl = server.parse().unwrap();
        let mut conn = store::database::reading_conn(&url).unwrap();
        conn.batch(&format!("CREATE SCHEMA {schema}")).unwrap();
        let city = Self {
            scratch,
            database,
            schema: Some((url, schema)),
        };
        build(city.data(), &city.database);
        Some(city)
    }

    pub fn data(&self) -> &Path {
        self.scratch.path()
    }

    /// The binary with a command on this city.
    pub fn command(&self, name: &str) -> Command {
        let mut command = hangji();
        command
            .args([name, "--database", &self.database, "--data"])
            .arg(self.data());
        command
    }

    /// A connection beside the process that owns the database.
    pub fn reader(&self) -> Conn {
        store::database::reading_conn(&self.database.parse().unwrap()).unwrap()
    }

    /// The number that a query answers.
    pub fn number(&self, sql: &str) -> i64 {
        let row = self.reader().query_one(sql, &[]).unwrap();
        row.opt_int(0).unwrap().unwrap_or(0)
    }

    /// Cuts every connection to a database on PostgreSQL, as a restart of the server does; how many
    /// there were.
    pub fn cut(&self) -> i64 {
        let (server, schema) = self.schema.as_ref().unwrap();
        let mut conn = store::database::reading_conn(server).unwrap();
        let sql = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) AS ended \
                   FROM pg_stat_activity WHERE application_name = $1) AS cut WHERE ended";
        let row = conn.query_one(sql, &[schema.as_str().into()]).unwrap();
        row.int(0).unwrap()
    }

    /// `hangji verify` finds nothing.
    #[track_caller]
    pub fn is_whole(&self) {
        let (code, said) = run(&mut self.command("verify"));
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("全部相符"), "{said}");
    }
}

impl Drop for City {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.schema
            && let Ok(mut conn) = store::database::reading_conn(server)
        {
            let _ = conn.batch(&format!("DROP SCHEMA {name} CASCADE"));
        }
    }
}
