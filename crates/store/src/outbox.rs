//! Messages that leave the house: senders, who subscribed to what, and letters on their way.

use civic::id::AccountId;
use civic::time::Instant;

use crate::SHARD;
use crate::driver::{Conn, Result, Row, Value};
use crate::rows;

/// A way out. Its settings are sealed: they hold passwords of gateways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Own code, chosen by the administrator.
    pub code: String,
    /// Name in lists.
    pub name: String,
    /// Code of the kind.
    pub kind: String,
    /// Whether letters leave by it.
    pub enabled: bool,
    /// Sealed settings.
    pub settings: Vec<u8>,
}

fn sender(row: &Row) -> Result<Sender> {
    Ok(Sender {
        code: row.string(0)?,
        name: row.string(1)?,
        kind: row.string(2)?,
        enabled: row.bool(3)?,
        settings: row.bytes(4)?.to_vec(),
    })
}

/// All senders, by code.
pub fn senders(conn: &mut Conn) -> Result<Vec<Sender>> {
    let sql = "SELECT code, name, kind, enabled, settings FROM sender ORDER BY code";
    conn.query(sql, &[])?.iter().map(sender).collect()
}

/// Sets a sender in the place of the one before.
pub fn put_sender(conn: &mut Conn, sender: &Sender) -> Result<()> {
    remove_sender(conn, &sender.code)?;
    conn.exec(
        "INSERT INTO sender (code, name, kind, enabled, settings) VALUES ($1, $2, $3, $4, $5)",
        &[
            (&sender.code).into(),
            (&sender.name).into(),
            (&sender.kind).into(),
            sender.enabled.into(),
            sender.settings.clone().into(),
        ],
    )?;
    Ok(())
}

/// Takes a sender away. Whether there was one.
pub fn remove_sender(conn: &mut Conn, code: &str) -> Result<bool> {
    Ok(conn.exec("DELETE FROM sender WHERE code = $1", &[code.into()])? == 1)
}

/// What somebody wants to be told by a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Who.
    pub account: AccountId,
    /// Code of the sender.
    pub sender: String,
    /// Sealed address: a phone number, a mail address, an id of a chat.
    pub address: Vec<u8>,
    /// Codes of kinds of messages, apart by commas.
    pub kinds: String,
    /// The last message that was looked at.
    pub after: i64,
}

fn subscription(row: &Row) -> Result<Subscription> {
    Ok(Subscription {
        account: AccountId(row.int(0)?),
        sender: row.string(1)?,
        address: row.bytes(2)?.to_vec(),
        kinds: row.string(3)?,
        after: row.int(4)?,
    })
}

const SUBSCRIPTIONS: &str = "SELECT account, sender, address, kinds, seen FROM subscription";

/// All subscriptions.
pub fn subscriptions(conn: &mut Conn) -> Result<Vec<Subscription>> {
    let sql = format!("{SUBSCRIPTIONS} ORDER BY account, sender");
    conn.query(&sql, &[])?.iter().map(subscription).collect()
}

/// Those of one person.
pub fn subscriptions_of(conn: &mut Conn, account: AccountId) -> Result<Vec<Subscription>> {
    let sql = format!("{SUBSCRIPTIONS} WHERE account = $1 ORDER BY sender");
    conn.query(&sql, &[account.0.into()])?
        .iter()
        .map(subscription)
        .collect()
}

/// Sets a subscription; one without kinds is none.
pub fn put_subscription(conn: &mut Conn, subscription: &Subscription) -> Result<()> {
    conn.exec(
        "DELETE FROM subscription WHERE account = $1 AND sender = $2",
        &[subscription.account.0.into(), (&subscription.sender).into()],
    )?;
    if subscription.kinds.is_empty() {
        return Ok(());
    }
    conn.exec(
        "INSERT INTO subscription (account, sender, address, kinds, seen) VALUES ($1, $2, $3, $4, $5)",
        &[
            subscription.account.0.into(),
            (&subscription.sender).into(),
            subscription.address.clone().into(),
            (&subscription.kinds).into(),
            subscription.after.into(),
        ],
    )?;
    Ok(())
}

/// Remembers how far the messages of a subscriber were looked at.
pub fn seen(conn: &mut Conn, account: AccountId, sender: &str, after: i64) -> Result<()> {
    conn.exec(
        "UPDATE subscription SET seen = $3 WHERE account = $1 AND sender = $2",
        &[account.0.into(), sender.into(), after.into()],
    )?;
    Ok(())
}

/// Codes of states of a letter.
pub mod state {
    /// On its way.
    pub const WAITING: &str = "waiting";
    /// Handed over.
    pub const SENT: &str = "sent";
    /// Given up after all tries.
    pub const DEAD: &str = "dead";
}

/// One letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Own id.
    pub id: i64,
    /// Code of the sender.
    pub sender: String,
    /// For whom; 0 for somebody without an account.
    pub account: AccountId,
    /// The address, masked.
    pub shown: String,
    /// Sealed address and text.
    pub content: Vec<u8>,
    /// See [`state`].
    pub state: String,
    /// Tries so far.
    pub tries: i64,
    /// Not before.
    pub next_at: Instant,
    /// Written at.
    pub at: Instant,
    /// Why the last try failed.
    pub problem: String,
}

const LETTERS: &str =
    "SELECT id, sender, account, shown, content, state, tries, next_at, at, problem FROM letter";

fn letter(row: &Row) -> Result<Letter> {
    Ok(Letter {
        id: row.int(0)?,
        sender: row.string(1)?,
        account: AccountId(row.int(2)?),
        shown: row.string(3)?,
        content: row.bytes(4)?.to_vec(),
        state: row.string(5)?,
        tries: row.int(6)?,
        next_at: Instant(row.int(7)?),
        at: Instant(row.int(8)?),
        problem: row.string(9)?,
    })
}

/// Adds a letter; its id is made here.
pub fn insert(conn: &mut Conn, letter: &Letter) -> Result<i64> {
    let id = crate::fresh_id(conn, "letter", letter.at)?;
    conn.exec(
        "INSERT INTO letter (shard, id, sender, account, shown, content, state, tries, next_at, at, problem) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            SHARD.into(),
            id.into(),
            (&letter.sender).into(),
            letter.account.0.into(),
            (&letter.shown).into(),
            letter.content.clone().into(),
            (&letter.state).into(),
            letter.tries.into(),
            letter.next_at.0.into(),
            letter.at.0.into(),
            (&letter.problem).into(),
        ],
    )?;
    Ok(id)
}

/// Letters that may leave now, oldest first.
pub fn due(conn: &mut Conn, now: Instant, limit: usize) -> Result<Vec<Letter>> {
    let sql = format!(
        "{LETTERS} WHERE shard = $1 AND state = 'waiting' AND next_at <= $2 ORDER BY next_at, id LIMIT $3"
    );
    let params = [SHARD.into(), now.0.into(), (limit as i64).into()];
    conn.query(&sql, &params)?.iter().map(letter).collect()
}

/// Writes down how a try ended. What was sent keeps no content.
pub fn tried(conn: &mut Conn, letter: &Letter) -> Result<()> {
    let content = match letter.state.as_str() {
        state::SENT => Vec::new(),
        _ => letter.content.clone(),
    };
    conn.exec(
        "UPDATE letter SET state = $3, tries = $4, next_at = $5, problem = $6, content = $7 \
         WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            letter.id.into(),
            (&letter.state).into(),
            letter.tries.into(),
            letter.next_at.0.into(),
            (&letter.problem).into(),
            content.into(),
        ],
    )?;
    Ok(())
}

/// Puts a dead letter on its way again. Whether it was dead.
pub fn revive(conn: &mut Conn, id: i64, now: Instant) -> Result<bool> {
    let touched = conn.exec(
        "UPDATE letter SET state = 'waiting', tries = 0, next_at = $3 \
         WHERE shard = $1 AND id = $2 AND state = 'dead'",
        &[SHARD.into(), id.into(), now.0.into()],
    )?;
    Ok(touched == 1)
}

/// One page, newest first.
pub fn page(
    conn: &mut Conn,
    state: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Letter>> {
    let mut sql = format!("{LETTERS} WHERE shard = $1 AND id < $2");
    let mut params: Vec<Value> = vec![SHARD.into(), rows::before(before), (limit as i64).into()];
    if let Some(state) = state {
        params.push(state.into());
        sql.push_str(" AND state = $4");
    }
    sql.push_str(" ORDER BY id DESC LIMIT $3");
    conn.query(&sql, &params)?.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_letter_waits_is_tried_dies_and_is_revived(conn: &mut Conn) {
            prepare(conn);
            let new = Letter {
                id: 0, sender: "sms".into(), account: AccountId(7), shown: "138****1234".into(), content: vec![1],
                state: state::WAITING.into(), tries: 0, next_at: Instant(100), at: Instant(50), problem: String::new(),
            };
            let id = insert(conn, &new).unwrap();
            assert!(due(conn, Instant(99), 10).unwrap().is_empty());
            let found = due(conn, Instant(100), 10).unwrap();
            assert_eq!(found, [Letter { id, ..new.clone() }]);
            let dead = Letter { id, state: state::DEAD.into(), tries: 5, problem: "连不上".into(), ..new.clone() };
            tried(conn, &dead).unwrap();
            assert!(due(conn, Instant(900), 10).unwrap().is_empty());
            assert_eq!(page(conn, Some(state::DEAD), None, 10).unwrap(), [dead]);
            assert!(revive(conn, id, Instant(500)).unwrap());
            assert!(!revive(conn, id, Instant(500)).unwrap());
            assert_eq!(due(conn, Instant(500), 10).unwrap()[0].tries, 0);
            tried(conn, &Letter { id, state: state::SENT.into(), ..new }).unwrap();
            let sent = page(conn, None, None, 10).unwrap();
            assert!(sent[0].content.is_empty() && sent[0].state == state::SENT);
            assert!(page(conn, None, Some(id), 10).unwrap().is_empty());
        }

        fn senders_and_subscriptions_are_set_and_taken_away(conn: &mut Conn) {
            prepare(conn);
            let sms = Sender { code: "sms".into(), name: "短信".into(), kind: "sms".into(), enabled: false, settings: vec![1] };
            put_sender(conn, &sms).unwrap();
            let on = Sender { enabled: true, ..sms };
            put_sender(conn, &on).unwrap();
            assert_eq!(senders(conn).unwrap(), [on]);
            let wish = Subscription { account: AccountId(7), sender: "sms".into(), address: vec![2], kinds: "urged".into(), after: 3 };
            put_subscription(conn, &wish).unwrap();
            seen(conn, AccountId(7), "sms", 9).unwrap();
            assert_eq!(subscriptions(conn).unwrap(), [Subscription { after: 9, ..wish.clone() }]);
            assert_eq!(subscriptions_of(conn, AccountId(8)).unwrap(), []);
            put_subscription(conn, &Subscription { kinds: String::new(), ..wish }).unwrap();
            assert_eq!(subscriptions(conn).unwrap(), []);
            assert!(remove_sender(conn, "sms").unwrap());
            assert!(!remove_sender(conn, "sms").unwrap());
        }
    }
}
