use super::*;
use crate::on_both;
use crate::testing::Fresh;

const TALLY: Table<'_> = Table {
    name: "tally",
    columns: &[
        ("shard", Kind::Int),
        ("kind", Kind::Text),
        ("n", Kind::Int),
        ("area", Kind::Real),
    ],
};
const TALLY_KEY: &[&str] = &["shard", "kind"];

const PERSON: Table<'_> = Table {
    name: "person",
    columns: &[
        ("id", Kind::Int),
        ("version", Kind::Int),
        ("name", Kind::Text),
        ("photo", Kind::Bytes),
        ("weight", Kind::Real),
    ],
};

fn schema(conn: &mut Conn) {
    let (blob, strict) = match conn.dialect() {
        Dialect::Sqlite => ("BLOB", "STRICT"),
        Dialect::Postgres => ("BYTEA", ""),
    };
    let (int, real) = match conn.dialect() {
        Dialect::Sqlite => ("INTEGER", "REAL"),
        Dialect::Postgres => ("BIGINT", "DOUBLE PRECISION"),
    };
    conn.batch(&format!(
        "CREATE TABLE tally (shard {int}, kind TEXT, n {int} NOT NULL, area {real} NOT NULL,
            PRIMARY KEY (shard, kind)) {strict};
         CREATE TABLE person (id {int} PRIMARY KEY, version {int} NOT NULL,
            name TEXT CONSTRAINT named CHECK (name <> ''), photo {blob}, weight {real}) {strict};
         CREATE TABLE phone (person {int} NOT NULL REFERENCES person (id), number TEXT UNIQUE) {strict};"
    ))
    .unwrap();
}

fn tally(shard: i64, kind: &str, n: i64) -> Vec<Value> {
    vec![shard.into(), kind.into(), n.into(), (n as f64 / 2.0).into()]
}

fn person(id: i64, version: i64, name: &str) -> Vec<Value> {
    vec![
        id.into(),
        version.into(),
        name.into(),
        Value::Null,
        1.5.into(),
    ]
}

fn add(conn: &mut Conn, rows: &[Vec<Value>]) -> Result<u64> {
    conn.insert_many(
        &TALLY,
        rows,
        OnConflict::Add {
            key: TALLY_KEY,
            add: &["n", "area"],
        },
    )
}

fn tallies(conn: &mut Conn) -> Vec<(i64, String, i64)> {
    let rows = conn
        .query("SELECT shard, kind, n FROM tally ORDER BY shard, kind", &[])
        .unwrap();
    rows.iter()
        .map(|r| (r.int(0).unwrap(), r.string(1).unwrap(), r.int(2).unwrap()))
        .collect()
}

fn constraint(error: DbError) -> Constraint {
    match error {
        DbError::Constraint(constraint) => constraint,
        other => panic!("{other}"),
    }
}

on_both! {
    fn every_kind_of_value_comes_back_as_it_went_in(conn: &mut Conn) {
        schema(conn);
        let ones = [
            vec![i64::MIN.into(), 1.into(), "夯基 '$1' \"?\"".into(), vec![0u8, 255, 7].into(), 0.1.into()],
            vec![i64::MAX.into(), true.into(), Value::Null, Value::Null, None::<f64>.into()],
        ];
        let sql = "INSERT INTO person (id, version, name, photo, weight) VALUES ($1, $2, $3, $4, $5)";
        for one in &ones {
            assert_eq!(conn.exec(sql, one).unwrap(), 1);
        }
        let rows = conn.query("SELECT id, version, name, photo, weight FROM person ORDER BY id", &[]).unwrap();
        assert_eq!(rows.into_iter().map(Row::into_values).collect::<Vec<_>>(), ones);
        let row = conn.query_one(
            "SELECT name, photo, weight, version, $1 FROM person WHERE id = $2",
            &["text".into(), i64::MAX.into()],
        ).unwrap();
        assert_eq!(row.opt_text(0).unwrap(), None);
        assert_eq!(row.opt_bytes(1).unwrap(), None);
        assert_eq!(row.opt_real(2).unwrap(), None);
        assert!(row.bool(3).unwrap());
        assert_eq!(row.text(4).unwrap(), "text");
        assert_eq!(row.number::<u8>(3).unwrap(), 1);
        assert!(row.int(0).unwrap_err().to_string().contains("column 0: wanted int, found NULL"));
        assert!(row.int(9).is_err());
    }

    fn sums_counts_comparisons_and_averages_have_one_kind(conn: &mut Conn) {
        schema(conn);
        add(conn, &[tally(1, "a", 10_000), tally(2, "a", 20_001)]).unwrap();
        let row = conn.query_one(
            "SELECT sum(n), count(*), max(n) > 3, avg(n), sum(area), sum(-n) FROM tally", &[],
        ).unwrap();
        assert_eq!(row.into_values(), [
            Value::Int(30_001), Value::Int(2), Value::Int(1), Value::Real(15_000.5),
            Value::Real(15_000.5), Value::Int(-30_001),
        ]);
    }

    fn parameters_may_repeat_and_stand_in_any_order(conn: &mut Conn) {
        schema(conn);
        add(conn, &[tally(1, "a", 1), tally(2, "b", 2)]).unwrap();
        let sql = "SELECT n FROM tally WHERE kind = $2 AND shard >= $1 AND shard <= $1 LIMIT $3";
        let row = conn.query_one(sql, &[2.into(), "b".into(), 10.into()]).unwrap();
        assert_eq!(row.int(0).unwrap(), 2);
        assert!(matches!(conn.query(sql, &[2.into()]), Err(DbError::Other(_))), "too few parameters");
    }

    fn lists_of_numbers_and_of_texts_are_parameters(conn: &mut Conn) {
        schema(conn);
        add(conn, &[tally(1, "网格\"1", 1), tally(1, "b", 2), tally(2, "c", 3)]).unwrap();
        let sql = "SELECT n FROM tally WHERE shard = ANY($1) AND kind = ANY($2) ORDER BY n";
        let kinds = vec!["网格\"1".to_owned(), "c".to_owned()];
        let found = conn.query(sql, &[vec![1, 2, i64::MAX].into(), kinds.clone().into()]).unwrap();
        assert_eq!(found.iter().map(|r| r.int(0).unwrap()).collect::<Vec<_>>(), [1, 3]);
        assert!(conn.query(sql, &[Vec::<i64>::new().into(), kinds.into()]).unwrap().is_empty());
    }

    fn one_row_means_one_row(conn: &mut Conn) {
        schema(conn);
        let sql = "SELECT n FROM tally WHERE shard = $1";
        assert_eq!(conn.query_opt(sql, &[1.into()]).unwrap(), None);
        assert!(conn.query_one(sql, &[1.into()]).is_err());
        add(conn, &[tally(1, "a", 1), tally(1, "b", 2)]).unwrap();
        assert!(conn.query_opt(sql, &[1.into()]).is_err());
    }

    fn a_stream_ends_when_the_reader_says_so(conn: &mut Conn) {
        schema(conn);
        add(conn, &(0..5_000).map(|n| tally(n, "a", n)).collect::<Vec<_>>()).unwrap();
        let mut seen = 0;
        let enough = conn.for_each("SELECT n FROM tally ORDER BY n", &[], |row| {
            seen = row.int(0)?;
            if seen == 100 { Err(DbError::Other("enough".to_owned())) } else { Ok(()) }
        });
        assert_eq!(enough, Err(DbError::Other("enough".to_owned())));
        assert_eq!(seen, 100);
        assert_eq!(tallies(conn).len(), 5_000, "the connection goes on");
    }

    fn added_tallies_merge_with_the_table_and_within_the_set(conn: &mut Conn) {
        schema(conn);
        add(conn, &[tally(1, "a", 5), tally(1, "b", 1)]).unwrap();
        add(conn, &[tally(1, "a", 2), tally(2, "a", 7), tally(1, "a", -3), tally(1, "b", 1)]).unwrap();
        let expected = [(1, "a".to_owned(), 4), (1, "b".to_owned(), 2), (2, "a".to_owned(), 7)];
        assert_eq!(tallies(conn), expected);
        let area = conn.query_one("SELECT sum(area) FROM tally", &[]).unwrap();
        assert_eq!(area.real(0).unwrap(), 6.5);
        let lost = OnConflict::Add { key: TALLY_KEY, add: &["n"] };
        let error = conn.insert_many(&TALLY, &[tally(1, "a", 1)], lost).unwrap_err();
        assert!(error.to_string().contains("tally.area is neither"), "{error}");
    }

    fn a_conflict_is_skipped_replaced_or_an_error_as_asked(conn: &mut Conn) {
        schema(conn);
        let write = |conn: &mut Conn, rows: &[Vec<Value>], conflict| conn.insert_many(&TALLY, rows, conflict);
        assert_eq!(write(conn, &[tally(1, "a", 1)], OnConflict::Error).unwrap(), 1);
        let nothing = OnConflict::Nothing { key: TALLY_KEY };
        let rows = [tally(1, "a", 9), tally(2, "a", 2), tally(2, "a", 8)];
        assert_eq!(write(conn, &rows, nothing).unwrap(), 1);
        assert_eq!(tallies(conn), [(1, "a".to_owned(), 1), (2, "a".to_owned(), 2)]);
        let replace = OnConflict::Replace { key: TALLY_KEY, set: &["n"] };
        write(conn, &[tally(1, "a", 4), tally(3, "a", 5), tally(1, "a", 6)], replace).unwrap();
        let expected = [(1, "a".to_owned(), 6), (2, "a".to_owned(), 2), (3, "a".to_owned(), 5)];
        assert_eq!(tallies(conn), expected);
        let error = constraint(write(conn, &[tally(9, "z", 1), tally(1, "a", 1)], OnConflict::Error).unwrap_err());
        assert_eq!((error.rule, error.table.as_deref()), (Rule::Unique, Some("tally")));
        assert_eq!(tallies(conn), expected, "outside a transaction a failed set leaves nothing");
        assert!(write(conn, &[vec![1.into()]], OnConflict::Error).is_err(), "a row of the wrong width");
        assert_eq!(write(conn, &[], OnConflict::Error).unwrap(), 0);
    }

    fn an_update_of_a_set_leaves_stale_versions_alone_and_counts(conn: &mut Conn) {
        schema(conn);
        let people = [person(1, 1, "甲"), person(2, 5, "乙"), person(3, 1, "丙")];
        conn.insert_many(&PERSON, &people, OnConflict::Error).unwrap();
        let next = |id: i64, version: i64, name: &str| -> Vec<Value> {
            vec![id.into(), version.into(), (version + 1).into(), name.into(), vec![1u8].into()]
        };
        let touched = conn.update_many(
            &PERSON, &["id", "version"], &["version", "name", "photo"],
            &[next(1, 1, "甲二"), next(2, 4, "乙二"), next(4, 1, "丁")],
        ).unwrap();
        assert_eq!(touched, 1);
        let rows = conn.query("SELECT version, name, photo FROM person ORDER BY id", &[]).unwrap();
        assert_eq!(rows[0].clone().into_values(), [2.into(), "甲二".into(), vec![1u8].into()]);
        assert_eq!(rows[1].clone().into_values(), [5.into(), "乙".into(), Value::Null]);
        assert!(conn.update_many(&PERSON, &["id"], &["no_such"], &[vec![1.into(), 2.into()]]).is_err());
    }

    fn constraints_are_told_apart_and_never_quote_values(conn: &mut Conn) {
        schema(conn);
        conn.insert_many(&PERSON, &[person(1, 1, "甲")], OnConflict::Error).unwrap();
        let phone = "INSERT INTO phone (person, number) VALUES ($1, $2)";
        conn.exec(phone, &[1.into(), "13800000000".into()]).unwrap();
        for (sql, params, rule) in [
            (phone, vec![1.into(), "13800000000".into()], Rule::Unique),
            (phone, vec![7.into(), "13900000000".into()], Rule::ForeignKey),
            (phone, vec![Value::Null, "13900000000".into()], Rule::NotNull),
            ("UPDATE person SET name = $1", vec!["".into()], Rule::Check),
        ] {
            let found = constraint(conn.exec(sql, &params).unwrap_err());
            assert_eq!(found.rule, rule, "{found:?}");
            assert!(!format!("{found:?}").contains("1380000"), "{found:?}");
            if rule == Rule::Check {
                assert_eq!(found.name.as_deref(), Some("named"));
            }
        }
    }

    fn a_savepoint_undoes_a_failed_statement_and_keeps_the_rest(conn: &mut Conn) {
        schema(conn);
        conn.begin().unwrap();
        add(conn, &[tally(1, "a", 1)]).unwrap();
        conn.savepoint("one").unwrap();
        add(conn, &[tally(2, "a", 2)]).unwrap();
        conn.insert_many(&TALLY, &[tally(1, "a", 1)], OnConflict::Error).unwrap_err();
        conn.rollback_to("one").unwrap();
        add(conn, &[tally(3, "a", 3)]).unwrap();
        conn.release("one").unwrap();
        conn.commit().unwrap();
        assert_eq!(tallies(conn), [(1, "a".to_owned(), 1), (3, "a".to_owned(), 3)]);
    }

    fn a_transaction_is_kept_or_undone_as_a_whole(conn: &mut Conn) {
        schema(conn);
        let done = conn.transaction(|conn| add(conn, &[tally(1, "a", 1)])).unwrap();
        assert_eq!(done, 1);
        let failed: Result<()> = conn.transaction(|conn| {
            add(conn, &[tally(1, "a", 1)])?;
            Err(DbError::Other("changed my mind".to_owned()))
        });
        assert!(failed.is_err() && !conn.in_transaction());
        assert_eq!(tallies(conn), [(1, "a".to_owned(), 1)]);
        conn.rollback().unwrap();
        conn.begin().unwrap();
        assert!(conn.begin().is_err(), "transactions don't nest");
        conn.rollback().unwrap();
    }

    fn a_set_bigger_than_one_statement_is_written_whole(conn: &mut Conn) {
        schema(conn);
        let mut rows: Vec<_> = (0..45_000).map(|n| tally(n, "a", 1)).collect();
        assert_eq!(add(conn, &rows).unwrap(), 45_000);
        rows.iter_mut().for_each(|row| row[1] = "b".into());
        rows.push(tally(0, "a", 1));
        conn.insert_many(&TALLY, &rows, OnConflict::Error).unwrap_err();
        assert_eq!(tallies(conn).len(), 45_000);
    }

    fn a_schema_change_does_not_spoil_kept_statements(conn: &mut Conn) {
        schema(conn);
        let sql = "SELECT * FROM person WHERE id = $1";
        conn.insert_many(&PERSON, &[person(1, 1, "甲")], OnConflict::Error).unwrap();
        assert_eq!(conn.query_one(sql, &[1.into()]).unwrap().into_values().len(), 5);
        conn.batch("ALTER TABLE person ADD COLUMN note TEXT").unwrap();
        assert_eq!(conn.query_one(sql, &[1.into()]).unwrap().into_values().len(), 6);
        assert!(conn.has_table("person").unwrap() && !conn.has_table("nobody").unwrap());
    }

    fn a_reading_transaction_sees_one_moment(fresh: &Fresh) {
        let database = fresh.open();
        let (mut writer, mut reader) = (database.writing_conn().unwrap(), database.reading_conn().unwrap());
        schema(&mut writer);
        reader.begin_read().unwrap();
        assert_eq!(tallies(&mut reader), []);
        add(&mut writer, &[tally(1, "a", 1)]).unwrap();
        assert_eq!(tallies(&mut reader), []);
        let refused = add(&mut reader, &[tally(1, "a", 1)]).unwrap_err();
        assert!(matches!(refused, DbError::ReadOnly(_)), "{refused}");
        reader.rollback().unwrap();
        assert_eq!(tallies(&mut reader).len(), 1);
    }
}

#[test]
fn a_list_is_searched_by_the_index_in_sqlite() {
    Fresh::sqlite("list_plan").with_conn(|conn| {
        schema(conn);
        let sql = "EXPLAIN QUERY PLAN SELECT n FROM tally WHERE shard = $1 AND kind = ANY($2)";
        let plan = conn
            .query(sql, &[1.into(), Value::Texts(vec!["a".to_owned()])])
            .unwrap();
        let plan = plan
            .iter()
            .map(|row| row.string(3).unwrap())
            .collect::<Vec<_>>()
            .join("; ");
        assert!(plan.contains("(shard=? AND kind=?)"), "{plan}");
    });
}

#[test]
fn a_full_disk_is_told_apart_and_the_writer_goes_on_when_there_is_room() {
    Fresh::sqlite("full").with_conn(|conn| {
        schema(conn);
        let pages = conn
            .query_one("PRAGMA page_count", &[])
            .unwrap()
            .int(0)
            .unwrap();
        conn.query(&format!("PRAGMA max_page_count={}", pages + 4), &[])
            .unwrap();
        let big: Vec<_> = (0..50_000).map(|n| tally(n, "a", 1)).collect();
        let error = add(conn, &big).unwrap_err();
        assert!(matches!(error, DbError::Full(_)), "{error}");
        assert!(!conn.in_transaction());
        assert_eq!(tallies(conn), []);
        conn.query("PRAGMA max_page_count=1000000", &[]).unwrap();
        add(conn, &big).unwrap();
    });
}

#[test]
fn a_commit_after_a_failed_statement_is_no_silent_rollback_in_postgres() {
    let Some(fresh) = Fresh::postgres("silent") else {
        return;
    };
    fresh.with_conn(|conn| {
        schema(conn);
        conn.begin().unwrap();
        add(conn, &[tally(1, "a", 1)]).unwrap();
        conn.insert_many(&TALLY, &[tally(1, "a", 1)], OnConflict::Error)
            .unwrap_err();
        assert!(conn.commit().is_err());
        assert_eq!(tallies(conn), []);
    });
}

#[test]
fn a_lost_connection_says_so_and_the_next_transaction_makes_a_new_one() {
    let Some(fresh) = Fresh::postgres("lost") else {
        return;
    };
    let database = fresh.open();
    let (mut one, mut other) = (
        database.writing_conn().unwrap(),
        database.writing_conn().unwrap(),
    );
    schema(&mut one);
    let mut kill = |one: &mut Conn| {
        let pid = one.query_one("SELECT pg_backend_pid()", &[]).unwrap();
        let ended = "SELECT pg_terminate_backend($1, 10000)";
        assert!(
            other
                .query_one(ended, &[pid.int(0).unwrap().into()])
                .unwrap()
                .bool(0)
                .unwrap()
        );
    };
    one.begin().unwrap();
    kill(&mut one);
    let error = add(&mut one, &[tally(1, "a", 1)]).unwrap_err();
    assert!(matches!(error, DbError::Lost(_)), "{error}");
    one.rollback().unwrap();
    one.transaction(|conn| add(conn, &[tally(1, "a", 1)]))
        .unwrap();
    kill(&mut one);
    one.transaction(|conn| add(conn, &[tally(1, "a", 1)]))
        .unwrap();
    assert_eq!(tallies(&mut one), [(1, "a".to_owned(), 2)]);
}
