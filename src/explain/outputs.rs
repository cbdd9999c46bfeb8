//! What the query returns, where each column comes from, and what uses it.

use serde::Serialize;

use crate::ir::{Detection, Envelope, Expr, ExprKind, Stage, StageKind};
use crate::schema::{Column, Columns, Origin};
use crate::span::Span;

use super::notation::notation;
use super::outline::{Step, StepKind};
use super::words;

/// The columns of the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The known columns in order.
    pub fields: Vec<OutputField>,
    /// Whether there may be others.
    pub is_open: bool,
}

/// One column of the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutputField {
    /// Its name.
    pub name: String,
    /// KQL's name of its type.
    #[serde(rename = "type")]
    pub ty: String,
    /// Where its value comes from.
    pub origin: OriginKind,
    /// The same in words.
    pub source: String,
    /// What uses it: `entity Host.HostName`, `custom detail Address`.
    pub used_by: Vec<String>,
}

/// Where the value of a column comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OriginKind {
    /// A table's column, perhaps renamed.
    Table {
        /// The table or function.
        table: String,
        /// Its name there.
        column: String,
        /// Whether it came through the right side of a join.
        via_join: bool,
    },
    /// Computed from other columns.
    Computed {
        /// Those columns, as `table.column`.
        inputs: Vec<String>,
        /// Number of the stage that does.
        stage: Option<String>,
    },
    /// An aggregate.
    Aggregate {
        /// The call, such as `make_set(FileName)`.
        call: String,
        /// The table columns that go into it, as `table.column`.
        inputs: Vec<String>,
        /// Number of the stage.
        stage: Option<String>,
    },
    /// A constant.
    Constant {
        /// Its value.
        value: String,
        /// Number of the stage.
        stage: Option<String>,
    },
    /// Made by an operator.
    Made {
        /// By which.
        by: String,
    },
    /// A column of each branch of a union.
    Several {
        /// The columns in words.
        of: Vec<String>,
    },
    /// Not known.
    Unknown,
}

/// An entity's identifier or an alert detail, and the column that fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnUse {
    /// `Host`, `IP`, …; `null` for a custom detail.
    pub entity: Option<String>,
    /// The identifier, or the detail's name.
    pub name: String,
    /// The column.
    pub column: String,
    /// Whether the query returns it; `null` if that cannot be known.
    pub is_returned: Option<bool>,
}

impl ColumnUse {
    /// What it is called elsewhere on the page.
    pub fn title(&self) -> String {
        match &self.entity {
            Some(entity) => format!("entity {entity}.{}", self.name),
            None => format!("custom detail {}", self.name),
        }
    }
}

/// Entities and custom details in the order of the file.
pub(super) fn column_uses(envelope: &Envelope, output: &Columns) -> Vec<ColumnUse> {
    let is_returned = |column: &str| match (output.find(column), output.is_open) {
        (Some(_), _) => Some(true),
        (None, true) => None,
        (None, false) => Some(false),
    };
    let entities = envelope.entities.iter().flat_map(|entity| {
        entity.fields.iter().map(|(identifier, column)| ColumnUse {
            entity: Some(entity.entity_type.clone()),
            name: identifier.clone(),
            column: column.clone(),
            is_returned: is_returned(column),
        })
    });
    let details = envelope.custom_details.iter().map(|(name, column)| ColumnUse {
        entity: None,
        name: name.clone(),
        column: column.clone(),
        is_returned: is_returned(column),
    });
    entities.chain(details).collect()
}

pub(super) fn output(rule: &Detection, steps: &[Step<'_>]) -> Output {
    let columns = &rule.pipeline.output;
    let uses = column_uses(&rule.envelope, columns);
    let field = |column: &Column| {
        let origin = origin(column, steps);
        OutputField {
            name: column.name.clone(),
            ty: column.ty.as_str().to_owned(),
            source: origin_words(&origin),
            origin,
            used_by: uses.iter().filter(|each| each.column == column.name).map(ColumnUse::title).collect(),
        }
    };
    Output { fields: columns.columns.iter().map(field).collect(), is_open: columns.is_open }
}

fn origin(column: &Column, steps: &[Step<'_>]) -> OriginKind {
    match &column.origin {
        Origin::Table { table, column, through_join } => {
            OriginKind::Table { table: table.clone(), column: column.clone(), via_join: *through_join }
        }
        Origin::Computed { span, inputs } => computed(*span, inputs, steps),
        Origin::Event { field } => OriginKind::Made { by: format!("the field `{field}`") },
        Origin::Made(by) => made(&column.name, by, steps),
        Origin::Several(origins) => {
            let mut of: Vec<String> = Vec::new();
            for origin in origins {
                let branch = Column { name: column.name.clone(), ty: column.ty, origin: origin.clone() };
                let words = origin_words(&self::origin(&branch, steps));
                if !of.contains(&words) {
                    of.push(words);
                }
            }
            OriginKind::Several { of }
        }
        Origin::Unknown => OriginKind::Unknown,
    }
}

/// A column that is no table's; a constant by the last stage that sets it.
fn made(name: &str, by: &str, steps: &[Step<'_>]) -> OriginKind {
    let constant = steps.iter().filter(|step| step.depth == 0).rev().find_map(|step| match step.kind {
        StepKind::Stage(stage) => assigned_constant(stage, name).map(|value| (step, value)),
        StepKind::Source(_) => None,
    });
    match constant {
        Some((step, value)) if by == "constant" => {
            OriginKind::Constant { value: words::expression(value), stage: Some(step.number.clone()) }
        }
        _ => OriginKind::Made { by: by.to_owned() },
    }
}

fn assigned_constant<'r>(stage: &'r Stage, name: &str) -> Option<&'r Expr> {
    let (StageKind::Extend(items) | StageKind::Project(items)) = &stage.kind else { return None };
    let value = items.iter().rev().find(|item| item.name == name).map(|item| &item.value)?;
    matches!(value.kind, ExprKind::Value(_)).then_some(value)
}

/// A computed value by the stage that computes it: the innermost one whose text holds the expression, and the first of
/// those where a `let` is used several times.
fn computed(span: Span, inputs: &[(String, String)], steps: &[Step<'_>]) -> OriginKind {
    let holder = steps
        .iter()
        .filter_map(|step| match step.kind {
            StepKind::Stage(stage) if stage.span.contains(span) => Some((step, stage)),
            StepKind::Stage(_) | StepKind::Source(_) => None,
        })
        .min_by_key(|(_, stage)| stage.span.len());
    let stage = holder.map(|(step, _)| step.number.clone());
    let inputs = inputs.iter().map(|(table, column)| format!("{table}.{column}")).collect();
    match holder.map(|(_, stage)| stage) {
        Some(holder) => match aggregate(holder, span) {
            Some(call) => OriginKind::Aggregate { call: notation(call), inputs, stage },
            None => OriginKind::Computed { inputs, stage },
        },
        None => OriginKind::Computed { inputs, stage },
    }
}

fn aggregate(stage: &Stage, span: Span) -> Option<&Expr> {
    match &stage.kind {
        StageKind::Summarize { aggregates, .. } => {
            aggregates.iter().find(|aggregate| aggregate.span.contains(span)).map(|aggregate| &aggregate.value)
        }
        _ => None,
    }
}

fn origin_words(origin: &OriginKind) -> String {
    let at = |stage: &Option<String>| stage.as_ref().map_or_else(String::new, |stage| format!(", stage {stage}"));
    match origin {
        OriginKind::Table { table, column, via_join } => {
            format!("{table}.{column}{}", if *via_join { " via join" } else { "" })
        }
        OriginKind::Computed { inputs, stage } if inputs.is_empty() => format!("computed{}", at(stage)),
        OriginKind::Computed { inputs, stage } => format!("computed from {}{}", words::listed(inputs, 4), at(stage)),
        OriginKind::Aggregate { call, stage, .. } => format!("aggregate {}{}", words::shortened(call, 80), at(stage)),
        OriginKind::Constant { value, stage } => format!("constant {value}{}", at(stage)),
        OriginKind::Made { by } if by == "constant" => "constant".to_owned(),
        OriginKind::Made { by } => format!("made by {by}"),
        OriginKind::Several { of } => of.join(" or "),
        OriginKind::Unknown => "unknown".to_owned(),
    }
}
