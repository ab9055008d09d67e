//! The shapes of notices in answers.

use crate::area::{TrailEntry, trail};
use crate::file::FileView;
use civic::id::AreaId;
use civic::matter::Attached;
use civic::post::{Role, Seat};
use civic::time::Instant;
use office::Office;
use office::notice::{
    Figures, Kept, Listed, Notice, Page, Preview, Reached, Recipient, Standing, Viewed, Wording,
};
use serde::Serialize;
use utoipa::ToSchema;

/// What a row and the whole have in common.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeRow {
    id: String,
    kind: &'static str,
    kind_word: &'static str,
    title: String,
    /// The desk that published it.
    from_name: String,
    published: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
    /// Whether the deadline passed while the reader still owes something.
    late: bool,
    answer: &'static str,
    answer_word: &'static str,
    version: u32,
    /// `unread`, `read`, `done`; none where the reader is no recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing_word: Option<&'static str>,
    /// When the unread were last urged.
    #[serde(skip_serializing_if = "Option::is_none")]
    urged: Option<i64>,
    withdrawn: bool,
    /// Posts that received it when it was published.
    sent: i64,
    /// Posts that read the version that counts.
    read: i64,
    /// Posts that confirmed or replied.
    done: i64,
}

impl NoticeRow {
    fn of(kept: &Kept, standing: Option<Standing>, now: Instant) -> Self {
        let notice = &kept.notice;
        let owes = standing.is_some_and(|s| notice.owes(s)) && notice.withdrawn.is_none();
        Self {
            id: notice.id.to_string(),
            kind: notice.kind.code(),
            kind_word: notice.kind.word(),
            title: notice.wording.title.clone(),
            from_name: notice.sender.desk.clone(),
            published: notice.published.0,
            due: notice.wording.due.map(|at| at.0),
            late: owes && notice.wording.due.is_some_and(|due| due < now),
            answer: notice.answer.code(),
            answer_word: notice.answer.word(),
            version: notice.version,
            standing: standing.map(Standing::code),
            standing_word: standing.map(Standing::word),
            urged: notice.urged.filter(|_| owes).map(|at| at.0),
            withdrawn: notice.withdrawn.is_some(),
            sent: kept.sent,
            read: kept.read,
            done: kept.done,
        }
    }
}

/// A page of notices, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticePage {
    rows: Vec<NoticeRow>,
    next: Option<String>,
    /// How many wait for the reader, at most 200.
    waiting: usize,
}

impl NoticePage {
    pub fn of(page: Page, now: Instant) -> Self {
        let row = |l: &Listed| NoticeRow::of(&l.kept, l.standing, now);
        Self {
            rows: page.rows.iter().map(row).collect(),
            next: crate::cursor::token(page.next),
            waiting: page.waiting,
        }
    }
}

/// One wording in the history.
#[derive(Serialize, ToSchema)]
struct NoticeVersion {
    version: u32,
    at: i64,
    name: String,
    /// Why it was corrected; empty for the first.
    reason: String,
    title: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
    files: Vec<FileView>,
}

/// Why it counts no longer.
#[derive(Serialize, ToSchema)]
struct WithdrawalView {
    at: i64,
    name: String,
    reason: String,
}

/// An area, organisation or matter that a notice names.
#[derive(Serialize, ToSchema)]
struct NamedThing {
    id: String,
    name: String,
}

/// What one of the reader's posts did.
#[derive(Serialize, ToSchema)]
struct MyReceipt {
    read: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// Ids of the files of the reply.
    files: Vec<String>,
}

/// A notice as its reader sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Notice)]
pub(crate) struct NoticeView {
    #[serde(flatten)]
    row: NoticeRow,
    text: String,
    files: Vec<FileView>,
    /// Name and title of the author.
    author: String,
    author_title: String,
    /// Areas it is addressed to.
    areas: Vec<NamedThing>,
    /// Words of the roles it is addressed to.
    roles: Vec<&'static str>,
    /// Organisations it is addressed to.
    orgs: Vec<NamedThing>,
    /// Areas and organisations that a bulletin is about.
    named: Vec<NamedThing>,
    /// Matters that a bulletin names: id and number.
    matters: Vec<NamedThing>,
    /// The admitted item that a department sent down.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<NamedThing>,
    /// Questions that a reply answers.
    fields: Vec<String>,
    versions: Vec<NoticeVersion>,
    urges: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal: Option<WithdrawalView>,
    mine: Vec<MyReceipt>,
    /// Whether the reader may confirm or reply now.
    may_finish: bool,
    /// Whether the reader may correct, urge and withdraw.
    may_manage: bool,
    /// The area in which the reader sees how it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    oversees: Option<String>,
}

fn files(files: &[Attached]) -> Vec<FileView> {
    files
        .iter()
        .map(|f| FileView {
            id: f.file.to_string(),
            name: f.name.clone(),
            mime: f.mime.clone(),
            bytes: f.bytes,
        })
        .collect()
}

fn seat(office: &Office, seat: Seat) -> NamedThing {
    NamedThing {
        id: match seat {
            Seat::Area(id) => id.to_string(),
            Seat::Org(id) => id.to_string(),
        },
        name: office.world().directory().seat_name(seat),
    }
}

impl NoticeView {
    pub fn of(office: &Office, viewed: &Viewed) -> Self {
        let notice: &Notice = &viewed.kept.notice;
        let words: &Wording = &notice.wording;
        let owes = viewed.standing.is_some_and(|s| notice.owes(s));
        let version = |v: &office::notice::Version| NoticeVersion {
            version: v.version,
            at: v.at.0,
            name: v.name.clone(),
            reason: v.reason.clone(),
            title: v.wording.title.clone(),
            text: v.wording.text.clone(),
            due: v.wording.due.map(|at| at.0),
            files: files(&v.wording.files),
        };
        let areas = notice.scope.areas.iter().map(|a| Seat::Area(*a));
        let orgs = notice.scope.orgs.iter().map(|o| Seat::Org(*o));
        Self {
            row: NoticeRow::of(&viewed.kept, viewed.standing, office.now()),
            text: words.text.clone(),
            files: files(&words.files),
            author: notice.sender.name.clone(),
            author_title: notice.sender.title.clone(),
            areas: areas.map(|s| seat(office, s)).collect(),
            roles: notice.scope.roles.iter().map(|r: &Role| r.word()).collect(),
            orgs: orgs.map(|s| seat(office, s)).collect(),
            named: notice.named.iter().map(|s| seat(office, *s)).collect(),
            matters: notice
                .matters
                .iter()
                .map(|(id, no)| NamedThing {
                    id: id.to_string(),
                    name: no.clone(),
                })
                .collect(),
            item: notice.item.as_ref().map(|(id, title)| NamedThing {
                id: id.to_string(),
                name: title.clone(),
            }),
            fields: notice.fields.clone(),
            versions: viewed.versions.iter().map(version).collect(),
            urges: notice.urges,
            withdrawal: notice.withdrawn.as_ref().map(|w| WithdrawalView {
                at: w.at.0,
                name: w.name.clone(),
                reason: w.reason.clone(),
            }),
            mine: viewed
                .mine
                .iter()
                .map(|r| MyReceipt {
                    read: r.read.0,
                    done: r.done.map(|at| at.0),
                    reply: r.reply.clone(),
                    files: r.files.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            may_finish: owes
                && notice.withdrawn.is_none()
                && notice.answer != office::notice::Answer::Read,
            may_manage: viewed.manages && notice.withdrawn.is_none(),
            oversees: viewed.oversees.map(|a| a.to_string()),
        }
    }
}

/// How many of a level would get it.
#[derive(Serialize, ToSchema)]
struct SpreadLevel {
    /// Code of the level; `org` for organisations.
    level: &'static str,
    level_word: &'static str,
    posts: usize,
}

/// How many would get a notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticePreview {
    /// Posts in all.
    posts: usize,
    levels: Vec<SpreadLevel>,
    /// Areas where none of the roles is filled: nobody there gets it until somebody is appointed.
    vacant: usize,
    /// Title under which it would be published.
    author_title: String,
}

impl NoticePreview {
    pub fn of(preview: Preview) -> Self {
        let levels = preview
            .spread
            .by_level
            .iter()
            .map(|(level, posts)| SpreadLevel {
                level: level.map_or("org", |l| l.code()),
                level_word: level.map_or("单位", |l| l.word()),
                posts: *posts,
            });
        Self {
            posts: preview.spread.posts,
            levels: levels.collect(),
            vacant: preview.spread.vacant,
            author_title: preview.author,
        }
    }
}

/// How it goes among some posts; `sent - gone + joined = read + unread`.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeFigures {
    /// Received it when it was published.
    sent: usize,
    /// Of those, left their post without reading.
    gone: usize,
    /// Came to such a post later.
    joined: usize,
    read: usize,
    unread: usize,
    done: usize,
}

impl From<Figures> for NoticeFigures {
    fn from(f: Figures) -> Self {
        Self {
            sent: f.sent,
            gone: f.gone,
            joined: f.joined,
            read: f.read,
            unread: f.unread,
            done: f.done,
        }
    }
}

/// Figures of an area below.
#[derive(Serialize, ToSchema)]
struct ProgressChild {
    id: String,
    name: String,
    level: &'static str,
    level_word: &'static str,
    figures: NoticeFigures,
}

/// How a notice goes in an area.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeProgress {
    area: String,
    trail: Vec<TrailEntry>,
    total: NoticeFigures,
    /// At the area's own desks and organisations.
    own: NoticeFigures,
    children: Vec<ProgressChild>,
}

impl NoticeProgress {
    pub fn of(office: &Office, reached: &Reached) -> Self {
        let world = office.world();
        let tree = world.tree();
        let children = tree.children(reached.area).filter_map(|a| {
            let figures = reached.progress.below.get(&a.id)?;
            Some(ProgressChild {
                id: a.id.to_string(),
                name: a.name.to_string(),
                level: a.level.code(),
                level_word: a.level.word(),
                figures: (*figures).into(),
            })
        });
        Self {
            area: reached.area.to_string(),
            trail: trail(tree, reached.area),
            total: reached.progress.total.into(),
            own: reached.progress.own.into(),
            children: children.collect(),
        }
    }
}

/// One post behind a figure: the area and the title, no name unless it replied.
#[derive(Serialize, ToSchema)]
struct RecipientView {
    post: String,
    area: String,
    area_name: String,
    title: String,
    standing: &'static str,
    standing_word: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// Who replied.
    #[serde(skip_serializing_if = "Option::is_none")]
    replier: Option<String>,
    files: Vec<FileView>,
}

/// A page of posts behind a figure.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientPage {
    rows: Vec<RecipientView>,
    next: Option<String>,
}

impl RecipientPage {
    pub fn of(office: &Office, rows: Vec<Recipient>, next: Option<civic::id::PostId>) -> Self {
        let world = office.world();
        let place = |id: AreaId| world.tree().full_name(id);
        let row = |r: Recipient| RecipientView {
            post: r.post.to_string(),
            area: r.area.to_string(),
            area_name: place(r.area),
            title: r.title,
            standing: r.standing.code(),
            standing_word: r.standing.word(),
            read: r.read.map(|at| at.0),
            done: r.done.map(|at| at.0),
            reply: r.reply,
            replier: r.replier.map(|(_, name)| name),
            files: r
                .files
                .into_iter()
                .map(|f| FileView {
                    id: f.id.to_string(),
                    name: f.name,
                    mime: f.mime,
                    bytes: f.bytes.unsigned_abs(),
                })
                .collect(),
        };
        Self {
            rows: rows.into_iter().map(row).collect(),
            next: crate::cursor::token(next),
        }
    }
}
