//! An installation from nothing: sheets, the database, the first sign-in; and a proxy in front.

use crate::city::{Scratch, hangji, run};
use crate::client::knock;
use crate::server::Server;
use crate::start::refused;
use std::path::Path;
use std::process::Command;

fn at(folder: &Path, command: &str) -> Command {
    let mut made = hangji();
    let database = format!("sqlite:{}", folder.join("data/hangji.db").display());
    made.args([command, "--database", &database, "--data"])
        .arg(folder.join("data"));
    made
}

fn init(folder: &Path, options: &[&str]) -> Command {
    let mut command = at(folder, "init");
    command.arg(folder.join("sheets")).args(options);
    command
}

fn serve(folder: &Path, options: &[&str]) -> Server {
    let mut command = at(folder, "serve");
    command.args(["--listen", "127.0.0.1:0"]).args(options);
    Server::start(command)
}

/// The password that a list of logins, names and passwords holds for a login.
#[track_caller]
fn password_of(list: &str, login: &str) -> String {
    let line = list.lines().find(|l| l.starts_with(&format!("{login},")));
    let line = line.unwrap_or_else(|| panic!("{login} is not in {list}"));
    line.rsplit(',').next().unwrap().to_owned()
}

#[test]
fn an_empty_machine_becomes_an_installation_that_people_can_enter() {
    let scratch = Scratch::new("install");
    let folder = scratch.path();
    let (code, said) = run(&mut init(folder, &["--example"]));
    assert_eq!(code, 0, "{said}");
    refused(
        &mut init(folder, &["--example"]),
        &["无法新建", "是不是已经存在"],
    );
    let (code, said) = run(&mut init(folder, &["--check"]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("区域 7、单位 3、账号 11、岗位 11"), "{said}");
    assert!(!folder.join("data").exists(), "a check writes nothing");

    let (code, said) = run(&mut init(folder, &[]));
    assert_eq!(code, 0, "{said}");
    let security = password_of(&said, "admin.security");
    let head = password_of(&said, "unit.head.1");
    assert_ne!(security, head);
    let (code, verified) = run(&mut at(folder, "verify"));
    assert_eq!(code, 0, "{verified}");
    refused(&mut init(folder, &[]), &["已经有区划", "空的数据库"]);

    let server = serve(folder, &[]);
    let me = knock(server.address, "unit.head.1", &head, &[]);
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!(me.body["posts"][0]["title"], "示例楼 1 号楼楼栋长");
    let me = knock(server.address, "admin.security", &security, &[]);
    assert_eq!(me.body["posts"][0]["role"], "sec_admin");
    assert_eq!(me.body["hold"], "password_due", "{}", me.body);
    server.stop();

    // Nobody can sign in as security administrator any more: the server gives a new password.
    let mut lost = at(folder, "password");
    let (code, said) = run(lost.arg("admin.security"));
    assert_eq!(code, 0, "{said}");
    let again = password_of(&said, "admin.security");
    refused(at(folder, "password").arg("nobody"), &["账号"]);
    let server = serve(folder, &[]);
    let old = knock(server.address, "admin.security", &security, &[]);
    assert_eq!(old.status, 401, "{}", old.body);
    let new = knock(server.address, "admin.security", &again, &[]);
    assert_eq!(new.status, 200, "{}", new.body);
    server.stop();
    let (code, said) = run(&mut at(folder, "verify"));
    assert_eq!(code, 0, "{said}");
}

#[test]
fn sheets_with_faults_are_refused_as_a_whole_and_no_database_is_made() {
    let scratch = Scratch::new("sheets");
    let folder = scratch.path();
    refused(&mut init(folder, &[]), &["里没有 areas.csv", "--example"]);
    assert_eq!(run(&mut init(folder, &["--example"])).0, 0);
    let edit = |name: &str, old: &str, new: &str| {
        let path = folder.join("sheets").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        // Bars for commas, as a comma after a Chinese word would be taken for one of the sentence.
        let (old, new) = (old.replace('|', ","), new.replace('|', ","));
        assert!(text.contains(&old), "{old}");
        std::fs::write(path, text.replacen(&old, &new, 1)).unwrap();
    };
    edit("areas.csv", "街道|霞林街道", "大街|霞林街道");
    edit("orgs.csv", "county-natural\n", "county-nature\n");
    edit("people.csv", "unit.head.2", "二号楼");
    let says = [
        "发现 3 处问题，没有写入任何内容",
        "areas.csv 第 4 行“类型”：“大街”不是镇街的类型，可填写：",
        "orgs.csv 第 4 行“上级单位编码”：没有编码为“county-nature”的单位",
        "people.csv 第 12 行“登录名”：登录名要用 3 到 32 个字母",
    ];
    refused(&mut init(folder, &["--check"]), &says);
    refused(&mut init(folder, &[]), &says);
    assert!(!folder.join("data").exists());
}

#[test]
fn first_passwords_go_into_a_new_file_that_only_its_owner_reads() {
    let scratch = Scratch::new("passwords");
    let folder = scratch.path();
    assert_eq!(run(&mut init(folder, &["--example"])).0, 0);
    let list = folder.join("first.csv");
    let shown = list.display().to_string();
    let (code, said) = run(&mut init(folder, &["--passwords", &shown]));
    assert_eq!(code, 0, "{said}");
    let text = std::fs::read_to_string(&list).unwrap();
    assert_eq!(text.lines().count(), 12, "{text}");
    assert!(!said.contains(&password_of(&text, "admin.audit")), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&list).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    refused(
        &mut init(folder, &["--passwords", &shown]),
        &["是不是已经存在"],
    );
    assert_eq!(std::fs::read_to_string(&list).unwrap(), text);
    let other = folder.join("second.csv").display().to_string();
    refused(&mut init(folder, &["--passwords", &other]), &["已经有区划"]);
    assert!(!folder.join("second.csv").exists(), "no empty list is left");
}

/// Tries to sign in 70 times, each time with another address in the header; at once, so that a slow
/// machine is in haste too.
fn refused_for_haste(server: &Server) -> usize {
    let one = |n: usize| {
        let forged = format!("203.0.113.{n}");
        let headers = [("X-Forwarded-For", forged.as_str())];
        knock(server.address, "nobody", "wrong", &headers).status
    };
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..70).map(|n| scope.spawn(move || one(n))).collect();
        all.into_iter().map(|t| t.join().unwrap()).collect()
    });
    statuses.iter().filter(|status| **status == 429).count()
}

#[test]
fn the_address_in_a_header_is_believed_only_behind_a_proxy() {
    let scratch = Scratch::new("proxy");
    let folder = scratch.path();
    let (code, said) = run(&mut at(folder, "migrate"));
    assert_eq!(code, 0, "{said}");
    let server = serve(folder, &[]);
    assert!(
        refused_for_haste(&server) > 0,
        "one client, whatever it says"
    );
    server.stop();
    let server = serve(folder, &["--behind-proxy"]);
    assert_eq!(refused_for_haste(&server), 0, "seventy clients of a proxy");
    server.stop();
    let mut command = at(folder, "serve");
    command.args(["--listen", "127.0.0.1:0"]);
    command.env("HANGJI_BEHIND_PROXY", "true");
    let server = Server::start(command);
    assert_eq!(refused_for_haste(&server), 0, "by the environment too");
}

#[test]
fn cookies_are_kept_to_encrypted_connections_where_that_is_asked_for() {
    let scratch = Scratch::new("secure");
    let folder = scratch.path();
    assert_eq!(run(&mut init(folder, &["--example"])).0, 0);
    let (code, said) = run(&mut init(folder, &[]));
    assert_eq!(code, 0, "{said}");
    let head = password_of(&said, "unit.head.1");
    for (options, secure) in [(&[][..], false), (&["--secure-cookies"][..], true)] {
        let server = serve(folder, options);
        let answer = knock(server.address, "unit.head.1", &head, &[]);
        let cookie = answer.header("set-cookie").unwrap();
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        server.stop();
    }
}
