//! MET002: an identifier that is no GUID.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET002",
    name: "invalid-guid",
    category: Category::Metadata,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("invalid_guid.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(id) = cx.metadata().id.as_ref() else { return };
    // Resources are named by expressions, which become a GUID when they are deployed.
    if is_guid(&id.value) || id.value.contains(['[', '(', '{', '/']) {
        return;
    }
    let place = id.place;
    cx.report(place, format!("`{}` is no GUID", id.value))
        .label("8, 4, 4, 4 and 12 hexadecimal digits")
        .help("give the rule a new GUID, and never change it");
}

/// `8-4-4-4-12` hexadecimal digits.
fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
