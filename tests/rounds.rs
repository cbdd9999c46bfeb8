//! Fixes in files: every rule of the corpus in every way to write its query, against another YAML and JSON reader.

mod lint_harness;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kqlift::diagnostic::{Diagnostic, Edit};
use kqlift::fix::{Findings, Policy, UnsafeFixes, fix};
use kqlift::parse::parse;
use kqlift::source::{Loaded, RuleFile, apply, read};
use kqlift::span::TextId;
use lint_harness::outcome;
use rayon::prelude::*;
use serde_yaml::Value;

const ALL: Policy<'_> = Policy { unsafe_fixes: Some(UnsafeFixes::Any), is_fixable: &|_| true };

fn check(file: &RuleFile) -> Findings {
    outcome(file, &|_| true).findings
}

fn load(name: &str, text: &str) -> Option<RuleFile> {
    match read(Path::new(name), text.as_bytes().to_vec(), None) {
        Loaded::Rules(file) => Some(file),
        Loaded::Sigma(_) | Loaded::NotARule { .. } | Loaded::Broken(_) => None,
    }
}

/// Ways to write a query in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    AsItIs,
    Literal,
    Folded,
    Plain,
    Single,
    Double,
    Json,
}

impl Style {
    const ALL: [Self; 7] =
        [Self::AsItIs, Self::Literal, Self::Folded, Self::Plain, Self::Single, Self::Double, Self::Json];

    /// The rule with its query written in this way, or nothing if it can't be.
    fn write(self, original: &str, query: &str, rest: &str) -> Option<String> {
        let lines = |indicator: &str| {
            let body: String = query.trim_end().lines().flat_map(|line| ["  ", line.trim_end(), "\n"]).collect();
            format!("query: {indicator}\n{body}{rest}")
        };
        Some(match self {
            Self::AsItIs => original.to_owned(),
            Self::Literal => lines("|"),
            // A blank line for each line end; the reader decides what the query is then.
            Self::Folded => {
                lines(">").replace('\n', "\n\n").replacen("\n\n", "\n", 1).replace(&rest.replace('\n', "\n\n"), rest)
            }
            Self::Plain => {
                let text = format!("query: {}\n{rest}", query.trim().replace('\n', "\n\n  "));
                // Most queries hold something that means something else without quotes.
                let read: Value = serde_yaml::from_str(&text).ok()?;
                return (read["query"].as_str().map(words) == Some(words(query))).then_some(text);
            }
            Self::Single => format!("query: '{}'\n{rest}", query.replace('\'', "''").replace('\n', "\n\n  ")),
            Self::Double => format!("query: {}\n{rest}", serde_json::to_string(query).ok()?),
            Self::Json => serde_json::json!({"queryCondition": {"queryText": query}, "displayName": "x"}).to_string(),
        })
    }

    fn name(self) -> &'static str {
        if self == Self::Json { "rule.json" } else { "rule.yaml" }
    }
}

/// A text without its layout.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[derive(Debug, Default)]
struct Tally {
    files: usize,
    offered: usize,
    applied: usize,
    /// Edits that could not be encoded.
    withheld: usize,
    /// Findings whose fix could be written, but not be proven to mend them and nothing else.
    unproven: usize,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.offered += other.offered;
        self.applied += other.applied;
        self.withheld += other.withheld;
        self.unproven += other.unproven;
    }
}

/// What a file says, read by other crates.
fn value(style: Style, text: &str) -> Value {
    match style {
        Style::Json => serde_json::from_str(text).expect("it is JSON"),
        Style::AsItIs | Style::Literal | Style::Folded | Style::Plain | Style::Single | Style::Double => {
            serde_yaml::from_str(text.trim_start_matches('\u{FEFF}')).expect("it is YAML")
        }
    }
}

/// Scalars of a value with their paths.
fn scalars(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Mapping(entries) => {
            for (key, value) in entries {
                scalars(value, &format!("{path}/{key:?}"), found);
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                scalars(item, &format!("{path}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Tagged(_) => {
            found.insert(
                path.to_owned(),
                match value {
                    Value::String(text) => text.clone(),
                    other => format!("{other:?}"),
                },
            );
        }
    }
}

/// The edited texts of a rule: before and after.
fn expected(file: &RuleFile, edits: &[(usize, Edit)]) -> Vec<(String, String)> {
    let mut by_text: BTreeMap<TextId, Vec<&Edit>> = BTreeMap::new();
    for (_, edit) in edits {
        by_text.entry(edit.place.text).or_default().push(edit);
    }
    let edited = |(text, mut edits): (TextId, Vec<&Edit>)| {
        let old = file.rules[0].text(text).to_owned();
        let mut new = old.clone();
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.place.span.start, edit.place.span.end)));
        for edit in edits {
            new.replace_range(edit.place.span.range(), &edit.replacement);
        }
        (old, new)
    };
    by_text.into_iter().map(edited).collect()
}

/// Asserts that two readings differ in the edited texts and nowhere else.
fn assert_only(name: &str, old: &Value, new: &Value, wanted: Vec<(String, String)>) {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    scalars(old, "", &mut before);
    scalars(new, "", &mut after);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{name}");
    let mut changed: Vec<(String, String)> = before
        .into_iter()
        .zip(after.into_values())
        .filter(|((_, before), after)| before != after)
        .map(|((_, before), after)| (before, after))
        .collect();
    let mut wanted: Vec<(String, String)> = wanted.into_iter().filter(|(old, new)| old != new).collect();
    // At the very end of a file the readers differ in whether a block ends with a line end that is not there.
    let trim = |(old, new): &mut (String, String)| {
        old.truncate(old.trim_end().len());
        new.truncate(new.trim_end().len());
    };
    changed.iter_mut().for_each(trim);
    wanted.iter_mut().for_each(trim);
    changed.sort();
    wanted.sort();
    assert_eq!(changed, wanted, "{name}");
}

fn try_one(name: &str, style: Style, text: &str, tally: &mut Tally) {
    let Some(file) = load(style.name(), text) else { return };
    if file.rules.len() != 1 {
        return;
    }
    let errors = parse(file.rules[0].query()).errors.len();
    tally.files += 1;
    let findings = check(&file);
    let offered: Vec<&(usize, Diagnostic)> = findings.iter().filter(|(_, finding)| ALL.permits(finding)).collect();
    let before = (!offered.is_empty()).then(|| value(style, text));
    for (rule, finding) in &offered {
        tally.offered += 1;
        let edits: Vec<(usize, Edit)> =
            finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| (*rule, edit.clone())).collect();
        let Ok(new) = apply(&file, &edits) else {
            tally.withheld += 1;
            continue;
        };
        tally.applied += 1;
        let name = format!("{} {style:?} {name}", finding.code);
        let before = before.as_ref().expect("something is offered");
        assert_only(&name, before, &value(style, &new), expected(&file, &edits));
        // A file keeps its line ends.
        assert_eq!(text.contains("\r\n"), new.contains("\r\n"), "{name}");
    }
    if offered.is_empty() {
        return;
    }
    let fixed = fix(&file, &check, &ALL);
    assert!(parse(fixed.file.rules[0].query()).errors.len() <= errors, "{style:?} {name}");
    assert_eq!(check(&fixed.file), fixed.remaining, "{style:?} {name}");
    tally.unproven += fixed.withheld.len();
}

type Tallies = BTreeMap<(Style, &'static str), Tally>;

/// Tries all fixes of a rule in every way to write it.
fn every_style(path: &Path) -> Tallies {
    let mut tallies = Tallies::new();
    let original = std::fs::read_to_string(path).expect("just listed").replace("\r\n", "\n");
    let Some(file) = load("rule.yaml", &original) else { return tallies };
    let [rule] = file.rules.as_slice() else { return tallies };
    let Ok(Value::Mapping(mut entries)) = serde_yaml::from_str(original.trim_start_matches('\u{FEFF}')) else {
        return tallies;
    };
    if entries.remove("query").is_none() {
        return tallies;
    }
    let rest = serde_yaml::to_string(&entries).expect("it was YAML");
    for style in Style::ALL {
        let Some(text) = style.write(&original, rule.query(), &rest) else { continue };
        let name = path.display().to_string();
        try_one(&name, style, &text, tallies.entry((style, "LF")).or_default());
        if style != Style::Json {
            try_one(&name, style, &text.replace('\n', "\r\n"), tallies.entry((style, "CRLF")).or_default());
        }
    }
    tallies
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder exists").filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries
        .flat_map(|entry| if entry.path().is_dir() { yaml_files(&entry.path()) } else { vec![entry.path()] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

#[test]
#[expect(clippy::print_stderr, reason = "figures are worth reading, and a skipped test says so")]
fn every_fix_of_every_rule_in_every_style() {
    let Some(corpus) = shared::folder("corpus/kql") else {
        eprintln!("skipped: no corpus; set KQLIFT_SHARED");
        return;
    };
    let tallies =
        yaml_files(&corpus).par_iter().map(|path| every_style(path)).reduce(BTreeMap::new, |mut all, some| {
            for (key, tally) in some {
                all.entry(key).or_default().add(&tally);
            }
            all
        });
    for ((style, ends), tally) in &tallies {
        eprintln!("{style:?} {ends}: {tally:?}");
        assert_eq!((tally.applied, tally.withheld), (tally.offered, 0), "{style:?} {ends}");
        assert!(tally.applied >= 20 && tally.unproven * 50 <= tally.offered, "{style:?} {ends}: {tally:?}");
    }
}

const TWO: &str = "DeviceProcessEvents\n| where FileName == \"a.exe\"\n| join (DeviceInfo) on DeviceId\n";

/// What the texts below are written for.
fn check_some(file: &RuleFile) -> Findings {
    outcome(file, &|rule| matches!(rule.code, "CSE001" | "JON001")).findings
}

fn codes(findings: &[(usize, Diagnostic)]) -> Vec<&str> {
    findings.iter().map(|(_, finding)| finding.code).collect()
}

#[test]
fn the_policy_decides_by_effect() {
    let file = load("rule.kql", TWO).expect("a query");
    let applied = |unsafe_fixes, is_fixable: &dyn Fn(&str) -> bool| {
        let fixed = fix(&file, &check_some, &Policy { unsafe_fixes, is_fixable });
        (codes(&fixed.applied).len(), codes(&fixed.remaining).len(), fixed.withheld.len())
    };
    assert_eq!(applied(None, &|_| true), (0, 2, 0));
    assert_eq!(applied(Some(UnsafeFixes::Widen), &|_| true), (2, 0, 0));
    assert_eq!(applied(Some(UnsafeFixes::Narrow), &|_| true), (0, 2, 0));
    assert_eq!(applied(Some(UnsafeFixes::Any), &|code| code != "JON001"), (1, 1, 0));
}

#[test]
fn overlapping_fixes_are_applied_in_rounds_and_silenced_findings_are_left_alone() {
    let text = "DeviceProcessEvents\n| where FileName == \"a.exe\" // kqlift: ignore[CSE001] why\n| where FileName == \"b.exe\"\n";
    let file = load("rule.kql", text).expect("a query");
    let fixed = fix(&file, &check_some, &ALL);
    assert_eq!(fixed.file.text, text.replace("== \"b", "=~ \"b"));
    // Both findings want the same bytes: the second comes in another round, and finds nothing left to do.
    let both = |file: &RuleFile| {
        let found = check_some(file);
        found.iter().chain(&found).cloned().collect()
    };
    let fixed = fix(&load("rule.kql", TWO).expect("a query"), &both, &ALL);
    assert_eq!(codes(&fixed.remaining).len(), 0);
}

#[test]
fn a_fix_that_brings_an_error_or_leaves_its_finding_is_withheld() {
    let file = load("rule.kql", TWO).expect("a query");
    // Never satisfied: whatever is edited, the finding stays.
    let stubborn = |_: &RuleFile| check_some(&file);
    let fixed = fix(&file, &stubborn, &ALL);
    assert_eq!((fixed.applied.len(), fixed.withheld.len()), (0, 2));
    assert_eq!(fixed.file, file);
    // The fix of one finding breaks the query; the other is applied all the same.
    let breaking = |file: &RuleFile| {
        let mut found = check_some(file);
        for (_, finding) in &mut found {
            if let Some(fix) = finding.fix.as_mut().filter(|_| finding.code == "CSE001") {
                fix.edits[0].replacement = "|".to_owned();
            }
        }
        found
    };
    let fixed = fix(&file, &breaking, &ALL);
    assert_eq!((codes(&fixed.applied), codes(&fixed.withheld)), (vec!["JON001"], vec!["CSE001"]));
    assert_eq!(fixed.file.text, TWO.replace("join (", "join kind=inner ("));
    // A fix that calls itself safe and is not.
    let lying = |file: &RuleFile| {
        let mut found = check_some(file);
        for (_, finding) in &mut found {
            if let Some(fix) = &mut finding.fix {
                fix.effect = kqlift::diagnostic::Effect::Same;
            }
        }
        found
    };
    let fixed = fix(&file, &lying, &Policy { unsafe_fixes: None, is_fixable: &|_| true });
    assert!(codes(&fixed.withheld).contains(&"CSE001"), "{:?}", codes(&fixed.applied));
}
