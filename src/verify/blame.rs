//! Which test of the source is behind a disagreement.

use serde_json::{Map, Value as Json};

use super::home::Kept;
use super::leaf::Leaf;
use super::place::of_expression;
use super::pool;
use super::trial::{Case, Trial};
use crate::compare::witness::NOW;
use crate::eval::{Events, Row, evaluate};
use crate::ir::{Detection, Expr, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::schema::Columns;
use crate::span::Span;

impl Trial<'_> {
    /// The test that source and target disagree about, among those that decide: one on a thing of which the tests of both
    /// come out differently, else the first.
    pub(super) fn blamed(&self, case: &Case, deciding: &[Span]) -> Option<Span> {
        let home = &self.homes[case.home];
        let truths =
            |leaves: &[Leaf], kept: &Kept<'_>, event: Option<&Map<String, Json>>| -> Vec<(String, Span, bool)> {
                let tests = leaves.iter().flat_map(|leaf| &leaf.predicates).flat_map(pool::tests);
                let truth = |test: &Expr| {
                    let thing = kept.side.reading(of_expression(test).first()?).thing;
                    Some((thing, test.span, holds(self.source, test, event?)?))
                };
                tests.filter_map(truth).collect()
            };
        let from = truths(&self.from_leaves, &home.from, case.from.as_ref());
        let to = truths(&self.to_leaves, &home.to, case.to.as_ref());
        let differs = |span: &&Span| {
            let own = from.iter().filter(|(_, of, _)| span.contains(*of));
            own.into_iter().any(|(thing, _, truth)| to.iter().any(|(other, _, found)| other == thing && found != truth))
        };
        deciding.iter().find(differs).or(deciding.first()).copied()
    }
}

/// Whether a test holds for an event.
pub(super) fn holds(rule: &Detection, test: &Expr, event: &Map<String, Json>) -> Option<bool> {
    let span = test.span;
    let filter = Stage { kind: StageKind::Filter(test.clone()), output: Columns::open(), span };
    let kind = SourceKind::Table { name: String::new(), is_known: false };
    let source = Source { kind, columns: Columns::open(), span };
    let pipeline = Pipeline { source, stages: vec![filter], output: Columns::open(), span };
    let probe = Detection { envelope: rule.envelope.clone(), pipeline, written: None };
    Some(!evaluate(&probe, &Events::of_every_table([Row::of_event(event)]), Some(NOW)).ok()?.is_empty())
}
