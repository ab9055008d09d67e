//! Parameters that are changed while the platform runs: what may be set, within which bounds, by
//! which administrator. Those of the nation are shown and cannot be changed.

mod all;

pub use all::ALL;

use crate::id::{AccountId, AreaId};
use crate::limits;
use crate::network::Network;
use crate::password::Strength;
use crate::post::Role;
use crate::problem::Problem;
use crate::rights::Verb;
use crate::time::Day;
use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

/// Who may change a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// The security administrator.
    Security,
    /// The system administrator.
    System,
    /// Nobody here: law or national standard sets it.
    Nation,
}

impl Keeper {
    /// The verb that changes its parameters; none for the nation's.
    #[must_use]
    pub fn verb(self) -> Option<Verb> {
        match self {
            Self::Security => Some(Verb::ManagePolicies),
            Self::System => Some(Verb::ManageParameters),
            Self::Nation => None,
        }
    }
    /// Code in answers.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::System => "system",
            Self::Nation => "nation",
        }
    }
}

/// What values look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number within bounds, with its unit.
    Number(i64, i64, &'static str),
    /// `0` or `1`.
    Switch,
    /// Networks, see [`Network::list`]; empty is everywhere.
    Networks,
    /// Addresses of other sites, `https://app.example.cn`, see [`origins`]; empty is none.
    Origins,
    /// A time of day, `22:30`, or empty.
    Hour,
    /// The last day on which something holds, or empty: it ends by itself (T12).
    LastDay,
    /// A text of at most so many characters.
    Text(usize),
}

/// For whom a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// For all.
    All,
    /// For who holds a role.
    Role(Role),
    /// For one account.
    Account(AccountId),
    /// For an area and all below it.
    Area(AreaId),
}

impl Scope {
    /// The scope of a stored text: empty, `role:unit_head`, `account:42`, `area:2`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text.is_empty() => Some(Self::All),
            Some(("role", code)) => Role::parse(code).map(Self::Role),
            Some(("account", id)) => id.parse().ok().map(|id| Self::Account(AccountId(id))),
            Some(("area", id)) => id.parse().ok().map(|id| Self::Area(AreaId(id))),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Role(role) => write!(f, "role:{}", role.code()),
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Area(id) => write!(f, "area:{id}"),
        }
    }
}

/// A parameter that the platform knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Stable code.
    pub code: &'static str,
    /// Word of the interface.
    pub word: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// What values look like.
    pub kind: Kind,
    /// The value where nobody set one.
    pub default: &'static str,
    /// Who may change it.
    pub keeper: Keeper,
    /// Whether a role may have a value of its own.
    pub per_role: bool,
    /// Whether an account may have a value of its own.
    pub per_account: bool,
    /// Whether an area may have a value of its own, for itself and all below it.
    pub per_area: bool,
}

/// Codes of parameters that the program asks for.
pub mod code {
    #![allow(missing_docs, reason = "the words stand in ALL")]
    pub const CHARS_MIN: &str = "password_chars_min";
    pub const CLASSES_MIN: &str = "password_classes_min";
    pub const DAYS_MAX: &str = "password_days_max";
    pub const HISTORY: &str = "password_history";
    pub const FIRST_CHANGE: &str = "first_password_change";
    pub const FAILURES_MAX: &str = "sign_in_failures_max";
    pub const LOCK_MINUTES: &str = "lock_minutes";
    pub const IDLE_MINUTES: &str = "session_idle_minutes";
    pub const HOURS_MAX: &str = "session_hours_max";
    pub const SESSIONS_MAX: &str = "sessions_max";
    pub const SECOND_FACTOR: &str = "second_factor";
    pub const NETWORKS: &str = "networks";
    pub const EMBEDDING: &str = "embedding_apps";
    pub const UNMASK_DAILY: &str = "unmask_daily_max";
    pub const QUIET_FROM: &str = "quiet_from";
    pub const QUIET_TO: &str = "quiet_to";
    pub const HEALTH_UNTIL: &str = "health_until";
    pub const MODULE_MEDIATION: &str = "module_mediation";
    pub const MODULE_HOTLINE: &str = "module_hotline";
    pub const MODULE_REGISTERS: &str = "module_registers";
    pub const MODULE_ADMISSION: &str = "module_admission";
    pub const MODULE_CENTRE: &str = "module_centre";
    pub const MODULE_PUBLICATIONS: &str = "module_publications";
    pub const MODULE_LIBRARY: &str = "module_library";
    pub const MODULE_EVIDENCE: &str = "module_evidence";
}

/// The parameter with a code.
#[must_use]
pub fn known(code: &str) -> Option<&'static Known> {
    ALL.iter().find(|known| known.code == code)
}

/// The value as it is kept, trimmed and in one form.
///
/// # Errors
/// A problem of the field `value` that says what is allowed.
pub fn check(known: &Known, value: &str) -> Result<String, Problem> {
    let value = value.trim();
    let bad = |message: String| Problem::new("value", "bad_value", message);
    match known.kind {
        Kind::Number(min, max, unit) => match value.parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(n.to_string()),
            _ => Err(bad(format!(
                "“{}”要填 {min} 到 {max} 的整数（{unit}）",
                known.word
            ))),
        },
        Kind::Switch => match value {
            "0" | "1" => Ok(value.to_owned()),
            _ => Err(bad(format!("“{}”只能是 1(开)或 0(关)", known.word))),
        },
        Kind::Networks => {
            let networks = Network::list(value)?;
            let shown: Vec<_> = networks.iter().map(ToString::to_string).collect();
            Ok(shown.join(","))
        }
        Kind::Origins => match origins(value) {
            Some(origins) => Ok(origins.join(",")),
            None => Err(bad(format!(
                "“{}”要写成 https://app.example.cn 的样子，只写到域名或端口，最多 {ORIGINS_MAX} 个",
                known.word
            ))),
        },
        Kind::Hour => match minute_of_day(value) {
            Some(_) => Ok(value.to_owned()),
            None if value.is_empty() => Ok(String::new()),
            None => Err(bad(format!(
                "“{}”要写成 22:30 的样子，或者留空",
                known.word
            ))),
        },
        Kind::LastDay if value.is_empty() || Day::parse(value).is_ok() => Ok(value.to_owned()),
        Kind::LastDay => Err(bad(format!(
            "“{}”要写成 2026-03-11 的样子，或者留空",
            known.word
        ))),
        Kind::Text(max) if value.chars().count() > max => {
            Err(bad(format!("“{}”最多 {max} 个字", known.word)))
        }
        Kind::Text(_) => Ok(value.to_owned()),
    }
}

/// Most days ahead of a [`Kind::LastDay`]: what is needed longer is decided again (T12).
pub const AHEAD_DAYS_MAX: i64 = 92;

/// What is wrong with a last day that is set on `today`.
#[must_use]
pub fn too_far(known: &Known, value: &str, today: Day) -> Option<Problem> {
    let last = Day::parse(value)
        .ok()
        .filter(|_| known.kind == Kind::LastDay)?;
    let out = last < today || last.0 > today.0 + AHEAD_DAYS_MAX;
    out.then(|| {
        let text = format!(
            "“{}”须在今天以后、{AHEAD_DAYS_MAX} 天以内；到期仍需要的，届时重新设置",
            known.word
        );
        Problem::new("value", "bad_value", text)
    })
}

/// Most sites of a [`Kind::Origins`].
const ORIGINS_MAX: usize = 20;

/// Sites out of a text, apart by commas, semicolons or white space: scheme and host, perhaps a port,
/// nothing more. What is no such site makes the whole text wrong: these words go into a header.
#[must_use]
pub fn origins(text: &str) -> Option<Vec<String>> {
    let parts = text
        .split(|c: char| c.is_whitespace() || [',', ';', '，', '；', '、'].contains(&c))
        .filter(|part| !part.is_empty());
    let read = |part: &str| {
        let part = part.trim_end_matches('/').to_ascii_lowercase();
        let (host, port) = match part.strip_prefix("https://")?.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (part.strip_prefix("https://")?, None),
        };
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let labels = |label: &str| !label.is_empty() && label.chars().all(letters);
        let good = host.split('.').all(labels)
            && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|n| n > 0));
        good.then_some(part)
    };
    let found: Option<Vec<String>> = parts.map(read).collect();
    found.filter(|found| found.len() <= ORIGINS_MAX)
}

/// `22:30` as minutes since midnight.
#[must_use]
pub fn minute_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

/// The values that were set.
#[derive(Debug, Clone, Default)]
pub struct Parameters(HashMap<(&'static str, Scope), String>);

impl Parameters {
    /// Out of stored rows of code, scope and value. What this version does not know is left out.
    pub fn from_rows<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let rows = rows.into_iter().filter_map(|(code, scope, value)| {
            let known = known(code)?;
            let value = match check(known, value) {
                Ok(value) => value,
                // A part of the platform is on where that is said and nowhere else.
                Err(_) if known.per_area => "0".to_owned(),
                Err(_) => return None,
            };
            Some(((known.code, Scope::parse(scope)?), value))
        });
        Self(rows.collect())
    }

    /// The value set for exactly this scope.
    #[must_use]
    pub fn set_for(&self, known: &Known, scope: Scope) -> Option<&str> {
        self.0.get(&(known.code, scope)).map(String::as_str)
    }

    /// The value that an area has of its own.
    #[must_use]
    pub fn at(&self, code: &str, area: AreaId) -> Option<&str> {
        self.set_for(known(code)?, Scope::Area(area))
    }

    /// All values that were set for one parameter, in a stable order.
    #[must_use]
    pub fn all_of(&self, known: &Known) -> Vec<(Scope, &str)> {
        let mut all: Vec<_> = self
            .0
            .iter()
            .filter(|((code, _), _)| *code == known.code)
            .map(|((_, scope), value)| (*scope, value.as_str()))
            .collect();
        all.sort_by_key(|(scope, _)| scope.to_string());
        all
    }

    /// The value for all.
    #[must_use]
    pub fn text(&self, code: &str) -> &str {
        known(code).map_or("", |known| {
            self.set_for(known, Scope::All).unwrap_or(known.default)
        })
    }

    /// Whether what a last day bounds holds on `today`.
    #[must_use]
    pub fn holds(&self, code: &str, today: Day) -> bool {
        Day::parse(self.text(code)).is_ok_and(|last| today <= last)
    }

    /// The number for all.
    #[must_use]
    pub fn number(&self, code: &str) -> i64 {
        self.text(code).parse().unwrap_or_default()
    }

    /// The values that hold for somebody with these roles: each role's own, else the one for all.
    fn of_roles<'a>(&'a self, code: &'a str, roles: &'a [Role]) -> impl Iterator<Item = &'a str> {
        let own = roles.iter().map(move |role| {
            known(code)
                .and_then(|known| self.set_for(known, Scope::Role(*role)))
                .unwrap_or_else(|| self.text(code))
        });
        own.chain(roles.is_empty().then(|| self.text(code)))
    }

    /// The smallest number of somebody's roles: the strictest, as all of them are times and counts
    /// that bound.
    #[must_use]
    pub fn least(&self, code: &str, roles: &[Role]) -> i64 {
        self.of_roles(code, roles)
            .filter_map(|value| value.parse().ok())
            .min()
            .unwrap_or_default()
    }

    /// Whether any of somebody's roles demands it.
    #[must_use]
    pub fn demanded(&self, code: &str, roles: &[Role]) -> bool {
        self.of_roles(code, roles).any(|value| value == "1")
    }

    /// Whether somebody may come from an address: it has to lie within the networks of the account
    /// and of each role, where those are set.
    #[must_use]
    pub fn admits(&self, account: AccountId, roles: &[Role], address: IpAddr) -> bool {
        let own = known(code::NETWORKS)
            .and_then(|known| self.set_for(known, Scope::Account(account)))
            .unwrap_or_default();
        self.of_roles(code::NETWORKS, roles)
            .chain([own])
            .all(|value| {
                let networks = Network::list(value).unwrap_or_default();
                networks.is_empty() || networks.iter().any(|n| n.contains(address))
            })
    }

    /// How strict passwords are.
    #[must_use]
    pub fn strength(&self) -> Strength {
        let count = |code| usize::try_from(self.number(code)).unwrap_or_default();
        Strength {
            chars_min: count(code::CHARS_MIN).max(limits::PASSWORD_CHARS_MIN),
            classes_min: count(code::CLASSES_MIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(rows: &[(&'static str, &'static str, &'static str)]) -> Parameters {
        Parameters::from_rows(rows.iter().copied())
    }

    #[test]
    fn every_default_is_within_its_own_bounds_and_codes_are_given_once() {
        let mut codes = std::collections::BTreeSet::new();
        for known in ALL {
            assert_eq!(
                check(known, known.default).as_deref(),
                Ok(known.default),
                "{}",
                known.code
            );
            assert!(codes.insert(known.code), "{}", known.code);
            assert!(known.help.ends_with('。'), "{}", known.code);
        }
    }

    #[test]
    fn a_value_out_of_bounds_is_refused_with_what_is_allowed() {
        let refused = |code: &str, value: &str| check(known(code).unwrap(), value).unwrap_err();
        assert_eq!(
            refused(code::LOCK_MINUTES, "4").message,
            "“锁定时长”要填 5 到 1440 的整数（分钟）"
        );
        assert_eq!(refused(code::LOCK_MINUTES, "很久").code, "bad_value");
        assert_eq!(refused(code::SECOND_FACTOR, "2").code, "bad_value");
        assert_eq!(refused(code::NETWORKS, "内网").code, "bad_network");
        assert_eq!(
            check(known(code::NETWORKS).unwrap(), "10.0.0.0/8 192.168.1.1").as_deref(),
            Ok("10.0.0.0/8,192.168.1.1/32")
        );
    }

    #[test]
    fn a_site_is_a_scheme_and_a_host_and_nothing_that_could_break_out_of_a_header() {
        let known = known(code::EMBEDDING).unwrap();
        assert_eq!(
            check(
                known,
                "https://App.example.gov.cn/，https://m.example.cn:8443"
            )
            .as_deref(),
            Ok("https://app.example.gov.cn,https://m.example.cn:8443")
        );
        assert_eq!(check(known, "").as_deref(), Ok(""));
        for bad in [
            "http://app.example.cn",
            "https://*",
            "https://*.example.cn",
            "https://",
            "https://a.cn/path",
            "https://a.cn:0",
            "https://a.cn:80:90",
            "https://a.cn;script-src",
            "'self'",
            "https://a..cn",
            "https://a.cn https://",
        ] {
            assert_eq!(check(known, bad).unwrap_err().code, "bad_value", "{bad}");
        }
    }

    #[test]
    fn who_holds_several_roles_has_the_strictest_of_their_values() {
        let p = set(&[
            (code::IDLE_MINUTES, "", "60"),
            (code::IDLE_MINUTES, "role:sec_admin", "10"),
            (code::IDLE_MINUTES, "role:unit_head", "240"),
            (code::SECOND_FACTOR, "role:sec_admin", "1"),
        ]);
        let least = |roles: &[Role]| p.least(code::IDLE_MINUTES, roles);
        assert_eq!(least(&[]), 60);
        assert_eq!(least(&[Role::UnitHead]), 240);
        assert_eq!(least(&[Role::UnitHead, Role::SecAdmin]), 10);
        assert_eq!(least(&[Role::GridHead, Role::UnitHead]), 60);
        assert!(p.demanded(code::SECOND_FACTOR, &[Role::UnitHead, Role::SecAdmin]));
        assert!(!p.demanded(code::SECOND_FACTOR, &[Role::UnitHead]));
    }

    #[test]
    fn an_address_has_to_lie_in_the_networks_of_the_account_and_of_each_role() {
        let p = set(&[
            (code::NETWORKS, "role:sec_admin", "10.0.0.0/8"),
            (code::NETWORKS, "account:7", "10.1.0.0/16"),
        ]);
        let admits =
            |id, roles: &[Role], ip: &str| p.admits(AccountId(id), roles, ip.parse().unwrap());
        assert!(admits(1, &[], "8.8.8.8"));
        assert!(!admits(1, &[Role::SecAdmin], "8.8.8.8"));
        assert!(admits(1, &[Role::SecAdmin], "10.2.0.1"));
        assert!(!admits(7, &[Role::SecAdmin], "10.2.0.1"));
        assert!(admits(7, &[Role::SecAdmin], "10.1.0.1"));
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for scope in [
            Scope::All,
            Scope::Role(Role::GridHead),
            Scope::Account(AccountId(42)),
        ] {
            assert_eq!(Scope::parse(&scope.to_string()), Some(scope));
        }
        assert_eq!(Scope::parse("role:king"), None);
        assert_eq!(Scope::parse("x"), None);
    }

    #[test]
    fn what_is_stored_and_not_known_is_left_out() {
        let p = set(&[
            ("gone", "", "1"),
            (code::LOCK_MINUTES, "", "bad"),
            (code::LOCK_MINUTES, "galaxy", "30"),
        ]);
        assert_eq!(p.number(code::LOCK_MINUTES), 15);
    }
}
