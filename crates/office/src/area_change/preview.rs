//! What a change would do, in words.

use super::apply::disturbed_matters;
use super::follow::Following;
use crate::area_check::{Finding, findings};
use crate::{Office, Result};
use atlas::{Boundary, decode_boundary};
use civic::area::{Area, Plan, Tree, Why};
use civic::directory::Actor;
use civic::id::{AreaId, MatterId};
use civic::time::Day;
use std::collections::{BTreeMap, HashMap};
use store::driver::Conn;

/// Numbers of matters that a line of the preview names.
const NAMED: usize = 5;

/// What a change would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// In one sentence.
    pub sentence: String,
    /// The day.
    pub day: Day,
    /// The smallest area above all that changes.
    pub scope: (AreaId, String),
    /// Areas that end, with the names above them.
    pub ends: Vec<String>,
    /// Areas that begin.
    pub begins: Vec<Area>,
    /// Old name, with those above, and new name.
    pub renames: Vec<(String, String)>,
    /// Name, from under which, to under which.
    pub moves: Vec<(String, String, String)>,
    /// What becomes of posts.
    pub posts: Vec<PostMove>,
    /// Where open matters go, most first.
    pub matters: Vec<MatterMoves>,
    /// What else goes along: the word of a kind, and how many.
    pub others: Vec<(&'static str, usize)>,
    /// Areas that get another boundary, with the names above them.
    pub redraws: Vec<String>,
    /// Gaps, overlaps and what reaches out, as it would be then.
    pub findings: Vec<Finding>,
}

/// What becomes of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostMove {
    /// Name of the holder.
    pub name: String,
    /// Title.
    pub title: String,
    /// The area where it continues; none where it ends.
    pub to: Option<String>,
}

/// Open matters that go to one place for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterMoves {
    /// Names from the root.
    pub to: String,
    /// Why there.
    pub why: Why,
    /// How many.
    pub count: usize,
    /// Numbers of some that the reader may see.
    pub numbers: Vec<String>,
}

impl Office {
    pub(super) async fn preview(
        &self,
        actor: &Actor,
        plan: Plan,
        drawn: Vec<(AreaId, Boundary)>,
    ) -> Result<Preview> {
        let world = self.world();
        let (tree, directory) = (world.tree(), world.directory());
        let after = plan.after(tree)?;
        let (scan, wanted, now) = (plan.clone(), self.world(), self.now());
        let (matters, others, findings) = self
            .read(move |conn| {
                let tree = wanted.tree();
                let matters = disturbed_matters(conn, &scan, tree)?;
                let after = scan.after(tree).unwrap_or_default();
                let moved: Vec<MatterId> = matters
                    .iter()
                    .filter(|m| scan.home(&after, &m.path, &m.place).is_some())
                    .map(|m| m.id)
                    .collect();
                let following =
                    Following::find(conn, (&scan, &wanted), (tree, &after), &moved, now)?;
                let findings = ground(conn, tree, &scan, &drawn)?;
                Ok((matters, following.counts(), findings))
            })
            .await?;
        let mut lines: BTreeMap<(String, &'static str), MatterMoves> = BTreeMap::new();
        let today = self.today();
        for matter in matters {
            let Some(home) = plan.home(&after, &matter.path, &matter.place) else {
                continue;
            };
            let to = after.full_name(home.path.leaf().unwrap_or(plan.scope));
            let line = lines.entry((to.clone(), home.why.word()));
            let line = line.or_insert(MatterMoves {
                to,
                why: home.why,
                count: 0,
                numbers: Vec::new(),
            });
            line.count += 1;
            if line.numbers.len() < NAMED && directory.sees(actor, &matter, today) {
                line.numbers.push(matter.no.clone());
            }
        }
        let mut matters: Vec<MatterMoves> = lines.into_values().collect();
        matters.sort_by_key(|line| std::cmp::Reverse(line.count));
        let name = |id: AreaId| {
            after
                .get(id)
                .map_or_else(String::new, |a| a.name.to_string())
        };
        let held: Vec<_> = plan
            .posts
            .iter()
            .filter_map(|(id, to)| Some((directory.posts().find(|p| p.id == *id)?, *to)))
            .collect();
        let names = self
            .names(held.iter().map(|(p, _)| p.account).collect())
            .await?;
        let posts = held.iter().map(|(post, to)| PostMove {
            name: names.get(&post.account).cloned().unwrap_or_default(),
            title: directory.title(post),
            to: to.map(name),
        });
        Ok(Preview {
            sentence: plan.sentence.clone(),
            day: plan.day,
            scope: (plan.scope, tree.full_name(plan.scope)),
            ends: plan.ends.iter().map(|a| tree.full_name(*a)).collect(),
            renames: plan
                .renames
                .iter()
                .map(|(area, new)| (tree.full_name(*area), new.to_string()))
                .collect(),
            moves: plan
                .moves
                .iter()
                .map(|m| (name(m.area), name(m.from), name(m.to)))
                .collect(),
            posts: posts.collect(),
            redraws: plan.redraws.iter().map(|a| tree.full_name(*a)).collect(),
            begins: plan.begins,
            matters,
            others,
            findings,
        })
    }
}

/// What would be wrong with the ground around areas that get another boundary: of the area above each,
/// and of those below it.
fn ground(
    conn: &mut Conn,
    tree: &Tree,
    plan: &Plan,
    drawn: &[(AreaId, Boundary)],
) -> store::driver::Result<Vec<Finding>> {
    let above = plan.redraws.iter().filter_map(|id| tree.parent(*id));
    let own = plan.redraws.iter().filter_map(|id| tree.get(*id));
    let mut grounds: Vec<&Area> = above.chain(own).collect();
    grounds.sort_by_key(|a| (a.level, a.id));
    grounds.dedup_by_key(|a| a.id);
    let mut found = Vec::new();
    for own in grounds {
        let below: Vec<Area> = tree
            .children(own.id)
            .filter(|a| a.valid_on(plan.day))
            .cloned()
            .collect();
        let ids: Vec<AreaId> = std::iter::once(own.id)
            .chain(below.iter().map(|a| a.id))
            .collect();
        let kept = store::area::boundaries_of(conn, &ids)?.into_iter();
        let mut all: HashMap<AreaId, Boundary> = kept
            .filter_map(|(area, body)| Some((area, decode_boundary(&body).ok()?)))
            .collect();
        let new = drawn.iter().filter(|(area, _)| ids.contains(area)).cloned();
        all.extend(new);
        let touched = |f: &Finding| f.kind != "missing";
        found.extend(findings(own, &below, &all).into_iter().filter(touched));
    }
    found.sort_by(|a, b| b.m2.total_cmp(&a.m2));
    Ok(found)
}
