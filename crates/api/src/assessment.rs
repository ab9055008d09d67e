//! Assessment: schemes, periods, results, re-checks and appeals (R213, R051).

mod review;
mod view;

use crate::error::{Answer, Fail};
use crate::extract::{Asked, Form, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use civic::id::{AreaId, AssessmentId, MatterId};
use civic::time::Day;
use office::{Opening, Side};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use view::{
    AssessmentView, BehindView, DifferenceView, PrintedView, RecheckView, ResultPage, ResultView,
    SchemeView, TableView,
};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(schemes))
        .routes(routes!(assessments, open_assessment))
        .routes(routes!(assessment))
        .routes(routes!(calculate))
        .routes(routes!(publish))
        .routes(routes!(freeze))
        .routes(routes!(recount))
        .routes(routes!(export))
        .routes(routes!(rechecks))
        .routes(routes!(recheck))
        .routes(routes!(results))
        .routes(routes!(result))
        .routes(routes!(behind))
        .routes(routes!(mark))
        .routes(routes!(appeal))
        .routes(routes!(rule))
        .routes(routes!(print))
        .merge(review::routes())
}

/// Two numbers of a path. What is no number names nothing.
fn pair<T: std::str::FromStr>(
    (id, second): (String, String),
    noun: &str,
) -> Answer<(AssessmentId, T)> {
    match (id.parse(), second.parse()) {
        (Ok(id), Ok(second)) => Ok((id, second)),
        _ => Err(Fail::unknown(noun)),
    }
}

/// The schemes of assessment
///
/// 考核方案：指标、公式及版本、分值、目标和最少件数。
#[utoipa::path(get, path = "/assessment-schemes", tag = "assessment", responses((status = 200, body = Vec<SchemeView>)))]
async fn schemes(State(app): Shared, signed: Signed) -> Answer<Json<Vec<SchemeView>>> {
    let schemes = app.office.assessment_schemes(&signed.actor)?;
    Ok(Json(schemes.into_iter().map(SchemeView::from).collect()))
}

/// The periods of assessment in which I see anything
///
/// 考核期，新的在前：组织考核的人看到全部，被考核的人和上级领导从公示起看到有关的。
#[utoipa::path(get, path = "/assessments", tag = "assessment", responses((status = 200, body = Vec<AssessmentView>)))]
async fn assessments(State(app): Shared, signed: Signed) -> Answer<Json<Vec<AssessmentView>>> {
    let rows = app.office.assessments(&signed.actor).await?;
    let today = app.office.today();
    Ok(Json(
        rows.into_iter()
            .map(|row| AssessmentView::of(row, today))
            .collect(),
    ))
}

/// A period that is to be set up.
#[derive(ToSchema)]
pub(crate) struct OpenAssessment {
    /// Whose people are assessed.
    #[schema(value_type = String)]
    area: AreaId,
    /// Code of the scheme.
    scheme: String,
    name: String,
    /// First day.
    #[schema(value_type = String)]
    from: Day,
    /// Last day.
    #[schema(value_type = String)]
    to: Day,
}

impl Input for OpenAssessment {
    fn read(f: &mut Fields) -> Option<Self> {
        let (area, scheme) = (f.id("area"), f.need_text("scheme", "考核方案"));
        if area.is_none() && !f.noted("area") {
            f.note("area", "required", "请选择区域");
        }
        let name = f.need_text("name", "考核名称");
        let (from, to) = (f.day("from"), f.day("to"));
        for (field, day) in [("from", from), ("to", to)] {
            if day.is_none() && !f.noted(field) {
                f.note(field, "required", "请选择考核期的起止日期");
            }
        }
        Some(Self {
            area: area?,
            scheme: scheme?,
            name: name?,
            from: from?,
            to: to?,
        })
    }
}

/// Set up a period of assessment
///
/// 设立考核：由市、县区中心对本辖区办理。方案连同公式一并存入，以后修改方案不影响已设立的考核。
#[utoipa::path(post, path = "/assessments", tag = "assessment", params(("Idempotency-Key" = String, Header)), request_body = OpenAssessment, responses((status = 201, body = AssessmentView)))]
async fn open_assessment(
    State(app): Shared,
    signed: Signed,
    Keyed(key, form): Keyed<OpenAssessment>,
) -> Answer<(StatusCode, Json<AssessmentView>)> {
    let opening = Opening {
        area: form.area,
        scheme: form.scheme,
        name: form.name,
        from: form.from,
        to: form.to,
    };
    let row = app
        .office
        .open_assessment(&signed.actor, opening, key)
        .await?;
    let view = AssessmentView::of(row, app.office.today());
    Ok((StatusCode::CREATED, Json(view)))
}

/// One period of assessment
///
/// 一次考核：方案及公式、考核期、所处阶段、抽查与申诉的件数。
#[utoipa::path(get, path = "/assessments/{id}", tag = "assessment", params(("id" = String, Path)), responses((status = 200, body = AssessmentView)))]
async fn assessment(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
) -> Answer<Json<AssessmentView>> {
    let row = app.office.assessment(&signed.actor, id).await?;
    Ok(Json(AssessmentView::of(row, app.office.today())))
}

/// Calculate a period
///
/// 计算：考核期满以后、公示以前可以重复计算，结果相同；第一次计算时随机抽取复核事件。
#[utoipa::path(post, path = "/assessments/{id}/calculate", tag = "assessment", params(("id" = String, Path)), responses((status = 200, body = AssessmentView)))]
async fn calculate(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
) -> Answer<Json<AssessmentView>> {
    let row = app.office.calculate_assessment(&signed.actor, id).await?;
    Ok(Json(AssessmentView::of(row, app.office.today())))
}

/// Publish a period
///
/// 公示：被考核的人从此看到自己的结果，可以在申诉期内申诉。
#[utoipa::path(post, path = "/assessments/{id}/publish", tag = "assessment", params(("id" = String, Path)), responses((status = 200, body = AssessmentView)))]
async fn publish(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
) -> Answer<Json<AssessmentView>> {
    let row = app.office.publish_assessment(&signed.actor, id).await?;
    Ok(Json(AssessmentView::of(row, app.office.today())))
}

/// Freeze a period
///
/// 冻结：申诉期满、申诉处理完以后办理，写下摘要，此后不再变动。
#[utoipa::path(post, path = "/assessments/{id}/freeze", tag = "assessment", params(("id" = String, Path)), responses((status = 200, body = AssessmentView)))]
async fn freeze(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
) -> Answer<Json<AssessmentView>> {
    let row = app.office.freeze_assessment(&signed.actor, id).await?;
    Ok(Json(AssessmentView::of(row, app.office.today())))
}

/// Count a period again and compare
///
/// 重算核对：按现有数据重新计算，不写入任何内容，逐项列出与已存结果不同的指标；没有不同时为空。
#[utoipa::path(get, path = "/assessments/{id}/recount", tag = "assessment", params(("id" = String, Path)), responses((status = 200, body = Vec<DifferenceView>)))]
async fn recount(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
) -> Answer<Json<Vec<DifferenceView>>> {
    let differences = app.office.recount_assessment(&signed.actor, id).await?;
    Ok(Json(
        differences.into_iter().map(DifferenceView::from).collect(),
    ))
}

/// What results are taken out for.
#[derive(ToSchema)]
pub(crate) struct Purpose {
    /// 用途，记入审计。
    purpose: String,
}

impl Input for Purpose {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            purpose: f.need_text("purpose", "用途")?,
        })
    }
}

/// The results of a period as a table
///
/// 导出结果清单（CSV）：公示以后由组织考核的人办理，用途记入审计，首行写明导出人和时间。
#[utoipa::path(post, path = "/assessments/{id}/export", tag = "assessment", params(("id" = String, Path)), request_body = Purpose, responses((status = 200, body = TableView)))]
async fn export(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
    Form(form): Form<Purpose>,
) -> Answer<Json<TableView>> {
    let (text, export) = app
        .office
        .export_assessment(&signed.actor, id, form.purpose)
        .await?;
    Ok(Json(TableView {
        text,
        at: export.at.0,
    }))
}

/// The matters drawn for re-check
///
/// 抽查复核：随机抽取的已办结事件和复核结果。
#[utoipa::path(get, path = "/assessments/{id}/rechecks", tag = "assessment", params(("id" = String, Path)), responses((status = 200, body = Vec<RecheckView>)))]
async fn rechecks(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
) -> Answer<Json<Vec<RecheckView>>> {
    let rows = app.office.assessment_rechecks(&signed.actor, id).await?;
    Ok(Json(rows.into_iter().map(RecheckView::from).collect()))
}

/// What a re-check found.
#[derive(ToSchema)]
pub(crate) struct RecheckForm {
    /// 属实为 true。
    holds: bool,
    /// 怎么核实的；不属实的必填。
    words: Option<String>,
}

impl Input for RecheckForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let holds = f.flag("holds");
        if holds.is_none() && !f.noted("holds") {
            f.note("holds", "required", "请选择属实或不属实");
        }
        let words = f.text("words");
        Some(Self {
            holds: holds?,
            words,
        })
    }
}

/// Mark what the re-check of a matter found
///
/// 复核一件抽查事件；办理过这件事的人不能复核。
#[utoipa::path(post, path = "/assessments/{id}/rechecks/{matter}", tag = "assessment", params(("id" = String, Path), ("matter" = String, Path)), request_body = RecheckForm, responses((status = 204)))]
async fn recheck(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
    Form(form): Form<RecheckForm>,
) -> Answer<StatusCode> {
    let (id, matter) = pair::<MatterId>(path, "抽查事件")?;
    let words = form.words.unwrap_or_default();
    app.office
        .recheck_matter(&signed.actor, id, matter, form.holds, words)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a page of results begins.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResultsQuery {
    /// `next` of the page before.
    #[param(required = false)]
    after: u32,
}

impl Input for ResultsQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let after = f.int("after", 0..=i64::from(u32::MAX));
        Some(Self {
            after: after.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        })
    }
}

/// The results of a period
///
/// 考核结果，按区划顺序，不按得分排列；每页 50 条。
#[utoipa::path(get, path = "/assessments/{id}/results", tag = "assessment", params(("id" = String, Path), ResultsQuery), responses((status = 200, body = ResultPage)))]
async fn results(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
    Asked(query): Asked<ResultsQuery>,
) -> Answer<Json<ResultPage>> {
    let (assessment, rows, next) = app
        .office
        .assessment_results(&signed.actor, id, query.after)
        .await?;
    let rows = rows
        .into_iter()
        .map(|row| ResultView::of(&assessment, row))
        .collect();
    Ok(Json(ResultPage { rows, next }))
}

/// One result
///
/// 一个考核对象的结果：各指标的分子、分母、得分，核验情况，测评记录，申诉与处理。
#[utoipa::path(get, path = "/assessments/{id}/results/{no}", tag = "assessment", params(("id" = String, Path), ("no" = u32, Path)), responses((status = 200, body = ResultView)))]
async fn result(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
) -> Answer<Json<ResultView>> {
    let (id, no) = pair(path, "考核结果")?;
    let (assessment, row) = app.office.assessment_result(&signed.actor, id, no).await?;
    Ok(Json(ResultView::of(&assessment, row)))
}

/// Which figure.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BehindQuery {
    /// Code of the indicator.
    indicator: String,
    /// `above` for the numerator, `below` for the denominator.
    #[param(value_type = String)]
    side: Side,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<MatterId>,
}

impl Input for BehindQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let indicator = f.need_text("indicator", "指标");
        let parse = |code: &str| match code {
            "above" => Some(Side::Above),
            "below" => Some(Side::Below),
            _ => None,
        };
        let side = f.coded("side", parse, "above(分子)、below(分母)");
        let after = f.id("after");
        Some(Self {
            indicator: indicator?,
            side: side.unwrap_or(Side::Below),
            after,
        })
    }
}

/// The matters behind a figure
///
/// 指标分子或分母背后的事件清单，每页 50 条；无权查看的只说明件数。
#[utoipa::path(get, path = "/assessments/{id}/results/{no}/matters", tag = "assessment", params(("id" = String, Path), ("no" = u32, Path), BehindQuery), responses((status = 200, body = BehindView)))]
async fn behind(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
    Asked(query): Asked<BehindQuery>,
) -> Answer<Json<BehindView>> {
    let which = pair(path, "考核结果")?;
    let behind = app
        .office
        .assessment_behind(
            &signed.actor,
            which,
            &query.indicator,
            query.side,
            query.after,
        )
        .await?;
    Ok(Json(behind.into()))
}

/// Points in hundredths: `450` is 4.5.
const POINTS: std::ops::RangeInclusive<i64> = 0..=10_000;

/// Points that people gave.
#[derive(ToSchema)]
pub(crate) struct MarkForm {
    /// Code of the indicator.
    indicator: String,
    /// 得分，以百分之一分为单位。
    points: i64,
    /// 书面依据：会议日期、参加人数、票数。
    words: String,
}

impl Input for MarkForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let indicator = f.need_text("indicator", "指标");
        let points = f.int("points", POINTS);
        if points.is_none() && !f.noted("points") {
            f.note("points", "required", "请填写得分");
        }
        let words = f.need_text("words", "测评的依据");
        Some(Self {
            indicator: indicator?,
            points: points?,
            words: words?,
        })
    }
}

/// Enter the points of a written review
///
/// 录入述职评议、民主测评的得分和依据；以前录入的保留，以最后一次为准。
#[utoipa::path(post, path = "/assessments/{id}/results/{no}/marks", tag = "assessment", params(("id" = String, Path), ("no" = u32, Path)), request_body = MarkForm, responses((status = 204)))]
async fn mark(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
    Form(form): Form<MarkForm>,
) -> Answer<StatusCode> {
    let which = pair(path, "考核结果")?;
    app.office
        .mark_assessment(
            &signed.actor,
            which,
            form.indicator,
            form.points,
            form.words,
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An appeal.
#[derive(ToSchema)]
pub(crate) struct AppealForm {
    /// Code of the indicator.
    indicator: String,
    /// 理由。
    words: String,
}

impl Input for AppealForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let indicator = f.need_text("indicator", "指标");
        let words = f.need_text("words", "申诉的理由");
        Some(Self {
            indicator: indicator?,
            words: words?,
        })
    }
}

/// Appeal against an indicator
///
/// 申诉：由被考核的本人、本部门或本区域在申诉期内提出。
#[utoipa::path(post, path = "/assessments/{id}/results/{no}/appeals", tag = "assessment", params(("id" = String, Path), ("no" = u32, Path)), request_body = AppealForm, responses((status = 204)))]
async fn appeal(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
    Form(form): Form<AppealForm>,
) -> Answer<StatusCode> {
    let which = pair(path, "考核结果")?;
    app.office
        .appeal_assessment(&signed.actor, which, form.indicator, form.words)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The decision on an appeal.
#[derive(ToSchema)]
pub(crate) struct RulingForm {
    /// 更正后的得分，以百分之一分为单位；不更正的不填。
    points: Option<i64>,
    /// 理由。
    words: String,
}

impl Input for RulingForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let points = f.int("points", POINTS);
        let words = f.need_text("words", "处理的理由");
        Some(Self {
            points,
            words: words?,
        })
    }
}

/// Decide an appeal
///
/// 处理申诉：更正的得分记在计算得分旁边，不改写计算得分。
#[utoipa::path(post, path = "/assessments/{id}/results/{no}/appeals/{appeal}/decision", tag = "assessment", params(("id" = String, Path), ("no" = u32, Path), ("appeal" = u32, Path)), request_body = RulingForm, responses((status = 204)))]
async fn rule(
    State(app): Shared,
    signed: Signed,
    Path((id, no, appeal)): Path<(String, String, String)>,
    Form(form): Form<RulingForm>,
) -> Answer<StatusCode> {
    let which = pair((id, no), "考核结果")?;
    let appeal = appeal.parse().map_err(|_| Fail::unknown("申诉"))?;
    app.office
        .rule_on_appeal(&signed.actor, which, appeal, form.points, form.words)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The result of one holder of a post, for paper
///
/// 打印一名在岗人员的考核结果（R051）：公示以后办理，用途记入审计，页脚写明打印人和时间，附申诉。
#[utoipa::path(post, path = "/assessments/{id}/results/{no}/sheet", tag = "assessment", params(("id" = String, Path), ("no" = u32, Path)), request_body = Purpose, responses((status = 200, body = PrintedView)))]
async fn print(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
    Form(form): Form<Purpose>,
) -> Answer<Json<PrintedView>> {
    let which = pair(path, "考核结果")?;
    let printed = app
        .office
        .print_assessment(&signed.actor, which, form.purpose)
        .await?;
    Ok(Json(PrintedView::of(printed, app.office.today())))
}
