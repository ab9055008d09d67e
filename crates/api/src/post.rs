//! Posts: who sits where, appointing, vacancies.

use crate::area::{AreaView, level};
use crate::error::Answer;
use crate::extract::{Asked, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::area::Level;
use civic::id::{AccountId, AreaId, OrgId};
use civic::post::{Role, Seat};
use civic::time::Day;
use office::{Appointment, Person, PostRow, source_word};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(posts, appoint))
        .routes(routes!(vacancies))
}

/// A post with the name of its holder.
#[derive(Serialize, ToSchema)]
#[schema(as = Post)]
pub(crate) struct PostView {
    id: String,
    account: String,
    name: String,
    role: &'static str,
    role_word: &'static str,
    title: String,
    from: String,
    /// First day out of office.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    source: String,
    source_word: &'static str,
    /// Who acts for the holder today.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting: Option<ActingView>,
    /// Whether I may remove the holder.
    may_end: bool,
    /// Whether I may propose a further term.
    may_renew: bool,
}

/// Who acts for an absent holder, at the end of a chain.
#[derive(Serialize, ToSchema)]
#[schema(as = Acting)]
pub(crate) struct ActingView {
    name: String,
    /// First day on which the holder is back.
    to: String,
}

impl From<PostRow> for PostView {
    fn from(row: PostRow) -> Self {
        Self {
            id: row.post.id.to_string(),
            account: row.post.account.to_string(),
            name: row.name,
            role: row.post.role.code(),
            role_word: row.post.role.word(),
            title: row.title,
            from: row.post.from.to_string(),
            to: row.post.to.map(|d| d.to_string()),
            source_word: source_word(&row.post.source),
            source: row.post.source.to_string(),
            acting: row.acting.map(|(name, to)| ActingView {
                name,
                to: to.to_string(),
            }),
            may_end: row.may_end,
            may_renew: row.may_renew,
        }
    }
}

/// Who holds a post over exactly this area today
///
/// 区域当前在岗人员。
#[utoipa::path(get, path = "/areas/{id}/posts", tag = "post", params(("id" = String, Path)), responses((status = 200, body = Vec<PostView>)))]
async fn posts(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<PostView>>> {
    let rows = app.office.posts_of_area(&signed.actor, id).await?;
    Ok(Json(rows.into_iter().map(PostView::from).collect()))
}

/// An appointment: `login` or `account`, and for department roles the desk in `org`.
#[derive(ToSchema)]
#[schema(as = Appointment)]
pub(crate) struct AppointForm {
    #[schema(value_type = Option<String>)]
    account: Option<AccountId>,
    login: Option<String>,
    #[schema(value_type = Option<String>)]
    org: Option<OrgId>,
    #[schema(value_type = String)]
    role: Role,
    /// Local title, where it differs from the role's word: one of the dictionary.
    title: Option<String>,
    /// Code of a source: see the dictionaries.
    source: String,
    /// First day in office.
    #[schema(value_type = String)]
    from: Day,
    /// First day out of office.
    #[schema(value_type = Option<String>)]
    to: Option<Day>,
}

impl AppointForm {
    /// The appointment over an area, or over the desk of an organisation in it.
    pub(crate) fn wanted(self, area: AreaId) -> Appointment {
        let person = match (self.account, self.login) {
            (Some(account), _) => Person::Account(account),
            (None, login) => Person::Login(login.unwrap_or_default()),
        };
        Appointment {
            person,
            role: self.role,
            seat: self.org.map_or(Seat::Area(area), Seat::Org),
            title: self.title,
            source: self.source,
            from: self.from,
            to: self.to,
        }
    }
}

impl Input for AppointForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (account, login) = (f.id("account"), f.text("login"));
        // The form shows the name for the person who fills it; the account's own name counts.
        f.text("name");
        if account.is_none() && login.is_none() && !f.has_problems() {
            f.note("login", "required", "请填写要任命的人的账号");
        }
        let role = f.need_text("role", "岗位");
        let parsed = role.as_deref().and_then(Role::parse);
        if role.is_some() && parsed.is_none() {
            f.note("role", "unknown_word", "没有这个岗位，请从岗位列表中选择");
        }
        let (org, title, source) = (
            f.id("org"),
            f.text("title"),
            f.need_text("source", "人员来源"),
        );
        let before = f.has_problems();
        let (from, to) = (f.day("from"), f.day("to"));
        if from.is_none() && !before && !f.has_problems() {
            f.note("from", "required", "请选择任职日期");
        }
        Some(Self {
            account,
            login,
            org,
            role: parsed?,
            title,
            source: source?,
            from: from?,
            to,
        })
    }
}

/// Appoint somebody
///
/// 任命。单元长一岗一人；本级领导由上级任命。
#[utoipa::path(post, path = "/areas/{id}/posts", tag = "post", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = AppointForm, responses((status = 201, body = PostView)))]
async fn appoint(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Keyed(key, form): Keyed<AppointForm>,
) -> Answer<(StatusCode, Json<PostView>)> {
    let wanted = form.wanted(id);
    let row = app.office.appoint(&signed.actor, wanted, Some(key)).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct VacancyQuery {
    /// Code of a level; units where it is not said.
    #[param(value_type = Option<String>)]
    level: Option<Level>,
}

impl Input for VacancyQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { level: level(f) })
    }
}

/// Name and title of who answers for a vacant desk.
#[derive(Serialize, ToSchema)]
struct AnsweredBy {
    name: String,
    title: String,
}

/// A vacant desk.
#[derive(Serialize, ToSchema)]
#[schema(as = Vacancy)]
struct VacancyView {
    area: AreaView,
    answered_by: Option<AnsweredBy>,
}

/// Vacancies answered at most in one list.
const VACANCIES_MAX: usize = 200;

/// Vacant desks below an area
///
/// 空岗清单与代管人，最多 200 条；总数在响应头 `X-Total`。
#[utoipa::path(get, path = "/areas/{id}/vacancies", tag = "post", params(("id" = String, Path), VacancyQuery), responses((status = 200, body = Vec<VacancyView>)))]
async fn vacancies(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<VacancyQuery>,
) -> Answer<([(&'static str, String); 1], Json<Vec<VacancyView>>)> {
    let level = query.level.unwrap_or(Level::Unit);
    let (rows, total) = app
        .office
        .vacancies(&signed.actor, id, level, VACANCIES_MAX)
        .await?;
    let world = app.office.world();
    let views = rows.into_iter().map(|v| VacancyView {
        area: AreaView::named(&world.kinds, &v.area, v.full_name),
        answered_by: v
            .answered_by
            .map(|(name, title)| AnsweredBy { name, title }),
    });
    Ok(([("x-total", total.to_string())], Json(views.collect())))
}
