//! Founding: the tree, organisations, accounts and posts of a whole installation at once, from an
//! import or the sample city.

use crate::{Office, Result, World};
use civic::area::{Area, Code, Tree};
use civic::org::Org;
use civic::post::{Post, Seat};
use civic::problem::Problem;
use civic::refusal::Refusal;
use store::account::Account;
use store::area::BoundaryRow;
use store::audit::Entry;
use store::lane::Failure;

/// Most faults that are told at once: enough to see the pattern of a wrong import.
const PROBLEMS_MAX: usize = 100;

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
    /// Whether their passwords were given to them and have to be changed at the first sign-in.
    pub given: bool,
    /// What they may do.
    pub posts: Vec<Post>,
}

/// Kinds of areas and titles of posts that the pack does not know, the first hundred of them.
fn check_words(
    world: &World,
    tree: &Tree,
    founding: &Founding,
) -> std::result::Result<(), Vec<Problem>> {
    let areas = founding.areas.iter().filter_map(|a| world.kinds.check(a));
    let posts = founding.posts.iter().filter_map(|p| {
        let area = match p.seat {
            Seat::Area(area) => tree.get(area),
            Seat::Org(_) => None,
        };
        world.titles.check(p.title.as_deref()?, p.role, area)
    });
    let problems: Vec<Problem> = areas.chain(posts).take(PROBLEMS_MAX).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

impl Office {
    /// Founds an installation that has no areas yet, in one transaction.
    ///
    /// # Errors
    /// `Conflict` when there are areas already; `Invalid` when the rows do not make a tree, an area
    /// is of a kind that its level does not have (R003, R006, R007), or a post bears a title that
    /// its role does not have (R046).
    pub async fn found(&self, founding: Founding) -> Result<()> {
        if !self.world().tree().is_empty() {
            return Err(Refusal::Conflict(
                "这个数据库里已经有区划，不能再次初始化；请换一个空的数据库".into(),
            )
            .into());
        }
        let tree = civic::area::Tree::build(founding.areas.clone())?;
        check_words(&self.world(), &tree, &founding)?;
        let now = self.now();
        self.write(move |conn| {
            store::area::insert_many(conn, &founding.areas)?;
            store::area::insert_codes(conn, &founding.codes)?;
            store::area::put_boundaries(conn, &founding.boundaries)?;
            store::org::insert_many(conn, &founding.orgs)?;
            store::account::insert_many(conn, &founding.accounts)?;
            for account in founding.accounts.iter().filter(|_| founding.given) {
                let given = store::credential::Credential {
                    given: true,
                    ..crate::identity::untouched(account)
                };
                store::credential::put(conn, account.id, &given)?;
            }
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
