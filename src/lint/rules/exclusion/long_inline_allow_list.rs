//! FPX007: many values excluded in the query itself.

use crate::diagnostic::Severity;
use crate::lint::predicate::texts;
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX007",
    name: "long-inline-allow-list",
    category: Category::Exclusion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("long_inline_allow_list.md"),
    check,
};

/// From this many on, a list is data.
const MANY: usize = 9;

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(list) = predicate.list_span else { continue };
        let is_exclusion = predicate.is_filter && predicate.is_negated && !predicate.is_in_exclusion;
        let is_inline = predicate.values.iter().all(|item| list.contains(item.span));
        let count = texts(predicate).count();
        let is_of_environment = predicate.subject.column.as_ref().is_some_and(|column| {
            matches!(
                shape_of(cx.schema(), column),
                Some(
                    ColumnShape::Ip
                        | ColumnShape::Upn
                        | ColumnShape::Account
                        | ColumnShape::AccountName
                        | ColumnShape::Host
                        | ColumnShape::Url
                        | ColumnShape::Sid
                )
            )
        });
        if !is_exclusion || !is_inline || count < MANY || !is_of_environment {
            continue;
        }
        cx.report(list, format!("{count} values of one environment are excluded in the query"))
            .label("grows with the environment")
            .help("keep them in a watchlist, where they can be reviewed and end");
    }
}
