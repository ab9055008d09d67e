//! For residents without an account: report, follow by number and code, evaluate.

mod lookup;

use crate::error::{Answer, Code, Fail};
use crate::extract::{Address, Asked, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::file::{FileForm, FileView, stored};
use crate::limit::UPLOAD_BYTES_MAX;
use crate::{App, Shared};
use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::StatusCode;
use civic::id::AreaId;
use civic::matter::Channel;
use civic::problem::Problem;
use office::matter::{ContactInput, PlaceInput, ReportInput};
use office::{Fault, Office};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(upload))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
        .routes(routes!(report))
        .merge(lookup::routes())
        .routes(routes!(follow))
        .routes(routes!(confirm))
}

/// A report without sign-in.
#[derive(ToSchema)]
#[schema(as = PublicReport)]
pub(crate) struct PublicReportForm {
    text: String,
    address: Option<String>,
    #[schema(value_type = Option<String>)]
    unit: Option<AreaId>,
    /// WGS84 degrees.
    lon: Option<f64>,
    lat: Option<f64>,
    /// Code of a category, a suggestion: the desk that judges may put another in its place.
    category: Option<String>,
    name: Option<String>,
    /// 联系电话，可以不填；加密保存。
    phone: Option<String>,
    #[schema(value_type = Vec<String>, required = false)]
    files: Vec<String>,
}

impl Input for PublicReportForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (text, address, unit, lon) = (
            f.need_text("text", "要反映的情况"),
            f.text("address"),
            f.id("unit"),
            f.point(),
        );
        let (lon, lat) = lon.unzip();
        let (name, phone, files) = (f.text("name"), f.text("phone"), f.ids("files"));
        let category = f.text("category");
        Some(Self {
            text: text?,
            address,
            unit,
            lon,
            lat,
            category,
            name,
            phone,
            files,
        })
    }
}

/// Number and follow-up code of a report.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicReceipt {
    no: String,
    /// 查询码，请妥善保存。
    code: String,
}

/// The problems under the names of the public forms, so that the page marks the field that is meant.
fn as_named_here(fault: Fault) -> Fail {
    let mut fail = Fail::from(fault);
    for problem in &mut fail.problems {
        problem.field = match problem.field.as_str() {
            "area" | "place" => "unit".into(),
            "reporter.name" => "name".into(),
            "reporter.phone" => "phone".into(),
            "opinion" => "words".into(),
            other => other.into(),
        };
    }
    fail
}

/// A wrong number or code is not told apart; the code is what is looked at again.
fn unknown_report(fault: Fault) -> Fail {
    let mut fail = as_named_here(fault);
    if fail.code == Code::Unknown {
        let problem = Problem::new("code", "unknown", fail.detail.as_str());
        fail.problems.push(problem);
    }
    fail
}

/// Report without sign-in
///
/// 群众上报，回执含编号和查询码。
#[utoipa::path(post, path = "/public/reports", tag = "public", params(("Idempotency-Key" = String, Header)),
    request_body = PublicReportForm, responses((status = 201, body = PublicReceipt)))]
async fn report(
    State(app): Shared,
    Address(address): Address,
    Keyed(key, form): Keyed<PublicReportForm>,
) -> Answer<(StatusCode, Json<PublicReceipt>)> {
    app.throttles.report.take(address, app.office.now())?;
    // All people without account share one: a key that two of them chose by chance is not the same.
    let phone = form.phone.unwrap_or_default();
    let own = key.own(&phone);
    let input = ReportInput {
        origin: None,
        opening: Default::default(),
        title: String::new(),
        text: form.text,
        category: form.category,
        condition: None,
        channel: Channel::Snapshot,
        place: PlaceInput {
            address: form.address.unwrap_or_default(),
            area: form.unit,
            point: form.lon.zip(form.lat),
        },
        contact: Some(ContactInput {
            name: form.name.unwrap_or_default(),
            phone,
        }),
        confirms: true,
        bypass: None,
        on_behalf: false,
        prehandle: None,
        files: Vec::new(),
    };
    let done = app.office.report_publicly(input, &form.files, Some(own));
    let (receipt, code) = done.await.map_err(as_named_here)?;
    Ok((
        StatusCode::CREATED,
        Json(PublicReceipt {
            no: receipt.no,
            code,
        }),
    ))
}

/// Upload a picture for a report without sign-in
///
/// 群众上报的附件，随后把编号填入 `files`。
#[utoipa::path(post, path = "/public/files", tag = "public", request_body(content = FileForm, content_type = "multipart/form-data"), responses((status = 201, body = FileView)))]
async fn upload(
    State(app): Shared,
    Address(address): Address,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<(StatusCode, Json<FileView>)> {
    app.throttles.report.take(address, app.office.now())?;
    stored(&app, &Office::anonymous(), form).await
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FollowQuery {
    /// 查询码。
    pub code: String,
}

impl Input for FollowQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            code: f.need_text("code", "查询码")?,
        })
    }
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
struct ProgressView {
    at: i64,
    word: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
}

/// The course of a report.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicProgress)]
struct FollowedView {
    no: String,
    title: String,
    state_word: String,
    progress: Vec<ProgressView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// Whether an evaluation is asked for now.
    may_confirm: bool,
    /// 评价不满意，正在重新办理：`reply` is that of the time before.
    redone: bool,
}

/// The course of a report, by number and code
///
/// 凭编号和查询码查看办理进展。
#[utoipa::path(get, path = "/public/reports/{no}", tag = "public", params(("no" = String, Path), FollowQuery), responses((status = 200, body = FollowedView)))]
async fn follow(
    State(app): Shared,
    Address(address): Address,
    Path(no): Path<String>,
    Asked(query): Asked<FollowQuery>,
) -> Answer<Json<FollowedView>> {
    app.throttles.public.take(address, app.office.now())?;
    let followed = app.office.follow(&no, &query.code).await;
    let followed = followed.map_err(unknown_report)?;
    Ok(Json(FollowedView {
        redone: followed.matter.reopened > 0 && !followed.matter.over() && !followed.may_confirm,
        no: followed.matter.no,
        title: followed.matter.title,
        state_word: followed.state,
        progress: followed
            .progress
            .into_iter()
            .map(|p| ProgressView {
                at: p.at.0,
                word: p.state,
                reply: p.reply,
            })
            .collect(),
        reply: followed.matter.reply,
        may_confirm: followed.may_confirm,
    }))
}

/// An evaluation.
#[derive(ToSchema)]
#[schema(as = PublicEvaluation)]
pub(crate) struct ConfirmForm {
    /// 查询码。
    code: String,
    /// 1 很不满意 至 5 很满意。
    rating: u8,
    words: Option<String>,
}

impl Input for ConfirmForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (code, rating, words) = (
            f.need_text("code", "查询码"),
            f.int("rating", 1..=5),
            f.text("words"),
        );
        if rating.is_none() && !f.noted("rating") {
            f.note("rating", "required", "请选择满意程度");
        }
        Some(Self {
            code: code?,
            rating: u8::try_from(rating?).ok()?,
            words,
        })
    }
}

/// Evaluate the result
///
/// 凭编号和查询码评价；不满意的自动重办一次。
#[utoipa::path(post, path = "/public/reports/{no}/confirm", tag = "public", params(("no" = String, Path), ("Idempotency-Key" = String, Header)), request_body = ConfirmForm, responses((status = 204)))]
async fn confirm(
    State(app): Shared,
    Address(address): Address,
    signed: Result<Signed, Fail>,
    Path(no): Path<String>,
    Keyed(key, form): Keyed<ConfirmForm>,
) -> Answer<StatusCode> {
    app.throttles.public.take(address, app.office.now())?;
    app.office
        .confirm_publicly(
            signed.ok().as_ref().map(|s| &s.actor),
            &no,
            &form.code,
            form.rating,
            form.words,
            Some(key),
        )
        .await
        .map_err(unknown_report)?;
    Ok(StatusCode::NO_CONTENT)
}
