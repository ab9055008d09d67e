//! Parameters that are changed while the platform runs: what may be set, within which bounds, by
//! which administrator. Those of the nation are shown and cannot be changed.

use crate::id::AccountId;
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
}

impl Scope {
    /// The scope of a stored text: empty, `role:unit_head`, `account:42`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text.is_empty() => Some(Self::All),
            Some(("role", code)) => Role::parse(code).map(Self::Role),
            Some(("account", id)) => id.parse().ok().map(|id| Self::Account(AccountId(id))),
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
}

const fn number(
    code: &'static str,
    word: &'static str,
    help: &'static str,
    bounds: (i64, i64, &'static str),
    default: &'static str,
) -> Known {
    Known {
        code,
        word,
        help,
        kind: Kind::Number(bounds.0, bounds.1, bounds.2),
        default,
        keeper: Keeper::Security,
        per_role: false,
        per_account: false,
    }
}
const fn per_role(known: Known) -> Known {
    Known {
        per_role: true,
        ..known
    }
}
const fn of_kind(kind: Kind, known: Known) -> Known {
    Known { kind, ..known }
}
const fn kept_by(keeper: Keeper, known: Known) -> Known {
    Known { keeper, ..known }
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
    pub const UNMASK_DAILY: &str = "unmask_daily_max";
    pub const QUIET_FROM: &str = "quiet_from";
    pub const QUIET_TO: &str = "quiet_to";
    pub const HEALTH_UNTIL: &str = "health_until";
}

/// All parameters, in the order of the page.
pub const ALL: &[Known] = &[
    number(
        code::CHARS_MIN,
        "密码最短长度",
        "新密码至少要有的字符数。",
        (8, 32, "个字符"),
        "8",
    ),
    number(
        code::CLASSES_MIN,
        "密码字符种类",
        "小写字母、大写字母、数字、符号四类中至少要用到的种类数。",
        (2, 4, "类"),
        "3",
    ),
    number(
        code::DAYS_MAX,
        "密码有效期",
        "超过这个天数必须修改密码才能继续使用；0 为不限。",
        (0, 730, "天"),
        "90",
    ),
    number(
        code::HISTORY,
        "不得重复最近的密码",
        "新密码不能与最近几次用过的密码相同；0 为不限。",
        (0, 24, "次"),
        "5",
    ),
    of_kind(
        Kind::Switch,
        number(
            code::FIRST_CHANGE,
            "首次登录须改密码",
            "管理员设置或重置的密码，本人登录后必须先修改。",
            (0, 1, ""),
            "1",
        ),
    ),
    number(
        code::FAILURES_MAX,
        "锁定前的输错次数",
        "连续输错密码或动态码达到这个次数，账号锁定。",
        (3, 10, "次"),
        "5",
    ),
    number(
        code::LOCK_MINUTES,
        "锁定时长",
        "锁定后要等待的时间，安全管理员可提前解锁。",
        (5, 1_440, "分钟"),
        "15",
    ),
    per_role(number(
        code::IDLE_MINUTES,
        "无操作退出",
        "超过这个时间没有操作，登录失效。",
        (5, 480, "分钟"),
        "120",
    )),
    per_role(number(
        code::HOURS_MAX,
        "登录最长时间",
        "从登录起超过这个时间，必须重新登录。",
        (1, 24, "小时"),
        "24",
    )),
    per_role(number(
        code::SESSIONS_MAX,
        "同时登录数",
        "一个账号同时有效的登录；超过时最早的一个被退出。",
        (1, 100, "个"),
        "20",
    )),
    per_role(of_kind(
        Kind::Switch,
        number(
            code::SECOND_FACTOR,
            "须用动态码",
            "登录除密码外还要动态验证码(RFC 6238)；尚未绑定的人登录后先绑定。",
            (0, 1, ""),
            "0",
        ),
    )),
    Known {
        per_account: true,
        ..per_role(of_kind(
            Kind::Networks,
            number(
                code::NETWORKS,
                "允许的网络",
                "只能从这些网络登录和使用；留空为不限。",
                (0, 0, ""),
                "",
            ),
        ))
    },
    number(
        code::UNMASK_DAILY,
        "每日查看联系方式",
        "一个账号一天最多查看多少条完整的联系方式。",
        (0, 500, "条"),
        "50",
    ),
    kept_by(
        Keeper::System,
        of_kind(
            Kind::Hour,
            number(
                code::QUIET_FROM,
                "免打扰开始",
                "从这个时间起，短信、邮件等外发消息留到免打扰结束；留空为不设。",
                (0, 0, ""),
                "22:00",
            ),
        ),
    ),
    kept_by(
        Keeper::System,
        of_kind(
            Kind::Hour,
            number(
                code::QUIET_TO,
                "免打扰结束",
                "到这个时间起恢复发送；留空为不设。",
                (0, 0, ""),
                "07:00",
            ),
        ),
    ),
    kept_by(
        Keeper::System,
        of_kind(
            Kind::LastDay,
            number(
                code::HEALTH_UNTIL,
                "公共卫生快报启用到",
                "到这一天为止，公共卫生事项可以直报镇街，过后自动停用；最长三个月，到期仍需要的重新设置；留空为停用。",
                (0, 0, ""),
                "",
            ),
        ),
    ),
    kept_by(
        Keeper::Nation,
        number(
            "log_months_min",
            "日志留存",
            "登录日志和审计日志至少留存的时间(《网络安全法》第二十一条)。本平台不删除这些日志。",
            (6, 6, "个月"),
            "6",
        ),
    ),
];

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
                "“{}”要填 {min} 到 {max} 的整数({unit})",
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
            let value = check(known, value).ok()?;
            Some(((known.code, Scope::parse(scope)?), value))
        });
        Self(rows.collect())
    }

    /// The value set for exactly this scope.
    #[must_use]
    pub fn set_for(&self, known: &Known, scope: Scope) -> Option<&str> {
        self.0.get(&(known.code, scope)).map(String::as_str)
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
            "“锁定时长”要填 5 到 1440 的整数(分钟)"
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
