//! What a department learns of its stations (R205).

use crate::{Office, Result};
use civic::area::Level;
use civic::directory::Actor;
use civic::id::{AreaId, OrgId};
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::station::{self, Reviews};

/// One station: what lies there, and what its town says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationFigures {
    /// The station.
    pub org: OrgId,
    /// Its name.
    pub name: String,
    /// The area it serves.
    pub area: AreaId,
    /// Things that lie there now.
    pub open: i64,
    /// Those of them that are late.
    pub overdue: i64,
    /// What the town says, of the reviews in force.
    pub reviews: Reviews,
}

impl Office {
    /// The stations of the actor's own departments, by name of the area.
    ///
    /// # Errors
    /// `Denied` for who works for no department.
    pub async fn stations(&self, actor: &Actor) -> Result<Vec<StationFigures>> {
        let (world, today) = (self.world(), self.today());
        let directory = world.directory();
        let own: Vec<_> = actor
            .posts
            .iter()
            .filter_map(|p| match p.seat {
                Seat::Org(org) => directory.org(org),
                Seat::Area(_) => None,
            })
            .collect();
        if own.is_empty() {
            let text = "只有部门的经办人和负责人可以查看本部门的派驻站所；请用部门岗位登录";
            return Err(Refusal::Denied(text.into()).into());
        }
        let mut stations: Vec<_> = own
            .into_iter()
            .flat_map(|org| station::of_department(directory, org).cloned())
            .collect();
        stations.sort_by_key(|o| (o.area, o.id));
        stations.dedup_by_key(|o| o.id);
        let level = |area: AreaId| directory.tree.get(area).map(|a| a.level);
        let mut towns: Vec<AreaId> = stations
            .iter()
            .map(|o| o.area)
            .filter(|area| level(*area) == Some(Level::Town))
            .collect();
        towns.dedup();
        self.read(move |conn| {
            let records = store::record::at(conn, station::REVIEWS, &towns, today)?;
            stations
                .into_iter()
                .map(|org| {
                    let (open, overdue) = store::matter::lying_at(conn, org.id)?;
                    Ok(StationFigures {
                        reviews: Reviews::of(&records, org.id),
                        org: org.id,
                        name: org.name.to_string(),
                        area: org.area,
                        open,
                        overdue,
                    })
                })
                .collect()
        })
        .await
    }
}
