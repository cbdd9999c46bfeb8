//! SGC023: double quotes around a text that needs none.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Quoting;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC023",
    name: "double-quotes",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("double_quotes.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let values =
        rule.items.iter().flat_map(|item| &item.values).chain(rule.searches.iter().flat_map(|search| &search.keywords));
    for value in values.filter(|value| value.scalar.quoting == Quoting::Double) {
        let needs_them = value.text.contains(['\'', '\\', '"']) || value.text.chars().any(char::is_control);
        if !needs_them {
            cx.report(value.place(), "this text stands in double quotes")
                .label("backslashes would be escapes here")
                .help("write single quotes");
        }
    }
}
