//! Reading registers: pages of records, one record, its sealed fields for a reason, and the figures.

use super::{RecordMatter, object, register_of};
use crate::identity::entry;
use crate::{Fault, Office, Result, World};
use civic::area::{Area, Level};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, OrgId, RecordId};
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::module::Module;
use civic::refusal::Refusal;
use civic::register::{FieldKind, Record, Register};
use civic::rights::{self, Relation};
use std::collections::{BTreeMap, HashMap};
use store::lane::Failure;
use store::record::Wanted;

/// Records offered to be pointed at.
const CHOICES_MAX: usize = 500;

/// A record with its values as they are read.
#[derive(Debug, Clone)]
pub struct RecordSeen {
    /// The record.
    pub record: Record,
    /// What each field says, in words, in the order of the register.
    pub shown: Vec<(String, String)>,
    /// By what it is called.
    pub name: String,
    /// Whether the actor may change it and look at its sealed fields.
    pub keeps: bool,
    /// The matters that it became, as far as the actor may see them; not filled in in lists.
    pub matters: Vec<RecordMatter>,
    /// How many more there are.
    pub hidden: usize,
}

/// The figures of a register in one area and below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRow {
    /// The area.
    pub area: AreaId,
    /// Its name.
    pub name: String,
    /// All records in force.
    pub number: i64,
    /// The sum of the register's number.
    pub sum: i64,
    /// By facet and choice.
    pub facets: BTreeMap<(String, String), i64>,
}

/// The figures of a register: an area and what lies directly below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterCounts {
    /// Code of the register.
    pub register: String,
    /// The whole area.
    pub total: CountRow,
    /// Those below that have any.
    pub children: Vec<CountRow>,
}

impl Office {
    /// Whether the actor keeps a register anywhere.
    #[must_use]
    pub fn keeps(&self, actor: &Actor, register: &Register) -> bool {
        let within = |role| rights::relations(role, register.verb).any(|r| r == Relation::Within);
        actor.posts.iter().any(|p| within(p.role))
    }

    /// A page of a register in an area and below, newest first; over ones only with `ended`.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area.
    pub async fn records(
        &self,
        actor: &Actor,
        code: &str,
        area: AreaId,
        ended: bool,
        cursor: Option<RecordId>,
        limit: Option<usize>,
    ) -> Result<(Vec<RecordSeen>, Option<RecordId>)> {
        let world = self.world();
        let register = register_of(&world, code)?;
        self.require_over(actor, register.verb, area)?;
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let wanted = Wanted {
            register: register.code.clone(),
            areas: below(&world, register, area),
            on: (!ended).then(|| self.today()),
            cursor,
            limit: limit + 1,
        };
        let mut rows = self
            .read(move |conn| store::record::page(conn, &wanted))
            .await?;
        let next = (rows.len() > limit).then(|| rows[limit - 1].id);
        rows.truncate(limit);
        Ok((self.records_seen(&world, actor, rows).await?, next))
    }

    /// The records of a register that one in `area` may point at: on its path up to the root, and
    /// below it. Names only, so of a register without personal fields.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area.
    pub async fn record_choices(
        &self,
        actor: &Actor,
        code: &str,
        area: AreaId,
    ) -> Result<Vec<RecordSeen>> {
        let world = self.world();
        let register = register_of(&world, code)?;
        self.require_over(actor, register.verb, area)?;
        if register.is_personal() {
            return Err(Refusal::unknown("台账").into());
        }
        let tree = world.tree();
        let mut areas: Vec<AreaId> = tree.upward(area).map(|a| a.id).collect();
        let fits = |a: &&Area| a.id != area && register.levels.contains(&a.level);
        areas.extend(tree.subtree(area).filter(fits).map(|a| a.id));
        let wanted = Wanted {
            register: register.code.clone(),
            areas: Some(areas),
            on: Some(self.today()),
            cursor: None,
            limit: CHOICES_MAX,
        };
        let rows = self
            .read(move |conn| store::record::page(conn, &wanted))
            .await?;
        self.records_seen(&world, actor, rows).await
    }

    /// One record.
    ///
    /// # Errors
    /// `Unknown`, also outside the actor's area.
    pub async fn record(&self, actor: &Actor, id: RecordId) -> Result<RecordSeen> {
        let world = self.world();
        let (record, _) = self.kept_record(actor, id).await?;
        let (matters, hidden) = self.matters_of_record(&world, actor, &record).await?;
        let mut seen = self.records_seen(&world, actor, vec![record]).await?;
        let seen = seen.pop().ok_or_else(|| Refusal::unknown("台账记录"))?;
        Ok(RecordSeen {
            matters,
            hidden,
            ..seen
        })
    }

    /// The personal fields of a record in clear, for a reason, against the daily quota; recorded in
    /// the audit chain in the same transaction (V05, V06).
    ///
    /// # Errors
    /// `Unknown`, `Invalid` without a reason, `Conflict` when the quota is used up.
    pub async fn unmask_record(
        &self,
        actor: &Actor,
        id: RecordId,
        reason: &str,
    ) -> Result<Vec<(String, String)>> {
        let world = self.world();
        let (record, _) = self.kept_record(actor, id).await?;
        let register = register_of(&world, &record.register)?;
        let clear = self.look_at(actor, id, reason).await?;
        Ok(register
            .fields
            .iter()
            .filter_map(|f| Some((f.word.clone(), clear.get(&f.code)?.clone())))
            .collect())
    }

    /// The sealed fields of a record whose reader was let in before.
    pub(super) async fn look_at(
        &self,
        actor: &Actor,
        id: RecordId,
        reason: &str,
    ) -> Result<BTreeMap<String, String>> {
        let reason = reason.trim().to_owned();
        if !(2..=200).contains(&reason.chars().count()) {
            let text = "请写明查看姓名电话的理由（2 到 200 字）";
            return Err(Refusal::invalid("reason", "required", text).into());
        }
        let (now, today, who) = (self.now(), self.today(), actor.clone());
        let start = self.world().rules.calendar.zone().start_of(today);
        let quota = self
            .parameters()
            .number(civic::parameter::code::UNMASK_DAILY);
        let sealed = self
            .write(move |conn| {
                let used = store::audit::count_since(conn, who.account, "unmask", start)?;
                if used >= quota {
                    return Err(Failure::Refused(Refusal::Conflict(format!(
                        "今天已查看 {used} 次联系方式，达到上限；确有需要请联系安全管理员"
                    ))));
                }
                let found = store::record::get(conn, id)?;
                let (_, sealed) = found.ok_or_else(|| Refusal::unknown("台账记录"))?;
                let sealed =
                    sealed.ok_or_else(|| Refusal::Conflict("这条记录没有登记姓名电话".into()))?;
                let detail = format!("字段：姓名、电话；理由：{reason}");
                store::audit::append(conn, &entry(&who, now, "unmask", object(id), detail))?;
                Ok(sealed)
            })
            .await?;
        self.unsealed(Some(&sealed))
    }

    /// The figures of the registers of a group that the actor keeps over an area (R025).
    ///
    /// # Errors
    /// `Unknown` for an area that does not exist.
    pub async fn register_counts(
        &self,
        actor: &Actor,
        group: &str,
        area: AreaId,
    ) -> Result<Vec<RegisterCounts>> {
        let (world, today) = (self.world(), self.today());
        let tree = world.tree();
        tree.get(area).ok_or_else(|| Refusal::unknown("区域"))?;
        self.need(Module::Registers, area)?;
        let registers: Vec<&Register> = world
            .registers
            .all()
            .iter()
            .filter(|r| r.group.code == group)
            .filter(|r| world.directory().over(actor, r.verb, area).is_some())
            .collect();
        let codes: Vec<String> = registers.iter().map(|r| r.code.clone()).collect();
        let counts = self
            .read(move |conn| {
                let of = |code: &String| store::record::counts(conn, code, today);
                codes
                    .iter()
                    .map(of)
                    .collect::<store::driver::Result<Vec<_>>>()
            })
            .await?;
        let blank = |id: AreaId| CountRow {
            area: id,
            name: tree
                .get(id)
                .map_or_else(String::new, |a| a.name.to_string()),
            number: 0,
            sum: 0,
            facets: BTreeMap::new(),
        };
        let figures = |(register, counts): (&Register, Vec<store::record::Count>)| {
            let mut total = blank(area);
            let mut children: HashMap<AreaId, CountRow> = HashMap::new();
            for count in counts.iter().filter(|c| tree.within(c.area, area)) {
                let child = tree
                    .upward(count.area)
                    .map(|a| a.id)
                    .take_while(|a| *a != area)
                    .last();
                let child = child.map(|id| children.entry(id).or_insert_with(|| blank(id)));
                for row in [Some(&mut total), child].into_iter().flatten() {
                    row.number += count.number;
                    row.sum += count.sum;
                    for (facet, code) in register.facets.iter().zip(count.facets.split(',')) {
                        *row.facets
                            .entry((facet.clone(), code.to_owned()))
                            .or_default() += count.number;
                    }
                }
            }
            let mut children: Vec<CountRow> = children.into_values().collect();
            children.sort_by_key(|c| (tree.get(c.area).map_or(0, |a| a.ord), c.area));
            RegisterCounts {
                register: register.code.clone(),
                total,
                children,
            }
        };
        Ok(registers.into_iter().zip(counts).map(figures).collect())
    }

    /// A record that the actor keeps, with what is sealed of it. Who does not keep it learns no more
    /// than if it were not there.
    pub(super) async fn kept_record(
        &self,
        actor: &Actor,
        id: RecordId,
    ) -> Result<(Record, Option<Vec<u8>>)> {
        let unknown = || Fault::from(Refusal::unknown("台账记录"));
        let found = self
            .read(move |conn| {
                let Some((mut record, sealed)) = store::record::get(conn, id)? else {
                    return Ok(None);
                };
                for (matter, item) in store::record::matters(conn, id)? {
                    let item = record.items.iter_mut().find(|i| Some(i.no) == item);
                    if let Some(item) = item.filter(|i| i.matter.is_none()) {
                        item.matter = store::matter::get(conn, matter)?.map(|m| m.no);
                    }
                }
                Ok(Some((record, sealed)))
            })
            .await?;
        let (record, sealed) = found.ok_or_else(unknown)?;
        let world = self.world();
        let register = world.registers.get(&record.register).ok_or_else(unknown)?;
        match self.require_over(actor, register.verb, record.area) {
            Err(Fault::Refused(Refusal::Denied(_))) => Err(unknown()),
            kept => kept.map(|()| (record, sealed)),
        }
    }

    /// Records with their values in words.
    pub(super) async fn records_seen(
        &self,
        world: &World,
        actor: &Actor,
        records: Vec<Record>,
    ) -> Result<Vec<RecordSeen>> {
        let named = |kind: FieldKind| -> Vec<i64> {
            let of = |record: &Record| -> Vec<i64> {
                let Some(register) = world.registers.get(&record.register) else {
                    return Vec::new();
                };
                let fields = register.fields.iter().filter(|f| f.kind == kind);
                fields
                    .filter_map(|f| record.values.get(&f.code)?.parse().ok())
                    .collect()
            };
            records.iter().flat_map(of).collect()
        };
        let (accounts, others) = (named(FieldKind::Staff), named(FieldKind::Record));
        let names = self
            .names(accounts.into_iter().map(AccountId).collect())
            .await?;
        let others: Vec<RecordId> = others.into_iter().map(RecordId).collect();
        let others = self
            .read(move |conn| store::record::by_ids(conn, &others))
            .await?;
        let other_names: HashMap<RecordId, String> = others
            .iter()
            .filter_map(|r| {
                let register = world.registers.get(&r.register)?;
                Some((r.id, r.name(register).to_owned()))
            })
            .collect();
        let seen = records.into_iter().filter_map(|record| {
            let register = world.registers.get(&record.register)?;
            let word = |kind: FieldKind, value: &str| -> String {
                let id = value.parse().unwrap_or(0);
                match kind {
                    FieldKind::Staff => names.get(&AccountId(id)).cloned(),
                    FieldKind::Record => other_names.get(&RecordId(id)).cloned(),
                    FieldKind::Org => world.directory().org(OrgId(id)).map(|o| o.name.to_string()),
                    FieldKind::Category => {
                        world.rules.categories.get(value).map(|c| c.name.clone())
                    }
                    FieldKind::Areas | FieldKind::Below => {
                        let ids = value.split(',').filter_map(|v| v.parse().ok().map(AreaId));
                        let names = ids.filter_map(|id| world.tree().get(id).map(|a| &*a.name));
                        Some(names.collect::<Vec<_>>().join("、"))
                    }
                    _ => None,
                }
                .unwrap_or_else(|| value.to_owned())
            };
            let shown: Vec<(String, String)> = register
                .fields
                .iter()
                .filter_map(|field| {
                    let value = record.values.get(&field.code)?;
                    let option = field.options.iter().find(|o| o.code == *value);
                    let text = option.map_or_else(|| word(field.kind, value), |o| o.word.clone());
                    Some((field.code.clone(), text))
                })
                .collect();
            let name = shown.iter().find(|(code, _)| *code == register.name);
            Some(RecordSeen {
                name: name.map_or_else(String::new, |(_, text)| text.clone()),
                keeps: world
                    .directory()
                    .over(actor, register.verb, record.area)
                    .is_some(),
                shown,
                record,
                matters: Vec::new(),
                hidden: 0,
            })
        });
        Ok(seen.collect())
    }
}

/// The areas of a register at and below one; none for the whole tree, which needs no list.
fn below(world: &World, register: &Register, area: AreaId) -> Option<Vec<AreaId>> {
    let tree = world.tree();
    let is_root = tree
        .get(area)
        .is_some_and(|a| a.level == Level::City && a.parent.is_none());
    let one_root = tree.roots().count() == 1;
    (!(is_root && one_root)).then(|| {
        tree.subtree(area)
            .filter(|a| register.levels.contains(&a.level))
            .map(|a| a.id)
            .collect()
    })
}
