//! PRT004: a function that the product of the rule does not have.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRT004",
    name: "platform-function",
    category: Category::Portability,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("platform_function.md"),
    check,
};

/// Functions of Defender's advanced hunting.
const OF_DEFENDER: &[&str] = &["FileProfile", "DeviceFromIP", "AssignedIPAddresses", "SeenBy"];

fn check(cx: &mut Context<'_>) {
    let named = cx.expressions().filter_map(|expr| match &expr.kind {
        ExprKind::Call { name, .. } => Some((name.span, &*name.text)),
        ExprKind::Name(name) if OF_DEFENDER.contains(&&*name.text) => Some((name.span, &*name.text)),
        _ => None,
    });
    let found: Vec<(Span, &str)> = named.filter(|(_, name)| OF_DEFENDER.contains(name)).collect();
    for (place, name) in found {
        cx.report(place, format!("Sentinel's analytics rules do not have `{name}`"))
            .label("of advanced hunting alone")
            .help("make it a custom detection, or do without");
    }
}
