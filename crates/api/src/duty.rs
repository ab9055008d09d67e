//! Duty rosters.

use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::id::{AccountId, AreaId};
use civic::time::Day;
use office::OnDuty;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(duties, set_duties))
}

/// One person on duty.
#[derive(Serialize, ToSchema)]
#[schema(as = Duty)]
pub(crate) struct DutyView {
    day: String,
    area: String,
    account: String,
    name: String,
    phone_masked: String,
}

fn views(area: AreaId, day: Day, people: Vec<OnDuty>) -> Json<Vec<DutyView>> {
    let view = |p: OnDuty| DutyView {
        day: day.to_string(),
        area: area.to_string(),
        account: p.account.to_string(),
        name: p.name,
        phone_masked: p.phone_masked,
    };
    Json(people.into_iter().map(view).collect())
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct DutyQuery {
    /// Today where it is not said.
    #[param(value_type = Option<String>)]
    day: Option<Day>,
}

impl Input for DutyQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { day: f.day("day") })
    }
}

/// Who is on duty in an area on a day
///
/// 值班人员（电话脱敏）。
#[utoipa::path(get, path = "/areas/{id}/duties", tag = "duty", params(("id" = String, Path), DutyQuery), responses((status = 200, body = Vec<DutyView>)))]
async fn duties(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<DutyQuery>,
) -> Answer<Json<Vec<DutyView>>> {
    let day = query.day.unwrap_or_else(|| app.office.today());
    Ok(views(
        id,
        day,
        app.office.duties(&signed.actor, id, day).await?,
    ))
}

/// The roster of a day.
#[derive(ToSchema)]
#[schema(as = SetDuties)]
pub(crate) struct DutyForm {
    #[schema(value_type = String)]
    day: Day,
    #[schema(value_type = Vec<String>)]
    accounts: Vec<AccountId>,
}

impl Input for DutyForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (day, accounts) = (f.day("day"), f.ids("accounts"));
        if day.is_none() && !f.has_problems() {
            f.note("day", "required", "请选择值班日期");
        }
        Some(Self {
            day: day?,
            accounts,
        })
    }
}

/// Replace the roster of an area and day
///
/// 安排值班，整日替换。
#[utoipa::path(put, path = "/areas/{id}/duties", tag = "duty", params(("id" = String, Path)), request_body = DutyForm, responses((status = 200, body = Vec<DutyView>)))]
async fn set_duties(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<DutyForm>,
) -> Answer<Json<Vec<DutyView>>> {
    Ok(views(
        id,
        form.day,
        app.office
            .set_duties(&signed.actor, id, form.day, form.accounts)
            .await?,
    ))
}
