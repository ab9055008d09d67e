//! 常用语: standard phrases for opinions and replies.

use crate::error::Answer;
use crate::extract::{Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::{AreaId, PhraseId};
use civic::phrase::{Phrase, PhraseField};
use office::PhraseInput;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(phrases, save_phrase))
        .routes(routes!(remove_phrase))
}

/// A standard phrase.
#[derive(Serialize, ToSchema)]
#[schema(as = Phrase)]
pub(crate) struct PhraseView {
    id: String,
    /// Code of the action it is for; for every action where empty.
    action: String,
    /// `opinion` or `reply`
    field: &'static str,
    text: String,
    /// The area that shares it; null for one's own.
    area: Option<String>,
    area_name: Option<String>,
    /// Whether one may take it away.
    may_remove: bool,
}

fn view(app: &App, phrase: Phrase, may_remove: bool) -> PhraseView {
    let world = app.office.world();
    let area = phrase.area.and_then(|id| world.tree().get(id));
    PhraseView {
        id: phrase.id.to_string(),
        action: phrase.action,
        field: phrase.field.code(),
        text: phrase.text,
        area: area.map(|a| a.id.to_string()),
        area_name: area.map(|a| a.name.to_string()),
        may_remove,
    }
}

/// One's own standard phrases and those of one's areas
///
/// 我的常用语，以及本辖区和上级共享的。
#[utoipa::path(get, path = "/phrases", tag = "phrase", responses((status = 200, body = Vec<PhraseView>)))]
async fn phrases(State(app): Shared, signed: Signed) -> Answer<Json<Vec<PhraseView>>> {
    let found = app.office.phrases(&signed.actor).await?;
    let views = found.into_iter().map(|(p, may)| view(&app, p, may));
    Ok(Json(views.collect()))
}

/// A phrase to be saved.
#[derive(ToSchema)]
pub(crate) struct PhraseForm {
    /// Code of an action; for every action where it is not said.
    action: Option<String>,
    /// `opinion` or `reply`
    #[schema(value_type = String)]
    field: PhraseField,
    text: String,
    /// 共享给这个区域；不填只给自己。共享的不能含电话、证件号。
    #[schema(value_type = Option<String>)]
    area: Option<AreaId>,
}

impl Input for PhraseForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (action, text, area) = (f.text("action"), f.text("text"), f.id("area"));
        let field = f.coded("field", PhraseField::parse, "opinion、reply");
        Some(Self {
            action,
            field: field.unwrap_or(PhraseField::Opinion),
            text: text.unwrap_or_default(),
            area,
        })
    }
}

/// Save a standard phrase
///
/// 保存常用语：自己用，或由中心共享给辖区。
#[utoipa::path(post, path = "/phrases", tag = "phrase", params(("Idempotency-Key" = String, Header)), request_body = PhraseForm, responses((status = 201, body = PhraseView)))]
async fn save_phrase(
    State(app): Shared,
    signed: Signed,
    Keyed(key, form): Keyed<PhraseForm>,
) -> Answer<(StatusCode, Json<PhraseView>)> {
    let input = PhraseInput {
        area: form.area,
        action: form.action.unwrap_or_default(),
        field: form.field,
        text: form.text,
    };
    let phrase = app.office.save_phrase(&signed.actor, input, key).await?;
    Ok((StatusCode::CREATED, Json(view(&app, phrase, true))))
}

/// Take a standard phrase away
///
/// 删除常用语；共享的由共享它的中心删除。
#[utoipa::path(delete, path = "/phrases/{id}", tag = "phrase", params(("id" = String, Path)), responses((status = 204)))]
async fn remove_phrase(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PhraseId>,
) -> Answer<StatusCode> {
    app.office.remove_phrase(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
