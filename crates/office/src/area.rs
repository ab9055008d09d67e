//! Reading the tree of areas. The names of areas are for everybody, their boundaries for the staff.

use crate::post::staff_only;
use crate::{Office, Result};
use atlas::{Feature, FeatureWriter, Point};
use civic::area::{Area, Code, Level, outside_size_band};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::limits::NEAREST_METRES_MAX;
use civic::org::Org;
use civic::post::Seat;
use civic::refusal::Refusal;
use std::ops::RangeInclusive;

/// People of a well-cut unit (R005).
pub const UNIT_PEOPLE: RangeInclusive<i64> = 50..=200;
/// Most areas that a search answers.
const FOUND_MAX: usize = 20;
/// Units suggested for a place that none covers.
const NEAREST: usize = 3;

/// An area with the names above it.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The area.
    pub area: Area,
    /// `莆田市 / 城厢区 / 霞林街道`.
    pub full_name: String,
}

/// How many there are below an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Grids.
    pub grids: usize,
    /// Units.
    pub units: usize,
    /// Posts held today at the area and below.
    pub posts: usize,
}

/// The person who is responsible for an area today (R013).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsible {
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Whether the area's own desk is vacant and somebody above answers for it (R014).
    pub vacant: bool,
}

/// All that a page on an area shows.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaDetail {
    /// The area.
    pub area: Area,
    /// Names from the root.
    pub full_name: String,
    /// Codes in other systems that are valid today.
    pub codes: Vec<Code>,
    /// Level, id and name from the root to the area.
    pub trail: Vec<(Level, AreaId, String)>,
    /// What lies below.
    pub counts: Counts,
    /// Who is responsible.
    pub responsible: Option<Responsible>,
    /// A sentence where units are too big or too small (R005).
    pub size_warning: Option<String>,
}

/// Where a place lies.
#[derive(Debug, Clone, PartialEq)]
pub enum Located {
    /// In this unit.
    Inside(Named),
    /// In none: the refusal to answer with, and the nearest units with their distance in metres.
    Outside(Refusal, Vec<(Named, f64)>),
}

/// The words by which a place is sought: parted at spaces and before numbers, as people run them
/// together: `坂头小区10号楼` is `坂头小区 10号楼`.
fn place_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for run in text.split_whitespace() {
        let (mut from, mut digits) = (0, true);
        for (at, c) in run.char_indices() {
            if c.is_ascii_digit() && !digits {
                words.push(&run[from..at]);
                from = at;
            }
            digits = c.is_ascii_digit();
        }
        words.push(&run[from..]);
    }
    words
}

impl Office {
    pub(crate) fn known(&self, id: AreaId) -> Result<Area> {
        Ok(self
            .world()
            .tree()
            .get(id)
            .cloned()
            .ok_or_else(|| Refusal::unknown("区域"))?)
    }

    fn named(&self, id: AreaId) -> Result<Named> {
        Ok(Named {
            area: self.known(id)?,
            full_name: self.world().tree().full_name(id),
        })
    }

    /// The root of the tree.
    ///
    /// # Errors
    /// `Conflict` where there is no area yet.
    pub fn root(&self) -> Result<Area> {
        let world = self.world();
        let root = world.tree().roots().next().cloned();
        Ok(root.ok_or_else(|| {
            Refusal::Conflict("还没有区划数据，请先导入区划或建立示例城市".into())
        })?)
    }

    /// An area with all that is shown about it.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn area(&self, id: AreaId) -> Result<AreaDetail> {
        let area = self.known(id)?;
        let (world, today) = (self.world(), self.today());
        let (tree, directory) = (world.tree(), world.directory());
        let codes = self
            .read(move |conn| store::area::codes_of_area(conn, id, today))
            .await?;
        let responsible = match directory.responsible(id, today) {
            Some(post) => {
                let vacant = post.seat != Seat::Area(id);
                let person = self.person_of(Some(post.clone())).await?;
                person.map(|(name, title)| Responsible {
                    name,
                    title,
                    vacant,
                })
            }
            None => None,
        };
        let mut counts = Counts::default();
        for below in tree.subtree(id).filter(|a| a.valid_on(today)) {
            counts.grids += usize::from(below.level == Level::Grid);
            counts.units += usize::from(below.level == Level::Unit);
            counts.posts += directory.posts_at(Seat::Area(below.id), today).count();
        }
        let mut trail: Vec<_> = tree
            .upward(id)
            .map(|a| (a.level, a.id, a.name.to_string()))
            .collect();
        trail.reverse();
        let (low, high) = (UNIT_PEOPLE.start(), UNIT_PEOPLE.end());
        let outside = outside_size_band(tree, id, UNIT_PEOPLE)
            .filter(|a| a.valid_on(today))
            .count();
        let size_warning = match (area.level, outside) {
            (_, 0) => None,
            (Level::Unit, _) => Some(format!(
                "本单元登记 {} 人，不在 {low} 至 {high} 人的建议范围内，请考虑拆分或合并",
                area.population
            )),
            (_, n) => Some(format!(
                "辖区内有 {n} 个治理单元的人数不在 {low} 至 {high} 人的建议范围内，请考虑拆分或合并"
            )),
        };
        Ok(AreaDetail {
            full_name: tree.full_name(id),
            area,
            codes,
            trail,
            counts,
            responsible,
            size_warning,
        })
    }

    /// The areas directly below one, those valid today.
    ///
    /// # Errors
    /// `Unknown`.
    pub fn children(&self, id: AreaId) -> Result<Vec<Area>> {
        self.known(id)?;
        let (world, today) = (self.world(), self.today());
        Ok(world
            .tree()
            .children(id)
            .filter(|a| a.valid_on(today))
            .cloned()
            .collect())
    }

    /// Areas by name: the last word must be in the area's own name, the words before it there or in
    /// the names above (`霞林 九龙`). The closest names and the widest areas come first; at most 20.
    #[must_use]
    pub fn search_areas(&self, words: &str, level: Option<Level>) -> Vec<Named> {
        self.areas_named(words, |found| level.is_none_or(|level| found == level))
    }

    /// The same among the areas that a report may name: communities, grids and units.
    #[must_use]
    pub fn search_places(&self, words: &str) -> Vec<Named> {
        self.areas_named(words, |level| level >= Level::Community)
    }

    fn areas_named(&self, words: &str, wanted: impl Fn(Level) -> bool) -> Vec<Named> {
        let words = place_words(words);
        let Some((own, above)) = words.split_last() else {
            return Vec::new();
        };
        let (world, today) = (self.world(), self.today());
        let tree = world.tree();
        let mut found: Vec<_> = tree
            .iter()
            .filter(|a| wanted(a.level) && a.name.contains(own) && a.valid_on(today))
            .filter(|a| {
                above
                    .iter()
                    .all(|word| tree.upward(a.id).any(|up| up.name.contains(word)))
            })
            .map(|a| {
                let rank = if *a.name == **own {
                    0
                } else if a.name.starts_with(own) {
                    1
                } else {
                    2
                };
                (rank, a.level, a.name.chars().count(), a.id)
            })
            .collect();
        found.sort_unstable();
        found.truncate(FOUND_MAX);
        found
            .into_iter()
            .filter_map(|(.., id)| self.named(id).ok())
            .collect()
    }

    /// The unit of a place, by WGS84 longitude and latitude in degrees.
    ///
    /// # Errors
    /// None but those of a tree and an index that do not fit; a place that no unit covers is
    /// [`Located::Outside`].
    pub fn locate(&self, lon: f64, lat: f64) -> Result<Located> {
        let world = self.world();
        let point = Point { lon, lat };
        if let Some(unit) = world.locator.locate(point) {
            return Ok(Located::Inside(self.named(AreaId(unit))?));
        }
        let near = world
            .locator
            .nearest(point, NEAREST)
            .into_iter()
            .filter(|n| n.metres <= NEAREST_METRES_MAX);
        let near: Vec<(Named, f64)> = near
            .filter_map(|n| Some((self.named(AreaId(n.id)).ok()?, n.metres)))
            .collect();
        let sentence = match near.first() {
            Some((first, metres)) => {
                format!(
                    "这个地点不属于任何治理单元，最近的是“{}”，相距约 {metres:.0} 米；请移动地点，或直接选择所在单元",
                    first.full_name
                )
            }
            None => "这个地点不在本市范围内，请核对位置".to_owned(),
        };
        Ok(Located::Outside(
            Refusal::invalid("place", "place_outside", sentence),
            near,
        ))
    }

    /// The boundaries of an area and of its children as a GeoJSON FeatureCollection. Areas whose
    /// boundary is missing or unreadable are left out. For the staff.
    ///
    /// # Errors
    /// `Denied` without a post; `Unknown`.
    pub async fn boundaries(&self, actor: &Actor, id: AreaId) -> Result<String> {
        staff_only(actor)?;
        let area = self.known(id)?;
        let mut areas = self.children(id)?;
        areas.insert(0, area);
        let ids: Vec<AreaId> = areas.iter().map(|a| a.id).collect();
        let bodies = self
            .read(move |conn| store::area::boundaries_of(conn, &ids))
            .await?;
        let bodies: std::collections::HashMap<AreaId, Vec<u8>> = bodies.into_iter().collect();
        let mut writer = FeatureWriter::new();
        for area in &areas {
            let Some(body) = bodies.get(&area.id) else {
                continue;
            };
            let own = f64::from(u8::from(area.id == id));
            let feature = Feature {
                id: area.id.0,
                name: &area.name,
                code: "",
                level: area.level as u8,
                boundary: body,
                figures: &[("self", own), ("lon", area.lon), ("lat", area.lat)],
            };
            if let Err(error) = writer.push(&feature) {
                tracing::warn!(area = %area.id, %error, "a boundary cannot be read");
            }
        }
        Ok(writer.finish())
    }

    /// The organisations that a desk of this area may call: its own and those of the areas above.
    ///
    /// # Errors
    /// `Unknown`.
    pub fn callable(&self, id: AreaId) -> Result<Vec<Org>> {
        self.known(id)?;
        Ok(self.world().directory().callable(id).cloned().collect())
    }
}
