use super::checkpoint::{Lengths, Log, Look};
use super::*;
use crate::on_both;
use crate::testing::Fresh;

fn refused(url: &StoreUrl) -> String {
    match Database::open(url) {
        Ok(_) => panic!("opened {url}"),
        Err(error) => error.sentence,
    }
}

fn at(fresh: &Fresh, name: &str) -> (PathBuf, StoreUrl) {
    let path = fresh.folder().unwrap().join(name);
    (path.clone(), StoreUrl::Sqlite(path))
}

on_both! {
    fn a_database_opens_again_with_what_was_written(fresh: &Fresh) {
        {
            let database = fresh.open();
            let mut conn = database.writing_conn().unwrap();
            conn.batch("CREATE TABLE kept (n BIGINT); INSERT INTO kept VALUES (7)").unwrap();
        }
        let beside = reading_conn(fresh.url()).unwrap().query_one("SELECT n FROM kept", &[]);
        assert_eq!(beside.unwrap().int(0).unwrap(), 7, "read while nobody owns it");
        let database = Database::open(fresh.url()).unwrap();
        let row = database.reading_conn().unwrap().query_one("SELECT n FROM kept", &[]).unwrap();
        assert_eq!(row.int(0).unwrap(), 7);
    }
}

#[test]
fn a_mistyped_path_is_an_error_and_makes_no_file() {
    let fresh = Fresh::sqlite("mistyped");
    let (path, url) = at(&fresh, "ctiy.db");
    assert!(refused(&url).contains("没有找到数据库文件"));
    assert!(!path.exists());
    let (_, url) = at(&fresh, "nowhere/city.db");
    assert!(refused(&url).contains("文件夹") && refused(&url).contains("不存在"));
    let created = Database::open_or_create(&url).err().unwrap();
    assert!(created.sentence.contains("不存在"), "{created}");
    let (path, url) = at(&fresh, "folder.db");
    std::fs::create_dir(path).unwrap();
    assert!(refused(&url).contains("是一个文件夹"));
}

#[test]
fn what_is_no_writable_database_is_refused_with_a_sentence() {
    let fresh = Fresh::sqlite("unfit");
    let (path, url) = at(&fresh, "letter.db");
    std::fs::write(&path, "这是一封信，不是数据库。".repeat(500)).unwrap();
    assert!(refused(&url).contains("不是 SQLite 数据库"));
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    assert!(refused(&url).contains("是只读的"));
    let (path, url) = at(&fresh, "empty.db");
    std::fs::write(&path, "").unwrap();
    assert!(refused(&url).contains("是空文件"));
}

#[test]
fn a_second_process_is_refused_until_the_first_has_gone() {
    let fresh = Fresh::sqlite("second");
    let first = fresh.open();
    // The lock belongs to the open file, so a second handle stands for a second process.
    let sentence = refused(fresh.url());
    let pid = format!("（进程号 {}）", std::process::id());
    assert!(
        sentence.contains("正由另一个夯基进程") && sentence.contains(&pid),
        "{sentence}"
    );
    let (_, detour) = at(&fresh, "../");
    let StoreUrl::Sqlite(detour) = detour else {
        unreachable!()
    };
    let folder = fresh.folder().unwrap().file_name().unwrap();
    let detour = StoreUrl::Sqlite(detour.join(folder).join("test.db"));
    assert!(
        refused(&detour).contains("正由另一个夯基进程"),
        "the same file by another path"
    );
    assert!(
        reading_conn(fresh.url()).is_ok(),
        "a reader beside it is welcome"
    );
    drop(first);
    Database::open(fresh.url()).unwrap();
}

#[test]
fn the_sqlite_writer_is_durable_and_leaves_checkpoints_to_their_thread() {
    let fresh = Fresh::sqlite("pragmas");
    let mut conn = fresh.open().writing_conn().unwrap();
    for (pragma, wanted) in [
        ("journal_mode", Some("wal")),
        ("synchronous", None),
        ("page_size", None),
        ("foreign_keys", None),
        ("wal_autocheckpoint", None),
        ("temp_store", None),
    ] {
        let row = conn.query_one(&format!("PRAGMA {pragma}"), &[]).unwrap();
        match (pragma, wanted) {
            (_, Some(wanted)) => assert_eq!(row.text(0).unwrap(), wanted),
            ("page_size", _) => assert_eq!(row.int(0).unwrap(), 4096),
            ("wal_autocheckpoint", _) => assert_eq!(row.int(0).unwrap(), 0),
            // synchronous FULL, foreign_keys ON, temp_store MEMORY
            _ => assert_eq!(
                row.int(0).unwrap(),
                [2, 1][usize::from(pragma == "foreign_keys")]
            ),
        }
    }
}

#[test]
fn the_log_is_moved_in_batches_begun_anew_by_the_writer_and_cut_when_nobody_writes() {
    let fresh = Fresh::sqlite("checkpoint");
    let StoreUrl::Sqlite(path) = fresh.url().clone() else {
        unreachable!()
    };
    let conn = || Conn::sqlite_writer(&path, true).unwrap();
    let lengths = Lengths {
        batch: 20,
        rest: 5,
        cap: 100,
    };
    let (mut writer, mut log) = (conn(), Log::new(conn(), &path, lengths));
    writer
        .batch("CREATE TABLE t (n INTEGER, filler TEXT)")
        .unwrap();
    let size = || {
        let log = std::fs::metadata(path.with_extension("db-wal"));
        log.unwrap().len()
    };
    let write = |writer: &mut Conn, rows: usize| {
        let filler = "x".repeat(1_000);
        writer
            .transaction(|conn| {
                let sql = "INSERT INTO t VALUES (1, $1)";
                (0..rows).try_for_each(|_| conn.exec(sql, &[filler.as_str().into()]).map(|_| ()))
            })
            .unwrap();
    };
    assert_eq!(log.look().unwrap(), Look::Quiet, "too little to move");
    assert_eq!(log.look().unwrap(), Look::Moved, "but nobody writes");
    write(&mut writer, 100);
    assert_eq!(log.look().unwrap(), Look::Moved, "a batch");
    let mut reader = Conn::sqlite_reader(&path).unwrap();
    reader.begin_read().unwrap();
    reader.query("SELECT count(*) FROM t", &[]).unwrap();
    write(&mut writer, 1_000);
    assert_eq!(log.look().unwrap(), Look::Held);
    assert!(!log.turn.take());
    reader.rollback().unwrap();
    assert_eq!(log.look().unwrap(), Look::Asked);
    assert!(log.turn.take() && !log.turn.take(), "once");
    let long = size();
    assert!(long > 1_000_000);
    reader.begin_read().unwrap();
    reader.query("SELECT count(*) FROM t", &[]).unwrap();
    write(&mut writer, 1);
    assert!(!writer.restart_log().unwrap(), "a reader needs it");
    reader.rollback().unwrap();
    assert!(writer.restart_log().unwrap());
    write(&mut writer, 1);
    assert_eq!(size(), long, "it is written over from its start");
    let row = writer
        .query_one("PRAGMA wal_checkpoint(NOOP)", &[])
        .unwrap();
    assert!(row.int(1).unwrap() < 20, "{row:?}");
    let looks: Vec<Look> = (0..30).map(|_| log.look().unwrap()).collect();
    assert!(looks.contains(&Look::Cut), "{looks:?}");
    assert_eq!(size(), 0);
    assert_eq!(
        reader
            .query_one("SELECT count(*) FROM t", &[])
            .unwrap()
            .int(0)
            .unwrap(),
        1_102
    );
}

#[test]
fn the_last_one_out_leaves_a_whole_file_and_no_log() {
    let fresh = Fresh::sqlite("whole");
    let database = fresh.open();
    database
        .writing_conn()
        .unwrap()
        .batch("CREATE TABLE t (n INTEGER)")
        .unwrap();
    drop(database);
    let (wal, _) = at(&fresh, "test.db-wal");
    assert!(!wal.exists());
}

#[test]
fn an_unreachable_or_missing_postgres_is_a_sentence_without_the_password() {
    let url: StoreUrl = "postgres://clerk:Geheim123@127.0.0.1:1/city"
        .parse()
        .unwrap();
    let sentence = refused(&url);
    assert!(
        sentence.contains("请检查主机、端口") && !sentence.contains("Geheim123"),
        "{sentence}"
    );
    let Some(fresh) = Fresh::postgres("missing") else {
        return;
    };
    let StoreUrl::Postgres(mut config) = fresh.url().clone() else {
        unreachable!()
    };
    config.dbname("no_such_city");
    let sentence = refused(&StoreUrl::Postgres(config));
    assert!(sentence.contains("请先建库"), "{sentence}");
}
