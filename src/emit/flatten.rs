//! A pipeline as one predicate over the columns of its source, where that is possible.
//!
//! Columns that `extend`, `project` and renames make are replaced by what they stand for. Stages that change which
//! rows an event gives, rather than whether it gives any, are refused by name.

use std::collections::BTreeMap;

use super::loss::Refusal;
use super::reason::Reason;
use super::window::is_windowed;
use crate::ir::{Assignment, Expr, ExprKind, Field, MemberKey, Pipeline, Source, SourceKind, Stage, StageKind, Test};
use crate::schema::{Origin, ScalarType};
use crate::span::Span;

/// A value larger than this is not inlined: repeated doubling must not use memory out of proportion.
const MAX_INLINED_NODES: usize = 1024;

/// A pipeline without intermediate columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flat<'ir> {
    /// Where rows come from: a table or a function.
    pub(super) source: &'ir Source,
    /// What happens to them, in columns of the source.
    pub(super) steps: Vec<Step>,
    /// The columns of the result; `None` if the pipeline never chose columns.
    pub(super) output: Option<Vec<OutputColumn>>,
}

/// A step in columns of the source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// What it does.
    pub(super) kind: StepKind,
    /// Place in the query.
    pub(super) span: Span,
}

impl Step {
    /// Whether it only keeps rows for which something is true.
    pub(super) fn is_filter(&self) -> bool {
        matches!(self.kind, StepKind::Filter(_))
    }
}

/// Kinds of step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StepKind {
    /// Keeps rows for which this is true.
    Filter(Expr),
    /// Keeps one row for each combination.
    Distinct(Vec<OutputColumn>),
    /// Orders rows: key and whether it is descending.
    Sort(Vec<(Expr, bool)>),
    /// Keeps so many rows.
    Take(Expr),
    /// Keeps the first so many rows: count, key, whether it is descending.
    Top(Expr, Expr, bool),
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OutputColumn {
    /// Its name.
    pub(super) name: String,
    /// Its value.
    pub(super) value: Expr,
}

/// Flattens a pipeline, or says what stands in the way.
pub(super) fn flatten(pipeline: &Pipeline) -> Result<Flat<'_>, Vec<Refusal>> {
    let (source, stages) = innermost(pipeline);
    let mut scope = Scope::default();
    let mut refusals = Vec::new();
    for stage in stages {
        if let Err(refusal) = scope.apply(stage) {
            refusals.push(refusal);
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let output = scope.names.take().map(|names| names.into_iter().map(|name| scope.output(name)).collect());
    Ok(Flat { source, steps: scope.steps, output })
}

/// A pipeline up to the first stage that gives other rows than its source, and the stages from there on.
pub(super) struct Split<'ir> {
    /// The rows of the source.
    pub(super) head: Flat<'ir>,
    /// What each column stands for at the end of the head; a column that is not here is the source's own.
    pub(super) values: BTreeMap<String, Expr>,
    /// The other stages.
    pub(super) tail: Vec<&'ir Stage>,
}

impl Split<'_> {
    /// Whether the head has a column of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        if let Some(columns) = &self.head.output {
            return columns.iter().any(|column| column.name == name);
        }
        let source = &self.head.source.columns;
        self.values.contains_key(name) || source.find(name).is_some() || source.is_open || source.columns.is_empty()
    }

    /// What a column stands for at the end of the head.
    pub(super) fn value(&self, expr: &Expr) -> Expr {
        substitute(expr, &self.values)
    }
}

/// Splits a pipeline where its rows stop being the rows of its source, or where a stage looks at several of them.
pub(super) fn split(pipeline: &Pipeline) -> Split<'_> {
    let (source, stages) = innermost(pipeline);
    let mut scope = Scope::default();
    let mut stages = stages.into_iter();
    let mut tail = Vec::new();
    for stage in stages.by_ref() {
        if is_windowed(stage) || scope.apply(stage).is_err() {
            tail.push(stage);
            break;
        }
    }
    tail.extend(stages);
    let output = scope.names.take().map(|names| names.into_iter().map(|name| scope.output(name)).collect());
    Split { head: Flat { source, steps: scope.steps, output }, values: scope.values, tail }
}

/// The source behind tabular `let`s and sub-queries, and every stage from there on.
pub(super) fn innermost(pipeline: &Pipeline) -> (&Source, Vec<&Stage>) {
    let (mut source, mut groups) = (&pipeline.source, vec![&pipeline.stages]);
    while let SourceKind::Pipeline { pipeline, .. } = &source.kind {
        source = &pipeline.source;
        groups.push(&pipeline.stages);
    }
    (source, groups.into_iter().rev().flatten().collect())
}

#[derive(Default)]
struct Scope {
    values: BTreeMap<String, Expr>,
    names: Option<Vec<String>>,
    steps: Vec<Step>,
}

impl Scope {
    fn apply(&mut self, stage: &Stage) -> Result<(), Refusal> {
        if let (StageKind::Filter(_), Some(limit)) = (&stage.kind, self.limit()) {
            // Targets limit rows last: moved behind the test, the limit would pick others.
            let message = format!("`where` behind `{limit}` tests only the rows that the limit left");
            return Err(Refusal::new(stage.span, Reason::OperatorUnsupported, limit, message)
                .suggest(format!("put every `where` in front of `{limit}`")));
        }
        let mut step = |kind| self.steps.push(Step { kind, span: stage.span });
        match &stage.kind {
            StageKind::Filter(predicate) => step(StepKind::Filter(substitute(predicate, &self.values))),
            StageKind::Sort(keys) => {
                let keys = keys.iter().map(|(key, is_descending)| (substitute(key, &self.values), *is_descending));
                step(StepKind::Sort(keys.collect()));
            }
            StageKind::Take(count) => step(StepKind::Take(count.clone())),
            StageKind::Top { count, by, is_descending } => {
                step(StepKind::Top(count.clone(), substitute(by, &self.values), *is_descending));
            }
            StageKind::Extend(assignments) => self.extend(assignments),
            StageKind::Project(assignments) => self.project(assignments),
            StageKind::Distinct(assignments) => {
                self.project(assignments);
                let names = self.names.clone().unwrap_or_default();
                let columns = names.into_iter().map(|name| self.output(name)).collect();
                self.steps.push(Step { kind: StepKind::Distinct(columns), span: stage.span });
            }
            StageKind::ProjectAway(gone) => {
                if let Some(names) = &mut self.names {
                    names.retain(|name| !gone.contains(name));
                }
            }
            StageKind::ProjectKeep(kept) => match &mut self.names {
                Some(names) => names.retain(|name| kept.contains(name)),
                None => self.names = Some(kept.clone()),
            },
            StageKind::ProjectRename(renames) => self.rename(renames, stage.span),
            StageKind::ProjectReorder | StageKind::Annotation(_) => {}
            StageKind::Summarize { .. }
            | StageKind::Join(_)
            | StageKind::Union(_)
            | StageKind::Count(_)
            | StageKind::MvExpand(_)
            | StageKind::Parse { .. }
            | StageKind::Other { .. } => {
                let word = stage.kind.word();
                return Err(Refusal::new(
                    stage.span,
                    Reason::OperatorUnsupported,
                    word,
                    format!("`{word}` cannot be converted"),
                ));
            }
            StageKind::Opaque(text) => {
                let message = "an operator that could not be read cannot be converted";
                return Err(Refusal::new(stage.span, Reason::Opaque, text.clone(), message));
            }
        }
        Ok(())
    }

    /// The word of the row limit among the steps so far.
    fn limit(&self) -> Option<&'static str> {
        self.steps.iter().find_map(|step| match step.kind {
            StepKind::Take(_) => Some("take"),
            StepKind::Top(..) => Some("top"),
            StepKind::Filter(_) | StepKind::Sort(_) | StepKind::Distinct(_) => None,
        })
    }

    fn extend(&mut self, assignments: &[Assignment]) {
        let values = self.inlined(assignments);
        if let Some(names) = &mut self.names {
            names.extend(assignments.iter().map(|assignment| assignment.name.clone()));
            let mut seen = Vec::new();
            names.retain(|name| {
                !seen.contains(name) && {
                    seen.push(name.clone());
                    true
                }
            });
        }
        self.values.extend(values);
    }

    fn project(&mut self, assignments: &[Assignment]) {
        let values = self.inlined(assignments);
        self.names = Some(assignments.iter().map(|assignment| assignment.name.clone()).collect());
        self.values = values;
    }

    fn inlined(&self, assignments: &[Assignment]) -> BTreeMap<String, Expr> {
        let inline = |assignment: &Assignment| {
            let mut value = substitute(&assignment.value, &self.values);
            if count_nodes(&value) > MAX_INLINED_NODES {
                value.kind = ExprKind::Opaque("a value that is too large to inline".to_owned());
            }
            (assignment.name.clone(), value)
        };
        assignments.iter().map(inline).collect()
    }

    fn rename(&mut self, renames: &[(String, String)], span: Span) {
        let values: Vec<(String, Expr)> =
            renames.iter().map(|(new, old)| (new.clone(), self.column(old, span))).collect();
        for name in self.names.iter_mut().flatten() {
            if let Some((new, _)) = renames.iter().find(|(_, old)| old == name) {
                name.clone_from(new);
            }
        }
        self.values.extend(values);
    }

    fn column(&self, name: &str, span: Span) -> Expr {
        self.values.get(name).cloned().unwrap_or_else(|| {
            let field = Field { name: name.to_owned(), origin: Origin::Unknown, span };
            Expr { kind: ExprKind::Field(field), ty: ScalarType::Unknown, span }
        })
    }

    fn output(&self, name: String) -> OutputColumn {
        OutputColumn { value: self.column(&name, Span::default()), name }
    }
}

/// The expression with every column replaced by what it stands for.
pub(crate) fn substitute(expr: &Expr, values: &BTreeMap<String, Expr>) -> Expr {
    if let ExprKind::Field(field) = &expr.kind {
        // The place stays that of the use: a finding belongs where the value is tested.
        return values.get(&field.name).map_or_else(|| expr.clone(), |value| Expr { span: expr.span, ..value.clone() });
    }
    map_children(expr, &mut |child| substitute(child, values))
}

/// The expression with `replace` applied to each direct part.
pub(crate) fn map_children(expr: &Expr, replace: &mut impl FnMut(&Expr) -> Expr) -> Expr {
    let kind = match &expr.kind {
        ExprKind::Field(_) | ExprKind::Value(_) | ExprKind::Star | ExprKind::Subquery(_) | ExprKind::Opaque(_) => {
            expr.kind.clone()
        }
        ExprKind::And(parts) => ExprKind::And(parts.iter().map(&mut *replace).collect()),
        ExprKind::Or(parts) => ExprKind::Or(parts.iter().map(&mut *replace).collect()),
        ExprKind::Not(inner) => ExprKind::Not(Box::new(replace(inner))),
        ExprKind::Negate(inner) => ExprKind::Negate(Box::new(replace(inner))),
        ExprKind::Test(test) => ExprKind::Test(Box::new(Test {
            subject: replace(&test.subject),
            op: test.op,
            operands: test.operands.iter().map(&mut *replace).collect(),
            op_span: test.op_span,
        })),
        ExprKind::Case { branches, otherwise } => ExprKind::Case {
            branches: branches.iter().map(|(when, then)| (replace(when), replace(then))).collect(),
            otherwise: Box::new(replace(otherwise)),
        },
        ExprKind::Call { name, arguments } => {
            ExprKind::Call { name: name.clone(), arguments: arguments.iter().map(&mut *replace).collect() }
        }
        ExprKind::Arithmetic { op, left, right } => {
            ExprKind::Arithmetic { op: *op, left: Box::new(replace(left)), right: Box::new(replace(right)) }
        }
        ExprKind::Member { base, key } => {
            let key = match key {
                MemberKey::Property(_) | MemberKey::Index(_) => key.clone(),
                MemberKey::Computed(key) => MemberKey::Computed(Box::new(replace(key))),
            };
            ExprKind::Member { base: Box::new(replace(base)), key }
        }
    };
    Expr { kind, ty: expr.ty, span: expr.span }
}

/// The size of an expression.
pub(crate) fn count_nodes(expr: &Expr) -> usize {
    let mut count = 1;
    expr.for_each_child(&mut |child| count += count_nodes(child));
    count
}
