//! One worker of the grid serves all lines of business (R012): each matter names the line that owns
//! it, and an area is counted line by line.

use crate::{Office, Result, pack};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::matter::Matter;
use civic::refusal::Refusal;
use civic::rights::Verb;
use std::collections::BTreeMap;

/// The open matters of a line in an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCount {
    /// Code of the line; none for what the community answers itself.
    pub line: Option<String>,
    /// Its name.
    pub word: String,
    /// Open now.
    pub open: i64,
    /// Of them overdue.
    pub overdue: i64,
}

/// What no department owns.
const OWN: &str = "村居和网格自办";

/// The name of a line of business.
#[must_use]
pub fn line_word(code: &str) -> String {
    let found = pack::departments().iter().find(|d| d.code == code);
    found.map_or(code, |d| &d.name).to_owned()
}

/// Code and name of every line that owns a category.
#[must_use]
pub fn lines(world: &crate::World) -> Vec<(String, String)> {
    let categories = &world.rules.categories;
    let all = pack::departments().iter();
    all.filter(|d| categories.iter().any(|c| c.usual().department == d.code))
        .map(|d| (d.code.clone(), d.name.clone()))
        .collect()
}

impl Office {
    /// The line that owns a matter; none where the community answers itself or nobody classified it.
    #[must_use]
    pub fn line_of(&self, matter: &Matter) -> Option<String> {
        let code = &matter.category.as_ref()?.code;
        self.world().rules.categories.line(code).map(str::to_owned)
    }

    /// The open matters of an area by the line that owns them, most first.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area.
    pub async fn line_counts(&self, actor: &Actor, area: AreaId) -> Result<Vec<LineCount>> {
        self.require_over(actor, Verb::SeeBoard, area)?;
        let world = self.world();
        let level = world.tree().get(area).map(|a| a.level);
        let level = level.ok_or_else(|| Refusal::unknown("区域"))?;
        let rows = self
            .read(move |conn| store::matter::open_by_category(conn, level, area))
            .await?;
        let mut sums: BTreeMap<Option<String>, (i64, i64)> = BTreeMap::new();
        for (category, open, overdue) in rows {
            let line = world.rules.categories.line(&category).map(str::to_owned);
            let sum = sums.entry(line).or_default();
            sum.0 += open;
            sum.1 += overdue;
        }
        let mut counts: Vec<LineCount> = sums
            .into_iter()
            .map(|(line, (open, overdue))| LineCount {
                word: line.as_deref().map_or_else(|| OWN.to_owned(), line_word),
                line,
                open,
                overdue,
            })
            .collect();
        counts.sort_by_key(|c| std::cmp::Reverse(c.open));
        Ok(counts)
    }
}
