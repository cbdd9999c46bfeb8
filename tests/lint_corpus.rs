//! Every lint rule over the shared corpus: how often each fires, and that none cries wolf.

#![expect(clippy::print_stdout, reason = "the counts are the point of this test")]

mod lint_harness;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kqlift::diagnostic::Severity;
use kqlift::lint::rules;
use kqlift::source::{Loaded, read};
use lint_harness::findings;

/// What was counted of a rule.
#[derive(Default)]
struct Count {
    /// Findings of each severity.
    findings: BTreeMap<Severity, usize>,
    /// Queries with at least one that makes a run fail.
    alarmed: usize,
    /// Queries with at least one.
    queries: usize,
}

#[test]
fn no_rule_cries_wolf() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let mut counts: BTreeMap<&str, Count> = rules().iter().map(|rule| (rule.code, Count::default())).collect();
    let mut queries = 0_usize;
    for path in files(&corpus) {
        let Loaded::Rules(file) = read(&path, std::fs::read(&path).unwrap_or_default(), None) else { continue };
        for rule in &file.rules {
            queries += 1;
            let found = findings(rule, |_| true);
            for (code, count) in &mut counts {
                let mut worst = None;
                for finding in found.iter().filter(|finding| finding.code == *code) {
                    *count.findings.entry(finding.severity).or_default() += 1;
                    worst = worst.max(Some(finding.severity));
                }
                count.queries += usize::from(worst.is_some());
                count.alarmed += usize::from(worst >= Some(Severity::Warning));
            }
        }
    }
    println!("{:<8} {:>8} {:>8} {:>8} {:>8} {:>7}", "rule", "errors", "warnings", "hints", "queries", "share");
    let mut noisy = Vec::new();
    for rule in rules() {
        let count = &counts[rule.code];
        let of = |severity| count.findings.get(&severity).copied().unwrap_or(0);
        let share = count.queries * 1000 / queries.max(1);
        println!(
            "{:<8} {:>8} {:>8} {:>8} {:>8} {:>5}.{}%{}",
            rule.code,
            of(Severity::Error),
            of(Severity::Warning),
            of(Severity::Info),
            count.queries,
            share / 10,
            share % 10,
            if rule.default_on { "" } else { "  off" },
        );
        if count.alarmed * 4 > queries {
            noisy.push(rule.code);
        }
    }
    let silent = counts.values().filter(|count| count.queries == 0).count();
    println!("{} rules over {queries} queries, {silent} of them silent", rules().len());
    assert!(noisy.is_empty(), "warnings on more than a quarter of the queries: {noisy:?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder exists").filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries
        .flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] })
        .collect();
    files.sort();
    files
}
