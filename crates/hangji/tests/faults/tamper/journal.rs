//! Wrongs in journals and in the matters they make.

use super::wrong::Alter::{Digest, Flag, Number, Real, Text};
use super::wrong::{Case, Victim, columns, copied};
use civic::trace::Hash;
use store::driver::{Conn, Value};

pub fn steps(victim: &Victim) -> Vec<Case> {
    let Victim { id, no, journal } = victim;
    let of = format!("matter = {id} AND seq");
    let second = [format!("〔{no}〕第 2 步")];
    let second: Vec<&str> = second.iter().map(String::as_str).collect();
    let at = format!("{of} = 2");
    let mut all = columns(
        "step",
        &at,
        &[
            ("action", Text),
            ("account", Number),
            ("who", Text),
            ("from_state", Text),
            ("to_state", Text),
            ("from_desk_kind", Number),
            ("from_desk_key", Number),
            ("to_desk_kind", Number),
            ("to_desk_key", Number),
            ("received_at", Number),
            ("acted_at", Number),
            ("due_at", Number),
            ("same_day", Flag),
            ("overdue", Flag),
            ("facts", Text),
            ("opinion", Text),
            ("reply", Text),
            ("title", Text),
            ("body", Text),
            ("words", Digest),
            ("prev", Digest),
            ("hash", Digest),
        ],
        &second,
    );
    let missing = format!("事件〔{no}〕缺少第 2 步");
    let sealed = format!("事件〔{no}〕封存时有 3 步");
    let last = journal.last().unwrap();
    let mut forged = last.clone();
    forged.seq += 1;
    forged.facts.clear();
    forged.from_state.clone_from(&forged.to_state);
    forged.from_desk = forged.to_desk;
    forged.words.opinion = Some("伪造的意见".into());
    civic::trace::seal(&mut forged, last.hash);
    let words = civic::trace::words_digest(&forged.words);
    let bytes = |hash: Hash| Value::Bytes(hash.0.to_vec());
    let forge = format!(
        "INSERT INTO step (shard, matter, seq, action, account, who, from_state, to_state, from_desk_kind, from_desk_key, \
         to_desk_kind, to_desk_key, received_at, acted_at, due_at, same_day, overdue, facts, opinion, words, prev, hash) \
         SELECT shard, matter, 4, action, account, who, to_state, to_state, to_desk_kind, to_desk_key, \
         to_desk_kind, to_desk_key, received_at, acted_at, due_at, same_day, overdue, '[]', '伪造的意见', $1, $2, $3 \
         FROM step WHERE {of} = 3"
    );
    all.extend([
        Case::new(
            "a step's name of the person",
            format!(
                "UPDATE step SET who = REPLACE(who, '\"title\":\"', '\"title\":\"假') WHERE {at}"
            ),
            &second,
        ),
        Case::new(
            "a step without its facts",
            format!("UPDATE step SET facts = '[]' WHERE {at}"),
            &second,
        ),
        Case::new(
            "words replaced as if they had been erased",
            format!("UPDATE step SET erased_at = 1, opinion = '假的' WHERE {at}"),
            &second,
        ),
        Case::new(
            "words and their digest",
            format!("UPDATE step SET opinion = $1, words = $2 WHERE {at}"),
            &second,
        )
        .with(vec!["伪造的意见".into(), bytes(words)]),
        Case::new(
            "a deleted step",
            format!("DELETE FROM step WHERE {at}"),
            &[&missing],
        ),
        Case::new(
            "a renumbered step",
            format!("UPDATE step SET seq = 9 WHERE {at}"),
            &[&missing],
        ),
        Case::new(
            "a deleted last step",
            format!("DELETE FROM step WHERE {of} = 3"),
            &[&sealed],
        ),
        Case::new(
            "a deleted first step",
            format!("DELETE FROM step WHERE {of} = 1"),
            &[&format!("事件〔{no}〕缺少第 1 步")],
        ),
        Case::new(
            "a deleted journal",
            format!("DELETE FROM step WHERE matter = {id}"),
            &[&format!("事件〔{no}〕没有任何流程记录")],
        ),
        // Well chained, even: but the matter says otherwise.
        Case::new(
            "an inserted last step",
            forge,
            &[&format!("事件〔{no}〕与它的流程记录不符")],
        )
        .with(vec![bytes(words), bytes(forged.prev), bytes(forged.hash)]),
    ]);
    all
}

pub fn matters(conn: &mut Conn, victim: &Victim) -> Vec<Case> {
    let Victim { id, no, .. } = victim;
    let at = format!("id = {id}");
    let named = format!("事件〔{no}");
    let mut all = columns(
        "matter",
        &at,
        &[
            ("no", Text),
            ("flow", Text),
            ("flow_version", Number),
            ("state", Text),
            ("over", Flag),
            ("desk_kind", Number),
            ("desk_key", Number),
            ("level", Number),
            ("class", Number),
            ("category", Text),
            ("channel", Text),
            ("title", Text),
            ("city", Number),
            ("county", Number),
            ("town", Number),
            ("community", Number),
            ("grid", Number),
            ("unit", Number),
            ("lon", Real),
            ("lat", Real),
            ("reporter", Number),
            ("reported_at", Number),
            ("due_at", Number),
            ("next_alert_at", Number),
            ("closed_at", Number),
            ("overdue", Flag),
            ("urgent", Flag),
            ("supervised", Flag),
            ("reopened", Number),
            ("version", Number),
            ("head", Digest),
        ],
        &[&named, "查询字段与内容不符"],
    );
    let gone = format!("事件〔{no}〕有流程记录却没有事件本身");
    let deleted = format!("DELETE FROM matter WHERE {at}");
    let moved = format!("UPDATE matter SET shard = 2 WHERE {at}");
    let body = format!("UPDATE matter SET body = REPLACE(body, '消防', '绿化') WHERE {at}");
    let unreadable = format!("UPDATE matter SET body = '{{}}' WHERE {at}");
    let inserted = copied(
        conn,
        "matter",
        &at,
        &[("id", "id + 1"), ("no", "'假-0001'")],
    );
    all.extend([
        Case::new("a matter's body", body, &[&named, "与它的流程记录不符"]),
        Case::new(
            "a matter's body made unreadable",
            unreadable,
            &[&named, "与它的流程记录不符"],
        ),
        Case::new("a deleted matter", deleted.clone(), &[&gone]),
        Case::new("a matter moved out of sight", moved, &[&gone]),
        Case::new(
            "an inserted matter",
            inserted,
            &["事件〔假-0001〕没有任何流程记录"],
        ),
        Case::new(
            "a matter deleted with all that belongs to it",
            deleted,
            &[&format!("事件 {id} 封存时有 3 步")],
        )
        .then(format!("DELETE FROM step WHERE matter = {id}"))
        .then(format!("DELETE FROM holding WHERE matter = {id}")),
    ]);
    all
}
