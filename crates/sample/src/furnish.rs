//! What the days of the sample city leave out: rosters, the log of a centre, visits, notices, an
//! absence, a candidate, an offered post, admitted work, registers, orders of the hotline, mediations, an errand,
//! certificates, phrases; and over the weeks before today what takes its time: papers, inspections,
//! assessments ([`history`]). All through the real verbs, so that every page of the demo has something
//! true to show. What a profile lacks is left out.

mod assessing;
mod centre;
mod disputes;
mod gate;
mod history;
mod lists;
mod offering;
mod papers;
mod work;

use civic::admission::Application;
use civic::area::Level;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, NoticeId};
use civic::notice::{Answer, Draft, Kind, Scope};
use civic::post::{Post, Role, Seat};
use civic::time::{Day, Instant};
use office::notice::With;
use office::{
    AbsenceInput, Appointment, Candidacy, DemoClock, Fault, Office, Person, Verdict, World,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Days that the rosters cover, today included.
const ROSTER_DAYS: i64 = 7;
/// Unit heads who read what came from above; those for showing still have it before them.
const READERS: usize = 8;

/// Who is there: names by account, and the accounts for showing by login.
#[derive(Debug, Clone)]
pub struct People {
    /// Names of all accounts.
    pub names: HashMap<AccountId, String>,
    /// The accounts that one can sign in with.
    pub shown: HashMap<String, AccountId>,
}

struct Furnisher<'a> {
    office: &'a Office,
    clock: &'a DemoClock,
    people: &'a People,
    world: Arc<World>,
    today: Day,
    now: Instant,
}

/// Furnishes the city as of now. Says how many things were refused.
///
/// # Errors
/// When the program or the database fails; what the rules refuse is left out.
pub async fn furnish(office: &Office, clock: &DemoClock, people: &People) -> Result<usize, Fault> {
    let furnisher = Furnisher {
        office,
        clock,
        people,
        world: office.world(),
        today: office.today(),
        now: office.now(),
    };
    let mut refused = 0;
    let mut weigh = |answer: Result<(), Fault>| match answer {
        Err(Fault::Refused(refusal)) => {
            tracing::warn!(?refusal, "the sample city goes without");
            refused += 1;
            Ok(())
        }
        other => other,
    };
    let past = history::play(&furnisher, &mut weigh).await;
    clock.run();
    past?;
    // What was read while the clock stood in the past is read anew.
    office.reload().await?;
    weigh(furnisher.rosters().await)?;
    weigh(furnisher.notices().await)?;
    weigh(furnisher.admissions().await)?;
    weigh(furnisher.nomination().await)?;
    weigh(furnisher.absence().await)?;
    weigh(furnisher.registers().await)?;
    weigh(furnisher.hotline().await)?;
    weigh(furnisher.dispute().await)?;
    weigh(furnisher.errand().await)?;
    weigh(furnisher.certificates().await)?;
    weigh(furnisher.phrases().await)?;
    weigh(furnisher.addresses().await)?;
    weigh(furnisher.tags().await)?;
    weigh(furnisher.evidence().await)?;
    Ok(refused)
}

impl Furnisher<'_> {
    fn actor(&self, account: AccountId) -> Actor {
        Actor {
            account,
            name: self.people.names.get(&account).cloned().unwrap_or_default(),
            posts: self.world.directory().posts_of(account, self.today),
            system: false,
        }
    }

    /// An account for showing, with the area of its post.
    fn shown(&self, login: &str) -> Option<(Actor, AreaId)> {
        let actor = self.actor(*self.people.shown.get(login)?);
        let seat = actor.posts.first()?.seat;
        let area = match seat {
            Seat::Area(area) => area,
            Seat::Org(org) => self.world.directory().org(org)?.area,
        };
        Some((actor, area))
    }

    fn posts_at(&self, area: AreaId, role: Role) -> Vec<Arc<Post>> {
        let at = self
            .world
            .directory()
            .posts_at(Seat::Area(area), self.today);
        at.filter(|p| p.role == role).cloned().collect()
    }

    /// The heads of the units of the shown community, those for showing last.
    fn heads(&self) -> Vec<Arc<Post>> {
        let Some((_, community)) = self.shown("shequ") else {
            return Vec::new();
        };
        let units = self.world.tree().subtree(community);
        let units = units.filter(|a| a.level == Level::Unit);
        let mut heads: Vec<_> = units
            .filter_map(|a| self.posts_at(a.id, Role::UnitHead).into_iter().next())
            .collect();
        let is_shown = |p: &Arc<Post>| self.people.shown.values().any(|id| *id == p.account);
        heads.sort_by_key(is_shown);
        heads
    }

    /// Somebody on duty on every day to come: city, counties, towns, and the shown communities.
    async fn rosters(&self) -> Result<(), Fault> {
        let town = self.shown("jiedao").map(|(_, town)| town);
        let tree = self.world.tree();
        let planned = tree.iter().filter(|a| {
            a.level <= Level::Town
                || a.level == Level::Community && town.is_some_and(|t| tree.within(a.id, t))
        });
        for area in planned {
            let role = match area.level {
                Level::City => Role::CityCenter,
                Level::County => Role::CountyCenter,
                Level::Town => Role::TownDispatcher,
                _ => Role::CommunityStaff,
            };
            let people = self.posts_at(area.id, role);
            let Some(first) = people.first() else {
                continue;
            };
            let planner = self.actor(first.account);
            for (day, on_duty) in (0..ROSTER_DAYS).zip(people.iter().cycle()) {
                let accounts = vec![on_duty.account];
                let day = self.today.plus(day);
                self.office
                    .set_duties(&planner, area.id, day, accounts)
                    .await?;
            }
        }
        Ok(())
    }

    async fn publish(&self, author: &Actor, draft: Draft, with: With) -> Result<NoticeId, Fault> {
        let key = format!("furnish-{}", draft.title);
        let kept = self
            .office
            .publish_notice(author, draft, with, key.into())
            .await?;
        Ok(kept.notice.id)
    }

    /// A notice, a task and a bulletin of the shown town for its unit heads.
    async fn notices(&self) -> Result<(), Fault> {
        let (Some((dispatcher, town)), heads) = (self.shown("jiedao"), self.heads()) else {
            return Ok(());
        };
        let scope = Scope {
            areas: vec![town],
            roles: vec![Role::UnitHead],
            ..Scope::default()
        };
        let notice = Draft {
            kind: Some(Kind::Notice),
            title: "冬季用电用火安全提示".into(),
            text: "请提醒住户不在楼道停放和充电，出门断电；发现隐患随手上报。".into(),
            scope: scope.clone(),
            ..Draft::default()
        };
        let task = Draft {
            kind: Some(Kind::Task),
            answer: Some(Answer::Reply),
            title: "楼道堆物排查".into(),
            text:
                "请在三日内查看本单元楼道、消防通道，能清的当场清，不能清的上报事件，并在此回复。"
                    .into(),
            due: Some(self.now.plus_hours(72)),
            scope,
            ..Draft::default()
        };
        let named = heads.iter().filter_map(|p| match p.seat {
            Seat::Area(area) => Some(area),
            Seat::Org(_) => None,
        });
        let bulletin = Draft {
            kind: Some(Kind::Bulletin),
            title: "上周走访情况通报".into(),
            text: "以下单元走访及时、记录清楚，请继续保持。".into(),
            scope: Scope {
                areas: named.take(READERS).collect(),
                ..Scope::default()
            },
            ..Draft::default()
        };
        let notice = self.publish(&dispatcher, notice, With::default()).await?;
        let task = self.publish(&dispatcher, task, With::default()).await?;
        let bulletin = self.publish(&dispatcher, bulletin, With::default()).await?;
        for (nth, head) in heads.iter().take(READERS).enumerate() {
            let reader = self.actor(head.account);
            for id in [notice, task, bulletin] {
                self.office.read_notice(&reader, id).await?;
            }
            if nth % 2 == 0 {
                let reply = "已查看，楼道通畅，无堆物。".to_owned();
                self.office
                    .finish_notice(&reader, task, (Vec::new(), Some(reply)), &[])
                    .await?;
            }
        }
        Ok(())
    }

    /// Work of a department: one item waits for its decision, one is admitted and sent down.
    async fn admissions(&self) -> Result<(), Fault> {
        let (Some((bureau, _)), Some((county, _)), Some((_, community))) =
            (self.shown("ziran"), self.shown("qu"), self.shown("shequ"))
        else {
            return Ok(());
        };
        let application = |title: &str, content: &str| Application {
            title: title.into(),
            content: content.into(),
            basis: "年度工作要点".into(),
            people: "本单位 2 人到场".into(),
            money: "由本单位承担".into(),
            frequency: "每季度一次".into(),
            levels: vec![Level::Unit],
            fields: 1,
        };
        let waiting = application("违法建设线索摸排", "请单元长留意新增搭建，发现后上报。");
        self.office
            .apply_admission(&bureau, waiting, "furnish-waiting".to_owned().into())
            .await?;
        let used = application(
            "地质灾害隐患点巡看",
            "雨后查看房前屋后边坡，有裂缝、掉块即报。",
        );
        let item = self
            .office
            .apply_admission(&bureau, used, "furnish-used".to_owned().into())
            .await?;
        let verdict = Verdict {
            admitted: true,
            opinion: "依据充分，频次适当，同意准入".into(),
            from: None,
            to: None,
        };
        self.office
            .decide_admission(&county, item.id, verdict)
            .await?;
        let draft = Draft {
            kind: Some(Kind::Task),
            answer: Some(Answer::Reply),
            title: "雨后边坡巡看".into(),
            text: "请雨后查看本单元房前屋后边坡，有裂缝、掉块的立即上报事件。".into(),
            due: Some(self.now.plus_hours(96)),
            scope: Scope {
                areas: vec![community],
                roles: vec![Role::UnitHead],
                ..Scope::default()
            },
            fields: vec!["是否发现裂缝或掉块".into()],
            ..Draft::default()
        };
        let with = With {
            item: Some(item.id),
            ..With::default()
        };
        self.publish(&bureau, draft, with).await?;
        Ok(())
    }

    /// A candidate who waits for approval: for a vacant unit of the town, else one more hand for the
    /// shown grid.
    async fn nomination(&self) -> Result<(), Fault> {
        let (Some((dispatcher, town)), Some((staff, community))) =
            (self.shown("jiedao"), self.shown("shequ"))
        else {
            return Ok(());
        };
        let directory = self.world.directory();
        let vacant = |area| directory.vacancies(area, Level::Unit, self.today).next();
        let in_community = vacant(community).map(|unit| (&staff, unit));
        let vacancy = in_community.or_else(|| vacant(town).map(|unit| (&dispatcher, unit)));
        let grid = self.shown("wanggezhang").map(|(_, grid)| grid);
        let (proposer, area, role, near) = match (vacancy, grid) {
            (Some((who, unit)), _) => (who, unit.id, Role::UnitHead, unit.parent),
            (None, Some(grid)) => (&staff, grid, Role::GridManager, Some(grid)),
            (None, None) => return Ok(()),
        };
        let candidate = [Role::GridAssistant, Role::GridWorker]
            .into_iter()
            .find_map(|role| self.posts_at(near?, role).into_iter().next());
        let Some(candidate) = candidate else {
            return Ok(());
        };
        let candidacy = Candidacy {
            wanted: Appointment {
                person: Person::Account(candidate.account),
                role,
                seat: Seat::Area(area),
                title: None,
                source: "community_worker".into(),
                from: self.today.plus(7),
                to: Some(self.today.plus(7 + 730)),
            },
            reason: "熟悉本片情况，群众基础好，本人愿意承担".into(),
        };
        self.office.propose(proposer, candidacy).await?;
        Ok(())
    }

    /// A worker of the shown community is away from tomorrow; a colleague acts.
    async fn absence(&self) -> Result<(), Fault> {
        let Some((worker, community)) = self.shown("shequ") else {
            return Ok(());
        };
        let colleagues = self.posts_at(community, Role::CommunityStaff);
        let own = colleagues.iter().find(|p| p.account == worker.account);
        let other = colleagues.iter().find(|p| p.account != worker.account);
        let (Some(own), Some(other)) = (own, other) else {
            return Ok(());
        };
        let wanted = AbsenceInput {
            substitute: Person::Account(other.account),
            from: self.today.plus(1),
            to: self.today.plus(4),
            reason: "training".into(),
        };
        self.office.arrange_absence(&worker, own.id, wanted).await?;
        Ok(())
    }
}
