//! Every fix of every case and of every real query at hand: it applies, the query still parses, the finding is gone,
//! nothing new is found, and a safe fix leaves the facts as they were.

mod lint_harness;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kqlift::diagnostic::{Diagnostic, Effect, Severity};
use kqlift::fix::is_same;
use kqlift::parse::parse;
use kqlift::source::{Loaded, read};
use lint_harness::Subject;

#[test]
fn fixes_of_the_cases() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/lint");
    let mut tried = Tried::default();
    let fixed: usize = files(&cases).iter().map(|path| check(path, &mut tried)).sum();
    assert!(tried.problems.is_empty(), "{}", tried.problems.join("\n"));
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
    let mut tried = Tried::default();
    let fixed: usize = files(&corpus).iter().map(|path| check(path, &mut tried)).sum();
    assert!(tried.problems.is_empty(), "{}", tried.problems.join("\n"));
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

/// What was tried so far.
#[derive(Default)]
struct Tried {
    counts: BTreeMap<&'static str, usize>,
    problems: Vec<String>,
}

impl Tried {
    /// Whether another fix of a lint rule is worth the time: some fire on every second query.
    fn is_wanted(&mut self, code: &'static str) -> bool {
        const ENOUGH: usize = 60;

        let count = self.counts.entry(code).or_default();
        *count += 1;
        *count <= ENOUGH
    }
}

/// Applies each fix by itself; gives their number. A file of several rules, of none or of a broken one has none.
fn check(path: &Path, tried: &mut Tried) -> usize {
    let text = std::fs::read_to_string(path).expect("the file was just listed");
    if !is_parsed_rule(path, &text) {
        return 0;
    }
    let subject = Subject::new(path, &text);
    let findings = subject.all_findings();
    let fixable = findings.iter().filter(|finding| finding.fix.is_some() && tried.is_wanted(finding.code));
    let fixable: Vec<&Diagnostic> = fixable.collect();
    let results: Vec<_> = fixable.into_iter().map(|finding| check_fix(path, &subject, &findings, finding)).collect();
    tried.problems.extend(results.iter().flatten().cloned());
    results.len()
}

fn is_parsed_rule(path: &Path, text: &str) -> bool {
    match read(path, text.as_bytes().to_vec(), None) {
        Loaded::Rules(file) => file.rules.len() == 1 && parse(file.rules[0].query()).is_accepted(),
        Loaded::Sigma(_) | Loaded::NotARule { .. } | Loaded::Broken(_) => false,
    }
}

fn check_fix(path: &Path, subject: &Subject, findings: &[Diagnostic], finding: &Diagnostic) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    let name = format!("{} at {:?} in {}", finding.code, finding.place, path.display());
    let fixed = subject.with([fix.clone()]);
    if !is_parsed_rule(path, &fixed) {
        return Some(format!("{name}: the fix breaks the query"));
    }
    let after = Subject::new(path, &fixed);
    let codes_after = codes(&after.all_findings());
    let mut expected = codes(findings);
    if finding.code == "SCH002" {
        // The query did not run: there is nothing to compare with, and a known column lets other rules see more, other
        // unknown columns among it.
        let is_it =
            |other: &Diagnostic| other.code == finding.code && other.place.span.start == finding.place.span.start;
        return after.all_findings().iter().any(is_it).then(|| format!("{name}: still there"));
    }
    let index = expected.iter().position(|code| *code == finding.code).expect("it is one of the findings");
    expected.remove(index);
    // Mending one of two operators on a column may mend the pair, and a hint may become visible.
    let new = after.all_findings().into_iter().filter(|other| !expected.contains(&other.code));
    let is_revealed =
        |other: &Diagnostic| other.severity == Severity::Info || REVEALS.contains(&(finding.code, other.code));
    let new: Vec<&str> = new.filter(|other| !is_revealed(other)).map(|other| other.code).collect();
    if !new.is_empty()
        || codes_after.iter().filter(|code| **code == finding.code).count()
            > expected.iter().filter(|code| **code == finding.code).count()
    {
        return Some(format!("{name}: {new:?} is new"));
    }
    let query = |subject: &Subject| subject.file.rules[0].query().to_owned();
    let keeps_meaning = fix.effect != Effect::Same || is_same(&query(subject), &query(&after));
    (!keeps_meaning).then(|| format!("{name}: not the same"))
}

/// What a fix makes visible: it was there before in a form that the other rule does not look at.
const REVEALS: &[(&str, &str)] = &[("CSE010", "CSE009"), ("RGX006", "FPX004"), ("RGX006", "CSE001")];

fn codes(findings: &[Diagnostic]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes
}
