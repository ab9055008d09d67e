//! Acting on a matter: one function for every action of every flow.

use super::{FormInput, Receipt};
use crate::{Fault, Key, Office, Result, SessionRecord};
use civic::directory::Actor;
use civic::id::MatterId;
use civic::matter::{Cases, decide};
use civic::module::Module;
use civic::refusal::Refusal;
use civic::time::Instant;
use std::sync::Arc;
use store::lane::{Minting, Writing};

impl Office {
    /// Carries out an action of the matter's flow, decided on `version`. The same key answers the
    /// same and does nothing twice.
    ///
    /// # Errors
    /// See [`civic::matter::decide`].
    pub async fn act(
        &self,
        actor: &Actor,
        id: MatterId,
        action: &str,
        version: Option<u32>,
        input: FormInput,
        key: Option<Key>,
    ) -> Result<Receipt> {
        self.act_at(actor, id, action, version, input, key, self.now())
            .await
    }

    /// The same at a given time, for the sample city's clock.
    ///
    /// # Errors
    /// As [`Office::act`].
    #[allow(
        clippy::too_many_arguments,
        reason = "the sample city adds only the time"
    )]
    pub async fn act_at(
        &self,
        actor: &Actor,
        id: MatterId,
        action: &str,
        version: Option<u32>,
        input: FormInput,
        key: Option<Key>,
        now: Instant,
    ) -> Result<Receipt> {
        let form = self.form(actor, input).await?;
        self.stays_at_town(actor, id, action, &form).await?;
        let matters: Vec<MatterId> = std::iter::once(id).chain(form.other).collect();
        let files: Vec<_> = form.files.iter().map(|f| (f.file, id)).collect();
        let splits = form.part.is_some();
        let session = match &form.session {
            Some(session) => {
                let matter = self.visible(actor, id).await?;
                self.need_at(Module::Mediation, &matter)?;
                let plain = serde_json::to_vec(&SessionRecord::of(session))
                    .map_err(|e| Fault::Broken(format!("session: {e}")))?;
                Some(self.keys.seal(&plain))
            }
            None => None,
        };
        let command = civic::matter::Command {
            action: action.to_owned(),
            version,
            fresh: None,
            form,
        };
        let (worlds, clock) = (Arc::clone(&self.world), Arc::clone(&self.clock));
        let actor = actor.clone();
        let answer = self
            .store
            .submit(store::lane::Command {
                key: key.map(|key| self.kept_key(key, actor.account, &format!("{id}/{action}"))),
                matters,
                prefixes: Vec::new(),
                makes_files: false,
                now,
                decide: Box::new(move |cases: &Cases, minting: &mut Minting<'_>| {
                    // The world of this moment: the tree may have changed while the command waited.
                    let world = worlds.load();
                    let actor = world.present(&actor, clock.now());
                    let fresh = splits.then(|| MatterId(minting.id(now)));
                    let command = civic::matter::Command {
                        fresh,
                        ..command.clone()
                    };
                    let outcome = decide(&world.rules, cases, id, &actor, &command, now)?;
                    let matter = outcome
                        .matters
                        .iter()
                        .find(|m| m.id == id)
                        .ok_or_else(|| Refusal::Conflict("操作没有产生结果".into()))?;
                    let held = matter.sessions.last().map(|s| s.no);
                    let session = session.clone().zip(held).map(|(c, no)| (id, no, c));
                    Ok(Writing {
                        session,
                        answer: Receipt::of(matter).text(),
                        files: files.clone(),
                        outcome,
                        ..Writing::default()
                    })
                }),
            })
            .await
            .map_err(Fault::from)?;
        Receipt::parse(&answer.text)
    }
}
