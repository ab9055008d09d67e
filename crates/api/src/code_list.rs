//! 数据字典: every code list with who keeps it, and the changes of the place.

use crate::dictionary;
use crate::error::Answer;
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::dictionary::{Keeper, LISTS};
use civic::post::Role;
use office::{PlaceWord, WordChange};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(code_lists))
        .routes(routes!(add_entry, change_entry))
}

/// An entry of a code list.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeEntry {
    /// Code of the role of a title, of the level of a kind; empty in other lists.
    owner: String,
    owner_word: String,
    /// Code within the owner.
    code: String,
    word: String,
    /// Word of the pack; null for what the place added.
    original: Option<String>,
    /// Words of the kinds of area where a title is used; empty for everywhere.
    kinds: Vec<String>,
    /// Offered no more; what bears it keeps it.
    retired: bool,
    /// Posts that bear the title, areas of the kind; null in lists that are not the place's.
    used: Option<usize>,
    /// The first posts that bear it, for who may change the list.
    used_by: Vec<String>,
    /// How often it was changed here.
    version: i64,
    changed_at: Option<i64>,
    changed_by: Option<String>,
}

/// A code list.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeList {
    code: &'static str,
    word: &'static str,
    /// `nation`, `program`, `pack` or `place`
    keeper: &'static str,
    keeper_word: &'static str,
    /// Where it comes from, and why it may or may not be changed.
    why: &'static str,
    may_change: bool,
    entries: Vec<CodeEntry>,
}

fn plain(code: &str, word: &str) -> CodeEntry {
    CodeEntry {
        owner: String::new(),
        owner_word: String::new(),
        code: code.to_owned(),
        word: word.to_owned(),
        original: None,
        kinds: Vec::new(),
        retired: false,
        used: None,
        used_by: Vec::new(),
        version: 0,
        changed_at: None,
        changed_by: None,
    }
}

fn own(word: &PlaceWord) -> CodeEntry {
    let changed = word.changed.clone();
    CodeEntry {
        owner: word.owner.to_owned(),
        owner_word: word.owner_word.to_owned(),
        original: word.original.clone(),
        kinds: word.kinds.clone(),
        retired: word.retired,
        used: Some(word.used),
        used_by: word.used_by.clone(),
        version: word.version,
        changed_at: changed.as_ref().map(|(at, _)| at.0),
        changed_by: changed.map(|(_, who)| who),
        ..plain(&word.code, &word.word)
    }
}

/// Every code list with its entries
///
/// 数据字典：全部代码表，由谁维护、能否修改。
#[utoipa::path(get, path = "/code-lists", tag = "dictionary", responses((status = 200, body = Vec<CodeList>)))]
async fn code_lists(State(app): Shared, signed: Signed) -> Answer<Json<Vec<CodeList>>> {
    let ours = app.office.place_words(&signed.actor).await?;
    let keeps = app.office.may_change_dictionaries(&signed.actor);
    let all = serde_json::to_value(dictionary::all(&app, &signed.actor)).unwrap_or_default();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let coded = |code: &str| -> Vec<CodeEntry> {
        let entries = all[code].as_array().into_iter().flatten();
        entries
            .map(|e| plain(&text(e, "code"), &text(e, "word")))
            .collect()
    };
    let world = app.office.world();
    let view = |list: &civic::dictionary::List| CodeList {
        code: list.code,
        word: list.word,
        keeper: list.keeper.code(),
        keeper_word: list.keeper.word(),
        why: list.why,
        may_change: keeps && list.keeper == Keeper::Place,
        entries: match list.code {
            "categories" => world
                .rules
                .categories
                .iter()
                .map(|c| plain(&c.code, &c.name))
                .collect(),
            "departments" => office::pack::departments()
                .iter()
                .map(|d| plain(&d.code, &d.name))
                .collect(),
            "mediator_kinds" => (world.mediators.offered())
                .map(|k| plain(&k.code, &k.word))
                .collect(),
            "administrators" => [Role::SysAdmin, Role::SecAdmin, Role::AuditAdmin]
                .map(|r| plain(r.code(), r.word()))
                .into(),
            _ if list.keeper == Keeper::Place => ours
                .iter()
                .filter(|w| w.list == list.code)
                .map(own)
                .collect(),
            code => coded(code),
        },
    };
    Ok(Json(LISTS.iter().map(view).collect()))
}

/// A word to be added.
#[derive(ToSchema)]
#[schema(as = CodeEntryForm)]
pub(crate) struct EntryForm {
    /// 角色编码
    owner: String,
    word: String,
    /// Codes of the kinds of area where it is used; empty for everywhere.
    kinds: Vec<String>,
}

impl Input for EntryForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let owner = f.need_text("owner", "角色");
        let word = f.need_text("word", "名称");
        let kinds = f.texts("kinds");
        Some(Self {
            owner: owner?,
            word: word?,
            kinds,
        })
    }
}

/// Add an entry to a list of the place
///
/// 新增字典条目，立即可用并记入审计。
#[utoipa::path(post, path = "/code-lists/{list}/entries", tag = "dictionary", params(("list" = String, Path)), request_body = EntryForm, responses((status = 204)))]
async fn add_entry(
    State(app): Shared,
    signed: Signed,
    Id(list): Id<String>,
    Form(form): Form<EntryForm>,
) -> Answer<StatusCode> {
    app.office
        .add_word(&signed.actor, &list, form.owner, form.word, form.kinds)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A change of an entry: another word, or retired, or restored.
#[derive(ToSchema)]
#[schema(as = CodeEntryChange)]
pub(crate) struct ChangeForm {
    /// 角色或层级编码
    owner: String,
    code: String,
    word: Option<String>,
    retired: Option<bool>,
}

impl Input for ChangeForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let owner = f.need_text("owner", "角色或层级");
        let code = f.need_text("code", "代码");
        let (word, retired) = (f.text("word"), f.flag("retired"));
        Some(Self {
            owner: owner?,
            code: code?,
            word,
            retired,
        })
    }
}

/// Change an entry of a list of the place
///
/// 修改名称，停用或恢复，立即生效并记入审计；条目不删除。
#[utoipa::path(put, path = "/code-lists/{list}/entries", tag = "dictionary", params(("list" = String, Path)), request_body = ChangeForm, responses((status = 204)))]
async fn change_entry(
    State(app): Shared,
    signed: Signed,
    Id(list): Id<String>,
    Form(form): Form<ChangeForm>,
) -> Answer<StatusCode> {
    let wanted = WordChange {
        owner: form.owner,
        code: form.code,
        word: form.word,
        retired: form.retired,
    };
    app.office.change_word(&signed.actor, &list, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}
