//! Packs: features as data. The base pack is part of the program; every version that was ever
//! loaded stays in the database, because a running matter stays on its flow.

mod check;

use crate::{Fault, Office};
use civic::assessment::Scheme;
use civic::calendar::Calendar;
use civic::category::Categories;
use civic::certificate::{self, Certificate};
use civic::dictionary::Change;
use civic::directory::Actor;
use civic::flow::Flow;
use civic::kind::Kinds;
use civic::kpi::Kpi;
use civic::mediation::MediatorKinds;
use civic::pack::{DEPARTMENTS, Department};
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::register::Registers;
use civic::rights::Verb;
use civic::time::{Instant, Zone};
use civic::title::Titles;
use include_dir::{Dir, include_dir};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use store::Store;
use store::audit::Entry;
use store::driver::{Conn, OpenError};

pub use check::check;

static PACKS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../packs");

/// The pack every installation has.
pub const BASE: &str = "base";

/// File of the kinds of areas.
const CERTIFICATES: &str = "certificates.csv";
const KINDS: &str = "kinds.csv";
/// Folder of the registers.
pub(crate) const REGISTERS: &str = "registers/";
/// Folder of the schemes of assessment.
pub(crate) const ASSESSMENTS: &str = "assessments/";
/// File of the kinds of mediators.
const MEDIATORS: &str = "mediators.csv";
/// The pack of the program that has one.
const DISPUTE: &str = "dispute";
/// File of the local titles.
const TITLES: &str = "titles.csv";

/// What the packs of an installation say.
pub(crate) struct Packs {
    pub flows: HashMap<(String, u32), Arc<Flow>>,
    pub categories: Categories,
    pub calendar: Calendar,
    pub kpis: Vec<Kpi>,
    pub kinds: Kinds,
    pub titles: Titles,
    pub registers: Registers,
    pub mediators: MediatorKinds,
    pub schemes: Vec<Scheme>,
}

/// A file of a pack.
#[derive(Debug, Clone)]
pub struct PackFile {
    /// Path within the pack: `flows/incident.toml`.
    pub path: String,
    /// Its text.
    pub body: String,
}

/// The files of a pack that is part of the program.
#[must_use]
pub fn embedded(pack: &str) -> Vec<PackFile> {
    let mut files = Vec::new();
    if let Some(dir) = PACKS.get_dir(pack) {
        collect(dir, pack, &mut files);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(dir: &Dir<'_>, pack: &str, out: &mut Vec<PackFile>) {
    for file in dir.files() {
        if let (Some(path), Some(body)) = (
            file.path().strip_prefix(pack).ok().and_then(|p| p.to_str()),
            file.contents_utf8(),
        ) {
            out.push(PackFile {
                path: path.to_owned(),
                body: body.to_owned(),
            });
        }
    }
    for dir in dir.dirs() {
        collect(dir, pack, out);
    }
}

/// The department list of the base pack. Read once: every row of every list names a line of it.
#[must_use]
pub fn departments() -> &'static [Department] {
    static ALL: LazyLock<Vec<Department>> = LazyLock::new(|| {
        let files = embedded(BASE);
        let file = files.iter().find(|f| f.path == DEPARTMENTS);
        // The base pack is checked when it is built and when it is installed.
        civic::pack::departments(DEPARTMENTS, file.map_or("", |f| &f.body)).unwrap_or_default()
    });
    &ALL
}

/// The kinds and titles of the base pack.
pub(crate) fn words() -> Result<(Kinds, Titles), Vec<Problem>> {
    let files = embedded(BASE);
    let kinds = kinds_of(&files)?;
    let titles = files.iter().find(|f| f.path == TITLES);
    let titles = Titles::parse(TITLES, titles.map_or("", |f| &f.body), &kinds)?;
    Ok((kinds, titles))
}

/// The certificates that villages and communities do not issue (R202), with where to go instead.
#[must_use]
pub fn certificates() -> &'static [Certificate] {
    static ALL: LazyLock<Vec<Certificate>> = LazyLock::new(|| {
        let files = embedded(BASE);
        let file = files.iter().find(|f| f.path == CERTIFICATES);
        // What is embedded was checked when it was put into the database.
        certificate::parse(CERTIFICATES, file.map_or("", |f| &f.body)).unwrap_or_default()
    });
    &ALL
}

/// The kinds of mediators of the program's own pack.
fn own_mediators() -> Result<MediatorKinds, Vec<Problem>> {
    let files = embedded(DISPUTE);
    let file = files.iter().find(|f| f.path == MEDIATORS);
    MediatorKinds::parse(MEDIATORS, file.map_or("", |f| &f.body))
}

/// The kinds of areas of a pack, or of the base pack where it names none of its own.
fn kinds_of(files: &[PackFile]) -> Result<Kinds, Vec<Problem>> {
    let own = files.iter().find(|f| f.path == KINDS).cloned();
    let base = || embedded(BASE).into_iter().find(|f| f.path == KINDS);
    let body = own.or_else(base).map(|f| f.body).unwrap_or_default();
    Kinds::parse(KINDS, &body)
}

/// The packs that are part of the program, the base pack first: every folder of `packs/`.
#[must_use]
pub fn all_embedded() -> Vec<String> {
    let mut names: Vec<String> = PACKS
        .dirs()
        .filter_map(|d| d.path().to_str().map(str::to_owned))
        .collect();
    names.sort_by_key(|name| (name != BASE, name.clone()));
    names
}

/// Puts the packs of the program into a database, as new versions of the files that differ.
pub(crate) fn install(store: &Store, now: Instant) -> Result<(), OpenError> {
    let mut all = Vec::new();
    for pack in all_embedded() {
        let files = embedded(&pack);
        check(&files).map_err(|problems| {
            crate::world::explained(&format!("自带的业务包 {pack} 有误"), &problems)
        })?;
        all.extend(files.into_iter().map(|file| (pack.clone(), file)));
    }
    let work = store.write::<(), store::lane::Failure>(move |conn| {
        for (pack, file) in &all {
            store::pack::put(conn, pack, &file.path, &file.body, now)?;
        }
        Ok(())
    });
    futures::executor::block_on(work).map_err(|e| OpenError::new(format!("无法装入业务包：{e}")))
}

impl Office {
    /// Loads a pack, or a newer version of one, into a running installation: a new line of business
    /// without a new program. What runs stays on the version on which it began.
    ///
    /// # Errors
    /// `Denied` for who does not manage packs; everything that is wrong with its files, and a flow
    /// code that another pack has.
    pub async fn install_pack(
        &self,
        actor: &Actor,
        pack: &str,
        files: Vec<PackFile>,
    ) -> Result<(), Fault> {
        let root = self.world().tree().roots().next().map(|a| a.id);
        let manages = |root| {
            self.world()
                .directory()
                .over(actor, Verb::ManagePacks, root)
                .is_some()
        };
        if !root.is_some_and(manages) {
            return Err(Refusal::Denied("只有系统管理员可以装入业务包".into()).into());
        }
        self.put_pack(actor, pack, files).await
    }

    /// The same, by whoever runs the program on the server. The pack has the name of its folder.
    ///
    /// # Errors
    /// As [`Office::install_pack`], but for rights.
    pub async fn install_pack_at_the_server(
        &self,
        pack: &str,
        files: Vec<PackFile>,
    ) -> Result<(), Fault> {
        self.put_pack(&Actor::at_the_server(), pack, files).await
    }

    async fn put_pack(&self, by: &Actor, pack: &str, files: Vec<PackFile>) -> Result<(), Fault> {
        check(&files)?;
        for file in files.iter().filter(|f| f.path.starts_with("flows/")) {
            let flow = Flow::parse(&file.body)?;
            let world = self.world();
            let known = world.rules.flows.keys().any(|(code, _)| *code == flow.code);
            let ours = self
                .read({
                    let (pack, path) = (pack.to_owned(), file.path.clone());
                    move |conn| store::pack::all_versions(conn, &pack, &path)
                })
                .await?;
            if known && ours.is_empty() {
                let text = format!("流程代码 {} 已被别的业务包使用，请换一个", flow.code);
                return Err(vec![Problem::new(&file.path, "flow_taken", text)].into());
            }
        }
        let (pack, now) = (pack.to_owned(), self.now());
        let (account, name) = (by.account, by.name.clone());
        self.write(move |conn| {
            for file in &files {
                store::pack::put(conn, &pack, &file.path, &file.body, now)?;
            }
            let paths: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
            store::audit::append(
                conn,
                &Entry {
                    at: now,
                    account,
                    name,
                    action: "install_pack".into(),
                    object: format!("pack:{pack}"),
                    detail: paths.join("、"),
                },
            )?;
            Ok(())
        })
        .await?;
        self.reload().await
    }
}

/// Reads the packs from the database.
pub(crate) fn load(conn: &mut Conn) -> Result<Packs, OpenError> {
    let bad = |path: &str| {
        let path = path.to_owned();
        move |problems: Vec<Problem>| {
            crate::world::explained(&format!("业务包文件 {path} 有误"), &problems)
        }
    };
    let mut packs = store::pack::names(conn)?;
    packs.sort_by_key(|name| (name != BASE, name.clone()));
    let mut flows = HashMap::new();
    let mut trees = Vec::new();
    let mut registers = Vec::new();
    let mut schemes = Vec::new();
    let mut mediators = MediatorKinds::default();
    for pack in &packs {
        // Newest first: what a newer list left out keeps its word.
        let mut own: Option<MediatorKinds> = None;
        let mut lists = store::pack::all_versions(conn, pack, MEDIATORS)?;
        lists.sort_by_key(|list| std::cmp::Reverse(list.version));
        for list in lists {
            let kinds = MediatorKinds::parse(&list.path, &list.body).map_err(bad(&list.path))?;
            match &mut own {
                Some(own) => own.keep(kinds),
                None => own = Some(kinds),
            }
        }
        mediators.join(own.unwrap_or_default());
        for stored in store::pack::all_versions(conn, pack, "flows/")? {
            let flow = Flow::parse(&stored.body).map_err(bad(&stored.path))?;
            flows.insert((flow.code.clone(), flow.version), Arc::new(flow));
        }
        for file in store::pack::newest(conn, pack)? {
            if file.path == "categories.csv" {
                trees
                    .push(Categories::parse(&file.path, &file.body, &[]).map_err(bad(&file.path))?);
            }
            if file.path.starts_with(REGISTERS) {
                registers.push((file.path, file.body));
            } else if file.path.starts_with(ASSESSMENTS) {
                schemes.push((file.path, file.body));
            }
        }
    }
    // A database from before the list was a file of the pack.
    if mediators.is_empty() {
        mediators = own_mediators().map_err(bad(MEDIATORS))?;
    }
    let newest: HashMap<String, (i64, String)> = store::pack::newest(conn, BASE)?
        .into_iter()
        .map(|f| (f.path, (f.version, f.body)))
        .collect();
    let file = |path: &str| {
        newest
            .get(path)
            .map(|(version, body)| (version.to_string(), body.as_str()))
            .ok_or_else(|| {
                OpenError::new(format!(
                    "数据库里没有业务包文件 {path}，请先运行 hangji migrate 装入业务包"
                ))
            })
    };
    let registers: Vec<(&str, &str)> = registers
        .iter()
        .map(|(path, body)| (path.as_str(), body.as_str()))
        .collect();
    file("categories.csv")?;
    let (version, calendar) = file("calendar.csv")?;
    let (_, kpis) = file("kpi.toml")?;
    let kpis = Kpi::parse(kpis).map_err(bad("kpi.toml"))?;
    let schemes = schemes
        .iter()
        .map(|(path, body)| Scheme::parse(path, body, &kpis).map_err(bad(path)))
        .collect::<Result<Vec<_>, _>>()?;
    let (_, kinds) = file(KINDS)?;
    let mut kinds = Kinds::parse(KINDS, kinds).map_err(bad(KINDS))?;
    let (_, titles) = file(TITLES)?;
    let mut titles = Titles::parse(TITLES, titles, &kinds).map_err(bad(TITLES))?;
    let changed = store::dictionary::newest(conn)?;
    let changes: Vec<Change> = changed.into_iter().map(|c| c.change).collect();
    kinds.apply(&changes);
    titles.apply(&changes);
    Ok(Packs {
        flows,
        categories: Categories::merged(trees).map_err(bad("categories.csv"))?,
        calendar: Calendar::parse("cn", &version, Zone::CHINA, calendar)
            .map_err(bad("calendar.csv"))?,
        kpis,
        schemes,
        titles,
        registers: Registers::parse(&registers).map_err(bad(REGISTERS))?,
        mediators,
        kinds,
    })
}
