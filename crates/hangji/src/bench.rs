//! `hangji bench`: what this machine does, as a table and as JSON. Ratios within one run count;
//! absolute figures only order things.
//!
//! Three limits stand beside the figures, measured in the same run: the bare loop of the database (the
//! same kinds of rows, without rules, tallies and hashes), and an echo over HTTP.

mod http;
pub mod load;
mod meter;
mod verbs;

use crate::build::found_and_play;
use crate::command::{BenchArgs, DatabaseArgs, say};
use crate::memory::resident_bytes;
use crate::serve::{blocking, config, create_sample, open};
use meter::{Figure, Meter};
use office::Office;
use serde::Serialize;
use std::process::ExitCode;
use std::time::{Duration, Instant as Stopwatch};

/// Concurrent callers.
const CLIENTS: [usize; 4] = [1, 16, 64, 256];

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
        let clock = std::sync::Arc::default();
        let office = create_sample(&config, &clock)?;
        found_and_play(
            &office,
            &clock,
            &sample::Profile::putian(),
            sample::Scale::Street,
            30,
        )
        .await?;
    }
    let before = Stopwatch::now();
    let office = open(&config)?;
    let open_seconds = before.elapsed().as_secs_f64();
    let resident_mb_after_open = resident_bytes().map(mb);
    let span = Duration::from_secs(args.seconds);
    let mut figures = verbs::boards(&office, span).await?;
    figures.push(verbs::queues(&office, span).await?);
    figures.extend(verbs::searches(&office, span).await?);
    figures.push(verbs::addresses(&office).await?);
    let bare = blocking(|| bare(&office, &config, span))?;
    for clients in CLIENTS {
        let mut figure = verbs::commands(&office, clients, span).await?;
        figure.of_bare = Some(figure.per_second / bare.per_second);
        figures.push(figure);
    }
    figures.extend(http::figures(&office, &bare, span).await?);
    figures.push(bare);
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

/// The bare loop, on a file or in a schema beside the measured one.
fn bare(office: &Office, config: &office::Config, span: Duration) -> anyhow::Result<Figure> {
    let set = civic::limits::SET_COMMANDS_MAX;
    let mut bare = store::bare::Bare::beside(office.store().url(), &config.data)?;
    let mut meter = Meter::new(&format!("bare {}, sets of {set}", bare.name()));
    while meter.started.elapsed() < span {
        let one = Stopwatch::now();
        bare.set(set)?;
        meter.note_many(one.elapsed(), set as u64);
    }
    bare.end()?;
    Ok(meter.figure())
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
        "{:<46} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>6}",
        "", "per s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms", "of bare", "503"
    ));
    for f in &result.figures {
        let share = f
            .of_bare
            .map_or(String::new(), |s| format!("{:.0} %", s * 100.0));
        let busy = if f.busy == 0 {
            String::new()
        } else {
            f.busy.to_string()
        };
        say(&format!(
            "{:<46} {:>9.0} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>7} {:>6}",
            f.name, f.per_second, f.p50_ms, f.p90_ms, f.p99_ms, f.p999_ms, f.max_ms, share, busy
        ));
    }
}
