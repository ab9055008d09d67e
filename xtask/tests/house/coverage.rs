//! docs/coverage.csv: which requirement is met, where, and which test proves it.

use crate::{files_below, root, text};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const REQUIREMENT_COUNT: usize = 221;

/// One line of the table.
struct Row {
    requirement: String,
    status: String,
    places: String,
    tests: String,
}

fn rows() -> Vec<Row> {
    let table = text("docs/coverage.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        ["requirement", "status", "where", "test"]
    );
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            Row {
                requirement: record[0].to_owned(),
                status: record[1].to_owned(),
                places: record[2].to_owned(),
                tests: record[3].to_owned(),
            }
        })
        .collect()
}

/// Several entries in one cell stand apart by `;`.
fn entries(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

#[test]
fn every_requirement_stands_in_the_table_once_and_in_order() {
    let expected: Vec<String> = (1..=REQUIREMENT_COUNT)
        .map(|n| format!("R{n:03}"))
        .collect();
    let found: Vec<String> = rows().into_iter().map(|row| row.requirement).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_status_is_none_partial_or_done_and_what_is_begun_says_where() {
    for row in rows() {
        let Row {
            requirement,
            status,
            ..
        } = &row;
        match status.as_str() {
            "none" => assert!(
                row.places.is_empty() && row.tests.is_empty(),
                "{requirement} is `none` and yet names a place or a test"
            ),
            "partial" | "done" => assert!(
                entries(&row.places).next().is_some(),
                "{requirement} is `{status}` and does not say where"
            ),
            other => panic!("{requirement} has the unknown status `{other}`"),
        }
        for place in entries(&row.places) {
            assert!(
                root().join(place).exists(),
                "{requirement} names the place {place}, which does not exist"
            );
        }
    }
}

#[test]
fn what_is_done_is_proved_by_tests_that_exist() {
    let rust = RustTests::of_the_tree();
    let mut problems = Vec::new();
    for row in rows() {
        if row.status == "done" && entries(&row.tests).next().is_none() {
            problems.push(format!("{} is `done` without a test", row.requirement));
        }
        for test in entries(&row.tests) {
            let exists = match test.split_once('#') {
                Some((file, title)) => script_has_test(&root().join(file), title),
                None => rust.has(test),
            };
            if !exists {
                problems.push(format!(
                    "{} names the test {test}, which does not exist",
                    row.requirement
                ));
            }
        }
    }
    assert!(
        problems.is_empty(),
        "{}\nA test is `crate::module::name_of_the_test` or `path/of/file.test.mjs#title of the test`.",
        problems.join("\n")
    );
}

/// The Rust tests of the tree, as `crate` and path of modules, and name.
struct RustTests {
    found: BTreeSet<(String, String)>,
    sources: Vec<(String, String, String)>,
}

impl RustTests {
    fn of_the_tree() -> Self {
        let mut tests = Self {
            found: BTreeSet::new(),
            sources: Vec::new(),
        };
        let mut folders: Vec<_> = fs::read_dir(root().join("crates"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        folders.push(root().join("xtask"));
        for folder in folders {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            for file in files_below(&folder) {
                if file.extension().is_some_and(|extension| extension == "rs") {
                    let path = file
                        .strip_prefix(&folder)
                        .unwrap()
                        .to_string_lossy()
                        .into_owned();
                    tests.add(&name, &path, fs::read_to_string(&file).unwrap());
                }
            }
        }
        tests
    }

    fn add(&mut self, package: &str, path: &str, source: String) {
        for test in test_names(&source) {
            self.found.insert((format!("{package}/{path}"), test));
        }
        self.sources
            .push((package.to_owned(), path.to_owned(), source));
    }

    /// `crate::a::b::name`: the crate has a test of that name in a file that a and b lead to.
    fn has(&self, test: &str) -> bool {
        let parts: Vec<&str> = test.split("::").collect();
        let [package, modules @ .., name] = parts.as_slice() else {
            return false;
        };
        self.sources.iter().any(|(of, path, source)| {
            of == package
                && self
                    .found
                    .contains(&(format!("{of}/{path}"), (*name).to_owned()))
                && modules.iter().all(|module| {
                    let in_path = path
                        .split('/')
                        .any(|part| part.strip_suffix(".rs").unwrap_or(part) == *module);
                    in_path || source.contains(&format!("mod {module} {{"))
                })
        })
    }
}

/// Functions under a test attribute, and those inside `on_both! { .. }`, which runs them on both databases.
fn test_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut after_attribute = false;
    for line in source.lines().map(str::trim) {
        if line == "#[test]" || line.starts_with("#[tokio::test") {
            after_attribute = true;
        } else if let Some(name) = function_name(line) {
            if after_attribute {
                names.push(name);
            }
            after_attribute = false;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            after_attribute = false;
        }
    }
    for (start, _) in source.match_indices("on_both!") {
        let body = balanced(&source[start + "on_both!".len()..]);
        names.extend(body.lines().filter_map(|line| function_name(line.trim())));
        // The short form: on_both!(name, |store| ..).
        names.extend(first_word(body));
    }
    names
}

/// `pub async fn name(..)` gives `name`.
fn function_name(line: &str) -> Option<String> {
    let rest = match line.strip_prefix("fn ") {
        Some(rest) => rest,
        None => {
            line.split_once(" fn ")
                .filter(|(before, _)| {
                    before
                        .split(' ')
                        .all(|word| word.starts_with("pub") || word == "async")
                })?
                .1
        }
    };
    first_word(rest)
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text
        .trim_start()
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect();
    Some(word).filter(|word| !word.is_empty())
}

/// The inside of the first pair of brackets, braces or parentheses.
fn balanced(text: &str) -> &str {
    let Some(start) = text.find(['(', '{', '[']) else {
        return "";
    };
    let mut depth = 0_usize;
    for (at, letter) in text[start..].char_indices() {
        match letter {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => {
                depth -= 1;
                if depth == 0 {
                    return &text[start + 1..start + at];
                }
            }
            _ => {}
        }
    }
    &text[start + 1..]
}

/// Whether a script holds a test of this title, in any of the three quotes.
fn script_has_test(file: &Path, title: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|source| has_title(&source, title))
}

/// `test('title'`, `it("title"`, the title also on a line of its own.
fn has_title(source: &str, title: &str) -> bool {
    ['\'', '"', '`'].iter().any(|quote| {
        source
            .match_indices(&format!("{quote}{title}{quote}"))
            .any(|(at, _)| {
                let before = source[..at].trim_end();
                let call = before.strip_suffix('(').unwrap_or_default();
                let word = call.rsplit(|letter: char| !letter.is_alphanumeric()).next();
                ["test", "it"].contains(&word.unwrap_or_default())
            })
    })
}

#[test]
fn a_title_counts_only_where_a_test_is_called() {
    let source = "test('a', f); await t.test(\n  `b`, f); it(\"c\", f); edit('d'); const e = 'e'";
    for title in ["a", "b", "c"] {
        assert!(has_title(source, title), "{title}");
    }
    for title in ["d", "e", "f"] {
        assert!(!has_title(source, title), "{title}");
    }
}

#[test]
fn only_real_tests_count_as_tests() {
    let source = "
        fn helper() {}
        #[test]
        // why
        #[should_panic]
        fn a_plain_test() {}
        #[tokio::test]
        async fn an_async_test() {}
        #[test] // not an attribute line of its own
        const X: u8 = 1;
        fn after_a_constant() {}
        on_both! {
            /// Both.
            fn on_each_database(store: &Store) { inner(); }
        }
        on_both!(short_form, |store| { store.verify() });
        fn last_helper() {}
    ";
    let names = test_names(source);
    for name in [
        "a_plain_test",
        "an_async_test",
        "on_each_database",
        "short_form",
    ] {
        assert!(
            names.iter().any(|found| found == name),
            "{name} in {names:?}"
        );
    }
    for name in ["helper", "after_a_constant", "last_helper", "inner"] {
        assert!(
            !names.iter().any(|found| found == name),
            "{name} in {names:?}"
        );
    }
}

#[test]
fn a_test_is_looked_for_in_its_own_crate_and_module() {
    let mut tests = RustTests {
        found: BTreeSet::new(),
        sources: Vec::new(),
    };
    let source = "mod tests {\n#[test]\nfn it_holds() {}\n}";
    tests.add("civic", "src/matter/fold.rs", source.to_owned());
    assert!(tests.has("civic::it_holds"));
    assert!(tests.has("civic::matter::fold::tests::it_holds"));
    assert!(!tests.has("store::it_holds"));
    assert!(!tests.has("civic::area::it_holds"));
    assert!(!tests.has("civic::it_does_not_exist"));
    assert!(!tests.has("it_holds"));
}
