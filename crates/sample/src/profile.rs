//! Profiles: which city is made. A profile is data in `profiles/<name>.toml`: names, levels,
//! tiers and kinds of areas, how many there are, and the local titles of posts. No Rust belongs to
//! one of them.

mod grow;

use civic::post::Role;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::str::FromStr;
use std::sync::Arc;

pub(crate) use grow::grow;

/// The profiles that are part of the program: every file of `profiles/`.
static OWN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../profiles");

/// A profile.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name of its file, without the ending.
    pub code: String,
    data: Arc<Data>,
}

#[derive(Debug, Deserialize)]
struct Data {
    /// Name of the place.
    name: String,
    /// `putian`: the real tree of Putian. Else the areas are grown from the rest of the file.
    #[serde(default)]
    areas: Option<String>,
    #[serde(default)]
    title: Vec<TitleRule>,
    #[serde(skip)]
    ground: Option<Ground>,
}

/// What areas are grown from. All boundaries are made, no real ones are known.
#[derive(Debug, Deserialize)]
pub(crate) struct Ground {
    /// Longitude and latitude of the middle, WGS84 degrees.
    pub centre: (f64, f64),
    /// How far it reaches.
    pub radius_km: f64,
    /// Whether borders run like streets.
    pub straight: bool,
    pub city: Top,
    pub county: Top,
    pub town: Vec<TownLine>,
    pub names: Names,
    /// Tiers of grids, the outer one first; counts for the whole place.
    pub tier: Vec<Tier>,
    pub exclusive: Exclusive,
    /// Kinds of units, given in turn by weight.
    pub unit: Vec<UnitLine>,
    pub units: PerGrid,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Top {
    pub name: String,
    pub kind: String,
    /// Statistical code.
    pub code: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TownLine {
    pub name: String,
    pub kind: String,
    /// How many communities and villages.
    pub communities: usize,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Names {
    pub first: Vec<String>,
    pub stems: Vec<String>,
    /// Ending of a community's name.
    pub community: String,
    /// Ending of a village's name.
    pub village: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tier {
    pub count: usize,
    pub word: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Exclusive {
    pub count: usize,
    pub kinds: Vec<String>,
    pub words: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct UnitLine {
    pub kind: String,
    pub name: String,
    /// Fewest and most people.
    pub people: (u32, u32),
    pub weight: usize,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PerGrid {
    /// Units of an innermost grid.
    pub per_grid: usize,
    /// Units of an exclusive grid.
    pub exclusive: usize,
}

/// The local title of posts of a role; of those over areas of a kind or tier, where it says so.
#[derive(Debug, Deserialize)]
struct TitleRule {
    role: Role,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    tier: Option<u8>,
    title: String,
}

impl Profile {
    /// The profile of the sample city.
    ///
    /// # Panics
    /// When the program was built without it.
    #[must_use]
    pub fn putian() -> Self {
        Self::from_str("putian").unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// A profile from the text of its file.
    ///
    /// # Errors
    /// A Chinese sentence with the place of the slip.
    pub fn read(code: &str, text: &str) -> Result<Self, String> {
        let slip = |e: toml::de::Error| format!("{code}.toml 读不懂：{}", e.message());
        let mut data: Data = toml::from_str(text).map_err(slip)?;
        match data.areas.as_deref() {
            Some("putian") => {}
            Some(other) => return Err(format!("{code}.toml：没有“{other}”这种 areas")),
            None => {
                let ground: Ground = toml::from_str(text).map_err(slip)?;
                ground.check(code)?;
                data.ground = Some(ground);
            }
        }
        Ok(Self {
            code: code.to_owned(),
            data: Arc::new(data),
        })
    }

    /// Name of the place.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.data.name
    }

    pub(crate) fn ground(&self) -> Option<&Ground> {
        self.data.ground.as_ref()
    }

    /// The local title of a post over an area of this kind and tier; the first rule that fits.
    #[must_use]
    pub fn title(&self, role: Role, kind: &str, tier: u8) -> Option<&str> {
        let fits = |rule: &&TitleRule| {
            rule.role == role
                && rule.kind.as_deref().is_none_or(|k| k == kind)
                && rule.tier.is_none_or(|t| t == tier)
        };
        let found = self.data.title.iter().find(fits);
        found.map(|rule| rule.title.as_str())
    }

    /// Codes of all profiles that are part of the program.
    #[must_use]
    pub fn all() -> Vec<String> {
        let name =
            |file: &include_dir::File<'_>| Some(file.path().file_stem()?.to_str()?.to_owned());
        let mut all: Vec<String> = OWN.files().filter_map(name).collect();
        all.sort();
        all
    }
}

impl Ground {
    fn check(&self, code: &str) -> Result<(), String> {
        let wrong = |text: &str| Err(format!("{code}.toml：{text}"));
        let communities: usize = self.town.iter().map(|t| t.communities).sum();
        if self.town.is_empty() || self.town.iter().any(|t| t.communities == 0) {
            return wrong("每个镇街至少要有一个村居（communities）");
        }
        if self.tier.is_empty() || self.tier.len() > 3 {
            return wrong("网格应有 1 到 3 级（tier）");
        }
        let mut above = communities;
        for tier in &self.tier {
            if tier.count < above {
                return wrong("每一级网格不能少于上一级，第一级不能少于村居");
            }
            above = tier.count;
        }
        if self.unit.iter().map(|u| u.weight).sum::<usize>() == 0 || self.units.per_grid == 0 {
            return wrong("至少要有一种治理单元（unit），每个网格至少一个（units.per_grid）");
        }
        if self.units.exclusive == 0 || self.exclusive.kinds.len() != self.exclusive.words.len() {
            return wrong("专属网格的 kinds 与 words 要一一对应，每个至少一个治理单元");
        }
        if self.names.first.len() * self.names.stems.len()
            < self.town.iter().map(|t| t.communities).max().unwrap_or(0)
        {
            return wrong("names 里的字不够给一个镇街的村居取名，请多写几个");
        }
        Ok(())
    }
}

/// A name of a profile that is part of the program, or the path of a profile's file.
impl FromStr for Profile {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.ends_with(".toml") {
            let body = std::fs::read_to_string(text).map_err(|e| format!("读不了“{text}”：{e}"))?;
            return Self::read("profile", &body);
        }
        let own = OWN.get_file(format!("{text}.toml"));
        let body = own.and_then(|file| file.contents_utf8()).ok_or_else(|| {
            format!(
                "没有“{text}”这个样例，可用：{}；也可以给出 .toml 文件的路径",
                Self::all().join("、")
            )
        })?;
        Self::read(text, body)
    }
}

#[cfg(test)]
mod tests;
