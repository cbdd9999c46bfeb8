//! SGM027: characters that nobody meant to write.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Quoting;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM027",
    name: "control-character",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("control_character.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let values =
        rule.items.iter().flat_map(|item| &item.values).chain(rule.searches.iter().flat_map(|search| &search.keywords));
    for value in values.filter(|value| value.scalar.quoting != Quoting::Block) {
        let found = value.text.char_indices().find(|(_, c)| (*c as u32) < 32);
        if let Some((start, c)) = found {
            cx.report(
                value.part(start, start + c.len_utf8()),
                format!("this value has a control character, U+{:04X}", c as u32),
            )
            .label("a backslash in double quotes?")
            .help("write the value in single quotes");
        }
    }
}
