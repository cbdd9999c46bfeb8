//! SGM023: encoded text that PowerShell would encode in another way.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, COMMAND_LINES};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{ItemOutline, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM023",
    name: "base64-of-one-encoding",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("base64_of_one_encoding.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    const WIDE: &[Modifier] = &[Modifier::Wide, Modifier::Utf16, Modifier::Utf16Le, Modifier::Utf16Be];

    if !rule.log_source.is_of("windows") || rule.items.iter().any(|item| item.has_any(WIDE)) {
        return;
    }
    let is_script = |item: &&ItemOutline<'_>| item.is_about(COMMAND_LINES) || item.is_about(&["ScriptBlockText"]);
    for item in rule.items.iter().filter(is_script) {
        if let Some(place) = item.modifier(Modifier::Base64Offset).or_else(|| item.modifier(Modifier::Base64)) {
            cx.report(place, "PowerShell encodes UTF-16, this is UTF-8")
                .label("other digits")
                .help("add `wide` in front, or a second item with it");
        }
    }
}
