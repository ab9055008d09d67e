//! Messages to the person and to the desks they serve.

use crate::{Office, Result, page};
use civic::directory::Actor;
use civic::id::{MessageId, Mint};
use civic::time::Instant;
use store::message::{Reader, Seen};

/// Unread messages older than this, in hours, are let go: a new holder of a desk does not find the
/// unread messages of years, and counting stays cheap.
const UNREAD_HOURS: i64 = 30 * 24;

/// A page of messages.
#[derive(Debug, Clone)]
pub struct MessagePage {
    /// Newest first.
    pub rows: Vec<Seen>,
    /// Where the next page begins.
    pub next: Option<MessageId>,
}

/// Which messages to mark as read.
#[derive(Debug, Clone)]
pub enum Read {
    /// These.
    Ids(Vec<MessageId>),
    /// All.
    All,
}

/// The least id that a message of this moment can have.
pub(crate) fn first_id(at: Instant) -> i64 {
    Mint::new(0, 0).next(at.0) - 1
}

impl Office {
    fn reader(&self, actor: &Actor) -> Reader {
        Reader {
            account: actor.account,
            desks: self.desks_of(actor),
        }
    }

    fn unread_since(&self) -> i64 {
        first_id(self.now().plus_hours(-UNREAD_HOURS))
    }

    /// A page of messages, newest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn messages(
        &self,
        actor: &Actor,
        unread: bool,
        before: Option<MessageId>,
        limit: Option<usize>,
    ) -> Result<MessagePage> {
        let (reader, after) = (
            self.reader(actor),
            if unread { self.unread_since() } else { 0 },
        );
        let size = page::size(limit);
        let mut rows = self
            .read(move |conn| {
                store::message::page(
                    conn,
                    &reader,
                    unread,
                    after,
                    before.map(|id| id.0),
                    size + 1,
                )
            })
            .await?;
        let next = page::cut(&mut rows, size, |seen| seen.message.id);
        // Ids follow the order of writing; what is replayed or imported may tell of earlier hours.
        rows.sort_by_key(|seen| std::cmp::Reverse((seen.message.at, seen.message.id)));
        Ok(MessagePage { rows, next })
    }

    /// How many messages are unread, at most [`store::message::UNREAD_MAX`].
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn unread_messages(&self, actor: &Actor) -> Result<usize> {
        let (reader, after) = (self.reader(actor), self.unread_since());
        self.read(move |conn| store::message::unread(conn, &reader, after))
            .await
    }

    /// Marks messages as read by this person; others who serve the desk still see them as unread.
    /// Answers how many are unread now. Not in the audit chain: it changes nothing for anybody else.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn mark_read(&self, actor: &Actor, which: Read) -> Result<usize> {
        let (reader, after, now) = (self.reader(actor), self.unread_since(), self.now());
        self.write(move |conn| {
            match which {
                Read::Ids(ids) => store::message::mark_read(conn, reader.account, &ids, now)?,
                Read::All => store::message::mark_all_read(conn, &reader, after, now)?,
            };
            Ok(store::message::unread(conn, &reader, after)?)
        })
        .await
    }
}
