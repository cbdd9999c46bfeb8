//! The conditions of a rule on the events of each of its sources, in columns of the source.

use std::collections::BTreeMap;

use crate::emit::{count_nodes, substitute};
use crate::ir::{Assignment, Expr, ExprKind, Field, MemberKey, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::schema::{Origin, ScalarType};

/// A value larger than this is not inlined.
const MOST_NODES: usize = 256;

/// A source, and what has to hold for its events.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// Where the events come from.
    pub(super) source: Source,
    /// All of these have to hold.
    pub(super) predicates: Vec<Expr>,
    values: BTreeMap<String, Expr>,
}

/// The leaves of a pipeline in which each event is by itself.
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
            vec![Leaf { source: pipeline.source.clone(), predicates: Vec::new(), values: BTreeMap::new() }]
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
            StageKind::ProjectAway(_)
            | StageKind::ProjectKeep(_)
            | StageKind::ProjectReorder
            | StageKind::Summarize { .. }
            | StageKind::Distinct(_)
            | StageKind::Join(_)
            | StageKind::Sort(_)
            | StageKind::Take(_)
            | StageKind::Top { .. }
            | StageKind::Count(_)
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
        let inlined = self.inlined(predicate);
        self.predicates.push(inlined);
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
