//! Reading the audit chain: all of it by the audit administrator, and the looks at their own data by
//! everybody (privacy.md V07).

use crate::{Office, Result, page};
use civic::audited;
use civic::directory::{Actor, Directory};
use civic::id::{AccountId, AreaId, MatterId, PostId};
use civic::limits::PAGE_ROWS_MAX;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::{Day, Instant};
use std::collections::HashMap;
use store::audit::{Kept, Subject};

pub use store::audit::Wanted as AuditWanted;

/// An entry as the audit administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The entry in its place.
    pub kept: Kept,
    /// Titles of the posts that the person held or acted for on the day of the entry; empty without one.
    pub title: String,
    /// What it was done to, in words: `事件 350302003-260311-0007`.
    pub object: String,
}

/// Somebody looked at personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// The post of who looked, as it was on that day.
    pub who: String,
    /// Which fields and why, in a sentence.
    pub why: String,
    /// Number of the matter that it was about; empty where it was about none.
    pub no: String,
}

/// The titles of an account on a day, all of them: which one it acted under is written in the steps of
/// a matter. Who left on that day may have acted before.
fn titles(directory: &Directory, account: AccountId, day: Day) -> String {
    let mut posts = directory.posts_of(account, day);
    if posts.is_empty() {
        posts = directory.posts_of(account, day.plus(-1));
    }
    let titles: Vec<String> = posts.iter().map(|post| directory.title(post)).collect();
    titles.join("、")
}

impl Office {
    /// Who looked at the actor's own data, newest first; and where the next page begins.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_looks(
        &self,
        actor: &Actor,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<Look>, Option<i64>)> {
        self.looks(Subject::Reporter(actor.account), before, limit)
            .await
    }

    /// Who looked at the data left with a report, for who has its number and code.
    ///
    /// # Errors
    /// As [`Office::follow`].
    pub async fn looks_publicly(&self, no: &str, code: &str) -> Result<Vec<Look>> {
        let matter = self.followed_matter(no, code).await?;
        let looks = self.looks(Subject::Matter(matter.id), None, Some(PAGE_ROWS_MAX));
        Ok(looks.await?.0)
    }

    async fn looks(
        &self,
        subject: Subject,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<Look>, Option<i64>)> {
        let size = page::size(limit);
        let mut found = self
            .read(move |conn| store::audit::looks(conn, subject, before, size + 1))
            .await?;
        let next = page::cut(&mut found, size, |look| look.seq);
        let world = self.world();
        let directory = world.directory();
        let look = |look: store::audit::Look| {
            let day = world.rules.day(look.at);
            Look {
                at: look.at,
                who: match titles(directory, look.account, day) {
                    none if none.is_empty() => "工作人员".into(),
                    titles => titles,
                },
                why: look.detail,
                no: look.no,
            }
        };
        Ok((found.into_iter().map(look).collect(), next))
    }

    /// A page of the audit chain, newest first, of the wanted entries before `before`; and where the
    /// next page begins. The object may be wanted as a person knows it: the number of a matter, the
    /// login of an account.
    ///
    /// # Errors
    /// `Denied` for anybody but an audit administrator; `Invalid` for an object that is not found.
    pub async fn audit(
        &self,
        actor: &Actor,
        mut wanted: AuditWanted,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<AuditRow>, Option<i64>)> {
        self.require(actor, Verb::ReadAudit)?;
        if let Some(object) = wanted.object.take() {
            wanted.object = Some(self.audited(object).await?);
        }
        let size = page::size(limit);
        let mut kept = self
            .read(move |conn| store::audit::page(conn, &wanted, before, size + 1))
            .await?;
        let next = page::cut(&mut kept, size, |kept| kept.seq);
        let names = self.names_of_objects(&kept).await?;
        let world = self.world();
        let title = |kept: &Kept| {
            let day = world.rules.day(kept.entry.at);
            titles(world.directory(), kept.entry.account, day)
        };
        Ok((
            kept.into_iter()
                .map(|kept| AuditRow {
                    title: title(&kept),
                    object: audited::object(
                        &kept.entry.object,
                        names.get(&kept.entry.object).map(String::as_str),
                    ),
                    kept,
                })
                .collect(),
            next,
        ))
    }

    /// The object that a person means: `matter:42` as it is, else the matter with this number or the
    /// account with this login.
    async fn audited(&self, words: String) -> Result<String> {
        if words.contains(':') || words == "installation" {
            return Ok(words);
        }
        let found = self
            .read(move |conn| {
                Ok(match store::matter::by_no(conn, &words)? {
                    Some(matter) => Some(format!("matter:{}", matter.id)),
                    None => store::account::by_login(conn, &words.to_lowercase())?
                        .map(|account| format!("account:{}", account.id)),
                })
            })
            .await?;
        found.ok_or_else(|| {
            let message = "没有找到，请填写事件编号或登录名";
            Refusal::invalid("object", "unknown", message).into()
        })
    }

    /// The names of the objects of entries, of those that have one.
    async fn names_of_objects(&self, kept: &[Kept]) -> Result<HashMap<String, String>> {
        let world = self.world();
        let mut names = HashMap::new();
        let (mut accounts, mut matters) = (Vec::new(), Vec::new());
        for object in kept.iter().map(|kept| &kept.entry.object) {
            let (kind, key) = audited::parts(object);
            let id = key.parse().unwrap_or(0);
            let name = match kind {
                "account" => {
                    accounts.push(AccountId(id));
                    None
                }
                "matter" => {
                    matters.push(MatterId(id));
                    None
                }
                "area" => world.tree().get(AreaId(id)).map(|_| {
                    let desk = civic::matter::Desk::Area(AreaId(id));
                    world.directory().desk_name(desk)
                }),
                "post" => {
                    let mut posts = world.directory().posts();
                    let post = posts.find(|post| post.id == PostId(id));
                    post.map(|post| world.directory().title(post))
                }
                "parameter" => {
                    let code = key.split(' ').next().unwrap_or_default();
                    civic::parameter::known(code).map(|known| known.word.to_owned())
                }
                _ => None,
            };
            if let Some(name) = name {
                names.insert(object.clone(), name);
            }
        }
        let (people, numbers) = self
            .read(move |conn| {
                Ok((
                    store::account::names(conn, &accounts)?,
                    store::matter::numbers(conn, &matters)?,
                ))
            })
            .await?;
        names.extend(
            people
                .into_iter()
                .map(|(id, name)| (format!("account:{id}"), name)),
        );
        names.extend(
            numbers
                .into_iter()
                .map(|(id, no)| (format!("matter:{id}"), no)),
        );
        Ok(names)
    }
}
