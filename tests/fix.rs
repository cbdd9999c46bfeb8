//! Every fix of every case and of every real query at hand: it applies, the query still parses, the finding is gone,
//! nothing new is found, and a safe fix leaves the facts as they were.

mod lint_harness;

use std::path::{Path, PathBuf};

use kqlift::analyze::{Predicate, analyze};
use kqlift::diagnostic::{Diagnostic, Effect};
use kqlift::parse::parse;
use kqlift::schema::{Schema, Value};
use kqlift::source::{Loaded, read};
use lint_harness::Subject;

#[test]
fn fixes_of_the_cases() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/lint");
    let fixed: usize = files(&cases).iter().map(|path| check(path)).sum();
    assert!(fixed >= 15, "{fixed}");
}

#[test]
fn fixes_of_the_corpus() {
    let shared = std::env::var_os("KQLIFT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let corpus = shared.join("corpus/kql");
    if !corpus.is_dir() {
        skipped();
        return;
    }
    let fixed: usize = files(&corpus).iter().map(|path| check(path)).sum();
    assert!(fixed >= 300, "{fixed}");
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("skipped: no corpus; set KQLIFT_SHARED");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder exists").filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries
        .flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "kql" || extension == "yaml"))
        .collect();
    files.sort();
    files
}

/// Applies each fix by itself; gives their number. A file that is no rule or does not parse has none.
fn check(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).expect("the file was just listed");
    if !is_parsed_rule(path, &text) {
        return 0;
    }
    let subject = Subject::new(path, &text);
    let findings = subject.all_findings();
    let fixable = findings.iter().filter(|finding| finding.fix.is_some());
    fixable.inspect(|finding| check_fix(path, &subject, &findings, finding)).count()
}

fn is_parsed_rule(path: &Path, text: &str) -> bool {
    match read(path, text.as_bytes().to_vec(), None) {
        Loaded::Rules(file) => parse(file.rules[0].query()).errors.is_empty(),
        Loaded::Sigma(_) | Loaded::NotARule { .. } | Loaded::Broken(_) => false,
    }
}

fn check_fix(path: &Path, subject: &Subject, findings: &[Diagnostic], finding: &Diagnostic) {
    let Some(fix) = &finding.fix else { return };
    let name = format!("{} at {:?} in {}", finding.code, finding.place, path.display());
    let fixed = subject.with([fix.clone()]);
    assert!(is_parsed_rule(path, &fixed), "{name}: the fix breaks the query");
    let after = Subject::new(path, &fixed);
    let codes_after = codes(&after.all_findings());
    let mut expected = codes(findings);
    if finding.code == "SCH002" {
        // The query did not run: there is nothing to compare with, and a known column lets other rules see more, other
        // unknown columns among it.
        let is_it =
            |other: &Diagnostic| other.code == finding.code && other.place.span.start == finding.place.span.start;
        assert!(!after.all_findings().iter().any(is_it), "{name}: still there");
        return;
    }
    let index = expected.iter().position(|code| *code == finding.code).expect("it is one of the findings");
    expected.remove(index);
    // Mending one of two operators on a column may mend the pair.
    assert!(is_within(&codes_after, &expected), "{name}: {codes_after:?} is left");
    if fix.effect == Effect::Same {
        assert_eq!(meaning(subject), meaning(&after), "{name}: not the same");
    }
}

fn codes(findings: &[Diagnostic]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes
}

/// Whether the first list is the second without some of its elements.
fn is_within(left: &[&str], right: &[&str]) -> bool {
    let mut right = right.iter();
    left.iter().all(|code| right.any(|other| other == code))
}

/// The text of a value: `0` and `"0"` are the same to a test that converts one of them.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
            text.to_lowercase()
        }
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        other => format!("{other:?}"),
    }
}

/// What must not change: the columns, and the tests with their polarity, wherever they stand.
fn meaning(subject: &Subject) -> String {
    let parsed = parse(subject.file.rules[0].query());
    let facts = analyze(&parsed.query, &Schema::builtin());
    let test = |predicate: &Predicate| {
        let values: Vec<_> = predicate.values.iter().map(|item| text_of(&item.value)).collect();
        format!("{:?} {values:?} {} {}", predicate.op, predicate.is_negated, predicate.is_in_exclusion)
    };
    let names = facts.result.map(|columns| columns.columns.into_iter().map(|column| column.name).collect::<Vec<_>>());
    format!("{names:?} {:?}", facts.predicates.iter().map(test).collect::<Vec<_>>())
}
