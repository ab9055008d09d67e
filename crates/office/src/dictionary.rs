//! 数据字典 at run time: the place changes the lists that are its own; the world is read anew, so that
//! a word is used at once.

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Office, Result};
use civic::area::Level;
use civic::dictionary::{self, AREA_KINDS, Change, TITLES};
use civic::directory::{Actor, Directory};
use civic::post::Role;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::{Day, Instant};
use std::collections::HashMap;
use store::dictionary::Changed;
use store::lane::Failure;

/// Posts named for a title that is in use.
const NAMED: usize = 5;

/// An entry of a list of the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceWord {
    /// Code of the list.
    pub list: &'static str,
    /// Code of the role of a title, of the level of a kind.
    pub owner: &'static str,
    /// Word of the owner.
    pub owner_word: &'static str,
    /// Code within the owner.
    pub code: String,
    /// The word in use.
    pub word: String,
    /// The word of the pack; none for what the place added.
    pub original: Option<String>,
    /// Words of the kinds of area where a title is used; empty for everywhere.
    pub kinds: Vec<String>,
    /// Whether it is offered no more.
    pub retired: bool,
    /// Posts that bear the title today; areas of the kind.
    pub used: usize,
    /// The first of the posts, for who may change the list.
    pub used_by: Vec<String>,
    /// How often it was changed here; 0 where never.
    pub version: i64,
    /// When it was last changed, and by whom.
    pub changed: Option<(Instant, String)>,
}

/// What is to become of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordChange {
    /// Code of the role of a title, of the level of a kind.
    pub owner: String,
    /// Code within the owner.
    pub code: String,
    /// Another word, for a kind.
    pub word: Option<String>,
    /// Whether it is offered no more, for a title.
    pub retired: Option<bool>,
}

fn bearers<'a>(
    directory: &'a Directory,
    role: Role,
    word: &'a str,
    day: Day,
) -> impl Iterator<Item = String> + 'a {
    directory
        .posts()
        .filter(move |p| p.role == role && p.title.as_deref() == Some(word))
        .filter(move |p| p.to.is_none_or(|to| day < to))
        .map(|p| directory.title(p))
}

impl Office {
    /// Whether the actor may change the lists of the place.
    #[must_use]
    pub fn may_change_dictionaries(&self, actor: &Actor) -> bool {
        let root = self.world().tree().roots().next().map(|a| a.id);
        root.is_some_and(|root| {
            self.require_over(actor, Verb::ManageParameters, root)
                .is_ok()
        })
    }

    /// The lists of the place with what was changed in them.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub async fn place_words(&self, actor: &Actor) -> Result<Vec<PlaceWord>> {
        staff_only(actor)?;
        let changed = self.read(store::dictionary::newest).await?;
        let names = self
            .names(changed.iter().map(|c| c.account).collect())
            .await?;
        let changed: HashMap<(String, String, String), Changed> = changed
            .into_iter()
            .map(|c| {
                let key = &c.change;
                let key = (key.list.clone(), key.owner.clone(), key.code.clone());
                (key, c)
            })
            .collect();
        let of = |list: &str, owner: &str, code: &str| {
            changed
                .get(&(list.into(), owner.into(), code.into()))
                .map_or((0, None), |c| {
                    let who = names.get(&c.account).cloned().unwrap_or_default();
                    (c.version, Some((c.at, who)))
                })
        };
        let (world, today) = (self.world(), self.today());
        let keeps = self.may_change_dictionaries(actor);
        let titles = world.titles.all().iter().map(|t| {
            let (version, changed) = of(TITLES, t.role.code(), &t.word);
            let bearers: Vec<String> = bearers(world.directory(), t.role, &t.word, today).collect();
            let kind = |code: &str| match t.role.level() {
                Some(level) => world.kinds.word(level, code).to_owned(),
                None => code.to_owned(),
            };
            PlaceWord {
                list: TITLES,
                owner: t.role.code(),
                owner_word: t.role.word(),
                code: t.word.to_string(),
                word: t.word.to_string(),
                original: (!t.local).then(|| t.word.to_string()),
                kinds: t.kinds.iter().map(|k| kind(k)).collect(),
                retired: t.retired,
                used: bearers.len(),
                used_by: bearers
                    .into_iter()
                    .take(if keeps { NAMED } else { 0 })
                    .collect(),
                version,
                changed,
            }
        });
        let mut areas: HashMap<(Level, &str), usize> = HashMap::new();
        for area in world.tree().iter().filter(|a| a.valid_on(today)) {
            *areas.entry((area.level, &area.kind)).or_default() += 1;
        }
        let kinds = world.kinds.all().iter().map(|k| {
            let (version, changed) = of(AREA_KINDS, k.level.code(), &k.code);
            PlaceWord {
                list: AREA_KINDS,
                owner: k.level.code(),
                owner_word: k.level.word(),
                code: k.code.to_string(),
                word: k.word.to_string(),
                original: Some(k.original.to_string()),
                kinds: Vec::new(),
                retired: false,
                used: areas.get(&(k.level, &*k.code)).copied().unwrap_or(0),
                used_by: Vec::new(),
                version,
                changed,
            }
        });
        Ok(titles.chain(kinds).collect())
    }

    /// Adds a title of the place.
    ///
    /// # Errors
    /// `Denied` for who does not keep the lists; `Unknown`; `Conflict` for a list that others keep
    /// or that takes no new entries; `Invalid` with every broken rule.
    pub async fn add_word(
        &self,
        actor: &Actor,
        list: &str,
        owner: String,
        word: String,
        kinds: Vec<String>,
    ) -> Result<()> {
        self.keeps_dictionaries(actor)?;
        let list = dictionary::changeable(list)?;
        if list.code != TITLES {
            let text = format!("“{}”不能新增：{}", list.word, list.why);
            return Err(Refusal::Conflict(text).into());
        }
        let change = Change {
            list: TITLES.into(),
            owner,
            code: word.clone(),
            word,
            kinds,
            retired: false,
        };
        self.put_word(actor, change, |change, titles, kinds| {
            let problems = change.title_problems(titles, kinds);
            if problems.is_empty() {
                Ok(format!("新增称呼“{}”", change.word))
            } else {
                Err(Refusal::Invalid(problems))
            }
        })
        .await
    }

    /// Changes the word of a kind, retires a title or restores it. Who bears a retired title keeps
    /// it.
    ///
    /// # Errors
    /// As [`Office::add_word`]; `Conflict` where nothing would change.
    pub async fn change_word(&self, actor: &Actor, list: &str, wanted: WordChange) -> Result<()> {
        self.keeps_dictionaries(actor)?;
        let list = dictionary::changeable(list)?;
        let fits = match list.code {
            TITLES => wanted.word.is_none() && wanted.retired.is_some(),
            _ => wanted.word.is_some() && wanted.retired.is_none(),
        };
        if !fits {
            let text = format!("“{}”不能这样修改：{}", list.word, list.why);
            return Err(Refusal::Conflict(text).into());
        }
        let change = Change {
            list: list.code.into(),
            word: wanted.word.unwrap_or_else(|| wanted.code.clone()),
            owner: wanted.owner,
            code: wanted.code,
            kinds: Vec::new(),
            retired: wanted.retired.unwrap_or(false),
        };
        let is_title = list.code == TITLES;
        self.put_word(actor, change, move |change, titles, kinds| {
            let unknown = || Refusal::unknown("字典条目");
            if is_title {
                let same = |t: &&civic::title::Title| {
                    t.role.code() == change.owner && *t.word == *change.code
                };
                let known = titles.all().iter().find(same).ok_or_else(unknown)?;
                change.kinds = known.kinds.iter().map(ToString::to_string).collect();
                return match (known.retired, change.retired) {
                    (false, true) => Ok(format!("停用称呼“{}”", change.word)),
                    (true, false) => Ok(format!("恢复称呼“{}”", change.word)),
                    (true, true) => Err(Refusal::Conflict("这个称呼已经停用".into())),
                    (false, false) => Err(Refusal::Conflict("这个称呼正在使用".into())),
                };
            }
            let level = Level::parse(&change.owner).ok_or_else(unknown)?;
            let known = kinds.get(level, &change.code).ok_or_else(unknown)?;
            let problems = change.kind_problems(level, kinds);
            if !problems.is_empty() {
                return Err(Refusal::Invalid(problems));
            }
            if *known.word == *change.word {
                return Err(Refusal::Conflict("名称没有变化".into()));
            }
            let (from, to) = (&known.word, &change.word);
            Ok(format!("{}类型：由“{from}”改为“{to}”", level.word()))
        })
        .await
    }

    fn keeps_dictionaries(&self, actor: &Actor) -> Result<()> {
        if self.may_change_dictionaries(actor) {
            return Ok(());
        }
        Err(Refusal::Denied("只有系统管理员可以修改数据字典".into()).into())
    }

    /// Checks a change against the lists as they are when it is written, and uses it at once.
    /// `check` answers what the audit says.
    async fn put_word(
        &self,
        actor: &Actor,
        mut change: Change,
        check: impl FnOnce(
            &mut Change,
            &civic::title::Titles,
            &civic::kind::Kinds,
        ) -> std::result::Result<String, Refusal>
        + Send
        + 'static,
    ) -> Result<()> {
        let (world, who, now) = (self.world(), actor.clone(), self.now());
        self.write(move |conn| {
            let before = store::dictionary::newest(conn)?;
            let version = before
                .iter()
                .find(|c| {
                    let c = &c.change;
                    (&c.list, &c.owner, &c.code) == (&change.list, &change.owner, &change.code)
                })
                .map_or(1, |c| c.version + 1);
            let said: Vec<Change> = before.into_iter().map(|c| c.change).collect();
            let (mut titles, mut kinds) = (world.titles.clone(), world.kinds.clone());
            titles.apply(&said);
            kinds.apply(&said);
            let detail = check(&mut change, &titles, &kinds)?;
            let object = format!(
                "dictionary:{} {} {}",
                change.list, change.owner, change.code
            );
            let line = entry(&who, now, "change_dictionary", object, detail);
            store::audit::append(conn, &line)?;
            let account = who.account;
            store::dictionary::put(
                conn,
                &Changed {
                    change,
                    version,
                    at: now,
                    account,
                },
            )?;
            Ok::<_, Failure>(())
        })
        .await?;
        self.reload().await
    }
}
