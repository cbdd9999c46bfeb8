//! SGM026: tests of text on fields that hold numbers.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM026",
    name: "text-test-of-number",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("text_test_of_number.md"),
    check: |cx| sigma::check(cx, check),
};

const NUMBERS: &[&str] = &[
    "EventID",
    "DestinationPort",
    "SourcePort",
    "ProcessId",
    "ParentProcessId",
    "LogonType",
    "dst_port",
    "src_port",
    "sc-status",
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.is_about(NUMBERS)) {
        let is_part = matches!(item.shape(), Some(Shape::Inside | Shape::Start | Shape::End));
        let has_wildcard = item.texts().any(|value| value.text.len() > 1 && value.literal().is_none());
        if is_part || has_wildcard {
            cx.report(item.key.place(), format!("`{}` holds a number", item.field))
                .label("tested as text")
                .help("list the numbers, or compare with `gte` and `lte`");
        }
    }
}
