//! Boundaries over time and for other programs (R008): what the boundary of an area was, who changed it
//! and why; and a file of those in force.

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Office, Result};
use atlas::{Feature, FeatureWriter};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::limits::EXPORT_AREAS_MAX;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;
use std::collections::HashMap;
use store::area_change::ChangeRow;

/// A former boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct FormerBoundary {
    /// First day on which it was so no longer.
    pub until: Day,
    /// The change that replaced it.
    pub change: ChangeRow,
    /// A GeoJSON collection of the one shape; none where the area had no boundary before.
    pub shape: Option<String>,
}

impl Office {
    /// The former boundaries of an area, newest first.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who holds no post.
    pub async fn former_boundaries(
        &self,
        actor: &Actor,
        area: AreaId,
    ) -> Result<Vec<FormerBoundary>> {
        staff_only(actor)?;
        let own = self.known(area)?;
        let past = self
            .read(move |conn| {
                let mut all = Vec::new();
                for form in store::area_change::form::of_area(conn, area)? {
                    if let Some(change) = store::area_change::get(conn, form.change)? {
                        all.push((form, change));
                    }
                }
                Ok(all)
            })
            .await?;
        let shown = past.into_iter().map(|(form, change)| FormerBoundary {
            until: form.until,
            change,
            shape: form.body.and_then(|body| {
                let mut writer = FeatureWriter::new();
                let feature = Feature {
                    id: own.id.0,
                    name: &own.name,
                    code: "",
                    level: own.level as u8,
                    boundary: &body,
                    figures: &[],
                };
                writer.push(&feature).ok()?;
                Some(writer.finish())
            }),
        });
        Ok(shown.collect())
    }

    /// The boundaries in force of an area and of all below it, with their codes, as GeoJSON in WGS84
    /// (CGCS2000 is taken as the same): what another department imports.
    ///
    /// # Errors
    /// `Denied` for who may neither propose, decide nor manage areas there; `Conflict` for too many.
    pub async fn export_boundaries(&self, actor: &Actor, area: AreaId) -> Result<String> {
        self.require_over(actor, Verb::ProposeAreas, area)
            .or_else(|_| self.require_over(actor, Verb::DecideAreas, area))
            .or_else(|_| self.require_over(actor, Verb::ManageAreas, area))?;
        let (world, now, today, by) = (self.world(), self.now(), self.today(), actor.clone());
        let below = world.tree().subtree(area).filter(|a| a.valid_on(today));
        if below.count() > EXPORT_AREAS_MAX {
            let text = format!("区域超过 {EXPORT_AREAS_MAX} 个，请按县区或镇街分别导出");
            return Err(Refusal::Conflict(text).into());
        }
        self.write(move |conn| {
            let areas: Vec<_> = world
                .tree()
                .subtree(area)
                .filter(|a| a.valid_on(today))
                .collect();
            let ids: Vec<AreaId> = areas.iter().map(|a| a.id).collect();
            let mut bodies: HashMap<AreaId, Vec<u8>> = HashMap::new();
            bodies.extend(store::area::boundaries_of(conn, &ids)?);
            let mut codes: HashMap<AreaId, String> = HashMap::new();
            for system in ["grid", "stat"] {
                codes.extend(store::area::codes_of(conn, system)?);
            }
            let (mut writer, mut written) = (FeatureWriter::new(), 0);
            for area in areas {
                let Some(body) = bodies.get(&area.id) else {
                    continue;
                };
                let feature = Feature {
                    id: area.id.0,
                    name: &area.name,
                    code: codes.get(&area.id).map_or("", String::as_str),
                    level: area.level as u8,
                    boundary: body,
                    figures: &[],
                };
                if let Err(error) = writer.push(&feature) {
                    tracing::warn!(area = %area.id, %error, "a boundary cannot be read");
                } else {
                    written += 1;
                }
            }
            let detail = format!("导出 {written} 个区域的边界");
            let object = format!("area:{area}");
            let line = entry(&by, now, "export_boundaries", object, detail);
            store::audit::append(conn, &line)?;
            Ok(writer.finish())
        })
        .await
    }
}
