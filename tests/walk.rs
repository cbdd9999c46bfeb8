//! The walk over the tree reaches every expression once, in the order of the text, on every real query at hand.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use kqlift::parse::parse;
use kqlift::syntax::{Node, Query};

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("KQLIFT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    Some(shared.join("corpus/kql")).filter(|folder| folder.is_dir())
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("skipped: no corpus; set KQLIFT_SHARED");
}

fn queries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder was just found");
    entries
        .filter_map(Result::ok)
        .flat_map(|entry| if entry.path().is_dir() { queries(&entry.path()) } else { vec![entry.path()] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "kql"))
        .collect()
}

fn check(query: &Query<'_>, name: &str) {
    let ids: Vec<u32> = query.expressions().map(|expr| expr.id.0).collect();
    let unique: HashSet<u32> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{name}: an expression is reached twice");
    assert!(ids.iter().all(|id| *id < query.expressions), "{name}");
    for node in query.walk() {
        for child in node.children() {
            assert!(node.span().contains(child.span()), "{name}: {:?} in {:?}", child.span(), node.span());
        }
    }
}

#[test]
fn every_expression_of_the_corpus_is_reached_once() {
    let Some(folder) = corpus() else {
        skipped();
        return;
    };
    let (mut numbered, mut reached) = (0, 0);
    for path in queries(&folder) {
        let text = std::fs::read_to_string(&path).expect("the corpus is text");
        let parsed = parse(&text);
        if parsed.errors.is_empty() {
            check(&parsed.query, &path.display().to_string());
            numbered += parsed.query.expressions as usize;
            reached += parsed.query.expressions().count();
        }
    }
    // The parser gives away a number when parentheses turn out to hold a whole pipeline.
    assert!(reached * 100 > numbered * 99, "{reached} of {numbered}");
}

#[test]
fn parents_come_before_children_in_the_order_of_the_text() {
    let text = "T | where a == 1 and b == 2 | join kind=inner (U | where c == 3) on k";
    let parsed = parse(text);
    let names = parsed.query.walk().map(|node| match node {
        Node::Statement(_) => "statement",
        Node::Pipeline(_) => "pipeline",
        Node::Operator(operator) => operator.keyword,
        Node::Expr(expr) => expr.span.slice(text),
    });
    insta::assert_snapshot!(names.collect::<Vec<_>>().join("\n"), @r"
    statement
    pipeline
    T
    where
    a == 1 and b == 2
    a == 1
    a
    1
    b == 2
    b
    2
    join
    inner
    (U | where c == 3)
    pipeline
    U
    where
    c == 3
    c
    3
    k
    ");
}
