//! What follows a change of the tree besides matters and posts (docs/decisions/0010): whatever still
//! waits or holds goes to the desk that took over; what is over keeps the place of its day.

use crate::World;
use civic::absence::Absence;
use civic::area::{Plan, Tree};
use civic::by::By;
use civic::departure::Departure;
use civic::id::{AbsenceId, AccountId, AreaId, MatterId, Mint, PostId};
use civic::logbook::{Entry, Handover};
use civic::matter::Place;
use civic::mediation::Body;
use civic::notice::{Notice, Roster};
use civic::phrase::Phrase;
use civic::post::Seat;
use civic::register::{FieldKind, Record};
use civic::time::Instant;
use std::collections::{BTreeMap, HashMap};
use store::area_change::rest;
use store::driver::{Conn, Result};

/// Lines and handings over of one desk.
const DESK_MAX: usize = 1_000;

/// A record with the area where it lies from now on and the lists of areas that change in it.
type Moving = (Record, AreaId, BTreeMap<String, String>);

/// What follows, found but not yet written.
pub(super) struct Following {
    records: Vec<Moving>,
    notices: Vec<(Notice, Roster)>,
    bodies: Vec<Body>,
    lines: Vec<Entry>,
    shifts: Vec<Handover>,
    sheets: Vec<Departure>,
    phrases: Vec<Phrase>,
    absences: Vec<Absence>,
    plain: BTreeMap<&'static str, usize>,
}

impl Following {
    /// How many of each kind, in words; none of those there are none of.
    pub(super) fn counts(&self) -> Vec<(&'static str, usize)> {
        let kinds = [
            ("台账记录", self.records.len()),
            ("通知任务", self.notices.len()),
            ("调解组织", self.bodies.len()),
            ("值班日志未办结事项", self.lines.len()),
            ("待接班的交接", self.shifts.len()),
            ("离任交接单", self.sheets.len()),
            ("共享常用语", self.phrases.len()),
            ("离岗代理", self.absences.len()),
        ];
        let plain = self.plain.iter().map(|(word, n)| (*word, *n));
        let all = kinds.into_iter().chain(plain);
        all.filter(|(_, n)| *n > 0).collect()
    }

    /// Finds what follows a plan. `moved` are the matters that go elsewhere.
    pub(super) fn find(
        conn: &mut Conn,
        (plan, known): (&Plan, &World),
        (before, after): (&Tree, &Tree),
        moved: &[MatterId],
        now: Instant,
    ) -> Result<Self> {
        let going_on: HashMap<PostId, PostId> = plan
            .posts
            .iter()
            .filter_map(|(post, to)| to.map(|_| (*post, *post)))
            .collect();
        let mut plain: BTreeMap<&'static str, usize> = BTreeMap::new();
        let (mut lines, mut shifts) = (Vec::new(), Vec::new());
        for area in &plan.ends {
            for (word, n) in rest::waiting(conn, *area, plan.day)? {
                *plain.entry(word).or_default() += n;
            }
            lines.extend(store::logbook::open(conn, *area, DESK_MAX)?);
            let all = store::logbook::handovers(conn, *area, DESK_MAX)?;
            shifts.extend(all.into_iter().filter(Handover::is_pending));
        }
        let homes = crate::address::disturbed(plan, before);
        let (addresses, households) = store::address::count_of_areas(conn, &homes)?;
        plain.insert("标准地址", addresses as usize);
        plain.insert("户", households as usize);
        plain.insert("未答复的热线工单", rest::open_orders(conn, moved)?);
        let absences = store::absence::not_over(conn, plan.day)?;
        Ok(Self {
            records: records(conn, plan, known, before, after)?,
            notices: notices(conn, plan, (before, after), &going_on, now)?,
            bodies: store::mediation::of_areas(conn, &plan.ends)?,
            lines,
            shifts,
            sheets: store::departure::open_at(conn, &plan.ends)?,
            phrases: store::phrase::shared(conn, &plan.ends)?,
            absences: absences
                .into_iter()
                .filter(|a| going_on.contains_key(&a.post))
                .collect(),
            plain,
        })
    }

    /// Writes it. `posts` go on under other ids; `reason` stands in the histories.
    pub(super) fn write(
        self,
        conn: &mut Conn,
        plan: &Plan,
        before: &Tree,
        posts: &HashMap<PostId, PostId>,
        (reason, now): (&str, Instant),
    ) -> Result<()> {
        for (mut record, area, lists) in self.records {
            let by = By {
                account: AccountId(0),
                name: "系统".into(),
                title: String::new(),
            };
            let old = before.full_name(record.area);
            record.follow(area, lists, (&old, reason), (now, by));
            store::record::place(conn, &record)?;
        }
        for (notice, roster) in self.notices {
            let roster = roster.with(posts);
            store::notice::place(conn, &notice, roster.as_ref(), posts)?;
        }
        let desk = |area: AreaId| plan.desk_of(area).unwrap_or(area);
        for mut body in self.bodies {
            body.area = desk(body.area);
            store::mediation::update(conn, &body)?;
        }
        for mut line in self.lines {
            line.area = desk(line.area);
            store::logbook::update(conn, &line)?;
        }
        for mut shift in self.shifts {
            shift.area = desk(shift.area);
            store::logbook::update_handover(conn, &shift)?;
        }
        for mut sheet in self.sheets {
            if let Seat::Area(area) = sheet.seat {
                sheet.seat = Seat::Area(desk(area));
            }
            store::departure::place(conn, &sheet)?;
        }
        for mut phrase in self.phrases {
            phrase.area = phrase.area.map(desk);
            store::phrase::remove(conn, phrase.id)?;
            store::phrase::insert(conn, &phrase)?;
        }
        for absence in self.absences {
            let Some(post) = posts.get(&absence.post) else {
                continue;
            };
            let from = plan.day.max(absence.from);
            store::absence::end(conn, absence.id, from)?;
            let rest = Absence {
                id: AbsenceId(store::fresh_id(conn, "absence", now)?),
                post: *post,
                from,
                ..absence
            };
            store::absence::insert(conn, &rest)?;
        }
        for (old, new) in posts {
            rest::renews(conn, *old, *new)?;
        }
        for area in &plan.ends {
            rest::hand_on(conn, *area, desk(*area), plan.day)?;
        }
        Ok(())
    }
}

/// The records of areas that end, and those above that name such areas in a list.
fn records(
    conn: &mut Conn,
    plan: &Plan,
    known: &World,
    before: &Tree,
    after: &Tree,
) -> Result<Vec<Moving>> {
    let upward = |a: &AreaId| before.upward(*a).map(|up| up.id).collect::<Vec<_>>();
    let mut areas: Vec<AreaId> = plan.ends.iter().flat_map(upward).collect();
    areas.sort_unstable();
    areas.dedup();
    let mut found = Vec::new();
    for record in store::record::standing(conn, &areas, plan.day)? {
        let register = known.registers.get(&record.register);
        let fields = register.map_or(&[][..], |r| &r.fields[..]);
        // What the record says decides which part it names; personal fields are masked in it.
        let words: Vec<&str> = record.values.values().map(String::as_str).collect();
        let place = Place {
            address: words.join(" "),
            point: None,
        };
        let area = plan
            .successor(after, record.area, &place)
            .map_or(record.area, |(area, _)| area);
        let lists: BTreeMap<String, String> = fields
            .iter()
            .filter(|f| f.kind == FieldKind::Areas)
            .filter_map(|f| {
                let list = record.values.get(&f.code)?;
                let now = listed(plan, list);
                (now != *list).then(|| (f.code.clone(), now))
            })
            .collect();
        if area != record.area || !lists.is_empty() {
            found.push((record, area, lists));
        }
    }
    Ok(found)
}

/// A list of areas with all that come after those that end.
fn listed(plan: &Plan, list: &str) -> String {
    let mut now: Vec<AreaId> = Vec::new();
    for id in list.split(',').filter_map(|v| v.parse().ok().map(AreaId)) {
        let heirs = plan.heirs.get(&id).cloned().unwrap_or_else(|| vec![id]);
        for heir in heirs {
            if !now.contains(&heir) {
                now.push(heir);
            }
        }
    }
    let ids: Vec<String> = now.iter().map(ToString::to_string).collect();
    ids.join(",")
}

/// The open notices whose reach, sender or roster changes, as they will be. Those that the lists of
/// who got them have let go are left alone.
fn notices(
    conn: &mut Conn,
    plan: &Plan,
    (before, after): (&Tree, &Tree),
    going_on: &HashMap<PostId, PostId>,
    now: Instant,
) -> Result<Vec<(Notice, Roster)>> {
    let days = crate::notice::WAITING_DAYS;
    let since = Mint::new(0, 0).next(now.plus_hours(-24 * days).0) - 1;
    let mut found = Vec::new();
    for mut notice in store::notice::between(conn, since, i64::MAX)? {
        if notice.withdrawn.is_some() {
            continue;
        }
        let roster = store::notice::roster(conn, notice.id)?;
        if notice.follow(plan, before, after) || roster.with(going_on).is_some() {
            found.push((notice, roster));
        }
    }
    Ok(found)
}
