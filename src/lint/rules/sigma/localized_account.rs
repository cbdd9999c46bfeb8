//! SGS061: names of accounts in one language.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS061",
    name: "localized-account",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("localized_account.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.field.to_ascii_lowercase().contains("user")) {
        let [only] = item.values.as_slice() else { continue };
        let upper = only.text.to_uppercase();
        if upper.contains("AUTORI") || upper.contains("AUTHORI") {
            cx.report(only.place(), "this account has another name in other languages")
                .label("of one language")
                .help("write `User|contains` with `AUTHORI` and `AUTORI`, or test the SID");
        }
    }
}
