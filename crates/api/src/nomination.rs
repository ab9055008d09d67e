//! Candidates for posts: proposing, approving, turning down, taking back, further terms.

use crate::error::Answer;
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::post::AppointForm;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::{AreaId, NominationId, PostId};
use civic::post::Seat;
use civic::time::Day;
use office::{Candidacy, NominationRow, source_word};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(nominations, propose))
        .routes(routes!(renew))
        .routes(routes!(decide))
        .routes(routes!(withdraw))
}

/// A candidate for a post, or a further term.
#[derive(Serialize, ToSchema)]
#[schema(as = Nomination)]
pub(crate) struct NominationView {
    id: String,
    /// The area of the post; absent for a desk of an organisation.
    area: Option<String>,
    account: String,
    name: String,
    role: &'static str,
    role_word: &'static str,
    title: String,
    source: String,
    source_word: &'static str,
    from: String,
    /// First day out of office.
    to: Option<String>,
    /// Whether it is a further term of one in office.
    renewal: bool,
    reason: String,
    state: &'static str,
    state_word: &'static str,
    proposer: String,
    /// When it was proposed, ms UTC.
    proposed_at: i64,
    decider: Option<String>,
    /// When it was decided, ms UTC.
    decided_at: Option<i64>,
    opinion: Option<String>,
    may_decide: bool,
    may_withdraw: bool,
}

fn view(row: NominationRow, signed: &Signed) -> NominationView {
    let n = row.nomination;
    NominationView {
        id: n.id.to_string(),
        area: match n.seat {
            Seat::Area(area) => Some(area.to_string()),
            Seat::Org(_) => None,
        },
        account: n.account.to_string(),
        name: row.name,
        role: n.role.code(),
        role_word: n.role.word(),
        title: row.title,
        source_word: source_word(&n.source),
        source: n.source.to_string(),
        from: n.from.to_string(),
        to: n.to.map(|d| d.to_string()),
        renewal: n.renews.is_some(),
        reason: n.reason.to_string(),
        state: n.state.code(),
        state_word: n.state.word(),
        proposer: row.proposer,
        proposed_at: n.proposed_at.0,
        decider: row.decider,
        decided_at: n.decided.map(|(_, at)| at.0),
        opinion: n.opinion.as_deref().map(str::to_owned),
        may_decide: row.may_decide,
        may_withdraw: n.withdrawable(signed.actor.account).is_ok(),
    }
}

/// Nominations at an area and below
///
/// 提名清单，待审批的在前，最多 200 条。
#[utoipa::path(get, path = "/areas/{id}/nominations", tag = "post", params(("id" = String, Path)), responses((status = 200, body = Vec<NominationView>)))]
async fn nominations(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<NominationView>>> {
    let rows = app.office.nominations(&signed.actor, id).await?;
    Ok(Json(rows.into_iter().map(|r| view(r, &signed)).collect()))
}

/// A candidate: as an appointment, with the reason.
#[derive(ToSchema)]
#[schema(as = NominationForm)]
pub(crate) struct NominationForm {
    #[schema(inline)]
    post: AppointForm,
    reason: String,
}

impl Input for NominationForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (post, reason) = (f.nested("post"), f.need_text("reason", "提名理由"));
        if post.is_none() && !f.has_problems() {
            f.note("post", "required", "请填写人选和岗位");
        }
        Some(Self {
            post: post?,
            reason: reason?,
        })
    }
}

/// Propose a candidate
///
/// 提名人选，由有任免权限的上级审批；本人就有任免权限的，一步任命。
#[utoipa::path(post, path = "/areas/{id}/nominations", tag = "post", params(("id" = String, Path)), request_body = NominationForm, responses((status = 201, body = NominationView)))]
async fn propose(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<NominationForm>,
) -> Answer<(StatusCode, Json<NominationView>)> {
    let candidacy = Candidacy {
        wanted: form.post.wanted(id),
        reason: form.reason,
    };
    let row = app.office.propose(&signed.actor, candidacy).await?;
    Ok((StatusCode::CREATED, Json(view(row, &signed))))
}

/// A further term.
#[derive(ToSchema)]
#[schema(as = RenewalForm)]
pub(crate) struct RenewalForm {
    /// First day out of office.
    #[schema(value_type = String)]
    to: Day,
    reason: String,
}

impl Input for RenewalForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let reason = f.need_text("reason", "续任理由");
        let before = f.has_problems();
        let to = f.day("to");
        if to.is_none() && !before && !f.has_problems() {
            f.note("to", "required", "请选择续任到哪一天");
        }
        Some(Self {
            to: to?,
            reason: reason?,
        })
    }
}

/// Propose a further term of a post
///
/// 续任，审批同提名。
#[utoipa::path(post, path = "/posts/{id}/renewals", tag = "post", params(("id" = String, Path)), request_body = RenewalForm, responses((status = 201, body = NominationView)))]
async fn renew(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PostId>,
    Form(form): Form<RenewalForm>,
) -> Answer<(StatusCode, Json<NominationView>)> {
    let renewed = app.office.renew(&signed.actor, id, form.to, &form.reason);
    Ok((StatusCode::CREATED, Json(view(renewed.await?, &signed))))
}

/// Yes or no; a no needs an opinion.
#[derive(ToSchema)]
#[schema(as = NominationDecision)]
pub(crate) struct DecisionForm {
    approve: bool,
    opinion: Option<String>,
}

impl Input for DecisionForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (approve, opinion) = (f.flag("approve"), f.text("opinion"));
        if approve.is_none() && !f.has_problems() {
            f.note("approve", "required", "请选择同意或不同意");
        }
        Some(Self {
            approve: approve?,
            opinion,
        })
    }
}

/// Decide a nomination
///
/// 审批提名：同意即任命，不同意写明意见。提名人和人选本人不能审批。
#[utoipa::path(post, path = "/nominations/{id}/decision", tag = "post", params(("id" = String, Path)), request_body = DecisionForm, responses((status = 204)))]
async fn decide(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<NominationId>,
    Form(form): Form<DecisionForm>,
) -> Answer<StatusCode> {
    app.office
        .decide_nomination(&signed.actor, id, form.approve, form.opinion)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a nomination back
///
/// 撤回自己的提名。
#[utoipa::path(delete, path = "/nominations/{id}", tag = "post", params(("id" = String, Path)), responses((status = 204)))]
async fn withdraw(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<NominationId>,
) -> Answer<StatusCode> {
    app.office.withdraw_nomination(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
