//! Visits and patrols (R032).

use crate::identity::entry;
use crate::matter::Receipt;
use crate::{Fault, Key, Office, Result};
use civic::area::Level;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, VisitId};
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, TEXT_CHARS_MAX};
use civic::post::{Role, Seat};
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use store::lane::{Command, Writing};
use store::visit::{Column, Visit};

/// Kinds of visits: code and word.
pub const KINDS: &[(&str, &str)] = &[
    ("patrol", "日常巡查"),
    ("visit", "入户走访"),
    ("care", "关爱走访"),
    ("inspect", "专项检查"),
    ("publicity", "政策宣传"),
    ("volunteer", "志愿服务"),
    ("service", "便民代办"),
];

/// How long ago a visit may be that is entered now, in hours.
const LATE_HOURS_MAX: i64 = 72;

/// A visit as given.
#[derive(Debug, Clone)]
pub struct VisitInput {
    /// The unit that was visited.
    pub unit: AreaId,
    /// Code of [`KINDS`].
    pub kind: String,
    /// What was seen.
    pub text: String,
    /// When; now where it is not said.
    pub at: Option<Instant>,
    /// Entered for the head of the unit, who made it (R044): by somebody of the grid or above.
    pub for_head: bool,
}

impl Office {
    /// Checks a visit and makes its row, still without id.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with every broken rule.
    pub(crate) async fn visit_of(
        &self,
        actor: &Actor,
        input: VisitInput,
        now: Instant,
    ) -> Result<Visit> {
        let world = self.world();
        let unit = world
            .tree()
            .get(input.unit)
            .ok_or_else(|| Refusal::unknown("治理单元"))?;
        self.require_over(actor, Verb::LogVisit, unit.id)?;
        let head = match input.for_head {
            true => Some(self.head_of(unit.id).await?),
            false => None,
        };
        let text = input.text.trim().to_owned();
        let at = input.at.unwrap_or(now);
        let mut problems = Vec::new();
        let mut broken = |field: &str, code: &str, message: String| {
            problems.push(Problem::new(field, code, message))
        };
        if unit.level != Level::Unit {
            broken(
                "unit",
                "no_unit",
                format!("“{}”不是治理单元，请选到治理单元", unit.name),
            );
        }
        if !KINDS.iter().any(|(code, _)| *code == input.kind) {
            let words: Vec<_> = KINDS.iter().map(|(_, word)| *word).collect();
            broken(
                "kind",
                "unknown_kind",
                format!("请选择走访类型：{}", words.join("、")),
            );
        }
        if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
            broken(
                "text",
                "required",
                format!("请写明走访情况，最多 {TEXT_CHARS_MAX} 个字"),
            );
        }
        if at > now.plus_minutes(5) || at < now.plus_hours(-LATE_HOURS_MAX) {
            broken(
                "at",
                "bad_time",
                format!("走访时间要在最近 {LATE_HOURS_MAX} 小时内，且不能晚于现在"),
            );
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let path = world.tree().path(unit.id);
        let entered = head.is_some().then(|| (actor.account, actor.name.clone()));
        let (account, name) = head.unwrap_or_else(|| (actor.account, actor.name.clone()));
        Ok(Visit {
            id: VisitId(0),
            account,
            name,
            entered,
            unit: unit.id,
            community: path.at(Level::Community),
            town: path.at(Level::Town),
            kind: input.kind,
            text,
            at,
            matter: None,
        })
    }

    /// Account and name of the head of a unit, for whom somebody else enters.
    async fn head_of(&self, unit: AreaId) -> Result<(AccountId, String)> {
        let (world, today) = (self.world(), self.today());
        let head = world
            .directory()
            .posts_at(Seat::Area(unit), today)
            .find(|p| p.role == Role::UnitHead)
            .map(|p| p.account)
            .ok_or_else(|| {
                Refusal::invalid(
                    "for_head",
                    "vacant",
                    "这个单元的单元长空缺，请以自己的名义登记",
                )
            })?;
        let names = self.names(vec![head]).await?;
        Ok((head, names.get(&head).cloned().unwrap_or_default()))
    }

    /// Writes a visit down, with the report of what was found (R074); with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with every broken rule.
    pub async fn log_visit(
        &self,
        actor: &Actor,
        input: VisitInput,
        finding: Option<&Receipt>,
        key: Option<Key>,
    ) -> Result<Visit> {
        let now = self.now();
        let visit = Visit {
            matter: finding.map(|receipt| receipt.id),
            ..self.visit_of(actor, input, now).await?
        };
        let (made, who) = (visit.clone(), actor.clone());
        let command = Command {
            key: key.map(|key| self.kept_key(key, actor.account, "visit")),
            matters: Vec::new(),
            prefixes: Vec::new(),
            makes_files: false,
            now,
            decide: Box::new(move |_, minting| {
                let visit = Visit {
                    id: VisitId(minting.id(now)),
                    ..made.clone()
                };
                let audit = entry(
                    &who,
                    now,
                    "log_visit",
                    format!("visit:{}", visit.id),
                    match &visit.entered {
                        Some(_) => format!("治理单元 {}，代 {} 登记", visit.unit, visit.name),
                        None => format!("治理单元 {}", visit.unit),
                    },
                );
                Ok(Writing {
                    answer: visit.id.to_string(),
                    visit: Some(visit),
                    audit: Some(audit),
                    ..Writing::default()
                })
            }),
        };
        let answer = self.store.submit(command).await?;
        let id = answer
            .text
            .parse()
            .map_err(|_| Fault::Broken("the kept answer is no visit".into()))?;
        Ok(Visit { id, ..visit })
    }

    /// A page of the visits in an area the actor may see, newest first.
    ///
    /// # Errors
    /// `Unknown` outside the actor's area.
    pub async fn visits(
        &self,
        actor: &Actor,
        area: Option<AreaId>,
        kind: Option<String>,
        before: Option<VisitId>,
        limit: Option<usize>,
    ) -> Result<(Vec<Visit>, Option<VisitId>)> {
        let (level, area) = self.listed_area(actor, area)?;
        let world = self.world();
        let below = |wanted: Level| {
            world
                .tree()
                .subtree(area)
                .filter(|a| a.level == wanted)
                .map(|a| a.id)
                .collect::<Vec<_>>()
        };
        let (column, areas) = match level {
            Level::City | Level::County => (Column::Town, below(Level::Town)),
            Level::Town => (Column::Town, vec![area]),
            Level::Community => (Column::Community, vec![area]),
            Level::Grid => (Column::Unit, below(Level::Unit)),
            Level::Unit => (Column::Unit, vec![area]),
        };
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut rows = self
            .read(move |conn| {
                store::visit::page(
                    conn,
                    column,
                    &areas,
                    kind.as_deref(),
                    before.map(|id| id.0),
                    limit + 1,
                )
            })
            .await?;
        let next = (rows.len() > limit).then(|| rows[limit - 1].id);
        rows.truncate(limit);
        Ok((rows, next))
    }
}
