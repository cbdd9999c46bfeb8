//! SGS034: a value that stands in a list twice.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{Outline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS034",
    name: "duplicate-value",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_value.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    const MIND_CASE: &[Modifier] = &[Modifier::Cased, Modifier::Regex, Modifier::Base64, Modifier::Base64Offset];

    for item in &rule.items {
        report(cx, &item.values, item.has_any(MIND_CASE));
    }
    for search in &rule.searches {
        report(cx, &search.keywords, false);
    }
}

fn report(cx: &mut Context<'_>, values: &[Word<'_>], minds_case: bool) {
    let is_same = |left: &Word<'_>, right: &Word<'_>| {
        left.scalar.kind == right.scalar.kind
            && (left.text == right.text || (!minds_case && left.text.to_lowercase() == right.text.to_lowercase()))
    };
    // Sorting first keeps long lists cheap.
    let mut sorted: Vec<(String, usize)> =
        values.iter().enumerate().map(|(index, value)| (value.text.to_lowercase(), index)).collect();
    sorted.sort_unstable();
    for pair in sorted.windows(2) {
        let [(left, first), (right, second)] = pair else { continue };
        if left != right {
            continue;
        }
        let (Some(first), Some(second)) = (values.get(*first), values.get(*second)) else { continue };
        if is_same(first, second) {
            cx.report(second.place(), "this value stands in the list twice")
                .label("again")
                .related(first.place(), "first here")
                .help("delete one, or write the value that was meant");
        }
    }
}
