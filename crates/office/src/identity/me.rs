//! The person who is signed in: posts, what they allow, and where to begin.

use crate::{Office, Result};
use civic::area::Level;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, OrgId, PostId};
use civic::module::Module;
use civic::post::{Role, Seat};
use civic::refusal::{Hold, Refusal};
use civic::rights::{self, Verb};
use civic::time::Instant;
use store::account::{Account, AccountKind};

/// One post as its holder sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct MePost {
    /// Own id.
    pub id: PostId,
    /// The role.
    pub role: Role,
    /// `九龙小区网格长`.
    pub title: String,
    /// The area of the post: id, level, name and full name.
    pub area: Option<(AreaId, Level, String, String)>,
    /// The organisation of the post: id and name.
    pub org: Option<(OrgId, String)>,
}

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// Name.
    pub name: String,
    /// Login.
    pub login: String,
    /// Posts held today.
    pub posts: Vec<MePost>,
    /// All that the posts allow, somewhere.
    pub verbs: Vec<Verb>,
    /// Parts of the platform that are switched off wherever the posts are (R017).
    pub missing: Vec<Module>,
    /// The area whose board or queue to show first.
    pub home: Option<AreaId>,
    /// Whether it is an account made for showing.
    pub demo: bool,
    /// Whether it is a resident, who works for nobody here.
    pub resident: bool,
    /// Unread messages, at most [`store::message::UNREAD_MAX`].
    pub unread: usize,
    /// What has to be done before anything else.
    pub hold: Option<Hold>,
    /// Server time.
    pub now: Instant,
}

impl Office {
    /// The person who is signed in.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn me(&self, actor: &Actor, hold: Option<Hold>) -> Result<Me> {
        let id = actor.account;
        let account = self
            .read(move |conn| store::account::by_id(conn, id))
            .await?;
        let account = account.ok_or_else(|| Refusal::unknown("账号"))?;
        self.me_of(actor, &account, hold).await
    }

    pub(super) async fn me_of(
        &self,
        actor: &Actor,
        account: &Account,
        hold: Option<Hold>,
    ) -> Result<Me> {
        let unread = self.unread_messages(actor).await?;
        let world = self.world();
        let (directory, tree) = (world.directory(), world.tree());
        let post = |post: &civic::post::Post| {
            let (area, org) = match post.seat {
                Seat::Area(id) => (
                    tree.get(id)
                        .map(|a| (id, a.level, a.name.to_string(), tree.full_name(id))),
                    None,
                ),
                Seat::Org(id) => (None, directory.org(id).map(|o| (id, o.name.to_string()))),
            };
            MePost {
                id: post.id,
                role: post.role,
                title: match directory.stands_in_for(post) {
                    Some((_, absent)) => format!("{}（代{absent}）", directory.title(post)),
                    None => directory.title(post),
                },
                area,
                org,
            }
        };
        let mut verbs: Vec<Verb> = rights::OF_ANYONE.iter().map(|(verb, _)| *verb).collect();
        for held in &actor.posts {
            verbs.extend(
                rights::of_role(held.role)
                    .iter()
                    .flat_map(|list| list.iter())
                    .map(|(verb, _)| *verb),
            );
        }
        verbs.sort_unstable();
        verbs.dedup();
        let missing = self.missing(actor);
        verbs.retain(|verb| Module::of(*verb).is_none_or(|part| !missing.contains(&part)));
        let posts: Vec<MePost> = actor.posts.iter().map(|p| post(p)).collect();
        // The widest area with work in it; an administrator's only shows a board if nothing else does.
        let home = posts
            .iter()
            .filter_map(|p| {
                p.area
                    .as_ref()
                    .map(|(id, level, ..)| (p.role.level().is_none(), *level, *id))
            })
            .min()
            .map(|(_, _, id)| id);
        Ok(Me {
            account: actor.account,
            name: actor.name.clone(),
            login: account.login.clone(),
            posts,
            verbs,
            missing,
            home,
            demo: account.demo,
            resident: account.kind == AccountKind::Resident && actor.posts.is_empty(),
            unread,
            hold,
            now: self.now(),
        })
    }
}
