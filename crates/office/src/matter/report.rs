//! Reporting.

use super::input::check_contact;
use super::{Receipt, ReportInput};
use crate::identity::entry;
use crate::register::only_flow;
use crate::{Fault, Key, Office, Result, World};
use civic::area::{Level, Path};
use civic::directory::Actor;
use civic::flow::{Need, StartAt};
use civic::id::{AccountId, FileId, MatterId};
use civic::matter::{Attached, Cases, Channel, Desk, Place, ReportForm, Reporter, report};
use civic::refusal::Refusal;
use civic::time::Instant;
use std::sync::Arc;
use store::file::StoredFile;
use store::lane::{Command, Minting, Writing};
use store::record::Origin;

/// Code of the main flow.
pub(crate) const FLOW: &str = "incident";

impl Office {
    /// Takes a report. The same key answers the same and does nothing twice.
    ///
    /// # Errors
    /// `Invalid` with every problem of place, words, category, contact or files.
    pub async fn report(
        &self,
        actor: &Actor,
        input: ReportInput,
        key: Option<Key>,
    ) -> Result<Receipt> {
        self.report_at(actor, input, key, self.now()).await
    }

    /// The same at a given time, for the sample city's clock.
    ///
    /// # Errors
    /// As [`Office::report`].
    pub async fn report_at(
        &self,
        actor: &Actor,
        mut input: ReportInput,
        key: Option<Key>,
        now: Instant,
    ) -> Result<Receipt> {
        let kept = key.map(|key| self.kept_key(key, actor.account, "report"));
        // What was taken over the first time is no longer there to be taken.
        if (!input.files.is_empty() || input.origin.is_some())
            && let Some(answer) = self.answered(kept.as_ref()).await?
        {
            return Receipt::parse(&answer);
        }
        let world = self.world();
        let source = match input.origin {
            Some(origin) => Some(self.source(actor, origin, input.files.len()).await?),
            None => None,
        };
        if let Some(source) = &source {
            if let Some(flow) = &source.flow {
                only_flow(&world, input.opening.flow.as_deref(), flow)?;
                input.opening.flow = Some(flow.clone());
            }
            if input.place.area.is_none() && input.place.point.is_none() {
                input.place.area = Some(source.record.area);
            }
        }
        let code = input.opening.flow.clone().unwrap_or_else(|| FLOW.into());
        let flow = world.rules.newest(&code).cloned().ok_or_else(|| {
            let text = format!("没有“{code}”这个流程，请从流程列表中选择");
            Refusal::invalid("flow", "unknown_flow", text)
        })?;
        if !self.switched_on(&flow) {
            let text = format!("“{}”现在没有启用，请按普通事件上报", flow.name);
            return Err(Refusal::Conflict(text).into());
        }
        let named =
            |c: &super::ContactInput| !c.name.trim().is_empty() && !c.phone.trim().is_empty();
        if flow.start.needs.contains(&Need::Contact) && !input.contact.as_ref().is_some_and(named) {
            let text = "请填写当事人的姓名和电话";
            return Err(Refusal::invalid("reporter", "required", text).into());
        }
        let ordered = flow.start.at == StartAt::Target;
        let (place, path) = match ordered {
            true => (Place::default(), target_path(&world, input.opening.target)),
            false => world.resolve(&input.place, self.today())?,
        };
        if let Some(contact) = &input.contact {
            let problems = check_contact(contact);
            if !problems.is_empty() {
                return Err(problems.into());
            }
        }
        let files = self.attachable(actor, &input.files).await?;
        let prehandle = match input.prehandle {
            Some(form) => Some(self.form(actor, form).await?),
            None => None,
        };
        let identity = input
            .contact
            .as_ref()
            .filter(|c| !c.name.is_empty() || !c.phone.is_empty())
            .map(|c| {
                self.keys.seal(
                    serde_json::json!({ "name": c.name, "phone": c.phone })
                        .to_string()
                        .as_bytes(),
                )
            });
        let staff = !actor.posts.is_empty();
        let anonymous = actor.account == AccountId(0);
        let form = ReportForm {
            title: input.title,
            text: input.text,
            category: input.category,
            condition: input.condition,
            // What nobody on duty took down came by the person's own hand.
            channel: match (ordered, staff || anonymous) {
                (true, _) => Channel::Superior,
                (false, false) if input.channel != Channel::Snapshot => Channel::Resident,
                (false, _) => input.channel,
            },
            place,
            path,
            reporter: Reporter {
                account: (!ordered && !staff && !anonymous).then_some(actor.account),
                confirms: !ordered && (input.confirms || !staff),
                bypass: input.bypass,
            },
            prehandle,
            on_behalf: input.on_behalf,
            files,
            opening: input.opening,
        };
        let (before, asked, origin) = (world, input.place, input.origin);
        let (worlds, clock) = (Arc::clone(&self.world), Arc::clone(&self.clock));
        let day = before.rules.day(now);
        let prefix = format!("{}{}", flow.prefix, prefix(&before.codes, &form.path, day));
        let actor = actor.clone();
        let answer = self
            .store
            .submit(Command {
                key: kept,
                matters: form.opening.cause.into_iter().collect(),
                prefixes: vec![prefix.clone()],
                makes_files: origin.is_some(),
                now,
                decide: Box::new(move |cases: &Cases, minting: &mut Minting<'_>| {
                    let id = MatterId(minting.id(now));
                    let mut form = form.clone();
                    // Again, in the world of this moment: the tree may have changed while the report
                    // waited.
                    let world = worlds.load();
                    let actor = world.present(&actor, clock.now());
                    if !ordered {
                        (form.place, form.path) =
                            world.resolve(&asked, world.rules.day(clock.now()))?;
                    }
                    if anonymous || (form.reporter.account.is_none() && form.reporter.confirms) {
                        form.reporter.account = Some(follower(id));
                    }
                    let no = minting.number(&prefix);
                    let given = form.files.len();
                    for file in source.iter().flat_map(|s| &s.files) {
                        form.files.push(Attached {
                            file: FileId(minting.id(now)),
                            ..file.clone()
                        });
                    }
                    let outcome = report(&world.rules, cases, &code, &actor, &form, id, &no, now)?;
                    let matter = outcome
                        .matters
                        .iter()
                        .find(|m| m.id == id)
                        .ok_or_else(|| Refusal::Conflict("上报没有产生事件".into()))?;
                    Ok(Writing {
                        answer: Receipt::of(matter).text(),
                        party: identity.clone().map(|cipher| (id, cipher, None)),
                        files: form.files[..given].iter().map(|f| (f.file, id)).collect(),
                        origin: origin.map(|(record, item)| Origin {
                            record,
                            item,
                            matter: id,
                            copies: (form.files[given..].iter())
                                .map(|f| copy(f, id, actor.account, now))
                                .collect(),
                        }),
                        audit: origin.map(|(record, _)| {
                            let taken = form.files.len() - given;
                            let detail = format!("转为事件〔{no}〕，带去附件 {taken} 个");
                            entry(
                                &actor,
                                now,
                                "open_matter",
                                format!("record:{record}"),
                                detail,
                            )
                        }),
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

/// The row of a file that a matter took over from a record: the same bytes under an id of its own.
fn copy(file: &Attached, matter: MatterId, account: AccountId, now: Instant) -> StoredFile {
    StoredFile {
        id: file.file,
        matter: Some(matter),
        account,
        name: file.name.clone(),
        mime: file.mime.clone(),
        bytes: file.bytes as i64,
        sha256: file.sha256.clone(),
        at: now,
    }
}

/// The path of the area that an order is sent to, for its number; empty where there is none.
fn target_path(world: &World, target: Option<Desk>) -> Path {
    let area = match target {
        Some(Desk::Area(area)) => Some(area),
        Some(Desk::Org(org)) => world.directory().org(org).map(|o| o.area),
        _ => None,
    };
    area.filter(|a| world.tree().get(*a).is_some())
        .map_or_else(|| Path(Vec::new()), |area| world.tree().path(area))
}

/// The account that stands for a person concerned who has none: they follow by number and code.
#[must_use]
pub(crate) fn follower(id: MatterId) -> AccountId {
    AccountId(-id.0)
}

/// Numbers for people: town code, day, counter within both: `350302003-260311-0007`.
fn prefix(
    codes: &std::collections::HashMap<civic::id::AreaId, String>,
    path: &Path,
    day: civic::time::Day,
) -> String {
    let town = path
        .at(Level::Town)
        .or_else(|| path.at(Level::County))
        .or_else(|| path.leaf());
    let code = town
        .and_then(|t| codes.get(&t))
        .map_or("0", |code| code.get(..9).unwrap_or(code));
    let (year, month, of_month) = day.ymd();
    format!("{code}-{:02}{month:02}{of_month:02}-", year % 100)
}
