//! SGC031: a rule that must not be public.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC031",
    name: "tlp-not-clear",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("tlp_not_clear.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for tag in tags(rule).iter().filter(|tag| tag.namespace == "tlp" && tag.name != "clear") {
        cx.report(tag.word.place(), format!("`{}` does not allow that everybody sees the rule", tag.word.text))
            .label("not public")
            .help("write `tlp.clear`, or keep the rule back");
    }
}
