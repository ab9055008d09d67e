//! Accounts: who can sign in. Names and secrets only; every right comes from a post.

use std::collections::HashMap;

use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use crate::rows;

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// Somebody who may hold posts.
    Staff,
    /// A resident.
    Resident,
    /// Another system, by API token only.
    Service,
}

impl AccountKind {
    /// The stored code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Resident => "resident",
            Self::Service => "service",
        }
    }
    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Staff, Self::Resident, Self::Service]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// One account. Deliberately without `Debug`: it holds a secret and a phone number.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Own id.
    pub id: AccountId,
    /// Unique, in lower case.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Phone number, personal data.
    pub phone: Option<String>,
    /// Password hash in PHC form.
    pub secret: String,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether it belongs to a demonstration and is shown on its sign-in page.
    pub demo: bool,
    /// Failed sign-ins since the last good one.
    pub failures: i64,
    /// Until when no password is accepted.
    pub locked_until: Option<Instant>,
    /// Since when it may not be used.
    pub disabled_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

const ACCOUNT: Table<'_> = Table {
    name: "account",
    columns: &[
        ("id", Kind::Int),
        ("login", Kind::Text),
        ("name", Kind::Text),
        ("phone", Kind::Text),
        ("secret", Kind::Text),
        ("kind", Kind::Text),
        ("demo", Kind::Int),
        ("failures", Kind::Int),
        ("locked_until", Kind::Int),
        ("disabled_at", Kind::Int),
        ("created_at", Kind::Int),
    ],
};
const ACCOUNTS: &str = "SELECT id, login, name, phone, secret, kind, demo, failures, \
    locked_until, disabled_at, created_at FROM account";

fn account(row: &Row) -> Result<Account> {
    let kind = row.text(5)?;
    Ok(Account {
        id: AccountId(row.int(0)?),
        login: row.string(1)?,
        name: row.string(2)?,
        phone: row.opt_text(3)?.map(Into::into),
        secret: row.string(4)?,
        kind: AccountKind::parse(kind)
            .ok_or_else(|| DbError::Other(format!("account.kind: no kind {kind}")))?,
        demo: row.bool(6)?,
        failures: row.int(7)?,
        locked_until: row.opt_int(8)?.map(Instant),
        disabled_at: row.opt_int(9)?.map(Instant),
        created_at: Instant(row.int(10)?),
    })
}

/// Adds accounts; a login that is taken fails the set with a unique constraint.
pub fn insert_many(conn: &mut Conn, accounts: &[Account]) -> Result<u64> {
    rows::insert(conn, &ACCOUNT, accounts, OnConflict::Error, |a| {
        vec![
            a.id.0.into(),
            (&a.login).into(),
            (&a.name).into(),
            a.phone.as_deref().into(),
            (&a.secret).into(),
            a.kind.code().into(),
            a.demo.into(),
            a.failures.into(),
            a.locked_until.map(|t| t.0).into(),
            a.disabled_at.map(|t| t.0).into(),
            a.created_at.0.into(),
        ]
    })
}

/// The account with this login (given in lower case).
pub fn by_login(conn: &mut Conn, login: &str) -> Result<Option<Account>> {
    let row = conn.query_opt(&format!("{ACCOUNTS} WHERE login = $1"), &[login.into()])?;
    row.as_ref().map(account).transpose()
}

/// The account with this id.
pub fn by_id(conn: &mut Conn, id: AccountId) -> Result<Option<Account>> {
    let row = conn.query_opt(&format!("{ACCOUNTS} WHERE id = $1"), &[id.0.into()])?;
    row.as_ref().map(account).transpose()
}

/// The accounts among `ids` that exist.
pub fn by_ids(conn: &mut Conn, ids: &[AccountId]) -> Result<Vec<Account>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = format!("{ACCOUNTS} WHERE id = ANY($1) ORDER BY id");
    conn.query(&sql, &[Value::Ints(ids)])?
        .iter()
        .map(account)
        .collect()
}

/// The names of some accounts.
pub fn names(conn: &mut Conn, ids: &[AccountId]) -> Result<HashMap<AccountId, String>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut names = HashMap::with_capacity(ids.len());
    conn.for_each(
        "SELECT id, name FROM account WHERE id = ANY($1)",
        &[Value::Ints(ids)],
        |row| {
            names.insert(AccountId(row.int(0)?), row.string(1)?);
            Ok(())
        },
    )?;
    Ok(names)
}

/// The names of all accounts: small beside the directory, and needed to show who holds a post.
pub fn all_names(conn: &mut Conn) -> Result<HashMap<AccountId, Box<str>>> {
    let mut names = HashMap::new();
    conn.for_each("SELECT id, name FROM account", &[], |row| {
        names.insert(AccountId(row.int(0)?), row.text(1)?.into());
        Ok(())
    })?;
    Ok(names)
}

/// The accounts of the demonstration that may be used, by id.
pub fn demo(conn: &mut Conn) -> Result<Vec<Account>> {
    let sql = format!("{ACCOUNTS} WHERE demo = 1 AND disabled_at IS NULL ORDER BY id");
    conn.query(&sql, &[])?.iter().map(account).collect()
}

/// One page of accounts after `after`, by id, for the administrators; with `begins`, of those whose
/// login or name begins so; with `service`, only those that other systems use.
pub fn page(
    conn: &mut Conn,
    begins: Option<&str>,
    service: bool,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<Account>> {
    let after = after.map_or(0, |id| id.0);
    let escaped = begins
        .unwrap_or_default()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let kind = match service {
        true => format!(" AND kind = '{}'", AccountKind::Service.code()),
        false => String::new(),
    };
    let sql = format!(
        "{ACCOUNTS} WHERE id > $1{kind} AND (login LIKE $2 ESCAPE '\\' OR name LIKE $2 ESCAPE '\\') ORDER BY id LIMIT $3"
    );
    let params = [
        after.into(),
        format!("{escaped}%").into(),
        (limit as i64).into(),
    ];
    conn.query(&sql, &params)?.iter().map(account).collect()
}

/// Sets the count of failures and the lock: zero and none after a good sign-in.
pub fn set_failures(
    conn: &mut Conn,
    id: AccountId,
    failures: i64,
    locked_until: Option<Instant>,
) -> Result<()> {
    conn.exec(
        "UPDATE account SET failures = $2, locked_until = $3 WHERE id = $1",
        &[
            id.0.into(),
            failures.into(),
            locked_until.map(|t| t.0).into(),
        ],
    )?;
    Ok(())
}

/// Sets a new password hash and lifts a lock.
pub fn set_secret(conn: &mut Conn, id: AccountId, secret: &str) -> Result<()> {
    conn.exec(
        "UPDATE account SET secret = $2, failures = 0, locked_until = NULL WHERE id = $1",
        &[id.0.into(), secret.into()],
    )?;
    Ok(())
}

/// Disables an account (`Some`) or lets it be used again (`None`). Whether there is one.
pub fn set_disabled(conn: &mut Conn, id: AccountId, at: Option<Instant>) -> Result<bool> {
    let touched = conn.exec(
        "UPDATE account SET disabled_at = $2 WHERE id = $1",
        &[id.0.into(), at.map(|t| t.0).into()],
    )?;
    Ok(touched == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Rule;
    use crate::on_both;
    use crate::testing::prepare;

    fn account(id: i64, login: &str) -> Account {
        Account {
            id: AccountId(id),
            login: login.into(),
            name: format!("人{id}"),
            phone: Some("13812341234".into()),
            secret: "hash".into(),
            kind: AccountKind::Staff,
            demo: id == 2,
            failures: 0,
            locked_until: None,
            disabled_at: None,
            created_at: Instant(1),
        }
    }

    on_both! {
        fn an_account_is_found_by_login_and_by_id(conn: &mut Conn) {
            prepare(conn);
            insert_many(conn, &[account(1, "chen"), account(2, "lin")]).unwrap();
            assert!(by_login(conn, "lin").unwrap() == Some(account(2, "lin")));
            assert!(by_id(conn, AccountId(1)).unwrap() == Some(account(1, "chen")));
            assert!(by_login(conn, "Lin").unwrap().is_none());
            let known = names(conn, &[AccountId(1), AccountId(3)]).unwrap();
            assert_eq!(known, HashMap::from([(AccountId(1), "人1".to_owned())]));
            assert_eq!(all_names(conn).unwrap().len(), 2);
            let demo: Vec<_> = demo(conn).unwrap().into_iter().map(|a| a.id.0).collect();
            assert_eq!(demo, [2]);
            let rest: Vec<_> = page(conn, None, false, Some(AccountId(1)), 10).unwrap().into_iter().map(|a| a.id.0).collect();
            assert_eq!(rest, [2]);
            assert_eq!(by_ids(conn, &[AccountId(1), AccountId(9)]).unwrap().len(), 1);
        }

        fn a_login_is_given_once(conn: &mut Conn) {
            prepare(conn);
            insert_many(conn, &[account(1, "chen")]).unwrap();
            match insert_many(conn, &[account(2, "chen")]) {
                Err(DbError::Constraint(c)) => assert_eq!(c.rule, Rule::Unique),
                other => panic!("{other:?}"),
            }
        }

        fn failures_lock_secret_and_disabling_are_kept(conn: &mut Conn) {
            prepare(conn);
            insert_many(conn, &[account(1, "chen")]).unwrap();
            let id = AccountId(1);
            set_failures(conn, id, 5, Some(Instant(900))).unwrap();
            let locked = by_id(conn, id).unwrap().unwrap();
            assert_eq!((locked.failures, locked.locked_until), (5, Some(Instant(900))));
            set_secret(conn, id, "other").unwrap();
            let changed = by_id(conn, id).unwrap().unwrap();
            assert_eq!((changed.secret.as_str(), changed.failures, changed.locked_until), ("other", 0, None));
            assert!(set_disabled(conn, id, Some(Instant(7))).unwrap());
            assert_eq!(by_id(conn, id).unwrap().unwrap().disabled_at, Some(Instant(7)));
            assert!(!set_disabled(conn, AccountId(44), None).unwrap());
        }
    }
}
