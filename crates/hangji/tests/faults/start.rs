//! Slips at the command line and at the start: a Chinese sentence that says what to do, and nothing
//! made or changed by mistake.

use crate::city::{City, Scratch, hangji, run};
use crate::server::Server;
use std::path::Path;
use store::database::Database;

/// The command fails, says all of this, and neither panics nor shows a backtrace.
#[track_caller]
pub fn refused(command: &mut std::process::Command, says: &[&str]) {
    let (code, said) = run(command);
    assert_eq!(code, 1, "{said}");
    for part in says {
        assert!(said.contains(part), "“{part}” is missing in: {said}");
    }
    assert!(
        !said.contains("panicked") && !said.contains("at /"),
        "{said}"
    );
}

fn on(name: &str, database: &str, data: &Path) -> std::process::Command {
    let mut command = hangji();
    command
        .args([name, "--database", database, "--data"])
        .arg(data);
    command
}

#[test]
fn a_slip_in_the_address_of_the_database_is_answered_with_the_likely_word() {
    let scratch = Scratch::new("address");
    let cases = [
        ("sqlte:data/hangji.db", "您是不是想写“sqlite”"),
        ("postgre://u@127.0.0.1/city", "您是不是想写“postgres”"),
        ("mysql://u@h/city", "不支持数据库类型“mysql”"),
        ("data/hangji.db", "请写成 sqlite:data/hangji.db"),
        ("", "没有写数据库地址"),
        ("sqlite::memory:", "请改用文件"),
        ("sqlite:data/", "请写到文件名为止"),
    ];
    for name in ["serve", "verify", "migrate", "seal", "build"] {
        for (address, says) in cases {
            refused(
                &mut on(name, address, scratch.path()),
                &[says, "可用的写法"],
            );
        }
    }
    let made = std::fs::read_dir(scratch.path()).unwrap().count();
    assert_eq!(made, 0, "nothing is made on a wrong address");
}

#[test]
fn a_server_that_does_not_answer_is_said() {
    let scratch = Scratch::new("silent");
    for name in ["serve", "verify", "migrate"] {
        let address = "postgres://clerk:Geheim123@127.0.0.1:1/city";
        let mut command = on(name, address, scratch.path());
        refused(
            &mut command,
            &[
                "连不上数据库 postgres://127.0.0.1:1/city",
                "请检查主机、端口",
            ],
        );
        let (_, said) = run(&mut command);
        assert!(!said.contains("Geheim123"), "{said}");
    }
}

#[test]
fn a_lost_key_is_not_made_anew_while_contacts_are_sealed_with_it() {
    let city = City::sqlite("key");
    let key = city.data().join("hangji.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for name in ["serve", "migrate"] {
        refused(
            &mut city.command(name),
            &["没有找到密钥文件", "hangji.key", "从备份恢复"],
        );
        assert!(!key.exists(), "{name} made another key");
    }
    std::fs::write(&key, kept).unwrap();
    let (code, said) = run(std::process::Command::new("chmod").arg("600").arg(&key));
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&mut city.command("migrate"));
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let scratch = Scratch::new("files");
    let at = |name: &str| scratch.path().join(name);
    let address = |name: &str| format!("sqlite:{}", at(name).display());
    std::fs::write(at("empty.db"), "").unwrap();
    let letter = "这是一封信，不是数据库。".repeat(200);
    std::fs::write(at("letter.db"), &letter).unwrap();
    std::fs::create_dir(at("folder.db")).unwrap();
    for name in ["serve", "verify", "seal"] {
        refused(
            &mut on(name, &address("missing.db"), scratch.path()),
            &["没有找到数据库文件", "missing.db"],
        );
        refused(
            &mut on(name, &address("no/such/hangji.db"), scratch.path()),
            &["不存在，请先建好它"],
        );
        refused(
            &mut on(name, &address("empty.db"), scratch.path()),
            &["是空文件，不是夯基的数据库"],
        );
        refused(
            &mut on(name, &address("folder.db"), scratch.path()),
            &["是一个文件夹"],
        );
    }
    for name in ["serve", "verify", "seal", "migrate"] {
        refused(
            &mut on(name, &address("letter.db"), scratch.path()),
            &["letter.db", "不是 SQLite 数据库"],
        );
    }
    assert!(!at("missing.db").exists());
    assert_eq!(std::fs::read_to_string(at("letter.db")).unwrap(), letter);
}

#[test]
fn a_folder_that_may_not_be_written_is_said() {
    let scratch = Scratch::new("folder");
    // A file where a folder should be stops even the administrator.
    std::fs::write(scratch.path().join("file"), "x").unwrap();
    let data = scratch.path().join("file").join("data");
    let database = format!("sqlite:{}", scratch.path().join("hangji.db").display());
    for name in ["serve", "build", "migrate"] {
        refused(
            &mut on(name, &database, &data),
            &["无法建立文件夹", "请检查路径和权限"],
        );
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let city = City::sqlite("readonly");
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let file = city.data().join("hangji.db");
    mode(&file, 0o444);
    refused(
        &mut city.command("serve"),
        &["是只读的", "请给运行本程序的账户写权限"],
    );
    mode(&file, 0o644);
}

#[test]
fn a_newer_database_is_not_touched() {
    let city = City::sqlite("newer");
    let database = Database::open(&city.database.parse().unwrap()).unwrap();
    let mut conn = database.writing_conn().unwrap();
    conn.exec(
        "INSERT INTO migration (number, name, sha256) SELECT MAX(number) + 1, 'later', 'x' FROM migration",
        &[],
    )
    .unwrap();
    drop(conn);
    drop(database);
    let before = std::fs::read(city.data().join("hangji.db")).unwrap();
    for name in ["serve", "verify", "migrate", "seal", "build"] {
        refused(
            &mut city.command(name),
            &["比程序新（程序只认识到", "请升级程序"],
        );
    }
    assert!(
        std::fs::read(city.data().join("hangji.db")).unwrap() == before,
        "it was written to"
    );
}

#[test]
fn an_older_database_asks_for_the_upgrade() {
    let scratch = Scratch::new("older");
    let database = format!("sqlite:{}", scratch.path().join("hangji.db").display());
    drop(
        Database::open_or_create(&database.parse().unwrap())
            .unwrap()
            .writing_conn()
            .unwrap(),
    );
    for name in ["serve", "verify", "seal"] {
        refused(
            &mut on(name, &database, scratch.path()),
            &["请先运行 hangji migrate"],
        );
    }
    let (code, said) = run(&mut on("migrate", &database, scratch.path()));
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&mut on("verify", &database, scratch.path()));
    assert_eq!(code, 0, "an empty installation is whole: {said}");
}

#[test]
fn a_second_process_on_the_same_file_is_refused_and_the_first_goes_on() {
    let city = City::sqlite("second");
    let mut command = city.command("serve");
    command.args(["--listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    let owner = format!("（进程号 {}）", server.id());
    let says = ["正由另一个夯基进程", owner.as_str(), "请先停止它"];
    for name in ["serve", "migrate", "build", "seal"] {
        refused(&mut city.command(name), &says);
    }
    // Another spelling of the same file is the same file.
    let roundabout = city
        .data()
        .join("..")
        .join(city.data().file_name().unwrap())
        .join("hangji.db");
    let database = format!("sqlite:{}", roundabout.display());
    refused(&mut on("serve", &database, city.data()), &says);
    // Reading beside it is allowed, and the first process did not notice.
    city.is_whole();
    let town = crate::client::Person::sign_in(server.address, "jiedao");
    assert_eq!(town.get(server.address, "/me").unwrap().status, 200);
    // A port that is taken is said too.
    let other = City::sqlite("port");
    let mut command = other.command("serve");
    command.args(["--listen", &server.address.to_string()]);
    refused(&mut command, &["无法监听", "请用 --listen 换一个"]);
}
