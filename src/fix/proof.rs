//! Whether a file with fixes is what the fixes promise.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Findings;
use super::meaning::is_same;
use crate::diagnostic::{Diagnostic, Severity};
use crate::mapping::Hub;
use crate::parse::parse;
use crate::sigma::means_the_same;
use crate::source::{Format, RuleFile};

/// Whether every query still parses, each mended finding is gone, no error has come, and the facts, or the meaning of
/// Sigma rules, are equal if each fix says that it changes nothing.
pub(super) fn holds(
    old: &RuleFile,
    old_findings: &[(usize, Diagnostic)],
    new: &RuleFile,
    new_findings: &[(usize, Diagnostic)],
    fixes: &[(usize, Diagnostic)],
) -> bool {
    let is_safe = fixes.iter().all(|(_, finding)| finding.fix.as_ref().is_some_and(|fix| fix.effect.is_safe()));
    let is_sound = old.rules.len() == new.rules.len()
        && old.rules.iter().zip(&new.rules).filter(|(old, new)| old.query() != new.query()).all(|(old, new)| {
            let errors = |text: &str| parse(text).errors.len();
            let (before, after) = (errors(old.query()), errors(new.query()));
            // What did not run has no meaning that could be kept.
            after <= before && (!is_safe || after < before || is_same(old.query(), new.query()))
        });
    let keeps_meaning = !is_safe || new.format != Format::SigmaYaml || sigma_means_the_same(old, new);
    is_sound
        && keeps_meaning
        && are_gone(old_findings, new_findings, fixes)
        && brings_no_error(old_findings, new_findings)
}

/// Whether Sigma rules find the events that they found.
fn sigma_means_the_same(old: &RuleFile, new: &RuleFile) -> bool {
    static HUB: LazyLock<Hub> = LazyLock::new(Hub::built_in);
    means_the_same(&old.text, &new.text, &HUB)
}

type Counts<'a> = BTreeMap<(usize, &'a str), usize>;

fn counts<'a>(findings: impl IntoIterator<Item = &'a (usize, Diagnostic)>) -> Counts<'a> {
    let mut counts = Counts::new();
    for (rule, finding) in findings {
        *counts.entry((*rule, finding.code)).or_default() += 1;
    }
    counts
}

fn are_gone(old: &[(usize, Diagnostic)], new: &[(usize, Diagnostic)], fixes: &[(usize, Diagnostic)]) -> bool {
    let (old, new) = (counts(old), counts(new));
    counts(fixes).into_iter().all(|(key, mended)| {
        let before = old.get(&key).copied().unwrap_or(0);
        new.get(&key).copied().unwrap_or(0) + mended <= before
    })
}

fn brings_no_error(old: &[(usize, Diagnostic)], new: &[(usize, Diagnostic)]) -> bool {
    let errors = |findings: &[(usize, Diagnostic)]| -> Findings {
        findings.iter().filter(|(_, finding)| finding.severity == Severity::Error).cloned().collect()
    };
    let (old, new) = (errors(old), errors(new));
    let before = counts(&old);
    counts(&new).into_iter().all(|(key, count)| count <= before.get(&key).copied().unwrap_or(0))
}
