//! The conditions of a rule on the events of each of its sources, in columns of the source.

use std::collections::{BTreeMap, BTreeSet};

use super::place::each_part;
use crate::emit::{count_nodes, substitute};
use crate::ir::{
    Aggregate, Assignment, Expr, ExprKind, Field, MemberKey, Pipeline, Source, SourceKind, Stage, StageKind,
};
use crate::schema::{Origin, ScalarType};

/// A value larger than this is not inlined.
const MOST_NODES: usize = 256;

/// Most kinds of event of one source that are counted apart.
const KINDS: usize = 3;

/// A source, and what has to hold for its events.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// Where the events come from.
    pub(super) source: Source,
    /// All of these have to hold.
    pub(super) predicates: Vec<Expr>,
    values: BTreeMap<String, Expr>,
    /// Columns that are made of several events.
    of_groups: BTreeSet<String>,
    /// Conditions of events that are counted apart from the others of a group.
    kinds: Vec<Expr>,
    /// Which side of the last join it is on, if there is one.
    side: Option<JoinSide>,
}

/// One side of a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JoinSide {
    Left,
    Right,
}

/// The leaves of a pipeline: of one in which each event is by itself all that decides, of others what each of the events
/// has to be like.
pub(super) fn leaves(pipeline: &Pipeline) -> Vec<Leaf> {
    let mut leaves = match &pipeline.source.kind {
        SourceKind::Pipeline { pipeline, .. } => self::leaves(pipeline),
        SourceKind::Union(branches) => branches.iter().flat_map(self::leaves).collect(),
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => {
            vec![Leaf {
                source: pipeline.source.clone(),
                predicates: Vec::new(),
                values: BTreeMap::new(),
                of_groups: BTreeSet::new(),
                kinds: Vec::new(),
                side: None,
            }]
        }
    };
    for stage in &pipeline.stages {
        match &stage.kind {
            StageKind::Filter(predicate) => leaves.iter_mut().for_each(|leaf| leaf.filter(predicate)),
            StageKind::Extend(items) | StageKind::Project(items) => {
                for leaf in &mut leaves {
                    leaf.assign(items);
                }
            }
            StageKind::ProjectRename(pairs) => {
                for leaf in &mut leaves {
                    for (new, old) in pairs {
                        let value = leaf.values.get(old).cloned().unwrap_or_else(|| column(old, stage));
                        leaf.values.insert(new.clone(), value);
                    }
                }
            }
            StageKind::MvExpand(items) => leaves.iter_mut().for_each(|leaf| leaf.expand(items)),
            StageKind::Union(branches) => leaves.extend(branches.iter().flat_map(self::leaves)),
            StageKind::Summarize { aggregates, by } => {
                for leaf in &mut leaves {
                    leaf.assign(by);
                    leaf.group(aggregates);
                }
            }
            StageKind::Join(join) => {
                for leaf in &mut leaves {
                    leaf.side = Some(JoinSide::Left);
                }
                let right = self::leaves(&join.right).into_iter();
                leaves.extend(right.map(|leaf| Leaf { side: Some(JoinSide::Right), ..leaf }));
            }
            StageKind::Count(name) => leaves.iter_mut().for_each(|leaf| {
                leaf.of_groups.insert(name.clone());
            }),
            StageKind::ProjectAway(_)
            | StageKind::ProjectKeep(_)
            | StageKind::ProjectReorder
            | StageKind::Distinct(_)
            | StageKind::Sort(_)
            | StageKind::Take(_)
            | StageKind::Top { .. }
            | StageKind::Parse { .. }
            | StageKind::Annotation(_)
            | StageKind::Other { .. }
            | StageKind::Opaque(_) => {}
        }
    }
    leaves
}

/// A column of the source, as a stage names it.
fn column(name: &str, stage: &Stage) -> Expr {
    let field = Field { name: name.to_owned(), origin: Origin::Unknown, span: stage.span };
    Expr { kind: ExprKind::Field(field), ty: ScalarType::Unknown, span: stage.span }
}

impl Leaf {
    fn inlined(&self, expr: &Expr) -> Expr {
        let inlined = substitute(expr, &self.values);
        if count_nodes(&inlined) > MOST_NODES.max(2 * count_nodes(expr)) { expr.clone() } else { inlined }
    }

    fn filter(&mut self, predicate: &Expr) {
        if self.of_groups.is_empty() && self.side.is_none() {
            let inlined = self.inlined(predicate);
            self.predicates.push(inlined);
            return;
        }
        let conjuncts = match &predicate.kind {
            ExprKind::And(parts) => parts.as_slice(),
            _ => std::slice::from_ref(predicate),
        };
        let own = conjuncts.iter().filter(|conjunct| self.is_about(conjunct));
        let inlined: Vec<Expr> = own.map(|conjunct| self.inlined(conjunct)).collect();
        self.predicates.extend(inlined);
    }

    /// Whether a test looks at events of this leaf, and only at one of them.
    fn is_about(&self, expr: &Expr) -> bool {
        let mut is_own = true;
        each_part(expr, &mut |part| match &part.kind {
            ExprKind::Field(field) => is_own &= !self.of_groups.contains(&field.name) && self.has(field),
            ExprKind::Subquery(_) | ExprKind::Opaque(_) => is_own = false,
            _ => {}
        });
        is_own
    }

    fn has(&self, field: &Field) -> bool {
        let Some(side) = self.side else { return true };
        match &field.origin {
            Origin::Table { through_join, .. } => *through_join == (side == JoinSide::Right),
            Origin::Event { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Several(_) | Origin::Unknown => {
                self.values.contains_key(&field.name)
            }
        }
    }

    fn group(&mut self, aggregates: &[Aggregate]) {
        for aggregate in aggregates {
            let ExprKind::Call { name, arguments } = &aggregate.value.kind else { continue };
            match (name.as_str(), arguments.as_slice()) {
                // What is counted apart needs an event of its own.
                ("countif", [predicate, ..]) | ("dcountif" | "count_distinctif" | "sumif", [_, predicate, ..]) => {
                    let inlined = self.inlined(predicate);
                    self.kinds.push(inlined);
                }
                _ => {}
            }
            // Of the row that a group keeps the columns are those of an event.
            let kept = match name.as_str() {
                "arg_max" | "arg_min" | "argmax" | "argmin" => aggregate.names.len().saturating_sub(1),
                "take_any" | "any" => aggregate.names.len(),
                _ => 0,
            };
            for name in &aggregate.names[..aggregate.names.len() - kept] {
                self.values.remove(name);
                self.of_groups.insert(name.clone());
            }
        }
    }

    /// What a column stands for, if it is none of the source.
    pub(super) fn value(&self, name: &str) -> Option<&Expr> {
        self.values.get(name)
    }

    /// A leaf for each kind of event that is counted apart; itself, if there is none.
    pub(super) fn by_kind(&self) -> Vec<Self> {
        if self.kinds.is_empty() {
            return vec![self.clone()];
        }
        let with = |kind: &Expr| {
            let mut leaf = self.clone();
            leaf.predicates.push(kind.clone());
            leaf
        };
        self.kinds.iter().take(KINDS).map(with).collect()
    }

    fn assign(&mut self, items: &[Assignment]) {
        let values: Vec<(String, Expr)> =
            items.iter().map(|item| (item.name.clone(), self.inlined(&item.value))).collect();
        self.values.extend(values);
    }

    fn expand(&mut self, items: &[Assignment]) {
        for item in items {
            let base = Box::new(self.inlined(&item.value));
            let kind = ExprKind::Member { base, key: MemberKey::Index(0) };
            let element = Expr { kind, ty: ScalarType::Dynamic, span: item.span };
            self.values.insert(item.name.clone(), element);
        }
    }
}
