//! Boards: the figures of an area and a period, with the areas below it; today; who it is stuck
//! with (R015, R064, R068, R071).

use crate::matter::Listed;
use crate::{Office, Result};
use civic::area::Level;
use civic::directory::Actor;
use civic::id::AreaId;
use civic::kpi::Kpi;
use civic::matter::Desk;
use civic::measure::{Measure, Span};
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::{Day, Instant};
use std::collections::BTreeMap;
use store::tally::{self, Figures, Sums};

/// Longest period of a board, in days: ten years.
const PERIOD_DAYS_MAX: i64 = 3_660;
/// Rows of the list of a today board and of a stuck list.
const ROWS_MAX: usize = 50;

/// A formula with its value.
#[derive(Debug, Clone)]
pub struct KpiValue {
    /// The formula.
    pub kpi: Kpi,
    /// Above the line.
    pub numerator: i64,
    /// Below the line.
    pub denominator: i64,
}

impl KpiValue {
    /// Percent; none where nothing lies below the line.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        (self.denominator != 0).then(|| 100.0 * self.numerator as f64 / self.denominator as f64)
    }
}

/// An area below, with its figures.
#[derive(Debug, Clone)]
pub struct BoardChild {
    /// The area.
    pub area: AreaId,
    /// Its figures.
    pub figures: Figures,
    /// Its formulae.
    pub kpis: Vec<KpiValue>,
}

/// The board of an area and a period.
#[derive(Debug, Clone)]
pub struct Board {
    /// The area.
    pub area: AreaId,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Its figures; stocks are those of now.
    pub figures: Figures,
    /// Its formulae.
    pub kpis: Vec<KpiValue>,
    /// The areas below; for a grid, its units.
    pub children: Vec<BoardChild>,
    /// Figures by class, where they are kept.
    pub classes: Vec<(i64, Figures)>,
    /// Figures of what no category was chosen for yet, where figures by class are kept.
    pub unclassified: Option<Figures>,
    /// When it was read.
    pub as_of: Instant,
}

/// Judgement of one level today.
#[derive(Debug, Clone)]
pub struct TodayLevel {
    /// The level.
    pub level: Level,
    /// Came in today.
    pub received: i64,
    /// Judged today of those.
    pub judged: i64,
    /// Still waiting for judgement, whenever it came.
    pub open: i64,
}

/// The today board (R068).
#[derive(Debug, Clone)]
pub struct Today {
    /// The area.
    pub area: AreaId,
    /// The day.
    pub day: Day,
    /// When the day ends.
    pub ends_at: Instant,
    /// Figures of the day, and the stocks of now.
    pub figures: Figures,
    /// By level, those at or below the area's.
    pub levels: Vec<TodayLevel>,
    /// How much still waits for judgement.
    pub unjudged: i64,
    /// What still waits for judgement, earliest due first; the first of them.
    pub open: Vec<Listed>,
    /// Who answers for the area: name and title.
    pub responsible: Option<(String, String)>,
}

/// A desk on which things lie.
#[derive(Debug, Clone)]
pub struct Stuck {
    /// The desk.
    pub desk: Desk,
    /// Name and title of the person who answers for it.
    pub person: Option<(String, String)>,
    /// How many things lie there.
    pub open: i64,
    /// How many of them are overdue.
    pub overdue: i64,
    /// Since when the oldest lies there.
    pub oldest_since: Instant,
}

impl Office {
    fn board_area(&self, actor: &Actor, area: AreaId) -> Result<Level> {
        let world = self.world();
        world
            .directory()
            .over(actor, Verb::SeeBoard, area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        world
            .tree()
            .get(area)
            .map(|a| a.level)
            .ok_or_else(|| Refusal::unknown("区域").into())
    }

    /// The board of an area for the days `from..=to`.
    ///
    /// # Errors
    /// `Unknown` outside the actor's areas; `Invalid` for a period that ends before it begins.
    pub async fn board(&self, actor: &Actor, area: AreaId, from: Day, to: Day) -> Result<Board> {
        let level = self.board_area(actor, area)?;
        if to < from || to.0 - from.0 > PERIOD_DAYS_MAX {
            return Err(Refusal::invalid(
                "to",
                "bad_period",
                "结束日期要在开始日期之后，且不超过十年",
            )
            .into());
        }
        let world = self.world();
        let parents = world.parents(area);
        let units: Vec<AreaId> = if level == Level::Grid {
            world
                .tree()
                .children(area)
                .filter(|a| a.level == Level::Unit)
                .map(|a| a.id)
                .collect()
        } else {
            Vec::new()
        };
        let classes: Vec<i64> = world
            .rules
            .categories
            .classes()
            .iter()
            .filter_map(|c| c.code.parse().ok())
            .collect();
        let with_classes = level <= Level::Community;
        let today = self.today();
        let running = match (from..=to).contains(&today) {
            true => Span::days(today, today, today),
            false => Span::default(),
        };
        let spans = (Span::days(from, to, today), Span::total(), running);
        let (own, mut below) = self
            .read(move |conn| {
                let spans = [&spans.0, &spans.1, &spans.2];
                let mut wanted = vec![0];
                if with_classes {
                    wanted.extend(classes);
                }
                let own = match level {
                    Level::Unit => tally::of_units(conn, &[area], &spans)?.remove(&area),
                    _ => Some(tally::of_node(conn, &parents, area, &spans, &wanted)?),
                };
                let mut below = match level {
                    Level::Unit => BTreeMap::new(),
                    _ => tally::children(conn, area, &spans)?,
                };
                for (unit, mut own) in tally::of_units(conn, &units, &spans)? {
                    below.insert(unit, own.remove(&0).unwrap_or_default());
                }
                Ok((own.unwrap_or_default(), below))
            })
            .await?;
        let kpis = |figures: &Figures, day: &Figures| {
            let settled = figures.clone().without_waiting(day);
            world
                .kpis
                .iter()
                .map(|kpi| valued(kpi, &settled))
                .collect::<Vec<_>>()
        };
        let none: Sums<3> = Default::default();
        let at = |class: i64| {
            let [span, now, _] = own.get(&class).unwrap_or(&none);
            span.clone().with_stocks_of(now)
        };
        let figures = at(0);
        let day = &own.get(&0).unwrap_or(&none)[2];
        let children: Vec<(AreaId, bool, Option<Sums<3>>)> = world
            .tree()
            .children(area)
            .map(|child| (child.id, child.valid_on(today), below.remove(&child.id)))
            .collect();
        // Areas that lay here once keep what was closed here, so that the sum stays the sum.
        let gone = below.into_iter().map(|(id, sums)| (id, false, Some(sums)));
        let children = children
            .into_iter()
            .chain(gone)
            .map(|(id, alive, sums)| {
                let [span, now, day] = sums.unwrap_or_default();
                (id, alive, span.with_stocks_of(&now), day)
            })
            .filter(|(_, alive, figures, _)| *alive || *figures != Figures::default())
            .map(|(area, _, figures, day)| BoardChild {
                area,
                kpis: kpis(&figures, &day),
                figures,
            })
            .collect();
        let seen: Vec<i64> = own.keys().copied().filter(|class| *class != 0).collect();
        let of_flow = |class: &i64| world.rules.flows.values().any(|f| f.board == *class);
        // What other flows count is not in the sum of all.
        let unclassified = with_classes.then(|| {
            seen.iter()
                .filter(|class| !of_flow(class))
                .fold(figures.clone(), |rest, class| rest.less(&at(*class)))
        });
        Ok(Board {
            area,
            from,
            to,
            kpis: kpis(&figures, day),
            figures,
            children,
            classes: seen.into_iter().map(|c| (c, at(c))).collect(),
            unclassified,
            as_of: self.now(),
        })
    }

    /// The today board of an area.
    ///
    /// # Errors
    /// `Unknown` outside the actor's areas.
    pub async fn today_board(&self, actor: &Actor, area: AreaId) -> Result<Today> {
        let level = self.board_area(actor, area)?;
        let day = self.today();
        let board = self.board(actor, area, day, day).await?;
        let (unjudged, held) = self
            .read(move |conn| {
                Ok((
                    store::matter::count_unjudged_in(conn, level, area)?,
                    store::matter::unjudged_in(conn, level, area, ROWS_MAX)?,
                ))
            })
            .await?;
        let world = self.world();
        let figures = board.figures;
        let open_at = |level: Level| {
            figures.get(match level {
                Level::Unit => Measure::OpenUnit,
                Level::Grid => Measure::OpenGrid,
                Level::Community => Measure::OpenCommunity,
                Level::Town => Measure::OpenTown,
                Level::County => Measure::OpenCounty,
                Level::City => Measure::OpenCity,
            })
        };
        let levels = Level::ALL
            .into_iter()
            .rev()
            .map(|level| {
                let (received, judged) = Measure::triage(level);
                TodayLevel {
                    level,
                    received: figures.get(received),
                    judged: figures.get(judged),
                    open: open_at(level),
                }
            })
            .collect();
        let open = held
            .into_iter()
            .filter(|h| world.directory().sees(actor, &h.matter, day))
            .map(|h| {
                let due = (h.due_at.0 != i64::MAX).then_some(h.due_at);
                Listed {
                    slot: h.slot,
                    due_at: due,
                    due_kind: due.map(|_| h.due_kind),
                    matter: h.matter,
                }
            })
            .collect();
        let responsible = self
            .person_of(world.directory().responsible(area, day).cloned())
            .await?;
        Ok(Today {
            area,
            day,
            ends_at: world.rules.calendar.zone().end_of(day),
            figures,
            levels,
            unjudged,
            open,
            responsible,
        })
    }

    /// Who things of an area are stuck with: the desks with the most overdue first.
    ///
    /// # Errors
    /// `Unknown` outside the actor's areas.
    pub async fn stuck(&self, actor: &Actor, area: AreaId) -> Result<Vec<Stuck>> {
        let level = self.board_area(actor, area)?;
        let rows = self
            .read(move |conn| store::matter::stuck(conn, level, area, ROWS_MAX))
            .await?;
        let (world, day) = (self.world(), self.today());
        let mut out = Vec::with_capacity(rows.len());
        for (desk, open, overdue, oldest_since) in rows {
            let post = match desk {
                Desk::Area(area) => world.directory().responsible(area, day).cloned(),
                Desk::Org(org) => world
                    .directory()
                    .posts_at(civic::post::Seat::Org(org), day)
                    .next()
                    .cloned(),
                Desk::Reporter | Desk::None => None,
            };
            out.push(Stuck {
                desk,
                person: self.person_of(post).await?,
                open,
                overdue,
                oldest_since,
            });
        }
        Ok(out)
    }

    /// Name and title of the holder of a post; of who acts for an absent one: `李四（代张三）`.
    pub(crate) async fn person_of(
        &self,
        post: Option<std::sync::Arc<civic::post::Post>>,
    ) -> Result<Option<(String, String)>> {
        let Some(post) = post else { return Ok(None) };
        let title = self.world().directory().title(&post);
        if let Some(acting) = self.world().directory().acting(&post, self.today()) {
            return Ok(Some((acting.words(), title)));
        }
        let account = post.account;
        let names = self
            .read(move |conn| store::account::names(conn, &[account]))
            .await?;
        Ok(Some((
            names.get(&account).cloned().unwrap_or_default(),
            title,
        )))
    }
}

fn valued(kpi: &Kpi, figures: &Figures) -> KpiValue {
    let (numerator, denominator) = kpi.parts(|m| figures.get(m));
    KpiValue {
        kpi: kpi.clone(),
        numerator,
        denominator,
    }
}
