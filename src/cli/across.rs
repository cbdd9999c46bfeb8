//! What `lint` says of a rule because of the other rules of its folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Failure;
use super::arguments::Inputs;
use super::files::{self, Input, Outcome};
use super::study::{self, Depth};
use super::world::{World, Worlds};
use crate::analyze::analyze;
use crate::catalog::{Catalog, OverlapKind, Rule};
use crate::diagnostic::Diagnostic;
use crate::lint::across::{Member, Overlap, check};
use crate::parse::parse;
use crate::source::{RuleFile, RuleText};
use crate::span::{Place, Span};

/// Findings by the name of the file and the number of the rule.
#[derive(Default)]
pub(super) struct Across(BTreeMap<(String, usize), Vec<Diagnostic>>);

impl Across {
    /// Reads the files and holds their rules against each other.
    pub(super) fn of(files: &[Input], inputs: &Inputs) -> Result<Self, Failure> {
        let worlds = Worlds::new(files, inputs, &[])?;
        let read = files::each(files, inputs, |input, outcome| match outcome {
            Outcome::Rules(file) => members(input, &file, worlds.of(input)),
            Outcome::Broken(_) | Outcome::Sigma(_) | Outcome::Skipped => Vec::new(),
        })?;
        let (mut keys, mut members, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        for (key, member, rule) in read.into_iter().flatten() {
            keys.push(key);
            members.push(member);
            rules.push(rule);
        }
        let overlaps: Vec<(usize, usize, Overlap)> = study::overlaps(&Catalog::new(rules))
            .into_iter()
            .map(|overlap| (overlap.first, overlap.second, kind(overlap.kind)))
            .collect();
        let mut found = Self::default();
        for (index, finding) in check(&members, &overlaps) {
            if let Some(key) = keys.get(index) {
                found.0.entry(key.clone()).or_default().push(finding);
            }
        }
        Ok(found)
    }

    /// The findings about one rule of a file.
    pub(super) fn about(&self, file: &RuleFile, index: usize) -> &[Diagnostic] {
        self.0.get(&(file.path.clone(), index)).map_or(&[], Vec::as_slice)
    }
}

fn kind(kind: OverlapKind) -> Overlap {
    match kind {
        OverlapKind::Identical => Overlap::Same,
        OverlapKind::FirstWithinSecond => Overlap::FirstWithinSecond,
        OverlapKind::SecondWithinFirst => Overlap::SecondWithinFirst,
        OverlapKind::NearDuplicate => Overlap::Near,
    }
}

fn members(input: &Input, file: &RuleFile, world: World<'_>) -> Vec<((String, usize), Member, Rule)> {
    let rules = study::rules_of(input, study::file(input, file, world, Depth::Page), world);
    let texts = file.rules.iter().enumerate().zip(rules);
    texts.map(|((index, text), rule)| ((file.path.clone(), index), member(input, index, text, world), rule)).collect()
}

fn member(input: &Input, index: usize, text: &RuleText, world: World<'_>) -> Member {
    let parsed = parse(text.query());
    let facts = analyze(&parsed.query, world.schema);
    let head = parsed.query.results().next().map_or(Span::at(0), |pipeline| pipeline.span);
    let first_line = text.query().get(head.range()).and_then(|query| query.lines().next()).map_or(0, str::len);
    let place = Place::from(Span::new(head.start as usize, head.start as usize + first_line));
    let path = PathBuf::from(&input.relative).to_string_lossy().replace('\\', "/");
    let path = if index == 0 { path } else { format!("{path}#{}", index + 1) };
    Member::new(path, &text.metadata, &facts, place)
}
