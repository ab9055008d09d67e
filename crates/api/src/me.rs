//! The person who is signed in.

use crate::error::Answer;
use crate::extract::{Entrant, Form};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::refusal::Hold;
use office::identity::Me;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(change_password))
}

/// The area of a post.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostArea {
    id: String,
    level: &'static str,
    name: String,
    full_name: String,
}

/// The organisation of a post.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostOrg {
    id: String,
    name: String,
}

/// One post as its holder sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = MyPost)]
pub(crate) struct MyPostView {
    id: String,
    role: &'static str,
    role_word: &'static str,
    /// `九龙小区网格长`
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<PostArea>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<PostOrg>,
}

/// The person who is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    account: String,
    name: String,
    login: String,
    posts: Vec<MyPostView>,
    /// Codes of all verbs that the posts allow, somewhere.
    verbs: Vec<&'static str>,
    /// Codes of the parts of the platform that are switched off wherever the posts are: `mediation`,
    /// `hotline`, `registers`, `admission`, `centre`.
    missing: Vec<&'static str>,
    /// The area whose board or queue to show first.
    home: Option<String>,
    /// Whether it is an account made for showing.
    demo: bool,
    /// A resident without a post: not for the pages of the staff.
    resident: bool,
    /// What has to be done before anything else: `password_due`, `factor_due`.
    hold: Option<&'static str>,
    /// Unread messages, at most 100.
    unread: usize,
    /// Server time.
    now: i64,
}

impl MeView {
    pub fn of(me: Me) -> Self {
        let post = |p: office::identity::MePost| MyPostView {
            id: p.id.to_string(),
            role: p.role.code(),
            role_word: p.role.word(),
            title: p.title,
            area: p.area.map(|(id, level, name, full_name)| PostArea {
                id: id.to_string(),
                level: level.code(),
                name,
                full_name,
            }),
            org: p.org.map(|(id, name)| PostOrg {
                id: id.to_string(),
                name,
            }),
        };
        Self {
            account: me.account.to_string(),
            name: me.name,
            login: me.login,
            posts: me.posts.into_iter().map(post).collect(),
            verbs: me.verbs.iter().map(|v| v.code()).collect(),
            missing: me.missing.iter().map(|m| m.code()).collect(),
            home: me.home.map(|id| id.to_string()),
            demo: me.demo,
            resident: me.resident,
            hold: me.hold.map(Hold::code),
            unread: me.unread,
            now: me.now.0,
        }
    }
}

/// The person who is signed in
///
/// 当前登录人的岗位、权限和首页区域。
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = MeView)))]
async fn me(State(app): Shared, entrant: Entrant) -> Answer<Json<MeView>> {
    let me = app.office.me(&entrant.actor, entrant.hold).await?;
    Ok(Json(MeView::of(me)))
}

/// Old and new password.
#[derive(ToSchema)]
#[schema(as = PasswordChange)]
pub(crate) struct PasswordForm {
    old_password: String,
    password: String,
}

impl Input for PasswordForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (old_password, password) = (
            f.need_secret("old_password", "原密码"),
            f.need_secret("password", "新密码"),
        );
        Some(Self {
            old_password: old_password?,
            password: password?,
        })
    }
}

/// Change the own password
///
/// 修改自己的密码，其他设备上的登录随即失效。
#[utoipa::path(put, path = "/me/password", tag = "me", request_body = PasswordForm, responses((status = 204)))]
async fn change_password(
    State(app): Shared,
    entrant: Entrant,
    Form(form): Form<PasswordForm>,
) -> Answer<StatusCode> {
    let (old, new) = (&form.old_password, &form.password);
    app.office
        .change_password(&entrant.actor, &entrant.session, old, new)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
