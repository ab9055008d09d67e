use super::*;
use crate::Store;
use crate::testing::{prepare, with_databases};
use std::collections::BTreeMap;

/// Rows with every kind of value, among them what is easily lost.
fn fill(conn: &mut Conn) {
    prepare(conn);
    conn.batch(
        "INSERT INTO area VALUES (1, NULL, 1, 'city', 0, 0, '莆田市', 1, NULL, 0, 9, 9, 119.0000000000001, -0.1);
         INSERT INTO area VALUES (2, 1, 2, 'county', 0, 1, '城厢区''\"\\', 1, 2, 0, 9, 9, 0.1, 25.4);
         INSERT INTO meta VALUES ('name', '');
         INSERT INTO meta VALUES ('term', '7')",
    )
    .unwrap();
    let sql = "INSERT INTO party (shard, matter, cipher) VALUES (1, $1, $2)";
    for n in 0..2_500i64 {
        let cipher = vec![(n % 256) as u8; (n % 7) as usize];
        conn.exec(sql, &[n.into(), cipher.into()]).unwrap();
    }
}

#[test]
fn a_copy_from_each_database_to_each_is_the_same_and_opens() {
    with_databases("copy_from", |from| {
        from.with_conn(fill);
        with_databases("copy_to", |to| {
            let copied = copy(from.url(), to.url(), |_, _| ()).unwrap();
            assert_eq!((copied["area"].rows, copied["party"].rows), (2, 2_500));
            assert_eq!(copied["meta"].rows, 1, "the term belongs to the database");
            to.with_conn(|conn| {
                let row = conn
                    .query_one("SELECT lon, lat FROM area WHERE id = 1", &[])
                    .unwrap();
                assert_eq!(
                    (row.real(0).unwrap(), row.real(1).unwrap()),
                    (119.0000000000001, -0.1)
                );
            });
            drop(Store::open(to.url(), |_| ()).unwrap());
            let again = copy(from.url(), to.url(), |_, _| ()).unwrap_err().sentence;
            assert!(again.contains("里已有数据，不会覆盖它"), "{again}");
        });
        let same = copy(from.url(), from.url(), |_, _| ())
            .unwrap_err()
            .sentence;
        assert!(same.contains("同一个数据库"), "{same}");
    });
}

#[test]
fn what_was_not_written_as_meant_is_named_and_the_database_stays_shut() {
    with_databases("meant", |fresh| {
        let mut target = Target::begin(fresh.url(), crate::MIGRATIONS.len()).unwrap();
        let shape = target.shape("duty").unwrap().clone();
        let row: Vec<Value> = vec![1.into(), 2.into(), 3.into()];
        target.write(&shape, std::slice::from_ref(&row)).unwrap();
        let mut sum = Sum::default();
        sum.add(&[1.into(), 2.into(), 4.into()]);
        let meant = BTreeMap::from([("duty".to_owned(), (shape, sum))]);
        let said = target.finish(&meant, |_| ()).unwrap_err().sentence;
        assert!(said.contains("核对不符：duty（应有 1 行"), "{said}");
        let shut = Store::open(fresh.url(), |_| ())
            .map(|_| ())
            .unwrap_err()
            .sentence;
        assert!(shut.contains("没有写完"), "{shut}");
    });
}

#[test]
fn values_come_back_as_they_were_put_and_a_cut_one_is_none() {
    let all = [
        Value::Null,
        Value::Int(i64::MIN),
        Value::Real(-0.0),
        Value::Text("走访，“3号楼”\0".into()),
        Value::Bytes(vec![0, 255]),
        Value::Text(String::new()),
    ];
    let mut bytes = Vec::new();
    all.iter().for_each(|value| put(&mut bytes, value));
    let mut rest = bytes.as_slice();
    let back: Vec<Value> = std::iter::from_fn(|| take(&mut rest)).collect();
    assert_eq!(back, all);
    for end in 1..bytes.len() {
        let mut cut = &bytes[..end];
        let whole = std::iter::from_fn(|| take(&mut cut)).count();
        assert!(whole < all.len(), "cut at {end}");
    }
}

#[test]
fn the_sum_tells_rows_apart_and_not_their_order() {
    let row = |a: &str, b: &str| vec![Value::from(a), Value::from(b)];
    let sum = |rows: &[Vec<Value>]| {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row));
        sum
    };
    let (one, two) = (row("ab", "c"), row("a", "bc"));
    assert_eq!(
        sum(&[one.clone(), two.clone()]),
        sum(&[two.clone(), one.clone()])
    );
    assert_ne!(
        sum(std::slice::from_ref(&one)),
        sum(std::slice::from_ref(&two))
    );
    assert_ne!(sum(&[one.clone(), one.clone()]), sum(&[one]));
}
