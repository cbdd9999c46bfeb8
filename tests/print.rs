//! Printing a tree and reading the text again gives the same tree.

mod deep;
mod generator;
mod shared;

use deep::with_deep_stack;
use kqlift::parse::parse;
use kqlift::syntax::{Layout, outline, print};
use proptest::prelude::*;

/// Prints an accepted text and compares; gives what is wrong.
fn difference(text: &str) -> Option<String> {
    let parsed = parse(text);
    if !parsed.is_accepted() {
        return None;
    }
    let printed = print(&parsed.query, text);
    let again = parse(&printed);
    if let Some(error) = again.errors.first() {
        return Some(format!("{text}\nprints as\n{printed}which is refused: {error:?}"));
    }
    let (before, after) = (outline(&parsed.query), outline(&again.query));
    if !before.is_same_tree(&after) {
        let (before, after) = (before.to_s_expression(Layout::Indented), after.to_s_expression(Layout::Indented));
        let line = before.lines().zip(after.lines()).find(|(before, after)| before != after);
        return Some(format!("{text}\nprints as\n{printed}which is another tree: {line:?}"));
    }
    let twice = print(&again.query, &printed);
    (twice != printed).then(|| format!("{printed}\nprints as\n{twice}"))
}

fn check(texts: impl IntoIterator<Item = String>) {
    let differences: Vec<String> = texts.into_iter().filter_map(|text| difference(&text)).collect();
    let shown: Vec<&str> = differences.iter().take(10).map(String::as_str).collect();
    assert!(differences.is_empty(), "{} texts:\n{}", differences.len(), shown.join("\n--------\n"));
}

#[test]
fn real_queries() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    with_deep_stack(move || {
        let entries = shared::json_lines(&corpus.join("manifest.jsonl"));
        let files = entries.iter().filter_map(|entry| entry["file"].as_str());
        check(files.filter_map(|file| std::fs::read_to_string(corpus.join(file)).ok()));
    });
}

#[test]
fn syntax_cases_and_mutants() {
    let Some(corpus) = shared::folder("corpus") else { return };
    with_deep_stack(move || {
        for file in ["kql-syntax-cases.jsonl", "kql-mutants.jsonl"] {
            let entries = shared::json_lines(&corpus.join(file));
            check(entries.iter().filter_map(|entry| entry["query"].as_str().map(str::to_owned)));
        }
    });
}

#[test]
fn members_of_numbers() {
    check(
        ["print 1 .x", "print 1 .5x", "print 1. .x", "print 0x1 .x, 1d .x", "print 1['a'].b, -1 .x"].map(str::to_owned),
    );
}

proptest! {
    #![proptest_config(generator::config(512))]

    /// What the generator makes is valid, and survives printing.
    #[test]
    fn generated_queries(text in generator::query(3)) {
        let errors = parse(&text).errors;
        prop_assert!(errors.is_empty(), "{text}\n{errors:?}");
        let difference = difference(&text);
        prop_assert!(difference.is_none(), "{}", difference.unwrap_or_default());
    }
}
