//! Title, schedule, threshold, ATT&CK, and the data that the rule needs.

use serde::Serialize;

use crate::ir::{Envelope, SourceKind, StageKind, Trigger, TriggerOperator};
use crate::rule::AlertSeverity;

use super::kind_words;
use super::outline::{Step, StepKind};

/// What stands above the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Title, if the file has one.
    pub title: Option<String>,
    /// Identifier of the rule.
    pub id: Option<String>,
    /// `Scheduled`, `Hunting query`, …
    pub kind: String,
    /// Severity of the alert.
    pub severity: Option<String>,
    /// How often the rule runs, such as `1h`.
    pub every: Option<String>,
    /// How far back each run looks, such as `14d`.
    pub over: Option<String>,
    /// When a result becomes an alert, such as `more than 0 results`.
    pub trigger: Option<String>,
    /// ATT&CK tactics as the file has them.
    pub tactics: Vec<String>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// Tables that the file says the rule needs.
    pub declared_data: Vec<String>,
    /// Tables and table functions that the query reads, in order.
    pub used_data: Vec<String>,
    /// What the rule looks for.
    pub description: Option<String>,
    /// Links.
    pub references: Vec<String>,
}

pub(super) fn header(envelope: &Envelope, steps: &[Step<'_>]) -> Header {
    Header {
        title: envelope.title.clone(),
        id: envelope.id.clone(),
        kind: kind_words(envelope.kind).to_owned(),
        severity: envelope.severity.map(AlertSeverity::as_str).map(str::to_owned),
        every: envelope.frequency.map(crate::rule::Seconds::short),
        over: envelope.period.map(crate::rule::Seconds::short),
        trigger: envelope.trigger.map(trigger),
        tactics: envelope.tactics.clone(),
        techniques: envelope.techniques.clone(),
        declared_data: envelope.data_types.clone(),
        used_data: used_data(steps),
        description: envelope.description.clone(),
        references: envelope.references.clone(),
    }
}

fn trigger(trigger: Trigger) -> String {
    let words = match trigger.operator {
        TriggerOperator::GreaterThan => "more than",
        TriggerOperator::LessThan => "fewer than",
        TriggerOperator::Equal => "exactly",
        TriggerOperator::NotEqual => "any number of results but",
    };
    match (trigger.operator, trigger.threshold) {
        (TriggerOperator::NotEqual, threshold) => format!("{words} {threshold}"),
        (_, 1) => format!("{words} 1 result"),
        (_, threshold) => format!("{words} {threshold} results"),
    }
}

/// Tables and functions by first use. A plain table inside a join has no step of its own.
fn used_data(steps: &[Step<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |kind: &SourceKind| match kind {
        SourceKind::Table { name, .. } | SourceKind::Function { name, .. } => {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        SourceKind::LogSource(found) => names.push(found.to_string()),
        SourceKind::Union(_)
        | SourceKind::Pipeline { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => {}
    };
    for step in steps {
        match step.kind {
            StepKind::Source(source) => {
                add(&source.kind);
                if let SourceKind::Pipeline { pipeline, .. } = &source.kind {
                    add(&pipeline.source.kind);
                }
            }
            StepKind::Stage(stage) => match &stage.kind {
                StageKind::Join(join) => add(&join.right.source.kind),
                StageKind::Other { pipelines, .. } => {
                    for pipeline in pipelines {
                        add(&pipeline.source.kind);
                    }
                }
                _ => {}
            },
        }
    }
    names
}
