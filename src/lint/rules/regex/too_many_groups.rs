//! RGX004: more capture groups than Kusto takes.

use crate::diagnostic::Severity;
use crate::lint::regex::{groups, patterns, string_literals};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "RGX004",
    name: "too-many-groups",
    category: Category::Regex,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("too_many_groups.md"),
    check,
};

/// What Kusto takes.
const MOST: u32 = 16;

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    for (span, user) in patterns(cx) {
        let Some(groups) = literals.get(&span).and_then(|literal| groups(&literal.value)) else { continue };
        if groups > MOST {
            cx.report(span, format!("the regular expression has {groups} capture groups, and Kusto takes {MOST}"))
                .label("too many groups")
                .related(user, "takes a regular expression")
                .help("write groups that are not used as `(?:…)`");
        }
    }
}
