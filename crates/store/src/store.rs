//! The store: one database, a pool of readers, one lane that writes.

use crate::database::Database;
use crate::driver::{Conn, DbError, OpenError};
use crate::dump::UNFINISHED;
use crate::lane::{Answer, Command, Committed, Failure, Lane, Pulse, Reform};
use crate::migrate::{self, Migration};
use crate::pool::Readers;
use crate::url::StoreUrl;
use civic::refusal::Refusal;

/// All migrations, in order.
pub const MIGRATIONS: &[Migration] = &[
    (1, "core", include_str!("../migrations/0001_core.sql")),
    (2, "home", include_str!("../migrations/0002_home.sql")),
    (3, "notice", include_str!("../migrations/0003_notice.sql")),
    (
        4,
        "area_change",
        include_str!("../migrations/0004_area_change.sql"),
    ),
    (5, "absence", include_str!("../migrations/0005_absence.sql")),
    (6, "trust", include_str!("../migrations/0006_trust.sql")),
    (
        7,
        "admission",
        include_str!("../migrations/0007_admission.sql"),
    ),
    (8, "logbook", include_str!("../migrations/0008_logbook.sql")),
    (
        9,
        "nomination",
        include_str!("../migrations/0009_nomination.sql"),
    ),
    (
        10,
        "outgoing",
        include_str!("../migrations/0010_outgoing.sql"),
    ),
    (
        11,
        "mediation",
        include_str!("../migrations/0011_mediation.sql"),
    ),
    (
        12,
        "register",
        include_str!("../migrations/0012_register.sql"),
    ),
    (
        13,
        "request",
        include_str!("../migrations/0013_request.sql"),
    ),
    (
        14,
        "hotline",
        include_str!("../migrations/0014_hotline.sql"),
    ),
    (
        15,
        "departure",
        include_str!("../migrations/0015_departure.sql"),
    ),
    (
        16,
        "attempts",
        include_str!("../migrations/0016_attempts.sql"),
    ),
    (17, "tag", include_str!("../migrations/0017_tag.sql")),
    (
        18,
        "certificate",
        include_str!("../migrations/0018_certificate.sql"),
    ),
    (19, "phrase", include_str!("../migrations/0019_phrase.sql")),
    (
        20,
        "assessment",
        include_str!("../migrations/0020_assessment.sql"),
    ),
    (
        21,
        "hotline_rates",
        include_str!("../migrations/0021_hotline_rates.sql"),
    ),
    (
        22,
        "publication",
        include_str!("../migrations/0022_publication.sql"),
    ),
    (
        23,
        "library",
        include_str!("../migrations/0023_library.sql"),
    ),
    (
        24,
        "visit_order",
        include_str!("../migrations/0024_visit_order.sql"),
    ),
    (
        25,
        "area_boundary_past",
        include_str!("../migrations/0025_area_boundary_past.sql"),
    ),
    (26, "issuer", include_str!("../migrations/0026_issuer.sql")),
    (
        27,
        "phone_code",
        include_str!("../migrations/0027_phone_code.sql"),
    ),
    (
        28,
        "address",
        include_str!("../migrations/0028_address.sql"),
    ),
    (
        29,
        "opening",
        include_str!("../migrations/0029_opening.sql"),
    ),
    (30, "review", include_str!("../migrations/0030_review.sql")),
    (
        31,
        "letter_text",
        include_str!("../migrations/0031_letter_text.sql"),
    ),
    (
        32,
        "dictionary",
        include_str!("../migrations/0032_dictionary.sql"),
    ),
    (
        33,
        "application_look",
        include_str!("../migrations/0033_application_look.sql"),
    ),
    (
        34,
        "record_file",
        include_str!("../migrations/0034_record_file.sql"),
    ),
    (35, "search", include_str!("../migrations/0035_search.sql")),
];

/// Threads that read. Few cores gain nothing from more.
const READERS: usize = 4;

/// An open database of the current version.
pub struct Store {
    // Dropped in this order: the threads end before the lock of the database is given up.
    lane: Lane,
    readers: Readers,
    database: Database,
}

impl Store {
    /// Opens an existing database that has every migration.
    ///
    /// # Errors
    /// A sentence that says what to do: no such file, pending migrations, a newer database, another
    /// process that holds it.
    pub fn open(
        url: &StoreUrl,
        publish: impl Fn(Committed) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let database = Database::open(url)?;
        let mut conn = alone(&database)?;
        let pending = migrate::pending(&mut conn, MIGRATIONS)?;
        if let Some((number, name, _)) = pending.first() {
            return Err(OpenError::new(format!(
                "数据库缺少第 {number} 号变更（{name}），请先运行 hangji migrate 升级数据库"
            )));
        }
        Self::start(database, conn, publish)
    }

    /// Opens or creates a database and brings it to the current version.
    ///
    /// # Errors
    /// As [`Store::open`], and when a migration fails.
    pub fn create(
        url: &StoreUrl,
        publish: impl Fn(Committed) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let database = Database::open_or_create(url)?;
        let mut conn = alone(&database)?;
        migrate::migrate(&mut conn, MIGRATIONS)?;
        Self::start(database, conn, publish)
    }

    /// Empties the search index of a database that nobody has open; the next opening fills it anew.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn forget_index(url: &StoreUrl) -> Result<(), OpenError> {
        let mut conn = alone(&Database::open(url)?)?;
        migrate::migrate(&mut conn, MIGRATIONS)?;
        conn.transaction(crate::matter::forget_index)
    }

    fn start(
        database: Database,
        mut conn: Conn,
        publish: impl Fn(Committed) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let sql = "SELECT 1 FROM meta WHERE key = $1";
        if conn.query_opt(sql, &[UNFINISHED.into()])?.is_some() {
            return Err(OpenError::new(format!(
                "数据库 {} 没有写完：复制或恢复在中途停下了，里面的内容不能使用；请删除它，重新复制或恢复",
                database.url()
            )));
        }
        crate::matter::index_all(&mut conn)?;
        conn.begin_term()?;
        let readers = database.readers(READERS)?;
        let lane = Lane::start(conn, database.turn(), publish)?;
        Ok(Self {
            lane,
            readers,
            database,
        })
    }

    /// The URL, without password.
    #[must_use]
    pub fn url(&self) -> &StoreUrl {
        self.database.url()
    }

    /// Reads in one snapshot, on a reader's thread.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send + 'static
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.readers.read_async(work)
    }

    /// The same for callers without an async runtime: the start, the command line.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read_now<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.readers.read(work)
    }

    /// Puts a command on matters into the lane.
    pub fn submit(
        &self,
        command: Command,
    ) -> impl Future<Output = Result<Answer, Failure>> + Send + 'static {
        self.lane.submit(command)
    }

    /// Other writing, in one durable transaction.
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send + 'static
    where
        T: Send + 'static,
        E: From<DbError> + From<Refusal> + Send + 'static,
    {
        self.lane.write(work)
    }

    /// Changes areas or the like and the matters that depend on them; see [`Lane::reform`].
    pub fn reform<T: 'static, R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<(T, Reform), Failure> + Send + 'static,
        after: impl FnOnce(T) -> R + Send + 'static,
    ) -> impl Future<Output = Result<R, Failure>> + Send + 'static {
        self.lane.reform(work, after)
    }

    /// Whether the last commit failed because nothing can be written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.lane.is_read_only()
    }

    /// What the committer has done so far, and what waits for it.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        self.lane.pulse()
    }

    /// Reads that wait for a thread.
    #[must_use]
    pub fn reads_waiting(&self) -> usize {
        self.readers.waiting()
    }
}

/// The writing connection of the one server that may write.
pub(crate) fn alone(database: &Database) -> Result<Conn, OpenError> {
    let mut conn = database.writing_conn()?;
    match conn.take_lease() {
        Ok(()) => Ok(conn),
        Err(DbError::Taken(holder)) => Err(OpenError::new(format!(
            "数据库 {} 正由另一个夯基进程使用（{holder}）。同一个库同时只能有一个夯基办理业务，请先停止它；如果它所在的机器已经断电或断网，请等一分钟再试",
            database.url()
        ))),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests;
