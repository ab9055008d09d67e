//! The verbs on matters: report, act, read.

mod act;
mod bulk;
mod input;
mod list;
mod public;
mod report;
mod view;

pub use bulk::BulkRow;
pub(crate) use input::strange_file;
pub use input::{ContactInput, FormInput, PlaceInput, ReportInput};
pub use list::{Listed, Nearby, Page, Query, TabCounts, View};
pub(crate) use public::constant_time_eq;
pub use public::{Followed, Progress};
pub use view::{Contact, StuckWith, Viewed};

use crate::{Office, Result, World};
use civic::directory::Actor;
use civic::flow::Flow;
use civic::id::MatterId;
use civic::matter::Matter;
use civic::refusal::Refusal;
use civic::rights::{self, Verb};
use civic::time::Day;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// What a command on a matter answers, also when it is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The matter.
    pub id: MatterId,
    /// Its number.
    pub no: String,
    /// Its version after the command.
    pub version: u32,
}

impl Receipt {
    pub(crate) fn of(matter: &Matter) -> Self {
        Self {
            id: matter.id,
            no: matter.no.clone(),
            version: matter.version,
        }
    }
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| crate::Fault::Broken(format!("kept answer: {e}")))
    }
}

/// The matter as far as the actor may read it: a dispute that is over loses its words for who only
/// looks on ([`civic::directory::Directory::veils`]).
pub(crate) fn unveiled(world: &World, actor: &Actor, mut matter: Matter, day: Day) -> Matter {
    if world.directory().veils(actor, &matter, day) {
        let category = matter.category.as_ref();
        let name = category.and_then(|c| world.rules.categories.get(&c.code));
        let name = name.map_or("纠纷", |c| c.name.as_str());
        matter.title = format!("{name}（结案封存）");
        matter.text = SEALED_TEXT.to_owned();
        matter.place.address = String::new();
        matter.reply = None;
        matter.files.clear();
    }
    matter
}

/// Stands in the place of the words of a sealed matter.
const SEALED_TEXT: &str = "纠纷已经结案，内容封存，仅承办席位和当事人可以查看。";

impl Office {
    /// The actor with the posts of this moment: the tree may have changed since the request came in,
    /// and a post passed to a new area.
    pub(crate) fn present<'a>(&self, actor: &'a Actor) -> Cow<'a, Actor> {
        self.world().present(actor, self.now())
    }

    /// The newest version of every flow, the main one first, and whether the actor holds a post
    /// that may begin it.
    #[must_use]
    pub fn startable(&self, actor: &Actor) -> Vec<(Arc<Flow>, bool)> {
        let world = self.world();
        let mut flows: Vec<Arc<Flow>> = world
            .rules
            .flows
            .keys()
            .filter_map(|(code, _)| world.rules.newest(code).cloned())
            .collect();
        flows.sort_by_key(|f| (f.code != report::FLOW, f.code.clone()));
        flows.dedup_by(|a, b| a.code == b.code);
        let holds = |verb| {
            verb == Verb::Report
                || actor
                    .posts
                    .iter()
                    .any(|p| rights::relations(p.role, verb).next().is_some())
        };
        flows
            .into_iter()
            .map(|flow| {
                let may = holds(flow.start.verb) && self.switched_on(&flow);
                (flow, may)
            })
            .collect()
    }

    /// Whether a flow may be begun today: its switch, where it has one, ends by itself.
    pub(crate) fn switched_on(&self, flow: &Flow) -> bool {
        let switch = flow.start.switch.as_deref();
        switch.is_none_or(|code| self.parameters().holds(code, self.today()))
    }

    /// The matter, if the actor may see it; otherwise it does not exist for them.
    pub(crate) async fn visible(&self, actor: &Actor, id: MatterId) -> Result<Matter> {
        let matter = self.read(move |conn| store::matter::get(conn, id)).await?;
        let day = self.today();
        let actor = self.present(actor);
        matter
            .filter(|m| self.world().directory().sees(&actor, m, day))
            .ok_or_else(|| Refusal::unknown("事件").into())
    }
}
