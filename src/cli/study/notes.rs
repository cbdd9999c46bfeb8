//! What the page of a rule is told about its conversions and findings.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::emit::{Conversion, Outcome, Target};
use crate::explain::{ConversionNote, FindingNote};
use crate::source::{LineIndex, RuleText};

/// One note for each conversion.
pub(super) fn conversions(conversions: &[Conversion]) -> Vec<ConversionNote> {
    conversions.iter().map(conversion).collect()
}

/// A rule that cannot be read converts to none of the targets.
pub(super) fn no_conversions(targets: &[Target]) -> Vec<ConversionNote> {
    let unreadable = |target: &Target| ConversionNote {
        target: target.as_str().to_owned(),
        is_converted: false,
        class: "unreadable".to_owned(),
        reasons: vec![("syntax-error".to_owned(), 1)],
    };
    targets.iter().map(unreadable).collect()
}

fn conversion(conversion: &Conversion) -> ConversionNote {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let is_converted = match &conversion.outcome {
        Outcome::Converted(_) => {
            for loss in &conversion.losses {
                *counts.entry(loss.reason.as_str()).or_default() += 1;
            }
            true
        }
        Outcome::Refused(refusals) => {
            for refusal in refusals {
                *counts.entry(refusal.reason.as_str()).or_default() += 1;
            }
            false
        }
    };
    ConversionNote {
        target: conversion.target.as_str().to_owned(),
        is_converted,
        class: conversion.class.as_str().to_owned(),
        reasons: counts.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect(),
    }
}

/// A finding with its line in the file.
pub(super) fn finding(diagnostic: Diagnostic, rule: &RuleText, lines: &LineIndex<'_>) -> FindingNote {
    FindingNote {
        line: lines.position(rule.file_span(diagnostic.place).start as usize).0,
        code: diagnostic.code.to_owned(),
        name: diagnostic.name.to_owned(),
        severity: diagnostic.severity.as_str().to_owned(),
        message: diagnostic.message,
    }
}
