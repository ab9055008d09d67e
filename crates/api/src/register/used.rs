//! Registers in the work of every day: professionals beside a matter, a leader's contact points.

use super::FieldSeen;
use crate::error::Answer;
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::id::{MatterId, RecordId};
use civic::measure::Measure;
use office::RecordSeen;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(professionals, call_professional))
        .routes(routes!(leader_points))
}

/// A professional who keeps in touch with a place.
#[derive(Serialize, ToSchema)]
struct Professional {
    /// The record.
    id: String,
    name: String,
    kind_word: String,
    area_name: String,
    /// When they come or can be met.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_masked: Option<String>,
}

/// Professionals who keep in touch with the places of a matter
///
/// 事发地及上级区域的专业力量：两代表一委员、法官、检察官、民警、律师（电话脱敏）。
#[utoipa::path(get, path = "/matters/{id}/professionals", tag = "register", params(("id" = String, Path)), responses((status = 200, body = Vec<Professional>)))]
async fn professionals(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<MatterId>,
) -> Answer<Json<Vec<Professional>>> {
    let seen = app.office.professionals(&signed.actor, id).await?;
    let world = app.office.world();
    let view = |r: RecordSeen| {
        let text = |code: &str| {
            let mut shown = r.shown.iter();
            shown.find(|(c, _)| c == code).map(|(_, text)| text.clone())
        };
        let area = world.tree().get(r.record.area);
        Professional {
            id: r.record.id.to_string(),
            kind_word: text("kind").unwrap_or_default(),
            hours: text("hours"),
            phone_masked: text("phone"),
            area_name: area.map_or_else(String::new, |a| a.name.to_string()),
            name: r.name,
        }
    };
    Ok(Json(seen.into_iter().map(view).collect()))
}

/// Who is asked to a matter, and what for.
#[derive(ToSchema)]
struct CallProfessional {
    #[schema(value_type = String)]
    professional: RecordId,
    reason: String,
}

impl Input for CallProfessional {
    fn read(f: &mut Fields) -> Option<Self> {
        let professional = f.id("professional");
        let reason = f.text("reason").unwrap_or_default();
        if professional.is_none() && !f.has_problems() {
            f.note("professional", "required", "请选择要联系的人");
        }
        Some(Self {
            professional: professional?,
            reason,
        })
    }
}

/// The number of a professional, to ask them to a matter one works on; written down with the reason
///
/// 联系专业力量到场，写明理由并留痕。
#[utoipa::path(post, path = "/matters/{id}/professionals", tag = "register", params(("id" = String, Path)), request_body = CallProfessional, responses((status = 200, body = Vec<FieldSeen>)))]
async fn call_professional(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<MatterId>,
    Form(form): Form<CallProfessional>,
) -> Answer<Json<Vec<FieldSeen>>> {
    let seen = app
        .office
        .call_professional(&signed.actor, id, form.professional, &form.reason)
        .await?;
    let view = |(word, text)| FieldSeen { word, text };
    Ok(Json(seen.into_iter().map(view).collect()))
}

/// A place that one keeps in touch with, and how it goes.
#[derive(Serialize, ToSchema)]
#[schema(as = LeaderPoint)]
struct PointView {
    record: String,
    area: String,
    /// Names from the root down.
    full_name: String,
    /// Reported this month.
    reported: i64,
    /// Closed this month.
    closed: i64,
    /// Open now.
    open: i64,
    /// Open and overdue now.
    overdue: i64,
    /// Supervised this month.
    supervised: i64,
}

/// The places that one keeps in touch with as a leader
///
/// 本人的联系点：本月上报、办结，现在在办和超期。
#[utoipa::path(get, path = "/me/points", tag = "register", responses((status = 200, body = Vec<PointView>)))]
async fn leader_points(State(app): Shared, signed: Signed) -> Answer<Json<Vec<PointView>>> {
    let points = app.office.leader_points(&signed.actor).await?;
    let world = app.office.world();
    let view = |p: office::LeaderPoint| PointView {
        record: p.record.to_string(),
        area: p.area.to_string(),
        full_name: world.tree().full_name(p.area),
        reported: p.figures.get(Measure::Reported),
        closed: p.figures.get(Measure::Closed),
        open: p.figures.get(Measure::Open),
        overdue: p.figures.get(Measure::OpenOverdue),
        supervised: p.figures.get(Measure::Supervised),
    };
    Ok(Json(points.into_iter().map(view).collect()))
}
