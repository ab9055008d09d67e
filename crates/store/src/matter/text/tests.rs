use super::super::list::{Filter, of_area};
use super::*;
use crate::on_both;
use crate::testing::prepare;
use civic::id::MatterId;

/// Milliseconds of a week, in ids.
const WEEK: i64 = (7 * 86_400_000) << 22;

/// A closed matter as it is stored; number, words and places are put in.
const CLOSED: &str = r#"{"id":"0","no":"","flow":"incident","flow_version":3,"state":"closed","phase":"closed",
"held_by":"nobody","desk":"none","level":"unit","owner":null,"holder":null,"came_from":[],"title":"","text":"",
"category":null,"channel":"field","place":{"address":"","point":null},"path":[],
"reporter":{"account":null,"confirms":false,"bypass":null},"reported_at":1,"arrived_at":1,"touched_at":1,
"entered_at":1,"clocks":[],"tasks":[],"pending":[],"returned":false,"extensions":0,"check_from":null,
"suspended":null,"was_suspended":false,"reopened":0,"merged_into":null,"joined":[],"supervision":null,"files":[],
"finding":null,"finished_level":null,"reply":null,"finished_at":null,"closed_at":null,"rating":null,"counted":[],
"version":2,"head":"0000000000000000000000000000000000000000000000000000000000000000"}"#;

/// A matter of the week `nth`.
fn matter(nth: i64, title: &str, text: &str, town: i64) -> Matter {
    let mut matter: Matter = serde_json::from_str(CLOSED).expect("a matter");
    matter.id = MatterId(nth * WEEK);
    matter.no = format!("350302003-261115-{nth:04}");
    (matter.title, matter.text) = (title.into(), text.into());
    matter.place.address = format!("书香公寓{}号楼", nth % 9 + 1);
    matter.path = Path(vec![(Level::City, AreaId(1)), (Level::Town, AreaId(town))]);
    matter
}

/// Two hundred weeks of them, in two towns.
fn weeks() -> Vec<Matter> {
    let texts = [
        ("路灯不亮", "夜里看不清路，请修"),
        ("井盖破损", "路灯下的井盖破了，wifi 也断"),
        ("楼道堆物", "三楼楼道里堆着纸箱"),
    ];
    (1..=200)
        .map(|nth| {
            let (title, text) = texts[(nth % 3) as usize];
            matter(nth, title, text, 30 + nth % 2)
        })
        .collect()
}

fn store(conn: &mut Conn, matters: &[Matter]) {
    let all: Vec<&Matter> = matters.iter().collect();
    crate::matter::insert(conn, &all).unwrap();
    let changes: Vec<(Option<&Matter>, &Matter)> = all.iter().map(|m| (None, *m)).collect();
    index(conn, &changes).unwrap();
}

fn found(conn: &mut Conn, words: &str, level: Level, area: i64, page: usize) -> Vec<i64> {
    let filter = Filter {
        words: Some(Sought::parse(words).unwrap()),
        ..Filter::default()
    };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let rows = of_area(conn, level, AreaId(area), &filter, after, page).unwrap();
        all.extend(rows.iter().map(|m| m.id.0));
        after = rows.last().map(|m| m.id.0);
        if rows.len() < page {
            return all;
        }
    }
}

on_both! {
    fn what_is_found_is_what_holds_the_words_within_the_area_newest_first(conn: &mut Conn) {
        prepare(conn);
        let matters = weeks();
        store(conn, &matters);
        for words in ["路灯", "井盖 路灯", "wifi", "楼道堆物", "0117", "书香公寓3号楼 纸箱", "修请"] {
            let sought = Sought::parse(words).unwrap();
            for (level, area) in [(Level::City, 1), (Level::Town, 30), (Level::Town, 31), (Level::Town, 99)] {
                let holds = |m: &&Matter| {
                    let texts = [&m.no, &m.title, &m.text, &m.place.address];
                    let each = |term: &str| {
                        let one = Sought::parse(term).unwrap();
                        texts.iter().any(|t| one.is_in(t))
                    };
                    m.path.at(level) == Some(AreaId(area)) && words.split(' ').all(each)
                };
                let mut wanted: Vec<i64> = matters.iter().filter(holds).map(|m| m.id.0).collect();
                wanted.reverse();
                assert_eq!(found(conn, words, level, area, 7), wanted, "{words} {sought:?} {area}");
            }
        }
        assert!(!found(conn, "井盖", Level::City, 1, 100).is_empty());
    }

    fn a_matter_whose_words_or_place_change_is_found_by_the_new_ones_only(conn: &mut Conn) {
        prepare(conn);
        let before = matter(1, "路灯不亮", "请修", 30);
        store(conn, std::slice::from_ref(&before));
        let mut now = matter(1, "井盖破损", "请修", 31);
        now.version = 3;
        crate::matter::update(conn, &[(2, &now)]).unwrap();
        crate::matter::rehome(conn, &[&now]).unwrap();
        index(conn, &[(Some(&before), &now)]).unwrap();
        assert!(found(conn, "路灯", Level::City, 1, 10).is_empty());
        assert!(found(conn, "井盖", Level::Town, 30, 10).is_empty());
        assert_eq!(found(conn, "井盖", Level::Town, 31, 10), [now.id.0]);
        assert_eq!(check_index(conn).unwrap(), None);
    }

    fn an_index_that_is_missing_is_filled_and_one_that_lacks_a_matter_is_named(conn: &mut Conn) {
        prepare(conn);
        let matters = weeks();
        let all: Vec<&Matter> = matters.iter().collect();
        crate::matter::insert(conn, &all).unwrap();
        assert!(check_index(conn).unwrap().unwrap().contains("应有 200 个事件、实有 0 个"));
        index_all(conn).unwrap();
        assert_eq!(check_index(conn).unwrap(), None);
        index_all(conn).unwrap();
        let wanted = found(conn, "井盖", Level::City, 1, 100);
        conn.transaction::<_, OpenError>(forget_index).unwrap();
        index_all(conn).unwrap();
        assert_eq!(found(conn, "井盖", Level::City, 1, 100), wanted);
    }

    fn a_search_sorts_nothing_and_goes_through_no_whole_table(conn: &mut Conn) {
        prepare(conn);
        store(conn, &weeks());
        let sought = Sought::parse("路灯").unwrap();
        for search in searches(conn, &sought, Level::Town, AreaId(30), None).unwrap() {
            let sql = format!("SELECT m.body FROM {} ORDER BY {} DESC LIMIT 50", search.source, search.order);
            let params: Vec<Value> = vec![SHARD.into(), 30i64.into(), search.below.into(), search.question.into()];
            let plan = match conn.dialect() {
                Dialect::Sqlite => conn.query(&format!("EXPLAIN QUERY PLAN {sql}"), &params).unwrap().iter().map(|r| r.string(3).unwrap()).collect::<Vec<_>>(),
                // With a table this small PostgreSQL reads it whole, unless told that it is not.
                Dialect::Postgres => {
                    conn.exec("SET enable_seqscan = off", &[]).unwrap();
                    conn.query(&format!("EXPLAIN {sql}"), &params).unwrap().iter().map(|r| r.string(0).unwrap()).collect()
                }
            }
            .join("\n");
            match conn.dialect() {
                Dialect::Sqlite => {
                    assert!(plan.contains("SCAN t VIRTUAL TABLE INDEX"), "{plan}");
                    assert!(plan.contains("SEARCH m USING PRIMARY KEY") || plan.contains("SEARCH m USING INDEX"), "{plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
                }
                Dialect::Postgres => assert!(!plan.contains("Seq Scan"), "{plan}"),
            }
        }
    }
}

#[test]
fn ids_of_the_test_lie_in_many_stretches() {
    let stretches: std::collections::BTreeSet<i64> = (1..=200)
        .map(|nth| stretch_of(MatterId(nth * WEEK).0))
        .collect();
    assert!(stretches.len() > 40);
}
