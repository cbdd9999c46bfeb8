//! Conditions as trees in words.

use serde::Serialize;

use crate::ir::{Assignment, Expr, ExprKind, Stage, StageKind, Test, TestOp};

use super::outline::{Step, StepKind, decided};
use super::phrases::{Sense, is_about_missing, phrase};
use super::words;

/// A condition of one stage, or the branches of one column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StagePredicate {
    /// Number of the stage.
    pub stage: String,
    /// The column whose value the branches give; `null` for a condition on rows.
    pub column: Option<String>,
    /// The condition.
    pub tree: PredicateNode,
}

/// A node of a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "node", rename_all = "kebab-case")]
pub enum PredicateNode {
    /// Every one of these holds.
    All {
        /// The parts.
        of: Vec<PredicateNode>,
    },
    /// At least one of these holds.
    Any {
        /// The parts.
        of: Vec<PredicateNode>,
    },
    /// This does not hold.
    Not {
        /// The part.
        of: Box<PredicateNode>,
    },
    /// One test.
    Test {
        /// What is tested.
        subject: String,
        /// KQL's operator or function, without a negation.
        operator: String,
        /// Whether the negation is meant.
        is_negated: bool,
        /// What it means. Ends in a colon if `listed` follows.
        meaning: String,
        /// The operands, texts in quotes.
        values: Vec<String>,
        /// Whether `values` belong behind `meaning` rather than being in it.
        is_list: bool,
        /// What else it accepts or refuses.
        remarks: Vec<String>,
        /// Where the test stands: UTF-8 bytes of the query.
        start: u32,
        /// One past its last byte.
        end: u32,
    },
    /// The first branch whose condition holds.
    Branches {
        /// The branches in order.
        branches: Vec<Branch>,
        /// If no condition holds.
        otherwise: Box<PredicateNode>,
    },
    /// A value or a condition that is no test.
    Value {
        /// It, in the query's words.
        text: String,
    },
    /// What could not be understood.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// One branch of `iff` or `case`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// The condition.
    pub when: PredicateNode,
    /// What it gives.
    pub then: PredicateNode,
}

pub(super) fn predicates(steps: &[Step<'_>]) -> Vec<StagePredicate> {
    steps
        .iter()
        .filter_map(|step| match step.kind {
            StepKind::Stage(stage) => Some((step, stage)),
            StepKind::Source(_) => None,
        })
        .flat_map(|(step, stage)| stage_predicates(&step.number, stage))
        .collect()
}

fn stage_predicates(number: &str, stage: &Stage) -> Vec<StagePredicate> {
    let of = |column: Option<&str>, expr: &Expr| StagePredicate {
        stage: number.to_owned(),
        column: column.map(str::to_owned),
        tree: node(expr),
    };
    match &stage.kind {
        StageKind::Filter(predicate) => vec![of(None, predicate)],
        StageKind::Extend(items) | StageKind::Project(items) | StageKind::Distinct(items) => items
            .iter()
            .filter(|item| is_conditional(&item.value))
            .map(|item| of(Some(&item.name), &item.value))
            .collect(),
        StageKind::Summarize { by, .. } => conditional(by).map(|item| of(Some(&item.name), &item.value)).collect(),
        StageKind::Other { .. } => stage
            .kind
            .expressions()
            .into_iter()
            .filter(|expr| is_conditional(expr))
            .map(|expr| of(None, expr))
            .collect(),
        StageKind::ProjectAway(_)
        | StageKind::ProjectKeep(_)
        | StageKind::ProjectRename(_)
        | StageKind::ProjectReorder
        | StageKind::Join(_)
        | StageKind::Union(_)
        | StageKind::Sort(_)
        | StageKind::Take(_)
        | StageKind::Top { .. }
        | StageKind::Count(_)
        | StageKind::MvExpand(_)
        | StageKind::Parse { .. }
        | StageKind::Annotation(_)
        | StageKind::Opaque(_) => Vec::new(),
    }
}

fn conditional(items: &[Assignment]) -> impl Iterator<Item = &Assignment> {
    items.iter().filter(|item| is_conditional(&item.value))
}

fn is_conditional(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Test(_) | ExprKind::Case { .. }
    )
}

fn node(expr: &Expr) -> PredicateNode {
    if let Some(test) = decided(expr) {
        return node(test);
    }
    let nodes = |operands: &[Expr]| operands.iter().map(node).collect();
    match &expr.kind {
        ExprKind::And(operands) => PredicateNode::All { of: all(operands) },
        ExprKind::Or(operands) => PredicateNode::Any { of: nodes(operands) },
        ExprKind::Not(inner) => match &inner.kind {
            ExprKind::Test(test) => test_node(test, Sense::Negated, inner),
            _ if let Some(Expr { kind: ExprKind::Test(test), .. }) = decided(inner) => {
                test_node(test, Sense::NegatedNullFalse, inner)
            }
            _ => PredicateNode::Not { of: Box::new(node(inner)) },
        },
        ExprKind::Test(test) => test_node(test, Sense::Plain, expr),
        ExprKind::Case { branches, otherwise } => PredicateNode::Branches {
            branches: branches.iter().map(|(when, then)| Branch { when: node(when), then: node(then) }).collect(),
            otherwise: Box::new(node(otherwise)),
        },
        ExprKind::Opaque(reason) => PredicateNode::Unknown { reason: reason.clone() },
        ExprKind::Field(_)
        | ExprKind::Value(_)
        | ExprKind::Call { .. }
        | ExprKind::Arithmetic { .. }
        | ExprKind::Negate(_)
        | ExprKind::Member { .. }
        | ExprKind::Star
        | ExprKind::Subquery(_) => PredicateNode::Value { text: words::expression(expr) },
    }
}

/// The parts of an `and`. Where one of them wants a value, no other keeps rows without.
fn all(operands: &[Expr]) -> Vec<PredicateNode> {
    let wants_value = |part: &PredicateNode| match part {
        PredicateNode::Test { subject, operator, is_negated: true, .. } if operator == TestOp::IsEmpty.as_str() => {
            Some(subject.clone())
        }
        _ => None,
    };
    let mut parts: Vec<PredicateNode> = operands.iter().map(node).collect();
    let filled: Vec<String> = parts.iter().filter_map(wants_value).collect();
    for part in &mut parts {
        if let PredicateNode::Test { subject, remarks, .. } = part
            && filled.contains(subject)
        {
            remarks.retain(|remark| !is_about_missing(remark));
        }
    }
    parts
}

fn test_node(test: &Test, sense: Sense, expr: &Expr) -> PredicateNode {
    let phrase = phrase(test, sense);
    PredicateNode::Test {
        subject: words::expression(&test.subject),
        operator: test.op.as_str().to_owned(),
        is_negated: sense.is_negated(),
        is_list: !phrase.listed.is_empty(),
        meaning: phrase.meaning,
        values: test.operands.iter().map(words::expression).collect(),
        remarks: phrase.remarks,
        start: expr.span.start,
        end: expr.span.end,
    }
}
