//! The hours in which somebody is not told outside of the platform: those of the house are parameters,
//! and those of a person are the same parameters for the own account, which the person alone sets.

use crate::identity::entry;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::parameter::code::{QUIET_FROM, QUIET_TO};
use civic::parameter::{self, Parameters, Scope};
use civic::problem::Problem;
use civic::quiet::{Quiet, wait};
use civic::time::{Instant, MINUTE_MS};
use std::sync::Arc;
use store::parameter::Set;

/// The own hours, as two times of day; both empty where there are none.
fn own(parameters: &Parameters, account: AccountId) -> [String; 2] {
    [QUIET_FROM, QUIET_TO].map(|code| {
        let known = parameter::known(code);
        known
            .and_then(|known| parameters.set_for(known, Scope::Account(account)))
            .unwrap_or_default()
            .to_owned()
    })
}

impl Office {
    /// The actor's own quiet hours, beside those of the house.
    #[must_use]
    pub fn own_quiet_hours(&self, actor: &Actor) -> [String; 2] {
        own(&self.parameters(), actor.account)
    }

    /// Sets the actor's own quiet hours: messages that leave the house wait until they are over, but
    /// for those of urgent matters. Both empty for none.
    ///
    /// # Errors
    /// `Invalid` for what is no time of day, and for one without the other.
    pub async fn set_own_quiet_hours(&self, actor: &Actor, from: &str, to: &str) -> Result<()> {
        let mut problems = Vec::new();
        for (field, text, other) in [("from", from, to), ("to", to, from)] {
            let text = text.trim();
            if text.is_empty() != other.trim().is_empty() && text.is_empty() {
                problems.push(Problem::new(
                    field,
                    "required",
                    "开始和结束要一起填写，或一起留空",
                ));
            } else if !text.is_empty() && parameter::minute_of_day(text).is_none() {
                problems.push(Problem::new(field, "bad_time", "请写成 22:30 的样子"));
            }
        }
        if problems.is_empty()
            && !from.trim().is_empty()
            && Quiet::read(from.trim(), to.trim()).is_none()
        {
            problems.push(Problem::new("to", "bad_time", "结束时间不能与开始时间相同"));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let (line, now, scope) = (
            actor.clone(),
            self.now(),
            Scope::Account(actor.account).to_string(),
        );
        let set = [(QUIET_FROM, from), (QUIET_TO, to)].map(|(code, value)| Set {
            code: code.to_owned(),
            scope: scope.clone(),
            value: value.trim().to_owned(),
            at: now,
            account: actor.account,
        });
        let parameters = self
            .write(move |conn| {
                let detail = match set[0].value.is_empty() {
                    true => "本人的免打扰：不设".to_owned(),
                    false => format!("本人的免打扰：{}至{}", set[0].value, set[1].value),
                };
                for one in &set {
                    match one.value.is_empty() {
                        true => store::parameter::remove(conn, &one.code, &one.scope)?,
                        false => store::parameter::put(conn, one)?,
                    }
                }
                let object = format!("parameter:{QUIET_FROM} {scope}");
                let line = entry(&line, now, "set_parameter", object, detail);
                store::audit::append(conn, &line)?;
                Ok(crate::parameter::load(conn)?)
            })
            .await?;
        self.parameters.store(Arc::new(parameters));
        Ok(())
    }

    /// `now`, or when the quiet hours of the house and of the person are over.
    pub(crate) fn after_quiet(&self, now: Instant, account: AccountId) -> Instant {
        let parameters = self.parameters();
        let [from, to] = own(&parameters, account);
        let all: Vec<Quiet> = [
            Quiet::read(parameters.text(QUIET_FROM), parameters.text(QUIET_TO)),
            Quiet::read(&from, &to),
        ]
        .into_iter()
        .flatten()
        .collect();
        let world = self.world();
        let start = world.rules.calendar.zone().start_of(world.rules.day(now));
        let minute = now.ms_since(start).div_euclid(MINUTE_MS);
        match wait(&all, minute) {
            0 => now,
            // On the minute at which they end.
            left => start.plus_minutes(minute + left),
        }
    }
}
