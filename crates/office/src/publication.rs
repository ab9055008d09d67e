//! What residents are told on the public pages (R217).

use crate::file::OpenedFile;
use crate::identity::entry;
use crate::{Key, Office, Result, page};
use civic::by::By;
use civic::directory::Actor;
use civic::id::{AreaId, FileId, PublicationId};
use civic::module::Module;
use civic::publication::{Act, Draft, Publication, State};
use civic::refusal::Refusal;
use civic::rights::Verb;
use store::lane::Failure;

fn object(id: PublicationId) -> String {
    format!("publication:{id}")
}

fn unknown() -> Refusal {
    Refusal::unknown("公告")
}

/// What is done to a publication after it was written.
#[derive(Debug, Clone)]
pub enum PublicationAct {
    /// Passed, or turned down with an opinion.
    Review {
        /// Whether it passes.
        passed: bool,
        /// Why not.
        opinion: String,
    },
    /// Put on the public pages.
    Publish,
    /// Taken off them.
    Withdraw {
        /// Why.
        reason: String,
    },
}

impl Office {
    /// A page of what was written in an area and below it, newest first, and where the next begins.
    ///
    /// # Errors
    /// `Denied` for who neither writes nor reviews there.
    pub async fn publications(
        &self,
        actor: &Actor,
        area: AreaId,
        cursor: Option<PublicationId>,
        limit: Option<usize>,
    ) -> Result<(Vec<Publication>, Option<PublicationId>)> {
        self.known(area)?;
        self.handles_public(actor, area)?;
        let world = self.world();
        let below = world.tree().subtree(area);
        let areas: Vec<AreaId> = below
            .filter(|a| a.level <= civic::area::Level::Community)
            .map(|a| a.id)
            .collect();
        let size = page::size(limit);
        let mut rows = self
            .read(move |conn| store::publication::page(conn, &areas, cursor, size + 1))
            .await?;
        let next = page::cut(&mut rows, size, |one| one.id);
        Ok((rows, next))
    }

    /// Writes a publication; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with every broken rule.
    pub async fn write_publication(
        &self,
        actor: &Actor,
        area: AreaId,
        mut draft: Draft,
        files: Vec<FileId>,
        key: Key,
    ) -> Result<Publication> {
        self.known(area)?;
        let by = self.keeper_of(actor, Verb::WritePublic, area)?;
        let key = self.kept_key(key, actor.account, "publication");
        if let Some(id) = self
            .answered(Some(&key))
            .await?
            .and_then(|id| id.parse().ok())
        {
            let kept = self.read(move |conn| store::publication::get(conn, PublicationId(id)));
            return Ok(kept.await?.ok_or_else(unknown)?);
        }
        let problems = draft.problems(self.world().tree(), area);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        draft.files = self.attachable(actor, &files).await?;
        let (now, who) = (self.now(), actor.clone());
        let mut one = Publication {
            id: PublicationId(0),
            area,
            draft,
            state: State::Draft,
            written: act(by, now, ""),
            reviewed: None,
            published: None,
            withdrawn: None,
        };
        self.write(move |conn| {
            one.id = PublicationId(store::fresh_id(conn, "publication", now)?);
            store::publication::insert(conn, &one)?;
            store::answered::put(conn, &key, &one.id.to_string(), now)?;
            let detail = format!("《{}》", one.draft.title);
            let line = entry(&who, now, "write_publication", object(one.id), detail);
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(one)
        })
        .await
    }

    /// Writes a publication anew that is not on the public pages: it is reviewed again. Of its files
    /// those stay that are named again.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area; `Conflict` for what is published or withdrawn;
    /// `Invalid` with every broken rule.
    pub async fn rewrite_publication(
        &self,
        actor: &Actor,
        id: PublicationId,
        mut draft: Draft,
        files: Vec<FileId>,
    ) -> Result<Publication> {
        let found = self
            .read(move |conn| store::publication::get(conn, id))
            .await?;
        let known = found.ok_or_else(unknown)?;
        if self.handles_public(actor, known.area).is_err() {
            return Err(unknown().into());
        }
        let by = self.keeper_of(actor, Verb::WritePublic, known.area)?;
        let problems = draft.problems(self.world().tree(), known.area);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let own = known.draft.files.iter();
        draft.files = own.filter(|f| files.contains(&f.file)).cloned().collect();
        let fresh: Vec<FileId> = files
            .into_iter()
            .filter(|f| !draft.files.iter().any(|kept| kept.file == *f))
            .collect();
        draft.files.extend(self.attachable(actor, &fresh).await?);
        let (now, who) = (self.now(), actor.clone());
        self.write(move |conn| {
            let mut one = store::publication::get(conn, id)?.ok_or_else(unknown)?;
            one.rewrite(draft, act(by, now, ""))?;
            store::publication::update(conn, &one)?;
            let detail = format!("《{}》", one.draft.title);
            let line = entry(&who, now, "rewrite_publication", object(id), detail);
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(one)
        })
        .await
    }

    /// Reviews, publishes or withdraws a publication.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area and for a review of one's own words; `Conflict`
    /// where it stands elsewhere; `Invalid` without the words that are due.
    pub async fn act_on_publication(
        &self,
        actor: &Actor,
        id: PublicationId,
        what: PublicationAct,
    ) -> Result<Publication> {
        let found = self
            .read(move |conn| store::publication::get(conn, id))
            .await?;
        let area = found.ok_or_else(unknown)?.area;
        if self.handles_public(actor, area).is_err() {
            return Err(unknown().into());
        }
        let verb = match what {
            PublicationAct::Publish => Verb::WritePublic,
            _ => Verb::ReviewPublic,
        };
        let by = self.keeper_of(actor, verb, area)?;
        let (now, who) = (self.now(), actor.clone());
        self.write(move |conn| {
            let mut one = store::publication::get(conn, id)?.ok_or_else(unknown)?;
            let (action, words) = match what {
                PublicationAct::Review { passed, opinion } => {
                    one.review(passed, act(by, now, &opinion))?;
                    ("review_publication", opinion)
                }
                PublicationAct::Publish => {
                    one.publish(act(by, now, ""))?;
                    ("publish_publication", String::new())
                }
                PublicationAct::Withdraw { reason } => {
                    one.withdraw(act(by, now, &reason))?;
                    ("withdraw_publication", reason)
                }
            };
            store::publication::update(conn, &one)?;
            let detail = format!("《{}》{} {words}", one.draft.title, one.state.word());
            let line = entry(&who, now, action, object(id), detail.trim_end().to_owned());
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(one)
        })
        .await
    }

    /// A page of what stands on the public pages of an area (the whole place where none is named),
    /// newest first, and where the next begins. For everybody.
    ///
    /// # Errors
    /// `Unknown` for an area that is not there.
    pub async fn published(
        &self,
        area: Option<AreaId>,
        cursor: Option<PublicationId>,
        limit: Option<usize>,
    ) -> Result<(Vec<Publication>, Option<PublicationId>)> {
        let world = self.world();
        let upward: Vec<AreaId> = match area {
            Some(area) => {
                self.known(area)?;
                world.tree().upward(area).map(|a| a.id).collect()
            }
            None => world.tree().roots().map(|a| a.id).collect(),
        };
        let upward: Vec<AreaId> = upward
            .into_iter()
            .filter(|a| self.is_on(Module::Publications, *a))
            .collect();
        let size = page::size(limit);
        let mut rows = self
            .read(move |conn| store::publication::published(conn, &upward, cursor, size + 1))
            .await?;
        let next = page::cut(&mut rows, size, |one| one.id);
        Ok((rows, next))
    }

    /// One that stands on the public pages. For everybody.
    ///
    /// # Errors
    /// `Unknown` for any other.
    pub async fn published_one(&self, id: PublicationId) -> Result<Publication> {
        let found = self
            .read(move |conn| store::publication::get(conn, id))
            .await?;
        let found = found
            .filter(|one| one.state == State::Published)
            .filter(|one| self.is_on(Module::Publications, one.area));
        Ok(found.ok_or_else(unknown)?)
    }

    /// A file of one that stands on the public pages. For everybody.
    ///
    /// # Errors
    /// `Unknown` for any other.
    pub async fn published_file(&self, id: PublicationId, file: FileId) -> Result<OpenedFile> {
        let one = self.published_one(id).await?;
        let found = self.read(move |conn| store::file::get(conn, file)).await?;
        let found = found.filter(|f| one.draft.files.iter().any(|own| own.file == f.id));
        self.opened(found.ok_or_else(|| Refusal::unknown("附件"))?)
            .await
    }

    /// Whether a file belongs to a publication that the actor handles.
    pub(crate) async fn opens_as_publication(&self, actor: &Actor, file: FileId) -> Result<bool> {
        let found = self
            .read(move |conn| store::publication::of_file(conn, file))
            .await?;
        Ok(found.is_some_and(|one| self.handles_public(actor, one.area).is_ok()))
    }

    fn handles_public(&self, actor: &Actor, area: AreaId) -> Result<()> {
        self.need(Module::Publications, area)?;
        self.require_over(actor, Verb::WritePublic, area)
            .or_else(|_| self.require_over(actor, Verb::ReviewPublic, area))
    }
}

fn act(by: By, at: civic::time::Instant, words: &str) -> Act {
    Act {
        by,
        at,
        words: words.trim().to_owned(),
    }
}
