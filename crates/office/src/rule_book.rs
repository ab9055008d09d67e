//! The rules in force, to be read by everybody who works by them: flows, formulae, calendar and the
//! versions of the texts they came from (R023).

use crate::post::staff_only;
use crate::{Office, Result, pack};
use civic::calendar::{Period, SpecialDay};
use civic::directory::Actor;
use civic::kpi::Kpi;
use civic::time::{Day, Instant};

/// One version of a text of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Path inside the pack: `flows/incident.toml`.
    pub path: String,
    /// Version, from 1.
    pub version: i64,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    /// Since when it is kept.
    pub loaded_at: Instant,
    /// Whether it is the newest of its path.
    pub in_force: bool,
}

/// A flow by name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFlow {
    /// Code.
    pub code: String,
    /// Version.
    pub version: u32,
    /// Name.
    pub name: String,
    /// Whether new matters begin on it.
    pub in_force: bool,
}

/// The rules in force.
#[derive(Debug, Clone)]
pub struct RuleBook {
    /// Flows, newest version first.
    pub flows: Vec<RuleFlow>,
    /// Formulae of the boards.
    pub kpis: Vec<Kpi>,
    /// Version of the calendar.
    pub calendar: String,
    /// Working hours of a working day.
    pub hours: Vec<Period>,
    /// The last day the calendar knows; limits beyond it count weekends only.
    pub reach: Option<Day>,
    /// Days that do not follow their weekday, in the year that was asked for.
    pub days: Vec<SpecialDay>,
    /// Every version of every text, by path, newest first.
    pub files: Vec<RuleFile>,
}

impl Office {
    /// The rules in force, with the special days of a year.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub async fn rule_book(&self, actor: &Actor, year: i16) -> Result<RuleBook> {
        staff_only(actor)?;
        let mut files = self
            .read(|conn| store::pack::all_versions(conn, pack::BASE, ""))
            .await?;
        files.sort_by(|a, b| (&a.path, b.version).cmp(&(&b.path, a.version)));
        let mut last = String::new();
        let files = files
            .into_iter()
            .map(|f| {
                let in_force = f.path != last;
                last.clone_from(&f.path);
                RuleFile {
                    path: f.path,
                    version: f.version,
                    sha256: f.sha256,
                    loaded_at: f.loaded_at,
                    in_force,
                }
            })
            .collect();
        let world = self.world();
        let mut flows: Vec<RuleFlow> = world
            .rules
            .flows
            .values()
            .map(|flow| RuleFlow {
                code: flow.code.clone(),
                version: flow.version,
                name: flow.name.clone(),
                in_force: world
                    .rules
                    .newest(&flow.code)
                    .is_some_and(|newest| newest.version == flow.version),
            })
            .collect();
        flows.sort_by(|a, b| (&a.code, b.version).cmp(&(&b.code, a.version)));
        let calendar = &world.rules.calendar;
        Ok(RuleBook {
            flows,
            kpis: world.kpis.clone(),
            calendar: calendar.version().to_owned(),
            hours: calendar.hours().to_vec(),
            reach: calendar.reach(),
            days: calendar
                .days()
                .iter()
                .filter(|d| d.day.ymd().0 == year)
                .cloned()
                .collect(),
            files,
        })
    }
}
