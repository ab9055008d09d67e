//! `hangji bench`: what this machine does, as a table and as JSON. Ratios within one run count;
//! absolute figures only order things.

use crate::build::found_and_play;
use crate::command::{BenchArgs, DatabaseArgs, say};
use crate::memory::resident_bytes;
use crate::serve::{config, create, open};
use civic::area::Level;
use civic::directory::Actor;
use civic::id::AreaId;
use civic::matter::{Channel, Finding};
use civic::post::{Role, Seat};
use futures::stream::{FuturesUnordered, StreamExt};
use hdrhistogram::Histogram;
use office::Office;
use office::matter::{FormInput, PlaceInput, Query, ReportInput, View};
use serde::Serialize;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};
use store::matter::Filter;

/// Concurrent callers of the command benchmark.
const CLIENTS: [usize; 4] = [1, 16, 64, 256];

/// Latencies above a minute count as a minute.
const LATENCY_MICROS_MAX: u64 = 60_000_000;

/// One line of the result.
#[derive(Debug, Serialize)]
struct Figure {
    name: String,
    /// Operations a second.
    per_second: f64,
    /// Latencies in milliseconds.
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    max_ms: f64,
    /// Share of the bare loop of the same run, where one fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    of_bare: Option<f64>,
}

/// All of it.
#[derive(Debug, Serialize)]
struct Result {
    database: String,
    areas: usize,
    posts: usize,
    matters: i64,
    open_seconds: f64,
    resident_mb_after_open: Option<f64>,
    figures: Vec<Figure>,
    resident_mb_at_end: Option<f64>,
}

/// `hangji bench`
pub async fn bench(args: BenchArgs) -> anyhow::Result<ExitCode> {
    let scratch = std::env::temp_dir().join(format!("hangji-bench-{}", std::process::id()));
    let place = match &args.database {
        Some(database) => DatabaseArgs {
            database: database.clone(),
            data: args.data.clone(),
        },
        None => DatabaseArgs {
            database: format!("sqlite:{}", scratch.join("bench.db").display()),
            data: scratch.clone(),
        },
    };
    let config = config(&place, true)?;
    if args.database.is_none() {
        let office = create(&config)?;
        found_and_play(&office, sample::Scale::Street, 30).await?;
    }
    let before = Stopwatch::now();
    let office = open(&config)?;
    let open_seconds = before.elapsed().as_secs_f64();
    let resident_mb_after_open = resident_bytes().map(mb);
    let span = Duration::from_secs(args.seconds);
    let mut figures = boards(&office, span).await?;
    figures.push(queues(&office, span).await?);
    let bare = bare(&office, &config, span)?;
    for clients in CLIENTS {
        let mut figure = commands(&office, clients, span).await?;
        figure.of_bare = bare.as_ref().map(|b| figure.per_second / b.per_second);
        figures.push(figure);
    }
    figures.extend(bare);
    let world = office.world();
    let result = Result {
        database: place.database.clone(),
        areas: world.tree().len(),
        posts: world.directory().posts().count(),
        matters: office
            .store()
            .read::<_, store::driver::DbError>(store::matter::count)
            .await?,
        open_seconds,
        resident_mb_after_open,
        figures,
        resident_mb_at_end: resident_bytes().map(mb),
    };
    if args.json {
        say(&serde_json::to_string_pretty(&result)?);
    } else {
        table(&result);
    }
    drop(office);
    if args.database.is_none() {
        std::fs::remove_dir_all(&scratch)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// A bare loop over the same rows on a file beside the measured one; SQLite only.
fn bare(
    office: &Office,
    config: &office::Config,
    span: Duration,
) -> anyhow::Result<Option<Figure>> {
    let store::url::StoreUrl::Sqlite(_) = office.store().url() else {
        return Ok(None);
    };
    let mut meter = Meter::new(&format!(
        "bare rusqlite, sets of {}",
        civic::limits::SET_COMMANDS_MAX
    ));
    let path = config.data.join("bare-loop.db");
    let _ = std::fs::remove_file(&path);
    let mut bare = store::bare::Bare::open(&path)?;
    while meter.started.elapsed() < span {
        let one = Stopwatch::now();
        bare.set(civic::limits::SET_COMMANDS_MAX)?;
        meter.note_many(one.elapsed(), civic::limits::SET_COMMANDS_MAX as u64);
    }
    drop(bare);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(Some(meter.figure()))
}

/// Boards of every level, over the longest period there is.
async fn boards(office: &Arc<Office>, span: Duration) -> anyhow::Result<Vec<Figure>> {
    let world = office.world();
    let actor = holder(office, Role::CityLeader)
        .or_else(|| holder(office, Role::CityCenter))
        .ok_or_else(|| anyhow::anyhow!("no city post"))?;
    let today = office.today();
    let mut out = Vec::new();
    for level in [
        Level::City,
        Level::County,
        Level::Town,
        Level::Community,
        Level::Grid,
    ] {
        let areas: Vec<AreaId> = world
            .tree()
            .iter()
            .filter(|a| a.level == level)
            .map(|a| a.id)
            .collect();
        let mut meter = Meter::new(&format!("board of a {}, 318 days", level.code()));
        let mut at = 0usize;
        while meter.started.elapsed() < span / 4 {
            at = (at * 31 + 17) % areas.len().max(1);
            let one = Stopwatch::now();
            office
                .board(&actor, areas[at], today.plus(-318), today)
                .await?;
            meter.note(one.elapsed());
        }
        out.push(meter.figure());
    }
    Ok(out)
}

/// The first page of the queues of dispatchers and community staff.
async fn queues(office: &Arc<Office>, span: Duration) -> anyhow::Result<Figure> {
    let actors: Vec<Actor> = [Role::TownDispatcher, Role::CommunityStaff, Role::GridHead]
        .into_iter()
        .filter_map(|r| holder(office, r))
        .collect();
    let mut meter = Meter::new("first page of a queue");
    let mut at = 0;
    while meter.started.elapsed() < span / 2 {
        let one = Stopwatch::now();
        let query = Query {
            view: View::Queue,
            area: None,
            filter: Filter::default(),
            due_before: None,
            due_after: None,
            job: None,
            came_back: false,
            phases: Vec::new(),
            enforced: false,
            cursor: None,
            limit: None,
        };
        office.matters(&actors[at % actors.len()], query).await?;
        meter.note(one.elapsed());
        at += 1;
    }
    Ok(meter.figure())
}

fn holder(office: &Office, role: Role) -> Option<Actor> {
    let world = office.world();
    let post = world.directory().posts().find(|p| p.role == role)?.clone();
    Some(Actor {
        account: post.account,
        name: "测速".into(),
        posts: world.directory().posts_of(post.account, office.today()),
        system: false,
    })
}

/// Commands through the office: a report with its pre-handling, which hands it to the grid; then the
/// grid escalates; then the community does. Each is one durable command.
async fn commands(office: &Arc<Office>, clients: usize, span: Duration) -> anyhow::Result<Figure> {
    let world = office.world();
    let today = office.today();
    let heads: Vec<(Actor, AreaId)> = world
        .directory()
        .posts()
        .filter(|p| p.role == Role::UnitHead)
        .take(4_000)
        .filter_map(|p| {
            if let Seat::Area(unit) = p.seat {
                Some((p, unit))
            } else {
                None
            }
        })
        .map(|(p, unit)| {
            (
                Actor {
                    account: p.account,
                    name: "测速".into(),
                    posts: world.directory().posts_of(p.account, today),
                    system: false,
                },
                unit,
            )
        })
        .collect();
    anyhow::ensure!(!heads.is_empty(), "no unit heads");
    let meter = std::sync::Mutex::new(Meter::new(&format!(
        "commands through the office, {clients} clients"
    )));
    let until = Stopwatch::now() + span;
    let client = |n: usize| {
        let (office, heads, meter, world) = (office, &heads, &meter, &world);
        async move {
            let mut at = n * 7_919;
            while Stopwatch::now() < until {
                at += 1;
                let (head, unit) = &heads[at % heads.len()];
                let one = Stopwatch::now();
                let receipt = office.report(head, report(*unit), None).await?;
                note(meter, one.elapsed());
                for level in [Level::Grid, Level::Community] {
                    let Some(actor) = world
                        .tree()
                        .path(*unit)
                        .at(level)
                        .and_then(|a| world.directory().responsible(a, today))
                        .map(|p| Actor {
                            account: p.account,
                            name: "测速".into(),
                            posts: world.directory().posts_of(p.account, today),
                            system: false,
                        })
                    else {
                        continue;
                    };
                    let form = FormInput {
                        opinion: Some("本级无法解决，请上级协调".into()),
                        ..FormInput::default()
                    };
                    let one = Stopwatch::now();
                    office
                        .act(&actor, receipt.id, "escalate", None, form, None)
                        .await?;
                    note(meter, one.elapsed());
                }
            }
            Ok::<(), office::Fault>(())
        }
    };
    let mut all: FuturesUnordered<_> = (0..clients).map(client).collect();
    while let Some(done) = all.next().await {
        done?;
    }
    drop(all);
    let meter = meter
        .into_inner()
        .map_err(|_| anyhow::anyhow!("poisoned"))?;
    Ok(meter.figure())
}

fn note(meter: &std::sync::Mutex<Meter>, elapsed: Duration) {
    meter
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .note(elapsed);
}

fn report(unit: AreaId) -> ReportInput {
    ReportInput {
        title: "楼道堆放杂物堵住消防通道".into(),
        text: "三楼到四楼之间堆了旧家具和纸箱，老人上下不便，万一着火出不来，劝过两次没有搬走。"
            .into(),
        category: Some("0201".into()),
        condition: None,
        channel: Channel::Field,
        place: PlaceInput {
            address: "3号楼三单元".into(),
            area: Some(unit),
            point: None,
        },
        contact: None,
        confirms: false,
        bypass: None,
        on_behalf: false,
        prehandle: Some(FormInput {
            opinion: Some("已劝说，当事人不愿搬走".into()),
            finding: Some(Finding::Cannot),
            ..FormInput::default()
        }),
        files: Vec::new(),
    }
}

/// Counts operations and their latencies.
struct Meter {
    name: String,
    started: Stopwatch,
    count: u64,
    micros: Histogram<u64>,
}

impl Meter {
    fn new(name: &str) -> Self {
        let micros = Histogram::new_with_bounds(1, LATENCY_MICROS_MAX, 3)
            .unwrap_or_else(|_| unreachable!("the bounds are allowed"));
        Self {
            name: name.to_owned(),
            started: Stopwatch::now(),
            count: 0,
            micros,
        }
    }
    fn note(&mut self, elapsed: Duration) {
        self.note_many(elapsed, 1);
    }
    fn note_many(&mut self, elapsed: Duration, operations: u64) {
        self.count += operations;
        self.micros.saturating_record(elapsed.as_micros() as u64);
    }
    fn figure(&self) -> Figure {
        let at = |q: f64| self.micros.value_at_quantile(q) as f64 / 1_000.0;
        Figure {
            name: self.name.clone(),
            per_second: self.count as f64 / self.started.elapsed().as_secs_f64(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: self.micros.max() as f64 / 1_000.0,
            of_bare: None,
        }
    }
}

fn table(result: &Result) {
    say(&format!(
        "database {}: {} areas, {} posts, {} matters",
        result.database, result.areas, result.posts, result.matters
    ));
    say(&format!(
        "open {:.2} s, resident {:.0} MB after open, {:.0} MB at the end",
        result.open_seconds,
        result.resident_mb_after_open.unwrap_or_default(),
        result.resident_mb_at_end.unwrap_or_default()
    ));
    say(&format!(
        "{:<46} {:>10} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "", "per s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "of bare"
    ));
    for f in &result.figures {
        let share = f
            .of_bare
            .map_or(String::new(), |s| format!("{:.0} %", s * 100.0));
        say(&format!(
            "{:<46} {:>10.0} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>8}",
            f.name, f.per_second, f.p50_ms, f.p99_ms, f.p999_ms, f.max_ms, share
        ));
    }
}
