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
        let Some(text) = texts(predicate).next().filter(|text| makes_set && !text.is_empty()) else { continue };
        let name = &column.name;
        cx.report(predicate.span, format!("a whole group is dropped if one of its `{name}` holds `{text}`"))
            .label("drops groups, not rows")
            .related(*span, "collected here")
            .help("exclude before `summarize`, so that the rest of the group is still counted");
    }
}
