//! Absence and substitution: who acts for a post, from when to when.

use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::absence::reason_word;
use civic::id::{AbsenceId, AccountId, AreaId, PostId};
use civic::time::Day;
use office::{AbsenceInput, AbsenceRow, Person};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Absences answered at most in one list.
const ABSENCES_MAX: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(absences))
        .routes(routes!(arrange))
        .routes(routes!(end))
}

/// An absence and who acts meanwhile.
#[derive(Serialize, ToSchema)]
#[schema(as = Absence)]
pub(crate) struct AbsenceView {
    id: String,
    post: String,
    /// Title of the post.
    title: String,
    /// Who is away.
    name: String,
    substitute: String,
    substitute_name: String,
    from: String,
    /// First day back.
    to: String,
    reason: String,
    reason_word: &'static str,
    /// Who acts today, at the end of a chain: `丙（代甲）`.
    acting: Option<String>,
}

impl From<AbsenceRow> for AbsenceView {
    fn from(row: AbsenceRow) -> Self {
        let absence = row.absence;
        Self {
            id: absence.id.to_string(),
            post: absence.post.to_string(),
            title: row.title,
            name: absence.absent_name.to_string(),
            substitute: absence.substitute.to_string(),
            substitute_name: absence.substitute_name.to_string(),
            from: absence.from.to_string(),
            to: absence.to.to_string(),
            reason_word: reason_word(&absence.reason),
            reason: absence.reason.to_string(),
            acting: row.acting,
        }
    }
}

/// Absences at an area and below that are not over
///
/// 辖区内外出与代理，最多 200 条。
#[utoipa::path(get, path = "/areas/{id}/absences", tag = "post", params(("id" = String, Path)), responses((status = 200, body = Vec<AbsenceView>)))]
async fn absences(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<AbsenceView>>> {
    let rows = app.office.absences(&signed.actor, id, ABSENCES_MAX)?;
    Ok(Json(rows.into_iter().map(AbsenceView::from).collect()))
}

/// Who acts, from when to when: `login` or `account` of the substitute.
#[derive(ToSchema)]
#[schema(as = AbsenceForm)]
pub(crate) struct AbsenceForm {
    #[schema(value_type = Option<String>)]
    account: Option<AccountId>,
    login: Option<String>,
    #[schema(value_type = String)]
    from: Day,
    /// First day back.
    #[schema(value_type = String)]
    to: Day,
    /// Code of the dictionary `absence_reasons`.
    reason: String,
}

impl Input for AbsenceForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (account, login) = (f.id("account"), f.text("login"));
        if account.is_none() && login.is_none() && !f.has_problems() {
            f.note("login", "required", "请填写代理人的账号");
        }
        let reason = f.need_text("reason", "事由");
        let before = f.has_problems();
        let (from, to) = (f.day("from"), f.day("to"));
        for (name, day, words) in [
            ("from", from, "请选择外出日期"),
            ("to", to, "请选择返岗日期"),
        ] {
            if day.is_none() && !before && !f.has_problems() {
                f.note(name, "required", words);
            }
        }
        Some(Self {
            account,
            login,
            from: from?,
            to: to?,
            reason: reason?,
        })
    }
}

/// Arrange who acts for a post
///
/// 安排代理：本人、本区域领导或上级办理。代理人只在这些日期、只就这个岗位行使权限；代理人也外出的，由其代理人接续。
#[utoipa::path(post, path = "/posts/{id}/absences", tag = "post", params(("id" = String, Path)), request_body = AbsenceForm, responses((status = 201, body = AbsenceView)))]
async fn arrange(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PostId>,
    Form(form): Form<AbsenceForm>,
) -> Answer<(StatusCode, Json<AbsenceView>)> {
    let substitute = match (form.account, form.login) {
        (Some(account), _) => Person::Account(account),
        (None, login) => Person::Login(login.unwrap_or_default()),
    };
    let wanted = AbsenceInput {
        substitute,
        from: form.from,
        to: form.to,
        reason: form.reason,
    };
    let row = app
        .office
        .arrange_absence(&signed.actor, id, wanted)
        .await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct EndQuery {
    /// First day back; today where it is not said.
    #[param(value_type = Option<String>)]
    to: Option<Day>,
}

impl Input for EndQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { to: f.day("to") })
    }
}

/// End an absence early
///
/// 提前返岗，代理随即结束。
#[utoipa::path(delete, path = "/absences/{id}", tag = "post", params(("id" = String, Path), EndQuery), responses((status = 204)))]
async fn end(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AbsenceId>,
    Asked(query): Asked<EndQuery>,
) -> Answer<StatusCode> {
    let to = query.to.unwrap_or_else(|| app.office.today());
    app.office.end_absence(&signed.actor, id, to).await?;
    Ok(StatusCode::NO_CONTENT)
}
