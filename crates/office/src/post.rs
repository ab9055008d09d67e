//! Posts: appointing, vacancies (R013, R014, R043).

mod rules;

pub use rules::{SOURCES, source_word};
pub(crate) use rules::{check, conflict, is_admin};

use crate::key::kept;
use crate::nomination::put_forward;
use crate::{Key, Office, Result, World};
use civic::area::{Area, Level};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, PostId};
use civic::nomination::Nomination;
use civic::post::{Post, Role, Seat};
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;
use std::collections::HashMap;
use store::account::Account;
use store::driver::Conn;
use store::lane::Failure;

/// Whom an appointment is for.
#[derive(Debug, Clone)]
pub enum Person {
    /// By id.
    Account(AccountId),
    /// By login.
    Login(String),
}

/// An appointment to be made.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// Who.
    pub person: Person,
    /// As what.
    pub role: Role,
    /// Over what: an area, or for department roles the desk of an organisation.
    pub seat: Seat,
    /// Local title (R046), where it differs from the role's word.
    pub title: Option<String>,
    /// Code of [`SOURCES`].
    pub source: String,
    /// First day in office.
    pub from: Day,
    /// First day out of office.
    pub to: Option<Day>,
}

impl Appointment {
    /// Without a title that is empty or says no more than the role.
    pub(crate) fn trimmed(mut self) -> Self {
        let title = self.title.take().map(|t| t.trim().to_owned());
        self.title = title.filter(|t| !t.is_empty() && t != self.role.word());
        self
    }
}

/// A post with the name of its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRow {
    /// The post.
    pub post: Post,
    /// Name of its holder.
    pub name: String,
    /// Title as shown.
    pub title: String,
    /// Who acts for the holder today, and the first day on which the holder is back.
    pub acting: Option<(String, Day)>,
    /// Whether the actor may remove the holder.
    pub may_end: bool,
    /// Whether the actor may propose a further term.
    pub may_renew: bool,
}

/// A vacant desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Vacancy {
    /// The area without anybody.
    pub area: Area,
    /// Names from the root down to it.
    pub full_name: String,
    /// Who answers for it meanwhile: name and title; nobody where no desk above is manned.
    pub answered_by: Option<(String, String)>,
}

impl Office {
    /// Appoints somebody; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area, for a leader of the actor's own area, for oneself and for
    /// administrators; `Invalid` with every broken rule; `Conflict` where the post is taken.
    pub async fn appoint(
        &self,
        actor: &Actor,
        mut wanted: Appointment,
        key: Option<Key>,
    ) -> Result<PostRow> {
        let key = key.map(|key| self.kept_key(key, actor.account, "appoint"));
        if let Some(id) = self.answered(key.as_ref()).await? {
            return self.appointed(&id).await;
        }
        let world = self.world();
        wanted = wanted.trimmed();
        self.may_fill(&world, actor, wanted.role, wanted.seat)?;
        let (_, post) = self.fit(actor, wanted).await?;
        let (keeper, now) = (actor.clone(), self.now());
        let id = self
            .write(move |conn| {
                // Asked twice at the same moment: the first one counts.
                if let Some(id) = kept(conn, key.as_ref())? {
                    return Ok(id);
                }
                let by = keeper.account;
                let mut nomination = Nomination::of(post, "直接任命", by, now).at_once();
                let post = put_forward(conn, &world, &keeper, &mut nomination, None)?;
                let id = post.map_or_else(String::new, |id| id.to_string());
                if let Some(key) = &key {
                    store::answered::put(conn, key, &id, now)?;
                }
                Ok::<_, Failure>(id)
            })
            .await?;
        self.reload().await?;
        self.appointed(&id).await
    }

    /// The post that an appointment made.
    async fn appointed(&self, id: &str) -> Result<PostRow> {
        let id = PostId(id.parse().map_err(|_| Refusal::unknown("岗位"))?);
        let found = self.read(move |conn| store::post::by_id(conn, id)).await?;
        let post = found.ok_or_else(|| Refusal::unknown("岗位"))?;
        let names = self.names(vec![post.account]).await?;
        Ok(PostRow {
            title: self.world().directory().title(&post),
            name: names.get(&post.account).cloned().unwrap_or_default(),
            acting: None,
            may_end: true,
            may_renew: false,
            post,
        })
    }

    /// The area of a seat.
    pub(crate) fn area_of_seat(&self, world: &World, seat: Seat) -> Result<AreaId> {
        let area = match seat {
            Seat::Area(area) => area,
            Seat::Org(org) => world
                .directory()
                .org(org)
                .map(|o| o.area)
                .ok_or_else(|| Refusal::unknown("单位"))?,
        };
        if world.tree().get(area).is_none() {
            return Err(Refusal::unknown("区域").into());
        }
        Ok(area)
    }

    /// Whether the actor may fill and empty posts of this role at this seat.
    pub(crate) fn may_fill(
        &self,
        world: &World,
        actor: &Actor,
        role: Role,
        seat: Seat,
    ) -> Result<()> {
        if is_admin(role) {
            return Err(Refusal::Denied(
                "系统、安全、审计管理员只能由安装人员在服务器上任免，以保证三员分立".into(),
            )
            .into());
        }
        let area = self.area_of_seat(world, seat)?;
        self.require_over(actor, Verb::ManagePosts, area)?;
        // A leader is appointed from above, not by a colleague.
        let from_above = actor.posts.iter().any(|p| {
            let holds = civic::rights::relations(p.role, Verb::ManagePosts).next().is_some();
            holds && matches!(p.seat, Seat::Area(own) if world.tree().within(area, own) && (p.role == Role::SecAdmin || own != area))
        });
        if role.leads() && seat == Seat::Area(area) && !from_above {
            return Err(Refusal::Denied("本级领导岗位要由上级任免".into()).into());
        }
        Ok(())
    }

    /// Who holds a post over exactly this area today, highest role last.
    ///
    /// # Errors
    /// `Unknown` for an area that does not exist; `Denied` for who holds no post.
    pub async fn posts_of_area(&self, actor: &Actor, area: AreaId) -> Result<Vec<PostRow>> {
        staff_only(actor)?;
        let (world, today) = (self.world(), self.today());
        world
            .tree()
            .get(area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        let mut posts: Vec<Post> = world
            .directory()
            .posts_at(Seat::Area(area), today)
            .map(|p| (**p).clone())
            .collect();
        posts.sort_by_key(|p| (p.role, p.from, p.id));
        let names = self
            .names(posts.iter().map(|p| p.account).collect())
            .await?;
        let name = |id| names.get(&id).cloned().unwrap_or_default();
        let proposes = self.require_over(actor, Verb::Propose, area).is_ok()
            || self.require_over(actor, Verb::ManagePosts, area).is_ok();
        Ok(posts
            .into_iter()
            .map(|post| PostRow {
                name: name(post.account),
                title: world.directory().title(&post),
                acting: world
                    .directory()
                    .acting(&post, today)
                    .map(|a| (a.name.to_owned(), a.to)),
                may_end: self.may_fill(&world, actor, post.role, post.seat).is_ok(),
                may_renew: post.to.is_some() && post.account != actor.account && proposes,
                post,
            })
            .collect())
    }

    /// The vacant desks of a level below `area` today, each with who answers for it (R014). At most
    /// `limit`, and how many there are.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn vacancies(
        &self,
        actor: &Actor,
        area: AreaId,
        level: Level,
        limit: usize,
    ) -> Result<(Vec<Vacancy>, usize)> {
        self.require_over(actor, Verb::SeeBoard, area)
            .or_else(|_| self.require_over(actor, Verb::ManagePosts, area))?;
        let (world, today) = (self.world(), self.today());
        let directory = world.directory();
        let all: Vec<&Area> = directory.vacancies(area, level, today).collect();
        let found: Vec<_> = all
            .iter()
            .take(limit)
            .map(|a| (*a, directory.responsible(a.id, today)))
            .collect();
        let names = self
            .names(
                found
                    .iter()
                    .filter_map(|(_, p)| p.map(|p| p.account))
                    .collect(),
            )
            .await?;
        let rows = found.into_iter().map(|(area, post)| Vacancy {
            area: area.clone(),
            full_name: world.tree().full_name(area.id),
            answered_by: post.map(|p| {
                let acting = directory.acting(p, today).map(|a| a.words());
                let name = || names.get(&p.account).cloned().unwrap_or_default();
                (acting.unwrap_or_else(name), directory.title(p))
            }),
        });
        Ok((rows.collect(), all.len()))
    }

    /// The names of some accounts.
    pub async fn names(&self, ids: Vec<AccountId>) -> Result<HashMap<AccountId, String>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        self.read(move |conn| store::account::names(conn, &ids))
            .await
    }
}

/// The account of a person.
pub(crate) fn account_of(
    conn: &mut Conn,
    person: Person,
) -> store::driver::Result<Option<Account>> {
    match person {
        Person::Account(id) => store::account::by_id(conn, id),
        Person::Login(login) => store::account::by_login(conn, &login.trim().to_lowercase()),
    }
}

/// Residents do not look at rosters of staff.
pub(crate) fn staff_only(actor: &Actor) -> Result<()> {
    if actor.posts.is_empty() {
        return Err(Refusal::Denied(
            "只有在岗工作人员可以查看；如果您刚上任，请联系上级任命岗位".into(),
        )
        .into());
    }
    Ok(())
}
