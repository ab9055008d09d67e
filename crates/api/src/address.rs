//! Standard addresses and households: search, correction, import (R009).

use crate::audit::limit;
use crate::error::{Answer, FieldProblem};
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::limit::IMPORT_BYTES_MAX;
use crate::{App, Shared};
use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use civic::address::{Parts, Status};
use civic::id::{AddressId, AreaId};
use civic::limits::PAGE_ROWS_DEFAULT;
use office::{AddressSeen, Correction, RegisterImport, Sheet, Sign, SignsOf};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(import_addresses))
        .routes(routes!(import_households))
        .layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX))
        .routes(routes!(addresses))
        .routes(routes!(signs))
        .routes(routes!(address, correct))
}

/// A standard address.
#[derive(Serialize, ToSchema)]
#[schema(as = Address)]
struct AddressView {
    id: String,
    code: String,
    /// Code of the address above; may be empty.
    parent: String,
    /// The whole address in one text.
    text: String,
    street: String,
    door: String,
    estate: String,
    building: String,
    stairwell: String,
    floor: String,
    room: String,
    aliases: String,
    status: &'static str,
    status_word: &'static str,
    /// The unit in which it lies, or the area above where that is not known.
    area: String,
    area_name: String,
    in_unit: bool,
    /// Somebody said which unit; else the point did.
    stated: bool,
    /// The unit in which its point lies, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<String>,
    /// WGS84 degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    changed_at: i64,
    changed_by: String,
    may_correct: bool,
}

impl From<AddressSeen> for AddressView {
    fn from(seen: AddressSeen) -> Self {
        let a = seen.address;
        Self {
            id: a.id.to_string(),
            code: a.code,
            parent: a.parent,
            text: a.parts.text(),
            street: a.parts.street,
            door: a.parts.door,
            estate: a.parts.estate,
            building: a.parts.building,
            stairwell: a.parts.stairwell,
            floor: a.parts.floor,
            room: a.parts.room,
            aliases: a.aliases,
            status: a.status.code(),
            status_word: a.status.word(),
            area: a.area.to_string(),
            area_name: seen.area_name,
            in_unit: seen.in_unit,
            stated: a.stated,
            elsewhere: seen.elsewhere,
            lon: a.point.map(|(lon, _)| lon),
            lat: a.point.map(|(_, lat)| lat),
            changed_at: a.changed_at.0,
            changed_by: a.changed_by,
            may_correct: seen.may_correct,
        }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct AddressQuery {
    /// 地址、别名或编码中的字词，空格分开的都要有。
    q: Option<String>,
    /// `planned`、`valid`、`abolished`。
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    #[param(value_type = Option<String>)]
    cursor: Option<AddressId>,
    limit: Option<usize>,
}

impl Input for AddressQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            q: f.text("q"),
            status: f.coded("status", Status::parse, "planned、valid、abolished"),
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// Standard addresses of an area.
#[derive(Serialize, ToSchema)]
#[schema(as = AddressPage)]
struct PageView {
    rows: Vec<AddressView>,
    next: Option<String>,
    /// Addresses of the area that are not abolished.
    addresses: i64,
    /// Households of the area.
    households: i64,
    /// People of them.
    people: i64,
}

/// Standard addresses of an area
///
/// 区域内的标准地址，可按字词和状态查找；附地址、户和人数合计。
#[utoipa::path(get, path = "/areas/{id}/addresses", tag = "area", params(("id" = String, Path), AddressQuery), responses((status = 200, body = PageView)))]
async fn addresses(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<AddressQuery>,
) -> Answer<Json<PageView>> {
    let limit = query.limit.unwrap_or(PAGE_ROWS_DEFAULT);
    let words = query.q.unwrap_or_default();
    let mut rows = app
        .office
        .addresses(
            &signed.actor,
            id,
            &words,
            query.status,
            query.cursor,
            limit + 1,
        )
        .await?;
    let next = (rows.len() > limit).then(|| rows[limit - 1].address.id);
    rows.truncate(limit);
    let sums = app.office.address_sums(&signed.actor, id).await?;
    Ok(Json(PageView {
        rows: rows.into_iter().map(AddressView::from).collect(),
        next: crate::cursor::token(next),
        addresses: sums.addresses,
        households: sums.households,
        people: sums.people,
    }))
}

/// One standard address
///
/// 一个标准地址。
#[utoipa::path(get, path = "/addresses/{id}", tag = "area", params(("id" = String, Path)), responses((status = 200, body = AddressView)))]
async fn address(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AddressId>,
) -> Answer<Json<AddressView>> {
    let seen = app.office.address(&signed.actor, id).await?;
    Ok(Json(seen.into()))
}

/// A correction. Its words are all said anew; a point or unit that is left out stays, `null` takes it
/// away.
#[derive(ToSchema)]
#[schema(as = AddressCorrection)]
#[allow(dead_code, reason = "for the document; `CorrectionInput` reads it")]
struct CorrectionForm {
    street: Option<String>,
    door: Option<String>,
    estate: Option<String>,
    building: Option<String>,
    stairwell: Option<String>,
    floor: Option<String>,
    room: Option<String>,
    aliases: Option<String>,
    /// `planned`、`valid`、`abolished`。
    status: String,
    lon: Option<f64>,
    lat: Option<f64>,
    /// 指定的治理单元；为 null 的按坐标归属。
    unit: Option<String>,
    /// 坐标已核对：坐标比原来移动很远，或者不在所属的治理单元附近时，为真才能保存。
    confirmed: Option<bool>,
    /// 更正的理由，写入审计。
    reason: String,
}

struct CorrectionInput(Correction);

impl Input for CorrectionInput {
    fn read(f: &mut Fields) -> Option<Self> {
        let mut part = |name| civic::address::plain(&f.text(name).unwrap_or_default());
        let parts = Parts {
            street: part("street"),
            door: part("door"),
            estate: part("estate"),
            building: part("building"),
            stairwell: part("stairwell"),
            floor: part("floor"),
            room: part("room"),
        };
        let aliases = f.text("aliases").unwrap_or_default();
        let status = f.coded("status", Status::parse, "planned、valid、abolished");
        if status.is_none() && !f.has_problems() {
            f.note("status", "required", "请选择状态");
        }
        let point = f.said(&["lon", "lat"], Fields::point);
        let unit = f.said(&["unit"], |f| f.id("unit"));
        let confirmed = f.flag("confirmed").unwrap_or(false);
        let reason = f.need_text("reason", "更正的理由");
        Some(Self(Correction {
            parts,
            aliases,
            status: status?,
            point,
            unit,
            confirmed,
            reason: reason?,
        }))
    }
}

/// Correct a standard address
///
/// 更正一个标准地址：写明理由，原来的内容留在审计里；坐标和单元不填的不变，填 null 的去掉，没有指定单元的按坐标归属；坐标移动很远的要确认，户随地址走。
#[utoipa::path(put, path = "/addresses/{id}", tag = "area", params(("id" = String, Path)), request_body = CorrectionForm, responses((status = 200, body = AddressView)))]
async fn correct(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AddressId>,
    Form(form): Form<CorrectionInput>,
) -> Answer<Json<AddressView>> {
    let seen = app
        .office
        .correct_address(&signed.actor, id, form.0)
        .await?;
    Ok(Json(seen.into()))
}

/// A sheet of addresses or of households.
#[derive(ToSchema)]
#[schema(as = RegisterSheet)]
pub(crate) struct SheetForm {
    /// CSV（UTF-8）。
    file: Option<String>,
    /// 或者 Excel 工作簿（.xlsx）的 base64，取第一个工作表。
    workbook: Option<String>,
    /// 只有为真且没有任何问题时才写入。
    apply: Option<bool>,
}

impl Input for SheetForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            file: f.text("file"),
            workbook: f.text("workbook"),
            apply: f.flag("apply"),
        })
    }
}

/// What an import found or did.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterImport)]
struct ImportView {
    rows: usize,
    new: usize,
    known: usize,
    /// Addresses in no unit, or households without an address.
    nowhere: usize,
    /// Addresses whose point lies in another unit than the stated one.
    elsewhere: usize,
    wrong: usize,
    /// Of at most 2 000 wrong lines.
    problems: Vec<FieldProblem>,
    written: bool,
    /// The sheet again with a column 错误原因, where something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    marked: Option<String>,
}

impl ImportView {
    fn of(found: RegisterImport, text: &str) -> Self {
        let marked =
            (!found.reasons.is_empty()).then(|| civic::sheet::marked(text, &found.reasons));
        Self {
            rows: found.rows,
            new: found.new,
            known: found.known,
            nowhere: found.nowhere,
            elsewhere: found.elsewhere,
            wrong: found.wrong,
            written: found.written,
            marked,
            problems: found.problems.into_iter().map(FieldProblem::from).collect(),
        }
    }
}

async fn import(
    app: &App,
    signed: &Signed,
    area: AreaId,
    sheet: Sheet,
    form: SheetForm,
) -> Answer<Json<ImportView>> {
    let text = office::workbook::sheet_text(form.file, form.workbook.as_deref())
        .map_err(office::Fault::from)?;
    let apply = form.apply.unwrap_or(false);
    let found = app
        .office
        .import_register(&signed.actor, area, sheet, text.clone(), apply)
        .await?;
    Ok(Json(ImportView::of(found, &text)))
}

/// Import standard addresses
///
/// 导入标准地址（CSV 或 Excel），最多 15 万行。表头：地址编码、上级地址编码、街路巷、门牌号、小区、楼栋、梯位、楼层、户室、别名、状态、治理单元编码、所属村居编码、经度、纬度。先预检，全部没有问题才写入；已有的编码更新。
#[utoipa::path(post, path = "/areas/{id}/addresses", tag = "area", params(("id" = String, Path)), request_body = SheetForm, responses((status = 200, body = ImportView)))]
async fn import_addresses(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<SheetForm>,
) -> Answer<Json<ImportView>> {
    import(&app, &signed, id, Sheet::Addresses, form).await
}

/// Import households
///
/// 导入户（CSV 或 Excel）：户编号、地址编码、人数、所属村居编码；只有数量，没有个人信息，户编号不能是个人号码。
#[utoipa::path(post, path = "/areas/{id}/households", tag = "area", params(("id" = String, Path)), request_body = SheetForm, responses((status = 200, body = ImportView)))]
async fn import_households(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<SheetForm>,
) -> Answer<Json<ImportView>> {
    import(&app, &signed, id, Sheet::Households, form).await
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SignQuery {
    /// `units`、`addresses`。
    #[param(value_type = String)]
    of: SignsOf,
    /// 地址、别名或编码中的字词，空格分开的都要有；只用于 `addresses`。
    q: Option<String>,
    /// The origin under which people open the platform: `https://hangji.example`.
    base: String,
    cursor: Option<i64>,
    limit: Option<usize>,
}

impl Input for SignQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let of = f.coded("of", SignsOf::parse, "units、addresses");
        if of.is_none() && !f.noted("of") {
            f.note("of", "required", "请选择给治理单元还是标准地址打印二维码");
        }
        Some(Self {
            q: f.text("q"),
            base: f.text("base").unwrap_or_default(),
            cursor: f.int("cursor", 0..=i64::MAX),
            limit: limit(f),
            of: of?,
        })
    }
}

/// A sign for a door.
#[derive(Serialize, ToSchema)]
#[schema(as = PlaceSign)]
struct SignView {
    id: String,
    /// What stands on it.
    title: String,
    place: String,
    /// What the picture holds: the report page with this place.
    link: String,
    /// A QR code, an SVG picture.
    svg: String,
}

/// Signs of an area.
#[derive(Serialize, ToSchema)]
#[schema(as = PlaceSignPage)]
struct SignPage {
    rows: Vec<SignView>,
    next: Option<String>,
}

/// Signs for doors
///
/// 地点二维码：扫码打开反映问题的页面，地点已填好；只含地点编号，没有住户信息。
#[utoipa::path(get, path = "/areas/{id}/signs", tag = "area", params(("id" = String, Path), SignQuery), responses((status = 200, body = SignPage)))]
async fn signs(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<SignQuery>,
) -> Answer<Json<SignPage>> {
    let limit = query.limit.unwrap_or(PAGE_ROWS_DEFAULT);
    let words = query.q.unwrap_or_default();
    let page = (query.cursor, limit + 1);
    let (office, actor) = (&app.office, &signed.actor);
    let found = office.signs(actor, id, query.of, &words, &query.base, page);
    let mut rows = found.await?;
    let next = (rows.len() > limit).then(|| rows[limit - 1].id);
    rows.truncate(limit);
    let view = |one: Sign| SignView {
        id: one.id.to_string(),
        title: one.title,
        place: one.place,
        link: one.link,
        svg: one.svg,
    };
    Ok(Json(SignPage {
        rows: rows.into_iter().map(view).collect(),
        next: crate::cursor::token(next),
    }))
}
