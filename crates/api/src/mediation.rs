//! Mediation: organisations, their pool, records of sessions.

use crate::error::Answer;
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use civic::id::{AreaId, MatterId, MediationBodyId};
use civic::mediation::Body;
use civic::time::Instant;
use office::{Office, SessionInput};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(mediation, found_mediation))
        .routes(routes!(admit_mediator))
        .routes(routes!(dismiss_mediator))
        .routes(routes!(sessions))
}

/// A kind of mediator.
#[derive(Serialize, ToSchema)]
#[schema(as = MediatorKind)]
struct KindView {
    code: String,
    word: String,
}

/// A member of the pool.
#[derive(Serialize, ToSchema)]
#[schema(as = Mediator)]
struct MediatorView {
    /// Number within the organisation.
    no: u32,
    kind: String,
    kind_word: String,
    name: String,
    from: String,
    /// First day not any more; absent for who is in the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

/// A mediation organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = MediationBody)]
struct BodyView {
    id: String,
    area: String,
    area_name: String,
    name: String,
    /// 所在的邻里中心等场所。
    host: String,
    address: String,
    mediators: Vec<MediatorView>,
}

fn view(office: &Office, body: Body) -> BodyView {
    let world = office.world();
    let mediator = |m: civic::mediation::Mediator| MediatorView {
        no: m.no,
        kind_word: world.mediators.word(&m.kind).to_owned(),
        kind: m.kind,
        name: m.name,
        from: m.from.to_string(),
        to: m.to.map(|d| d.to_string()),
    };
    BodyView {
        id: body.id.to_string(),
        area: body.area.to_string(),
        area_name: world.tree().full_name(body.area),
        name: body.name,
        host: body.host,
        address: body.address,
        mediators: body.mediators.into_iter().map(mediator).collect(),
    }
}

/// The organisations of an area, and the kinds of mediators.
#[derive(Serialize, ToSchema)]
struct MediationView {
    kinds: Vec<KindView>,
    bodies: Vec<BodyView>,
}

/// The mediation organisations that an area can turn to, and those below it
///
/// 调解组织和调解员名单：本区域及上级的，以及下级的。
#[utoipa::path(get, path = "/areas/{id}/mediation", tag = "mediation", params(("id" = String, Path)), responses((status = 200, body = MediationView)))]
async fn mediation(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<MediationView>> {
    let bodies = app.office.mediation(&signed.actor, id).await?;
    Ok(Json(MediationView {
        kinds: (app.office.world().mediators.offered())
            .map(|k| KindView {
                code: k.code.to_string(),
                word: k.word.to_string(),
            })
            .collect(),
        bodies: bodies.into_iter().map(|b| view(&app.office, b)).collect(),
    }))
}

/// An organisation to be registered.
#[derive(ToSchema)]
struct FoundMediation {
    name: String,
    /// 所在的邻里中心等场所。
    host: Option<String>,
    address: Option<String>,
}

impl Input for FoundMediation {
    fn read(f: &mut Fields) -> Option<Self> {
        let (host, address) = (f.text("host"), f.text("address"));
        Some(Self {
            name: f.need_text("name", "调解组织的名称")?,
            host,
            address,
        })
    }
}

/// Register a mediation organisation
///
/// 登记调解组织，挂到区域和邻里中心。
#[utoipa::path(post, path = "/areas/{id}/mediation", tag = "mediation", params(("id" = String, Path)), request_body = FoundMediation, responses((status = 201, body = BodyView)))]
async fn found_mediation(
    State(app): Shared,
    signed: Signed,
    Id(area): Id<AreaId>,
    Form(form): Form<FoundMediation>,
) -> Answer<(StatusCode, Json<BodyView>)> {
    let body = Body {
        id: MediationBodyId(0),
        area,
        name: form.name,
        host: form.host.unwrap_or_default(),
        address: form.address.unwrap_or_default(),
        mediators: Vec::new(),
    };
    let body = app.office.found_mediation(&signed.actor, body).await?;
    Ok((StatusCode::CREATED, Json(view(&app.office, body))))
}

/// A mediator to be taken into the pool.
#[derive(ToSchema)]
struct AdmitMediator {
    /// Code of a kind of the dispute pack, see `kinds` of `/areas/{id}/mediation`.
    kind: String,
    name: String,
}

impl Input for AdmitMediator {
    fn read(f: &mut Fields) -> Option<Self> {
        let kind = f.need_text("kind", "调解员类型");
        let name = f.need_text("name", "调解员姓名");
        Some(Self {
            kind: kind?,
            name: name?,
        })
    }
}

/// Take a mediator into the pool
///
/// 调解员入库：按业务包的调解员类型登记。
#[utoipa::path(post, path = "/mediation/{id}/mediators", tag = "mediation", params(("id" = String, Path)), request_body = AdmitMediator, responses((status = 201, body = BodyView)))]
async fn admit_mediator(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<MediationBodyId>,
    Form(form): Form<AdmitMediator>,
) -> Answer<(StatusCode, Json<BodyView>)> {
    let body = app
        .office
        .admit_mediator(&signed.actor, id, form.kind, form.name)
        .await?;
    Ok((StatusCode::CREATED, Json(view(&app.office, body))))
}

/// End somebody's place in the pool
///
/// 调解员退出名单；以前的调解记录不变。
#[utoipa::path(delete, path = "/mediation/{id}/mediators/{no}", tag = "mediation", params(("id" = String, Path), ("no" = u32, Path)), responses((status = 200, body = BodyView)))]
async fn dismiss_mediator(
    State(app): Shared,
    signed: Signed,
    Path((id, no)): Path<(String, String)>,
) -> Answer<Json<BodyView>> {
    let unknown = || crate::error::Fail::unknown("调解员");
    let id: MediationBodyId = id.parse().map_err(|_| unknown())?;
    let no: u32 = no.parse().map_err(|_| unknown())?;
    let body = app.office.dismiss_mediator(&signed.actor, id, no).await?;
    Ok(Json(view(&app.office, body)))
}

/// The record of a session, in clear.
#[derive(Serialize, ToSchema)]
#[schema(as = MediationSession)]
struct SessionView {
    no: u32,
    at: i64,
    place: String,
    mediators: Vec<SeatView>,
    parties: Vec<String>,
    record: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<String>,
}

/// A mediator at a session.
#[derive(Serialize, ToSchema)]
#[schema(as = SeatedMediator)]
struct SeatView {
    kind_word: String,
    name: String,
}

/// The mediation sessions of a matter in clear
///
/// 调解记录：只有承办席位可以查看，查看记入审计；结案后对其他人封存。
#[utoipa::path(get, path = "/matters/{id}/sessions", tag = "mediation", params(("id" = String, Path)), responses((status = 200, body = Vec<SessionView>)))]
async fn sessions(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<MatterId>,
) -> Answer<Json<Vec<SessionView>>> {
    let held = app.office.sessions(&signed.actor, id).await?;
    let world = app.office.world();
    let view = |(no, at, record): (u32, Instant, office::SessionRecord)| SessionView {
        no,
        at: at.0,
        place: record.place,
        mediators: record
            .mediators
            .into_iter()
            .map(|(kind, name)| SeatView {
                kind_word: world.mediators.word(&kind).to_owned(),
                name,
            })
            .collect(),
        parties: record.parties,
        record: record.record,
        agreement: record.agreement,
    };
    Ok(Json(held.into_iter().map(view).collect()))
}

/// A member of the pool, for a session.
#[derive(ToSchema)]
pub(crate) struct SeatForm {
    #[schema(value_type = String)]
    body: MediationBodyId,
    no: u32,
}

impl Input for SeatForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let body = f.id("body");
        let no = f.int("no", 1..=9_999).and_then(|n| u32::try_from(n).ok());
        Some(Self {
            body: body?,
            no: no?,
        })
    }
}

/// A mediation session.
#[derive(ToSchema)]
#[schema(as = MediationSessionForm)]
pub(crate) struct SessionForm {
    /// When it was held.
    #[schema(value_type = i64)]
    at: Instant,
    place: String,
    mediators: Vec<SeatForm>,
    /// 双方当事人姓名，至少两位。
    parties: Vec<String>,
    /// 调解笔录。
    record: String,
    /// Whether an agreement was reached; by its text where it is not said.
    reached: Option<bool>,
    /// 协议内容；没有达成协议的不填。
    agreement: Option<String>,
}

impl Input for SessionForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let at = f.instant("at");
        if at.is_none() && !f.has_problems() {
            f.note("at", "required", "请选择调解时间");
        }
        let (place, record) = (f.text("place"), f.text("record"));
        let (mediators, parties) = (f.list("mediators"), f.texts("parties"));
        let (reached, agreement) = (f.flag("reached"), f.text("agreement"));
        Some(Self {
            reached,
            at: at?,
            place: place.unwrap_or_default(),
            mediators,
            parties,
            record: record.unwrap_or_default(),
            agreement,
        })
    }
}

impl From<SessionForm> for SessionInput {
    fn from(form: SessionForm) -> Self {
        Self {
            at: form.at,
            place: form.place,
            mediators: form.mediators.into_iter().map(|s| (s.body, s.no)).collect(),
            parties: form.parties,
            record: form.record,
            agreement: match form.reached {
                Some(true) => Some(form.agreement.unwrap_or_default()),
                Some(false) => None,
                None => form.agreement,
            },
        }
    }
}
