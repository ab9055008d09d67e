//! Registers: adding, correcting and ending records, the work that follows from them, their figures.

mod change;
mod matters;
mod read;
mod used;

pub use matters::RecordMatter;
pub(crate) use matters::only_flow;
pub use read::{CountRow, RecordSeen, RegisterCounts};
pub use used::LeaderPoint;

use crate::{Fault, Office, Result, World};
use civic::by::By;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, RecordId};
use civic::refusal::Refusal;
use civic::register::{Draft, FieldKind, Known, Record, Register};
use civic::rights::Verb;
use std::collections::{BTreeMap, HashMap};
use store::record::Keys;

impl Office {
    /// The post by which the actor keeps a register over an area, as a signature.
    pub(crate) fn keeper_of(&self, actor: &Actor, verb: Verb, area: AreaId) -> Result<By> {
        self.require_over(actor, verb, area)?;
        let world = self.world();
        let directory = world.directory();
        let post = directory
            .over(actor, verb, area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        Ok(By {
            account: actor.account,
            name: directory.signature(&actor.name, post),
            title: directory.title(post),
        })
    }

    /// Turns logins into accounts and says everything that is wrong with a draft.
    async fn checked(
        &self,
        world: &World,
        register: &Register,
        mut draft: Draft,
        before: Option<&Record>,
    ) -> Result<Draft> {
        draft.tidy();
        self.resolve_staff(register, &mut draft).await?;
        let today = self.today();
        let accounts: Vec<AccountId> = ids(&draft, register, FieldKind::Staff, AccountId);
        let records: Vec<RecordId> = ids(&draft, register, FieldKind::Record, RecordId);
        let mut staff = self.names(accounts).await?;
        // In office today, or named before: a correction years later does not lose its people.
        let named = |id: &AccountId| {
            let text = id.to_string();
            before.is_some_and(|b| b.values.values().any(|v| *v == text))
        };
        let directory = world.directory();
        staff.retain(|id, _| named(id) || !directory.own_posts(*id, today).is_empty());
        let records = self
            .read(move |conn| store::record::by_ids(conn, &records))
            .await?;
        let records: HashMap<_, _> = records.into_iter().map(|r| (r.id, r)).collect();
        let known = Known {
            directory,
            staff: &staff,
            records: &records,
            categories: &world.rules.categories,
            today,
        };
        let problems = draft.problems(register, &known, before);
        match problems.is_empty() {
            true => Ok(draft),
            false => Err(problems.into()),
        }
    }

    /// Members of staff are named by login; kept are accounts, which do not change.
    async fn resolve_staff(&self, register: &Register, draft: &mut Draft) -> Result<()> {
        for field in register
            .fields
            .iter()
            .filter(|f| f.kind == FieldKind::Staff)
        {
            let Some(login) = draft.values.get(&field.code).map(|v| v.to_lowercase()) else {
                continue;
            };
            let found = self
                .read(move |conn| store::account::by_login(conn, &login))
                .await?;
            if let Some(account) = found {
                draft
                    .values
                    .insert(field.code.clone(), account.id.to_string());
            }
        }
        Ok(())
    }

    /// The personal fields of a record in clear.
    fn unsealed(&self, sealed: Option<&[u8]>) -> Result<BTreeMap<String, String>> {
        let Some(sealed) = sealed else {
            return Ok(BTreeMap::new());
        };
        let clear = self.keys.open(sealed);
        clear
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| {
                let text = "登记的姓名电话无法解密：密钥文件与数据不符，请联系系统管理员";
                Fault::from(Refusal::Conflict(text.into()))
            })
    }

    /// Takes the personal fields out of the values, which keep them masked; sealed where there are any.
    fn seal(
        &self,
        register: &Register,
        values: &mut BTreeMap<String, String>,
        mut clear: BTreeMap<String, String>,
    ) -> Option<Vec<u8>> {
        for field in register.fields.iter().filter(|f| f.kind.is_personal()) {
            if let Some(value) = values.get(&field.code) {
                clear.insert(field.code.clone(), value.clone());
            }
            if let Some(value) = clear.get(&field.code) {
                values.insert(field.code.clone(), field.kept(value));
            }
        }
        let bytes = serde_json::to_vec(&clear).unwrap_or_default();
        (!clear.is_empty()).then(|| self.keys.seal(&bytes))
    }
}

fn ids<T>(draft: &Draft, register: &Register, kind: FieldKind, of: impl Fn(i64) -> T) -> Vec<T> {
    let named: Vec<i64> = draft.named(register, kind);
    named.into_iter().map(of).collect()
}

/// What finds and counts a record.
fn keys(register: &Register, record: &Record) -> Keys {
    let staff = register
        .fields
        .iter()
        .find(|f| f.kind == FieldKind::Staff)
        .and_then(|f| record.values.get(&f.code))
        .and_then(|v| v.parse().ok())
        .map(AccountId);
    Keys {
        facets: register.counted_under(&record.values),
        summed: register.summed(&record.values),
        staff,
    }
}

/// The register with a code.
fn register_of<'a>(world: &'a World, code: &str) -> Result<&'a Register> {
    let found = world.registers.get(code);
    found.ok_or_else(|| Refusal::unknown("台账").into())
}

fn object(id: RecordId) -> String {
    format!("record:{id}")
}
