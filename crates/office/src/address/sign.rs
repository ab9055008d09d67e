//! Signs for doors and staircases (R106): a picture that a phone reads, which opens the report page with
//! the place filled in. It holds the number of the address or unit and nothing of who lives there.

use crate::{Named, Office, Result, picture};
use civic::address::Status;
use civic::area::Level;
use civic::directory::Actor;
use civic::id::{AddressId, AreaId};
use civic::refusal::Refusal;
use std::fmt::Write;

/// Before the id of a unit, where a number of an address could stand.
const UNIT: &str = "unit-";
/// Longest origin of the platform, and longest number that is looked up.
const CHARS_MAX: usize = 120;

/// What signs are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignsOf {
    /// The units of an area.
    Units,
    /// Its valid standard addresses.
    Addresses,
}

impl SignsOf {
    /// From its code in a query.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "units" => Some(Self::Units),
            "addresses" => Some(Self::Addresses),
            _ => None,
        }
    }
}

/// One sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// Own id of the address or unit, by which the next page begins.
    pub id: i64,
    /// What stands on it.
    pub title: String,
    /// Names from the root to where it is.
    pub place: String,
    /// The address that the picture holds.
    pub link: String,
    /// The picture, an SVG.
    pub svg: String,
}

/// An origin as a browser names it, without a path.
fn is_origin(base: &str) -> bool {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| base.strip_prefix(scheme));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    base.len() <= CHARS_MAX && host.is_some_and(|h| !h.is_empty() && h.chars().all(plain))
}

/// The address of the report page at a place.
fn link(base: &str, code: &str) -> String {
    let mut link = format!("{base}/m/report?place=");
    for byte in code.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                link.push(char::from(byte));
            }
            _ => {
                let _ = write!(link, "%{byte:02X}");
            }
        }
    }
    link
}

impl Office {
    /// Signs of an area, after an id; of the addresses those that hold all the words. `base` is the origin
    /// under which people open the platform.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` for a `base` that is no origin.
    pub async fn signs(
        &self,
        actor: &Actor,
        area: AreaId,
        of: SignsOf,
        words: &str,
        base: &str,
        page: (Option<i64>, usize),
    ) -> Result<Vec<Sign>> {
        self.may_see_addresses(actor, area)?;
        if !is_origin(base) {
            let text = "请从打开本平台的网址打印二维码，以 https:// 开头";
            return Err(Refusal::invalid("base", "bad_origin", text).into());
        }
        let (after, limit) = page;
        let places: Vec<(i64, String, String, String)> = match of {
            SignsOf::Units => self.units_to_sign(area, after, limit),
            SignsOf::Addresses => {
                let after = after.map(AddressId);
                let found = self.addresses(actor, area, words, Some(Status::Valid), after, limit);
                let found = found.await?.into_iter();
                found
                    .map(|one| {
                        let (a, place) = (one.address, one.area_name);
                        (a.id.0, a.code, a.parts.text(), place)
                    })
                    .collect()
            }
        };
        places
            .into_iter()
            .map(|(id, code, title, place)| {
                let link = link(base, &code);
                let svg = picture::qr(&link)?;
                Ok(Sign {
                    id,
                    title,
                    place,
                    link,
                    svg,
                })
            })
            .collect()
    }

    fn units_to_sign(
        &self,
        area: AreaId,
        after: Option<i64>,
        limit: usize,
    ) -> Vec<(i64, String, String, String)> {
        let (world, today) = (self.world(), self.today());
        let tree = world.tree();
        let mut units: Vec<_> = tree
            .subtree(area)
            .filter(|a| a.level == Level::Unit && a.valid_on(today))
            .filter(|a| after.is_none_or(|after| a.id.0 > after))
            .collect();
        units.sort_by_key(|a| a.id);
        units.truncate(limit);
        let above = |id| {
            let parent = tree.upward(id).nth(1);
            parent.map_or_else(String::new, |a| tree.full_name(a.id))
        };
        let sign = |a: &civic::area::Area| {
            let code = format!("{UNIT}{}", a.id);
            (a.id.0, code, a.name.to_string(), above(a.id))
        };
        units.into_iter().map(sign).collect()
    }

    /// The place of a sign: the area, and of an address its words down to the building, which the place
    /// search shows to anybody.
    ///
    /// # Errors
    /// `Unknown` for a number that nothing has, or that is over.
    pub async fn place_of_sign(&self, code: &str) -> Result<(Named, String)> {
        let unknown =
            || Refusal::Unknown("这个二维码的地点已经停用或者不在本市，请输入名称查找地点".into());
        if code.is_empty() || code.chars().count() > CHARS_MAX {
            return Err(unknown().into());
        }
        let (area, words) = match code.strip_prefix(UNIT) {
            Some(id) => (id.parse().ok().map(AreaId), String::new()),
            None => {
                let code = code.to_owned();
                let found = self
                    .read(move |conn| store::address::place_of(conn, &code))
                    .await?;
                found.map_or((None, String::new()), |(words, area)| (Some(area), words))
            }
        };
        let (world, today) = (self.world(), self.today());
        let area = area
            .and_then(|id| world.tree().get(id))
            .filter(|a| a.valid_on(today) && a.level >= Level::Community)
            .ok_or_else(unknown)?;
        let named = Named {
            full_name: world.tree().full_name(area.id),
            area: area.clone(),
        };
        Ok((named, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_leads_to_the_platform_and_to_no_other_address() {
        for good in [
            "https://hj.pt.gov.cn",
            "http://127.0.0.1:7007",
            "http://[::1]:80",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "ftp://a",
            "javascript:alert(1)",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a b",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
        assert_eq!(
            link("https://a", "D1 甲&x=1"),
            "https://a/m/report?place=D1%20%E7%94%B2%26x%3D1"
        );
    }
}
