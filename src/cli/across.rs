//! What `lint` says of a rule because of the other rules of its folder.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Failure;
use super::arguments::Inputs;
use super::files::{self, Input, Outcome};
use super::study::catalog_path;
use super::world::Worlds;
use crate::analyze::analyze;
use crate::compare::{Relation, Shape, Side};
use crate::diagnostic::Diagnostic;
use crate::lint::across::{Alike, Member, Overlap, alike, check};
use crate::lower::lower;
use crate::parse::parse;
use crate::schema::Schema;
use crate::source::{RuleFile, RuleText};
use crate::span::{Place, Span};

/// Findings by the name of the file and the number of the rule.
#[derive(Default)]
pub(super) struct Across(BTreeMap<Key, Vec<Diagnostic>>);

type Key = (String, usize);

/// A rule with what it is first compared by, and its text, for those that are alike.
struct Read {
    key: Key,
    member: Member,
    text: RuleText,
    schema: Schema,
}

impl Across {
    /// Reads the files and holds their rules against each other.
    pub(super) fn of(files: &[Input], inputs: &Inputs) -> Result<Self, Failure> {
        let worlds = Worlds::schemas_only(files, inputs)?;
        // What is passed over is said by the run itself, which reads the files again.
        let mut quiet = inputs.clone();
        quiet.shared.verbose = false;
        let inputs = &quiet;
        let read = files::each(files, inputs, |input, outcome| match outcome {
            // A link repeats the file that it leads to.
            Outcome::Rules(file) if !input.absolute.is_symlink() => members(input, &file, worlds.schema(input)),
            Outcome::Rules(_) | Outcome::Broken(_) | Outcome::Sigma(_) | Outcome::Skipped => Vec::new(),
        })?;
        let (mut keys, mut members, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for Read { key, member, text, schema } in read.into_iter().flatten() {
            keys.push(key);
            members.push(member);
            texts.push((text, schema));
        }
        let pairs = alike(&members);
        // Most rules are alike to none: only the others are looked at closely.
        let close: BTreeSet<usize> = pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
        let close: Vec<usize> = close.into_iter().collect();
        let shapes: BTreeMap<usize, Shape> =
            close.par_iter().filter_map(|index| Some((*index, shape(texts.get(*index)?)?))).collect();
        let overlaps: Vec<(usize, usize, Overlap)> =
            pairs.par_iter().filter_map(|pair| Some((pair.first, pair.second, overlap(pair, &shapes)?))).collect();
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

/// How two rules that are alike overlap.
fn overlap(pair: &Alike, shapes: &BTreeMap<usize, Shape>) -> Option<Overlap> {
    let relation = match (shapes.get(&pair.first), shapes.get(&pair.second)) {
        (Some(one), Some(other)) => one.rows(other),
        _ => Relation::Different,
    };
    match relation {
        Relation::Same => Some(Overlap::Same),
        Relation::Wider => Some(Overlap::FirstWithinSecond),
        Relation::Narrower => Some(Overlap::SecondWithinFirst),
        Relation::Different => pair.is_near().then_some(Overlap::Near),
    }
}

fn members(input: &Input, file: &RuleFile, schema: &Schema) -> Vec<Read> {
    let rules = file.rules.iter().enumerate();
    rules.map(|(index, text)| member(input, (file.path.clone(), index), text, schema)).collect()
}

fn member(input: &Input, key: Key, text: &RuleText, schema: &Schema) -> Read {
    let query = text.query();
    let parsed = parse(query);
    let facts = analyze(&parsed.query, schema);
    let head = parsed.query.results().next().map_or(Span::at(0), |pipeline| pipeline.span);
    let first_line = head.slice(query).lines().next().map_or(0, str::len);
    let place = Place::from(Span::new(head.start as usize, head.start as usize + first_line));
    let path = catalog_path(&input.relative);
    let path = if key.1 == 0 { path } else { format!("{path}#{}", key.1 + 1) };
    let member = Member::new(path, &text.metadata, &facts, place);
    Read { key, member, text: text.clone(), schema: schema.clone() }
}

/// What a rule is compared by closely; a query that cannot be read has none.
fn shape((text, schema): &(RuleText, Schema)) -> Option<Shape> {
    let query = text.query();
    let parsed = parse(query);
    parsed.is_accepted().then(|| {
        let facts = analyze(&parsed.query, schema);
        let meaning = lower(query, &parsed.query, &facts, &text.metadata, text.kind);
        Shape::of(Side { rule: &meaning, query })
    })
}
