//! The verbs of the office, without HTTP: boards, queues, commands.

use super::meter::{Figure, Meter};
use civic::area::Level;
use civic::directory::Actor;
use civic::id::AreaId;
use civic::matter::{Channel, Finding};
use civic::post::{Role, Seat};
use civic::sought::Sought;
use futures::stream::{FuturesUnordered, StreamExt};
use office::Office;
use office::matter::{FormInput, PlaceInput, Query, ReportInput, View};
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

/// Boards of every level, over the longest period there is.
pub async fn boards(office: &Arc<Office>, span: Duration) -> anyhow::Result<Vec<Figure>> {
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
pub async fn queues(office: &Arc<Office>, span: Duration) -> anyhow::Result<Figure> {
    let actors: Vec<Actor> = [Role::TownDispatcher, Role::CommunityStaff, Role::GridHead]
        .into_iter()
        .filter_map(|r| holder(office, r))
        .collect();
    let mut meter = Meter::new("first page of a queue");
    let mut at = 0;
    while meter.started.elapsed() < span / 2 {
        let one = Stopwatch::now();
        let query = Query::of(View::Queue);
        office.matters(&actors[at % actors.len()], query).await?;
        meter.note(one.elapsed());
        at += 1;
    }
    Ok(meter.figure())
}

/// What is sought: words that stand in many texts, in few, in none, and several together.
const SOUGHT: &[(&str, &str)] = &[
    ("a word of many texts", "居民"),
    ("a word of some texts", "井盖"),
    ("a phrase", "夜间施工噪音"),
    ("three words", "小区 路灯 不亮"),
    ("a word of no text", "鲸鱼"),
    ("a number of the day", "0007"),
];

/// The first page of what a leader finds in the city and in a town.
pub async fn searches(office: &Arc<Office>, span: Duration) -> anyhow::Result<Vec<Figure>> {
    let actors: Vec<Actor> = [Role::CityLeader, Role::TownDispatcher]
        .into_iter()
        .filter_map(|r| holder(office, r))
        .collect();
    anyhow::ensure!(!actors.is_empty(), "nobody to search");
    let mut out = Vec::new();
    for (what, words) in SOUGHT {
        let sought = Sought::parse(words).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        let mut meter = Meter::new(&format!("search: {what}"));
        let mut at = 0;
        while meter.started.elapsed() < span / 6 {
            let mut query = Query::of(View::Area);
            query.filter.words = Some(sought.clone());
            let one = Stopwatch::now();
            office.matters(&actors[at % actors.len()], query).await?;
            meter.note(one.elapsed());
            at += 1;
        }
        out.push(meter.figure());
    }
    Ok(out)
}

/// Lines of the list of addresses that is taken.
const ADDRESSES: usize = 100_000;

/// A list of standard addresses, tried and written in one go; an operation is a line (R009).
pub async fn addresses(office: &Arc<Office>) -> anyhow::Result<Figure> {
    let actor = holder(office, Role::CityCenter).ok_or_else(|| anyhow::anyhow!("no city post"))?;
    let world = office.world();
    let units = world.tree().iter().filter(|a| a.level == Level::Unit);
    let points: Vec<(f64, f64)> = units.map(|a| (a.lon, a.lat)).collect();
    anyhow::ensure!(!points.is_empty(), "no units");
    let mut text = String::from("code|street|door|building|room|lon|lat\n");
    for nth in 0..ADDRESSES {
        let (lon, lat) = points[nth % points.len()];
        let (door, room) = (nth / 40, nth % 40);
        text += &format!("B{nth:08}|示例路|{door}号|1号楼|{room}室|{lon}|{lat}\n");
    }
    let root = office.root()?.id;
    let mut meter = Meter::new("lines of a list of 100 000 addresses");
    let one = Stopwatch::now();
    let taken = office
        .import_register(
            &actor,
            root,
            office::Sheet::Addresses,
            text.replace('|', ","),
            true,
        )
        .await?;
    anyhow::ensure!(taken.written, "refused: {:?}", taken.problems.first());
    meter.note_many(one.elapsed(), ADDRESSES as u64);
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
pub async fn commands(
    office: &Arc<Office>,
    clients: usize,
    span: Duration,
) -> anyhow::Result<Figure> {
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
        origin: None,
        opening: Default::default(),
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
