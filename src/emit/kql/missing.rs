//! What becomes of stages that look at columns which the target lacks.
//!
//! A column that only the result would show is left out of it. A test of one is left out where more rows can only give
//! more results, and a key where larger groups can; everything else is for the caller to refuse.

use std::collections::BTreeSet;

use super::super::left_out;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::needed::names;
use super::super::reason::Reason;
use super::super::rows::conjuncts_of;
use super::super::{Request, Unmapped};
use super::compile::Written;
use super::growth::keeps_growing;
use crate::ir::{Assignment, Expr, ExprKind, Stage, StageKind};
use crate::schema::ScalarType;

impl Written {
    /// The stage without what can go of the columns that are missing.
    pub(super) fn without_missing(&mut self, request: &Request<'_>, stage: &Stage) -> StageKind {
        let mut kind = stage.kind.clone();
        self.note_lost(&kind);
        match &mut kind {
            StageKind::Filter(predicate) => *predicate = self.tests(request, predicate),
            StageKind::Project(list) | StageKind::Extend(list) => {
                self.note_absent(list);
                list.retain(|assignment| self.has_all(&assignment.value));
            }
            StageKind::ProjectAway(names) | StageKind::ProjectKeep(names) => {
                names.retain(|name| self.names.contains(name));
            }
            StageKind::ProjectRename(renames) => renames.retain(|(_, old)| self.names.contains(old)),
            StageKind::Summarize { aggregates, by } => {
                aggregates.retain(|aggregate| self.has_all(&aggregate.value));
                self.keys(request, by);
            }
            StageKind::Sort(keys) => keys.retain(|(key, _)| self.has_all(key)),
            _ => {}
        }
        kind
    }

    /// Notes tests of columns that only some branches of a union have: in the rows of the others they are empty.
    pub(super) fn note_partial(&mut self, kind: &StageKind) {
        let StageKind::Filter(predicate) = kind else { return };
        for conjunct in conjuncts_of(predicate.clone()) {
            let mut used = BTreeSet::new();
            names(&conjunct, &mut used);
            for name in used.iter().filter(|name| self.partial.contains(*name)) {
                let message =
                    format!("`{name}` is empty in the rows of a branch of the union that has no counterpart of it");
                self.losses.push(
                    Loss::new(LossClass::Changed, Reason::FieldUnmapped, conjunct.span, name.clone()).says(message),
                );
            }
        }
    }

    /// The columns behind a stage that only some branches of a union have.
    pub(super) fn follow_partial(&mut self, kind: &StageKind) {
        let list = match kind {
            StageKind::Extend(list) | StageKind::Project(list) | StageKind::Distinct(list) => list,
            StageKind::Summarize { by, .. } => by,
            _ => return,
        };
        let is_partial = |assignment: &&Assignment| {
            let mut used = BTreeSet::new();
            names(&assignment.value, &mut used);
            !used.is_disjoint(&self.partial)
        };
        let made: BTreeSet<String> = list.iter().filter(is_partial).map(|assignment| assignment.name.clone()).collect();
        if matches!(kind, StageKind::Extend(_)) {
            self.partial.retain(|name| list.iter().all(|assignment| assignment.name != *name));
        } else {
            self.partial.clear();
        }
        self.partial.extend(made);
    }

    /// Notes which column is behind each one that goes because of it.
    fn note_lost(&mut self, kind: &StageKind) {
        let made: Vec<(&[String], &Expr)> = match kind {
            StageKind::Extend(list) | StageKind::Project(list) => {
                list.iter().map(|made| (std::slice::from_ref(&made.name), &made.value)).collect()
            }
            StageKind::Summarize { aggregates, .. } => {
                aggregates.iter().map(|made| (made.names.as_slice(), &made.value)).collect()
            }
            _ => return,
        };
        for (made, value) in made {
            let mut used = BTreeSet::new();
            names(value, &mut used);
            let Some(missing) = used.iter().find(|name| !self.names.contains(*name)) else { continue };
            let origin = self.lost.get(missing).unwrap_or(missing).clone();
            let is_other = |name: &&String| **name != origin;
            self.lost.extend(made.iter().filter(is_other).map(|name| (name.clone(), origin.clone())));
        }
    }

    fn has_all(&self, expr: &Expr) -> bool {
        let mut used = BTreeSet::new();
        names(expr, &mut used);
        used.iter().all(|name| self.names.contains(name))
    }

    /// Whether the value looks at columns that the source has and the target lacks, and at no others that are missing.
    fn is_absent(&self, expr: &Expr) -> bool {
        let mut used = BTreeSet::new();
        names(expr, &mut used);
        let missing: Vec<_> = used.iter().filter(|name| !self.names.contains(*name)).collect();
        !missing.is_empty() && missing.iter().all(|name| self.absent.contains(*name))
    }

    /// Columns that are made from absent ones are absent.
    fn note_absent(&mut self, list: &[Assignment]) {
        let made: Vec<String> = list
            .iter()
            .filter(|assignment| self.is_absent(&assignment.value))
            .map(|assignment| assignment.name.clone())
            .collect();
        self.absent.extend(made);
    }

    /// The filter without its tests of absent columns.
    fn tests(&mut self, request: &Request<'_>, predicate: &Expr) -> Expr {
        let conjuncts = conjuncts_of(predicate.clone());
        let can_go = self.asks_for_something && is_growing(request);
        if !can_go || !conjuncts.iter().any(|conjunct| self.is_absent(conjunct)) {
            return predicate.clone();
        }
        let (gone, kept): (Vec<Expr>, Vec<Expr>) = conjuncts.into_iter().partition(|one| self.is_absent(one));
        for conjunct in &gone {
            let message = "the test looks at a column that has no counterpart on the target";
            let refusal = Refusal::new(conjunct.span, Reason::FieldUnmapped, "", message);
            self.losses.push(left_out::loss(conjunct, &refusal));
        }
        let kind = match kept.len() {
            1 => return kept.into_iter().next().unwrap_or_else(|| predicate.clone()),
            _ => ExprKind::And(kept),
        };
        Expr { kind, ty: ScalarType::Bool, span: predicate.span }
    }

    /// Leaves out absent keys as long as another one tells groups apart.
    fn keys(&mut self, request: &Request<'_>, by: &mut Vec<Assignment>) {
        let is_kept = |key: &Assignment| self.has_all(&key.value);
        let tells_apart = by.iter().any(|key| is_kept(key) && !is_period(&key.value));
        let is_lost = |key: &Assignment| !is_kept(key) && self.is_absent(&key.value);
        if !by.iter().any(is_lost) || !tells_apart || !is_growing(request) {
            return;
        }
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(by).into_iter().partition(is_lost);
        *by = kept;
        for key in gone {
            let message = format!("`{}` has no counterpart on the target; groups are not told apart by it", key.name);
            self.losses.push(Loss::new(LossClass::Over, Reason::JoinKeyDropped, key.span, &*key.name).says(message));
            self.absent.insert(key.name);
        }
    }
}

fn is_growing(request: &Request<'_>) -> bool {
    let may_widen = request.options.unmapped == Unmapped::Widen && !request.options.strict;
    may_widen && keeps_growing(&request.rule.pipeline)
}

/// `bin(TimeGenerated, 1h)`.
fn is_period(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Call { name, .. } if name == "bin")
}
