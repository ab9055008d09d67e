//! Parameters at run time: seen and changed by the administrator who keeps them, each change audited
//! with what was before and after.

use crate::identity::entry;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::parameter::{self, Keeper, Known, Parameters, Scope};
use civic::refusal::Refusal;
use civic::rights::Verb;
use std::sync::Arc;
use store::driver::Conn;
use store::parameter::Set;

/// A parameter with its present values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterRow {
    /// What it is.
    pub known: &'static Known,
    /// The value that holds for all.
    pub value: String,
    /// Values of single roles and accounts.
    pub own: Vec<(Scope, String)>,
    /// Whether the actor may change it.
    pub may_change: bool,
}

pub(crate) fn load(conn: &mut Conn) -> store::driver::Result<Parameters> {
    let rows = store::parameter::all(conn)?;
    Ok(Parameters::from_rows(rows.iter().map(|set| {
        (set.code.as_str(), set.scope.as_str(), set.value.as_str())
    })))
}

impl Office {
    /// The parameters in force.
    #[must_use]
    pub fn parameters(&self) -> Arc<Parameters> {
        self.parameters.load_full()
    }

    /// All parameters, for the administrators who keep some of them.
    ///
    /// # Errors
    /// `Denied` for everybody else.
    pub fn parameter_rows(&self, actor: &Actor) -> Result<Vec<ParameterRow>> {
        self.require(actor, Verb::ManageParameters)
            .or_else(|_| self.require(actor, Verb::ManagePolicies))?;
        let set = self.parameters();
        let rows = parameter::ALL.iter().map(|known| ParameterRow {
            known,
            value: set.text(known.code).to_owned(),
            own: set
                .all_of(known)
                .into_iter()
                // What people set for themselves is theirs, and no business of administrators.
                .filter(|(scope, _)| match scope {
                    Scope::All => false,
                    Scope::Account(_) => known.per_account,
                    Scope::Role(_) | Scope::Area(_) => true,
                })
                .map(|(scope, value)| (scope, value.to_owned()))
                .collect(),
            may_change: self.may_change(actor, known).is_ok(),
        });
        Ok(rows.collect())
    }

    /// Only who keeps the kind of parameter, over the whole installation.
    fn may_change(&self, actor: &Actor, known: &Known) -> Result<()> {
        let Some(verb) = known.keeper.verb() else {
            return Err(Refusal::Conflict(format!(
                "“{}”由国家法律或标准规定，不能修改",
                known.word
            ))
            .into());
        };
        match self.world().tree().roots().next() {
            Some(root) => self.require_over(actor, verb, root.id),
            None => self.require(actor, verb),
        }
    }

    /// Sets a parameter, or with `None` takes the value back.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not keep it; `Conflict` for one of the nation's; `Invalid` for
    /// a value or scope that is not allowed.
    pub async fn set_parameter(
        &self,
        actor: &Actor,
        code: &str,
        scope: Scope,
        value: Option<&str>,
    ) -> Result<()> {
        let known = parameter::known(code).ok_or_else(|| Refusal::unknown("参数"))?;
        self.may_change(actor, known)?;
        let fits = match scope {
            Scope::All => true,
            Scope::Role(_) => known.per_role,
            Scope::Account(_) => known.per_account,
            Scope::Area(_) => known.per_area,
        };
        if !fits {
            return Err(Refusal::invalid(
                "scope",
                "bad_scope",
                format!("“{}”不能单独为这样的对象设置", known.word),
            )
            .into());
        }
        if let Scope::Account(id) = scope
            && self.names(vec![id]).await?.is_empty()
        {
            return Err(Refusal::unknown("账号").into());
        }
        if let Scope::Area(id) = scope {
            self.world()
                .tree()
                .get(id)
                .ok_or_else(|| Refusal::unknown("区域"))?;
        }
        let value = match value {
            Some(value) => Some(parameter::check(known, value).map_err(|p| vec![p])?),
            None => None,
        };
        let far = value
            .as_deref()
            .and_then(|value| parameter::too_far(known, value, self.today()));
        if let Some(problem) = far {
            return Err(vec![problem].into());
        }
        let before = self.parameters().set_for(known, scope).map(str::to_owned);
        let shown = |value: &Option<String>| match value.as_deref() {
            Some("") => "“不限”".to_owned(),
            Some(value) => format!("“{value}”"),
            None => "“默认”".to_owned(),
        };
        let detail = format!(
            "{}：由 {} 改为 {}",
            known.word,
            shown(&before),
            shown(&value)
        );
        let (line, now) = (actor.clone(), self.now());
        let object = format!("parameter:{code} {scope}").trim().to_owned();
        let set = value.map(|value| Set {
            code: known.code.to_owned(),
            scope: scope.to_string(),
            value,
            at: now,
            account: actor.account,
        });
        let parameters = self
            .write(move |conn| {
                match &set {
                    Some(set) => store::parameter::put(conn, set)?,
                    None => store::parameter::remove(conn, known.code, &scope.to_string())?,
                }
                let line = entry(&line, now, "set_parameter", object, detail);
                store::audit::append(conn, &line)?;
                Ok(load(conn)?)
            })
            .await?;
        self.parameters.store(Arc::new(parameters));
        // Times and demands of sessions follow from parameters.
        if known.keeper == Keeper::Security {
            self.sessions.forget_everybody();
        }
        Ok(())
    }
}
