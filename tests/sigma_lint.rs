//! Lint rules on real Sigma rules: how often each fires, and what their fixes do.
//!
//! Needs the shared corpus; says aloud when it is absent. `KQLIFT_VERBOSE=CODE` prints every finding of a lint rule.

#![expect(clippy::print_stdout, reason = "the figures are the point of these tests")]

mod lint_harness;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kqlift::diagnostic::{Diagnostic, Effect, Severity};
use kqlift::fix::{Policy, UnsafeFixes, fix};
use kqlift::lint::rules;
use kqlift::mapping::Hub;
use kqlift::sigma::{Neighbours, means_the_same, read as read_sigma};
use kqlift::source::{Loaded, RuleFile, read};
use lint_harness::outcome_among;

/// The Sigma files of the corpus and what their rules are called.
fn corpus() -> Option<(Vec<RuleFile>, Neighbours)> {
    let root = shared::folder("corpus/sigma")?;
    let (mut paths, mut files, mut neighbours) = (Vec::new(), Vec::new(), Neighbours::new(true));
    list(&root, &mut paths);
    paths.sort();
    for path in paths {
        let bytes = std::fs::read(&path).expect("the file was just listed");
        let name = path.strip_prefix(&root).expect("it was found below");
        if let Loaded::Sigma(file) = read(name, bytes, None) {
            neighbours.add(&file.path, &file.text);
            files.push(file);
        }
    }
    Some((files, neighbours))
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            list(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}

fn findings(file: &RuleFile, neighbours: &Neighbours) -> Vec<(usize, Diagnostic)> {
    outcome_among(file, neighbours, &|_| true).findings
}

/// A warning on a well-known public rule has to be worth reading, so that it must not be on every fourth.
#[test]
fn no_lint_rule_cries_wolf() {
    let Some((files, neighbours)) = corpus() else { return };
    let wanted = std::env::var("KQLIFT_VERBOSE").unwrap_or_default();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &files {
        let found = findings(file, &neighbours);
        for (rule, finding) in found.iter().filter(|(_, finding)| finding.code == wanted) {
            let place = finding.place;
            let value = place.span.slice(file.rules[*rule].text(place.text));
            println!("{}: {} ‹{}›", file.path, finding.message, value.chars().take(120).collect::<String>());
        }
        for rule in rules().iter().filter(|rule| found.iter().any(|(_, finding)| finding.code == rule.code)) {
            *counts.entry(rule.code).or_default() += 1;
        }
    }
    let mut loud = Vec::new();
    for rule in rules().iter().filter(|rule| rule.reads_sigma()) {
        let count = counts.get(rule.code).copied().unwrap_or(0);
        println!("{} {:>7} {count:>5} of {} {}", rule.code, rule.severity.as_str(), files.len(), rule.name);
        if rule.severity >= Severity::Warning && count * 4 > files.len() {
            loud.push(rule.code);
        }
    }
    assert!(files.len() > 2_000 && loud.is_empty(), "{} files; on more than every fourth: {loud:?}", files.len());
}

/// Every fix by itself: it applies, mends its finding and brings no error; a safe one leaves the meaning as it was.
#[test]
fn fixes_of_the_corpus() {
    let Some((files, neighbours)) = corpus() else { return };
    let hub = Hub::built_in();
    let (mut applied, mut withheld) = (0, Vec::new());
    for file in &files {
        let check = |file: &RuleFile| findings(file, &neighbours);
        let policy = Policy { unsafe_fixes: Some(UnsafeFixes::Any), is_fixable: &|_| true };
        if !check(file).iter().any(|(_, finding)| finding.fix.is_some()) {
            continue;
        }
        let fixed = fix(file, &check, &policy);
        applied += fixed.applied.len();
        withheld.extend(fixed.withheld.iter().map(|(_, finding)| format!("{} {}", finding.code, file.path)));
        assert!(read_sigma(&fixed.file.text).1.len() <= read_sigma(&file.text).1.len(), "{}", file.path);
        let are_safe =
            fixed.applied.iter().all(|(_, finding)| finding.fix.as_ref().is_some_and(|fix| fix.effect == Effect::Same));
        assert!(!are_safe || means_the_same(&file.text, &fixed.file.text, &hub), "{}", file.path);
    }
    println!("{applied} fixes applied, {} withheld: {withheld:#?}", withheld.len());
    assert!(applied >= 100 && withheld.len() * 50 <= applied, "{applied} applied, {} withheld", withheld.len());
}

/// A line left out, written twice or cut short may make a finding, but never a panic.
#[test]
fn broken_rules_are_looked_at_too() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/lint");
    let mut paths = Vec::new();
    list(&cases, &mut paths);
    let mut looked_at = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("the file was just listed");
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for (index, line) in lines.iter().enumerate() {
            let (before, behind) = (lines[..index].concat(), lines[index + 1..].concat());
            let cuts = line.char_indices().map(|(place, _)| format!("{}\n", &line[..place]));
            let changed = cuts.chain([String::new(), format!("{line}{line}"), line.replace(['\'', ':'], "")]);
            for line in changed {
                let bytes = format!("{before}{line}{behind}").into_bytes();
                if let Loaded::Sigma(file) = read(&path, bytes, None) {
                    findings(&file, &Neighbours::new(true));
                    looked_at += 1;
                }
            }
        }
    }
    assert!(looked_at > 1_000, "{looked_at}");
}
