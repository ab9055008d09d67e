use super::*;
use crate::testing::Fresh;

fn create(fresh: &Fresh) -> Result<Store, OpenError> {
    Store::create(fresh.url(), |_| ())
}

/// Writes a row; the error is the database's.
fn write(store: &Store, key: &'static str) -> Result<(), Failure> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, '1')";
    futures::executor::block_on(store.write(move |conn| {
        conn.exec(sql, &[key.into()])?;
        Ok::<_, Failure>(())
    }))
}

/// Cuts the session that holds the lease, as a failing network does.
fn cut(fresh: &Fresh) {
    let mut conn = crate::database::reading_conn(fresh.url()).unwrap();
    let sql = "SELECT count(pg_terminate_backend(l.pid, 5000)) FROM pg_locks l \
               WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) | l.objid::bigint \
               = hashtextextended('hangji ' || current_schema(), 0)";
    assert_eq!(conn.query_one(sql, &[]).unwrap().int(0).unwrap(), 1);
}

#[test]
fn a_second_server_on_one_postgresql_is_refused_until_the_first_is_gone() {
    let Some(fresh) = Fresh::postgres("lease") else {
        return;
    };
    let first = create(&fresh).unwrap();
    for second in [create(&fresh), Store::open(fresh.url(), |_| ())] {
        let said = second.map(|_| ()).unwrap_err().sentence;
        assert!(
            said.contains("正由另一个夯基进程使用（来自") && said.contains("请先停止它"),
            "{said}"
        );
    }
    write(&first, "first").unwrap();
    drop(first);
    write(&Store::open(fresh.url(), |_| ()).unwrap(), "second").unwrap();
}

#[test]
fn a_server_whose_connection_is_cut_takes_the_lease_up_again() {
    let Some(fresh) = Fresh::postgres("cut") else {
        return;
    };
    let first = create(&fresh).unwrap();
    write(&first, "before").unwrap();
    cut(&fresh);
    // The transaction that meets the cut may fail; the next one writes.
    let _ = write(&first, "at the cut");
    write(&first, "after").unwrap();
    assert!(create(&fresh).is_err(), "it holds the lease again");
}

#[test]
fn a_server_that_was_overtaken_writes_no_more() {
    let Some(fresh) = Fresh::postgres("overtaken") else {
        return;
    };
    let first = create(&fresh).unwrap();
    cut(&fresh);
    let second = create(&fresh).unwrap();
    write(&second, "second").unwrap();
    for key in ["while the second has it", "again"] {
        let refused = write(&first, key).unwrap_err();
        assert!(
            matches!(refused, Failure::Broken(DbError::Taken(_))),
            "{refused:?}"
        );
    }
    drop(second);
    let refused = write(&first, "when the second is gone").unwrap_err();
    assert!(
        matches!(refused, Failure::Broken(DbError::Taken(_))),
        "what it keeps in memory is stale: {refused:?}"
    );
}
