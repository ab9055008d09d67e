//! One set: load, decide, write, commit, publish, answer.

use super::{Answer, Command, Committed, Failure, Minting, Reform, Reply, Work, Writing, decided};
use crate::SHARD;
use crate::answered::{self, Key};
use crate::database::Turn;
use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Table, Value};
use crate::{asked, audit, file, hotline, matter, mediation, message, record, step, tally, visit};
use civic::id::{AccountId, MatterId, Mint};
use civic::matter::{Cases, Matter};
use civic::refusal::Refusal;
use civic::trace::Hash;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Times a set is run again after a conflict before its commands are tried one by one.
const RETRIES: usize = 3;

pub(super) struct State {
    pub conn: Conn,
    pub turn: Turn,
    pub mint: Mint,
    /// Counters known to be current; forgotten when a commit fails.
    pub numbers: HashMap<String, i64>,
    pub publish: Box<dyn Fn(Committed) + Send>,
    pub full: Arc<AtomicBool>,
}

/// Answers under their keys, with the digests of what was asked.
type Kept = HashMap<(AccountId, String), (String, Option<Hash>)>;

/// What a set decided, before it is committed.
#[derive(Default)]
struct Draft {
    /// One entry per command: its answer, or why not.
    answers: Vec<std::result::Result<Answer, Failure>>,
    /// Matters as they were when the set began; absent for new ones.
    before: HashMap<MatterId, Matter>,
    /// Matters as they are now.
    now: Cases,
    /// Those that changed, in the order of the first change.
    changed: Vec<MatterId>,
    writings: Vec<Writing>,
    /// When messages are written that no step goes with, in milliseconds.
    at: i64,
    answered: Vec<(Key, String, i64)>,
}

impl State {
    /// Other writing, alone.
    pub fn work(&mut self, work: Work) {
        work(self);
    }

    /// Changes more than matters, and the matters with it, in one transaction; publishes after it.
    /// Nothing else is decided meanwhile: the next command finds the change whole.
    pub fn reform<T>(
        &mut self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<(T, Reform), Failure>,
    ) -> std::result::Result<T, Failure> {
        let done = self.try_reform(work);
        match done {
            Ok((value, committed)) => {
                (self.publish)(committed);
                Ok(value)
            }
            Err(failure) => {
                self.conn.undo();
                self.numbers.clear();
                Err(failure)
            }
        }
    }

    fn try_reform<T>(
        &mut self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<(T, Reform), Failure>,
    ) -> std::result::Result<(T, Committed), Failure> {
        self.conn.begin()?;
        let (value, reform) = work(&mut self.conn)?;
        let now = reform.outcome.matters.iter().map(|m| (m.id, m.clone()));
        let draft = Draft {
            now: Cases(now.collect()),
            at: reform.now.0,
            changed: reform.outcome.matters.iter().map(|m| m.id).collect(),
            before: reform.before.into_iter().map(|m| (m.id, m)).collect(),
            writings: vec![Writing {
                outcome: reform.outcome,
                ..Writing::default()
            }],
            ..Draft::default()
        };
        let committed = self.write(&draft)?;
        self.conn.commit()?;
        Ok((value, committed))
    }

    /// Between two sets, when everybody was answered: begins the log anew if it is time.
    pub fn tidy(&mut self) {
        if self.turn.take()
            && let Err(error) = self.conn.restart_log()
        {
            tracing::warn!(%error, "the log was not begun anew");
        }
    }

    /// Carries out a set of commands; each gets its answer, whatever happens.
    pub fn commit(&mut self, mut commands: Vec<(Box<Command>, Reply)>) {
        let mut attempt = 0;
        loop {
            let all: Vec<&Command> = commands.iter().map(|(c, _)| &**c).collect();
            match self.run(&all) {
                Ok((answers, committed)) => {
                    self.full.store(false, Ordering::Relaxed);
                    (self.publish)(committed);
                    for ((_, reply), answer) in commands.into_iter().zip(answers) {
                        let _ = reply.send(answer);
                    }
                    return;
                }
                Err(error) => {
                    self.conn.undo();
                    self.numbers.clear();
                    attempt += 1;
                    match &error {
                        DbError::Retry(_) | DbError::Busy(_) if attempt <= RETRIES => continue,
                        DbError::Constraint(_) | DbError::Retry(_) if commands.len() > 1 => {
                            tracing::warn!(%error, commands = commands.len(), "a set met a conflict; its commands are tried one by one");
                            for command in commands {
                                self.commit(vec![command]);
                            }
                            return;
                        }
                        _ => {}
                    }
                    tracing::error!(%error, commands = commands.len(), "a set was not committed");
                    if matches!(
                        error,
                        DbError::Full(_) | DbError::ReadOnly(_) | DbError::Taken(_)
                    ) {
                        self.full.store(true, Ordering::Relaxed);
                    }
                    for (_, reply) in commands.drain(..) {
                        let _ = reply.send(Err(failure(&error)));
                    }
                    return;
                }
            }
        }
    }

    fn run(
        &mut self,
        commands: &[&Command],
    ) -> Result<(Vec<std::result::Result<Answer, Failure>>, Committed)> {
        self.conn.begin()?;
        let draft = self.decide(commands)?;
        let committed = self.write(&draft)?;
        self.conn.commit()?;
        Ok((draft.answers, committed))
    }

    fn decide(&mut self, commands: &[&Command]) -> Result<Draft> {
        let mut draft = Draft::default();
        if commands.iter().any(|c| c.makes_files) {
            let row = self.conn.query_one("SELECT MAX(id) FROM file", &[])?;
            self.mint.after(row.opt_int(0)?.unwrap_or(0));
        }
        let mut kept = self.kept_answers(commands)?;
        let mut ids: Vec<MatterId> = commands
            .iter()
            .flat_map(|c| c.matters.iter().copied())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        draft.before = matter::load(&mut self.conn, &ids)?;
        // What ends a part is told to its whole, what is answered to its cause.
        let told: Vec<MatterId> = draft
            .before
            .values()
            .flat_map(|m| [m.part_of.as_ref().map(|p| &p.whole), m.cause.as_ref()])
            .flatten()
            .map(|link| link.id)
            .filter(|id| !draft.before.contains_key(id))
            .collect();
        if !told.is_empty() {
            draft.before.extend(matter::load(&mut self.conn, &told)?);
        }
        draft.now = Cases(draft.before.clone());
        self.load_numbers(commands)?;
        for command in commands {
            if let Some(key) = &command.key
                && let Some((text, request)) = kept.get(&(key.account, key.text.clone()))
            {
                let checked = key.check(*request).map_err(Failure::Refused);
                draft.answers.push(checked.map(|()| Answer {
                    text: text.clone(),
                    repeated: true,
                }));
                continue;
            }
            let mut minting = Minting {
                mint: &mut self.mint,
                numbers: &mut self.numbers,
                taken: Vec::new(),
            };
            let answer = match decided(command, &draft.now, &mut minting) {
                Err(refusal) => {
                    minting.give_back();
                    Err(Failure::Refused(refusal))
                }
                Ok(writing) => {
                    for matter in &writing.outcome.matters {
                        if !draft.changed.contains(&matter.id) {
                            draft.changed.push(matter.id);
                        }
                        draft.now.0.insert(matter.id, matter.clone());
                    }
                    let text = writing.answer.clone();
                    if let Some(key) = &command.key {
                        kept.insert((key.account, key.text.clone()), (text.clone(), key.request));
                        draft
                            .answered
                            .push((key.clone(), text.clone(), command.now.0));
                    }
                    draft.writings.push(writing);
                    Ok(Answer {
                        text,
                        repeated: false,
                    })
                }
            };
            draft.answers.push(answer);
        }
        Ok(draft)
    }

    fn kept_answers(&mut self, commands: &[&Command]) -> Result<Kept> {
        let keys: Vec<String> = commands
            .iter()
            .filter_map(|c| c.key.as_ref())
            .map(|key| key.text.clone())
            .collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let mut accounts: Vec<i64> = commands
            .iter()
            .filter_map(|c| c.key.as_ref())
            .map(|key| key.account.0)
            .collect();
        accounts.sort_unstable();
        accounts.dedup();
        let sql = "SELECT account, key, answer, request FROM answered WHERE shard = $1 AND account = ANY($2) AND key = ANY($3)";
        let rows = self
            .conn
            .query(sql, &[SHARD.into(), accounts.into(), Value::Texts(keys)])?;
        rows.iter()
            .map(|row| {
                let request = answered::digest(row.opt_bytes(3)?);
                let key = (AccountId(row.int(0)?), row.string(1)?);
                Ok((key, (row.string(2)?, request)))
            })
            .collect()
    }

    fn load_numbers(&mut self, commands: &[&Command]) -> Result<()> {
        // Counters of past days are not needed again; a short memory is enough.
        if self.numbers.len() > 10_000 {
            self.numbers.clear();
        }
        let mut missing: Vec<String> = commands
            .iter()
            .flat_map(|c| c.prefixes.iter())
            .filter(|p| !self.numbers.contains_key(*p))
            .cloned()
            .collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let rows = self.conn.query(
            "SELECT prefix, last FROM numbering WHERE shard = $1 AND prefix = ANY($2)",
            &[SHARD.into(), Value::Texts(missing.clone())],
        )?;
        for prefix in missing {
            self.numbers.insert(prefix, 0);
        }
        for row in rows {
            self.numbers.insert(row.string(0)?, row.int(1)?);
        }
        Ok(())
    }

    fn write(&mut self, draft: &Draft) -> Result<Committed> {
        let conn = &mut self.conn;
        let matters: Vec<&Matter> = draft
            .changed
            .iter()
            .filter_map(|id| draft.now.0.get(id))
            .collect();
        let (old, new): (Vec<&Matter>, Vec<&Matter>) = matters
            .iter()
            .copied()
            .partition(|m| draft.before.contains_key(&m.id));
        let steps: Vec<&civic::matter::Step> = draft
            .writings
            .iter()
            .flat_map(|w| w.outcome.steps.iter())
            .collect();
        step::insert(conn, &steps)?;
        matter::insert(conn, &new)?;
        let from: Vec<(u32, &Matter)> = old
            .iter()
            .map(|m| (draft.before[&m.id].version, *m))
            .collect();
        let updated = matter::update(conn, &from)?;
        if updated != from.len() as u64 {
            // Another process wrote one of them: nothing of this set counts.
            return Err(DbError::Retry(format!(
                "{} of {} matters had changed",
                from.len() as u64 - updated,
                from.len()
            )));
        }
        let elsewhere: Vec<&Matter> = old
            .iter()
            .copied()
            .filter(|m| draft.before[&m.id].path != m.path)
            .collect();
        matter::rehome(conn, &elsewhere)?;
        let changes: Vec<(Option<&Matter>, &Matter)> = matters
            .iter()
            .map(|m| (draft.before.get(&m.id), *m))
            .collect();
        matter::hold(conn, &changes)?;
        asked::keep(conn, &changes)?;
        matter::index(conn, &changes)?;
        let mut deltas = tally::Deltas::default();
        for matter in &matters {
            deltas.change(draft.before.get(&matter.id), matter);
        }
        tally::apply(conn, &deltas)?;
        let notices = self.write_extras(draft)?;
        Ok(Committed {
            steps: steps.into_iter().cloned().map(Arc::new).collect(),
            matters: matters.into_iter().cloned().map(Arc::new).collect(),
            notices,
            published: Vec::new(),
        })
    }

    /// Messages, identities, files, audit, visits, answers and counters.
    fn write_extras(&mut self, draft: &Draft) -> Result<Vec<(i64, Arc<civic::matter::Notice>)>> {
        let conn = &mut self.conn;
        let mut notices = Vec::new();
        let mut messages = Vec::new();
        for writing in &draft.writings {
            let at = writing
                .outcome
                .steps
                .last()
                .map_or(draft.at, |s| s.acted_at.0);
            for notice in &writing.outcome.notices {
                let id = self.mint.next(at);
                messages.push(message::values(id, notice, at));
                notices.push((id, Arc::new(notice.clone())));
            }
            if let Some(entry) = &writing.audit {
                audit::append(conn, entry)?;
            }
            if let Some(visit) = &writing.visit {
                visit::insert(conn, visit)?;
            }
            if let Some(order) = &writing.order {
                hotline::update(conn, order)?;
            }
            if let Some((matter, no, cipher)) = &writing.session {
                mediation::keep(conn, *matter, *no, cipher)?;
            }
            if let Some(origin) = &writing.origin {
                record::became(conn, origin)?;
            }
            for (file, matter) in &writing.files {
                file::attach(conn, *file, *matter)?;
            }
        }
        message::insert_values(conn, &messages)?;
        let parties: Vec<Vec<Value>> = draft
            .writings
            .iter()
            .filter_map(|w| w.party.as_ref())
            .map(|(matter, cipher, code)| {
                vec![
                    SHARD.into(),
                    matter.0.into(),
                    cipher.clone().into(),
                    code.clone().into(),
                ]
            })
            .collect();
        conn.insert_many(&PARTY, &parties, OnConflict::Error)?;
        let answered: Vec<Vec<Value>> = draft
            .answered
            .iter()
            .map(|(key, answer, at)| {
                vec![
                    SHARD.into(),
                    key.account.0.into(),
                    (&key.text).into(),
                    answer.into(),
                    (*at).into(),
                    key.request.map(|hash| hash.0).into(),
                ]
            })
            .collect();
        conn.insert_many(&ANSWERED, &answered, OnConflict::Error)?;
        let mut prefixes: Vec<(String, i64)> = draft
            .changed
            .iter()
            .filter(|id| !draft.before.contains_key(id))
            .filter_map(|id| draft.now.0.get(id))
            .filter_map(|m| matter::split_no(&m.no))
            .map(|(prefix, _)| prefix.to_owned())
            .filter_map(|prefix| self.numbers.get(&prefix).map(|last| (prefix, *last)))
            .collect();
        prefixes.sort();
        prefixes.dedup();
        let counters: Vec<Vec<Value>> = prefixes
            .into_iter()
            .map(|(prefix, last)| vec![SHARD.into(), prefix.into(), last.into()])
            .collect();
        conn.insert_many(
            &NUMBERING,
            &counters,
            OnConflict::Replace {
                key: &["shard", "prefix"],
                set: &["last"],
            },
        )?;
        Ok(notices)
    }
}

const PARTY: Table<'static> = Table {
    name: "party",
    columns: &[
        ("shard", Kind::Int),
        ("matter", Kind::Int),
        ("cipher", Kind::Bytes),
        ("code", Kind::Bytes),
    ],
};

const ANSWERED: Table<'static> = Table {
    name: "answered",
    columns: &[
        ("shard", Kind::Int),
        ("account", Kind::Int),
        ("key", Kind::Text),
        ("answer", Kind::Text),
        ("at", Kind::Int),
        ("request", Kind::Bytes),
    ],
};

const NUMBERING: Table<'static> = Table {
    name: "numbering",
    columns: &[
        ("shard", Kind::Int),
        ("prefix", Kind::Text),
        ("last", Kind::Int),
    ],
};

/// What a database fault means to the person who waits.
fn failure(error: &DbError) -> Failure {
    match error {
        DbError::Full(_) | DbError::ReadOnly(_) => Failure::Refused(Refusal::Busy(
            "服务器磁盘已满或不可写，现在只能查看、不能办理；您的这次操作没有保存，请通知系统管理员清理磁盘后再试".into(),
        )),
        DbError::Taken(_) => Failure::Refused(Refusal::Busy(super::TAKEN.into())),
        DbError::Lost(_) => Failure::Refused(Refusal::Busy(
            "与数据库的连接中断，这次操作是否成功还不确定；请稍后用同一页面重试，系统不会重复办理".into(),
        )),
        DbError::Busy(_) | DbError::Retry(_) => Failure::Refused(Refusal::Busy("系统正忙，请稍等几秒再试".into())),
        other => Failure::Broken(other.clone()),
    }
}
