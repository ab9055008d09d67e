//! What candidates and their neighbours do about offered posts (R047).

use super::{ObjectionView, OpeningView, StandingView};
use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::{ApplicationId, AreaId, OpeningId};
use civic::opening::{CONSENT, CONSENT_VERSION, Source};
use office::{NewApplication, Publicity};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(offered))
        .routes(routes!(publicity))
        .routes(routes!(own))
        .routes(routes!(apply))
        .routes(routes!(withdraw))
        .routes(routes!(object))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PlaceQuery {
    /// 区域；不填为全市。
    #[param(value_type = Option<String>)]
    area: Option<AreaId>,
}

impl Input for PlaceQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { area: f.id("area") })
    }
}

/// A kind of candidate.
#[derive(Serialize, ToSchema)]
#[schema(as = CandidateSource)]
pub(crate) struct SourceView {
    code: &'static str,
    word: &'static str,
}

/// The posts that are offered, and what candidates agree to.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferedPosts {
    rows: Vec<OpeningView>,
    /// What candidates say they are.
    sources: Vec<SourceView>,
    /// What candidates agree to, and its version.
    consent: &'static str,
    consent_version: u32,
}

/// Posts offered to residents
///
/// 正在公开选聘的岗位，无需登录，最多 200 个；报名要登录。
#[utoipa::path(get, path = "/public/openings", tag = "public", security(()), params(PlaceQuery), responses((status = 200, body = OfferedPosts)))]
async fn offered(
    State(app): Shared,
    Asked(query): Asked<PlaceQuery>,
) -> Answer<Json<OfferedPosts>> {
    let found = app.office.offered_posts(query.area).await?;
    let rows = found
        .into_iter()
        .map(|(one, place)| OpeningView::of(&app, &one, place));
    let source = |s: &Source| SourceView {
        code: s.code(),
        word: s.word(),
    };
    Ok(Json(OfferedPosts {
        rows: rows.collect(),
        sources: Source::ALL.iter().map(source).collect(),
        consent: CONSENT,
        consent_version: CONSENT_VERSION,
    }))
}

/// A candidate in publicity.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownCandidate)]
pub(crate) struct ShownView {
    id: String,
    name: String,
    source_word: &'static str,
    shown_from: Option<String>,
    shown_to: Option<String>,
    /// What who asks said against them.
    objection: Option<ObjectionView>,
}

impl From<Publicity> for ShownView {
    fn from(seen: Publicity) -> Self {
        let one = seen.application;
        Self {
            id: one.id.to_string(),
            name: seen.name,
            source_word: one.source.word(),
            shown_from: one.shown.map(|(from, _)| from.to_string()),
            shown_to: one.shown.map(|(_, to)| to.to_string()),
            objection: seen.own.as_ref().map(Into::into),
        }
    }
}

/// Who stands in publicity for an offered post
///
/// 公示中的拟选任人选，登录后可看；公示期满即不再显示。
#[utoipa::path(get, path = "/openings/{id}/publicity", tag = "opening", params(("id" = String, Path)), responses((status = 200, body = Vec<ShownView>)))]
async fn publicity(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<OpeningId>,
) -> Answer<Json<Vec<ShownView>>> {
    let shown = app.office.publicity(&signed.actor, id).await?;
    Ok(Json(shown.into_iter().map(Into::into).collect()))
}

/// An own application.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnApplication)]
pub(crate) struct OwnView {
    #[serde(flatten)]
    application: StandingView,
    opening: OpeningView,
    may_withdraw: bool,
}

/// My applications
///
/// 我的报名，新的在前。
#[utoipa::path(get, path = "/me/applications", tag = "opening", responses((status = 200, body = Vec<OwnView>)))]
async fn own(State(app): Shared, signed: Signed) -> Answer<Json<Vec<OwnView>>> {
    let found = app.office.own_applications(&signed.actor).await?;
    let world = app.office.world();
    let rows = found.iter().map(|(one, opening)| OwnView {
        application: one.into(),
        opening: OpeningView::of(&app, opening, world.tree().full_name(opening.area)),
        may_withdraw: one.withdrawable().is_ok(),
    });
    Ok(Json(rows.collect()))
}

/// An application.
#[derive(ToSchema)]
struct ApplyForm {
    /// `retired_worker`, `volunteer` or `enthusiast`.
    #[schema(value_type = String)]
    source: Source,
    statement: String,
    /// The version of the consent that was read and agreed to.
    #[schema(required = false)]
    consent: u32,
}

impl Input for ApplyForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let source = f.coded(
            "source",
            Source::parse,
            "retired_worker、volunteer、enthusiast",
        );
        if source.is_none() && !f.noted("source") {
            f.note(
                "source",
                "required",
                "请选择您是退休职工、志愿者还是热心群众",
            );
        }
        let statement = f.text("statement").unwrap_or_default();
        let consent = f.int("consent", 0..=i64::from(u32::MAX)).unwrap_or(0);
        Some(Self {
            source: source?,
            statement,
            consent: u32::try_from(consent).unwrap_or(0),
        })
    }
}

/// Apply for an offered post
///
/// 本人报名，需同意公示和材料删除的说明。
#[utoipa::path(post, path = "/openings/{id}/applications", tag = "opening", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = ApplyForm, responses((status = 201, body = StandingView)))]
async fn apply(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<OpeningId>,
    Keyed(key, form): Keyed<ApplyForm>,
) -> Answer<(StatusCode, Json<StandingView>)> {
    let wanted = NewApplication {
        source: form.source,
        statement: form.statement,
        consent: form.consent,
    };
    let one = app.office.apply_for(&signed.actor, id, wanted, key).await?;
    Ok((StatusCode::CREATED, Json((&one).into())))
}

/// Take an own application back
///
/// 撤回报名，报名材料立即删除。
#[utoipa::path(delete, path = "/applications/{id}", tag = "opening", params(("id" = String, Path)), responses((status = 204)))]
async fn withdraw(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<ApplicationId>,
) -> Answer<StatusCode> {
    app.office.withdraw_application(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is said against a candidate.
#[derive(ToSchema)]
struct ObjectForm {
    text: String,
}

impl Input for ObjectForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            text: f.text("text").unwrap_or_default(),
        })
    }
}

/// Say something against a candidate in publicity
///
/// 公示期间提出异议，每人对每位人选一次；提出人不向人选和答复人公开。
#[utoipa::path(post, path = "/applications/{id}/objections", tag = "opening", params(("id" = String, Path)), request_body = ObjectForm, responses((status = 204)))]
async fn object(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<ApplicationId>,
    Form(form): Form<ObjectForm>,
) -> Answer<StatusCode> {
    app.office
        .object_candidate(&signed.actor, id, &form.text)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
