//! The machine's clock jumps back: journals stay in order.

use crate::city::City;
use civic::area::Level;
use civic::directory::Actor;
use civic::id::AreaId;
use civic::matter::Channel;
use civic::post::{Post, Role, Seat};
use civic::time::Instant;
use futures::executor::block_on;
use office::matter::{FormInput, PlaceInput, ReportInput};
use office::{Clock, Config, Office, SystemClock};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const HOUR_MS: i64 = 3_600_000;

/// Says what it is set to; unlike the machine's clock it may be set back while it is in use.
struct SetClock(AtomicI64);

impl SetClock {
    fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

fn open(city: &City, clock: &Arc<SetClock>) -> Arc<Office> {
    let config = Config {
        url: city.database.parse().unwrap(),
        data: city.data().to_owned(),
        demo: false,
    };
    Office::open(&config, Arc::clone(clock) as Arc<dyn Clock>).unwrap()
}

fn actor(office: &Office, post: &Post) -> Actor {
    Actor {
        account: post.account,
        name: "试钟人".into(),
        posts: office
            .world()
            .directory()
            .posts_of(post.account, office.today()),
        system: false,
    }
}

/// The responsible person of the area of this level above a unit.
fn above(office: &Office, unit: AreaId, level: Level) -> Actor {
    let world = office.world();
    let area = world.tree().path(unit).at(level).unwrap();
    let post = world.directory().responsible(area, office.today()).unwrap();
    actor(office, post)
}

fn report(unit: AreaId) -> ReportInput {
    ReportInput {
        origin: None,
        opening: Default::default(),
        title: "路灯不亮".into(),
        text: "三号楼门口的路灯三天不亮，晚上老人出门不便。".into(),
        category: Some("0201".into()),
        condition: None,
        channel: Channel::Field,
        place: PlaceInput {
            address: "3号楼门口".into(),
            area: Some(unit),
            point: None,
        },
        contact: None,
        confirms: false,
        bypass: None,
        prehandle: None,
        on_behalf: false,
        files: Vec::new(),
    }
}

fn words() -> FormInput {
    FormInput {
        opinion: Some("本级解决不了，请上级协调".into()),
        ..FormInput::default()
    }
}

#[test]
fn a_step_is_never_stamped_before_the_step_before_it() {
    let city = City::sqlite("backwards");
    let noon = SystemClock::default().now();
    let clock = Arc::new(SetClock(AtomicI64::new(noon.0)));
    let office = open(&city, &clock);
    let (head, unit) = {
        let world = office.world();
        let posts = world
            .directory()
            .posts()
            .filter(|p| p.role == Role::UnitHead);
        let (post, unit) = posts
            .filter_map(|p| match p.seat {
                Seat::Area(unit) => Some((Arc::clone(p), unit)),
                Seat::Org(_) => None,
            })
            .find(|(_, unit)| {
                let of = |level| world.tree().path(*unit).at(level);
                let held = |level| {
                    of(level).and_then(|a| world.directory().responsible(a, office.today()))
                };
                held(Level::Grid).is_some() && held(Level::Community).is_some()
            })
            .unwrap();
        (actor(&office, &post), unit)
    };
    let id = block_on(office.report(&head, report(unit), None))
        .unwrap()
        .id;
    // Back within the process; then back between two processes.
    clock.set(Instant(noon.0 - HOUR_MS));
    block_on(office.act(&head, id, "escalate", None, words(), None)).unwrap();
    drop(office);
    clock.set(Instant(noon.0 - 2 * HOUR_MS));
    let office = open(&city, &clock);
    let grid = above(&office, unit, Level::Grid);
    block_on(office.act(&grid, id, "escalate", None, words(), None)).unwrap();
    // A new matter gets a new id, above all there are, though the clock says otherwise.
    let later = block_on(office.report(&head, report(unit), None))
        .unwrap()
        .id;
    assert!(later > id, "{later} after {id}");
    // And forward again: time goes on as if nothing had been.
    clock.set(Instant(noon.0 + HOUR_MS));
    let community = above(&office, unit, Level::Community);
    block_on(office.act(&community, id, "escalate", None, words(), None)).unwrap();
    drop(office);

    let journal = store::step::journal(&mut city.reader(), id).unwrap();
    let acted: Vec<i64> = journal.iter().map(|s| s.step.acted_at.0 - noon.0).collect();
    assert_eq!(acted, [0, 0, 0, HOUR_MS], "{acted:?}");
    for pair in journal.windows(2) {
        let (before, after) = (&pair[0].step, &pair[1].step);
        assert!(
            before.acted_at <= after.received_at,
            "it came to a desk when it was sent there"
        );
        assert!(after.received_at <= after.acted_at);
    }
    city.is_whole();
}
