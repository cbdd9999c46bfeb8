//! Result columns and unresolved names of real queries, against Kusto's own binder.
//!
//! The figures may only improve: `tests/cases/ratchet/columns.json` holds the last ones. Needs the shared corpus; says
//! aloud when it is absent. With `KQLIFT_SHOW=names`, `types` or `unresolved` the differences are printed.

#![expect(clippy::print_stdout, reason = "the figures are the point of this test")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use kqlift::analyze::{Facts, analyze, bind};
use kqlift::parse::parse;
use kqlift::schema::Schema;
use serde_json::Value;

/// What the binder says about one query.
struct Binding {
    file: String,
    text: String,
    columns: Option<Vec<String>>,
    /// Byte ranges of the names that it does not know.
    unresolved: BTreeSet<(usize, usize)>,
    /// The code of its first error of any kind.
    first_error: Option<String>,
}

/// Targets in permille.
const TARGETS: [(&str, &str, &str, u64); 4] = [
    ("names of result columns", "names", "columns", 990),
    ("names and types of result columns", "types", "columns", 970),
    ("precision of unresolved names", "reported rightly", "reported", 990),
    ("recall of unresolved names", "found", "known to the binder", 970),
];

#[test]
fn columns_and_unresolved_names_agree_with_the_binder() {
    let Some(folder) = shared::folder("corpus") else { return };
    let schema = Schema::builtin();
    let mut figures: BTreeMap<&str, u64> = BTreeMap::new();
    for name in ["columns", "names", "types", "reported", "reported rightly", "known to the binder", "found"] {
        figures.insert(name, 0);
    }
    let mut add = |name: &'static str, count: usize| *figures.entry(name).or_default() += count as u64;
    let shown = std::env::var("KQLIFT_SHOW").unwrap_or_default();
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong_on_accepted = Vec::new();
    for binding in bindings(&folder) {
        let parsed = parse(&binding.text);
        let facts = bind(&parsed.query, &schema);
        if binding.first_error.is_none() {
            let quiet = analyze(&parsed.query, &schema);
            let names = facts.unresolved.iter().chain(&quiet.unresolved);
            wrong_on_accepted.extend(names.map(|name| format!("{} {}", binding.file, name.name)));
        }
        if let Some(expected) = &binding.columns {
            let (names, types) = compare(expected, &facts, &schema);
            add("columns", 1);
            add("names", usize::from(names));
            add("types", usize::from(types));
            if !types {
                *causes.entry(cause_of_columns(expected, &facts, names)).or_default() += 1;
            }
            if (!names && shown == "names") || (names && !types && shown == "types") {
                println!("{}\n  theirs {}\n  ours   {}", binding.file, expected.join(" "), ours(&facts).join(" "));
            }
        }
        let reported: BTreeSet<_> =
            facts.unresolved.iter().map(|name| (name.span.start as usize, name.span.end as usize)).collect();
        add("reported", reported.len());
        add("reported rightly", reported.intersection(&binding.unresolved).count());
        add("known to the binder", binding.unresolved.len());
        add("found", binding.unresolved.intersection(&reported).count());
        for (start, end) in reported.symmetric_difference(&binding.unresolved) {
            let sign = if reported.contains(&(*start, *end)) { "only we report" } else { "only the binder reports" };
            let error = binding.first_error.as_deref().unwrap_or("no error");
            *causes.entry(format!("{sign} a name, first error of the query {error}")).or_default() += 1;
        }
        if shown == "unresolved" {
            show_unresolved(&binding, &reported);
        }
    }
    println!("{figures:?}");
    for (cause, count) in &causes {
        println!("{count:5} {cause}");
    }
    for (target, part, whole, least) in TARGETS {
        let reached = permille(&figures, part, whole);
        println!("{target}: {}.{} % ({} of {})", reached / 10, reached % 10, figures[part], figures[whole]);
        assert!(reached >= least, "{target} fell below {}.{} %", least / 10, least % 10);
    }
    assert!(wrong_on_accepted.is_empty(), "the binder accepts these names: {wrong_on_accepted:?}");
    check_ratchet(&figures);
}

fn show_unresolved(binding: &Binding, reported: &BTreeSet<(usize, usize)>) {
    for (sign, names) in
        [("+", reported.difference(&binding.unresolved)), ("-", binding.unresolved.difference(reported))]
    {
        for (start, end) in names {
            println!("{sign} {} {start} {}", binding.file, binding.text.get(*start..*end).unwrap_or("?"));
        }
    }
}

fn ours(facts: &Facts) -> Vec<String> {
    match &facts.result {
        Some(result) => {
            let mut columns: Vec<String> =
                result.columns.iter().map(|column| format!("{}:{}", column.name, column.ty.as_str())).collect();
            if result.is_open {
                columns.push("…".to_owned());
            }
            columns
        }
        None => vec!["no result".to_owned()],
    }
}

/// Whether the names, and the names with their types, are those of the binder, in its order. The order does not count
/// where a whole table is among them.
fn compare(expected: &[String], facts: &Facts, schema: &Schema) -> (bool, bool) {
    let Some(result) = &facts.result else { return (false, false) };
    if result.is_open {
        return (false, false);
    }
    let has_whole_table = facts.tables.iter().any(|table| {
        let is_whole_table = schema
            .table(&table.name)
            .is_some_and(|known| known.columns().all(|column| result.find(column.name).is_some()));
        table.is_function || is_whole_table
    });
    let mut theirs = expected.to_vec();
    let mut ours = ours(facts);
    let in_order = |columns: &[String]| columns.iter().map(|column| name_of(column).to_owned()).collect::<Vec<_>>();
    if has_whole_table {
        theirs.sort();
        ours.sort();
    }
    let mut names = (in_order(&theirs), in_order(&ours));
    if has_whole_table {
        names.0.sort();
        names.1.sort();
    }
    (names.0 == names.1, theirs == ours)
}

fn name_of(column: &str) -> &str {
    column.rsplit_once(':').map_or(column, |(name, _)| name)
}

fn permille(figures: &BTreeMap<&str, u64>, part: &str, whole: &str) -> u64 {
    (figures[part] * 1000).checked_div(figures[whole]).unwrap_or(1000)
}

/// Why a list of columns differs from the binder's.
fn cause_of_columns(expected: &[String], facts: &Facts, are_names_equal: bool) -> String {
    let Some(result) = &facts.result else { return "columns: no result of ours".to_owned() };
    if are_names_equal {
        let ours = ours(facts);
        let pair = expected.iter().find(|column| !ours.contains(column)).and_then(|theirs| {
            let ours = ours.iter().find(|column| name_of(column) == name_of(theirs))?;
            Some(format!("{} for {}", type_name(ours), type_name(theirs)))
        });
        return format!("types: {}", pair.unwrap_or_else(|| "other".to_owned()));
    }
    let names: BTreeSet<&str> = result.columns.iter().map(|column| column.name.as_str()).collect();
    let theirs: BTreeSet<&str> = expected.iter().map(|column| name_of(column)).collect();
    let cause = match (result.is_open, names == theirs) {
        (true, _) => "open",
        (false, true) => "in another order",
        (false, false) if names.is_subset(&theirs) => "some are missing",
        (false, false) if theirs.is_subset(&names) => "too many",
        (false, false) => "other names",
    };
    format!("columns: {cause}")
}

fn type_name(column: &str) -> &str {
    column.rsplit_once(':').map_or("", |(_, ty)| ty)
}

/// Figures that may not fall, and the one that may not rise.
fn check_ratchet(figures: &BTreeMap<&str, u64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ratchet/columns.json");
    let wrong = figures["reported"] - figures["reported rightly"];
    let now = serde_json::json!({
        "names": figures["names"], "types": figures["types"], "found": figures["found"], "wrong": wrong,
    });
    if std::env::var_os("KQLIFT_UPDATE").is_some() {
        let text = serde_json::to_string_pretty(&now).expect("numbers can always be written");
        std::fs::write(&path, text + "\n").expect("the folder of the ratchet can be written");
        return;
    }
    let text = std::fs::read_to_string(&path).expect("the ratchet is part of the repository");
    let last: Value = serde_json::from_str(&text).expect("the ratchet is JSON");
    for name in ["names", "types", "found"] {
        assert!(now[name].as_u64() >= last[name].as_u64(), "{name}: {} fell below {}", now[name], last[name]);
    }
    assert!(now["wrong"].as_u64() <= last["wrong"].as_u64(), "wrong: {} rose above {}", now["wrong"], last["wrong"]);
}

fn bindings(folder: &Path) -> Vec<Binding> {
    let path: PathBuf = folder.join("kql-binding.jsonl.gz");
    let output = Command::new("gzip").arg("-dc").arg(&path).output().expect("gzip is installed");
    let text = String::from_utf8(output.stdout).expect("the corpus is UTF-8");
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| binding(folder, &line)).collect()
}

fn binding(folder: &Path, line: &Value) -> Option<Binding> {
    let file = line["file"].as_str()?.to_owned();
    let text = std::fs::read_to_string(folder.join("kql").join(&file)).ok()?;
    let columns = line["columns"]
        .as_array()
        .map(|columns| columns.iter().filter_map(|column| column.as_str().map(str::to_owned)).collect());
    let mut unresolved = BTreeSet::new();
    for error in line["errors"].as_array()? {
        if matches!(error[0].as_str(), Some("KS142" | "KS204" | "KS211")) {
            let start = usize::try_from(error[1].as_u64()?).ok()?;
            let length = usize::try_from(error[2].as_u64()?).ok()?;
            unresolved.insert((byte_of(&text, start), byte_of(&text, start + length)));
        }
    }
    let first_error = line["errors"][0][0].as_str().map(str::to_owned);
    Some(Binding { file, text, columns, unresolved, first_error })
}

/// The byte offset of a count of UTF-16 code units.
fn byte_of(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (byte, letter) in text.char_indices() {
        if seen >= units {
            return byte;
        }
        seen += letter.len_utf16();
    }
    text.len()
}

#[test]
fn broken_queries_are_analysed_too() {
    let Some(folder) = shared::folder("corpus") else { return };
    let schema = Schema::builtin();
    for name in ["kql-mutants.jsonl", "kql-syntax-cases.jsonl"] {
        let lines = shared::json_lines(&folder.join(name));
        assert!(!lines.is_empty(), "{name} has lines");
        for text in lines.iter().filter_map(|line| line["query"].as_str()) {
            let facts = analyze(&parse(text).query, &schema);
            let length = u32::try_from(text.len()).expect("the corpus has no text of 4 GiB");
            assert!(facts.predicates.iter().all(|predicate| predicate.span.end <= length), "{text}");
        }
    }
}
