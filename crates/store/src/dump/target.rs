//! A database that is being filled.

use super::{Shape, Sum, UNFINISHED, shapes};
use crate::MIGRATIONS;
use crate::database::Database;
use crate::driver::{Conn, OpenError, Value};
use crate::migrate::{self, Migration};
use crate::store::alone;
use crate::url::StoreUrl;
use std::collections::BTreeMap;

/// A database that is being filled; until [`Target::finish`] no office opens it.
pub struct Target {
    conn: Conn,
    database: Database,
    shapes: Vec<Shape>,
}

impl Target {
    /// Begins to fill an empty database, in the schema after the first `migrations` changes.
    ///
    /// # Errors
    /// A sentence that says what to do: it holds data already, or cannot be opened.
    pub fn begin(url: &StoreUrl, migrations: usize) -> Result<Self, OpenError> {
        let first: &[Migration] = MIGRATIONS.get(..migrations).ok_or_else(|| {
            OpenError::new(format!(
                "来源的数据库版本是 {migrations}，比程序新（程序只认识到 {}），请升级程序后再做",
                MIGRATIONS.len()
            ))
        })?;
        let database = Database::open_or_create(url)?;
        let mut conn = alone(&database)?;
        let holds_data = |conn: &mut Conn| -> Result<bool, OpenError> {
            for table in ["area", "account", "matter"] {
                if conn.has_table(table)?
                    && conn
                        .query_opt(&format!("SELECT 1 FROM {table} LIMIT 1"), &[])?
                        .is_some()
                {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        if holds_data(&mut conn)? {
            return Err(OpenError::new(format!(
                "目标数据库 {} 里已有数据，不会覆盖它；请换一个空的数据库，或先删除它",
                database.url()
            )));
        }
        migrate::migrate(&mut conn, first)?;
        let shapes = shapes(&mut conn)?;
        conn.transaction::<_, OpenError>(|conn| {
            // What migrations put in comes with the contents again.
            for shape in &shapes {
                conn.exec(&format!("DELETE FROM {}", shape.name), &[])?;
            }
            conn.exec(
                "INSERT INTO meta (key, value) VALUES ($1, '')",
                &[UNFINISHED.into()],
            )?;
            Ok(())
        })?;
        Ok(Self {
            conn,
            database,
            shapes,
        })
    }

    pub(super) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|s| s.name == name)
    }

    /// Sees that there is a table of this name with just these columns, in whatever order.
    ///
    /// # Errors
    /// When the contents do not fit this program.
    pub fn expect(&self, shape: &Shape) -> Result<(), OpenError> {
        let fits = self.shape(&shape.name).is_some_and(|here| {
            let mut ours = here.columns.clone();
            let mut theirs = shape.columns.clone();
            ours.sort_by(|a, b| a.0.cmp(&b.0));
            theirs.sort_by(|a, b| a.0.cmp(&b.0));
            ours == theirs
        });
        if fits {
            return Ok(());
        }
        Err(OpenError::new(format!(
            "来源的表“{}”与本程序的结构不符，请用建立它的那个版本的程序",
            shape.name
        )))
    }

    /// Writes rows of a table, durably.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, shape: &Shape, rows: &[Vec<Value>]) -> Result<(), OpenError> {
        shape.insert(&mut self.conn, rows)?;
        if self.database.turn().take() {
            self.conn.restart_log()?;
        }
        Ok(())
    }

    /// Counts and digests what was written, compares it with what was meant, brings the database to
    /// the current version, makes what is derived and lets it be opened.
    ///
    /// # Errors
    /// A sentence that names the tables that differ; the database stays shut then.
    pub fn finish(
        mut self,
        meant: &BTreeMap<String, (Shape, Sum)>,
        mut progress: impl FnMut(&str),
    ) -> Result<(), OpenError> {
        let mut differ = Vec::new();
        for (name, (shape, meant)) in meant {
            progress(name);
            let found = shape.sum(&mut self.conn)?;
            if found != *meant {
                differ.push(format!(
                    "{name}（应有 {} 行、摘要 {}，实有 {} 行、摘要 {}）",
                    meant.rows,
                    meant.short(),
                    found.rows,
                    found.short()
                ));
            }
        }
        if !differ.is_empty() {
            return Err(OpenError::new(format!(
                "写入后核对不符：{}。目标数据库不能使用，请删除它，检查磁盘和内存后重做",
                differ.join("、")
            )));
        }
        migrate::migrate(&mut self.conn, MIGRATIONS)?;
        crate::matter::index_all(&mut self.conn)?;
        let sql = "DELETE FROM meta WHERE key = $1";
        self.conn.exec(sql, &[UNFINISHED.into()])?;
        Ok(())
    }
}
