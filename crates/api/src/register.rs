//! Registers of packs and their records (kernel K1): organisation, joint work, the rolls of staff.

mod used;
mod view;

use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Keyed, Signed, Version};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use civic::id::{AreaId, FileId, RecordId};
use civic::register::{Draft, ItemDraft, ItemState, Update};
use civic::time::Day;
use office::RecordSeen;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use view::{ChoiceView, CountsView, FieldSeen, RecordPage, RecordView, RegisterView};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(registers))
        .routes(routes!(register_counts))
        .routes(routes!(records, add_record))
        .routes(routes!(record_choices))
        .routes(routes!(record, correct_record))
        .routes(routes!(end_record))
        .routes(routes!(add_item))
        .routes(routes!(update_item))
        .routes(routes!(attach_to_record))
        .routes(routes!(unmask_record))
        .merge(used::routes())
}

/// The registers that one keeps, with their fields
///
/// 本人可以登记的台账：分组、字段、选项。
#[utoipa::path(get, path = "/registers", tag = "register", responses((status = 200, body = Vec<RegisterView>)))]
async fn registers(State(app): Shared, signed: Signed) -> Answer<Json<Vec<RegisterView>>> {
    let world = app.office.world();
    let kept = world
        .registers
        .all()
        .iter()
        .filter(|r| app.office.keeps(&signed.actor, r));
    Ok(Json(kept.map(RegisterView::of).collect()))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CountsQuery {
    /// Code of the group.
    group: String,
    #[param(value_type = String)]
    area: AreaId,
}

impl Input for CountsQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let (group, area) = (f.need_text("group", "台账分组"), f.id("area"));
        if area.is_none() && !f.has_problems() {
            f.note("area", "required", "请选择区域");
        }
        Some(Self {
            group: group?,
            area: area?,
        })
    }
}

/// How many records of each register there are in an area, and directly below it
///
/// 台账数量：本区域和下一级，按选项分列。
#[utoipa::path(get, path = "/register-counts", tag = "register", params(CountsQuery), responses((status = 200, body = Vec<CountsView>)))]
async fn register_counts(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<CountsQuery>,
) -> Answer<Json<Vec<CountsView>>> {
    let counts = app
        .office
        .register_counts(&signed.actor, &query.group, query.area)
        .await?;
    Ok(Json(counts.into_iter().map(Into::into).collect()))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RecordsQuery {
    #[param(value_type = String)]
    area: AreaId,
    /// Also those that are over.
    ended: Option<bool>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<RecordId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for RecordsQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let area = f.id("area");
        let (ended, cursor) = (f.flag("ended"), f.id("cursor"));
        let limit = crate::audit::limit(f);
        if area.is_none() && !f.has_problems() {
            f.note("area", "required", "请选择区域");
        }
        Some(Self {
            area: area?,
            ended,
            cursor,
            limit,
        })
    }
}

/// Records of a register in an area and below, newest first
///
/// 台账记录。
#[utoipa::path(get, path = "/registers/{code}/records", tag = "register", params(("code" = String, Path), RecordsQuery), responses((status = 200, body = RecordPage)))]
async fn records(
    State(app): Shared,
    signed: Signed,
    Path(code): Path<String>,
    Asked(query): Asked<RecordsQuery>,
) -> Answer<Json<RecordPage>> {
    let ended = query.ended.unwrap_or(false);
    let (rows, next) = app
        .office
        .records(
            &signed.actor,
            &code,
            query.area,
            ended,
            query.cursor,
            query.limit,
        )
        .await?;
    Ok(Json(RecordPage {
        rows: rows
            .into_iter()
            .map(|r| RecordView::of(&app.office, r))
            .collect(),
        next: crate::cursor::token(next),
    }))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ChoicesQuery {
    #[param(value_type = String)]
    area: AreaId,
}

impl Input for ChoicesQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let area = f.id("area");
        if area.is_none() && !f.has_problems() {
            f.note("area", "required", "请选择区域");
        }
        Some(Self { area: area? })
    }
}

/// Records that one in an area may point at: on its path and below it
///
/// 可以关联的台账记录，如上级党组织。
#[utoipa::path(get, path = "/registers/{code}/choices", tag = "register", params(("code" = String, Path), ChoicesQuery), responses((status = 200, body = Vec<ChoiceView>)))]
async fn record_choices(
    State(app): Shared,
    signed: Signed,
    Path(code): Path<String>,
    Asked(query): Asked<ChoicesQuery>,
) -> Answer<Json<Vec<ChoiceView>>> {
    let rows = app
        .office
        .record_choices(&signed.actor, &code, query.area)
        .await?;
    let world = app.office.world();
    let area = |r: &RecordSeen| world.tree().get(r.record.area).map(|a| a.name.to_string());
    let view = |r: RecordSeen| ChoiceView {
        id: r.record.id.to_string(),
        area_name: area(&r).unwrap_or_default(),
        name: r.name,
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// A piece of work that follows.
#[derive(ToSchema)]
struct ItemForm {
    text: String,
    /// Who does it.
    owner: String,
    #[schema(value_type = Option<String>)]
    due: Option<Day>,
}

impl Input for ItemForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            text: f.text("text").unwrap_or_default(),
            owner: f.text("owner").unwrap_or_default(),
            due: f.day("due"),
        })
    }
}

impl From<ItemForm> for ItemDraft {
    fn from(form: ItemForm) -> Self {
        Self {
            text: form.text,
            owner: form.owner,
            due: form.due,
        }
    }
}

/// A record. Values are texts by field: days as `2026-11-22`, ids as digits, areas with commas
/// between, members of staff by login.
#[derive(ToSchema)]
struct AddRecord {
    #[schema(value_type = String)]
    area: AreaId,
    /// First day; today where it is not said.
    #[schema(value_type = Option<String>)]
    from: Option<Day>,
    /// First day on which it is over.
    #[schema(value_type = Option<String>)]
    to: Option<Day>,
    values: BTreeMap<String, String>,
    #[schema(required = false)]
    items: Vec<ItemForm>,
}

impl Input for AddRecord {
    fn read(f: &mut Fields) -> Option<Self> {
        let (area, from, to) = (f.id("area"), f.day("from"), f.day("to"));
        let (values, items) = (f.named_texts("values"), f.list("items"));
        if area.is_none() && !f.has_problems() {
            f.note("area", "required", "请选择区域");
        }
        Some(Self {
            area: area?,
            from,
            to,
            values,
            items,
        })
    }
}

/// Add a record
///
/// 登记一条台账。
#[utoipa::path(post, path = "/registers/{code}/records", tag = "register", params(("code" = String, Path), ("Idempotency-Key" = String, Header)), request_body = AddRecord, responses((status = 201, body = RecordView)))]
async fn add_record(
    State(app): Shared,
    signed: Signed,
    Path(code): Path<String>,
    Keyed(key, form): Keyed<AddRecord>,
) -> Answer<(StatusCode, Json<RecordView>)> {
    let draft = Draft {
        area: form.area,
        from: form.from.unwrap_or_else(|| app.office.today()),
        to: form.to,
        values: form.values,
        items: form.items.into_iter().map(Into::into).collect(),
    };
    let seen = app
        .office
        .add_record(&signed.actor, &code, draft, key)
        .await?;
    Ok((StatusCode::CREATED, Json(RecordView::of(&app.office, seen))))
}

/// One record
///
/// 台账记录的内容、后续事项和更正。
#[utoipa::path(get, path = "/records/{id}", tag = "register", params(("id" = String, Path)), responses((status = 200, body = RecordView)))]
async fn record(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<RecordId>,
) -> Answer<Json<RecordView>> {
    let seen = app.office.record(&signed.actor, id).await?;
    Ok(Json(RecordView::of(&app.office, seen)))
}

/// What a record should say. Personal fields that are left out stay as they are.
#[derive(ToSchema)]
struct CorrectRecord {
    #[schema(value_type = Option<String>)]
    from: Option<Day>,
    #[schema(value_type = Option<String>)]
    to: Option<Day>,
    values: BTreeMap<String, String>,
    reason: String,
}

impl Input for CorrectRecord {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            from: f.day("from"),
            to: f.day("to"),
            values: f.named_texts("values"),
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}

/// Correct a record; what it said before stays in its history
///
/// 更正台账，原内容留存。
#[utoipa::path(put, path = "/records/{id}", tag = "register", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = CorrectRecord, responses((status = 200, body = RecordView)))]
async fn correct_record(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<RecordId>,
    Version(version): Version,
    Form(form): Form<CorrectRecord>,
) -> Answer<Json<RecordView>> {
    let draft = Draft {
        area: AreaId(0),
        from: form.from.unwrap_or_else(|| app.office.today()),
        to: form.to,
        values: form.values,
        items: Vec::new(),
    };
    let seen = app
        .office
        .correct_record(&signed.actor, id, version, draft, form.reason)
        .await?;
    Ok(Json(RecordView::of(&app.office, seen)))
}

/// When and why it is over.
#[derive(ToSchema)]
struct EndRecord {
    /// First day on which it is over; today where it is not said.
    #[schema(value_type = Option<String>)]
    to: Option<Day>,
    reason: String,
}

impl Input for EndRecord {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            to: f.day("to"),
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}

/// End a record; it is never deleted
///
/// 结束一条台账。
#[utoipa::path(post, path = "/records/{id}/end", tag = "register", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = EndRecord, responses((status = 200, body = RecordView)))]
async fn end_record(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<RecordId>,
    Version(version): Version,
    Form(form): Form<EndRecord>,
) -> Answer<Json<RecordView>> {
    let to = form.to.unwrap_or_else(|| app.office.today());
    let seen = app
        .office
        .end_record(&signed.actor, id, version, to, form.reason)
        .await?;
    Ok(Json(RecordView::of(&app.office, seen)))
}

/// Add a piece of work to a record
///
/// 增加后续事项。
#[utoipa::path(post, path = "/records/{id}/items", tag = "register", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ItemForm, responses((status = 201, body = RecordView)))]
async fn add_item(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<RecordId>,
    Version(version): Version,
    Form(form): Form<ItemForm>,
) -> Answer<(StatusCode, Json<RecordView>)> {
    let seen = app
        .office
        .add_item(&signed.actor, id, version, form.into())
        .await?;
    Ok((StatusCode::CREATED, Json(RecordView::of(&app.office, seen))))
}

/// How a piece of work goes.
#[derive(ToSchema)]
struct UpdateItem {
    no: u32,
    text: String,
    /// `open`, `done` or `dropped`.
    #[schema(value_type = String)]
    state: ItemState,
    /// Number of the matter that it became.
    matter: Option<String>,
}

impl Input for UpdateItem {
    fn read(f: &mut Fields) -> Option<Self> {
        let no = f.int("no", 1..=10_000);
        let text = f.text("text").unwrap_or_default();
        let state = f.coded("state", ItemState::parse, "open、done、dropped");
        let matter = f.text("matter");
        if (no.is_none() || state.is_none()) && !f.has_problems() {
            f.note("state", "required", "请选择事项和进度");
        }
        Some(Self {
            no: no? as u32,
            text,
            state: state?,
            matter,
        })
    }
}

/// Say how a piece of work goes, and which matter it became
///
/// 填写后续事项的进展、结果，或关联已转成的事件。
#[utoipa::path(post, path = "/records/{id}/progress", tag = "register", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = UpdateItem, responses((status = 200, body = RecordView)))]
async fn update_item(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<RecordId>,
    Version(version): Version,
    Form(form): Form<UpdateItem>,
) -> Answer<Json<RecordView>> {
    let update = Update {
        text: form.text,
        state: form.state,
        matter: form.matter,
    };
    let seen = app
        .office
        .update_item(&signed.actor, id, version, form.no, update)
        .await?;
    Ok(Json(RecordView::of(&app.office, seen)))
}

/// Files to be put with a record.
#[derive(ToSchema)]
struct AttachToRecord {
    /// The piece of work that they are about, by number; none for the record itself.
    item: Option<u32>,
    /// 先上传（`POST /files`），再填编号。
    #[schema(value_type = Vec<String>)]
    files: Vec<FileId>,
}

impl Input for AttachToRecord {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            item: f.int("item", 1..=10_000).map(|no| no as u32),
            files: f.ids("files"),
        })
    }
}

/// Put photographs or papers with a record, or with a piece of its work; they stay
///
/// 给台账记录或其中一项添加照片、附件；照片里的位置和设备信息上传时已去除，添加后不能撤回。
#[utoipa::path(post, path = "/records/{id}/files", tag = "register", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = AttachToRecord, responses((status = 200, body = RecordView)))]
async fn attach_to_record(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<RecordId>,
    Version(version): Version,
    Form(form): Form<AttachToRecord>,
) -> Answer<Json<RecordView>> {
    let seen = app
        .office
        .attach_to_record(&signed.actor, id, version, form.item, form.files)
        .await?;
    Ok(Json(RecordView::of(&app.office, seen)))
}

/// Why somebody looks.
#[derive(ToSchema)]
struct UnmaskRecord {
    reason: String,
}

impl Input for UnmaskRecord {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}

/// The personal fields of a record in clear; written down with the reason
///
/// 查看登记的姓名电话，写明理由并留痕。
#[utoipa::path(post, path = "/records/{id}/unmask", tag = "register", params(("id" = String, Path)), request_body = UnmaskRecord, responses((status = 200, body = Vec<FieldSeen>)))]
async fn unmask_record(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<RecordId>,
    Form(form): Form<UnmaskRecord>,
) -> Answer<Json<Vec<FieldSeen>>> {
    let seen = app
        .office
        .unmask_record(&signed.actor, id, &form.reason)
        .await?;
    let view = |(word, text)| FieldSeen { word, text };
    Ok(Json(seen.into_iter().map(view).collect()))
}
