//! What callers bring, before places are resolved and files are looked up.

use crate::{Office, Result, World};
use atlas::Point;
use civic::area::{Level, Path};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, FileId, MatterId, OrgId, RecordId};
use civic::limits::{NAME_CHARS_MAX, NEAREST_METRES_MAX};
use civic::matter::{
    Attached, CalledDesk, Channel, Finding, Form, Opening, PartForm, Place, Rating,
};
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::time::Day;
use std::collections::BTreeMap;

/// Where something happened, as given.
#[derive(Debug, Clone, Default)]
pub struct PlaceInput {
    /// Words.
    pub address: String,
    /// A unit, or the lowest area that is known.
    pub area: Option<AreaId>,
    /// WGS84 longitude and latitude.
    pub point: Option<(f64, f64)>,
}

/// The reporter's contact, kept apart and encrypted.
#[derive(Debug, Clone, Default)]
pub struct ContactInput {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
}

/// A report as given.
#[derive(Debug, Clone)]
pub struct ReportInput {
    /// Title; made from the text where empty.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Category code.
    pub category: Option<String>,
    /// Condition within it.
    pub condition: Option<String>,
    /// Way in.
    pub channel: Channel,
    /// Where.
    pub place: PlaceInput,
    /// The person concerned, where the reporter is somebody else or gives a contact.
    pub contact: Option<ContactInput>,
    /// Whether a person concerned is asked for an evaluation.
    pub confirms: bool,
    /// A complaint about the staff of this area.
    pub bypass: Option<AreaId>,
    /// First handling in the same breath.
    pub prehandle: Option<FormInput>,
    /// Entered for the head of the unit (R044).
    pub on_behalf: bool,
    /// Files uploaded before.
    pub files: Vec<FileId>,
    /// The record of a register, or the piece of its work by number, that becomes this matter: its
    /// files go along (R074, R216).
    pub origin: Option<(RecordId, Option<u32>)>,
    /// Which flow, and what that flow asks for; the main flow where nothing is said.
    pub opening: Opening,
}

/// The form of an action as given.
#[derive(Debug, Clone, Default)]
pub struct FormInput {
    /// Internal opinion.
    pub opinion: Option<String>,
    /// Public reply.
    pub reply: Option<String>,
    /// Category code.
    pub category: Option<String>,
    /// Condition within it.
    pub condition: Option<String>,
    /// Result.
    pub finding: Option<Finding>,
    /// Lower area.
    pub area: Option<AreaId>,
    /// Lead desk.
    pub lead: Option<CalledDesk>,
    /// Co-handling desks.
    pub co: Vec<CalledDesk>,
    /// Slot.
    pub task: Option<u32>,
    /// A colleague, for a transfer.
    pub person: Option<AccountId>,
    /// Another desk of the same line, for a transfer.
    pub org: Option<OrgId>,
    /// What a part is about, for a split.
    pub part: Option<PartForm>,
    /// A mediation session.
    pub session: Option<crate::SessionInput>,
    /// Another matter.
    pub other: Option<MatterId>,
    /// Yes or no.
    pub verdict: Option<bool>,
    /// Date.
    pub until: Option<Day>,
    /// Evaluation.
    pub rating: Option<u8>,
    /// The action's own fields, by code.
    pub fields: BTreeMap<String, String>,
    /// Files uploaded before.
    pub files: Vec<FileId>,
}

impl Office {
    /// Files that the actor uploaded and that belong to nothing yet.
    pub(crate) async fn attachable(
        &self,
        actor: &Actor,
        files: &[FileId],
    ) -> Result<Vec<Attached>> {
        let mut out = Vec::with_capacity(files.len());
        for id in files.iter().copied() {
            let stored = self
                .read(move |conn| {
                    let used = store::notice::of_file(conn, id)?.is_some()
                        || store::publication::of_file(conn, id)?.is_some()
                        || store::library::of_file(conn, id)?.is_some()
                        || store::record::of_file(conn, id)?.is_some();
                    match used {
                        true => Ok(None),
                        false => store::file::get(conn, id),
                    }
                })
                .await?;
            let own = stored.filter(|f| f.account == actor.account && f.matter.is_none());
            let file = own.ok_or_else(strange_file)?;
            out.push(Attached {
                file: file.id,
                name: file.name,
                mime: file.mime,
                bytes: file.bytes as u64,
                sha256: file.sha256,
            });
        }
        Ok(out)
    }

    pub(crate) async fn form(&self, actor: &Actor, input: FormInput) -> Result<Form> {
        let session = match input.session {
            Some(session) => Some(self.session_form(session).await?),
            None => None,
        };
        Ok(Form {
            session,
            files: self.attachable(actor, &input.files).await?,
            opinion: input.opinion,
            reply: input.reply,
            category: input.category.filter(|c| !c.is_empty()),
            condition: input.condition.filter(|c| !c.is_empty()),
            finding: input.finding,
            area: input.area,
            lead: input.lead,
            co: input.co,
            task: input.task,
            person: input.person,
            org: input.org,
            part: input.part,
            other: input.other,
            verdict: input.verdict,
            until: input.until,
            rating: input.rating.map(Rating),
            fields: input.fields,
        })
    }
}

/// What is wrong with a contact.
pub(crate) fn check_contact(contact: &ContactInput) -> Vec<Problem> {
    let mut problems = Vec::new();
    if contact.name.chars().count() > NAME_CHARS_MAX {
        problems.push(Problem::new(
            "reporter.name",
            "too_long",
            format!("姓名最多 {NAME_CHARS_MAX} 字"),
        ));
    }
    let digits = contact.phone.chars().filter(char::is_ascii_digit).count();
    let allowed = contact
        .phone
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | ' '));
    let plausible = contact.phone.is_empty() || (allowed && (7..=15).contains(&digits));
    if !plausible {
        problems.push(Problem::new(
            "reporter.phone",
            "bad_phone",
            "电话号码应为 7 到 15 位数字，请检查",
        ));
    }
    problems
}

impl World {
    /// The areas of a place: from its point where one is given, else from the area.
    ///
    /// # Errors
    /// `place_outside` with the nearest units when no unit covers the point; unknown and retired
    /// areas; an area and a point that contradict each other.
    pub(crate) fn resolve(
        &self,
        place: &PlaceInput,
        today: Day,
    ) -> std::result::Result<(Place, Path), Refusal> {
        let tree = self.tree();
        let kept = Place {
            address: place.address.trim().to_owned(),
            point: place.point,
        };
        if let Some(area) = place.area {
            let found = tree.get(self.heir(area)).ok_or_else(|| {
                Refusal::invalid(
                    "area",
                    "unknown_area",
                    "没有这个区域，请重新在地图或列表中选择",
                )
            })?;
            if !found.valid_on(today) {
                let heir = tree
                    .parent(found.id)
                    .map_or(String::new(), |p| format!(",请在“{}”内重新选择", p.name));
                return Err(Refusal::invalid(
                    "area",
                    "retired_area",
                    format!("“{}”已经撤销或尚未启用{heir}", found.name),
                ));
            }
            if found.level < Level::Community {
                return Err(Refusal::invalid(
                    "area",
                    "too_coarse",
                    format!("“{}”范围太大，请至少选到村居", found.name),
                ));
            }
            return Ok((kept, tree.path(found.id)));
        }
        let Some((lon, lat)) = place.point else {
            return Err(Refusal::invalid(
                "place",
                "required",
                "请在地图上选择地点，或选择所在治理单元",
            ));
        };
        let point = Point { lon, lat };
        if let Some(unit) = self.locator.locate(point) {
            return Ok((kept, tree.path(AreaId(unit))));
        }
        let near: Vec<String> = self
            .locator
            .nearest(point, 3)
            .into_iter()
            .filter(|n| n.metres <= NEAREST_METRES_MAX)
            .map(|n| format!("{}(约 {:.0} 米)", tree.full_name(AreaId(n.id)), n.metres))
            .collect();
        let hint = if near.is_empty() {
            "这个地点不在本市范围内".to_owned()
        } else {
            format!("最近的是：{}", near.join("；"))
        };
        Err(Refusal::Invalid(vec![Problem::new(
            "place",
            "place_outside",
            format!("这个地点不属于任何治理单元。{hint}。请移动地点，或直接选择所在单元"),
        )]))
    }
}

/// An attachment that is not there, is somebody else's, or belongs to something already.
pub(crate) fn strange_file() -> Refusal {
    Refusal::invalid(
        "files",
        "unknown_file",
        "有附件没有上传成功或已用于别的事件，请重新上传",
    )
}
