//! A place that the program has never heard of, with a line of business of its own: made of data alone,
//! as `docs/new-place.md` tells. The page is read, its files are written, its commands are run.

use crate::city::{Scratch, hangji, run};
use crate::client::{Command, Person};
use crate::server::Server;
use crate::start::refused;
use serde_json::json;

const PAGE: &str = include_str!("../../../../docs/new-place.md");

/// The fenced blocks of the page: what stands behind the fence, and the text.
fn blocks() -> Vec<(&'static str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in PAGE.lines() {
        match (inside, line.strip_prefix("```")) {
            (true, Some(_)) => inside = false,
            (false, Some(kind)) => {
                found.push((kind, String::new()));
                inside = true;
            }
            (true, None) => {
                let (_, text) = found.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            (false, None) => {}
        }
    }
    found
}

/// A command of the page, in the folder where its files lie.
fn told(scratch: &Scratch, line: &str) -> std::process::Command {
    let words = line.strip_prefix("cargo run -p hangji -- ").unwrap();
    let mut command = hangji();
    command.current_dir(scratch.path()).args(words.split(' '));
    command
}

#[test]
fn the_recipe_for_a_new_place_works_word_for_word() {
    let scratch = Scratch::new("fourth");
    let mut commands = Vec::new();
    for (kind, text) in blocks() {
        match kind.split_once(' ') {
            Some((_, path)) => {
                let path = scratch.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            None => commands.extend(text.lines().map(str::to_owned)),
        }
    }
    let [check, demo] = &commands[..] else {
        panic!("{commands:?}")
    };
    let (code, said) = run(&mut told(&scratch, check));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("没有问题，检查了 3 个文件"), "{said}");

    let mut demo = told(&scratch, demo);
    demo.args(["--no-open", "--listen", "127.0.0.1:0", "--data", "city"]);
    let server = Server::start(demo);
    let at = server.address;
    let head = Person::sign_in(at, "danyuan");
    let flow = head.get(at, "/flows/trees/1").unwrap().body;
    assert_eq!(flow["start"]["word"], "上报古树异常", "{flow}");
    let me = head.get(at, "/me").unwrap().body;
    let title = me["posts"][0]["title"].as_str().unwrap().to_owned();
    assert!(title.ends_with("楼道长"), "{title}");
    let tree = Command {
        path: "/matters".into(),
        key: "recipe-report".into(),
        version: None,
        body: json!({ "flow": "trees", "text": "老榕树断枝，垂在路上", "category": "7701", "unit": head.home,
            "fields": { "species": "榕树" } }),
    };
    let made = head.send(at, &tree).unwrap();
    let id = made.id();
    assert_eq!(made.body["state_word"], "村居踏勘", "{}", made.body);
    let no = made.body["no"].as_str().unwrap();
    assert!(no.starts_with("GS990101001-"), "{no}");
    let community = Person::sign_in(at, "shequ");
    let queue = community.get(at, "/matters?view=queue&limit=100").unwrap();
    let mut rows = queue.body["rows"].as_array().unwrap().iter();
    assert!(rows.any(|row| row["id"] == json!(id)), "{}", queue.body);
    let treat = Command {
        path: format!("/matters/{id}/actions/treat"),
        key: "recipe-treat".into(),
        version: Some(made.version()),
        body: json!({ "opinion": "已支撑加固", "finding": "solved" }),
    };
    let done = community.send(at, &treat).unwrap();
    assert_eq!(done.body["state_word"], "已处置", "{}", done.body);
    let area = community
        .get(at, &format!("/boards/{}", community.home))
        .unwrap();
    let own = &area.body["classes"];
    let trees = own.as_array().unwrap().iter().find(|c| c["class"] == "77");
    assert_eq!(
        trees.unwrap()["figures"]["closed_community"],
        1,
        "{}",
        area.body
    );
    server.stop();

    let database = format!("sqlite:{}", scratch.path().join("city/hangji.db").display());
    let on = |words: &[&str]| {
        let mut command = hangji();
        command.current_dir(scratch.path()).args(words);
        command.args(["--database", &database, "--data", "city"]);
        command
    };
    let (code, said) = run(&mut on(&["verify"]));
    assert_eq!(code, 0, "{said}");
    // Into an installation that is there already: again, and not with a fault.
    let (code, said) = run(&mut on(&["pack", "install", "packs/trees"]));
    assert_eq!(code, 0, "{said}");
    let flow = scratch.path().join("packs/trees/flows/trees.toml");
    let text = std::fs::read_to_string(&flow).unwrap();
    std::fs::write(&flow, text.replace("clock = \"same_day\"\n", "")).unwrap();
    refused(
        &mut on(&["pack", "install", "packs/trees"]),
        &["状态“村居踏勘”没有时限", "没有装入"],
    );
}
