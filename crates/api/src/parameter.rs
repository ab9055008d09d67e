//! Parameters at run time.

use crate::error::{Answer, Fail};
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::parameter::{Kind, Scope};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(parameters))
        .routes(routes!(set_parameter))
}

/// A value of a single role or account.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnValue {
    /// `role:sec_admin`, `account:42`, `area:2`
    scope: String,
    /// The names of the area from the root, for the value of an area.
    area_name: Option<String>,
    value: String,
}

/// A parameter with its present values.
#[derive(Serialize, ToSchema)]
pub(crate) struct Parameter {
    code: &'static str,
    word: &'static str,
    help: &'static str,
    /// `number`, `switch`, `networks`, `hour` or `text`
    kind: &'static str,
    /// Bounds of a number; longest text.
    min: Option<i64>,
    max: Option<i64>,
    unit: &'static str,
    default: &'static str,
    /// The value that holds for all.
    value: String,
    own: Vec<OwnValue>,
    /// `security`, `system` or `nation`
    keeper: &'static str,
    per_role: bool,
    per_account: bool,
    per_area: bool,
    may_change: bool,
}

/// All parameters
///
/// 系统参数与安全策略，国家规定的只读。
#[utoipa::path(get, path = "/parameters", tag = "parameter", responses((status = 200, body = Vec<Parameter>)))]
async fn parameters(State(app): Shared, signed: Signed) -> Answer<Json<Vec<Parameter>>> {
    let rows = app.office.parameter_rows(&signed.actor)?;
    let view = |row: office::ParameterRow| {
        let known = row.known;
        let (kind, min, max, unit) = match known.kind {
            Kind::Number(min, max, unit) => ("number", Some(min), Some(max), unit),
            Kind::Switch => ("switch", None, None, ""),
            Kind::Networks => ("networks", None, None, ""),
            Kind::Origins => ("origins", None, None, ""),
            Kind::Hour => ("hour", None, None, ""),
            Kind::LastDay => ("last_day", None, None, ""),
            Kind::Text(max) => ("text", None, i64::try_from(max).ok(), ""),
        };
        let own = row.own.into_iter().map(|(scope, value)| OwnValue {
            area_name: match scope {
                Scope::Area(id) => Some(app.office.world().tree().full_name(id)),
                _ => None,
            },
            scope: scope.to_string(),
            value,
        });
        Parameter {
            code: known.code,
            word: known.word,
            help: known.help,
            kind,
            min,
            max,
            unit,
            default: known.default,
            value: row.value,
            own: own.collect(),
            keeper: known.keeper.code(),
            per_role: known.per_role,
            per_account: known.per_account,
            per_area: known.per_area,
            may_change: row.may_change,
        }
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// A value to be set.
#[derive(ToSchema)]
#[schema(as = ParameterChange)]
pub(crate) struct ParameterForm {
    /// Empty for all, `role:<code>`, `account:<id>`, `area:<id>`.
    scope: Option<String>,
    /// The value; null takes it back.
    value: Option<String>,
}

impl Input for ParameterForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            scope: f.text("scope"),
            value: f.raw_text("value"),
        })
    }
}

/// Set a parameter
///
/// 修改参数，立即生效并记入审计;value 为 null 时恢复默认。
#[utoipa::path(put, path = "/parameters/{code}", tag = "parameter", params(("code" = String, Path)), request_body = ParameterForm, responses((status = 204)))]
async fn set_parameter(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
    Form(form): Form<ParameterForm>,
) -> Answer<StatusCode> {
    let scope = Scope::parse(form.scope.as_deref().unwrap_or_default()).ok_or_else(|| {
        Fail::invalid("scope", "bad_scope", "没有这个岗位、账号或区域，请重新选择")
    })?;
    app.office
        .set_parameter(&signed.actor, &code, scope, form.value.as_deref())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
