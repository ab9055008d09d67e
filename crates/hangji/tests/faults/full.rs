//! The disk is full: reading goes on, writing answers 503 with a sentence, nothing is half-written,
//! and when there is space again writing goes on without a restart.
#![cfg(target_os = "linux")]

use crate::city::{City, Scratch, copy_all, run};
use crate::client::{Answer, escalate, report};
use crate::load::Crew;
use crate::server::Server;
use std::process::Command;

/// Commands after which the disk must have been full, else the test proves nothing.
const COMMANDS_MAX: usize = 3_000;
/// Refusals in a row after which the disk counts as full for good.
const REFUSALS: usize = 40;
/// What the full disk has left when the platform begins its work, in KiB.
const LEFT_KIB: u64 = 1_024;

/// `hangji serve` through a shell script that prepares its world; `$@` is the command.
fn serve_in(city: &City, program: &str, before: &[&str], script: &str) -> Command {
    let serve = city.command("serve");
    let mut command = Command::new(program);
    command
        .args(before)
        .args(["sh", "-c", &format!("{script}; exec \"$@\""), "sh"])
        .arg(serve.get_program())
        .args(serve.get_args())
        .args(["--listen", "127.0.0.1:0"]);
    command
}

/// Reports until the server refuses for want of space, and goes on refusing: emptying its log into
/// the database can make room once more. Ids of those it took, the next number, and the refusal.
fn fill(server: &Server, crew: &Crew) -> (Vec<String>, usize, Answer) {
    let mut taken = Vec::new();
    let mut refusals = 0;
    for _ in 0..COMMANDS_MAX {
        let nth = taken.len();
        let command = report(&crew.unit, &format!("full-report-{nth:06}"));
        let answer = crew.head.send(server.address, &command).unwrap();
        if answer.status == 201 {
            taken.push(answer.id());
            refusals = 0;
            continue;
        }
        refusals += 1;
        if refusals == REFUSALS {
            return (taken, nth, answer);
        }
    }
    panic!("{COMMANDS_MAX} reports and the disk is not full");
}

/// What must hold while nothing can be written.
fn reading_goes_on_and_writing_is_refused(
    server: &Server,
    crew: &Crew,
    taken: &[String],
    nth: usize,
) {
    let get = |path: &str| crew.town.get(server.address, path).unwrap();
    for id in taken.iter().rev().take(3) {
        let found = get(&format!("/matters/{id}"));
        assert_eq!((found.status, found.version()), (200, 1), "{}", found.body);
    }
    assert_eq!(get("/matters?view=area").status, 200);
    assert_eq!(get(&format!("/boards/{}", crew.town.home)).status, 200);
    let command = report(&crew.unit, &format!("full-report-{nth:06}"));
    let answer = crew.head.send(server.address, &command).unwrap();
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.header("retry-after").is_some(), "{}", answer.head);
    assert!(
        answer.detail().contains("磁盘已满或不可写"),
        "{}",
        answer.body
    );
    assert!(answer.detail().contains("没有保存"), "{}", answer.body);
    // A smaller command may still find room. Then it is done, and done once: see below.
    let command = escalate(&taken[0], 1, "full-escalate");
    let answer = crew.head.send(server.address, &command).unwrap();
    assert!(matches!(answer.status, 200 | 503), "{}", answer.body);
}

/// What must hold when there is space again: what was refused is done now, and once.
fn writing_goes_on(server: &Server, crew: &Crew, taken: &[String], nth: usize) -> String {
    let again = report(&crew.unit, &format!("full-report-{nth:06}"));
    let done = crew.head.send(server.address, &again).unwrap();
    assert_eq!(done.status, 201, "{}", done.body);
    assert!(!taken.contains(&done.id()));
    assert_eq!(
        crew.head.send(server.address, &again).unwrap().id(),
        done.id()
    );
    let command = escalate(&taken[0], 1, "full-escalate");
    let moved = crew.head.send(server.address, &command).unwrap();
    assert_eq!((moved.status, moved.version()), (200, 2), "{}", moved.body);
    done.id()
}

/// The proof finds nothing; how many matters it went through.
#[track_caller]
fn proved(verify: &mut Command) -> usize {
    let (code, said) = run(verify);
    assert_eq!((code, said.contains("全部相符")), (0, true), "{said}");
    let (_, rest) = said.split_once("核验了 ").unwrap();
    rest.split(' ').next().unwrap().parse().unwrap()
}

/// The limit on the size of a file, which a service manager may set, acts like a full disk and
/// needs no rights.
#[test]
fn a_file_that_may_not_grow_refuses_writing_and_nothing_else() {
    let city = City::sqlite("limit");
    let database = city.data().join("hangji.db");
    let proof = || proved(&mut city.command("verify"));
    let before = proof();
    let signed = Server::start(serve_in(&city, "env", &[], "true"));
    let crew = Crew::sign_in(&signed);
    signed.stop();
    // The database may not grow beyond the size it has, nor its log; so the log, once full, cannot
    // be emptied into it. The signal that goes with the limit would end the process: the platform
    // is told to pass over it.
    let size = database.metadata().unwrap().len();
    let script = format!("trap '' XFSZ; set -- prlimit --fsize={size}: \"$@\"");
    let server = Server::start(serve_in(&city, "env", &[], &script));
    let (taken, nth, refusal) = fill(&server, &crew);
    assert_eq!(refusal.status, 503, "{}", refusal.body);
    reading_goes_on_and_writing_is_refused(&server, &crew, &taken, nth);
    assert_eq!(proof(), before + taken.len(), "nothing is half-written");
    let (code, said) = run(Command::new("prlimit").args([
        "--fsize=unlimited:",
        "--pid",
        &server.id().to_string(),
    ]));
    assert_eq!(code, 0, "{said}");
    writing_goes_on(&server, &crew, &taken, nth);
    server.kill();
    assert_eq!(proof(), before + taken.len() + 1);
}

/// A real full disk: a small file system in memory, in a world of the server's own.
#[test]
fn a_full_disk_refuses_writing_and_nothing_else() {
    let world = ["--user", "--map-root-user", "--mount"];
    let (code, said) =
        run(Command::new("unshare")
            .args(world)
            .args(["sh", "-c", "mount -t tmpfs none /mnt"]));
    if code != 0 {
        eprintln!("not run on a real full disk, this system allows no mounts of one's own: {said}");
        return;
    }
    let city = City::sqlite("full");
    let signed = Server::start(serve_in(&city, "env", &[], "true"));
    let crew = Crew::sign_in(&signed);
    signed.stop();
    // The folder of the city is covered by a file system that has room for it and little else; what
    // lies below is copied in.
    let below = Scratch::new("below");
    copy_all(city.data(), below.path());
    let kib = below.path().join("hangji.db").metadata().unwrap().len() / 1_024;
    let (data, source) = (city.data().display(), below.path().display());
    let script = format!(
        "set -e; mount -t tmpfs -o size={}k none {data}; cp -r {source}/* {data}; \
         dd if=/dev/zero of={data}/ballast bs=1k count={} 2>/dev/null",
        kib * 2 + 8 * LEFT_KIB,
        kib + 7 * LEFT_KIB
    );
    let server = Server::start(serve_in(&city, "unshare", &world, &script));
    let id = server.id().to_string();
    let proof = || {
        let mut within = Command::new("nsenter");
        let verify = city.command("verify");
        within
            .args([
                "--user",
                "--mount",
                "--preserve-credentials",
                "--target",
                &id,
            ])
            .arg(verify.get_program())
            .args(verify.get_args());
        proved(&mut within)
    };
    let before = proof();
    let (taken, nth, refusal) = fill(&server, &crew);
    assert_eq!(refusal.status, 503, "{}", refusal.body);
    reading_goes_on_and_writing_is_refused(&server, &crew, &taken, nth);
    assert_eq!(proof(), before + taken.len(), "nothing is half-written");
    // What lies there is seen from outside through the process.
    std::fs::remove_file(format!("/proc/{id}/root{data}/ballast")).unwrap();
    writing_goes_on(&server, &crew, &taken, nth);
    assert_eq!(proof(), before + taken.len() + 1);
}
