//! Posts: who holds which role where, from when to when (R043). Never deleted; they end.

use civic::id::{AccountId, AreaId, OrgId, PostId};
use civic::post::{Post, Role, Seat};
use civic::time::Day;

use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use crate::rows;

const POST: Table<'_> = Table {
    name: "post",
    columns: &[
        ("id", Kind::Int),
        ("account", Kind::Int),
        ("role", Kind::Text),
        ("area", Kind::Int),
        ("org", Kind::Int),
        ("title", Kind::Text),
        ("source", Kind::Text),
        ("valid_from", Kind::Int),
        ("valid_to", Kind::Int),
    ],
};

const POSTS: &str =
    "SELECT id, account, role, area, org, title, source, valid_from, valid_to FROM post";

/// All posts, past ones included, in no order.
pub fn load_all(conn: &mut Conn) -> Result<Vec<Post>> {
    let count = conn.query_one("SELECT count(*) FROM post", &[])?.int(0)?;
    let mut posts = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    conn.for_each(POSTS, &[], |row| {
        posts.push(post(row)?);
        Ok(())
    })?;
    Ok(posts)
}

fn post(row: &Row) -> Result<Post> {
    let role = row.text(2)?;
    let seat = match (row.opt_int(3)?, row.opt_int(4)?) {
        (Some(area), None) => Seat::Area(AreaId(area)),
        (None, Some(org)) => Seat::Org(OrgId(org)),
        _ => {
            return Err(DbError::Other(format!(
                "post {}: neither or both of area and org",
                row.int(0)?
            )));
        }
    };
    Ok(Post {
        id: PostId(row.int(0)?),
        account: AccountId(row.int(1)?),
        role: Role::parse(role)
            .ok_or_else(|| DbError::Other(format!("post.role: no role {role}")))?,
        seat,
        title: row.opt_text(5)?.map(Into::into),
        source: row.text(6)?.into(),
        from: Day(row.int(7)?),
        to: row.opt_int(8)?.map(Day),
    })
}

/// Adds posts; one that exists already fails the set.
pub fn insert_many(conn: &mut Conn, posts: &[Post]) -> Result<u64> {
    rows::insert(conn, &POST, posts, OnConflict::Error, |p| {
        let (area, org) = match p.seat {
            Seat::Area(area) => (Some(area.0), None),
            Seat::Org(org) => (None, Some(org.0)),
        };
        vec![
            p.id.0.into(),
            p.account.0.into(),
            p.role.code().into(),
            area.into(),
            org.into(),
            p.title.as_deref().into(),
            (&*p.source).into(),
            p.from.0.into(),
            p.to.map(|d| d.0).into(),
        ]
    })
}

/// One post as it stands now: read inside the transaction that changes it.
pub fn by_id(conn: &mut Conn, id: PostId) -> Result<Option<Post>> {
    let row = conn.query_opt(&format!("{POSTS} WHERE id = $1"), &[id.0.into()])?;
    row.as_ref().map(post).transpose()
}

/// The posts of one seat, past and future ones included: read inside the transaction that
/// appoints, so that two appointments at the same moment cannot both pass the check.
pub fn at_seat(conn: &mut Conn, seat: Seat) -> Result<Vec<Post>> {
    let (column, key) = match seat {
        Seat::Area(area) => ("area", area.0),
        Seat::Org(org) => ("org", org.0),
    };
    conn.query(
        &format!("{POSTS} WHERE {column} = $1 ORDER BY id"),
        &[key.into()],
    )?
    .iter()
    .map(post)
    .collect()
}

/// The posts that a condition picks.
pub(crate) fn some(conn: &mut Conn, tail: &str, params: &[Value]) -> Result<Vec<Post>> {
    let rows = conn.query(&format!("{POSTS} {tail}"), params)?;
    rows.iter().map(post).collect()
}

/// Ends a post: `to` is the first day out of office. Whether there is such a post.
pub fn end(conn: &mut Conn, id: PostId, to: Day) -> Result<bool> {
    let sql = "UPDATE post SET valid_to = $2 WHERE id = $1";
    Ok(conn.exec(sql, &[id.0.into(), to.0.into()])? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_post_comes_back_and_ends_without_being_deleted(conn: &mut Conn) {
            prepare(conn);
            let post = |id: i64, seat, title: Option<&str>| Post {
                id: PostId(id), account: AccountId(9), role: Role::UnitHead, seat,
                title: title.map(Into::into), source: "party_member".into(),
                from: Day(100), to: None,
            };
            let posts = [post(1, Seat::Area(AreaId(5)), Some("楼栋长")), post(2, Seat::Org(OrgId(6)), None)];
            assert_eq!(insert_many(conn, &posts).unwrap(), 2);
            let mut back = load_all(conn).unwrap();
            back.sort_by_key(|p| p.id);
            assert_eq!(back, posts);
            assert_eq!(at_seat(conn, Seat::Org(OrgId(6))).unwrap(), posts[1..]);

            assert!(end(conn, PostId(1), Day(200)).unwrap());
            let ended = by_id(conn, PostId(1)).unwrap().unwrap();
            assert_eq!(ended.to, Some(Day(200)));
            assert!(ended.held_on(Day(199)) && !ended.held_on(Day(200)));
            assert!(!end(conn, PostId(77), Day(200)).unwrap());
            assert_eq!(by_id(conn, PostId(77)).unwrap(), None);
        }
    }
}
