//! Everything that is known about one rule: its meaning, its page, what the linter finds, what it converts to.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::arguments::{Choice, Inputs};
use super::check::Checker;
use super::explain::report_problem;
use super::files::{self, Input, Outcome};
use super::policy::Policy;
use super::world::{World, Worlds};
use super::{Failure, output};
use crate::analyze::analyze;
use crate::catalog::{Candidates, Catalog, Overlap, Rule, RuleEntry, RulePage, RuleSource, indicator_keys};
use crate::compare::{Shape, Side};
use crate::diagnostic::Diagnostic;
use crate::emit::{Conversion, Options, Outcome as Converted, Target, convert};
use crate::explain::{ConversionNote, Explanation, FindingNote, Surroundings, explain};
use crate::ir::Detection;
use crate::lower::lower;
use crate::parse::parse;
use crate::report::FileReport;
use crate::source::{LineIndex, RuleFile, RuleText};

/// A rule that has been looked at from every side.
pub(super) struct Study {
    pub(super) meaning: Detection,
    pub(super) explanation: Explanation,
    pub(super) conversions: Vec<Conversion>,
    pub(super) is_accepted: bool,
}

/// How much is worth the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What the rule looks for.
    Page,
    /// Findings and conversions too.
    Full,
}

/// Looks at every rule of a file, as its configuration has it: findings are those of `lint`, conversions those of
/// `convert`, both without options.
pub(super) fn file(input: &Input, file: &RuleFile, world: World<'_>, depth: Depth) -> Vec<Study> {
    let mut findings: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
    if depth == Depth::Full {
        let policy = Policy::new(&Choice::default(), None, input);
        let checker = Checker { policy, baseline: None, schema: world.schema };
        for (index, finding) in checker.find(file).findings {
            findings.entry(index).or_default().push(finding);
        }
    }
    let lines = LineIndex::new(&file.text);
    let study = |(index, text): (usize, &RuleText)| {
        let mut study = rule(text, world);
        if depth == Depth::Full {
            let targets = targets(input);
            if study.is_accepted {
                let options = options(input);
                study.conversions =
                    targets.iter().map(|target| convert(&study.meaning, *target, world.hub, &options)).collect();
            }
            study.explanation.surroundings = Surroundings {
                conversions: Some(conversion_notes(&study.conversions, targets)),
                findings: Some(finding_notes(findings.remove(&index).unwrap_or_default(), text, &lines)),
                corpus: None,
            };
        }
        study
    };
    file.rules.iter().enumerate().map(study).collect()
}

/// The targets that a team converts to; all where it does not say.
fn targets(input: &Input) -> &[Target] {
    input.settings.convert().to.as_deref().unwrap_or(&Target::ALL)
}

fn options(input: &Input) -> Options {
    let configured = input.settings.convert();
    Options {
        mode: configured.mode,
        unmapped: configured.unmapped.unwrap_or_default(),
        name_hint: input.relative.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
        ..Options::default()
    }
}

fn rule(text: &RuleText, world: World<'_>) -> Study {
    let parsed = parse(text.query());
    let facts = analyze(&parsed.query, world.schema);
    let mut meaning = lower(text.query(), &parsed.query, &facts, &text.metadata, text.kind);
    if meaning.envelope.title.is_none() {
        meaning.envelope.title.clone_from(&text.title_hint);
    }
    let explanation = explain(&meaning, text.query());
    Study { meaning, explanation, conversions: Vec::new(), is_accepted: parsed.is_accepted() }
}

/// One note for each target; a rule that cannot be read converts to none.
fn conversion_notes(conversions: &[Conversion], targets: &[Target]) -> Vec<ConversionNote> {
    let unreadable = |target: &Target| ConversionNote {
        target: target.as_str().to_owned(),
        is_converted: false,
        class: "unreadable".to_owned(),
        reasons: vec![("syntax-error".to_owned(), 1)],
    };
    if conversions.is_empty() {
        return targets.iter().map(unreadable).collect();
    }
    conversions.iter().map(conversion_note).collect()
}

fn conversion_note(conversion: &Conversion) -> ConversionNote {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let is_converted = match &conversion.outcome {
        Converted::Converted(_) => {
            for loss in &conversion.losses {
                *counts.entry(loss.reason.as_str()).or_default() += 1;
            }
            true
        }
        Converted::Refused(refusals) => {
            for refusal in refusals {
                *counts.entry(refusal.reason.as_str()).or_default() += 1;
            }
            false
        }
    };
    ConversionNote {
        target: conversion.target.as_str().to_owned(),
        is_converted,
        class: conversion.class.as_str().to_owned(),
        reasons: counts.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect(),
    }
}

fn finding_notes(diagnostics: Vec<Diagnostic>, text: &RuleText, lines: &LineIndex<'_>) -> Vec<FindingNote> {
    let mut notes: Vec<FindingNote> = diagnostics
        .into_iter()
        .map(|diagnostic| FindingNote {
            line: lines.position(text.file_span(diagnostic.place).start as usize).0,
            code: diagnostic.code.to_owned(),
            name: diagnostic.name.to_owned(),
            severity: diagnostic.severity.as_str().to_owned(),
            message: diagnostic.message,
        })
        .collect();
    notes.sort_by(|a, b| (a.line, &a.code).cmp(&(b.line, &b.code)));
    notes
}

/// The rules of folders and files as a catalogue. Files that cannot be read are said and passed over.
pub(super) fn catalog(inputs: &Inputs, depth: Depth) -> Result<Catalog, Failure> {
    let files = files::find(inputs)?;
    let worlds = Worlds::new(&files, inputs, &[])?;
    let rules = files::each(&files, inputs, |input, outcome| match outcome {
        Outcome::Rules(file) => Ok(rules_of(input, &file, worlds.of(input), depth)),
        Outcome::Broken(problem) => Err(report_problem(&FileReport::of_problem(problem))),
        Outcome::Sigma(file) => {
            files::pass_over_sigma(&file, inputs);
            Ok(Vec::new())
        }
        Outcome::Skipped => Ok(Vec::new()),
    })?;
    let mut all = Vec::new();
    for rules in rules {
        match rules {
            Ok(rules) => all.extend(rules),
            Err(problem) => output::complain(&problem),
        }
    }
    Ok(Catalog::new(all))
}

fn rules_of(input: &Input, rules: &RuleFile, world: World<'_>, depth: Depth) -> Vec<Rule> {
    let path = input.relative.to_string_lossy().replace('\\', "/");
    let studies = file(input, rules, world, depth);
    let rule = |(index, study): (usize, Study)| {
        let query = rules.rules[index].query();
        let source = RuleSource { path: &path, number: index + 1, query, is_accepted: study.is_accepted };
        let keys = indicator_keys(&study.explanation, world.hub);
        Rule {
            entry: RuleEntry::of(&study.explanation, &keys, source),
            shape: Shape::of(Side { rule: &study.meaning, query }),
            page: RulePage { explanation: study.explanation, keys, query: query.to_owned() },
        }
    };
    studies.into_iter().enumerate().map(rule).collect()
}

/// Which rules of a catalogue overlap, best first.
pub(super) fn overlaps(catalog: &Catalog) -> Vec<Overlap> {
    let candidates = Candidates::new(&catalog.index);
    let mut found: Vec<Overlap> = (0..catalog.shapes.len())
        .into_par_iter()
        .flat_map_iter(|first| {
            let pairs = candidates.after(first);
            pairs.into_iter().filter_map(|pair| candidates.overlap(first, pair, &catalog.shapes)).collect::<Vec<_>>()
        })
        .collect();
    found.sort_by_key(|overlap| (overlap.kind, 100 - overlap.likeness, overlap.first, overlap.second));
    found
}
