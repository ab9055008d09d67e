//! Rows that follow a change of the tree without any rule but "the desk goes there": what waits at
//! the desk of an area that ends. What is over keeps its dated place.

use civic::area::{Level, Path};
use civic::id::{AreaId, MatterId, PostId};
use civic::time::Day;

use crate::SHARD;
use crate::driver::{Conn, Result, Value};

/// A table of such rows: its word, and which of its rows wait at the area `$1` on the day `$2`.
struct Waiting {
    word: &'static str,
    table: &'static str,
    column: &'static str,
    rows: &'static str,
}

impl Waiting {
    fn rows(&self) -> String {
        self.rows.replace("{shard}", &SHARD.to_string())
    }
}

const WAITING: [Waiting; 7] = [
    Waiting {
        word: "值班安排",
        table: "duty",
        column: "area",
        rows: "area = $1 AND day >= $2",
    },
    Waiting {
        word: "待审批的提名",
        table: "nomination",
        column: "area",
        // The day says nothing here; it is named so that every statement takes the same two.
        rows: "area = $1 AND state = 'proposed' AND CAST($2 AS BIGINT) >= 0",
    },
    Waiting {
        word: "公开选聘",
        table: "opening",
        column: "area",
        rows: "shard = {shard} AND area = $1 AND state = 'open' AND CAST($2 AS BIGINT) >= 0",
    },
    Waiting {
        word: "公告",
        table: "publication",
        column: "area",
        rows: "shard = {shard} AND area = $1 AND CAST($2 AS BIGINT) >= 0",
    },
    Waiting {
        word: "公告的发布范围",
        table: "publication_area",
        column: "area",
        rows: "shard = {shard} AND area = $1 AND CAST($2 AS BIGINT) >= 0",
    },
    Waiting {
        word: "文件库文件",
        table: "library",
        column: "area",
        rows: "shard = {shard} AND area = $1 AND CAST($2 AS BIGINT) >= 0",
    },
    Waiting {
        word: "席位消息",
        table: "message",
        column: "desk_key",
        rows: "shard = {shard} AND desk_kind = 1 AND desk_key = $1 AND CAST($2 AS BIGINT) >= 0",
    },
];

/// How many of each kind wait at an area that ends on `day`.
pub fn waiting(conn: &mut Conn, area: AreaId, day: Day) -> Result<Vec<(&'static str, usize)>> {
    let params = [area.0.into(), day.0.into()];
    WAITING
        .iter()
        .map(|w| {
            let sql = format!("SELECT count(*) FROM {} WHERE {}", w.table, w.rows());
            Ok((w.word, conn.query_one(&sql, &params)?.int(0)? as usize))
        })
        .collect()
}

/// Moves all of them to the desk that takes over.
pub fn hand_on(conn: &mut Conn, area: AreaId, to: AreaId, day: Day) -> Result<()> {
    let params = [area.0.into(), day.0.into(), to.0.into()];
    // Somebody may be on duty at both areas that become one.
    let both = "DELETE FROM duty WHERE area = $1 AND day >= $2 AND EXISTS \
        (SELECT 1 FROM duty o WHERE o.area = $3 AND o.day = duty.day AND o.account = duty.account)";
    conn.exec(both, &params)?;
    // A publication may stand on the pages of both areas that become one.
    let both = format!(
        "DELETE FROM publication_area WHERE shard = {SHARD} AND area = $1 AND CAST($2 AS BIGINT) >= 0 \
         AND EXISTS (SELECT 1 FROM publication_area o WHERE o.shard = publication_area.shard \
         AND o.area = $3 AND o.publication = publication_area.publication)"
    );
    conn.exec(&both, &params)?;
    for w in &WAITING {
        let sql = format!(
            "UPDATE {} SET {} = $3 WHERE {}",
            w.table,
            w.column,
            w.rows()
        );
        conn.exec(&sql, &params)?;
    }
    Ok(())
}

/// A nomination to renew a post that goes on under another id renews that one.
pub fn renews(conn: &mut Conn, old: PostId, new: PostId) -> Result<()> {
    let sql = "UPDATE nomination SET renews = $2 WHERE renews = $1 AND state = 'proposed'";
    conn.exec(sql, &[old.0.into(), new.0.into()])?;
    Ok(())
}

/// Of these matters, those with a hotline order that is not answered yet.
pub fn open_orders(conn: &mut Conn, matters: &[MatterId]) -> Result<usize> {
    let ids: Vec<i64> = matters.iter().map(|m| m.0).collect();
    let sql =
        "SELECT count(*) FROM hotline_order WHERE shard = $1 AND open = 1 AND matter = ANY($2)";
    let row = conn.query_one(sql, &[SHARD.into(), Value::Ints(ids)])?;
    Ok(row.int(0)? as usize)
}

/// The open hotline order of a matter lies where the matter lies.
pub fn place_order(conn: &mut Conn, matter: MatterId, path: &Path) -> Result<()> {
    let at = |level| Value::from(path.at(level).map_or(0, |a: AreaId| a.0));
    let sql = "UPDATE hotline_order SET county = $3, town = $4, community = $5 \
        WHERE shard = $1 AND open = 1 AND matter = $2";
    let params = [
        SHARD.into(),
        matter.0.into(),
        at(Level::County),
        at(Level::Town),
        at(Level::Community),
    ];
    conn.exec(sql, &params)?;
    Ok(())
}
