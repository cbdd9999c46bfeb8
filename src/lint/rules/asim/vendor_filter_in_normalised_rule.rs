//! ASM007: one product in a rule for all.

use crate::diagnostic::Severity;
use crate::lint::predicate::{selects, texts};
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::FunctionResult;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ASM007",
    name: "vendor-filter-in-normalised-rule",
    category: Category::Asim,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("vendor_filter_in_normalised_rule.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates().iter().filter(|predicate| selects(predicate)) {
        let Some((table, name @ ("EventProduct" | "EventVendor"))) =
            predicate.subject.column.as_ref().and_then(table_column)
        else {
            continue;
        };
        let is_normalised =
            matches!(cx.schema().table_function(table).map(|function| function.result), Some(FunctionResult::Asim(_)));
        let Some(text) = texts(predicate).next().filter(|_| is_normalised) else { continue };
        cx.report(predicate.span, format!("`{name}` makes this a rule for `{text}` alone"))
            .label("one product")
            .help("drop the test, or read the table of the product");
    }
}
