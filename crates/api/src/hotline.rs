//! 12345 work orders: import by staff, exchange with the hotline, answers, rates.

use crate::error::{Answer, FieldProblem};
use crate::extract::{Asked, Form, Signed};
use crate::fields::{Fields, Input};
use crate::signature::Sealed;
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use civic::hotline::{self, Incoming, Kept, Reply};
use civic::id::AreaId;
use civic::refusal::Refusal;
use civic::time::Instant;
use office::ImportedLine;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(orders, import))
        .routes(routes!(reply))
        .routes(routes!(receive))
        .routes(routes!(hand_over))
}

/// What became of one line of an import.
#[derive(Serialize, ToSchema)]
#[schema(as = HotlineLine)]
struct LineView {
    /// Its line in the file, or its place in the list.
    line: u64,
    no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter_no: Option<String>,
    problems: Vec<FieldProblem>,
}

fn line(line: ImportedLine) -> LineView {
    let (matter, matter_no) = line.matter.unzip();
    LineView {
        line: line.line,
        no: line.no,
        matter: matter.map(|m| m.to_string()),
        matter_no,
        problems: line.problems.into_iter().map(FieldProblem::from).collect(),
    }
}

/// An import file.
#[derive(ToSchema)]
#[schema(as = HotlineFile)]
struct FileForm {
    /// CSV（表头：工单编号、诉求内容、地址、区划代码、来电人、电话、答复期限、保密）或 JSON 列表。
    file: String,
}

impl Input for FileForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            file: f.need_text("file", "导入文件的内容")?,
        })
    }
}

/// Import work orders from a file
///
/// 导入热线工单：逐行登记为事项，重复的工单不再登记；有问题的行逐项说明，不影响其他行。
#[utoipa::path(post, path = "/hotline/orders", tag = "hotline", request_body = FileForm, responses((status = 200, body = Vec<LineView>)))]
async fn import(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<FileForm>,
) -> Answer<Json<Vec<LineView>>> {
    let lines = hotline::file(&form.file).map_err(Refusal::Invalid)?;
    let done = app.office.take_orders(&signed.actor, lines).await?;
    Ok(Json(done.into_iter().map(line).collect()))
}

/// Work orders from the hotline itself.
#[derive(ToSchema)]
#[schema(as = HotlineOrders)]
struct OrdersForm {
    orders: Vec<IncomingForm>,
}

/// A work order as the hotline sends it.
#[derive(ToSchema)]
#[schema(as = HotlineOrder)]
struct IncomingForm {
    no: String,
    text: String,
    address: Option<String>,
    /// 村居的统计用区划代码。
    code: String,
    name: Option<String>,
    phone: Option<String>,
    /// `2026-03-20`
    deadline: String,
    #[schema(required = false)]
    secret: bool,
}

impl Input for IncomingForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let mut text = |name: &str| f.text(name).unwrap_or_default();
        let (no, said, code) = (text("no"), text("text"), text("code"));
        let deadline = text("deadline");
        let (address, name, phone) = (f.text("address"), f.text("name"), f.text("phone"));
        Some(Self {
            no,
            text: said,
            address,
            code,
            name,
            phone,
            deadline,
            secret: f.flag("secret").unwrap_or(false),
        })
    }
}

impl From<IncomingForm> for Incoming {
    fn from(form: IncomingForm) -> Self {
        Self {
            no: form.no,
            text: form.text,
            address: form.address.unwrap_or_default(),
            code: form.code,
            name: form.name.unwrap_or_default(),
            phone: form.phone.unwrap_or_default(),
            deadline: form.deadline,
            secret: if form.secret { "是" } else { "否" }.into(),
        }
    }
}

impl Input for OrdersForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            orders: f.list("orders"),
        })
    }
}

/// Take work orders from the hotline
///
/// 热线平台推送工单：用签发令牌时显示的签名密钥签名，令牌和密钥都不传。签名头为 X-Hangji-Token、X-Hangji-Time、X-Hangji-Nonce、X-Hangji-Signature。
#[utoipa::path(post, path = "/exchange/hotline/orders", tag = "hotline",
    params(("X-Hangji-Token" = String, Header), ("X-Hangji-Time" = i64, Header), ("X-Hangji-Nonce" = String, Header), ("X-Hangji-Signature" = String, Header)),
    request_body = OrdersForm, responses((status = 200, body = Vec<LineView>)))]
async fn receive(State(app): Shared, sealed: Sealed<OrdersForm>) -> Answer<Json<Vec<LineView>>> {
    let orders = sealed.form.orders.into_iter().map(Incoming::from);
    let lines = (1..).zip(orders).collect();
    let done = app.office.take_orders(&sealed.actor, lines).await?;
    Ok(Json(done.into_iter().map(line).collect()))
}

/// The answer to a work order.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = HotlineReply)]
struct ReplyView {
    /// 诉求属实。
    genuine: bool,
    /// 超职责。
    beyond: bool,
    /// When the caller was contacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    contacted: Option<i64>,
    solved: bool,
    unsolved_reason: String,
    /// 办理情况，供热线回访。
    note: String,
    /// 公开答复。
    answer: String,
}

/// A work order with what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = KeptOrder)]
struct OrderView {
    no: String,
    matter: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter_no: Option<String>,
    deadline: String,
    secret: bool,
    received: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    replied: Option<String>,
    /// Not answered, and the last day is over.
    late: bool,
    /// When the hotline took the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<ReplyView>,
}

fn order(app: &App, kept: Kept, matter_no: Option<String>) -> OrderView {
    let late = kept.replied.unwrap_or(app.office.today()) > kept.deadline;
    OrderView {
        matter: kept.matter.to_string(),
        matter_no,
        deadline: kept.deadline.to_string(),
        secret: kept.secret,
        received: kept.received.0,
        replied: kept.replied.map(|d| d.to_string()),
        late,
        returned: kept.returned.map(|at| at.0),
        reply: kept.reply.map(|r| ReplyView {
            genuine: r.genuine,
            beyond: r.beyond,
            contacted: r.contacted.map(|at| at.0),
            solved: r.solved,
            unsolved_reason: r.unsolved_reason,
            note: r.note,
            answer: r.answer,
        }),
        no: kept.no,
    }
}

/// A rate with the figures behind it.
#[derive(Serialize, ToSchema)]
#[schema(as = HotlineRate)]
struct RateView {
    name: &'static str,
    /// 公式。
    formula: &'static str,
    part: usize,
    whole: usize,
}

/// The orders of an area with the three rates.
#[derive(Serialize, ToSchema)]
struct HotlineView {
    rates: Vec<RateView>,
    orders: Vec<OrderView>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct OrdersQuery {
    #[param(value_type = String)]
    area: AreaId,
}

impl Input for OrdersQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let area = f.id("area");
        if area.is_none() && !f.has_problems() {
            f.note("area", "required", "请选择区域");
        }
        Some(Self { area: area? })
    }
}

/// The work orders of an area, with the rates of response, solution and satisfaction
///
/// 热线工单：编号、期限、答复和取走情况，以及响应率、解决率、满意率。
#[utoipa::path(get, path = "/hotline/orders", tag = "hotline", params(OrdersQuery), responses((status = 200, body = HotlineView)))]
async fn orders(
    State(app): Shared,
    signed: Signed,
    Asked(asked): Asked<OrdersQuery>,
) -> Answer<Json<HotlineView>> {
    let (orders, rates) = app.office.hotline(&signed.actor, asked.area).await?;
    let rate = |name, formula, (part, whole)| RateView {
        name,
        formula,
        part,
        whole,
    };
    Ok(Json(HotlineView {
        rates: vec![
            rate(
                "响应率",
                "期限内答复 ÷（已答复 + 逾期未答复）",
                rates.responded,
            ),
            rate("解决率", "已解决 ÷ 已答复且属职责范围", rates.solved),
            rate("满意率", "评价 4 分以上 ÷ 已评价", rates.satisfied),
        ],
        orders: orders
            .into_iter()
            .map(|(kept, no)| order(&app, kept, no))
            .collect(),
    }))
}

/// The answer to a work order.
#[derive(ToSchema)]
#[schema(as = HotlineReplyForm)]
struct ReplyForm {
    genuine: bool,
    #[schema(required = false)]
    beyond: bool,
    #[schema(value_type = Option<i64>)]
    contacted: Option<Instant>,
    solved: bool,
    unsolved_reason: Option<String>,
    note: String,
    answer: String,
}

impl Input for ReplyForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (genuine, solved) = (f.flag("genuine"), f.flag("solved"));
        for (field, given) in [("genuine", genuine), ("solved", solved)] {
            if given.is_none() {
                f.note(field, "required", "请选择“是”或“否”");
            }
        }
        let beyond = f.flag("beyond").unwrap_or(false);
        let (contacted, unsolved_reason) = (f.instant("contacted"), f.text("unsolved_reason"));
        let (note, answer) = (f.text("note"), f.text("answer"));
        Some(Self {
            genuine: genuine?,
            beyond,
            contacted,
            solved: solved?,
            unsolved_reason,
            note: note.unwrap_or_default(),
            answer: answer.unwrap_or_default(),
        })
    }
}

/// Answer a work order
///
/// 答复热线工单：是否属实、是否超职责、联系情况、是否解决及原因、办理情况和公开答复。
#[utoipa::path(put, path = "/hotline/orders/{no}/reply", tag = "hotline", params(("no" = String, Path)), request_body = ReplyForm, responses((status = 200, body = OrderView)))]
async fn reply(
    State(app): Shared,
    signed: Signed,
    Path(no): Path<String>,
    Form(form): Form<ReplyForm>,
) -> Answer<Json<OrderView>> {
    let reply = Reply {
        genuine: form.genuine,
        beyond: form.beyond,
        contacted: form.contacted,
        solved: form.solved,
        unsolved_reason: form.unsolved_reason.unwrap_or_default(),
        note: form.note,
        answer: form.answer,
    };
    let kept = app.office.reply_order(&signed.actor, no, reply).await?;
    Ok(Json(order(&app, kept, None)))
}

/// Which answers arrived.
#[derive(ToSchema)]
#[schema(as = TakeReplies)]
struct TakeForm {
    /// 已经收到答复的工单编号。
    #[schema(required = false)]
    taken: Vec<String>,
}

impl Input for TakeForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            taken: f.texts("taken"),
        })
    }
}

/// Hand the answers over to the hotline
///
/// 热线平台取回答复：先确认上次收到的编号，再返回尚未取走的答复；没有确认的下次还会返回。
#[utoipa::path(post, path = "/exchange/hotline/replies", tag = "hotline",
    params(("X-Hangji-Token" = String, Header), ("X-Hangji-Time" = i64, Header), ("X-Hangji-Nonce" = String, Header), ("X-Hangji-Signature" = String, Header)),
    request_body = TakeForm, responses((status = 200, body = Vec<OrderView>)))]
async fn hand_over(State(app): Shared, sealed: Sealed<TakeForm>) -> Answer<Json<Vec<OrderView>>> {
    let open = app
        .office
        .take_replies(&sealed.actor, sealed.form.taken)
        .await?;
    let views = open.into_iter().map(|kept| order(&app, kept, None));
    Ok(Json(views.collect()))
}
