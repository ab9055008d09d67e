//! Who somebody is: passwords, sessions, API tokens, accounts, and the keys of the installation.

mod account;
mod entrance;
mod factor;
mod hold;
mod issuer;
pub mod keys;
mod me;
mod new_password;
pub mod password;
mod phone;
pub mod session;
mod sign_in;
mod sign_in_log;
pub mod signing;
mod token;
pub mod totp;

pub(crate) use account::check as check_account;
pub use account::{AccountRow, Created, DEMO_PASSWORD, DemoAccount, NewAccount};
pub use entrance::{EntryAppRow, entry_token};
pub(crate) use factor::untouched;
pub use factor::{FactorState, Offer};
pub use issuer::{IdentityRow, IssuerAnswer, IssuerRow, IssuerVisit};
pub use me::{Me, MePost};
pub use phone::PhoneSignIn;
pub use session::OwnSession;
pub use sign_in::SignedIn;
pub use sign_in_log::{SignInOutcome, SignInRow};
pub use store::sign_in::Wanted as SignInsWanted;
pub use token::{NewToken, TokenRow};

use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId};
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::rights::{self, Relation, Verb};
use civic::time::Instant;
use civic::trace::Hash;
use store::audit::Entry;

/// A secret of 256 random bits, in the characters of URLs and headers.
fn fresh_secret() -> String {
    data_encoding::BASE64URL_NOPAD.encode(&rand::random::<[u8; 32]>())
}

/// What is kept of a secret. No salt is needed: nobody guesses 256 random bits.
fn digest(secret: &str) -> Hash {
    Hash::of(secret.as_bytes())
}

/// An audit entry of something that `actor` does.
pub(crate) fn entry(
    actor: &Actor,
    at: Instant,
    action: &str,
    object: String,
    detail: String,
) -> Entry {
    Entry {
        at,
        account: actor.account,
        name: actor.name.clone(),
        action: action.into(),
        object,
        detail,
    }
}

impl Office {
    /// Refuses who holds `verb` over no area at all.
    pub(crate) fn require(&self, actor: &Actor, verb: Verb) -> Result<()> {
        let held = actor
            .posts
            .iter()
            .any(|p| rights::relations(p.role, verb).any(|r| r == Relation::Within));
        if held {
            Ok(())
        } else {
            Err(denied(verb).into())
        }
    }

    /// Refuses who does not hold `verb` over `area`.
    pub(crate) fn require_over(&self, actor: &Actor, verb: Verb, area: AreaId) -> Result<()> {
        match self.world().directory().over(actor, verb, area) {
            Some(_) => civic::module::Module::of(verb).map_or(Ok(()), |part| self.need(part, area)),
            None => Err(denied(verb).into()),
        }
    }

    /// Refuses who does not hold `verb` over every area in which `account` has a post today: the
    /// administrator of a county does not reset the password of the city's leader.
    pub(crate) fn require_over_account(
        &self,
        actor: &Actor,
        verb: Verb,
        account: AccountId,
    ) -> Result<()> {
        self.require(actor, verb)?;
        let world = self.world();
        let directory = world.directory();
        for post in directory.posts_of(account, self.today()) {
            let area = match post.seat {
                Seat::Area(area) => Some(area),
                Seat::Org(org) => directory.org(org).map(|o| o.area),
            };
            if area.is_none_or(|area| directory.over(actor, verb, area).is_none()) {
                return Err(Refusal::Denied(
                    "这个账号的岗位超出了您的管理范围，请联系上级安全管理员".into(),
                )
                .into());
            }
        }
        Ok(())
    }
}

fn denied(verb: Verb) -> Refusal {
    Refusal::Denied(format!(
        "您没有“{}”的权限，或者超出了您的管辖范围；如有需要请联系上级管理员",
        verb.word()
    ))
}
