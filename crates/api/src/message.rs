//! Messages to the person and to the desks they serve.

use crate::audit::limit;
use crate::error::Answer;
use crate::extract::{Asked, Form, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::id::MessageId;
use civic::matter::NoticeKind;
use office::Read;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(messages))
        .routes(routes!(mark_read))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct MessageQuery {
    /// Only unread ones of the last 30 days.
    #[param(value_type = Option<bool>)]
    unread: bool,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<MessageId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for MessageQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            unread: f.flag("unread").unwrap_or(false),
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageView {
    id: String,
    kind: String,
    kind_word: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<String>,
    created: i64,
    read: bool,
}

/// A page of messages, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessagePage {
    rows: Vec<MessageView>,
    next: Option<String>,
}

/// Messages to the person and to the desks they serve
///
/// 我的消息：发给本人和所在席位的提醒。
#[utoipa::path(get, path = "/messages", tag = "message", params(MessageQuery), responses((status = 200, body = MessagePage)))]
async fn messages(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<MessageQuery>,
) -> Answer<Json<MessagePage>> {
    let page = app
        .office
        .messages(&signed.actor, query.unread, query.cursor, query.limit)
        .await?;
    let rows = page.rows.into_iter().map(|seen| MessageView {
        id: seen.message.id.to_string(),
        kind_word: NoticeKind::parse(&seen.message.kind).map_or("消息", NoticeKind::word),
        kind: seen.message.kind,
        text: seen.message.text,
        matter: seen.message.matter.map(|id| id.to_string()),
        created: seen.message.at.0,
        read: seen.read,
    });
    Ok(Json(MessagePage {
        rows: rows.collect(),
        next: crate::cursor::token(page.next),
    }))
}

/// Which messages were read: some, or all.
#[derive(ToSchema)]
#[schema(as = ReadMessages)]
pub(crate) struct ReadForm {
    #[schema(value_type = Vec<String>, required = false)]
    ids: Vec<MessageId>,
    #[schema(required = false)]
    all: bool,
}

impl Input for ReadForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (ids, all) = (f.ids("ids"), f.flag("all").unwrap_or(false));
        if ids.is_empty() && !all && !f.has_problems() {
            f.note("ids", "required", "请选择要标为已读的消息，或选择全部");
        }
        Some(Self { ids, all })
    }
}

/// How many messages are unread now.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnreadCount {
    unread: usize,
}

/// Mark messages as read
///
/// 标为已读，只影响本人。
#[utoipa::path(post, path = "/messages/read", tag = "message", request_body = ReadForm, responses((status = 200, body = UnreadCount)))]
async fn mark_read(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<ReadForm>,
) -> Answer<Json<UnreadCount>> {
    let which = if form.all {
        Read::All
    } else {
        Read::Ids(form.ids)
    };
    Ok(Json(UnreadCount {
        unread: app.office.mark_read(&signed.actor, which).await?,
    }))
}
