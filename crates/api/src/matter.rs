//! Matters: report, list, read, act.

mod bulk;
mod form;
pub(crate) mod shape;
pub(crate) mod view;

pub(crate) use form::ReportForm;

use crate::area::tagged_json;
use crate::audit::limit;
use crate::error::{Answer, Fail};
use crate::extract::{Asked, Form, Id, Keyed, Signed, Terse, Version};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::directory::Actor;
use civic::flow::Phase;
use civic::home::Job;
use civic::id::{AreaId, MatterId};
use civic::matter::{Matter, ProblemTag};
use civic::refusal::Refusal;
use civic::sought::Sought;
use civic::time::Instant;
use form::{ActionForm, UnmaskForm};
use office::Fault;
use office::matter::{Query, Receipt, TabCounts, View};
use serde::Serialize;
use shape::{MatterRow, MatterView};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use view::Viewer;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(matters, report))
        .routes(routes!(nearby))
        .routes(routes!(matter))
        .routes(routes!(act))
        .routes(routes!(bulk::bulk))
        .routes(routes!(unmask))
}

fn etag(version: u32) -> String {
    format!("\"v{version}\"")
}

/// The short answer to a command: for who asked for it, and for who may not see the matter (any
/// more), a neighbour who joined or a desk that reported for another area.
#[derive(Serialize, ToSchema)]
struct ReceiptView {
    id: String,
    no: String,
    version: u32,
    /// 查询码，只在登记时给出一次，请转告当事人。
    #[serde(skip_serializing_if = "Option::is_none")]
    follow_code: Option<String>,
}

/// The matter as the actor sees it after a command; with the code to hand on, after a report.
async fn answer(
    app: &App,
    actor: &Actor,
    receipt: Receipt,
    status: StatusCode,
    Terse(terse): Terse,
) -> Answer<Response> {
    let registered = status == StatusCode::CREATED;
    if terse {
        let tag = etag(receipt.version);
        let view = short(app, actor, receipt, registered).await?;
        let headers = [(header::ETAG, tag)];
        return Ok((status, headers, [Terse::APPLIED], Json(view)).into_response());
    }
    let viewed = match app.office.matter(actor, receipt.id).await {
        Ok(viewed) => viewed,
        Err(Fault::Refused(Refusal::Unknown(_))) => {
            let view = short(app, actor, receipt, registered).await?;
            return Ok((StatusCode::ACCEPTED, Json(view)).into_response());
        }
        Err(fault) => return Err(fault.into()),
    };
    let tag = etag(viewed.matter.version);
    let code = app.office.code_of_registered(actor, &viewed.matter);
    let mut view = Viewer::new(&app.office).matter(viewed);
    view.reporter.follow_code = code.filter(|_| registered);
    Ok((status, [(header::ETAG, tag)], Json(view)).into_response())
}

async fn short(
    app: &App,
    actor: &Actor,
    receipt: Receipt,
    registered: bool,
) -> Answer<ReceiptView> {
    let follow_code = match registered {
        true => app.office.code_of_receipt(actor, &receipt).await?,
        false => None,
    };
    Ok(ReceiptView {
        id: receipt.id.to_string(),
        no: receipt.no,
        version: receipt.version,
        follow_code,
    })
}

/// Report
///
/// 上报事件。地点用治理单元或经纬度；同一幂等键重复提交只登记一次。带 `Prefer: return=minimal` 时只回编号和版本（Receipt）。
#[utoipa::path(post, path = "/matters", tag = "matter", params(("Idempotency-Key" = String, Header), ("Prefer" = Option<String>, Header)), request_body = ReportForm,
    responses((status = 201, body = MatterView), (status = 202, description = "已登记，但您无权查看详情", body = ReceiptView)))]
async fn report(
    State(app): Shared,
    signed: Signed,
    terse: Terse,
    Keyed(key, form): Keyed<ReportForm>,
) -> Answer<Response> {
    let receipt = app
        .office
        .report(&signed.actor, form.into(), Some(key))
        .await?;
    answer(&app, &signed.actor, receipt, StatusCode::CREATED, terse).await
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `queue`: lies on my desks, earliest due first; `mine`: I reported or acted; `asked`: requests that I may decide; `area`: all of an area, newest first.
    #[param(value_type = String)]
    view: ListView,
    /// For `area`: the area; the actor's own where it is not said.
    #[param(value_type = Option<String>)]
    area: Option<AreaId>,
    /// Code of a state.
    state: Option<String>,
    /// Code of a class: `01`.
    #[param(value_type = Option<String>)]
    class: Option<i64>,
    /// Code of a category.
    category: Option<String>,
    /// Code of a line of business: only matters that it owns; `none` for what the community answers
    /// itself.
    line: Option<String>,
    /// Only overdue.
    #[param(value_type = Option<bool>)]
    overdue: bool,
    /// Only supervised.
    #[param(value_type = Option<bool>)]
    supervised: bool,
    /// Only reopened.
    #[param(value_type = Option<bool>)]
    reopened: bool,
    /// Only tagged so: `pain`, `block` or `gap`.
    #[param(value_type = Option<String>)]
    tag: Option<ProblemTag>,
    /// Only in states of these phases, joined by commas: `called,handling`.
    #[param(value_type = Option<String>)]
    phases: Vec<Phase>,
    /// For `area`: only what an enforcement desk works on.
    #[param(value_type = Option<bool>)]
    enforced: bool,
    /// For `queue`: only what is due at this time or before.
    #[param(value_type = Option<i64>)]
    due_before: Option<Instant>,
    /// For `queue`: only what is due after this.
    #[param(value_type = Option<i64>)]
    due_after: Option<Instant>,
    /// For `queue`: only what falls under this job of the home page.
    #[param(value_type = Option<String>)]
    job: Option<Job>,
    /// For `queue`: only what was returned or reopened.
    #[param(value_type = Option<bool>)]
    came_back: bool,
    /// Also count the lists of the person's own work.
    #[param(value_type = Option<bool>)]
    counts: bool,
    /// Only open (true), or only those that are over (false).
    open: Option<bool>,
    /// 编号、标题、反映内容或地点中的字词，多个词用空格分开，都要有；汉字至少两个。
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100 rows; 30 where it is not said.
    limit: Option<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum ListView {
    Queue,
    Mine,
    Reported,
    Handled,
    Area,
    Asked,
}

/// Phases of a list joined by commas.
fn phases(f: &mut Fields) -> Vec<Phase> {
    let Some(text) = f.text("phases") else {
        return Vec::new();
    };
    let read: Option<Vec<Phase>> = text.split(',').map(crate::dictionary::phase_of).collect();
    read.unwrap_or_else(|| {
        f.note(
            "phases",
            "unknown_word",
            format!("“{text}”不是可选的阶段，请从字典中选择"),
        );
        Vec::new()
    })
}

impl Input for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let parse = |code: &str| {
            Some(match code {
                "queue" => ListView::Queue,
                "mine" => ListView::Mine,
                "reported" => ListView::Reported,
                "handled" => ListView::Handled,
                "area" => ListView::Area,
                "asked" => ListView::Asked,
                _ => return None,
            })
        };
        let view = f.coded("view", parse, "queue、mine、reported、handled、asked、area");
        Some(Self {
            view: view.unwrap_or(ListView::Queue),
            area: f.id("area"),
            state: f.text("state"),
            class: f.int("class", 1..=99),
            category: f.text("category"),
            line: f.text("line"),
            overdue: f.flag("overdue").unwrap_or(false),
            supervised: f.flag("supervised").unwrap_or(false),
            reopened: f.flag("reopened").unwrap_or(false),
            tag: f.coded("tag", ProblemTag::parse, "pain、block、gap"),
            phases: phases(f),
            enforced: f.flag("enforced").unwrap_or(false),
            due_before: f.instant("due_before"),
            due_after: f.instant("due_after"),
            job: f.coded("job", Job::parse, "首页各项工作的代码"),
            came_back: f.flag("came_back").unwrap_or(false),
            counts: f.flag("counts").unwrap_or(false),
            open: f.flag("open"),
            q: f.text("q").filter(|q| !q.trim().is_empty()),
            cursor: f.text("cursor"),
            limit: limit(f),
        })
    }
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
struct MatterPage {
    rows: Vec<MatterRow>,
    /// `cursor` of the next page; null at the end.
    next: Option<String>,
    /// Counts of the person's own lists, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<TabCountsView>,
}

/// How much lies in each list of the person's own work, whatever this page filters.
#[derive(Serialize, ToSchema)]
#[schema(as = TabCounts)]
struct TabCountsView {
    /// On my desks.
    todo: usize,
    /// Of those, due before the day ends and not late.
    today: usize,
    /// Of those, late.
    overdue: usize,
    /// Of those, supervised and not answered.
    supervised: usize,
    /// Of those, returned or reopened.
    came_back: usize,
    /// Requests that I may decide.
    asked: usize,
    /// There is more than was counted: read the figures as "at least".
    more: bool,
}

impl From<TabCounts> for TabCountsView {
    fn from(counts: TabCounts) -> Self {
        let TabCounts { watch, asked, more } = counts;
        Self {
            todo: watch.waiting,
            today: watch.due_today,
            overdue: watch.overdue,
            supervised: watch.supervised,
            came_back: watch.came_back,
            asked,
            more,
        }
    }
}

/// A state or category that nothing has is a slip of the pen, not an empty list.
fn known_words(app: &App, asked: &ListQuery) -> Answer<()> {
    let world = app.office.world();
    if let Some(state) = &asked.state {
        let flows = world.rules.flows.values();
        let known: BTreeSet<&str> = flows
            .flat_map(|flow| flow.states.iter().map(|s| s.code.as_str()))
            .collect();
        if !known.contains(state.as_str()) {
            let known: Vec<&str> = known.into_iter().collect();
            let text = format!("“{state}”不是可选的状态，可用：{}", known.join("、"));
            return Err(Fail::invalid("state", "unknown_word", text));
        }
    }
    if let Some(line) = asked.line.as_deref().filter(|line| *line != "none") {
        let lines = office::line::lines(&world);
        if !lines.iter().any(|(code, _)| code == line) {
            let words: Vec<&str> = lines.iter().map(|(code, _)| code.as_str()).collect();
            let text = format!("“{line}”不是可选的条线，可用：none、{}", words.join("、"));
            return Err(Fail::invalid("line", "unknown_word", text));
        }
    }
    match &asked.category {
        Some(code) if world.rules.categories.get(code).is_none() => {
            let text = format!("没有代码是“{code}”的类别，可用的代码见 /api/v1/categories");
            Err(Fail::invalid("category", "unknown_word", text))
        }
        _ => Ok(()),
    }
}

/// A list of matters
///
/// 事件列表：我的队列、我经手的、辖区全部。只包含有权查看的事件。
#[utoipa::path(get, path = "/matters", tag = "matter", params(ListQuery), responses((status = 200, body = MatterPage), (status = 304)))]
async fn matters(
    State(app): Shared,
    signed: Signed,
    Asked(asked): Asked<ListQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    known_words(&app, &asked)?;
    let view = match asked.view {
        ListView::Queue => View::Queue,
        ListView::Area => View::Area,
        ListView::Asked => View::Asked,
        ListView::Reported => View::Reported,
        // Staff report for others all day; what residents reported is theirs.
        ListView::Mine if signed.actor.posts.is_empty() => View::Reported,
        ListView::Mine | ListView::Handled => View::Handled,
    };
    let mut query = Query {
        view,
        area: asked.area,
        due_before: asked.due_before,
        due_after: asked.due_after,
        job: asked.job,
        came_back: asked.came_back,
        phases: asked.phases,
        enforced: asked.enforced,
        filter: Default::default(),
        cursor: asked.cursor,
        limit: asked.limit,
    };
    query.filter.states = asked.state.into_iter().collect();
    query.filter.reopened = asked.reopened;
    query.filter.tag = asked.tag;
    query.filter.class = asked.class;
    query.filter.category = asked.category;
    let owned = |line: String| {
        let code = if line == "none" { "" } else { &line };
        app.office.world().rules.categories.of_line(code)
    };
    query.filter.categories = asked.line.map(owned);
    query.filter.overdue = asked.overdue;
    query.filter.supervised = asked.supervised;
    query.filter.open = asked.open;
    let sought = asked.q.as_deref().map(Sought::parse).transpose()?;
    query.filter.words = sought.clone();
    let page = app.office.matters(&signed.actor, query).await?;
    let found: Vec<Option<String>> = page
        .rows
        .iter()
        .map(|row| excerpt(sought.as_ref()?, &row.matter))
        .collect();
    let mut rows = Viewer::new(&app.office).rows(page.rows).await?;
    for (row, found) in rows.iter_mut().zip(found) {
        row.found = found;
    }
    let counts = match asked.counts {
        true => Some(app.office.tab_counts(&signed.actor).await?.into()),
        false => None,
    };
    let next = crate::cursor::token(page.next);
    tagged_json(&headers, &MatterPage { rows, next, counts })
}

/// Where in the report the words stand, unless the row shows them anyway.
fn excerpt(sought: &Sought, matter: &Matter) -> Option<String> {
    let shown = [&matter.title, &matter.place.address, &matter.no];
    match shown.iter().any(|text| sought.excerpt(text).is_some()) {
        true => None,
        false => sought.excerpt(&matter.text),
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct NearbyQuery {
    /// WGS84 degrees.
    lon: f64,
    lat: f64,
    /// Code of a category: only matters of its class.
    category: Option<String>,
}

impl Input for NearbyQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let (point, category) = (f.point(), f.text("category"));
        if point.is_none() && !f.has_problems() {
            f.note("lon", "required", "请给出经度和纬度（WGS84）");
        }
        point.map(|(lon, lat)| Self { lon, lat, category })
    }
}

/// Open matters near a point
///
/// 附近 300 米内的同类在办事件，上报前可先附议，避免重复。
#[utoipa::path(get, path = "/matters/nearby", tag = "matter", params(NearbyQuery), responses((status = 200, body = Vec<MatterRow>)))]
async fn nearby(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<NearbyQuery>,
) -> Answer<Json<Vec<MatterRow>>> {
    let class = query
        .category
        .as_deref()
        .and_then(|c| c.get(..2))
        .and_then(|c| c.parse().ok());
    let near = app
        .office
        .nearby(&signed.actor, (query.lon, query.lat), class)
        .await?;
    let viewer = Viewer::new(&app.office);
    Ok(Json(near.into_iter().map(|n| viewer.near(n)).collect()))
}

/// A matter with its journal and what the reader may do
///
/// 事件详情：环节、时限、承办单位、全过程记录、我现在可以做什么。
#[utoipa::path(get, path = "/matters/{id}", tag = "matter", params(("id" = String, Path)),
    responses((status = 200, body = MatterView, headers(("ETag" = String, description = "版本，如 \"v7\"")))))]
async fn matter(State(app): Shared, signed: Signed, Id(id): Id<MatterId>) -> Answer<Response> {
    let viewed = app.office.matter(&signed.actor, id).await?;
    let tag = etag(viewed.matter.version);
    // The tag names the version to act on. It does not spare the answer: clocks run out and posts
    // change without a step.
    Ok((
        [(header::ETAG, tag)],
        Json(Viewer::new(&app.office).matter(viewed)),
    )
        .into_response())
}

/// Carry out an action of the flow
///
/// 办理动作（上报上级、呼叫部门、签收、反馈、办结等）;`If-Match` 写明所见版本，已被他人处理时 412。带 `Prefer: return=minimal` 时只回编号和版本（Receipt）。
#[utoipa::path(post, path = "/matters/{id}/actions/{action}", tag = "matter",
    params(("id" = String, Path), ("action" = String, Path), ("Idempotency-Key" = String, Header), ("If-Match" = String, Header), ("Prefer" = Option<String>, Header)),
    request_body = ActionForm, responses((status = 200, body = MatterView), (status = 202, description = "已完成，但您无权查看详情", body = ReceiptView)))]
async fn act(
    State(app): Shared,
    signed: Signed,
    Path((id, action)): Path<(String, String)>,
    Version(version): Version,
    terse: Terse,
    Keyed(key, form): Keyed<ActionForm>,
) -> Answer<Response> {
    let id: MatterId = id.parse().map_err(|_| Fail::unknown("事件"))?;
    let receipt = app
        .office
        .act(
            &signed.actor,
            id,
            &action,
            Some(version),
            form.into(),
            Some(key),
        )
        .await?;
    answer(&app, &signed.actor, receipt, StatusCode::OK, terse).await
}

/// Name and telephone in clear.
#[derive(Serialize, ToSchema)]
struct ContactView {
    name: String,
    phone: String,
}

/// The reporter's contact in clear, for a reason
///
/// 查看联系方式明文：须写理由，记入审计，每日有上限。
#[utoipa::path(post, path = "/matters/{id}/unmask", tag = "matter", params(("id" = String, Path)), request_body = UnmaskForm, responses((status = 200, body = ContactView)))]
async fn unmask(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<MatterId>,
    Form(form): Form<UnmaskForm>,
) -> Answer<Json<ContactView>> {
    let contact = app.office.unmask(&signed.actor, id, &form.reason).await?;
    Ok(Json(ContactView {
        name: contact.name,
        phone: contact.phone,
    }))
}
