//! Everything that is known about one rule: its meaning, its page, what the linter finds, what it converts to.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::arguments::Inputs;
use super::explain::report_problem;
use super::files::{self, Input, Outcome};
use super::{Failure, output};
use crate::analyze::analyze;
use crate::catalog::{Candidates, Catalog, Overlap, Rule, RuleEntry, RulePage, RuleSource, indicator_keys};
use crate::compare::{Shape, Side};
use crate::diagnostic::Diagnostic;
use crate::emit::{Conversion, Options, Outcome as Converted, Target, convert};
use crate::explain::{ConversionNote, Explanation, FindingNote, Surroundings, explain};
use crate::ir::Detection;
use crate::lint;
use crate::lower::lower;
use crate::mapping::Hub;
use crate::parse::parse;
use crate::report::FileReport;
use crate::schema::Schema;
use crate::source::{LineIndex, RuleFile, RuleText};

/// A rule that has been looked at from every side.
pub(super) struct Study {
    pub(super) meaning: Detection,
    pub(super) explanation: Explanation,
    pub(super) conversions: Vec<Conversion>,
    pub(super) is_accepted: bool,
}

/// What rules are looked at with.
#[derive(Clone, Copy)]
pub(super) struct World<'w> {
    pub(super) hub: &'w Hub,
    pub(super) schema: &'w Schema,
}

/// How much is worth the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What the rule looks for.
    Page,
    /// Findings and conversions too.
    Full,
}

/// Looks at every rule of a file.
pub(super) fn file(file: &RuleFile, name_hint: Option<&str>, world: World<'_>, depth: Depth) -> Vec<Study> {
    let lines = LineIndex::new(&file.text);
    file.rules.iter().map(|text| rule(text, &lines, name_hint, world, depth)).collect()
}

fn rule(text: &RuleText, lines: &LineIndex<'_>, name_hint: Option<&str>, world: World<'_>, depth: Depth) -> Study {
    let parsed = parse(text.query());
    let facts = analyze(&parsed.query, world.schema);
    let mut meaning = lower(text.query(), &parsed.query, &facts, &text.metadata, text.kind);
    if meaning.envelope.title.is_none() {
        meaning.envelope.title.clone_from(&text.title_hint);
    }
    let mut explanation = explain(&meaning, text.query());
    let is_accepted = parsed.is_accepted();
    let mut conversions = Vec::new();
    if depth == Depth::Full {
        let input = lint::Input {
            text: text.query(),
            query: &parsed.query,
            errors: &parsed.errors,
            facts: &facts,
            metadata: &text.metadata,
            kind: text.kind,
            schema: world.schema,
            texts: &|id| text.text(id),
        };
        let diagnostics = lint::check(&input, |rule| rule.default_on);
        let options = Options { name_hint: name_hint.map(str::to_owned), ..Options::default() };
        if is_accepted {
            conversions = Target::ALL.iter().map(|target| convert(&meaning, *target, world.hub, &options)).collect();
        }
        explanation.surroundings = Surroundings {
            conversions: Some(conversion_notes(&conversions)),
            findings: Some(finding_notes(diagnostics, text, lines)),
            corpus: None,
        };
    }
    Study { meaning, explanation, conversions, is_accepted }
}

/// One note for each target; a rule that cannot be read converts to none.
fn conversion_notes(conversions: &[Conversion]) -> Vec<ConversionNote> {
    let unreadable = |target: &Target| ConversionNote {
        target: target.as_str().to_owned(),
        is_converted: false,
        class: "unreadable".to_owned(),
        reasons: vec![("syntax-error".to_owned(), 1)],
    };
    if conversions.is_empty() {
        return Target::ALL.iter().map(unreadable).collect();
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
pub(super) fn catalog(inputs: &Inputs, world: World<'_>, depth: Depth) -> Result<Catalog, Failure> {
    let files = files::find(inputs)?;
    let rules = files::each(&files, inputs, |input, outcome| match outcome {
        Outcome::Rules(file) => Ok(rules_of(input, &file, world, depth)),
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
    let hint = input.relative.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let studies = file(rules, hint.as_deref(), world, depth);
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
