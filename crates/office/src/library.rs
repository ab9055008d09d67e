//! The library: keeping documents, reading them, and saying so (R221).

use crate::identity::entry;
use crate::page;
use crate::post::staff_only;
use crate::{Key, Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, DocumentId, FileId};
use civic::library::{self, Document, Kind};
use civic::module::Module;
use civic::post::{Post, Role, Seat};
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use std::collections::HashSet;
use store::lane::Failure;

/// A document as its reader sees it.
#[derive(Debug, Clone)]
pub struct DocumentSeen {
    /// The document.
    pub document: Document,
    /// Whether the actor keeps it.
    pub keeps: bool,
    /// Whether the actor has to read the newest version still.
    pub due: bool,
    /// When the actor said to have read the newest version.
    pub read_at: Option<Instant>,
    /// How many read the newest version, for who keeps it.
    pub readers: Option<i64>,
}

/// A post whose holder has still to read a document.
#[derive(Debug, Clone)]
pub struct UnreadPost {
    /// Name of its holder.
    pub name: String,
    /// Title.
    pub title: String,
    /// Names from the root down to its area.
    pub place: String,
}

/// A page of posts whose holders have still to read a document.
#[derive(Debug, Clone)]
pub struct UnreadPosts {
    /// From above down.
    pub rows: Vec<UnreadPost>,
    /// How many there are in all.
    pub total: usize,
    /// Where the next page begins.
    pub next: Option<UnreadKey>,
}

/// The place of a post in such a list: level and id of its area, role, own id. It outlives that the holder
/// reads the document while somebody turns the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadKey([i64; 4]);

impl std::fmt::Display for UnreadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [level, area, role, post] = self.0;
        write!(f, "{level}.{area}.{role}.{post}")
    }
}

impl UnreadKey {
    /// From its text in a cursor.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<i64>> = text.split('.').map(|n| n.parse().ok()).collect();
        Some(Self(numbers?.try_into().ok()?))
    }
}

/// A document to be added.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// The roles for which it is; all where none is named.
    pub roles: Vec<Role>,
    /// What it is.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// Whether its readers have to say that they read it.
    pub mandatory: bool,
    /// Text of the first version.
    pub text: String,
}

fn object(id: DocumentId) -> String {
    format!("library:{id}")
}

fn unknown() -> Refusal {
    Refusal::unknown("文件")
}

impl Office {
    /// The documents that the actor reads or keeps whose title has the words, what is due first.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub async fn library(&self, actor: &Actor, words: &str) -> Result<Vec<DocumentSeen>> {
        staff_only(actor)?;
        let world = self.world();
        let (tree, directory) = (world.tree(), world.directory());
        let mut areas = Vec::new();
        for post in &actor.posts {
            let Some(own) = directory.area_of(post.seat) else {
                continue;
            };
            areas.extend(tree.upward(own).map(|a| a.id));
            if matches!(post.seat, Seat::Area(_)) && self.keeps_library(actor, own) {
                let towns = tree.subtree(own);
                areas.extend(
                    towns
                        .filter(|a| a.level <= civic::area::Level::Town)
                        .map(|a| a.id),
                );
            }
        }
        areas.sort_unstable();
        areas.dedup();
        let account = actor.account;
        let (documents, read) = self
            .read(move |conn| {
                Ok((
                    store::library::of_areas(conn, &areas)?,
                    store::library::read_by(conn, account)?,
                ))
            })
            .await?;
        let mut seen: Vec<DocumentSeen> = documents
            .into_iter()
            .filter(|d| d.title.contains(words.trim()))
            .filter_map(|d| self.document_seen(actor, read.get(&d.id).copied(), d))
            .collect();
        seen.sort_by_key(|d| (!d.due, d.document.retired.is_some()));
        Ok(seen)
    }

    /// One document with all its versions.
    ///
    /// # Errors
    /// `Unknown` for who neither reads nor keeps it.
    pub async fn document(&self, actor: &Actor, id: DocumentId) -> Result<DocumentSeen> {
        let account = actor.account;
        let found = self
            .read(move |conn| {
                let Some(one) = store::library::get(conn, id)? else {
                    return Ok(None);
                };
                let read = store::library::read_by(conn, account)?.get(&id).copied();
                let readers = store::library::readers(conn, id, one.current())?;
                Ok(Some((one, read, readers)))
            })
            .await?;
        let (one, read, readers) = found.ok_or_else(unknown)?;
        let mut seen = self.document_seen(actor, read, one).ok_or_else(unknown)?;
        seen.readers = seen.keeps.then_some(readers);
        Ok(seen)
    }

    /// The posts whose holders have still to read the newest version, from above down, after a key. For
    /// who keeps the document.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not keep it; `Conflict` for what nobody has to read.
    pub async fn unread_posts(
        &self,
        actor: &Actor,
        id: DocumentId,
        after: Option<UnreadKey>,
        limit: Option<usize>,
    ) -> Result<UnreadPosts> {
        let one = self.document(actor, id).await?.document;
        self.require_over(actor, Verb::KeepLibrary, one.area)?;
        if !one.is_due(None) {
            let text = "这份文件不是必读的或已停用，没有待读名单";
            return Err(Refusal::Conflict(text.into()).into());
        }
        let version = one.current();
        let read = self.read(move |conn| store::library::read_version(conn, id, version));
        let read: HashSet<AccountId> = read.await?.into_iter().collect();
        let (world, today) = (self.world(), self.today());
        let directory = world.directory();
        let key = |p: &Post| {
            let area = directory.area_of(p.seat);
            let area = area.and_then(|id| world.tree().get(id));
            let (level, area) = area.map_or((0, 0), |a| (a.level as i64, a.id.0));
            UnreadKey([level, area, p.role as i64, p.id.0])
        };
        let mut posts: Vec<_> = directory
            .posts()
            .filter(|p| p.held_on(today) && one.concerns(directory, p))
            .filter(|p| !read.contains(&p.account))
            .map(|p| (key(p), p))
            .collect();
        let total = posts.len();
        posts.retain(|(key, _)| after.is_none_or(|after| *key > after));
        posts.sort_by_key(|(key, _)| *key);
        let next = page::cut(&mut posts, page::size(limit), |(key, _)| *key);
        let names = self
            .names(posts.iter().map(|(_, p)| p.account).collect())
            .await?;
        let rows = posts.into_iter().map(|(_, p)| UnreadPost {
            name: names.get(&p.account).cloned().unwrap_or_default(),
            title: directory.title(p),
            place: directory
                .area_of(p.seat)
                .map_or_else(String::new, |a| world.tree().full_name(a)),
        });
        Ok(UnreadPosts {
            rows: rows.collect(),
            total,
            next,
        })
    }

    /// Adds a document; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with every broken rule.
    pub async fn add_document(
        &self,
        actor: &Actor,
        area: AreaId,
        new: NewDocument,
        files: Vec<FileId>,
        key: Key,
    ) -> Result<DocumentSeen> {
        self.known(area)?;
        let by = self.keeper_of(actor, Verb::KeepLibrary, area)?;
        let key = self.kept_key(key, actor.account, "library");
        if let Some(id) = self
            .answered(Some(&key))
            .await?
            .and_then(|id| id.parse().ok())
        {
            return self.document(actor, DocumentId(id)).await;
        }
        let mut problems = library::version_problems(&new.text, files.len());
        problems.extend(library::title_problem(&new.title));
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let files = self.attachable(actor, &files).await?;
        let (now, who) = (self.now(), actor.clone());
        let mut one = Document {
            id: DocumentId(0),
            area,
            roles: new.roles,
            kind: new.kind,
            title: new.title.trim().to_owned(),
            mandatory: new.mandatory,
            versions: Vec::new(),
            retired: None,
        };
        one.revise(new.text, files, by, now)?;
        let id = self
            .write(move |conn| {
                one.id = DocumentId(store::fresh_id(conn, "library", now)?);
                store::library::insert(conn, &one)?;
                store::answered::put(conn, &key, &one.id.to_string(), now)?;
                let detail = format!("《{}》", one.title);
                let line = entry(&who, now, "add_document", object(one.id), detail);
                store::audit::append(conn, &line)?;
                Ok::<_, Failure>(one.id)
            })
            .await?;
        self.document(actor, id).await
    }

    /// Adds a version of a document.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not keep it; `Conflict` for what was retired; `Invalid`.
    pub async fn revise_document(
        &self,
        actor: &Actor,
        id: DocumentId,
        text: String,
        files: Vec<FileId>,
    ) -> Result<DocumentSeen> {
        let known = self.document(actor, id).await?.document;
        let by = self.keeper_of(actor, Verb::KeepLibrary, known.area)?;
        let files = self.attachable(actor, &files).await?;
        let now = self.now();
        self.change_document(actor, id, "revise_document", move |one| {
            one.revise(text, files, by, now)
        })
        .await
    }

    /// Takes a document out of use.
    ///
    /// # Errors
    /// As [`Office::revise_document`].
    pub async fn retire_document(
        &self,
        actor: &Actor,
        id: DocumentId,
        reason: String,
    ) -> Result<DocumentSeen> {
        let known = self.document(actor, id).await?.document;
        self.keeper_of(actor, Verb::KeepLibrary, known.area)?;
        self.change_document(actor, id, "retire_document", move |one| one.retire(&reason))
            .await
    }

    async fn change_document(
        &self,
        actor: &Actor,
        id: DocumentId,
        action: &'static str,
        change: impl FnOnce(&mut Document) -> std::result::Result<(), Refusal> + Send + 'static,
    ) -> Result<DocumentSeen> {
        let (now, who) = (self.now(), actor.clone());
        self.write(move |conn| {
            let mut one = store::library::get(conn, id)?.ok_or_else(unknown)?;
            change(&mut one)?;
            store::library::update(conn, &one)?;
            let detail = format!("《{}》第 {} 版", one.title, one.current());
            store::audit::append(conn, &entry(&who, now, action, object(id), detail))?;
            Ok::<_, Failure>(())
        })
        .await?;
        self.document(actor, id).await
    }

    /// Says that one read the newest version. Said again, it stays as it was; nothing else counts.
    ///
    /// # Errors
    /// `Unknown`; `Conflict` for who is not one of its readers.
    pub async fn read_document(&self, actor: &Actor, id: DocumentId) -> Result<DocumentSeen> {
        let known = self.document(actor, id).await?.document;
        if !known.is_for(self.world().directory(), actor) {
            let text = "这份文件不是发给您的岗位的，不需要确认已读";
            return Err(Refusal::Conflict(text.into()).into());
        }
        let (now, who) = (self.now(), actor.clone());
        let version = known.current();
        self.write(move |conn| {
            store::library::read(conn, id, version, who.account, now)?;
            let detail = format!("《{}》第 {version} 版", known.title);
            store::audit::append(conn, &entry(&who, now, "read_document", object(id), detail))?;
            Ok::<_, Failure>(())
        })
        .await?;
        self.document(actor, id).await
    }

    /// Whether a file belongs to a document that the actor reads or keeps.
    pub(crate) async fn opens_as_document(&self, actor: &Actor, file: FileId) -> Result<bool> {
        let found = self
            .read(move |conn| store::library::of_file(conn, file))
            .await?;
        Ok(found.is_some_and(|one| self.document_seen(actor, None, one).is_some()))
    }

    fn keeps_library(&self, actor: &Actor, area: AreaId) -> bool {
        let world = self.world();
        world
            .directory()
            .over(actor, Verb::KeepLibrary, area)
            .is_some()
    }

    fn document_seen(
        &self,
        actor: &Actor,
        read: Option<(u32, Instant)>,
        document: Document,
    ) -> Option<DocumentSeen> {
        if !self.is_on(Module::Library, document.area) {
            return None;
        }
        let mine = document.is_for(self.world().directory(), actor);
        let keeps = self.keeps_library(actor, document.area);
        (mine || keeps).then(|| DocumentSeen {
            keeps,
            due: mine && document.is_due(read.map(|(no, _)| no)),
            read_at: read
                .filter(|(no, _)| *no == document.current())
                .map(|(_, at)| at),
            readers: None,
            document,
        })
    }
}
