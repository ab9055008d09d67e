//! What `hangji doctor` says of an installation that works, and of one in which something is amiss.

use crate::city::{City, run};

/// Exit code and what is said.
fn examined(city: &City) -> (i32, String) {
    run(&mut city.command("doctor"))
}

/// Runs SQL on the file, as somebody with a shell would.
fn change(city: &City, sql: &str) {
    let url: store::url::StoreUrl = city.database.parse().unwrap();
    let database = store::database::Database::open(&url).unwrap();
    let mut conn = database.writing_conn().unwrap();
    assert!(conn.exec(sql, &[]).unwrap() > 0, "{sql}");
}

#[test]
fn an_installation_that_works_is_told_what_it_still_lacks() {
    let city = City::sqlite("doctor");
    let (code, said) = examined(&city);
    assert_eq!(code, 0, "{said}");
    for line in [
        "[正常] 数据库版本：与程序一致",
        "[正常] 密钥文件：",
        "[正常] 系统时钟：",
        "[正常] 三类管理员：齐全",
        "节假日表：",
        "责任人：",
        "单位席位：",
        "流程记录封存：",
        "定时任务：",
    ] {
        assert!(said.contains(line), "{line} not in {said}");
    }
    assert!(!said.contains("[必须处理]"), "{said}");
}

#[test]
fn what_is_amiss_is_named_first_with_what_to_do() {
    let city = City::sqlite("doctor_amiss");
    change(
        &city,
        "UPDATE post SET valid_to = 1 WHERE role = 'sec_admin'",
    );
    change(
        &city,
        "UPDATE audit SET at = at + 400000000000 WHERE seq = (SELECT MAX(seq) FROM audit)",
    );
    let key = city.data().join("hangji.key");
    std::fs::rename(&key, city.data().join("elsewhere.key")).unwrap();
    let (code, said) = examined(&city);
    assert_eq!(code, 1, "{said}");
    let pressing: Vec<&str> = said
        .lines()
        .take_while(|l| l.starts_with("[必须处理]"))
        .collect();
    assert_eq!(pressing.len(), 3, "{said}");
    for part in ["没有人担任安全管理员：请任命", "请校准时钟", "请从备份恢复"]
    {
        assert!(pressing.iter().any(|l| l.contains(part)), "{part}: {said}");
    }
}

#[test]
fn a_database_of_an_older_program_is_told_to_migrate_and_looked_at_no_further() {
    let city = City::sqlite("doctor_old");
    change(
        &city,
        "DELETE FROM migration WHERE number = (SELECT MAX(number) FROM migration)",
    );
    let (code, said) = examined(&city);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("[必须处理] 数据库版本：缺少 1 项变更"),
        "{said}"
    );
    assert!(
        said.contains("hangji migrate") && !said.contains("责任人："),
        "{said}"
    );
}
