//! What was seen, and what becomes of it: the photographs of a record, and the matters that it opens
//! (R074, R216).

use super::register_of;
use crate::{Office, Result, World};
use civic::directory::Actor;
use civic::id::{FileId, MatterId, RecordId};
use civic::limits::FILES_MAX;
use civic::matter::{Attached, Matter};
use civic::refusal::Refusal;
use civic::register::Record;

/// A matter that a record, or a piece of its work, became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMatter {
    /// Its id.
    pub id: MatterId,
    /// Its number.
    pub no: String,
    /// Its title, as the reader may see it.
    pub title: String,
    /// The name of its state.
    pub state_word: String,
    /// The piece of work, by number; none for the record itself.
    pub item: Option<u32>,
}

/// Where a new matter comes from: its flow, and the files that it takes over.
pub(crate) struct Source {
    /// The flow, where the register says which.
    pub flow: Option<String>,
    /// Where it lies, where nobody says more.
    pub record: Record,
    /// The files of the record.
    pub files: Vec<Attached>,
}

impl Office {
    /// Puts uploaded files with a record, or with a piece of its work (R216).
    ///
    /// # Errors
    /// `Unknown`, `Stale`; `Conflict` where the record takes none or not so many, and for what is
    /// over; `Invalid` for files that somebody else uploaded or that belong elsewhere.
    pub async fn attach_to_record(
        &self,
        actor: &Actor,
        id: RecordId,
        version: u32,
        item: Option<u32>,
        mut files: Vec<FileId>,
    ) -> Result<super::RecordSeen> {
        let by = self.keeper_of_record(actor, id).await?;
        files.sort_unstable();
        files.dedup();
        let files = self.attachable(actor, &files).await?;
        let when = (self.now(), by, self.today());
        self.change_record(
            actor,
            id,
            "attach_record",
            version,
            None,
            move |record, register| record.attach(register, item, files, when),
        )
        .await
    }

    /// Whether a file belongs to a record that the actor keeps.
    pub(crate) async fn opens_as_record(&self, actor: &Actor, file: FileId) -> Result<bool> {
        let found = self
            .read(move |conn| store::record::of_file(conn, file))
            .await?;
        Ok(match found {
            Some(record) => self.kept_record(actor, record).await.is_ok(),
            None => false,
        })
    }

    /// What a matter takes from the record that it comes from, beside so many files of its own.
    ///
    /// # Errors
    /// `Unknown` for a record that the actor does not keep; `Conflict` where it opens no matter.
    pub(crate) async fn source(
        &self,
        actor: &Actor,
        (id, item): (RecordId, Option<u32>),
        own: usize,
    ) -> Result<Source> {
        let (record, _) = self.kept_record(actor, id).await?;
        let world = self.world();
        let register = register_of(&world, &record.register)?;
        let flow = record.may_become(register, item, self.today())?;
        let room = FILES_MAX.saturating_sub(own);
        Ok(Source {
            flow: flow.map(str::to_owned),
            files: record.evidence(item).take(room).cloned().collect(),
            record,
        })
    }

    /// The matters that a record became: those that the actor may see, and how many there are beside.
    pub(super) async fn matters_of_record(
        &self,
        world: &World,
        actor: &Actor,
        record: &Record,
    ) -> Result<(Vec<RecordMatter>, usize)> {
        let (id, today) = (record.id, self.today());
        let named: Vec<(u32, String)> = (record.items.iter())
            .filter_map(|i| Some((i.no, i.matter.clone()?)))
            .collect();
        let found = self
            .read(move |conn| {
                let mut found: Vec<(Matter, Option<u32>)> = Vec::new();
                for (matter, item) in store::record::matters(conn, id)? {
                    found.extend(store::matter::get(conn, matter)?.map(|m| (m, item)));
                }
                for (item, no) in named {
                    if found.iter().all(|(m, _)| m.no != no) {
                        found.extend(store::matter::by_no(conn, &no)?.map(|m| (m, Some(item))));
                    }
                }
                Ok(found)
            })
            .await?;
        let all = found.len();
        let reader = self.present(actor);
        let seen = |(matter, _): &(Matter, _)| world.directory().sees(&reader, matter, today);
        let shown: Vec<RecordMatter> = found
            .into_iter()
            .filter(seen)
            .map(|(matter, item)| {
                let matter = crate::matter::unveiled(world, &reader, matter, today);
                let flow = world.rules.flow_of(&matter).ok();
                let state = flow.and_then(|f| f.state(&matter.state));
                RecordMatter {
                    id: matter.id,
                    state_word: state.map_or_else(String::new, |s| s.name.clone()),
                    no: matter.no,
                    title: matter.title,
                    item,
                }
            })
            .collect();
        let hidden = all - shown.len();
        Ok((shown, hidden))
    }
}

/// Refuses another flow than the one that a record becomes.
pub(crate) fn only_flow(world: &World, asked: Option<&str>, flow: &str) -> Result<()> {
    if asked.is_none_or(|asked| asked == flow) {
        return Ok(());
    }
    let name = world.rules.newest(flow).map_or(flow, |f| &*f.name);
    let text = format!("这条记录只能转为“{name}”，请改选");
    Err(Refusal::invalid("flow", "other_flow", text).into())
}
