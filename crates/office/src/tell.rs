//! Messages that come with a change of something that is no matter: written with it in one
//! transaction, live once it is durable.

use crate::{Fault, Office, Result};
use civic::id::{AccountId, AreaId, MatterId};
use civic::matter::{Desk, Notice, NoticeKind, Outcome};
use civic::time::Instant;
use store::driver::Conn;
use store::lane::{Failure, Reform};

/// A message about no matter to one person.
pub(crate) fn told_person(account: AccountId, kind: NoticeKind, text: &str) -> Notice {
    Notice {
        desk: Desk::None,
        account: Some(account),
        kind,
        matter: MatterId(0),
        text: text.to_owned(),
    }
}

/// A message to whoever serves the desk of an area.
pub(crate) fn told_desk(area: AreaId, kind: NoticeKind, text: &str) -> Notice {
    Notice {
        desk: Desk::Area(area),
        account: None,
        kind,
        matter: MatterId(0),
        text: text.to_owned(),
    }
}

/// Nothing but messages.
pub(crate) fn telling(now: Instant, notices: Vec<Notice>) -> Reform {
    Reform {
        now,
        before: Vec::new(),
        outcome: Outcome {
            notices,
            ..Outcome::default()
        },
    }
}

impl Office {
    /// Writes something, and the messages that it answers with it.
    pub(crate) async fn write_telling<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<(T, Vec<Notice>), Failure> + Send + 'static,
    ) -> Result<T> {
        let now = self.now();
        let work = move |conn: &mut Conn| {
            let (done, notices) = work(conn)?;
            Ok((done, telling(now, notices)))
        };
        self.store
            .reform(work, |done| done)
            .await
            .map_err(Fault::from)
    }
}
