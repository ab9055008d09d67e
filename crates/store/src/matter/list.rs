//! Lists of matters: by area, by who reported, by who worked on them; newest first, in pages.

use super::{parse, text};
use crate::SHARD;
use crate::driver::{Conn, Dialect, Result, Value};
use civic::area::Level;
use civic::id::{AccountId, AreaId, OrgId};
use civic::matter::{Desk, Matter, ProblemTag};
use civic::sought::Sought;

/// Which matters a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this class.
    pub class: Option<i64>,
    /// Only of this category.
    pub category: Option<String>,
    /// Only of one of these categories; of any where nothing is said.
    pub categories: Option<Vec<String>>,
    /// Only in one of these states; in any where none is named.
    pub states: Vec<String>,
    /// Only open (`Some(true)`) or over.
    pub open: Option<bool>,
    /// Only overdue.
    pub overdue: bool,
    /// Only supervised.
    pub supervised: bool,
    /// Only reopened.
    pub reopened: bool,
    /// Only tagged so.
    pub tag: Option<ProblemTag>,
    /// Only where one of these organisations has an open task.
    pub with: Vec<OrgId>,
    /// Only where this stands in number, title, text or place.
    pub words: Option<Sought>,
}

impl Filter {
    /// The conditions of a list that has its own order.
    pub(super) fn sql(&self, dialect: Dialect, params: &mut Vec<Value>) -> String {
        let mut sql = self.columns(params);
        if let Some(sought) = &self.words {
            sql.push_str(&text::condition(dialect, sought, params));
        }
        sql
    }

    /// The conditions on what stands in columns.
    fn columns(&self, params: &mut Vec<Value>) -> String {
        let mut sql = String::new();
        let mut and = |column: &str, op: &str, value: Value, params: &mut Vec<Value>| {
            params.push(value);
            sql.push_str(&format!(" AND m.{column} {op} ${}", params.len()));
        };
        if let Some(class) = self.class {
            and("class", "=", class.into(), params);
        }
        if let Some(category) = &self.category {
            and("category", "=", category.into(), params);
        }
        if let Some(tag) = self.tag {
            and("tag", "=", tag.code().into(), params);
        }
        if let Some(open) = self.open {
            and("over", "=", (!open).into(), params);
        }
        if self.overdue {
            and("overdue", "=", 1i64.into(), params);
        }
        if self.supervised {
            and("supervised", "=", 1i64.into(), params);
        }
        if self.reopened {
            and("reopened", ">", 0i64.into(), params);
        }
        if let Some(categories) = &self.categories {
            params.push(categories.clone().into());
            sql.push_str(&format!(" AND m.category = ANY(${})", params.len()));
        }
        if !self.states.is_empty() {
            params.push(self.states.clone().into());
            sql.push_str(&format!(" AND m.state = ANY(${})", params.len()));
        }
        if !self.with.is_empty() {
            params.push(self.with.iter().map(|org| org.0).collect::<Vec<_>>().into());
            sql.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM holding w WHERE w.shard = m.shard AND w.matter = m.id AND w.desk_kind = {} AND w.desk_key = ANY(${}))",
                Desk::Org(OrgId(0)).kind(),
                params.len()
            ));
        }
        sql
    }
}

/// Open matters of an area by category: how many, and of them how many overdue.
pub fn open_by_category(
    conn: &mut Conn,
    level: Level,
    area: AreaId,
) -> Result<Vec<(String, i64, i64)>> {
    // What is open holds a desk, so the desks are gone through and not the years of matters.
    let sql = format!(
        "SELECT m.category, count(*), sum(m.overdue) FROM \
         (SELECT DISTINCT matter FROM holding WHERE shard = $1) h \
         JOIN matter m ON m.shard = $1 AND m.id = h.matter \
         WHERE m.{} = $2 AND m.category IS NOT NULL AND m.over = 0 GROUP BY m.category",
        level.code()
    );
    conn.query(&sql, &[SHARD.into(), area.0.into()])?
        .iter()
        .map(|row| Ok((row.string(0)?, row.int(1)?, row.int(2)?)))
        .collect()
}

/// Matters of one area, newest first, after the id `after`.
pub fn of_area(
    conn: &mut Conn,
    level: Level,
    area: AreaId,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    if let Some(sought) = &filter.words {
        return found_in(conn, sought, level, area, filter, after, limit);
    }
    // The city has no index of its own: its list follows the primary key.
    let source = format!(
        "matter m WHERE m.shard = $1 AND m.{} = $2 AND m.id < $3",
        level.code()
    );
    newest(conn, &source, area.0, filter, after, limit)
}

/// Matters of one area in which words were found, newest first: the index gives their order.
fn found_in(
    conn: &mut Conn,
    sought: &Sought,
    level: Level,
    area: AreaId,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    let mut found = Vec::new();
    for search in text::searches(conn, sought, level, area, after)? {
        let mut params: Vec<Value> = vec![
            SHARD.into(),
            area.0.into(),
            search.below.into(),
            search.question.into(),
        ];
        let conditions = filter.columns(&mut params);
        params.push(((limit - found.len()) as i64).into());
        let sql = format!(
            "SELECT m.body FROM {}{conditions} ORDER BY {} DESC LIMIT ${}",
            search.source,
            search.order,
            params.len()
        );
        for row in conn.query(&sql, &params)? {
            found.push(parse(row.text(0)?)?);
        }
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Matters that `account` reported, newest first.
pub fn of_reporter(
    conn: &mut Conn,
    account: AccountId,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    let source = "matter m WHERE m.shard = $1 AND m.reporter = $2 AND m.id < $3";
    newest(conn, source, account.0, filter, after, limit)
}

/// Matters in which `account` took a step, newest first.
pub fn of_hand(
    conn: &mut Conn,
    account: AccountId,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    let source = "(SELECT DISTINCT s.matter FROM step s WHERE s.shard = $1 AND s.account = $2 AND s.account <> 0 AND s.matter < $3) h \
         JOIN matter m ON m.shard = $1 AND m.id = h.matter WHERE m.id < $3";
    newest(conn, source, account.0, filter, after, limit)
}

/// A page of a list, newest first. `source` says whose (`$2`) and ends below the id `after` (`$3`).
fn newest(
    conn: &mut Conn,
    source: &str,
    whose: i64,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    let mut params: Vec<Value> = vec![SHARD.into(), whose.into(), after.unwrap_or(i64::MAX).into()];
    let conditions = filter.sql(conn.dialect(), &mut params);
    params.push((limit as i64).into());
    let sql = format!(
        "SELECT m.body FROM {source}{conditions} ORDER BY m.id DESC LIMIT ${}",
        params.len()
    );
    let rows = conn.query(&sql, &params)?;
    rows.iter().map(|row| parse(row.text(0)?)).collect()
}
