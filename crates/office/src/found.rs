//! Founding: the tree, organisations, accounts and posts of a whole installation at once, from an
//! import or the sample city.

use crate::{Office, Result};
use civic::area::{Area, Code};
use civic::org::Org;
use civic::post::Post;
use civic::refusal::Refusal;
use store::account::Account;
use store::area::BoundaryRow;
use store::audit::Entry;
use store::lane::Failure;

/// Everything an installation starts with.
#[derive(Default)]
pub struct Founding {
    /// Areas, parents first.
    pub areas: Vec<Area>,
    /// Their codes.
    pub codes: Vec<Code>,
    /// Their boundaries.
    pub boundaries: Vec<BoundaryRow>,
    /// Desks of organisations.
    pub orgs: Vec<Org>,
    /// People who can sign in.
    pub accounts: Vec<Account>,
    /// What they may do.
    pub posts: Vec<Post>,
}

impl Office {
    /// Founds an installation that has no areas yet, in one transaction.
    ///
    /// # Errors
    /// `Conflict` when there are areas already; `Invalid` when the rows do not make a tree.
    pub async fn found(&self, founding: Founding) -> Result<()> {
        if !self.world().tree().is_empty() {
            return Err(Refusal::Conflict(
                "这个数据库里已经有区划，不能再次初始化；请换一个空的数据库".into(),
            )
            .into());
        }
        civic::area::Tree::build(founding.areas.clone())?;
        let now = self.now();
        self.write(move |conn| {
            store::area::insert_many(conn, &founding.areas)?;
            store::area::insert_codes(conn, &founding.codes)?;
            store::area::put_boundaries(conn, &founding.boundaries)?;
            store::org::insert_many(conn, &founding.orgs)?;
            store::account::insert_many(conn, &founding.accounts)?;
            store::post::insert_many(conn, &founding.posts)?;
            let detail = format!(
                "区域 {}、单位 {}、账号 {}、岗位 {}",
                founding.areas.len(),
                founding.orgs.len(),
                founding.accounts.len(),
                founding.posts.len()
            );
            store::audit::append(
                conn,
                &Entry {
                    at: now,
                    account: civic::id::AccountId(0),
                    name: "系统".into(),
                    action: "found".into(),
                    object: "installation".into(),
                    detail,
                },
            )?;
            Ok::<(), Failure>(())
        })
        .await?;
        self.reload().await
    }
}
