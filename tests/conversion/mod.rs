//! A conversion as the snapshots of cases show it.

use std::fmt::Write as _;

use kqlift::emit::{Conversion, Outcome};

/// Adds what a target gets, or why it is refused, and what differs.
pub(crate) fn write(text: &mut String, title: &str, conversion: &Conversion) {
    let _ = writeln!(text, "=== {title}: {}", conversion.class.as_str());
    match &conversion.outcome {
        Outcome::Converted(output) => text.push_str(output),
        Outcome::Refused(refusals) => {
            for refusal in refusals {
                let _ = writeln!(text, "refused {}: {}", refusal.reason.as_str(), refusal.message);
            }
        }
    }
    for loss in &conversion.losses {
        let assumption = loss.assumption.map_or("", |assumption| assumption.as_str());
        let _ = writeln!(
            text,
            "- {} {} {assumption}: {} [{}]",
            loss.reason.as_str(),
            loss.rule_class.as_str(),
            loss.message,
            loss.construct
        );
    }
}
