//! The category tree: classes, subclasses, and for each subclass one or more conditions with their
//! limits (GB/T 30428.2/.8 practice; `packs/base/categories.csv`; requirement R069).
//!
//! What a person files is a *category* (`0206`, 危房) in one of its *conditions* (`1`, 有倒塌危险).
//! The condition decides the limit, who should solve it, which department answers, and the way it
//! travels; the category decides privacy, photos, points and whether it can be mediated.

mod read;

use crate::area::Level;
use crate::limit::Limit;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $word:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All values, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The code in the pack, in JSON and in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
            /// The word the interface uses.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// The value with this code.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}

words! {
    /// Who may see a matter of the category, and what is sealed (privacy.md V04, V10, V18).
    Privacy {
        /// A redacted snapshot may be published.
        Open = "open", "可公开";
        /// For the desks that handle it.
        Internal = "internal", "内部";
        /// Names of the parties are sealed after closing.
        Sealed = "sealed", "结案封存";
        /// Only the assigned care officers see it; no map point, no export.
        Restricted = "restricted", "限定人员";
    }
}

#[allow(
    clippy::derivable_impls,
    reason = "the macro that makes the words names no default"
)]
impl Default for Privacy {
    fn default() -> Self {
        Self::Internal
    }
}

impl Privacy {
    /// Whether it need not be written down in the journal.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

words! {
    /// Whether the category wants a photo (trap T1: never ask without need).
    Photo {
        /// Not asked for; may be added.
        No = "no", "不要求";
        /// The photo proves the case: asked for on report and on closing.
        Need = "need", "需要";
        /// Refused, to protect the person concerned.
        Never = "never", "不得拍照";
    }
}

words! {
    /// The way a matter travels.
    Route {
        /// Step by step from the unit upwards; an urgent condition may leap to the town.
        Steps = "steps", "逐级流转";
        /// At once to the town and to nobody else (0610).
        Town = "town", "直报镇街";
        /// Call 110/119/120 first, then report: the interface says so before the form.
        Police = "police", "先报警再上报";
        /// To the contact of the department; no suspect's name, papers, plate or face is stored.
        Contact = "contact", "转联系人";
        /// To the care officer of the community.
        Care = "care", "关爱专办";
        /// Offered only while the area is in emergency mode (R082, R150).
        Emergency = "emergency", "应急状态启用";
        /// Passed on without a deadline.
        Inform = "inform", "转达";
        /// Daily work: a log entry, not an incident.
        Log = "log", "工作记录";
    }
}

/// One condition of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// `0` is the usual one; unique within the category.
    pub number: u8,
    /// `一般`, `有倒塌危险`.
    pub name: String,
    /// How long handling may take; none for what has no deadline.
    pub limit: Option<Limit>,
    /// May leap to the town at once, with copies to grid and community.
    pub urgent: bool,
    /// Who normally solves it.
    pub owner: Level,
    /// Line of business that answers (`departments.csv`); empty when the community answers itself.
    pub department: String,
    /// The way it travels.
    pub route: Route,
    /// What the reporter or the handler must know first; may be empty.
    pub note: String,
}

/// A subclass with its conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Class and subclass: `0206`.
    pub code: String,
    /// Code of the class: `02`.
    pub class: String,
    /// `危房`.
    pub name: String,
    /// Can be mediated; counts as a dispute.
    pub mediation: bool,
    /// Who may see it.
    pub privacy: Privacy,
    /// Whether a photo is asked for.
    pub photo: Photo,
    /// Whether a solved matter brings the volunteer points (R090).
    pub points: bool,
    /// At least one, by number.
    pub conditions: Vec<Condition>,
}

impl Category {
    /// The condition with this number.
    #[must_use]
    pub fn condition(&self, number: u8) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.number == number)
    }

    /// The condition to begin with: the first one.
    #[must_use]
    pub fn usual(&self) -> &Condition {
        &self.conditions[0]
    }
}

/// A class with its categories in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// `02`.
    pub code: String,
    /// `安全隐患`.
    pub name: String,
    /// Its categories, by code.
    pub categories: Vec<Category>,
}

/// The whole tree; immutable, shared by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Categories {
    classes: Vec<Class>,
    /// Category code to its place in `classes`.
    index: HashMap<String, (usize, usize)>,
}

impl Categories {
    /// Reads `categories.csv` (heading and columns as in `packs/base`). `departments` are the codes
    /// that may be named; when empty, department codes are not checked.
    ///
    /// # Errors
    /// All problems with their line numbers: `bad_heading`, `bad_row`, `empty`, `bad_code`,
    /// `no_class_name`, `class_renamed`, `no_name`, `bad_condition`, `duplicate_condition`,
    /// `conditions_disagree`, `bad_limit` and its kin, `unknown_level`, `unknown_department`,
    /// `unknown_privacy`, `unknown_photo`, `unknown_route`, `bad_flag`.
    pub fn parse(file: &str, csv: &str, departments: &[&str]) -> Result<Self, Vec<Problem>> {
        let classes = read::classes(file, csv, departments)?;
        Ok(Self::indexed(classes))
    }

    /// The trees of several packs as one.
    ///
    /// # Errors
    /// `class_taken` for a class that two packs define.
    pub fn merged(trees: Vec<Self>) -> Result<Self, Vec<Problem>> {
        let mut classes: Vec<Class> = Vec::new();
        for class in trees.into_iter().flat_map(|tree| tree.classes) {
            if let Some(known) = classes.iter().find(|c| c.code == class.code) {
                let text = format!(
                    "大类编码“{}”已用于“{}”，业务包的“{}”请换一个编码",
                    class.code, known.name, class.name
                );
                return Err(vec![Problem::new("categories.csv", "class_taken", text)]);
            }
            classes.push(class);
        }
        classes.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self::indexed(classes))
    }

    fn indexed(classes: Vec<Class>) -> Self {
        let mut index = HashMap::new();
        for (c, class) in classes.iter().enumerate() {
            for (k, category) in class.categories.iter().enumerate() {
                index.insert(category.code.clone(), (c, k));
            }
        }
        Self { classes, index }
    }

    /// The category with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Category> {
        let &(class, category) = self.index.get(code)?;
        self.classes.get(class)?.categories.get(category)
    }

    /// A condition by category code and number.
    #[must_use]
    pub fn condition(&self, code: &str, number: u8) -> Option<&Condition> {
        self.get(code)?.condition(number)
    }

    /// The handling limit of a condition; none where there is no such condition or no deadline.
    #[must_use]
    pub fn limit(&self, code: &str, number: u8) -> Option<Limit> {
        self.condition(code, number)?.limit
    }

    /// The class with this code, or of the category with this code.
    #[must_use]
    pub fn class(&self, code: &str) -> Option<&Class> {
        self.classes
            .iter()
            .find(|class| class.code == code)
            .or_else(|| self.classes.get(self.index.get(code)?.0))
    }

    /// The tree: all classes in order, each with its categories.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// All categories in order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Category> {
        self.classes.iter().flat_map(|class| &class.categories)
    }

    /// The line of business that owns a category, by its usual condition; none where the community
    /// answers itself (R012).
    #[must_use]
    pub fn line(&self, code: &str) -> Option<&str> {
        let line = &self.get(code)?.usual().department;
        (!line.is_empty()).then_some(line.as_str())
    }

    /// The codes of the categories that a line of business owns.
    #[must_use]
    pub fn of_line(&self, line: &str) -> Vec<String> {
        let owned = self.iter().filter(|c| c.usual().department == line);
        owned.map(|c| c.code.clone()).collect()
    }

    /// How many categories there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Never true: a file without a category is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
}

#[cfg(test)]
pub(crate) mod tests;
