//! Signing in by an identity provider of the house (OpenID Connect): who it is, which of its
//! identities belongs to which account, and who is on the way to it and back.

use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, DbError, Result, Row};

/// An identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Own code, chosen by the administrator; it stands in addresses.
    pub code: String,
    /// Name on the button.
    pub name: String,
    /// Whether people may sign in by it.
    pub enabled: bool,
    /// Sealed settings: they hold the secret of the client.
    pub settings: Vec<u8>,
}

fn issuer(row: &Row) -> Result<Issuer> {
    Ok(Issuer {
        code: row.string(0)?,
        name: row.string(1)?,
        enabled: row.bool(2)?,
        settings: row.bytes(3)?.to_vec(),
    })
}

/// All identity providers, by code.
pub fn issuers(conn: &mut Conn) -> Result<Vec<Issuer>> {
    let sql = "SELECT code, name, enabled, settings FROM issuer ORDER BY code";
    conn.query(sql, &[])?.iter().map(issuer).collect()
}

/// Sets an identity provider in the place of the one before.
pub fn put(conn: &mut Conn, issuer: &Issuer) -> Result<()> {
    conn.exec(
        "DELETE FROM issuer WHERE code = $1",
        &[(&issuer.code).into()],
    )?;
    conn.exec(
        "INSERT INTO issuer (code, name, enabled, settings) VALUES ($1, $2, $3, $4)",
        &[
            (&issuer.code).into(),
            (&issuer.name).into(),
            issuer.enabled.into(),
            issuer.settings.clone().into(),
        ],
    )?;
    Ok(())
}

/// Takes an identity provider away with the identities bound by it. How many those were; none where
/// there was no such provider.
pub fn remove(conn: &mut Conn, code: &str) -> Result<Option<u64>> {
    if conn.exec("DELETE FROM issuer WHERE code = $1", &[code.into()])? == 0 {
        return Ok(None);
    }
    conn.exec("DELETE FROM issuer_visit WHERE issuer = $1", &[code.into()])?;
    let bound = conn.exec("DELETE FROM identity WHERE issuer = $1", &[code.into()])?;
    Ok(Some(bound))
}

/// An identity that was bound to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Own id.
    pub id: i64,
    /// Keyed digest of the address of the provider and the person's id there: the id may be a phone
    /// number, and a provider whose address changed is another one.
    pub digest: [u8; 32],
    /// Code of the provider.
    pub issuer: String,
    /// Whose it is.
    pub account: AccountId,
    /// The person's id at the provider, masked.
    pub shown: String,
    /// When it was bound.
    pub at: Instant,
    /// Who bound it.
    pub by: AccountId,
}

fn identity(row: &Row) -> Result<Identity> {
    Ok(Identity {
        id: row.int(0)?,
        digest: digest(row.bytes(1)?)?,
        issuer: row.string(2)?,
        account: AccountId(row.int(3)?),
        shown: row.string(4)?,
        at: Instant(row.int(5)?),
        by: AccountId(row.int(6)?),
    })
}

fn digest(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes
        .try_into()
        .map_err(|_| DbError::Other("a digest of another length".into()))
}

const IDENTITIES: &str = "SELECT id, digest, issuer, account, shown, at, by_account FROM identity";

/// The identity with a digest.
pub fn identity_by(conn: &mut Conn, digest: [u8; 32]) -> Result<Option<Identity>> {
    let sql = format!("{IDENTITIES} WHERE digest = $1");
    let row = conn.query_opt(&sql, &[digest.into()])?;
    row.as_ref().map(identity).transpose()
}

/// The identity with an id.
pub fn identity_of_id(conn: &mut Conn, id: i64) -> Result<Option<Identity>> {
    let row = conn.query_opt(&format!("{IDENTITIES} WHERE id = $1"), &[id.into()])?;
    row.as_ref().map(identity).transpose()
}

/// The identities of an account, in the order in which they were bound.
pub fn identities_of(conn: &mut Conn, account: AccountId) -> Result<Vec<Identity>> {
    let sql = format!("{IDENTITIES} WHERE account = $1 ORDER BY id");
    conn.query(&sql, &[account.0.into()])?
        .iter()
        .map(identity)
        .collect()
}

/// Binds an identity; its id is made here. One that is bound fails the set with a unique constraint.
pub fn bind(conn: &mut Conn, identity: &Identity) -> Result<i64> {
    let id = crate::fresh_id(conn, "identity", identity.at)?;
    conn.exec(
        "INSERT INTO identity (id, digest, issuer, account, shown, at, by_account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            id.into(),
            identity.digest.into(),
            (&identity.issuer).into(),
            identity.account.0.into(),
            (&identity.shown).into(),
            identity.at.0.into(),
            identity.by.0.into(),
        ],
    )?;
    Ok(id)
}

/// Unbinds an identity. Whether there was one.
pub fn unbind(conn: &mut Conn, id: i64) -> Result<bool> {
    Ok(conn.exec("DELETE FROM identity WHERE id = $1", &[id.into()])? == 1)
}

/// Somebody on the way to an identity provider and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Digest of the state that comes back.
    pub state: [u8; 32],
    /// Code of the provider.
    pub issuer: String,
    /// Who wants to bind an identity; none for who wants to sign in.
    pub account: Option<AccountId>,
    /// Sealed: what the answer is compared with.
    pub content: Vec<u8>,
    /// Not taken from then on.
    pub until: Instant,
}

/// Remembers a visit, and forgets those whose time is over.
pub fn put_visit(conn: &mut Conn, visit: &Visit, now: Instant) -> Result<()> {
    conn.exec(
        "DELETE FROM issuer_visit WHERE until <= $1",
        &[now.0.into()],
    )?;
    conn.exec(
        "INSERT INTO issuer_visit (state, issuer, account, content, until) VALUES ($1, $2, $3, $4, $5)",
        &[
            visit.state.into(),
            (&visit.issuer).into(),
            visit.account.map_or(0, |a| a.0).into(),
            visit.content.clone().into(),
            visit.until.0.into(),
        ],
    )?;
    Ok(())
}

/// Takes a visit: whoever comes back with the same state again finds none.
pub fn take_visit(conn: &mut Conn, state: [u8; 32], now: Instant) -> Result<Option<Visit>> {
    let sql = "SELECT issuer, account, content, until FROM issuer_visit WHERE state = $1";
    let Some(row) = conn.query_opt(sql, &[state.into()])? else {
        return Ok(None);
    };
    let visit = Visit {
        state,
        issuer: row.string(0)?,
        account: Some(row.int(1)?).filter(|id| *id != 0).map(AccountId),
        content: row.bytes(2)?.to_vec(),
        until: Instant(row.int(3)?),
    };
    conn.exec("DELETE FROM issuer_visit WHERE state = $1", &[state.into()])?;
    Ok(Some(visit).filter(|visit| now < visit.until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Rule;
    use crate::on_both;
    use crate::testing::prepare;

    fn identity(digest: u8, account: i64) -> Identity {
        Identity {
            id: 0,
            digest: [digest; 32],
            issuer: "city".into(),
            account: AccountId(account),
            shown: "che****n".into(),
            at: Instant(5),
            by: AccountId(92),
        }
    }

    on_both! {
        fn an_identity_belongs_to_one_account_and_goes_with_its_provider(conn: &mut Conn) {
            prepare(conn);
            let city = Issuer { code: "city".into(), name: "市统一认证".into(), enabled: true, settings: vec![1] };
            put(conn, &Issuer { enabled: false, ..city.clone() }).unwrap();
            put(conn, &city).unwrap();
            assert_eq!(issuers(conn).unwrap(), [city]);
            let id = bind(conn, &identity(1, 7)).unwrap();
            bind(conn, &identity(2, 7)).unwrap();
            match bind(conn, &identity(1, 8)) {
                Err(DbError::Constraint(c)) => assert_eq!(c.rule, Rule::Unique),
                other => panic!("{other:?}"),
            }
            let found = identity_by(conn, [1; 32]).unwrap();
            assert_eq!(found, Some(Identity { id, ..identity(1, 7) }));
            assert_eq!(identity_of_id(conn, id).unwrap(), found);
            assert_eq!(identities_of(conn, AccountId(7)).unwrap().len(), 2);
            assert!(unbind(conn, id).unwrap());
            assert!(!unbind(conn, id).unwrap());
            assert_eq!(remove(conn, "city").unwrap(), Some(1));
            assert_eq!(remove(conn, "city").unwrap(), None);
            assert_eq!(identities_of(conn, AccountId(7)).unwrap(), []);
        }

        fn a_visit_is_taken_once_and_within_its_time(conn: &mut Conn) {
            prepare(conn);
            let visit = |state: u8, until: i64| Visit {
                state: [state; 32], issuer: "city".into(), account: (state == 1).then_some(AccountId(7)),
                content: vec![state], until: Instant(until),
            };
            put_visit(conn, &visit(1, 100), Instant(0)).unwrap();
            put_visit(conn, &visit(2, 100), Instant(0)).unwrap();
            assert_eq!(take_visit(conn, [1; 32], Instant(99)).unwrap(), Some(visit(1, 100)));
            assert_eq!(take_visit(conn, [1; 32], Instant(99)).unwrap(), None);
            assert_eq!(take_visit(conn, [2; 32], Instant(100)).unwrap(), None);
            put_visit(conn, &visit(3, 100), Instant(0)).unwrap();
            put_visit(conn, &visit(4, 300), Instant(100)).unwrap();
            let kept = conn.query_one("SELECT count(*) FROM issuer_visit", &[]).unwrap();
            assert_eq!(kept.int(0).unwrap(), 1);
        }
    }
}
