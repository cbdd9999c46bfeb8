//! FPX009: an exclusion of groups for one of their members.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::texts;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::Origin;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX009",
    name: "exclusion-after-aggregation",
    category: Category::Exclusion,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("exclusion_after_aggregation.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_exclusion = predicate.is_filter && predicate.is_negated && !predicate.is_in_exclusion;
        let is_member_test = matches!(
            predicate.op,
            PredicateOp::Binary(BinaryOp::Has | BinaryOp::NotHas | BinaryOp::Contains | BinaryOp::NotContains)
                | PredicateOp::In(InOp::HasAny | InOp::HasAll)
        );
        let Some(column) = predicate.subject.column.as_ref().filter(|_| is_exclusion && is_member_test) else {
            continue;
        };
        let Origin::Computed { span, .. } = &column.origin else { continue };
        let makes_set =
            ["make_set", "make_list", "makeset", "makelist"].iter().any(|name| cx.slice(*span).starts_with(name));
        let Some(text) = texts(predicate).next().filter(|text| makes_set && names_a_thing(text)) else { continue };
        let name = &column.name;
        let tests_of_set = cx.predicates().iter().filter(|other| cx.slice(other.subject.span).contains(name.as_str()));
        // A test that the set has, or is, something else asks about the whole group on purpose.
        if is_outcome(name) || tests_of_set.count() > 1 {
            continue;
        }
        cx.report(predicate.span, format!("a whole group is dropped if one of its `{name}` holds `{text}`"))
            .label("drops groups, not rows")
            .related(*span, "collected here")
            .help("exclude before `summarize` if only the event is benign, not the whole group");
    }
}

/// Whether a text names a domain, a path, a file, an address or an account, rather than what became of something.
fn names_a_thing(text: &str) -> bool {
    text.contains(['.', '\\', '/', '@'])
}

/// Whether a column says how something ended: "it never succeeded" is asked of a whole group.
fn is_outcome(column: &str) -> bool {
    const OUTCOMES: &[&str] =
        &["result", "status", "error", "code", "outcome", "action", "operation", "state", "fail", "success"];
    let column = column.to_ascii_lowercase();
    OUTCOMES.iter().any(|outcome| column.contains(outcome))
}
