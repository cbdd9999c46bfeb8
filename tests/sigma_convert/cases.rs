//! A small rule for each modifier, form of condition, form of value and kind of correlation, to every target.
//!
//! A case is a file of `tests/cases/sigma-convert`; its snapshot has what each target gets and what differs.

use std::path::Path;

use crate::conversion::write;
use kqlift::emit::{Form, Options, Outcome, Target, convert};
use kqlift::ir::Detection;
use kqlift::mapping::Hub;
use kqlift::sigma::{Body, Part, Places, SigmaRule, correlate, lower_with_filters, read};

/// The last rule of a text that is no filter, with all others.
pub(super) fn meaning_of(text: &str) -> Result<Detection, String> {
    let (rules, problems) = read(text);
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    let last = rules.iter().rev().find(|rule| !matches!(rule.body, Body::Filter { .. })).expect("the case has a rule");
    meaning_among(last, &rules).map_err(|problem| problem.to_string())
}

fn meaning_among(rule: &SigmaRule, rules: &[SigmaRule]) -> Result<Detection, kqlift::sigma::SigmaProblem> {
    let hub = Hub::built_in();
    let Body::Correlation(correlation) = &rule.body else { return lower_with_filters(rule, rules, &hub) };
    let part = |name: &'_ String| {
        let found = rules.iter().find(|rule| rule.head.text("name") == Some(name)).expect("the rule is in the case");
        meaning_among(found, rules)
    };
    let names = correlation.rules.items.iter();
    let parts = names.map(|name| Ok(Part { name, meaning: part(name)? })).collect::<Result<_, _>>()?;
    correlate(rule, parts, &Places::default())
}

fn snapshot(source: &str, has_envelope: bool) -> String {
    let hub = Hub::built_in();
    let meaning = match meaning_of(source) {
        Ok(meaning) => meaning,
        Err(problem) => return format!("no meaning: {problem}\n"),
    };
    let options = Options { date: Some("2026-01-31".to_owned()), ..Options::default() };
    let mut text = String::new();
    for target in [Target::Xdr, Target::Sentinel, Target::Asim, Target::Spl] {
        let conversion = convert(&meaning, target, &hub, &options);
        if let (Outcome::Converted(query), true) = (&conversion.outcome, target != Target::Spl) {
            super::meaning(query).unwrap_or_else(|fault| panic!("{fault}\n{query}"));
        }
        write(&mut text, target.as_str(), &conversion);
    }
    if has_envelope {
        for (target, form) in [
            (Target::Sentinel, Form::Rule),
            (Target::Xdr, Form::Rule),
            (Target::Spl, Form::SavedSearch),
            (Target::Spl, Form::ContentControl),
        ] {
            let options = Options { form, ..options.clone() };
            let title = format!("{} as {}", target.as_str(), form.as_str());
            write(&mut text, &title, &convert(&meaning, target, &hub, &options));
        }
    }
    text
}

#[test]
fn every_case_to_every_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sigma-convert");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/sigma-convert");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let entries = std::fs::read_dir(&folder).expect("there are cases");
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    assert!(paths.len() > 50, "the cases are there");
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = std::fs::read_to_string(&path).expect("the case is a file");
        let has_envelope = source.contains("level:") || source.contains("correlation:");
        let text = snapshot(&source, has_envelope);
        settings.bind(|| insta::assert_snapshot!(format!("case@{name}"), text));
    }
}

#[test]
fn a_custom_detection_reads_as_one() {
    let source =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sigma-convert/envelope.yml"));
    let meaning = meaning_of(&source.expect("the case is there")).expect("it has a meaning");
    let options = Options { form: Form::Rule, ..Options::default() };
    let Outcome::Converted(text) = convert(&meaning, Target::Xdr, &Hub::built_in(), &options).outcome else {
        panic!("it converts");
    };
    let kqlift::source::Loaded::Rules(file) = kqlift::source::read(Path::new("rule.yaml"), text.into_bytes(), None)
    else {
        panic!("it is a rule file");
    };
    assert_eq!(file.format, kqlift::source::Format::DefenderYaml);
    assert!(super::meaning(file.rules[0].query()).is_ok());
}
