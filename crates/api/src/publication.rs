//! What residents are told: written and reviewed by the staff, read by everybody (R217).

use crate::error::Answer;
use crate::extract::{Address, Asked, Form, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::file::{FileView, shown};
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use civic::id::{AreaId, FileId, PublicationId};
use civic::publication::{Act, Draft, Kind, Publication};
use office::PublicationAct;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(publications, write))
        .routes(routes!(rewrite))
        .routes(routes!(review))
        .routes(routes!(publish))
        .routes(routes!(withdraw))
        .routes(routes!(published))
        .routes(routes!(published_one))
        .routes(routes!(published_file))
}

/// Who did something, and what was said.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicationAct)]
pub(crate) struct ActView {
    name: String,
    title: String,
    at: i64,
    words: String,
}

impl From<&Act> for ActView {
    fn from(act: &Act) -> Self {
        Self {
            name: act.by.name.clone(),
            title: act.by.title.clone(),
            at: act.at.0,
            words: act.words.clone(),
        }
    }
}

/// A publication as the staff sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Publication)]
pub(crate) struct PublicationView {
    id: String,
    area_name: String,
    kind: &'static str,
    kind_word: &'static str,
    title: String,
    text: String,
    areas: Vec<String>,
    area_names: Vec<String>,
    files: Vec<FileView>,
    state: &'static str,
    state_word: &'static str,
    /// Written by who asks, who may not review it.
    own: bool,
    written: ActView,
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewed: Option<ActView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<ActView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<ActView>,
}

fn files(one: &Publication) -> Vec<FileView> {
    let view = |f: &civic::matter::Attached| FileView {
        id: f.file.to_string(),
        name: f.name.clone(),
        mime: f.mime.clone(),
        bytes: f.bytes,
    };
    one.draft.files.iter().map(view).collect()
}

fn area_name(app: &App, area: AreaId) -> String {
    let world = app.office.world();
    let found = world.tree().get(area);
    found.map_or_else(String::new, |a| a.name.to_string())
}

fn view(app: &App, signed: &Signed, one: &Publication) -> PublicationView {
    let names = one.draft.areas.iter().map(|a| area_name(app, *a));
    PublicationView {
        id: one.id.to_string(),
        area_name: area_name(app, one.area),
        kind: one.draft.kind.code(),
        kind_word: one.draft.kind.word(),
        title: one.draft.title.clone(),
        text: one.draft.text.clone(),
        areas: one.draft.areas.iter().map(ToString::to_string).collect(),
        area_names: names.collect(),
        files: files(one),
        state: one.state.code(),
        state_word: one.state.word(),
        own: one.author() == signed.actor.account,
        written: (&one.written).into(),
        reviewed: one.reviewed.as_ref().map(Into::into),
        published: one.published.as_ref().map(Into::into),
        withdrawn: one.withdrawn.as_ref().map(Into::into),
    }
}

/// A page of publications, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicationPage {
    rows: Vec<PublicationView>,
    next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<PublicationId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            cursor: f.id("cursor"),
            limit: crate::audit::limit(f),
        })
    }
}

/// What was written in an area and below it, newest first
///
/// 本区域和下级区域编写的公告，含待审核和已撤下的。
#[utoipa::path(get, path = "/areas/{id}/publications", tag = "publication", params(("id" = String, Path), ListQuery), responses((status = 200, body = PublicationPage)))]
async fn publications(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<ListQuery>,
) -> Answer<Json<PublicationPage>> {
    let (rows, next) = app
        .office
        .publications(&signed.actor, id, query.cursor, query.limit)
        .await?;
    Ok(Json(PublicationPage {
        rows: rows.iter().map(|one| view(&app, &signed, one)).collect(),
        next: crate::cursor::token(next),
    }))
}

/// A publication to be written.
#[derive(ToSchema)]
struct WritePublication {
    /// `notice` or `news`.
    #[schema(value_type = String)]
    kind: Kind,
    title: String,
    text: String,
    /// 发布到哪些区域；下级区域的页面也会显示。
    #[schema(value_type = Vec<String>)]
    areas: Vec<AreaId>,
    #[schema(value_type = Vec<String>, required = false)]
    files: Vec<FileId>,
}

impl WritePublication {
    /// What it says, and the files that go with it.
    fn draft(self) -> (Draft, Vec<FileId>) {
        let draft = Draft {
            kind: self.kind,
            title: self.title,
            text: self.text,
            areas: self.areas,
            files: Vec::new(),
        };
        (draft, self.files)
    }
}

impl Input for WritePublication {
    fn read(f: &mut Fields) -> Option<Self> {
        let kind = f.coded("kind", Kind::parse, "notice、news");
        if kind.is_none() && !f.has_problems() {
            f.note("kind", "required", "请选择公告或动态");
        }
        let text = |f: &mut Fields, name| f.text(name).unwrap_or_default();
        let (title, words) = (text(f, "title"), text(f, "text"));
        let (areas, files) = (f.ids("areas"), f.ids("files"));
        Some(Self {
            kind: kind?,
            title,
            text: words,
            areas,
            files,
        })
    }
}

/// Write a publication; another person reviews it
///
/// 编写公告或动态，由另一位同志审核后发布。只能是文字和附件。
#[utoipa::path(post, path = "/areas/{id}/publications", tag = "publication", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = WritePublication, responses((status = 201, body = PublicationView)))]
async fn write(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Keyed(key, form): Keyed<WritePublication>,
) -> Answer<(StatusCode, Json<PublicationView>)> {
    let (draft, files) = form.draft();
    let one = app
        .office
        .write_publication(&signed.actor, id, draft, files, key)
        .await?;
    Ok((StatusCode::CREATED, Json(view(&app, &signed, &one))))
}

/// Write a publication anew; it is reviewed again
///
/// 修改待审核、退回修改或已审核的公告，重新提交审核。要保留的附件一并写上。
#[utoipa::path(put, path = "/publications/{id}", tag = "publication", params(("id" = String, Path)), request_body = WritePublication, responses((status = 200, body = PublicationView)))]
async fn rewrite(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PublicationId>,
    Form(form): Form<WritePublication>,
) -> Answer<Json<PublicationView>> {
    let (draft, files) = form.draft();
    let one = app
        .office
        .rewrite_publication(&signed.actor, id, draft, files)
        .await?;
    Ok(Json(view(&app, &signed, &one)))
}

async fn acted(
    app: &App,
    signed: &Signed,
    id: PublicationId,
    what: PublicationAct,
) -> Answer<Json<PublicationView>> {
    let one = app
        .office
        .act_on_publication(&signed.actor, id, what)
        .await?;
    Ok(Json(view(app, signed, &one)))
}

/// The outcome of a review.
#[derive(ToSchema)]
struct ReviewPublication {
    passed: bool,
    /// 退回时必填。
    #[schema(required = false)]
    opinion: String,
}

impl Input for ReviewPublication {
    fn read(f: &mut Fields) -> Option<Self> {
        let passed = f.flag("passed");
        if passed.is_none() && !f.has_problems() {
            f.note("passed", "required", "请选择通过或退回");
        }
        Some(Self {
            passed: passed?,
            opinion: f.text("opinion").unwrap_or_default(),
        })
    }
}

/// Review a publication
///
/// 审核：通过，或写明原因退回修改。编写人不能审核自己写的。
#[utoipa::path(post, path = "/publications/{id}/review", tag = "publication", params(("id" = String, Path)), request_body = ReviewPublication, responses((status = 200, body = PublicationView)))]
async fn review(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PublicationId>,
    Form(form): Form<ReviewPublication>,
) -> Answer<Json<PublicationView>> {
    let what = PublicationAct::Review {
        passed: form.passed,
        opinion: form.opinion,
    };
    acted(&app, &signed, id, what).await
}

/// Put a reviewed publication on the public pages
///
/// 发布到公开页面，无需登录即可看到。
#[utoipa::path(post, path = "/publications/{id}/publish", tag = "publication", params(("id" = String, Path)), responses((status = 200, body = PublicationView)))]
async fn publish(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PublicationId>,
) -> Answer<Json<PublicationView>> {
    acted(&app, &signed, id, PublicationAct::Publish).await
}

/// Why it is taken off.
#[derive(ToSchema)]
struct WithdrawPublication {
    reason: String,
}

impl Input for WithdrawPublication {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}

/// Take a publication off the public pages
///
/// 写明原因，从公开页面撤下；工作人员仍能查到。
#[utoipa::path(post, path = "/publications/{id}/withdraw", tag = "publication", params(("id" = String, Path)), request_body = WithdrawPublication, responses((status = 200, body = PublicationView)))]
async fn withdraw(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PublicationId>,
    Form(form): Form<WithdrawPublication>,
) -> Answer<Json<PublicationView>> {
    let what = PublicationAct::Withdraw {
        reason: form.reason,
    };
    acted(&app, &signed, id, what).await
}

/// A publication as everybody sees it: no names of the staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicPublication {
    id: String,
    kind_word: &'static str,
    title: String,
    text: String,
    /// Who publishes it.
    area_name: String,
    published_at: i64,
    files: Vec<FileView>,
}

fn public(app: &App, one: &Publication) -> PublicPublication {
    PublicPublication {
        id: one.id.to_string(),
        kind_word: one.draft.kind.word(),
        title: one.draft.title.clone(),
        text: one.draft.text.clone(),
        area_name: area_name(app, one.area),
        published_at: one.published.as_ref().map_or(0, |act| act.at.0),
        files: files(one),
    }
}

/// A page of what is published, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicPublications {
    rows: Vec<PublicPublication>,
    next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PublicQuery {
    /// 区域；不填为全市。上级区域发布的也在内。
    #[param(value_type = Option<String>)]
    area: Option<AreaId>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<PublicationId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for PublicQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            area: f.id("area"),
            cursor: f.id("cursor"),
            limit: crate::audit::limit(f),
        })
    }
}

/// What residents are told in an area, newest first
///
/// 公告与动态，无需登录。
#[utoipa::path(get, path = "/public/publications", tag = "public", security(()), params(PublicQuery), responses((status = 200, body = PublicPublications)))]
async fn published(
    State(app): Shared,
    Address(address): Address,
    Asked(query): Asked<PublicQuery>,
) -> Answer<Json<PublicPublications>> {
    app.throttles.lookup.take(address, app.office.now())?;
    let (rows, next) = app
        .office
        .published(query.area, query.cursor, query.limit)
        .await?;
    Ok(Json(PublicPublications {
        rows: rows.iter().map(|one| public(&app, one)).collect(),
        next: crate::cursor::token(next),
    }))
}

/// One publication
///
/// 一条公告或动态，无需登录；撤下后看不到。
#[utoipa::path(get, path = "/public/publications/{id}", tag = "public", security(()), params(("id" = String, Path)), responses((status = 200, body = PublicPublication)))]
async fn published_one(
    State(app): Shared,
    Address(address): Address,
    Id(id): Id<PublicationId>,
) -> Answer<Json<PublicPublication>> {
    app.throttles.lookup.take(address, app.office.now())?;
    let one = app.office.published_one(id).await?;
    Ok(Json(public(&app, &one)))
}

/// A file of a publication
///
/// 公告的附件，无需登录。
#[utoipa::path(get, path = "/public/publications/{id}/files/{file}", tag = "public", security(()), params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 304)))]
async fn published_file(
    State(app): Shared,
    Address(address): Address,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let unknown = || crate::error::Fail::unknown("附件");
    let id: PublicationId = id.parse().map_err(|_| unknown())?;
    let file: FileId = file.parse().map_err(|_| unknown())?;
    app.throttles.lookup.take(address, app.office.now())?;
    let opened = app.office.published_file(id, file).await?;
    Ok(shown(opened, &headers))
}
