//! The texts of messages that leave the house.

use crate::error::Answer;
use crate::extract::{Asked, Form, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use civic::letter::EVENTS;
use office::{LetterTextRow, LetterVersion};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(letter_texts))
        .routes(routes!(set_letter_text))
        .routes(routes!(preview_letter_text))
        .routes(routes!(letter_text_versions))
}

/// What may stand in a text.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterHolder {
    /// As it is written, with the braces.
    name: String,
    help: &'static str,
    example: &'static str,
}

/// The text for one kind of sender.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterText {
    /// `webhook`, `sms`, `wecom`, `voice` or `smtp`
    channel: &'static str,
    word: &'static str,
    /// Most characters, filled with the example values.
    chars_max: usize,
    text: String,
    /// Whether somebody wrote it; else it is that of the program.
    own: bool,
}

/// An event with its texts.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterEvent {
    /// A kind of message, or `phone_code`.
    code: &'static str,
    word: &'static str,
    holders: Vec<LetterHolder>,
    texts: Vec<LetterText>,
}

/// The texts of all events
///
/// 外发消息的模板（系统管理员），每种消息、每类通道一个。
#[utoipa::path(get, path = "/letter-texts", tag = "sender", responses((status = 200, body = Vec<LetterEvent>)))]
async fn letter_texts(State(app): Shared, signed: Signed) -> Answer<Json<Vec<LetterEvent>>> {
    let rows = app.office.letter_texts(&signed.actor).await?;
    let text = |row: &LetterTextRow| LetterText {
        channel: row.channel,
        word: row.channel_word,
        chars_max: row.chars_max,
        text: row.text.clone(),
        own: row.own,
    };
    let events = EVENTS.iter().map(|event| LetterEvent {
        code: event.code,
        word: event.word,
        holders: event
            .holders
            .iter()
            .map(|holder| LetterHolder {
                name: format!("{{{}}}", holder.name),
                help: holder.help,
                example: holder.example,
            })
            .collect(),
        texts: rows
            .iter()
            .filter(|row| row.event.code == event.code)
            .map(text)
            .collect(),
    });
    Ok(Json(events.collect()))
}

/// A text to be set.
#[derive(ToSchema)]
#[schema(as = LetterTextForm)]
pub(crate) struct TextForm {
    /// With place holders of the event; null takes it back to that of the program.
    text: Option<String>,
}

impl Input for TextForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            text: f.raw_text("text"),
        })
    }
}

/// Set the text of an event
///
/// 修改一个模板，下一条消息即按它发送；text 为 null 时恢复程序原文。每一版都保留并记入审计。
#[utoipa::path(put, path = "/letter-texts/{event}/{channel}", tag = "sender", params(("event" = String, Path), ("channel" = String, Path)), request_body = TextForm, responses((status = 204)))]
async fn set_letter_text(
    State(app): Shared,
    signed: Signed,
    Path((event, channel)): Path<(String, String)>,
    Form(form): Form<TextForm>,
) -> Answer<StatusCode> {
    app.office
        .set_letter_text(&signed.actor, &event, &channel, form.text.as_deref())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A text with the example values.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterPreview {
    text: String,
    chars: usize,
}

/// See a text with example values
///
/// 用示例值预览一个模板，不保存。
#[utoipa::path(post, path = "/letter-texts/{event}/{channel}/preview", tag = "sender", params(("event" = String, Path), ("channel" = String, Path)), request_body = TextForm, responses((status = 200, body = LetterPreview)))]
async fn preview_letter_text(
    State(app): Shared,
    signed: Signed,
    Path((event, channel)): Path<(String, String)>,
    Form(form): Form<TextForm>,
) -> Answer<Json<LetterPreview>> {
    let text = form.text.unwrap_or_default();
    let text = app
        .office
        .preview_letter_text(&signed.actor, &event, &channel, &text)?;
    Ok(Json(LetterPreview {
        chars: text.chars().count(),
        text,
    }))
}

/// A version of a text.
#[derive(Serialize, ToSchema)]
#[schema(as = LetterVersion)]
pub(crate) struct VersionView {
    version: i64,
    /// Null is the text of the program.
    text: Option<String>,
    at: i64,
    /// Name of who set it.
    by: String,
}

/// A page of versions, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterVersionPage {
    rows: Vec<VersionView>,
    next: Option<String>,
}

/// Which versions are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionQuery {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<i64>,
    /// 1 to 100 rows; 30 where it is not said.
    limit: Option<usize>,
}

impl Input for VersionQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            cursor: f.id("cursor"),
            limit: crate::audit::limit(f),
        })
    }
}

/// The versions of a text, newest first
///
/// 一个模板的历次修改：内容、时间和修改人。
#[utoipa::path(get, path = "/letter-texts/{event}/{channel}/versions", tag = "sender", params(("event" = String, Path), ("channel" = String, Path), VersionQuery), responses((status = 200, body = LetterVersionPage)))]
async fn letter_text_versions(
    State(app): Shared,
    signed: Signed,
    Path((event, channel)): Path<(String, String)>,
    Asked(query): Asked<VersionQuery>,
) -> Answer<Json<LetterVersionPage>> {
    let (rows, next) = app
        .office
        .letter_text_versions(&signed.actor, &event, &channel, query.cursor, query.limit)
        .await?;
    let view = |row: LetterVersion| VersionView {
        version: row.version,
        text: row.text,
        at: row.at.0,
        by: row.by,
    };
    Ok(Json(LetterVersionPage {
        rows: rows.into_iter().map(view).collect(),
        next: crate::cursor::token(next),
    }))
}
