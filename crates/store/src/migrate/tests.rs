use super::*;
use crate::driver::{DbError, Rule};
use crate::on_both;

const FIRST: Migration = (
    1,
    "core",
    "CREATE TABLE area (\n    id BIGINT PRIMARY KEY, name TEXT NOT NULL, seal BYTES, size DOUBLE PRECISION\n);",
);
const SECOND: Migration = (2, "note", "ALTER TABLE area ADD COLUMN note TEXT;");
const BROKEN: Migration = (
    3,
    "broken",
    "CREATE TABLE half (n BIGINT); ALTER TABLE nowhere ADD x TEXT;",
);

on_both! {
    fn migrations_are_pending_then_done_once(conn: &mut Conn) {
        assert_eq!(pending(conn, &[FIRST, SECOND]).unwrap(), [FIRST, SECOND]);
        assert!(!conn.has_table("migration").unwrap(), "asking writes nothing");
        assert_eq!(migrate(conn, &[FIRST]).unwrap(), [FIRST]);
        assert_eq!(pending(conn, &[FIRST, SECOND]).unwrap(), [SECOND]);
        assert_eq!(migrate(conn, &[FIRST, SECOND]).unwrap(), [SECOND]);
        assert_eq!(migrate(conn, &[FIRST, SECOND]).unwrap(), []);
        conn.exec(
            "INSERT INTO area (id, name, seal, size, note) VALUES ($1, $2, $3, $4, $5)",
            &[1.into(), "莆田市".into(), vec![1u8].into(), 4200.5.into(), "备注".into()],
        ).unwrap();
    }

    fn tables_are_strict_on_both(conn: &mut Conn) {
        migrate(conn, &[FIRST]).unwrap();
        let wrong = conn.exec("INSERT INTO area (id, name) VALUES ($1, 'x')", &["number".into()]);
        match wrong.unwrap_err() {
            DbError::Constraint(c) => assert_eq!(c.rule, Rule::Other),
            DbError::Other(_) => {}
            other => panic!("{other}"),
        }
    }

    fn a_newer_database_is_refused(conn: &mut Conn) {
        migrate(conn, &[FIRST, SECOND]).unwrap();
        let sentence = migrate(conn, &[FIRST]).unwrap_err().sentence;
        assert_eq!(sentence, "数据库版本 2 比程序新（程序只认识到 1），请升级程序后再打开");
    }

    fn an_altered_migration_is_refused_but_line_ends_are_not(conn: &mut Conn) {
        migrate(conn, &[FIRST]).unwrap();
        let altered = [(1, "core", "CREATE TABLE area (id BIGINT PRIMARY KEY);")];
        let sentence = pending(conn, &altered).unwrap_err().sentence;
        assert!(sentence.contains("第 1 号变更（core）与本程序自带的不一致"), "{sentence}");
        let windows: &'static str = Box::leak(FIRST.2.replace('\n', "\r\n").into_boxed_str());
        assert_eq!(pending(conn, &[(1, "core", windows)]).unwrap(), []);
    }

    fn a_failed_migration_leaves_no_half(conn: &mut Conn) {
        let error = migrate(conn, &[FIRST, SECOND, BROKEN]).unwrap_err();
        assert!(error.sentence.contains("第 3 号变更（broken）没有做成"), "{error}");
        assert!(!conn.has_table("half").unwrap() && !conn.in_transaction());
        assert_eq!(pending(conn, &[FIRST, SECOND, BROKEN]).unwrap(), [BROKEN]);
    }

    fn the_second_of_two_migrating_processes_finds_nothing_left(conn: &mut Conn) {
        migrate(conn, &[FIRST]).unwrap();
        // What the slower one does after it has read an empty list of done ones.
        conn.transaction(|conn| apply(conn, &FIRST)).unwrap();
        assert_eq!(conn.query("SELECT number FROM migration", &[]).unwrap().len(), 1);
    }
}
