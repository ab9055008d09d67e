//! Duty rosters.

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId};
use civic::mask;
use civic::module::Module;
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;

/// Most people on duty in one area on one day.
const PEOPLE_MAX: usize = 20;

/// One person on duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDuty {
    /// The account.
    pub account: AccountId,
    /// Name.
    pub name: String,
    /// Phone number, masked.
    pub phone_masked: String,
}

impl Office {
    /// Who is on duty in an area on a day.
    ///
    /// # Errors
    /// `Unknown` for an area that does not exist; `Denied` for who holds no post.
    pub async fn duties(&self, actor: &Actor, area: AreaId, day: Day) -> Result<Vec<OnDuty>> {
        staff_only(actor)?;
        self.world()
            .tree()
            .get(area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        self.need(Module::Centre, area)?;
        let accounts = self
            .read(move |conn| {
                let ids = store::duty::get(conn, area, day)?;
                store::account::by_ids(conn, &ids)
            })
            .await?;
        Ok(accounts
            .into_iter()
            .map(|a| OnDuty {
                account: a.id,
                phone_masked: a.phone.as_deref().map(mask::phone).unwrap_or_default(),
                name: a.name,
            })
            .collect())
    }

    /// Replaces the roster of an area and day.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` for a past day, too many people, and people
    /// without a post in the area that day.
    pub async fn set_duties(
        &self,
        actor: &Actor,
        area: AreaId,
        day: Day,
        accounts: Vec<AccountId>,
    ) -> Result<Vec<OnDuty>> {
        self.require_over(actor, Verb::ManageDuty, area)?;
        let (world, now) = (self.world(), self.now());
        if day < self.today() {
            return Err(Refusal::invalid("day", "past", "不能改动已经过去的值班安排").into());
        }
        if accounts.len() > PEOPLE_MAX {
            return Err(Refusal::invalid(
                "accounts",
                "too_many",
                format!("一个区域一天最多安排 {PEOPLE_MAX} 人值班"),
            )
            .into());
        }
        let directory = world.directory();
        let serves = |account: &AccountId| {
            directory
                .posts_of(*account, day)
                .iter()
                .any(|p| match p.seat {
                    Seat::Area(own) => world.tree().within(own, area),
                    Seat::Org(org) => directory
                        .org(org)
                        .is_some_and(|o| world.tree().within(o.area, area)),
                })
        };
        let strangers = accounts.iter().filter(|a| !serves(a)).count();
        if strangers > 0 {
            let sentence =
                format!("有 {strangers} 人在 {day} 不在本区域任职，请只选择本区域在岗的人员");
            return Err(Refusal::invalid("accounts", "not_in_office", sentence).into());
        }
        let keeper = actor.clone();
        self.write(move |conn| {
            store::duty::put(conn, area, day, &accounts)?;
            let detail = format!("{day} 值班 {} 人", accounts.len());
            store::audit::append(
                conn,
                &entry(&keeper, now, "set_duties", format!("area:{area}"), detail),
            )?;
            Ok(())
        })
        .await?;
        self.duties(actor, area, day).await
    }
}
