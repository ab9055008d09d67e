//! The areas of a profile: an outline is made and cut into towns, communities, tiers of grids and
//! units. What lies below an area tiles it exactly.

use super::{Ground, UnitLine};
use crate::Scale;
use crate::dice::Dice;
use crate::geography::{Area, SEED};
use atlas::partition::{cut, mix};
use atlas::{Boundary, Micro, Point, encode_boundary};

/// Vertices of the outline.
const CORNERS: usize = 96;
/// Kilometres of a degree of latitude.
const KM_OF_DEGREE: f64 = 110.9;

/// Grows the areas, parents first. The scale of a street takes the first town alone, with its share
/// of everything.
///
/// # Errors
/// A Chinese sentence where a piece of ground is too small for what should lie on it.
pub(crate) fn grow(ground: &Ground, scale: Scale) -> Result<Vec<Area>, String> {
    let mut grower = Grower {
        ground,
        list: Vec::new(),
        dice: Dice::new(SEED, 7),
        cuts: 0,
        exclusive: 0,
        units: 0,
    };
    let outline = grower.outline();
    let communities: Vec<Vec<f64>> = ground
        .town
        .iter()
        .map(|t| vec![1.0; t.communities])
        .collect();
    let parcels = grower.cut(&outline, &communities)?;
    let city = grower.top(None, 1, &ground.city, &outline);
    let county = grower.top(Some(city), 2, &ground.county, &outline);
    let towns = if scale == Scale::Street {
        1
    } else {
        ground.town.len()
    };
    let all: usize = ground.town.iter().map(|t| t.communities).sum();
    let mut before = 0;
    for (t, (town, parcel)) in ground.town.iter().zip(parcels).enumerate().take(towns) {
        let code = format!("{}{:03}", ground.county.code, t + 1);
        let at = grower.add(
            county,
            3,
            &town.kind,
            &town.name,
            code.clone(),
            &parcel.boundary,
        );
        for (c, boundary) in parcel.units.iter().enumerate() {
            grower.community(at, &code, c, boundary, (before + c, all))?;
        }
        before += town.communities;
    }
    grower.sum_up();
    Ok(grower.list)
}

struct Grower<'a> {
    ground: &'a Ground,
    list: Vec<Area>,
    dice: Dice,
    cuts: u64,
    exclusive: usize,
    units: usize,
}

/// How many of `count` fall to the share `nth` of `of`.
fn share(count: usize, (nth, of): (usize, usize)) -> usize {
    count * (nth + 1) / of - count * nth / of
}

impl Grower<'_> {
    /// A winding ring around the middle.
    fn outline(&mut self) -> Boundary {
        let (lon, lat) = self.ground.centre;
        let shorten = lat.to_radians().cos();
        let ring: Vec<Micro> = (0..CORNERS)
            .filter_map(|i| {
                let turn = i as f64 / CORNERS as f64 * std::f64::consts::TAU;
                let wave = 1.0 + 0.16 * (3.0 * turn).sin() + 0.09 * (7.0 * turn + 1.0).cos();
                let away = self.ground.radius_km * wave / KM_OF_DEGREE;
                let (x, y) = (turn.cos() * away / shorten, turn.sin() * away);
                Point::new(lon + x, lat + y).snap()
            })
            .collect();
        Boundary::from_ring(ring)
    }

    fn cut(
        &mut self,
        ground: &Boundary,
        weights: &[Vec<f64>],
    ) -> Result<Vec<atlas::partition::Parcel>, String> {
        self.cuts += 1;
        // Vertices on the edges where there are too few for so many pieces.
        let mut ground = ground.clone();
        for _ in 0..4 {
            match cut(&ground, weights, self.ground.straight, mix(SEED, self.cuts)) {
                Ok(parcels) => return Ok(parcels),
                Err(_) => thicken(&mut ground),
            }
        }
        Err("有一块地太小，划不出这么多区域；请减少数量或加大 radius_km".into())
    }

    fn push(&mut self, area: Area) -> usize {
        self.list.push(area);
        self.list.len() - 1
    }

    fn top(&mut self, above: Option<usize>, level: u8, top: &super::Top, b: &Boundary) -> usize {
        let area = self.area(above, level, &top.kind, &top.name, top.code.clone(), b);
        self.push(area)
    }

    fn add(
        &mut self,
        above: usize,
        level: u8,
        kind: &str,
        name: &str,
        code: String,
        boundary: &Boundary,
    ) -> usize {
        let area = self.area(Some(above), level, kind, name, code, boundary);
        self.push(area)
    }

    fn area(
        &self,
        parent: Option<usize>,
        level: u8,
        kind: &str,
        name: &str,
        code: String,
        boundary: &Boundary,
    ) -> Area {
        Area {
            code,
            parent,
            level,
            kind: kind.to_owned().into(),
            tier: u8::from(level == 5),
            exclusive: false,
            name: name.to_owned(),
            short: name.to_owned(),
            population: 0,
            households: 0,
            boundary: encode_boundary(boundary),
            label: boundary
                .label()
                .map_or(self.ground.centre, |p| (p.lon, p.lat)),
        }
    }

    fn community(
        &mut self,
        town: usize,
        town_code: &str,
        nth: usize,
        boundary: &Boundary,
        of: (usize, usize),
    ) -> Result<(), String> {
        let ground = self.ground;
        let names = &ground.names;
        let rural = self.list[town].kind != "street" && !nth.is_multiple_of(4);
        let first = &names.first[nth % names.first.len()];
        let stem = &names.stems[(nth / names.first.len() + nth * 5 + of.0) % names.stems.len()];
        let taken = |list: &[Area], name: &str| {
            list.iter()
                .any(|a| a.parent == Some(town) && a.name == name)
        };
        let (ending, kind, code) = match rural {
            true => (&names.village, "village", 200 + nth),
            false => (&names.community, "community", 1 + nth),
        };
        let mut name = format!("{first}{stem}{ending}");
        for other in &names.stems {
            if !taken(&self.list, &name) {
                break;
            }
            name = format!("{first}{other}{ending}");
        }
        let code = format!("{town_code}{code:03}");
        let at = self.add(town, 4, kind, &name, code.clone(), boundary);
        let outer = &ground.tier[0];
        let (own, exclusive) = (share(outer.count, of), share(ground.exclusive.count, of));
        // Exclusive grids are small beside the others.
        let mut weights = vec![vec![1.0]; own];
        weights.extend(vec![vec![0.2]; exclusive]);
        let stem = name.trim_end_matches(ending.as_str()).to_owned();
        for (g, parcel) in self.cut(boundary, &weights)?.into_iter().enumerate() {
            let code = format!("{code}{:03}", g + 1);
            if g < own {
                // Grids of the tier before this one, in the whole place.
                let before = outer.count * of.0 / of.1 + g;
                self.tier(
                    at,
                    0,
                    &stem,
                    code,
                    g,
                    &parcel.boundary,
                    (before, outer.count),
                )?;
            } else {
                self.exclusive(at, &stem, code, &parcel.boundary)?;
            }
        }
        Ok(())
    }

    /// A grid of a tier, with the tiers below it or, at the innermost, its units.
    #[allow(clippy::too_many_arguments, reason = "one call, all different")]
    fn tier(
        &mut self,
        above: usize,
        tier: usize,
        stem: &str,
        code: String,
        nth: usize,
        boundary: &Boundary,
        of: (usize, usize),
    ) -> Result<(), String> {
        let ground = self.ground;
        let line = &ground.tier[tier];
        let short = format!("{stem}{}", nth + 1);
        let name = format!("{short}{}", line.word);
        let at = self.add(above, 5, "grid", &name, code.clone(), boundary);
        self.list[at].tier = tier as u8 + 1;
        let Some(next) = ground.tier.get(tier + 1) else {
            return self.units(at, &code, boundary, ground.units.per_grid);
        };
        let many = share(next.count, of).max(1);
        let stem = format!("{short}-");
        let before = next.count * of.0 / of.1;
        for (g, parcel) in self
            .cut(boundary, &vec![vec![1.0]; many])?
            .into_iter()
            .enumerate()
        {
            let code = format!("{code}{:02}", g + 1);
            let place = (before + g, next.count);
            self.tier(at, tier + 1, &stem, code, g, &parcel.boundary, place)?;
        }
        Ok(())
    }

    fn exclusive(
        &mut self,
        community: usize,
        stem: &str,
        code: String,
        boundary: &Boundary,
    ) -> Result<(), String> {
        let lines = &self.ground.exclusive;
        let which = self.exclusive % lines.kinds.len();
        self.exclusive += 1;
        let name = format!("{stem}{}专属网格", lines.words[which]);
        let at = self.add(
            community,
            5,
            &lines.kinds[which],
            &name,
            code.clone(),
            boundary,
        );
        self.list[at].exclusive = true;
        self.units(at, &code, boundary, self.ground.units.exclusive)
    }

    fn units(
        &mut self,
        grid: usize,
        code: &str,
        boundary: &Boundary,
        many: usize,
    ) -> Result<(), String> {
        let parcels = self.cut(boundary, &[vec![1.0; many]])?;
        let pieces = parcels.into_iter().flat_map(|p| p.units);
        for (u, piece) in pieces.enumerate() {
            let ground = self.ground;
            let line = turn(&ground.unit, self.units);
            self.units += 1;
            let name = format!("{}号{}", u + 1, line.name);
            let at = self.add(
                grid,
                6,
                &line.kind,
                &name,
                format!("{code}{:03}", u + 1),
                &piece,
            );
            let (low, high) = line.people;
            let people = low + (self.dice.next() % u64::from(high - low + 1).max(1)) as u32;
            self.list[at].population = people;
            self.list[at].households = people.div_ceil(3);
        }
        Ok(())
    }

    /// An area has the people of those below it.
    fn sum_up(&mut self) {
        for i in (0..self.list.len()).rev() {
            let (people, homes) = (self.list[i].population, self.list[i].households);
            if let Some(above) = self.list[i].parent {
                self.list[above].population += people;
                self.list[above].households += homes;
            }
        }
    }
}

/// The kind whose turn it is.
fn turn(lines: &[UnitLine], nth: usize) -> &UnitLine {
    let all: usize = lines.iter().map(|l| l.weight).sum();
    let mut left = nth * 7 % all;
    for line in lines {
        if left < line.weight {
            return line;
        }
        left -= line.weight;
    }
    &lines[0]
}

/// Puts a vertex in the middle of every edge that is long enough.
fn thicken(boundary: &mut Boundary) {
    for polygon in &mut boundary.polygons {
        for ring in &mut polygon.rings {
            let next = ring.iter().cycle().skip(1);
            let mut thick = Vec::with_capacity(ring.len() * 2);
            for (a, b) in ring.iter().zip(next) {
                thick.push(*a);
                let middle = Micro {
                    x: i32::midpoint(a.x, b.x),
                    y: i32::midpoint(a.y, b.y),
                };
                if middle != *a && middle != *b {
                    thick.push(middle);
                }
            }
            *ring = thick;
        }
    }
}
