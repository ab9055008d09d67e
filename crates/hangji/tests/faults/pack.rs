//! `hangji pack check`: a pack is right as a whole, or every fault is said with its file and line.

use crate::city::{Scratch, hangji, run};
use crate::start::refused;

#[test]
fn a_broken_pack_file_is_answered_with_the_line_or_the_state() {
    let scratch = Scratch::new("pack");
    let pack = |name: &str, body: &str| {
        let file = scratch.path().join(name);
        std::fs::write(&file, body).unwrap();
        let mut command = hangji();
        command.args(["pack", "check"]).arg(file);
        command
    };
    let calendar = "date,kind,name\n2026-01-01,holiday,元旦\n2026-02-30,holiday,春节\n2026-10-01,feast,国庆节\n2026-01-01,holiday,元旦\n2026-05-01,holiday\n";
    refused(
        &mut pack("calendar-cn.csv", calendar),
        &[
            "第 3 行",
            "第 4 行",
            "类型“feast”不认识",
            "第 5 行",
            "已经出现",
            "第 6 行",
            "应有三列",
        ],
    );
    refused(&mut pack("calendar-cn.csv", "日期,类型\n"), &["表头应为"]);
    refused(&mut pack("calendar-cn.csv", ""), &["日历是空的"]);

    let flow = office::pack::embedded(office::pack::BASE)
        .into_iter()
        .find(|f| f.path == "flows/incident.toml")
        .unwrap()
        .body;
    let (code, said) = run(&mut pack("incident.toml", &flow));
    assert_eq!(code, 0, "{said}");
    // A state that nothing leaves, with neither holder nor clock, and to which nothing leads.
    let stranded = format!(
        "{flow}\n[[state]]\ncode = \"limbo\"\nname = \"悬置\"\nphase = \"work\"\nholder = \"nobody\"\n"
    );
    refused(
        &mut pack("incident.toml", &stranded),
        &[
            "状态“悬置”没有承办席位",
            "状态“悬置”没有时限",
            "状态“悬置”没有出口",
            "flows/incident.toml:",
        ],
    );
    let nowhere = flow.replacen("to = \"state:working\"", "to = \"state:workng\"", 1);
    assert_ne!(nowhere, flow);
    refused(&mut pack("incident.toml", &nowhere), &["workng"]);
    refused(&mut pack("incident.toml", "code = \"x\n"), &["第 1 行"]);

    refused(
        &mut pack("notes.txt", "x"),
        &["不认识的文件 notes.txt", "categories.csv"],
    );
    let mut missing = hangji();
    missing.args(["pack", "check", "no/such/calendar.csv"]);
    refused(&mut missing, &["无法读取 no/such/calendar.csv"]);
    let mut unknown = hangji();
    unknown.args(["flow", "no-such-flow"]);
    refused(&mut unknown, &["没有流程 no-such-flow"]);
}

#[test]
fn a_whole_pack_is_checked_and_every_fault_is_said_with_file_and_line() {
    let scratch = Scratch::new("folder");
    let folder = scratch.path().join("mine");
    for file in office::pack::embedded(office::pack::BASE) {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.body).unwrap();
    }
    let check = || {
        let mut command = hangji();
        command.args(["pack", "check"]).arg(&folder);
        command
    };
    let (code, said) = run(&mut check());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("没有问题，检查了 14 个文件"), "{said}");

    let edit = |name: &str, old: &str, new: &str| -> String {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        // Bars for commas, as a comma after a Chinese word would be taken for one of the sentence.
        let (old, new) = (&old.replace('|', ","), &new.replace('|', ","));
        let (before, _) = text.split_once(old).unwrap();
        let line = before.matches('\n').count() + 1;
        std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
        format!("{name}:{line}  第 {line} 行")
    };
    let says = [
        edit("kinds.csv", "town,street,", "hamlet,street,"),
        edit("titles.csv", "unit_head,楼栋长", "emperor,楼栋长"),
        edit(
            "departments.csv",
            "housing,住房和城乡建设局,department",
            "housing,住房和城乡建设局,bureau",
        ),
        edit("refused.csv", "军转 退役安置", "军"),
        edit(
            "categories.csv",
            "0|一般|7工作日|0|unit|mediation",
            "0|一般|7工作日|0|unit|wizard",
        ),
        edit("calendar.csv", "2004-01-17,workday", "2004-01-17,weekday"),
        edit("pack.toml", "path = \"kpi.toml\"", "path = \"kpis.toml\""),
    ];
    // What has no line of its own is said at the state that it belongs to.
    edit(
        "flows/incident.toml",
        "clock = \"same_day\"",
        "clock = \"some_day\"",
    );
    let state = edit(
        "flows/incident.toml",
        "code = \"at_unit\"",
        "code  = \"at_unit\"",
    );
    std::fs::write(folder.join("notes.txt"), "x").unwrap();
    let says: Vec<&str> = says.iter().chain([&state]).map(String::as_str).collect();
    refused(&mut check(), &says);
    refused(
        &mut check(),
        &["不认识的文件 notes.txt", "文件“kpi.toml”没有说明"],
    );
    std::fs::remove_file(folder.join("pack.toml")).unwrap();
    refused(&mut check(), &["没有 pack.toml"]);
}
