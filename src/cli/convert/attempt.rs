//! What became of one rule and one target.

use std::path::PathBuf;

use super::loss_report::finding;
use super::verification::Evidence;
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::{Conversion, Loss, LossClass, Outcome as Converted, Refusal, Target};
use crate::report::FileReport;
use crate::source::RuleFile;
use crate::span::Place;

/// The attempt.
pub(super) struct Attempt {
    pub(super) path: String,
    /// Which rule of its file it is, if the file has several.
    pub(super) part: Option<PartOfFile>,
    pub(super) target: Option<Target>,
    pub(super) status: Status,
    pub(super) class: LossClass,
    pub(super) output: Option<Output>,
    pub(super) losses: Vec<Loss>,
    pub(super) refusals: Vec<Refusal>,
    /// What running both rules says.
    pub(super) evidence: Evidence,
    /// Losses, refusals and syntax errors with their places.
    pub(super) placed: FileReport,
}

/// What tells a rule from the others of its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartOfFile {
    /// Its number, from 1.
    pub(super) number: usize,
    /// The line where its query begins.
    pub(super) line: usize,
}

/// A converted rule.
pub(super) struct Output {
    pub(super) text: String,
    /// The path of the input below the folder that was asked for.
    pub(super) source: PathBuf,
    /// `-2` for the second of several rules in a file.
    pub(super) number: String,
    /// Path of the file for it, below the folder for outputs.
    pub(super) name: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Converted,
    Refused,
    /// The rule could not be read.
    Error,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Converted => "converted",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }
}

impl Attempt {
    pub(super) fn broken(placed: FileReport, target: Option<Target>) -> Self {
        let (losses, refusals) = (Vec::new(), Vec::new());
        let (path, class) = (placed.path.clone(), LossClass::NotExpressible);
        let (part, output, evidence) = (None, None, Evidence::default());
        Self { path, part, target, status: Status::Error, class, output, losses, refusals, evidence, placed }
    }

    /// Whether the rule is written for its own tables, because the target's common form cannot take it.
    pub(super) fn is_on_own_tables(&self) -> bool {
        self.status == Status::Converted && self.losses.iter().any(Loss::is_of_own_table)
    }

    /// `rules.kql`, or `rules.kql#2` for the second of several rules in a file.
    pub(super) fn name(&self) -> String {
        match self.part {
            Some(part) => format!("{}#{}", self.path, part.number),
            None => self.path.clone(),
        }
    }

    /// The line of a loss.
    pub(super) fn line_of(&self, code: &str, message: &str) -> Option<usize> {
        finding(&self.placed, code, message).map(|finding| finding.start.line)
    }
}

/// The attempt that a conversion is, without the examples that nothing confirms.
pub(super) fn attempt(
    file: &RuleFile,
    index: usize,
    conversion: Conversion,
    evidence: Evidence,
    output: Output,
) -> Attempt {
    let Conversion { target, outcome, class, mut losses } = conversion;
    evidence.withdraw(&mut losses);
    let (status, output, refusals) = match outcome {
        Converted::Converted(text) => (Status::Converted, Some(Output { text, ..output }), Vec::new()),
        Converted::Refused(refusals) => (Status::Refused, None, refusals),
    };
    let findings = losses.iter().map(loss).chain(refusals.iter().map(refusal));
    let findings = findings.chain(evidence.findings());
    let placed = FileReport::of(file, findings.map(|finding| (index, finding)).collect());
    let path = file.path.clone();
    Attempt { path, part: None, target: Some(target), status, class, output, losses, refusals, evidence, placed }
}

fn loss(loss: &Loss) -> Diagnostic {
    let severity = match loss.rule_class {
        LossClass::Exact | LossClass::Informational | LossClass::Assumption => Severity::Info,
        LossClass::Over | LossClass::Under | LossClass::Changed | LossClass::NotExpressible => Severity::Warning,
    };
    let mut notes = Vec::new();
    if !loss.emitted.is_empty() {
        notes.push(format!("written: {}", loss.emitted));
    }
    if let Some(assumption) = loss.assumption {
        notes.push(format!("{}: {}", assumption.as_str(), assumption.text()));
    }
    if let Some(example) = &loss.counter_example {
        let says = |matches| if matches { "matches" } else { "does not match" };
        notes.push(format!(
            "with {} = {:?} the source {}, the target {}",
            example.field,
            example.value,
            says(example.matches_source),
            says(example.matches_target)
        ));
    }
    Diagnostic {
        code: loss.reason.as_str(),
        name: loss.rule_class.as_str(),
        severity,
        message: loss.message.clone(),
        place: Place::query(loss.span),
        label: String::new(),
        related: Vec::new(),
        help: loss.suggestion.clone(),
        notes,
        fix: None,
    }
}

/// A refusal at its place.
pub(super) fn refusal(refusal: &Refusal) -> Diagnostic {
    Diagnostic {
        code: refusal.reason.as_str(),
        name: "refused",
        severity: Severity::Error,
        message: refusal.message.clone(),
        place: Place::query(refusal.span),
        label: String::new(),
        related: Vec::new(),
        help: refusal.suggestion.clone(),
        notes: Vec::new(),
        fix: None,
    }
}
