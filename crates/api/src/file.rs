//! Attachments.

use crate::error::{Answer, Fail};
use crate::extract::{Id, Signed, knows, too_large};
use crate::limit::UPLOAD_BYTES_MAX;
use crate::{App, Shared};
use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::directory::Actor;
use civic::id::{AccountId, FileId, MatterId};
use office::OpenedFile;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(upload))
        .routes(routes!(upload_for_matter))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
        .routes(routes!(file))
}

/// A stored file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = File)]
pub(crate) struct FileView {
    /// For an upload without sign-in with the token that attaches it: `42.MFRGG…`.
    pub id: String,
    pub name: String,
    pub mime: String,
    pub bytes: u64,
}

/// One file in the field `file`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it only describes the form")]
pub(crate) struct FileForm {
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Takes the first file out of a form and stores it.
pub(crate) async fn stored(
    app: &App,
    actor: &Actor,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<(StatusCode, Json<FileView>)> {
    let no_form = || {
        Fail::invalid(
            "file",
            "no_form",
            "请用表单（multipart/form-data）的 file 字段上传文件",
        )
    };
    let mut form = form.map_err(|_| no_form())?;
    let failed = |e: axum::extract::multipart::MultipartError| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            too_large()
        } else {
            no_form()
        }
    };
    while let Some(field) = form.next_field().await.map_err(failed)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = civic::text::clean(field.file_name().unwrap_or("附件"));
        let name = name
            .map_err(|sentence| Fail::invalid("file", "bad_text", sentence))?
            .into_owned();
        let bytes = field.bytes().await.map_err(failed)?;
        let file = app.office.upload(actor, &name, bytes.into()).await?;
        let view = FileView {
            id: match file.account {
                AccountId(0) => app.office.upload_ticket(file.id),
                _ => file.id.to_string(),
            },
            name: file.name,
            mime: file.mime,
            bytes: file.bytes.unsigned_abs(),
        };
        return Ok((StatusCode::CREATED, Json(view)));
    }
    Err(no_form())
}

/// Upload a file for a form that is sent later
///
/// 上传附件，随后把编号填入表单的 `files`。照片中的位置和设备信息会被去除。
#[utoipa::path(post, path = "/files", tag = "file", request_body(content = FileForm, content_type = "multipart/form-data"), responses((status = 201, body = FileView)))]
async fn upload(
    State(app): Shared,
    signed: Signed,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<(StatusCode, Json<FileView>)> {
    stored(&app, &signed.actor, form).await
}

/// Upload a file for the next action on a matter
///
/// 为某一事件上传附件，随后在办理动作的 `files` 中附上。
#[utoipa::path(post, path = "/matters/{id}/files", tag = "file", params(("id" = String, Path)),
    request_body(content = FileForm, content_type = "multipart/form-data"), responses((status = 201, body = FileView)))]
async fn upload_for_matter(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<MatterId>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<(StatusCode, Json<FileView>)> {
    // Whoever may not know the matter is told so before 20 MB are taken in.
    app.office.matter(&signed.actor, id).await?;
    stored(&app, &signed.actor, form).await
}

/// Types that a browser shows without running anything.
const SHOWN: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "application/pdf",
];

/// The bytes of a file
///
/// 附件内容；能看到事件的人才能看到它的附件。
#[utoipa::path(get, path = "/files/{id}", tag = "file", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 304)))]
async fn file(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<FileId>,
    headers: HeaderMap,
) -> Answer<Response> {
    let opened = app.office.open_file(&signed.actor, id).await?;
    Ok(shown(opened, &headers))
}

/// A file as it is sent: shown where that is safe, never run.
pub(crate) fn shown(opened: OpenedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", opened.file.sha256.get(..24).unwrap_or_default());
    // The right to see it may end, so that it is asked for every time.
    let kept = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if knows(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let shown = SHOWN.contains(&opened.file.mime.as_str());
    let disposition = format!(
        "{}; filename*=UTF-8''{}",
        if shown { "inline" } else { "attachment" },
        percent(&opened.file.name)
    );
    let own = [
        (header::CONTENT_TYPE, opened.file.mime),
        (header::CONTENT_DISPOSITION, disposition),
        // A file is shown, never run: also a PDF gets no rights of our pages.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
                .to_owned(),
        ),
    ];
    (kept, own, opened.bytes).into_response()
}

/// A name as RFC 8187 writes it.
pub(crate) fn percent(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    name.bytes()
        .map(|b| {
            if plain(b) {
                (b as char).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
