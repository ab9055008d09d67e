//! What somebody has to do before anything else: a password that another set, or that is too old, is
//! changed; a second factor that a post demands is enrolled.

use civic::parameter::Parameters;
use civic::parameter::code::{DAYS_MAX, FIRST_CHANGE, SECOND_FACTOR};
use civic::post::Role;
use civic::refusal::Hold;
use civic::time::Instant;
use store::account::Account;
use store::credential::Credential;

/// The hold on an account. The shared accounts of a demonstration are free: nobody owns them.
pub(super) fn hold(
    parameters: &Parameters,
    roles: &[Role],
    account: &Account,
    credential: Option<&Credential>,
    now: Instant,
) -> Option<Hold> {
    // Who enters from a city app has no password that could age.
    if account.demo || account.secret.is_empty() {
        return None;
    }
    let given = credential.is_some_and(|c| c.given);
    let set_at = credential.map_or(account.created_at, |c| c.set_at);
    let days = parameters.number(DAYS_MAX);
    if given && parameters.number(FIRST_CHANGE) == 1
        || days > 0 && now >= set_at.plus_hours(days * 24)
    {
        return Some(Hold::Password);
    }
    let enrolled = credential.is_some_and(|c| c.factor_at.is_some());
    (!enrolled && parameters.demanded(SECOND_FACTOR, roles)).then_some(Hold::Factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use civic::id::AccountId;
    use store::account::AccountKind;

    const DAY: i64 = 24;

    fn account(demo: bool) -> Account {
        Account {
            id: AccountId(1),
            login: "chen".into(),
            name: "陈春山".into(),
            phone: None,
            secret: "hash".into(),
            kind: AccountKind::Staff,
            demo,
            failures: 0,
            locked_until: None,
            disabled_at: None,
            created_at: Instant(0),
        }
    }

    fn set(given: bool, factor: bool) -> Credential {
        Credential {
            set_at: Instant(0).plus_hours(100 * DAY),
            given,
            factor: None,
            factor_at: factor.then_some(Instant(5)),
            factor_step: 0,
        }
    }

    #[test]
    fn the_password_comes_first_and_then_the_factor() {
        let strict = Parameters::from_rows([(SECOND_FACTOR, "role:sec_admin", "1")]);
        let at = |days: i64, roles: &[Role], credential: Option<Credential>| {
            let now = Instant(0).plus_hours(days * DAY);
            hold(&strict, roles, &account(false), credential.as_ref(), now)
        };
        let security = [Role::SecAdmin];
        assert_eq!(at(89, &[], None), None);
        assert_eq!(
            at(90, &[], None),
            Some(Hold::Password),
            "counted from the founding"
        );
        assert_eq!(
            at(101, &security, Some(set(true, false))),
            Some(Hold::Password)
        );
        assert_eq!(
            at(101, &security, Some(set(false, false))),
            Some(Hold::Factor)
        );
        assert_eq!(at(101, &security, Some(set(false, true))), None);
        assert_eq!(at(101, &[Role::UnitHead], Some(set(false, false))), None);
        assert_eq!(
            at(190, &security, Some(set(false, true))),
            Some(Hold::Password)
        );
    }

    #[test]
    fn the_shared_accounts_of_a_demonstration_are_free() {
        let strict = Parameters::from_rows([(SECOND_FACTOR, "", "1")]);
        let now = Instant(0).plus_hours(900 * DAY);
        assert_eq!(hold(&strict, &[], &account(true), None, now), None);
    }

    #[test]
    fn what_is_switched_off_holds_nobody() {
        let lax = Parameters::from_rows([(DAYS_MAX, "", "0"), (FIRST_CHANGE, "", "0")]);
        let now = Instant(0).plus_hours(900 * DAY);
        assert_eq!(
            hold(&lax, &[], &account(false), Some(&set(true, false)), now),
            None
        );
    }
}
