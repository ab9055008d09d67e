//! Live events. Each listener hears only of what its person may see; an event carries what a row
//! of a list shows and no more, and the client reads the rest.

use crate::error::Answer;
use crate::extract::Signed;
use crate::{App, Shared};
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::matter::{Desk, Matter, Notice, Step};
use civic::rights::Verb;
use futures::stream::{self, Stream};
use office::Office;
use serde::Serialize;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Sets that a slow listener may lag behind; then its stream ends, and the client loads again.
const LAG_MAX: usize = 1_024;
/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two `board` events of one listener.
const BOARD_PAUSE: Duration = Duration::from_secs(1);
/// A stream ends by itself after this: whoever reconnects is asked again who they are.
const STREAM_TIME: Duration = Duration::from_secs(30 * 60);

/// What one commit brought.
#[derive(Clone)]
struct Happened {
    steps: Vec<Arc<Step>>,
    matters: Vec<Arc<Matter>>,
    notices: Vec<(i64, Arc<Notice>)>,
    published: Vec<Arc<civic::notice::Notice>>,
}

/// Spreads what the office publishes to all listeners.
pub(crate) struct Hub(Arc<broadcast::Sender<Happened>>);

impl Hub {
    /// Listens to an office for as long as the hub lives.
    pub fn listen(office: &Office) -> Self {
        let sender = Arc::new(broadcast::channel(LAG_MAX).0);
        let weak: Weak<broadcast::Sender<Happened>> = Arc::downgrade(&sender);
        office.live().listen(move |committed| {
            let Some(sender) = weak.upgrade() else {
                return false;
            };
            // Nobody listens: that is no error.
            let _ = sender.send(Happened {
                steps: committed.steps.clone(),
                matters: committed.matters.clone(),
                notices: committed.notices.clone(),
                published: committed.published.clone(),
            });
            true
        });
        Self(sender)
    }
}

/// A matter changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct MatterEvent {
    id: String,
    no: String,
    title: String,
    state: String,
    desk_name: String,
    /// The last action.
    action: String,
    version: u32,
}

/// A message came.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageEvent {
    id: String,
    kind: &'static str,
    kind_word: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<String>,
}

/// A notice was published, corrected, urged or withdrawn.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeEvent {
    id: String,
    kind: &'static str,
    kind_word: &'static str,
    title: String,
    from_name: String,
    version: u32,
    /// How often the unread were urged.
    urges: u32,
    withdrawn: bool,
}

/// Figures of these areas changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct BoardEvent {
    areas: Vec<String>,
}

/// One listener: who it is, and what waits to be sent.
struct Listener {
    office: Arc<Office>,
    actor: Actor,
    desks: Vec<Desk>,
    source: broadcast::Receiver<Happened>,
    ready: VecDeque<Event>,
    boards: BTreeSet<AreaId>,
    next_board: Instant,
    until: Instant,
    closing: Option<watch::Receiver<bool>>,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let board = async {
                match self.boards.is_empty() {
                    true => std::future::pending().await,
                    false => tokio::time::sleep_until(self.next_board).await,
                }
            };
            let closed = async {
                match &mut self.closing {
                    Some(closing) => drop(closing.wait_for(|closed| *closed).await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                happened = self.source.recv() => match happened {
                    Ok(happened) => {
                        self.hear(&happened);
                        self.hear_notices(&happened);
                    }
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
                },
                () = board => self.tell_boards(),
                () = closed => return None,
                () = tokio::time::sleep_until(self.until) => return None,
            }
        }
    }

    fn push(&mut self, name: &str, value: &impl Serialize) {
        if let Ok(event) = Event::default().event(name).json_data(value) {
            self.ready.push_back(event);
        }
    }

    fn hear(&mut self, happened: &Happened) {
        let (world, day) = (self.office.world(), self.office.today());
        let directory = world.directory();
        for matter in &happened.matters {
            let areas = matter.path.0.iter().map(|(_, area)| *area);
            self.boards.extend(
                areas.filter(|area| directory.over(&self.actor, Verb::SeeBoard, *area).is_some()),
            );
            if !directory.sees(&self.actor, matter, day) {
                continue;
            }
            let action = happened
                .steps
                .iter()
                .rev()
                .find(|s| s.matter == matter.id)
                .map_or_else(String::new, |s| s.action.clone());
            let event = MatterEvent {
                id: matter.id.to_string(),
                no: matter.no.clone(),
                title: matter.title.clone(),
                state: matter.state.clone(),
                desk_name: directory.desk_name(matter.desk),
                action,
                version: matter.version,
            };
            self.push("matter", &event);
        }
        for (id, notice) in &happened.notices {
            let mine = match notice.account {
                Some(account) => account == self.actor.account,
                None => self.desks.contains(&notice.desk),
            };
            if mine {
                let event = MessageEvent {
                    id: id.to_string(),
                    kind: notice.kind.code(),
                    kind_word: notice.kind.word(),
                    text: notice.text.clone(),
                    matter: (notice.matter.0 != 0).then(|| notice.matter.to_string()),
                };
                self.push("message", &event);
            }
        }
    }

    /// Notices for the listener's posts, and those that the listener manages.
    fn hear_notices(&mut self, happened: &Happened) {
        let world = self.office.world();
        for notice in &happened.published {
            let tree = &world.directory().tree;
            let mine = |p: &Arc<civic::post::Post>| notice.scope.covers(tree, p);
            if self.actor.posts.iter().any(mine) || notice.managed_by(&self.actor) {
                let event = NoticeEvent {
                    id: notice.id.to_string(),
                    kind: notice.kind.code(),
                    kind_word: notice.kind.word(),
                    title: notice.wording.title.clone(),
                    from_name: notice.sender.desk.clone(),
                    version: notice.version,
                    urges: notice.urges,
                    withdrawn: notice.withdrawn.is_some(),
                };
                self.push("notice", &event);
            }
        }
    }

    fn tell_boards(&mut self) {
        let areas = std::mem::take(&mut self.boards)
            .into_iter()
            .map(|a| a.to_string())
            .collect();
        self.next_board = Instant::now() + BOARD_PAUSE;
        self.push("board", &BoardEvent { areas });
    }
}

/// Live events
///
/// 实时推送:`matter`(事件有变化)、`message`(新消息)、`notice`(通知有新发、更正、催阅或撤回)、`board`(看板数字有变化，附区域编号，每秒最多一次)。断线重连后请重新读取。
#[utoipa::path(get, path = "/events", tag = "event", responses((status = 200, content_type = "text/event-stream",
    body = inline(EventBody))))]
async fn events(
    State(app): Shared,
    signed: Signed,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let now = Instant::now();
    let listener = Listener {
        desks: app.office.desks_of(&signed.actor),
        actor: signed.actor,
        source: app.events.0.subscribe(),
        office: Arc::clone(&app.office),
        ready: VecDeque::new(),
        boards: BTreeSet::new(),
        next_board: now,
        until: now + STREAM_TIME,
        closing: app.options.closing.clone(),
    };
    // The first event says that the stream stands, so that nothing is missed unnoticed.
    let hello = stream::once(async { Ok(Event::default().comment("ready")) });
    let rest = stream::unfold(listener, |mut listener| async move {
        Some((Ok(listener.next().await?), listener))
    });
    Ok(Sse::new(futures::StreamExt::chain(hello, rest))
        .keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// The data of an event.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it only describes the stream")]
enum EventBody {
    Matter(MatterEvent),
    Message(MessageEvent),
    Notice(NoticeEvent),
    Board(BoardEvent),
}
