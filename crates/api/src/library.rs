//! The library: policies, guides and manuals (R221).

use crate::audit::limit;
use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::file::FileView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::{AreaId, DocumentId, FileId};
use civic::library::{Kind, Version};
use civic::post::Role;
use office::{DocumentSeen, NewDocument, UnreadKey};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(library, add))
        .routes(routes!(document))
        .routes(routes!(revise))
        .routes(routes!(retire))
        .routes(routes!(read))
        .routes(routes!(unread))
}

/// A version of a document.
#[derive(Serialize, ToSchema)]
#[schema(as = DocumentVersion)]
pub(crate) struct VersionView {
    no: u32,
    text: String,
    files: Vec<FileView>,
    by_name: String,
    by_title: String,
    at: i64,
}

impl From<Version> for VersionView {
    fn from(version: Version) -> Self {
        let file = |f: civic::matter::Attached| FileView {
            id: f.file.to_string(),
            name: f.name,
            mime: f.mime,
            bytes: f.bytes,
        };
        Self {
            no: version.no,
            text: version.text,
            files: version.files.into_iter().map(file).collect(),
            by_name: version.by.name,
            by_title: version.by.title,
            at: version.at.0,
        }
    }
}

/// A document of the library.
#[derive(Serialize, ToSchema)]
#[schema(as = Document)]
pub(crate) struct DocumentView {
    id: String,
    area_name: String,
    kind_word: &'static str,
    title: String,
    /// 适用的岗位；空为全部。
    role_words: Vec<&'static str>,
    mandatory: bool,
    /// 需要本人确认已读。
    due: bool,
    /// 本人确认已读当前版本的时间。
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<i64>,
    /// 已确认当前版本的人数，只给管理文件的人。
    #[serde(skip_serializing_if = "Option::is_none")]
    readers: Option<i64>,
    keeps: bool,
    /// 停用原因。
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<String>,
    /// The newest first.
    versions: Vec<VersionView>,
}

fn view(app: &App, seen: DocumentSeen) -> DocumentView {
    let one = seen.document;
    let world = app.office.world();
    let area = world.tree().get(one.area);
    DocumentView {
        id: one.id.to_string(),
        area_name: area.map_or_else(String::new, |a| a.name.to_string()),
        kind_word: one.kind.word(),
        title: one.title,
        role_words: one.roles.iter().map(|r| r.word()).collect(),
        mandatory: one.mandatory,
        due: seen.due,
        read_at: seen.read_at.map(|at| at.0),
        readers: seen.readers,
        keeps: seen.keeps,
        retired: one.retired,
        versions: one.versions.into_iter().rev().map(Into::into).collect(),
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LibraryQuery {
    /// 标题中的字词。
    q: Option<String>,
}

impl Input for LibraryQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { q: f.text("q") })
    }
}

/// The documents for one's own posts, what is to be read first
///
/// 本岗位适用的政策文件、工作指引和岗位手册；需要确认已读的排在前面。
#[utoipa::path(get, path = "/library", tag = "library", params(LibraryQuery), responses((status = 200, body = Vec<DocumentView>)))]
async fn library(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<LibraryQuery>,
) -> Answer<Json<Vec<DocumentView>>> {
    let words = query.q.unwrap_or_default();
    let seen = app.office.library(&signed.actor, &words).await?;
    Ok(Json(seen.into_iter().map(|one| view(&app, one)).collect()))
}

/// A document with all its versions
///
/// 一份文件和它的历次版本。
#[utoipa::path(get, path = "/library/{id}", tag = "library", params(("id" = String, Path)), responses((status = 200, body = DocumentView)))]
async fn document(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<DocumentId>,
) -> Answer<Json<DocumentView>> {
    let seen = app.office.document(&signed.actor, id).await?;
    Ok(Json(view(&app, seen)))
}

/// A document to be added.
#[derive(ToSchema)]
struct AddDocument {
    #[schema(value_type = String)]
    area: AreaId,
    /// `policy`, `guide` or `manual`.
    #[schema(value_type = String)]
    kind: Kind,
    title: String,
    /// 适用的岗位；不填为全部。
    #[schema(value_type = Vec<String>, required = false)]
    roles: Vec<Role>,
    /// 需要本人确认已读。
    #[schema(required = false)]
    mandatory: bool,
    #[schema(required = false)]
    text: String,
    #[schema(value_type = Vec<String>, required = false)]
    files: Vec<FileId>,
}

impl Input for AddDocument {
    fn read(f: &mut Fields) -> Option<Self> {
        let (area, kind) = (
            f.id("area"),
            f.coded("kind", Kind::parse, "policy、guide、manual"),
        );
        if area.is_none() && !f.has_problems() {
            f.note("area", "required", "请选择适用的区域");
        }
        if kind.is_none() && !f.has_problems() {
            f.note("kind", "required", "请选择文件类别");
        }
        let title = f.text("title").unwrap_or_default();
        let mut roles = Vec::new();
        for code in f.texts("roles") {
            match Role::parse(&code) {
                Some(role) => roles.push(role),
                None => f.note("roles", "unknown", "没有这个岗位，请重新选择"),
            }
        }
        let mandatory = f.flag("mandatory").unwrap_or(false);
        let (text, files) = (f.text("text").unwrap_or_default(), f.ids("files"));
        Some(Self {
            area: area?,
            kind: kind?,
            title,
            roles,
            mandatory,
            text,
            files,
        })
    }
}

/// Add a document
///
/// 发布一份文件，给本区域和下级区域的岗位使用。
#[utoipa::path(post, path = "/library", tag = "library", params(("Idempotency-Key" = String, Header)), request_body = AddDocument, responses((status = 201, body = DocumentView)))]
async fn add(
    State(app): Shared,
    signed: Signed,
    Keyed(key, form): Keyed<AddDocument>,
) -> Answer<(StatusCode, Json<DocumentView>)> {
    let new = NewDocument {
        roles: form.roles,
        kind: form.kind,
        title: form.title,
        mandatory: form.mandatory,
        text: form.text,
    };
    let seen = app
        .office
        .add_document(&signed.actor, form.area, new, form.files, key)
        .await?;
    Ok((StatusCode::CREATED, Json(view(&app, seen))))
}

/// A new version.
#[derive(ToSchema)]
struct ReviseDocument {
    #[schema(required = false)]
    text: String,
    #[schema(value_type = Vec<String>, required = false)]
    files: Vec<FileId>,
}

impl Input for ReviseDocument {
    fn read(f: &mut Fields) -> Option<Self> {
        let (text, files) = (f.text("text").unwrap_or_default(), f.ids("files"));
        Some(Self { text, files })
    }
}

/// Add a version; older ones are kept
///
/// 发布新版；旧版保留，必读文件需要重新确认。
#[utoipa::path(post, path = "/library/{id}/versions", tag = "library", params(("id" = String, Path)), request_body = ReviseDocument, responses((status = 200, body = DocumentView)))]
async fn revise(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<DocumentId>,
    Form(form): Form<ReviseDocument>,
) -> Answer<Json<DocumentView>> {
    let seen = app
        .office
        .revise_document(&signed.actor, id, form.text, form.files)
        .await?;
    Ok(Json(view(&app, seen)))
}

/// Why a document does not apply any more.
#[derive(ToSchema)]
struct RetireDocument {
    reason: String,
}

impl Input for RetireDocument {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}

/// Take a document out of use
///
/// 停用，写明原因；仍可查阅。
#[utoipa::path(post, path = "/library/{id}/retire", tag = "library", params(("id" = String, Path)), request_body = RetireDocument, responses((status = 200, body = DocumentView)))]
async fn retire(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<DocumentId>,
    Form(form): Form<RetireDocument>,
) -> Answer<Json<DocumentView>> {
    let seen = app
        .office
        .retire_document(&signed.actor, id, form.reason)
        .await?;
    Ok(Json(view(&app, seen)))
}

/// Say that one read the newest version
///
/// 本人确认已读当前版本；不统计阅读时长。
#[utoipa::path(post, path = "/library/{id}/read", tag = "library", params(("id" = String, Path)), responses((status = 200, body = DocumentView)))]
async fn read(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<DocumentId>,
) -> Answer<Json<DocumentView>> {
    let seen = app.office.read_document(&signed.actor, id).await?;
    Ok(Json(view(&app, seen)))
}

/// A post whose holder has still to read a document.
#[derive(Serialize, ToSchema)]
#[schema(as = UnreadPost)]
pub(crate) struct UnreadView {
    name: String,
    title: String,
    place: String,
}

/// A page of the posts whose holders have still to read a document.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnreadPosts {
    /// Of all pages.
    total: usize,
    /// From above down.
    rows: Vec<UnreadView>,
    /// `cursor` of the next page; null at the end.
    next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct UnreadQuery {
    #[param(value_type = Option<String>)]
    cursor: Option<UnreadKey>,
    limit: Option<usize>,
}

impl Input for UnreadQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            cursor: f.coded("cursor", UnreadKey::parse, "上一页给出的 next"),
            limit: limit(f),
        })
    }
}

/// Who has still to read a document
///
/// 必读文件还没有确认已读的岗位，只给管理文件的人；分页，total 为总数。
#[utoipa::path(get, path = "/library/{id}/unread", tag = "library", params(("id" = String, Path), UnreadQuery), responses((status = 200, body = UnreadPosts)))]
async fn unread(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<DocumentId>,
    Asked(query): Asked<UnreadQuery>,
) -> Answer<Json<UnreadPosts>> {
    let page = app
        .office
        .unread_posts(&signed.actor, id, query.cursor, query.limit)
        .await?;
    let view = |one: office::UnreadPost| UnreadView {
        name: one.name,
        title: one.title,
        place: one.place,
    };
    Ok(Json(UnreadPosts {
        total: page.total,
        rows: page.rows.into_iter().map(view).collect(),
        next: crate::cursor::token(page.next),
    }))
}
