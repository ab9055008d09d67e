//! The random re-check of closed matters (T7): drawn by a seed, so that anybody can draw it again.

use super::{Done, Subject};
use crate::id::MatterId;
use crate::limits::TEXT_CHARS_MAX;
use crate::refusal::Refusal;
use crate::trace::Hash;
use serde::{Deserialize, Serialize};

/// What a checker found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Who, and when.
    pub done: Done,
    /// Whether it is as the journal says.
    pub holds: bool,
    /// How that was found; needed where it does not hold.
    pub words: String,
}

/// A closed matter that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recheck {
    /// The matter.
    pub matter: MatterId,
    /// Its number.
    pub no: String,
    /// For whom it was drawn.
    pub subjects: Vec<Subject>,
    /// What was found; none until somebody looked.
    pub verdict: Option<Verdict>,
}

impl Recheck {
    /// Marks what was found; a second look replaces the first only before publication, which the
    /// period sees to.
    ///
    /// # Errors
    /// `Invalid` without words where it does not hold, and for too many.
    pub fn mark(&mut self, verdict: Verdict) -> Result<(), Refusal> {
        let long = verdict.words.trim().chars().count();
        if !verdict.holds && long == 0 {
            let message = "复核为不属实的，请写明怎么核实、哪里不符";
            return Err(Refusal::invalid("words", "required", message));
        }
        if long > TEXT_CHARS_MAX {
            let message = format!("复核说明最多 {TEXT_CHARS_MAX} 个字，请删减");
            return Err(Refusal::invalid("words", "too_long", message));
        }
        self.verdict = Some(verdict);
        Ok(())
    }
}

/// Draws `n` of the closed matters: those whose digest with the seed is smallest. The same seed and
/// the same matters, in whatever order, give the same draw.
#[must_use]
pub fn draw(seed: &str, closed: &[MatterId], n: usize) -> Vec<MatterId> {
    let mut lots: Vec<(Hash, MatterId)> = closed
        .iter()
        .map(|id| (Hash::of(format!("{seed}\n{id}").as_bytes()), *id))
        .collect();
    lots.sort_unstable_by_key(|(lot, id)| (lot.0, *id));
    lots.dedup();
    lots.truncate(n);
    let mut drawn: Vec<MatterId> = lots.into_iter().map(|(_, id)| id).collect();
    drawn.sort_unstable();
    drawn
}
