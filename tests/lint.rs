//! Findings on the cases in `tests/cases/lint`, one snapshot each: traps for false positives, places and effects.

mod lint_harness;

use std::fmt::Write;

use kqlift::diagnostic::{Diagnostic, Fix};
use kqlift::source::RuleText;
use kqlift::span::Place;
use lint_harness::Subject;

#[test]
fn cases() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/lint");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::glob!("cases/lint/*", |path| {
            let text = std::fs::read_to_string(path).expect("the case was just listed");
            let subject = Subject::new(path, &text);
            let found = subject.indexed_findings();
            let report: String =
                found.iter().map(|(rule, finding)| describe(&subject.file.rules[*rule], finding)).collect();
            insta::assert_snapshot!("lint", if report.is_empty() { "nothing".to_owned() } else { report });
        });
    });
}

/// A fix makes its rule silent, so that a second run finds nothing of it. (What a syntax error hid may come to light.)
#[test]
fn fixes_are_stable() {
    insta::glob!("cases/lint/*", |path| {
        let text = std::fs::read_to_string(path).expect("the case was just listed");
        let subject = Subject::new(path, &text);
        let fixable = subject.findings().into_iter().filter(|finding| finding.fix.is_some());
        let (applied, waiting) = apart(fixable);
        let is_done = |code: &&str| {
            applied.iter().any(|finding| finding.code == *code) && !waiting.iter().any(|finding| finding.code == *code)
        };
        let fixes: Vec<Fix> = applied.iter().filter_map(|finding| finding.fix.clone()).collect();
        let mended = Subject::new(path, &subject.with(fixes));
        let again = mended.findings().into_iter().filter(|finding| finding.fix.is_some());
        let left: Vec<&str> = again.map(|finding| finding.code).filter(is_done).collect();
        assert!(left.is_empty(), "{}: {left:?}", path.display());
    });
}

/// The findings whose fixes touch nothing that one before them touches, and the others, which wait for a second run.
fn apart(findings: impl Iterator<Item = Diagnostic>) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut taken: Vec<Place> = Vec::new();
    findings.partition(|finding| {
        let places: Vec<Place> = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.place).collect();
        let touches = |place: &Place| taken.iter().any(|other| touch(*place, *other));
        let is_free = !places.iter().any(touches);
        if is_free {
            taken.extend(places);
        }
        is_free
    })
}

fn touch(left: Place, right: Place) -> bool {
    left.text == right.text && left.span.start <= right.span.end && right.span.start <= left.span.end
}

fn describe(rule: &RuleText, finding: &Diagnostic) -> String {
    let mut text = String::new();
    let at = |place: Place| format!("{} `{}`", line(rule, place), place.span.slice(rule.text(place.text)));
    let mut say = |what: &str, detail: &str| writeln!(text, "  {what}: {detail}").expect("a string takes all");
    for label in &finding.related {
        say("related", &format!("{}: {}", at(label.place), label.message));
    }
    if let Some(help) = &finding.help {
        say("help", help);
    }
    for note in &finding.notes {
        say("note", note);
    }
    if let Some(fix) = &finding.fix {
        say("fix", &format!("{} {}", fix.effect.sign(), fix.title));
        for edit in &fix.edits {
            say("edit", &format!("{} -> `{}`", at(edit.place), edit.replacement));
        }
    }
    let severity = finding.severity.as_str();
    format!(
        "{severity} {} {}\n  {}\n  at: {}: {}\n{text}\n",
        finding.code,
        finding.name,
        finding.message,
        at(finding.place),
        finding.label
    )
}

/// Line of the place within its text, from 1.
fn line(rule: &RuleText, place: Place) -> usize {
    rule.text(place.text)[..place.span.start as usize].matches('\n').count() + 1
}

/// Looking around a mistake must not cost a walk through the query.
#[test]
fn a_mistake_in_every_line_is_reported_in_time() {
    for line in ["| foo\n", "| where a = 1 and (b == 2\n", "| where a in [1 and\n", "\n\nU | where\n", ";"] {
        let text = format!("T {}", line.repeat(5_000));
        let start = std::time::Instant::now();
        let findings = Subject::new(std::path::Path::new("mistakes.kql"), &text).findings();
        assert!(!findings.is_empty(), "{line:?}");
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "{line:?} takes {:?}", start.elapsed());
    }
}
