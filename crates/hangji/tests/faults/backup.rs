//! Copies, backups and restored cities by the built binary.

use crate::city::{City, Scratch, run};
use crate::server::Server;
use std::path::Path;
use std::process::Command;

const PASSPHRASE: &str = "壶公山上看云起东湖月下十二峰";

fn on(name: &str, database: &str, data: &Path, more: &[&str]) -> Command {
    let mut command = crate::city::hangji();
    command
        .args([name, "--database", database, "--data"])
        .arg(data)
        .args(more);
    command
}

#[track_caller]
fn done(command: &mut Command, says: &str) {
    let (code, said) = run(command);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(says), "{said}");
}

#[track_caller]
fn refused(command: &mut Command, says: &str) {
    let (code, said) = run(command);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(says), "wanted {says}: {said}");
}

#[test]
fn a_city_is_backed_up_while_it_runs_and_restored_whole() {
    let city = City::sqlite("backup");
    let scratch = Scratch::new("restored");
    let at = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
    let (archive, with) = (at("city.backup"), at("passphrase"));
    let mut command = city.command("serve");
    command.args(["--listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    let save = || {
        let mut command = city.command("backup");
        command.args(["--to", &archive, "--passphrase-file", &with]);
        command
    };
    done(&mut save(), "备份完成");
    refused(&mut save(), "已经存在，不会覆盖它");
    drop(server);

    let database = format!("sqlite:{}", at("hangji.db"));
    let data = scratch.path().join("data");
    let more = ["--from", &archive, "--passphrase-file", &with];
    done(
        &mut on(
            "restore",
            &database,
            &data,
            &[&more[..], &["--check"]].concat(),
        ),
        "备份完好",
    );
    assert!(!data.exists(), "a check writes nothing");
    std::fs::write(at("other"), "另一个口令也有十二个字以上\n").unwrap();
    let wrong = ["--from", &archive, "--passphrase-file", &at("other")];
    refused(&mut on("restore", &database, &data, &wrong), "备份口令不对");
    done(&mut on("restore", &database, &data, &more), "全部相符");
    refused(
        &mut on("restore", &database, &data, &more),
        "已经存在，不会覆盖它",
    );
    let sum = |database: &str| {
        let url = database.parse().unwrap();
        let mut conn = store::database::reading_conn(&url).unwrap();
        let shapes = store::dump::shapes(&mut conn).unwrap();
        let sums = shapes
            .iter()
            .map(|s| (s.name.clone(), s.sum(&mut conn).unwrap()));
        sums.collect::<Vec<_>>()
    };
    // The first server signed nobody in, so nothing was written since.
    assert_eq!(sum(&database), sum(&city.database));
    let mut restored = on("serve", &database, &data, &[]);
    restored.args(["--listen", "127.0.0.1:0"]);
    let server = Server::start(restored);
    crate::client::Person::sign_in(server.address, "jiedao");

    let mut bytes = std::fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(at("altered.backup"), &bytes).unwrap();
    std::fs::write(at("cut.backup"), &bytes[..middle]).unwrap();
    for name in ["altered.backup", "cut.backup"] {
        let database = format!("sqlite:{}", at(&format!("{name}.db")));
        let data = scratch.path().join(format!("{name}.data"));
        let more = ["--from", &at(name), "--passphrase-file", &with];
        refused(&mut on("restore", &database, &data, &more), "已损坏");
        // What was written of it cannot be taken for a city.
        refused(
            &mut on("serve", &database, &data, &["--listen", "127.0.0.1:0"]),
            "没有写完",
        );
    }
}

#[test]
fn a_city_is_copied_to_postgresql_and_back_and_is_whole_there() {
    let city = City::sqlite("copy");
    let scratch = Scratch::new("copied");
    let Ok(server) = std::env::var("HANGJI_TEST_PG") else {
        return;
    };
    let schema = format!("copied_{}", std::process::id());
    let mut conn = store::database::reading_conn(&server.parse().unwrap()).unwrap();
    conn.batch(&format!("CREATE SCHEMA {schema}")).unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    let there = format!("{server}{mark}options=-csearch_path%3D{schema}");
    let back = format!("sqlite:{}", scratch.path().join("back.db").display());
    let copy = |from: &str, to: &str| {
        let mut command = crate::city::hangji();
        command.args(["copy", "--from", from, "--to", to]);
        command
    };
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        done(&mut copy(&city.database, &there), "复制完成");
        done(&mut on("verify", &there, city.data(), &[]), "全部相符");
        refused(&mut copy(&city.database, &there), "里已有数据");
        done(&mut copy(&there, &back), "复制完成");
        done(&mut on("verify", &back, city.data(), &[]), "全部相符");
    }));
    conn.batch(&format!("DROP SCHEMA {schema} CASCADE"))
        .unwrap();
    outcome.unwrap();
}
