//! The hash chain of a journal: altering, deleting or inserting a step is found and named.

use crate::matter::{Step, Words};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 digest; hex in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
    /// The digest of this one and `more`.
    #[must_use]
    pub fn then(self, more: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(more);
        Self(hasher.finalize().into())
    }
    /// Reads 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0u8; 64];
        for (i, b) in self.0.iter().enumerate() {
            text[2 * i] = DIGITS[usize::from(b >> 4)];
            text[2 * i + 1] = DIGITS[usize::from(b & 15)];
        }
        s.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}
impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
        let bytes = text.as_bytes();
        let mut out = [0u8; 32];
        if bytes.len() != 64 {
            return Err(serde::de::Error::custom("a digest has 64 hex digits"));
        }
        for (i, pair) in bytes.chunks_exact(2).enumerate() {
            match (digit(pair[0]), digit(pair[1])) {
                (Some(high), Some(low)) => out[i] = high << 4 | low,
                _ => return Err(serde::de::Error::custom("not a hex digit")),
            }
        }
        Ok(Self(out))
    }
}

/// The digest of the words of a step. The chain covers it instead of the words themselves, so a
/// lawful erasure leaves the chain whole.
#[must_use]
pub fn words_digest(words: &Words) -> Hash {
    let mut hasher = Sha256::new();
    for part in [&words.opinion, &words.reply, &words.title, &words.text] {
        match part {
            None => hasher.update(u64::MAX.to_le_bytes()),
            Some(text) => {
                hasher.update((text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
        }
    }
    Hash(hasher.finalize().into())
}

/// The hash of a step after `prev`: over everything but the words, which enter by their digest.
#[must_use]
pub fn step_hash(prev: Hash, step: &Step, words: Hash) -> Hash {
    prev.then(hashed_text(step, words).as_bytes())
}

/// The text that the hash of a step covers, behind the 32 bytes of the hash before: who has both can
/// compute it anew without this program (R215).
#[must_use]
pub fn hashed_text(step: &Step, words: Hash) -> String {
    #[derive(Serialize)]
    struct Hashed<'a> {
        matter: crate::id::MatterId,
        seq: u32,
        action: &'a str,
        who: &'a crate::matter::Who,
        from_state: &'a str,
        to_state: &'a str,
        from_desk: crate::matter::Desk,
        to_desk: crate::matter::Desk,
        received_at: crate::time::Instant,
        acted_at: crate::time::Instant,
        due_at: Option<crate::time::Instant>,
        same_day: Option<bool>,
        overdue: Option<bool>,
        facts: &'a [crate::matter::Fact],
        words: Hash,
    }
    let hashed = Hashed {
        matter: step.matter,
        seq: step.seq,
        action: &step.action,
        who: &step.who,
        from_state: &step.from_state,
        to_state: &step.to_state,
        from_desk: step.from_desk,
        to_desk: step.to_desk,
        received_at: step.received_at,
        acted_at: step.acted_at,
        due_at: step.due_at,
        same_day: step.same_day,
        overdue: step.overdue,
        facts: &step.facts,
        words,
    };
    // Serializing plain data into memory cannot fail; an empty text would still break the chain.
    serde_json::to_string(&hashed).unwrap_or_default()
}

/// Gives a step its place in the chain after `prev`.
pub fn seal(step: &mut Step, prev: Hash) {
    step.prev = prev;
    step.hash = step_hash(prev, step, words_digest(&step.words));
}

/// Follows a journal step by step: none altered, none missing, none put in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chain {
    /// Hash of the last step taken.
    pub head: Hash,
    /// Number of the last step taken.
    pub seq: u32,
}

impl Chain {
    /// Takes the next step as it is kept, `words` being the kept digest of its words. What is wrong
    /// with it, each a sentence that goes on behind the name of the matter.
    pub fn take(&mut self, step: &Step, words: Hash, erased: bool) -> Vec<String> {
        let (expected, seq) = (self.seq + 1, step.seq);
        let mut wrong = Vec::new();
        if seq != expected {
            wrong.push(format!(
                "缺少第 {expected} 步或多出一步（遇到第 {seq} 步）：有记录被删除或插入"
            ));
        }
        if step.prev != self.head {
            wrong.push(format!(
                "第 {seq} 步与上一步不相连：上一步被改动，或有记录被删除、插入"
            ));
        }
        // Lawful erasure blanks the words and nothing else; what is marked as erased says nothing.
        let intact = match erased {
            false => words_digest(&step.words) == words,
            true => step.words == Words::default(),
        };
        if !intact {
            wrong.push(format!("第 {seq} 步的文字（意见、答复或正文）被改动"));
        }
        if step_hash(step.prev, step, words) != step.hash {
            wrong.push(format!("第 {seq} 步的内容被改动：与它的校验值不符"));
        }
        (self.head, self.seq) = (step.hash, seq);
        wrong
    }
}
