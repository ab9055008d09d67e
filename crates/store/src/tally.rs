//! Tallies: the figures of the boards, kept up the tree by the committer.

use crate::SHARD;
use crate::driver::{Conn, Dialect, Kind, OnConflict, Result, Row, Table, Value};
use civic::area::{Level, Path};
use civic::id::AreaId;
use civic::matter::Matter;
use civic::measure::{self, Measure, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Key of a row: period, class, parent, node. The parent of the root is 0.
pub type Key = (i64, i64, i64, i64);

/// What a matter contributes: class, period and measure, with a number.
type Figured = BTreeMap<(i64, i64, Measure), i64>;

/// Changes of figures, merged per row and sorted by key.
#[derive(Debug, Default, Clone)]
pub struct Deltas(BTreeMap<Key, Vec<i64>>);

impl Deltas {
    /// Adds what a matter contributes to every level of its path from the city to the grid; classes
    /// are kept down to the community.
    pub fn add(&mut self, matter: &Matter) {
        self.spread(&matter.path, &measure::contribution(matter));
    }
    /// Adds what a matter contributes now, and takes away what it did before. Nearly all of it is the
    /// same, so the difference is made before it is spread over the levels.
    pub fn change(&mut self, before: Option<&Matter>, now: &Matter) {
        let mut figures = measure::contribution(now);
        if let Some(before) = before {
            let moved = before.path != now.path;
            let mut minus = measure::contribution(before);
            if moved {
                minus.values_mut().for_each(|n| *n = -*n);
                self.spread(&before.path, &minus);
            } else {
                for (key, n) in minus {
                    *figures.entry(key).or_default() -= n;
                }
            }
        }
        self.spread(&now.path, &figures);
    }
    fn spread(&mut self, path: &Path, figures: &Figured) {
        for ((class, period, measure), n) in figures.iter().filter(|(_, n)| **n != 0) {
            for (parent, node, level) in nodes(path) {
                if *class == 0 || level <= Level::Community {
                    self.add_one((*period, *class, parent, node), *measure as usize, *n);
                }
            }
        }
    }
    /// Adds to one figure.
    pub(crate) fn add_one(&mut self, key: Key, measure: usize, n: i64) {
        let row = self
            .0
            .entry(key)
            .or_insert_with(|| vec![0; Measure::ALL.len()]);
        row[measure] += n;
    }
    /// How many rows it holds.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
    /// All rows, sorted by key.
    pub(crate) fn into_rows(self) -> std::collections::btree_map::IntoIter<Key, Vec<i64>> {
        self.0.into_iter()
    }
    /// The rows in which something changed.
    pub fn rows(&self) -> impl Iterator<Item = (&Key, &Vec<i64>)> {
        self.0.iter().filter(|(_, row)| row.iter().any(|n| *n != 0))
    }
    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// The nodes of a path that have tallies: parent, node, level, from the root to the innermost grid.
fn nodes(path: &Path) -> impl Iterator<Item = (i64, i64, Level)> {
    let mut parent = 0;
    path.0
        .iter()
        .filter(|(level, _)| *level <= Level::Grid)
        .map(move |(level, area)| {
            let node = (parent, area.0, *level);
            parent = area.0;
            node
        })
}

const KEY: &[&str] = &["shard", "period", "class", "parent", "node"];

fn measures() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| Measure::ALL.iter().map(|m| m.code()).collect())
}

/// Measures written together on SQLite: see [`apply`].
const BLOCK: usize = 8;

/// Adds the deltas to the kept figures.
///
/// A row has more than fifty figures, and a step changes a handful. SQLite runs a row at a time, so
/// there rows are written by the blocks of columns in which they changed, with some dozen statements,
/// all of them kept prepared. PostgreSQL takes the whole set as arrays, where one statement is best.
pub(crate) fn apply(conn: &mut Conn, deltas: &Deltas) -> Result<()> {
    let all = measures();
    let narrow = conn.dialect() == Dialect::Sqlite;
    let mut shapes: BTreeMap<u64, Vec<Vec<Value>>> = BTreeMap::new();
    for ((period, class, parent, node), figures) in deltas.rows() {
        let changed = |block: &[i64]| block.iter().any(|n| *n != 0);
        let shape = (0..)
            .zip(figures.chunks(BLOCK))
            .fold(0, |shape, (nth, block)| {
                shape | u64::from(!narrow || changed(block)) << nth
            });
        let row = [SHARD, *period, *class, *parent, *node]
            .into_iter()
            .chain(of_shape(shape, figures).copied())
            .map(Value::Int)
            .collect();
        shapes.entry(shape).or_default().push(row);
    }
    for (shape, rows) in shapes {
        let add: Vec<&str> = of_shape(shape, all).copied().collect();
        let columns: Vec<(&str, Kind)> = KEY.iter().chain(&add).map(|c| (*c, Kind::Int)).collect();
        let table = Table {
            name: "tally",
            columns: &columns,
        };
        conn.insert_many(
            &table,
            &rows,
            OnConflict::Add {
                key: KEY,
                add: &add,
            },
        )?;
    }
    Ok(())
}

/// The elements in the blocks of a shape.
fn of_shape<T>(shape: u64, all: &[T]) -> impl Iterator<Item = &T> {
    all.chunks(BLOCK)
        .enumerate()
        .filter(move |(nth, _)| shape >> nth & 1 == 1)
        .flat_map(|(_, block)| block)
}

/// Figures by measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures(pub Vec<i64>);

impl Default for Figures {
    fn default() -> Self {
        Self(vec![0; Measure::ALL.len()])
    }
}

impl Figures {
    /// One figure.
    #[must_use]
    pub fn get(&self, measure: Measure) -> i64 {
        self.0.get(measure as usize).copied().unwrap_or(0)
    }
    fn add_row(&mut self, row: &Row, first: usize, factor: i64) -> Result<()> {
        for (i, figure) in self.0.iter_mut().enumerate() {
            *figure += factor * row.int(first + i)?;
        }
        Ok(())
    }
    /// Leaves out what came in on the day of `today` and is not judged yet: it has until midnight,
    /// so that it is neither in time nor late.
    #[must_use]
    pub fn without_waiting(mut self, today: &Figures) -> Self {
        for level in Level::ALL {
            let (received, judged) = Measure::triage(level);
            self.0[received as usize] -= today.get(received) - today.get(judged);
        }
        self
    }
    /// These figures without those of a part of them.
    #[must_use]
    pub fn less(mut self, part: &Figures) -> Self {
        for (own, taken) in self.0.iter_mut().zip(&part.0) {
            *own -= taken;
        }
        self
    }
    /// Takes the stocks (what is open now) from the total period into figures of other periods.
    pub fn with_stocks_of(mut self, total: &Figures) -> Self {
        for measure in Measure::ALL.iter().filter(|m| m.is_stock()) {
            self.0[*measure as usize] = total.get(*measure);
        }
        self
    }
}

/// Figures of several spans, in their order.
pub type Sums<const N: usize> = [Figures; N];

fn none<const N: usize>() -> Sums<N> {
    std::array::from_fn(|_| Figures::default())
}

/// Every period that some span needs, once.
fn periods<const N: usize>(spans: &[&Span; N]) -> Value {
    let all: BTreeSet<i64> = spans.iter().flat_map(|span| span.periods()).collect();
    all.into_iter().collect::<Vec<_>>().into()
}

/// Adds a row of period, key and figures to the sums of its key.
fn sum<K: Ord, const N: usize>(
    out: &mut BTreeMap<K, Sums<N>>,
    key: impl FnOnce(i64) -> K,
    row: &Row,
    spans: &[&Span; N],
) -> Result<()> {
    let sums = out.entry(key(row.int(1)?)).or_insert_with(none);
    for (own, span) in sums.iter_mut().zip(spans) {
        match span.factor(row.int(0)?) {
            0 => {}
            factor => own.add_row(row, 2, factor)?,
        }
    }
    Ok(())
}

/// The figures of all children of `parent` in the given spans, class 0.
pub fn children<const N: usize>(
    conn: &mut Conn,
    parent: AreaId,
    spans: &[&Span; N],
) -> Result<BTreeMap<AreaId, Sums<N>>> {
    let sql = format!(
        "SELECT period, node, {} FROM tally WHERE shard = $1 AND period = ANY($2) AND class = 0 AND parent = $3",
        measures().join(", ")
    );
    let mut out = BTreeMap::new();
    let params = [SHARD.into(), periods(spans), parent.0.into()];
    conn.for_each(&sql, &params, |row| sum(&mut out, AreaId, row, spans))?;
    Ok(out)
}

/// The figures of one node in the given spans, by class; class 0 sums all. `parents` are the areas
/// under which it lies or lay; none for the root.
pub fn of_node<const N: usize>(
    conn: &mut Conn,
    parents: &[AreaId],
    node: AreaId,
    spans: &[&Span; N],
    classes: &[i64],
) -> Result<BTreeMap<i64, Sums<N>>> {
    let sql = format!(
        "SELECT period, class, {} FROM tally WHERE shard = $1 AND period = ANY($2) AND class = ANY($3) AND parent = ANY($4) AND node = $5",
        measures().join(", ")
    );
    let mut out = BTreeMap::new();
    let parents: Vec<i64> = match parents {
        [] => vec![0],
        some => some.iter().map(|p| p.0).collect(),
    };
    let params = [
        SHARD.into(),
        periods(spans),
        classes.to_vec().into(),
        parents.into(),
        node.0.into(),
    ];
    conn.for_each(&sql, &params, |row| {
        sum(&mut out, |class| class, row, spans)
    })?;
    Ok(out)
}

/// The figures of units, by unit and class, counted from their matters: there are few.
pub fn of_units<const N: usize>(
    conn: &mut Conn,
    units: &[AreaId],
    spans: &[&Span; N],
) -> Result<BTreeMap<AreaId, BTreeMap<i64, Sums<N>>>> {
    let mut out: BTreeMap<AreaId, BTreeMap<i64, Sums<N>>> = BTreeMap::new();
    let ids: Vec<i64> = units.iter().map(|unit| unit.0).collect();
    let sql = "SELECT unit, body FROM matter WHERE shard = $1 AND unit = ANY($2)";
    conn.for_each(sql, &[SHARD.into(), ids.into()], |row| {
        let figures = out.entry(AreaId(row.int(0)?)).or_default();
        let matter = crate::matter::parse(row.text(1)?)?;
        for ((class, period, measure), n) in measure::contribution(&matter) {
            let sums = figures.entry(class).or_insert_with(none);
            for (own, span) in sums.iter_mut().zip(spans) {
                own.0[measure as usize] += n * span.factor(period);
            }
        }
        Ok(())
    })?;
    Ok(out)
}

/// All rows, for the recount of `verify`.
pub(crate) fn for_each(
    conn: &mut Conn,
    mut each: impl FnMut(Key, Vec<i64>) -> Result<()>,
) -> Result<()> {
    let sql = format!(
        "SELECT period, class, parent, node, {} FROM tally WHERE shard = $1 ORDER BY period, class, parent, node",
        measures().join(", ")
    );
    conn.for_each(&sql, &[SHARD.into()], |row| {
        let figures = (0..Measure::ALL.len())
            .map(|i| row.int(4 + i))
            .collect::<Result<Vec<_>>>()?;
        each(
            (row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?),
            figures,
        )
    })
}
