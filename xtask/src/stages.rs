//! Named stages with their seconds: the reader of a long log sees where it is and what failed.

use anyhow::{Context, Result};
use std::time::{Duration, Instant};

/// The stages done so far.
#[derive(Default)]
pub struct Stages {
    done: Vec<(&'static str, Outcome)>,
}

enum Outcome {
    Passed(Duration),
    Absent(&'static str),
}

impl Stages {
    /// No stage yet.
    pub fn begin() -> Self {
        Self::default()
    }

    /// Runs one stage. On failure the error begins with the name of the stage.
    pub fn run<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n== {name}");
        let begun = Instant::now();
        let value = work().with_context(|| format!("stage `{name}` failed"))?;
        self.done.push((name, Outcome::Passed(begun.elapsed())));
        Ok(value)
    }

    /// Records that a stage has nothing to run, with the reason: an absence is shown, not hidden.
    pub fn absent(&mut self, name: &'static str, reason: &'static str) {
        self.done.push((name, Outcome::Absent(reason)));
    }

    /// Prints one line per stage.
    pub fn summary(&self) {
        println!("\n{}", self.text());
    }

    fn text(&self) -> String {
        let mut text = String::from("Summary\n");
        for (name, outcome) in &self.done {
            let outcome = match outcome {
                Outcome::Passed(taken) => format!("passed {:>7.1} s", taken.as_secs_f64()),
                Outcome::Absent(reason) => format!("nothing to run: {reason}"),
            };
            text.push_str(&format!("  {name:<18} {outcome}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn a_failed_stage_is_named_first_and_not_listed_as_passed() {
        let mut stages = Stages::begin();
        stages.run("first", || Ok(())).unwrap();
        let error = stages.run::<()>("second", || bail!("no disk")).unwrap_err();
        assert_eq!(format!("{error:#}"), "stage `second` failed: no disk");
        stages.absent("third", "there are none yet");
        let text = stages.text();
        assert!(text.contains("first"), "{text}");
        assert!(!text.contains("second"), "{text}");
        assert!(
            text.contains("nothing to run: there are none yet"),
            "{text}"
        );
    }
}
