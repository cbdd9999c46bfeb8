//! Tests of computed values, which Sigma cannot say, as tests of the column: evaluated on both sides.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kqlift::analyze::analyze;
use kqlift::emit::{LossClass, Mode, Options, Outcome, Reason, Target, convert};
use kqlift::eval::{Datum, Events, Row, evaluate};
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use kqlift::sigma;
use serde_json::{Map, Value, json};

use crate::show::{hub, snapshot};

/// Tests of a value made from `ProcessCommandLine`, here called `x`.
const PREDICATES: &[&str] = &[
    r#"split(x, ".")[0] == "a""#,
    r#"split(x, ".")[0] =~ "A""#,
    r#"split(x, ".")[-1] in ("a", "exe", "a.b")"#,
    r#"tostring(split(x, "/")[1]) startswith "a""#,
    r#"split(x, "/")[-2] == "a""#,
    r#"split(x, ".")[1] contains "b""#,
    r#"split(x, ".")[1] has "b""#,
    r#"isnotempty(split(x, ".")[1])"#,
    r#"isempty(split(x, "/")[-1])"#,
    r#"array_length(split(x, ".")) > 2"#,
    r#"array_length(split(x, ".")) == 2"#,
    r#"array_length(split(x, "/")) <= 1"#,
    "strlen(x) > 4",
    "strlen(x) < 3",
    "strlen(x) == 2",
    "not(strlen(x) >= 3)",
    "strlen(x) between (2 .. 4)",
    r#"substring(x, 0, 1) == "a""#,
    r#"substring(x, 0, 3) == "a.""#,
    r#"substring(x, 1) == "b""#,
    r#"substring(x, 1, 1) in~ ("B", ".")"#,
    r#"indexof(x, "b") == -1"#,
    r#"indexof(x, "b") != -1"#,
    r#"indexof(x, "b") == 0"#,
    r#"indexof(x, "b") > 0"#,
    r#"countof(x, "b") == 0"#,
    r#"tolower(x) == "A""#,
    r#"tolower(x) in ("a", "B")"#,
    r#"tolower(x) contains "B""#,
    r#"tolower(x) matches regex "a[.]b""#,
    r#"toupper(x) startswith_cs "A""#,
    r#"strcat("a", x) == "ab""#,
    r#"strcat(x, ".exe") =~ "B.EXE""#,
    r#"strcat("<", x, ">") in ("<a>", "a")"#,
    r#"replace_string(x, "b", "") == "aa""#,
    r#"replace_string(x, ".", "") contains "ab""#,
    r#"replace_string(x, ".", "") contains "a.b""#,
    r#"replace_string(x, "/", "") startswith "AB""#,
    r#"parse_path(x).Filename == "a""#,
    r#"tostring(parse_path(x).Filename) in~ ("b.exe", "a")"#,
    r#"parse_path(x).Extension == "exe""#,
    r#"parse_url(x).Host == "a""#,
    r#"tostring(parse_url(x).Host) endswith ".b""#,
    "isnotempty(parse_url(x).Host)",
    r#"extract(@".*\.(.*)", 1, x) in~ ("exe", "b")"#,
    r#"extract(@".*(\..*)", 1, x) == ".exe""#,
    r#"extract(@"a([./])b", 1, x) == ".""#,
    r#"extract(@"^(.*)/", 1, x) =~ "A""#,
    r#"isnotempty(extract(@"a(.)b", 1, x))"#,
    r#"isempty(extract(@"a(.)b", 1, x))"#,
    r#"isnotempty(extract(@"a(b?)", 1, x))"#,
    r#"extract(@"([ab]+)", 1, x) contains "b""#,
    r#"trim("a", x) contains "b""#,
    r#"case(x has "a", "one", x contains "b", "two", "other") == "two""#,
    r#"iff(x startswith "a", 1, 2) > 1"#,
    r#"coalesce(x, "none") == "a""#,
    r#"coalesce(x, "none") == "none""#,
    "isnotempty(coalesce(x, y))",
    r#"coalesce(x, y) startswith "b""#,
    "isnotempty(base64_decode_tostring(x))",
    r#"has_ipv4(x, "1.2.3.4")"#,
    r#"not(has_ipv4(x, "1.2.3.4"))"#,
    r#"has_ipv4_prefix(x, "1.2.")"#,
];

/// Every text of up to four of these.
fn texts() -> Vec<String> {
    const PIECES: [&str; 8] = ["a", "b", "A", ".", "/", "exe", "://", "1.2.3.4"];
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..4 {
        last = last.iter().flat_map(|text| PIECES.map(|piece| format!("{text}{piece}"))).collect();
        texts.extend(last.iter().cloned());
    }
    texts
}

fn meaning(query: &str) -> Detection {
    let parsed = parse(query);
    assert!(parsed.is_accepted(), "{query}: {:?}", parsed.errors);
    let facts = analyze(&parsed.query, &Schema::builtin());
    lower(query, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet)
}

fn rows(columns: (&str, &str), more: &[(&str, Value)], texts: &[String]) -> Vec<Row> {
    let row = |(index, text): (usize, &String)| {
        let mut event: Map<String, Value> =
            more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        event.insert("_id".to_owned(), json!(index.to_string()));
        // A missing field, an empty one, a text.
        if index > 0 {
            event.insert(columns.0.to_owned(), json!(text));
        }
        event.insert(columns.1.to_owned(), json!(if index % 3 == 0 { "" } else { "b" }));
        Row::of_event(&event)
    };
    texts.iter().enumerate().map(row).collect()
}

fn ids(rows: &[Row]) -> BTreeSet<String> {
    let id = |row: &Row| match row.id() {
        Some(Datum::Text(id)) => id.to_string(),
        other => panic!("an event without id: {other:?}"),
    };
    rows.iter().map(id).collect()
}

#[test]
fn tests_of_computed_values() {
    let texts = texts();
    let more = [("ActionType", json!("ProcessCreated"))];
    let mut source = Events::default();
    source.add_to_table(
        "DeviceProcessEvents",
        rows(("ProcessCommandLine", "InitiatingProcessCommandLine"), &more, &texts),
    );
    let target = Events::of_every_table(rows(("CommandLine", "ParentCommandLine"), &[], &texts));
    let options = Options { mode: Some(Mode::Exact), date: Some("2026-01-31".to_owned()), ..Options::default() };
    let (mut shown, mut faults) = (String::new(), Vec::new());
    for predicate in PREDICATES {
        let columns = predicate
            .replace("(x", "(ProcessCommandLine")
            .replace(", x", ", ProcessCommandLine")
            .replace(", y", ", InitiatingProcessCommandLine");
        let query = format!("DeviceProcessEvents | where ActionType == \"ProcessCreated\" | where {columns}");
        let rule = meaning(&query);
        let conversion = convert(&rule, Target::Sigma, hub(), &options);
        let Outcome::Converted(text) = &conversion.outcome else {
            let _ = writeln!(shown, "##### {predicate}\nrefused");
            continue;
        };
        let is_wider = conversion.losses.iter().any(|loss| loss.reason == Reason::ComputedField);
        let class = if is_wider { LossClass::Over } else { LossClass::Exact };
        let start = text.find("detection:").expect("a rule has a detection");
        let end = text.find("falsepositives:").expect("a rule has false positives");
        let _ = writeln!(shown, "##### {predicate}\n{}\n{}", class.as_str(), text[start..end].trim_end());
        let (rules, problems) = sigma::read(text);
        assert!(problems.is_empty(), "{text}");
        let written = sigma::lower(&rules[0], hub()).expect("what is written can be read");
        // Functions that the evaluator lacks are shown only.
        let Ok(wanted) = evaluate(&rule, &source, None).map(|rows| ids(&rows)) else { continue };
        let found = ids(&evaluate(&written, &target, None).expect("the Sigma rule can be evaluated"));
        let mut note = |who: &str, ids: &BTreeSet<String>, others: &BTreeSet<String>| {
            let missed = ids.difference(others).next().and_then(|id| id.parse::<usize>().ok());
            faults.extend(missed.map(|index| format!("{who} finds {:?} alone: {predicate}", texts[index])));
        };
        note("the rule", &wanted, &found);
        if !is_wider {
            note("the Sigma rule", &found, &wanted);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    snapshot("tests_of_computed_values", &shown);
}
