//! The first filling of an installation: the areas, organisations, people and the three
//! administrators of sheets that the city fills in, checked as a whole before a row is written.

mod areas;
mod orgs;
mod people;

use crate::identity::password;
use crate::pack;
use crate::{Account, AccountKind, Founding, Office, Result};
use civic::area::{Area, Code, Tree};
use civic::id::AccountId;
use civic::kind::Kinds;
use civic::org::Org;
use civic::pack::Department;
use civic::post::Post;
use civic::problem::Problem;
use civic::time::Day;
use civic::title::Titles;

pub use orgs::desks;

/// Name of the sheet of areas, the one that must be there.
pub const AREAS: &str = "areas.csv";
/// Name of the sheet of organisations.
pub const ORGS: &str = "orgs.csv";
/// Name of the sheet of people and their posts.
pub const PEOPLE: &str = "people.csv";

/// A sheet to begin with: its name and text.
pub const EXAMPLES: [(&str, &str); 3] = [
    (AREAS, include_str!("install/example/areas.csv")),
    (ORGS, include_str!("install/example/orgs.csv")),
    (PEOPLE, include_str!("install/example/people.csv")),
];

/// The sheets as they were read from the disk.
#[derive(Debug, Clone, Default)]
pub struct Sheets {
    /// [`AREAS`].
    pub areas: Vec<u8>,
    /// [`ORGS`]; without it every department of the base pack has a desk at each of its levels.
    pub orgs: Option<Vec<u8>>,
    /// [`PEOPLE`]; without it there are the three administrators only.
    pub people: Option<Vec<u8>>,
}

/// Somebody who gets an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Own id.
    pub id: AccountId,
    /// Login, in lower case.
    pub login: String,
    /// Name.
    pub name: String,
    /// Phone number.
    pub phone: Option<String>,
}

/// What the sheets say, free of problems.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Areas, parents first.
    pub areas: Vec<Area>,
    /// Their codes.
    pub codes: Vec<Code>,
    /// Desks of organisations.
    pub orgs: Vec<Org>,
    /// People, the three administrators among them.
    pub people: Vec<Person>,
    /// Their posts.
    pub posts: Vec<Post>,
}

/// The password that somebody signs in with for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPassword {
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// The password; it is kept nowhere.
    pub password: String,
}

/// What the sheets are checked against: the words of the base pack.
struct Words {
    kinds: Kinds,
    titles: Titles,
    departments: &'static [Department],
}

/// Ids in the order in which things are read; later ones come from the clock and are larger.
#[derive(Default)]
struct Ids(i64);

impl Ids {
    fn next(&mut self) -> i64 {
        self.0 += 1;
        self.0
    }
}

/// Reads the sheets of an installation that begins on `from`.
///
/// # Errors
/// Everything that is wrong in all of them; fields are `file:line:column`.
pub fn draft(sheets: &Sheets, from: Day) -> std::result::Result<Draft, Vec<Problem>> {
    let (kinds, titles) = pack::words()?;
    let words = Words {
        kinds,
        titles,
        departments: pack::departments(),
    };
    let (mut ids, mut problems) = (Ids::default(), Vec::new());
    let areas = areas::read(&sheets.areas, &words, from, &mut ids, &mut problems);
    let orgs = match &sheets.orgs {
        Some(bytes) => orgs::read(bytes, &areas, &words, &mut ids, &mut problems),
        None => orgs::Orgs::of_pack(desks(&areas.list, || ids.next())),
    };
    let people = people::read(
        sheets.people.as_deref(),
        &areas,
        &orgs,
        &words,
        from,
        &mut ids,
        &mut problems,
    );
    if problems.is_empty()
        && let Err(found) = Tree::build(areas.list.clone())
    {
        problems.extend(found.into_iter().map(|p| Problem {
            field: AREAS.into(),
            ..p
        }));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Draft {
        areas: areas.list,
        codes: areas.codes,
        orgs: orgs.list,
        people: people.list,
        posts: people.posts,
    })
}

impl Office {
    /// Fills an empty installation from a draft, in one transaction, and gives everybody in it a
    /// password to begin with.
    ///
    /// # Errors
    /// As [`Office::found`].
    pub async fn install(&self, draft: Draft) -> Result<Vec<FirstPassword>> {
        let now = self.now();
        let (mut accounts, mut first) = (Vec::new(), Vec::new());
        for person in draft.people {
            let password = password::generate();
            accounts.push(Account {
                id: person.id,
                login: person.login.clone(),
                name: person.name.clone(),
                phone: person.phone,
                secret: password::hash_async(password.clone()).await,
                kind: AccountKind::Staff,
                demo: false,
                failures: 0,
                locked_until: None,
                disabled_at: None,
                created_at: now,
            });
            first.push(FirstPassword {
                login: person.login,
                name: person.name,
                password,
            });
        }
        self.found(Founding {
            areas: draft.areas,
            codes: draft.codes,
            boundaries: Vec::new(),
            orgs: draft.orgs,
            accounts,
            given: true,
            posts: draft.posts,
        })
        .await?;
        Ok(first)
    }
}

#[cfg(test)]
mod tests;
