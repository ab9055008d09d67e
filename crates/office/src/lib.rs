//! What a person may do: authorize, load, rule, write, answer.
//!
//! One [`Office`] serves an installation. Every verb takes the actor first and refuses with a
//! [`civic::refusal::Refusal`]; opaque faults are logged once, by who ends the work: the request, the
//! sweep.

mod absence;
mod address;
mod admission;
mod area;
mod area_change;
mod area_check;
mod assessment;
mod audit;
pub mod backup;
mod board;
mod boundary_history;
mod boundary_import;
mod burden;
mod certificate;
mod clock;
mod departure;
mod dictionary;
pub mod doctor;
mod duty;
mod evidence;
mod file;
mod found;
mod grid_import;
mod home;
mod hotline;
pub mod identity;
pub mod install;
pub mod job;
mod key;
mod library;
pub mod line;
mod live;
mod logbook;
pub mod matter;
mod mediation;
mod message;
mod module;
mod nomination;
pub mod notice;
mod opening;
mod outbox;
pub mod pack;
mod page;
mod parameter;
mod phrase;
mod picture;
mod post;
pub mod proof;
mod publication;
mod quiet;
mod register;
mod rule_book;
mod station;
pub mod sweep;
mod tell;
mod visit;
mod web_client;
mod whole;
pub mod workbook;
mod world;

pub use absence::{AbsenceInput, AbsenceRow};
pub use address::{AddressSeen, Correction, RegisterImport, Said, Sheet, Sign, SignsOf};
pub use admission::Verdict;
pub use area::{AreaDetail, Counts, Located, Named, Responsible, UNIT_PEOPLE};
pub use area_change::form::of_geometry as form_of_geometry;
pub use area_change::{AreaHistory, ChangeSeen, MatterMoves, PostMove, Preview};
pub use area_check::{AreaCheck, CodeImport, Finding, Load};
pub use assessment::{
    AssessmentRow, Behind, BehindRow, Difference, Export, Opening, Printed, ResultRow, ReviewRow,
    ReviewSheet, Side,
};
pub use atlas::Crs;
pub use audit::{AuditRow, AuditWanted, Look};
pub use board::{Board, BoardChild, KpiValue, Stuck, Today, TodayLevel};
pub use boundary_history::FormerBoundary;
pub use boundary_import::{FormImport, FormLine};
pub use certificate::CertificateRow;
pub use clock::{Clock, DemoClock, SystemClock};
pub use departure::{DepartureRow, Removal, Tenure};
pub use dictionary::{PlaceWord, WordChange};
pub use duty::OnDuty;
pub use evidence::{EvidencePack, EvidenceTaken};
pub use file::{Kind, OpenedFile};
pub use found::Founding;
pub use grid_import::{Crossing, GridFate, GridImport, GridLine};
pub use home::{Home, HomeJob, HomePost};
pub use hotline::ImportedLine;
pub use job::{Job, JobRow};
pub use key::Key;
pub use library::{DocumentSeen, NewDocument, UnreadKey, UnreadPost, UnreadPosts};
pub use live::Live;
pub use logbook::Logbook;
pub use mediation::{SessionInput, SessionRecord};
pub use message::{MessagePage, Read};
pub use nomination::{Candidacy, NominationRow};
pub use opening::{CandidateSeen, NewApplication, NewOpening, OpeningSeen, Publicity};
pub use outbox::{
    LetterTextRow, LetterVersion, SenderKind, SenderRow, SenderSettings, SubscriptionRow,
};
pub use parameter::ParameterRow;
pub use phrase::PhraseInput;
pub use post::{Appointment, Person, PostRow, SOURCES, Vacancy, source_word};
pub use publication::PublicationAct;
pub use register::{CountRow, LeaderPoint, RecordMatter, RecordSeen, RegisterCounts};
pub use rule_book::{RuleBook, RuleFile, RuleFlow};
pub use station::StationFigures;
pub use store::job::Run as JobRun;
pub use visit::{KINDS as VISIT_KINDS, VisitInput};
pub use whole::Whole;
pub use world::World;

use arc_swap::ArcSwap;
use civic::refusal::Refusal;
use civic::time::Instant;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;
use store::driver::{Conn, DbError, OpenError};
use store::lane::{Committed, Failure};
use store::url::StoreUrl;

/// Why a verb did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// The rules refuse it; the sentence is for the person.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The program or the database failed. Whoever ends the work logs it, once; the person is not
    /// told more than that.
    #[error("{0}")]
    Broken(String),
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Full(_) | DbError::ReadOnly(_) => Self::Refused(Refusal::Busy(
                "服务器磁盘已满或不可写，现在只能查看、不能办理；请通知系统管理员清理磁盘后再试"
                    .into(),
            )),
            DbError::Taken(_) => Self::Refused(Refusal::Busy(store::lane::TAKEN.into())),
            DbError::Lost(_) | DbError::Busy(_) | DbError::Retry(_) => {
                Self::Refused(Refusal::Busy("数据库暂时无法使用，请稍后再试".into()))
            }
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Broken(error) => error.into(),
        }
    }
}

impl From<Vec<civic::problem::Problem>> for Fault {
    fn from(problems: Vec<civic::problem::Problem>) -> Self {
        Self::Refused(Refusal::Invalid(problems))
    }
}

/// The result of a verb.
pub type Result<T> = std::result::Result<T, Fault>;

/// How an office is opened.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database.
    pub url: StoreUrl,
    /// Folder of attachments and the key file.
    pub data: PathBuf,
    /// Demo mode: accounts made for showing are listed on the sign-in page.
    pub demo: bool,
}

/// The office of one installation.
pub struct Office {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) world: Arc<ArcSwap<World>>,
    /// Counts the worlds put in place, so that one read earlier never replaces one read later.
    pub(crate) turn: Arc<AtomicU64>,
    pub(crate) keys: identity::keys::Keys,
    pub(crate) files: Arc<dyn object_store::ObjectStore>,
    pub(crate) sessions: identity::session::Cache,
    pub(crate) parameters: ArcSwap<civic::parameter::Parameters>,
    pub(crate) begun: job::Begun,
    pub(crate) live: Live,
    pub(crate) demo: bool,
}

impl Office {
    /// Opens an existing database of the current version.
    ///
    /// # Errors
    /// A Chinese sentence that says what to do.
    pub fn open(
        config: &Config,
        clock: Arc<dyn Clock>,
    ) -> std::result::Result<Arc<Self>, OpenError> {
        Self::begin(config, clock, false)
    }

    /// Opens or creates a database, brings it to the current version and loads the base pack.
    ///
    /// # Errors
    /// As [`Office::open`], and when a migration or the pack fails.
    pub fn create(
        config: &Config,
        clock: Arc<dyn Clock>,
    ) -> std::result::Result<Arc<Self>, OpenError> {
        Self::begin(config, clock, true)
    }

    fn begin(
        config: &Config,
        clock: Arc<dyn Clock>,
        create: bool,
    ) -> std::result::Result<Arc<Self>, OpenError> {
        let live = Live::default();
        let publisher = live.clone();
        let publish = move |committed: Committed| publisher.publish(committed);
        let store = if create {
            Store::create(&config.url, publish)?
        } else {
            Store::open(&config.url, publish)?
        };
        if create {
            pack::install(&store, clock.now())?;
        }
        let world = World::load(&store, clock.now())?;
        // A new key in the place of a lost one would make every sealed contact unreadable for good.
        let key = config.data.join(identity::keys::FILE);
        if !key.exists()
            && store.read_now::<bool, OpenError>(|conn| Ok(store::matter::has_party(conn)?))?
        {
            return Err(OpenError::new(format!(
                "没有找到密钥文件“{}”，而数据库里有用它加密的联系方式；请从备份恢复密钥文件，或用 --data 指明它所在的文件夹",
                key.display()
            )));
        }
        let keys = identity::keys::Keys::open_or_create(&config.data)?;
        let files = file::local(&config.data)?;
        let parameters = store.read_now::<_, OpenError>(|conn| Ok(parameter::load(conn)?))?;
        Ok(Arc::new(Self {
            store,
            clock,
            world: Arc::new(ArcSwap::from_pointee(world)),
            turn: Arc::default(),
            keys,
            files,
            sessions: identity::session::Cache::default(),
            parameters: ArcSwap::from_pointee(parameters),
            begun: job::Begun::default(),
            live,
            demo: config.demo,
        }))
    }

    /// Now, by the office's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
    /// Today, in the city's zone.
    #[must_use]
    pub fn today(&self) -> civic::time::Day {
        self.world().rules.day(self.now())
    }
    /// The tree, posts, flows and the rest that is kept in memory.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.load_full()
    }
    /// Whether accounts made for showing exist.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.demo
    }
    /// Live events.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.live
    }
    /// The store, for the command line (`verify`, `seal`, `bench`).
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> store::driver::Result<T> + Send + 'static,
    ) -> Result<T> {
        Ok(self.store.read::<T, DbError>(work).await?)
    }
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<T, Failure> + Send + 'static,
    ) -> Result<T> {
        Ok(self.store.write::<T, Failure>(work).await?)
    }

    /// Rebuilds what is kept in memory after areas, organisations, posts or packs changed.
    ///
    /// # Errors
    /// When the rows cannot be read or do not make a tree.
    pub async fn reload(&self) -> Result<()> {
        loop {
            let (now, turn) = (self.now(), self.turn.load(Ordering::Acquire));
            let world = self
                .store
                .read::<World, OpenError>(move |conn| World::read(conn, now))
                .await
                .map_err(|e| Fault::Broken(format!("{e:?}")))?;
            // Something else was put in place meanwhile: what was read may be older than that.
            let next = turn + 1;
            let order = (Ordering::AcqRel, Ordering::Acquire);
            if self
                .turn
                .compare_exchange(turn, next, order.0, order.1)
                .is_ok()
            {
                self.world.store(Arc::new(world));
                return Ok(());
            }
        }
    }
}

pub use store::account::{Account, AccountKind};
pub use store::area::BoundaryRow;
pub use store::area_change::ChangeRow;
