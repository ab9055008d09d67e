use std::sync::{Arc, Barrier};

use super::*;
use crate::driver::Result;
use crate::on_both;
use crate::testing::Fresh;

fn number(conn: &mut Conn) -> Result<i64> {
    conn.query_one("SELECT n FROM one", &[])?.int(0)
}

fn one(writer: &Writer) {
    let made =
        writer.run(|conn| conn.batch("CREATE TABLE one (n BIGINT); INSERT INTO one VALUES (1)"));
    made.unwrap();
}

on_both! {
    fn a_read_sees_one_moment_while_the_writer_goes_on(fresh: &Fresh) {
        let database = fresh.open();
        let (writer, readers) = (database.writer().unwrap(), Arc::new(database.readers(2).unwrap()));
        one(&writer);
        let (begun, written) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let slow = {
            let (readers, begun, written) = (readers.clone(), begun.clone(), written.clone());
            thread::spawn(move || readers.read(move |conn| -> Result<_> {
                let before = number(conn)?;
                begun.wait();
                written.wait();
                Ok((before, number(conn)?))
            }))
        };
        begun.wait();
        writer.run(|conn| conn.exec("UPDATE one SET n = $1", &[2.into()])).unwrap();
        assert_eq!(readers.read(number), Ok(2));
        written.wait();
        assert_eq!(slow.join().unwrap(), Ok((1, 1)));
    }

    fn a_panic_reaches_the_caller_and_the_thread_lives_on(fresh: &Fresh) {
        let database = fresh.open();
        let (writer, readers) = (database.writer().unwrap(), database.readers(1).unwrap());
        one(&writer);
        let told = |outcome: std::thread::Result<Result<i64>>| {
            *outcome.unwrap_err().downcast::<&str>().unwrap()
        };
        let read = catch_unwind(AssertUnwindSafe(|| readers.read(|_| -> Result<i64> { panic!("oh") })));
        assert_eq!(told(read), "oh");
        let write = catch_unwind(AssertUnwindSafe(|| writer.run(|conn| -> Result<i64> {
            conn.begin()?;
            conn.exec("UPDATE one SET n = 9", &[])?;
            panic!("ah")
        })));
        assert_eq!(told(write), "ah");
        assert_eq!(readers.read(number), Ok(1));
        assert_eq!(writer.run(|conn| conn.transaction(number)), Ok(1), "its transaction was undone");
    }

    fn a_future_brings_the_answer_and_a_dropped_one_is_not_run(fresh: &Fresh) {
        let database = fresh.open();
        let (writer, readers) = (database.writer().unwrap(), database.readers(1).unwrap());
        one(&writer);
        assert_eq!(futures::executor::block_on(readers.read_async(number)), Ok(1));
        let gate = Arc::new(Barrier::new(2));
        let held = { let gate = gate.clone(); writer.run_async(move |_| { gate.wait(); }) };
        drop(writer.run_async(|conn| conn.exec("UPDATE one SET n = 5", &[])));
        gate.wait();
        futures::executor::block_on(held);
        assert_eq!(writer.run(number), Ok(1));
    }

    fn who_comes_to_a_full_queue_is_told_to_come_again(fresh: &Fresh) {
        let database = fresh.open();
        let readers = database.readers(1).unwrap();
        let (begun, gate) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let held = {
            let (begun, gate) = (begun.clone(), gate.clone());
            readers.read_async(move |_| -> Result<()> { begun.wait(); gate.wait(); Ok(()) })
        };
        begun.wait();
        let one = |conn: &mut Conn| -> Result<i64> { conn.query_one("SELECT 1", &[])?.int(0) };
        let waiting: Vec<_> = (0..QUEUE).map(|_| readers.read_async(one)).collect();
        let refused = futures::executor::block_on(readers.read_async(one));
        assert!(matches!(refused, Err(DbError::Busy(_))), "{refused:?}");
        gate.wait();
        futures::executor::block_on(held).unwrap();
        for read in waiting {
            assert_eq!(futures::executor::block_on(read), Ok(1));
        }
        assert_eq!(futures::executor::block_on(readers.read_async(|conn| conn.query_one("SELECT 1", &[])?.int(0))), Ok::<i64, DbError>(1));
    }

    fn a_read_ends_its_snapshot_even_when_it_fails(fresh: &Fresh) {
        let database = fresh.open();
        let (writer, readers) = (database.writer().unwrap(), database.readers(1).unwrap());
        one(&writer);
        assert!(readers.read(|conn| conn.query("SELECT nothing FROM nowhere", &[])).is_err());
        writer.run(|conn| conn.exec("UPDATE one SET n = 3", &[])).unwrap();
        assert_eq!(readers.read(number), Ok(3));
    }
}

#[test]
fn a_reader_comes_back_after_its_connection_was_cut() {
    let Some(fresh) = Fresh::postgres("reader_cut") else {
        return;
    };
    let database = fresh.open();
    let readers = database.readers(1).unwrap();
    let pid =
        |conn: &mut Conn| -> Result<i64> { conn.query_one("SELECT pg_backend_pid()", &[])?.int(0) };
    let before = readers.read(pid).unwrap();
    let mut other = database.writing_conn().unwrap();
    let ended = other
        .query_one("SELECT pg_terminate_backend($1, 10000)", &[before.into()])
        .unwrap();
    assert!(ended.bool(0).unwrap());
    assert_ne!(readers.read(pid).unwrap(), before);
}
