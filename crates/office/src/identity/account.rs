//! Accounts: made by the system administrator, disabled and given new passwords by the security
//! administrator; the owner changes the password. Whoever makes an account cannot give it rights, and
//! whoever gives rights can make no account.

use super::factor::untouched;
use super::sign_in::{lifted, settled_login};
use super::{entry, password};
use crate::{Office, Result};
use civic::attempts;
use civic::directory::Actor;
use civic::id::AccountId;
use civic::limits::{NAME_CHARS_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::mask;
use civic::post::Role;
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use store::account::{Account, AccountKind};
use store::credential::Credential;
use store::driver::{DbError, Rule};
use store::lane::Failure;

/// The password of every account made for showing. Such accounts exist in demonstrations only, where
/// the sign-in page shows it.
pub const DEMO_PASSWORD: &str = "Hangji@2026";

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// 3 to 32 letters, digits, `.`, `-`, `_`.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Phone number.
    pub phone: Option<String>,
    /// Whether another system uses it: then it has no password, only tokens.
    pub service: bool,
}

/// An account that was made, or has a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The account.
    pub id: AccountId,
    /// Its login.
    pub login: String,
    /// The password, shown this once; none for a service.
    pub password: Option<String>,
}

/// An account as the security administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Own id.
    pub id: AccountId,
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// Phone number, masked.
    pub phone_masked: String,
    /// Whether another system uses it.
    pub service: bool,
    /// Locked until.
    pub locked_until: Option<Instant>,
    /// Disabled since.
    pub disabled_at: Option<Instant>,
    /// Titles of the posts held today.
    pub titles: Vec<String>,
}

/// An account made for showing, as the sign-in page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAccount {
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// Title of the first post; `居民` without one.
    pub title: String,
    /// Role of the first post; a resident has none.
    pub role: Option<Role>,
    /// Full name of the place of the first post.
    pub place: String,
}

impl Office {
    /// Makes an account.
    ///
    /// # Errors
    /// `Denied`; `Invalid` with every broken rule; `Conflict` when the login is taken.
    pub async fn create_account(&self, actor: &Actor, new: NewAccount) -> Result<Created> {
        self.require(actor, Verb::ManageAccounts)?;
        let login = settled_login(&new.login);
        let (name, phone) = (
            new.name.trim().to_owned(),
            new.phone
                .map(|p| p.trim().to_owned())
                .filter(|p| !p.is_empty()),
        );
        check(&login, &name, phone.as_deref())?;
        let password = (!new.service).then(password::generate);
        let secret = match password.clone() {
            Some(password) => password::hash_async(password).await,
            None => String::new(),
        };
        let (actor, now, kept, kind) = (
            actor.clone(),
            self.now(),
            login.clone(),
            if new.service {
                AccountKind::Service
            } else {
                AccountKind::Staff
            },
        );
        let id = self
            .write(move |conn| {
                let id = AccountId(store::fresh_id(conn, "account", now)?);
                let detail = format!("登录名 {kept}");
                let account = Account {
                    id,
                    login: kept,
                    name,
                    phone,
                    secret,
                    kind,
                    demo: false,
                    failures: 0,
                    locked_until: None,
                    disabled_at: None,
                    created_at: now,
                };
                store::account::insert_many(conn, std::slice::from_ref(&account)).map_err(taken)?;
                let given = Credential {
                    given: true,
                    ..untouched(&account)
                };
                store::credential::put(conn, id, &given)?;
                store::audit::append(
                    conn,
                    &entry(
                        &actor,
                        now,
                        "create_account",
                        format!("account:{id}"),
                        detail,
                    ),
                )?;
                Ok(id)
            })
            .await?;
        Ok(Created {
            id,
            login,
            password,
        })
    }

    /// Disables an account, which ends its sessions at once, or lets it be used again.
    ///
    /// # Errors
    /// `Denied`, `Unknown`; `Conflict` for one's own account.
    pub async fn set_account_disabled(
        &self,
        actor: &Actor,
        id: AccountId,
        disabled: bool,
    ) -> Result<()> {
        self.require_over_account(actor, Verb::ManageLocks, id)?;
        if id == actor.account {
            return Err(
                Refusal::Conflict("不能停用自己的账号，请由另一位安全管理员操作".into()).into(),
            );
        }
        let (actor, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            if !store::account::set_disabled(conn, id, disabled.then_some(now))? {
                return Err(Refusal::unknown("账号").into());
            }
            if disabled {
                store::session::end_all(conn, id, None, now)?;
            }
            let action = if disabled {
                "disable_account"
            } else {
                "enable_account"
            };
            store::audit::append(
                conn,
                &entry(&actor, now, action, format!("account:{id}"), String::new()),
            )?;
            Ok(())
        })
        .await?;
        self.sessions.forget_all(id, None);
        Ok(())
    }

    /// Lifts the lock of an account before its time.
    ///
    /// # Errors
    /// `Denied`, `Unknown`; `Conflict` when it is not locked.
    pub async fn unlock_account(&self, actor: &Actor, id: AccountId) -> Result<()> {
        self.require_over_account(actor, Verb::ManageLocks, id)?;
        let (actor, now) = (actor.clone(), self.now());
        let (failures, minutes) = self.lock_after();
        self.write(move |conn| {
            let account =
                store::account::by_id(conn, id)?.ok_or_else(|| Refusal::unknown("账号"))?;
            let tries = store::sign_in::tries(conn, &account.login, now.plus_minutes(-minutes))?;
            let anywhere = attempts::locked_anywhere(&tries, failures, minutes);
            let until = account.locked_until.max(anywhere);
            if until.is_none_or(|until| until <= now) {
                return Err(Refusal::Conflict("这个账号没有锁定，无须解锁".into()).into());
            }
            store::account::set_failures(conn, id, 0, None)?;
            store::sign_in::insert(conn, &lifted(&account, now))?;
            let object = format!("account:{id}");
            let line = entry(&actor, now, "unlock_account", object, String::new());
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }

    /// A page of accounts after `after`, in the order in which they were made, without clear phone
    /// numbers. Accounts whose posts lie outside the actor's area are left out.
    ///
    /// # Errors
    /// `Denied` for who neither makes nor locks accounts.
    pub async fn accounts(
        &self,
        actor: &Actor,
        begins: Option<String>,
        service: bool,
        after: Option<AccountId>,
        limit: Option<usize>,
    ) -> Result<(Vec<AccountRow>, Option<AccountId>)> {
        self.require(actor, Verb::ManageAccounts)
            .or_else(|_| self.require(actor, Verb::ManageLocks))?;
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let (now, (failures, minutes)) = (self.now(), self.lock_after());
        let mut accounts = self
            .read(move |conn| {
                let mut page =
                    store::account::page(conn, begins.as_deref(), service, after, limit + 1)?;
                for account in &mut page {
                    let since = now.plus_minutes(-minutes);
                    let tries = store::sign_in::tries(conn, &account.login, since)?;
                    let anywhere = attempts::locked_anywhere(&tries, failures, minutes);
                    account.locked_until = account.locked_until.max(anywhere);
                }
                Ok(page)
            })
            .await?;
        let next = (accounts.len() > limit).then(|| accounts[limit - 1].id);
        accounts.truncate(limit);
        let (world, today) = (self.world(), self.today());
        let rows = accounts.into_iter().filter(|a| {
            [Verb::ManageAccounts, Verb::ManageLocks]
                .iter()
                .any(|verb| self.require_over_account(actor, *verb, a.id).is_ok())
        });
        let rows = rows.map(|a| AccountRow {
            titles: world
                .directory()
                .posts_of(a.id, today)
                .iter()
                .map(|p| world.directory().title(p))
                .collect(),
            id: a.id,
            login: a.login,
            name: a.name,
            phone_masked: a.phone.as_deref().map(mask::phone).unwrap_or_default(),
            service: a.kind == AccountKind::Service,
            locked_until: a.locked_until,
            disabled_at: a.disabled_at,
        });
        Ok((rows.collect(), next))
    }

    /// The accounts made for showing; none where the installation is no demonstration.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn demo_accounts(&self) -> Result<Vec<DemoAccount>> {
        if !self.is_demo() {
            return Ok(Vec::new());
        }
        let accounts = self.read(store::account::demo).await?;
        let (world, today) = (self.world(), self.today());
        let directory = world.directory();
        let shown = accounts.into_iter().map(|a| {
            let posts = directory.posts_of(a.id, today);
            let post = posts.iter().min_by_key(|p| p.id);
            let area = post.and_then(|p| match p.seat {
                civic::post::Seat::Area(area) => Some(area),
                civic::post::Seat::Org(org) => directory.org(org).map(|o| o.area),
            });
            DemoAccount {
                login: a.login,
                name: a.name,
                title: post.map_or_else(|| "居民".to_owned(), |p| directory.title(p)),
                role: post.map(|p| p.role),
                place: area
                    .map(|id| world.tree().full_name(id))
                    .unwrap_or_default(),
            }
        });
        Ok(shown.collect())
    }
}

/// Every rule that the fields of a new account break.
pub(crate) fn check(
    login: &str,
    name: &str,
    phone: Option<&str>,
) -> std::result::Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let letters = login
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
    if !(3..=32).contains(&login.chars().count()) || !letters {
        problems.push(Problem::new(
            "login",
            "bad_login",
            "登录名要用 3 到 32 个字母、数字或 . - _",
        ));
    }
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        problems.push(Problem::new(
            "name",
            "bad_name",
            format!("请填写姓名，最多 {NAME_CHARS_MAX} 个字"),
        ));
    }
    let digits = |p: &str| {
        (7..=20).contains(&p.len())
            && p.chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | '+'))
    };
    if phone.is_some_and(|p| !digits(p)) {
        problems.push(Problem::new(
            "phone",
            "bad_phone",
            "电话号码只能包含数字和 -，请核对",
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn taken(error: DbError) -> Failure {
    match &error {
        DbError::Constraint(c) if c.rule == Rule::Unique => {
            Refusal::Conflict("这个登录名已有人使用，请换一个".into()).into()
        }
        _ => error.into(),
    }
}
