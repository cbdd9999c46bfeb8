//! Own cases as snapshots, places on every text at hand, and what no text may do to the parser.

mod deep;
mod generator;
mod shared;
mod spans;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use deep::with_deep_stack;
use kqlift::parse::{MAX_NESTING, Parsed, SyntaxErrorKind, parse, tokens};
use kqlift::syntax::{Layout, outline, print};
use proptest::prelude::*;

/// The outline of a case, then its errors with the text that they point at.
fn description(text: &str) -> String {
    let parsed = parse(text);
    let mut shown = outline(&parsed.query).to_s_expression(Layout::Indented);
    for error in &parsed.errors {
        let _ = write!(
            shown,
            "\n\n{:?} at {}..{} {:?}: {}",
            error.kind,
            error.span.start,
            error.span.end,
            error.span.slice(text),
            error.message
        );
        for opened in &error.opened {
            let _ = write!(shown, "\n  opened at {} {:?}", opened.start, opened.slice(text));
        }
        if let Some(help) = &error.help {
            let _ = write!(shown, "\n  help: {help}");
        }
    }
    shown
}

#[test]
fn cases() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/parse");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::glob!("cases/parse/*.kql", |path| {
            let text = std::fs::read_to_string(path).expect("a case is text");
            spans::check(&text);
            insta::assert_snapshot!(description(&text));
        });
    });
}

/// The cases whose names begin with `error` are the ones that Kusto refuses.
#[test]
fn only_error_cases_are_refused() {
    insta::glob!("cases/parse/*.kql", |path| {
        let text = std::fs::read_to_string(path).expect("a case is text");
        let is_error = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("error"));
        assert_eq!(parse(&text).is_accepted(), !is_error, "{}", path.display());
    });
}

#[test]
fn places_in_shared_texts() {
    let Some(corpus) = shared::folder("corpus") else { return };
    for file in ["kql-syntax-cases.jsonl", "kql-mutants.jsonl"] {
        for entry in shared::json_lines(&corpus.join(file)) {
            spans::check(entry["query"].as_str().unwrap_or_default());
        }
    }
    for entry in shared::json_lines(&corpus.join("kql/manifest.jsonl")) {
        let file = corpus.join("kql").join(entry["file"].as_str().unwrap_or_default());
        spans::check(&std::fs::read_to_string(file).unwrap_or_default());
    }
}

// ---------------------------------------------------------------- any text

/// Words that make the grammar take many of its paths.
const SOUP: &[&str] = &[
    "T",
    "x",
    "|",
    "|",
    ";",
    ",",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "=",
    "==",
    "=~",
    "..",
    ".",
    ":",
    "=>",
    "-",
    "+",
    "*",
    "/",
    "<",
    "!",
    "!has",
    "!in~",
    "in",
    "in~",
    "has_any",
    "between",
    "and",
    "or",
    "not",
    "by",
    "on",
    "with",
    "to",
    "of",
    "as",
    "asc",
    "nulls first",
    "where",
    "extend",
    "project",
    "project-away",
    "summarize",
    "join",
    "kind=inner",
    "union",
    "let",
    "set",
    "declare",
    "pattern",
    "view",
    "materialize",
    "toscalar",
    "totable",
    "datatable",
    "externaldata",
    "entity_group",
    "typeof(",
    "dynamic(",
    "datetime(",
    "long(1)",
    "1",
    "1.5",
    "1d",
    "0x",
    "1e",
    "'a'",
    "\"b",
    "@'c\\'",
    "'\\",
    "h\"d\"",
    "```",
    "~~~",
    "//",
    "\n",
    "\r",
    "\u{2028}",
    "\u{A0}",
    "\u{B}",
    "ä",
    "\0",
    "search",
    "find",
    "evaluate",
    "mv-apply",
    "mv-expand",
    "parse",
    "parse-kv",
    "scan",
    "step",
    "fork",
    "partition",
    "make-series",
    "make-graph",
    "graph-match",
    "-->",
    "-[",
    "]->",
    "render",
    "top-nested",
    "macro-expand",
    "search in (",
    "find in ((",
    "evaluate ((",
    "toscalar((",
    "top-nested ((",
    "#",
    "{x}",
    "$left",
    "['a']",
    "[a*]",
    "invoke",
    "range",
];

fn soup() -> impl Strategy<Value = String> {
    let separator = prop_oneof![4 => Just(" "), 1 => Just("")];
    prop::collection::vec((prop::sample::select(SOUP), separator), 0..60)
        .prop_map(|words| words.into_iter().flat_map(|(word, separator)| [word, separator]).collect())
}

fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Whatever the text, all of the parser and printer runs to its end, and places stay right.
fn run_everything(text: &str) -> Parsed<'_> {
    let parsed = spans::check(text);
    for error in &parsed.errors {
        assert!(error.span.end as usize <= text.len() && !error.message.is_empty(), "{error:?}");
    }
    assert!(tokens(text).iter().all(|token| !token.span.is_empty()), "{text:?}");
    print(&parsed.query, text);
    parsed
}

proptest! {
    #![proptest_config(generator::config(4_000))]

    #[test]
    fn bytes_never_panic(text in any_text()) {
        run_everything(&text);
    }

    #[test]
    fn tokens_never_panic(text in soup()) {
        run_everything(&text);
    }
}

// ---------------------------------------------------------------- deep and long texts

/// How a level of nesting opens, what stands in the middle, and how it closes.
const NESTINGS: &[(&str, &str, &str)] = &[
    ("(", "x", ")"),
    ("[", "x", "]"),
    ("f(", "x", ")"),
    ("x[", "x", "]"),
    ("iff(a, 1, ", "x", ")"),
    ("f(x = ", "x", ")"),
    ("not(a and ", "x", ")"),
    ("a in (", "x", ")"),
    ("a has_any (b, ", "x", ")"),
    ("a between (1 .. ", "x", ")"),
    ("dynamic([", "1", "])"),
    ("dynamic({'a': ", "1", "})"),
    ("toscalar(", "T", ")"),
    ("totable(", "T", ")"),
    ("entity_group [", "x", "]"),
    ("externaldata(a:string)[", "x", "]"),
    ("(", "T", " | take 1)"),
    ("T | where a in (", "T", " | project a)"),
    ("T | join kind=inner (", "T", ") on a"),
    ("union (", "T", "), U"),
    ("search in (", "T", ") 'x'"),
    ("find in (", "T", ") where x"),
    ("print x = (", "1", ")"),
    ("T | mv-apply a on (where b | ", "take 1", ")"),
    ("T | partition by a { ", "T", " }"),
    ("T | fork (where a in (", "T", "))"),
    ("T | macro-expand G as X (", "T", ")"),
    ("evaluate p(", "x", ")"),
    ("let f = () { ", "T", " }"),
    ("T | make-series n = (", "x", ") on t step 1"),
    ("materialized-view-combine(", "x", ")"),
    ("top-nested of (", "x", ") by x"),
    ("mv-expand (", "x", ")"),
    ("range x from (", "1", ") to 2 step 1"),
    ("parse-where (", "x", ") with 'a'"),
    ("make-graph (", "x", ") --> b"),
    ("sample-distinct (", "1", ") of x"),
];

/// Two alternatives of the grammar that begin alike would double the time per level: at this depth that never ends.
#[test]
fn time_does_not_grow_with_nesting() {
    with_deep_stack(|| NESTINGS.iter().for_each(|(open, middle, close)| nest(open, middle, close)));
}

fn nest(open: &str, middle: &str, close: &str) {
    let levels = MAX_NESTING / open.matches(['(', '[', '{']).count();
    // A mistake in the middle makes every alternative fail; a missing end makes every one of them fail late.
    for middle in [middle, "!", ""] {
        for close in [close, "", ")"] {
            let text = format!("{}{middle}{}", open.repeat(levels), close.repeat(levels));
            let start = Instant::now();
            run_everything(&text);
            assert!(start.elapsed() < Duration::from_secs(20), "{open}{middle}{close} takes too long");
        }
    }
}

#[test]
fn nesting_has_a_limit() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")")] {
        let nested = |levels: usize| format!("print {}1{}", open.repeat(levels), close.repeat(levels));
        assert!(parse(&nested(MAX_NESTING)).is_accepted(), "{open}");
        let text = nested(MAX_NESTING + 1);
        let errors = parse(&text).errors;
        assert_eq!(errors.first().map(|error| error.kind), Some(SyntaxErrorKind::TooDeep), "{open}");
    }
    let endless = "(".repeat(1_000_000);
    assert!(!parse(&endless).is_accepted());
}

#[test]
fn long_lists_are_read() {
    let numbers: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
    let list = numbers.join(", ");
    for text in [
        format!("T | where a in ({list})"),
        format!("print f({list})"),
        format!("print dynamic([{list}])"),
        format!("datatable(a:long)[{list}]"),
        format!("T | project {}", numbers.iter().map(|number| format!("a{number}")).collect::<Vec<_>>().join(",")),
        format!("T{}", " | take 1".repeat(20_000)),
        "let a = 1;".repeat(20_000),
        format!("print {}", "'a' ".repeat(20_000)),
    ] {
        let errors = parse(&text).errors;
        assert!(errors.is_empty(), "{:?}", errors.first());
    }
}

#[test]
fn long_chains_are_refused_in_words() {
    for text in [
        format!("T | where {}", vec!["a"; 100_000].join(" or ")),
        format!("T | where {}", vec!["a"; 100_000].join(" + ")),
        format!("T | extend x = {}", vec!["a"; 100_000].join(".")),
        format!("T | extend x = a{}", "[0]".repeat(100_000)),
        format!("T | where {}", vec!["a == 1"; 100_000].join(" and b or ")),
    ] {
        let errors = parse(&text).errors;
        assert_eq!(errors.first().map(|error| error.kind), Some(SyntaxErrorKind::TooDeep));
    }
}

#[test]
fn chains_of_a_thousand_are_read() {
    with_deep_stack(|| {
        let text = format!("T | where {}", vec!["a"; 1_000].join(" or "));
        assert!(run_everything(&text).is_accepted());
    });
}

/// As many mistakes as lines: none may cost more for the others.
#[test]
fn many_mistakes_are_reported() {
    for line in [
        "| where !\n",
        "T | where ! ;\n",
        "| where a == 'b\n",
        "| where '\\q' ! (\n",
        "(]",
        "([)",
        ";",
        "|",
        "| where where\n",
        "'",
        "\\",
    ] {
        let text = format!("T\n{}", line.repeat(5_000));
        assert!(!parse(&text).is_accepted(), "{line}");
    }
}

#[test]
fn large_texts_are_read() {
    // The grammar is slow without optimisation.
    const SIZE: usize = if cfg!(debug_assertions) { 4 } else { 50 } * 1024 * 1024;
    let blanks = format!("T{}", " \t\r\n".repeat(SIZE / 4));
    let string = format!("print '{}'", "a".repeat(SIZE));
    let comment = format!("T // {}\n", "a".repeat(SIZE));
    let comments = format!("T{}", " //\n".repeat(SIZE / 8));
    for text in [blanks, string, comment, comments] {
        let parsed = parse(&text);
        assert!(parsed.is_accepted(), "{:?}", parsed.errors.first());
    }
}

// ---------------------------------------------------------------- odd characters

#[test]
fn odd_characters_have_their_places() {
    for (text, is_accepted) in [
        ("", true),
        ("\u{FEFF}T | take 1", true),
        ("T\r\n| where a == 'x'\r\n// end\r\n", true),
        ("T\r| take 1", true),
        ("T // a\u{2028}| take 1", true),
        ("T\u{2028}| take 1", false),
        ("T \0 | take 1", false),
        ("print 'a\0b'", true),
        ("print '\\ud800'", true),
        ("print '\\ud800\\udc00'", true),
        ("print '\\U00110000'", true),
        ("print 'größe', \"😀\"", true),
        ("print größe", false),
        ("T | where a == 'x\ry'", false),
        ("T | where a == @'x\ny'", false),
        ("T | where a == ```x\r\ny```", true),
    ] {
        let parsed = run_everything(text);
        assert_eq!(parsed.is_accepted(), is_accepted, "{text:?} {:?}", parsed.errors);
    }
}
