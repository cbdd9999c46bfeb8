//! ATK001: a technique that ATT&CK does not have.

use crate::diagnostic::Severity;
use crate::lint::attack::{Standing, standing};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ATK001",
    name: "unknown-technique",
    category: Category::Attack,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("unknown_technique.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for technique in &cx.metadata().techniques {
        if standing(&technique.value) == Standing::Unknown {
            cx.report(technique.place, format!("ATT&CK has no technique `{}`", technique.value))
                .label("no such technique")
                .help("write an id such as `T1059.001`");
        }
    }
}
