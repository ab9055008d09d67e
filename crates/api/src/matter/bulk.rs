//! One action on several matters, with an answer for each.

use super::form::ActionForm;
use crate::Shared;
use crate::error::{Answer, Fail, FieldProblem};
use crate::extract::{Keyed, Signed};
use crate::fields::{Fields, Input};
use axum::Json;
use axum::extract::State;
use civic::id::MatterId;
use office::matter::{BulkRow, FormInput};
use serde::Serialize;
use utoipa::ToSchema;

/// One of the matters, as the caller saw it.
#[derive(ToSchema)]
#[schema(as = BulkMatter)]
struct RowForm {
    #[schema(value_type = String)]
    id: MatterId,
    /// 所见版本。
    version: u32,
    /// Slot, where the desk has several.
    task: Option<u32>,
}

impl Input for RowForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let id = f.id("id");
        if id.is_none() && !f.has_problems() {
            f.note("id", "required", "请写明事项");
        }
        let number = |n: i64| u32::try_from(n).ok();
        let version = f.int("version", 1..=1_000_000).and_then(number);
        if version.is_none() && !f.has_problems() {
            f.note("version", "required", "请写明所见的版本");
        }
        let task = f.int("task", 0..=9_999).and_then(number);
        Some(Self {
            id: id?,
            version: version?,
            task,
        })
    }
}

/// One action on several matters.
#[derive(ToSchema)]
#[schema(as = Bulk)]
pub(super) struct BulkForm {
    /// Code of the flow's action.
    action: String,
    /// 1 到 50 件。
    rows: Vec<RowForm>,
    /// 每件事项用同一份表单。
    form: Option<ActionForm>,
}

impl Input for BulkForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let action = f.need_text("action", "要办理的动作");
        let (rows, form) = (f.list("rows"), f.nested("form"));
        Some(Self {
            action: action?,
            rows,
            form,
        })
    }
}

/// What became of one matter.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkResult)]
pub(super) struct ResultView {
    id: String,
    done: bool,
    /// Its version after the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    /// Why it was not done: the code of the problem document.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// 为什么没有办成、怎么办。
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<FieldProblem>,
}

/// The same action on several matters
///
/// 批量办理：同一动作、同一份表单用于多件事项，每件各有结果；一件没有办成不影响其他。
#[utoipa::path(post, path = "/matters/bulk", tag = "matter", params(("Idempotency-Key" = String, Header)), request_body = BulkForm,
    responses((status = 200, body = Vec<ResultView>)))]
pub(super) async fn bulk(
    State(app): Shared,
    signed: Signed,
    Keyed(key, asked): Keyed<BulkForm>,
) -> Answer<Json<Vec<ResultView>>> {
    let rows = asked
        .rows
        .into_iter()
        .map(|r| BulkRow {
            id: r.id,
            version: r.version,
            task: r.task,
        })
        .collect();
    let form = asked.form.map(FormInput::from).unwrap_or_default();
    let done = app
        .office
        .act_many(&signed.actor, &asked.action, rows, form, &key)
        .await?;
    let view = |(id, result): (MatterId, office::Result<office::matter::Receipt>)| match result {
        Ok(receipt) => ResultView {
            id: id.to_string(),
            done: true,
            version: Some(receipt.version),
            code: None,
            detail: None,
            problems: Vec::new(),
        },
        Err(fault) => {
            let fail = Fail::from(fault);
            if let Some(cause) = &fail.cause {
                tracing::error!(matter = %id, %cause, "one of several failed");
            }
            ResultView {
                id: id.to_string(),
                done: false,
                version: None,
                code: Some(fail.code.text()),
                detail: Some(fail.detail),
                problems: fail.problems.into_iter().map(FieldProblem::from).collect(),
            }
        }
    };
    Ok(Json(done.into_iter().map(view).collect()))
}
