//! Title, schedule, threshold, ATT&CK, and the data that the rule needs.

use serde::Serialize;

use crate::ir::{Envelope, SourceKind, StageKind, Trigger, TriggerOperator};
use crate::rule::AlertSeverity;
use crate::schema::{Technique, TechniqueStatus, spaced};

use super::kind_words;
use super::language::Language;
use super::outline::{Step, StepKind};

/// What stands above the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Title, if the file has one.
    pub title: Option<String>,
    /// Identifier of the rule.
    pub id: Option<String>,
    /// What the rule is written in.
    pub language: Language,
    /// `Scheduled`, `Hunting query`, …
    pub kind: String,
    /// Severity of the alert.
    pub severity: Option<String>,
    /// The day of its last change, if the file says it: `2026-01-31`.
    pub changed: Option<String>,
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
    /// What ATT&CK calls them, in the same order; `null` for one that it does not have.
    pub technique_names: Vec<Option<String>>,
    /// Tables that the file says the rule needs.
    pub declared_data: Vec<String>,
    /// Tables and table functions that the query reads, in order.
    pub used_data: Vec<String>,
    /// What the rule looks for.
    pub description: Option<String>,
    /// Links.
    pub references: Vec<String>,
}

pub(super) fn header(envelope: &Envelope, steps: &[Step<'_>], language: Language) -> Header {
    Header {
        title: envelope.title.clone(),
        id: envelope.id.clone(),
        language,
        kind: kind_words(envelope.kind, language).to_owned(),
        severity: envelope.severity.map(AlertSeverity::as_str).map(str::to_owned),
        changed: None,
        every: envelope.frequency.map(crate::rule::Seconds::short),
        over: envelope.period.map(crate::rule::Seconds::short),
        trigger: envelope.trigger.map(trigger),
        tactics: envelope.tactics.clone(),
        techniques: envelope.techniques.clone(),
        technique_names: envelope.techniques.iter().map(|id| Technique::find(id).map(technique_name)).collect(),
        declared_data: envelope.data_types.clone(),
        used_data: used_data(steps),
        description: envelope.description.clone(),
        references: envelope.references.clone(),
    }
}

/// The name of a technique, and what has taken its place.
fn technique_name(technique: Technique) -> String {
    let name = technique.full_name();
    match technique.status {
        TechniqueStatus::Live => name,
        TechniqueStatus::Deprecated => format!("{name} (deprecated)"),
        TechniqueStatus::Revoked(None) => format!("{name} (revoked)"),
        TechniqueStatus::Revoked(Some(successor)) => format!("{name} (now {successor})"),
    }
}

impl Header {
    /// The tactics in words: `Defense Evasion` for `DefenseEvasion`.
    pub(super) fn tactic_words(&self) -> Vec<String> {
        self.tactics.iter().map(|tactic| spaced(tactic)).collect()
    }

    /// The techniques with their names.
    pub(super) fn technique_words(&self) -> Vec<String> {
        let named = |(id, name): (&String, &Option<String>)| match name {
            Some(name) => format!("{id} {name}"),
            None => format!("{id} (not in ATT&CK)"),
        };
        self.techniques.iter().zip(&self.technique_names).map(named).collect()
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
    let mut add = |kind: &SourceKind| {
        let name = match kind {
            SourceKind::Table { name, .. } | SourceKind::Function { name, .. } => name.clone(),
            SourceKind::LogSource(found) => found.to_string(),
            SourceKind::Union(_)
            | SourceKind::Pipeline { .. }
            | SourceKind::Inline(_)
            | SourceKind::External(_)
            | SourceKind::Opaque(_) => return,
        };
        if !names.contains(&name) {
            names.push(name);
        }
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
