//! SGS030: encoded text that would have to be the whole field.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, COMMAND_LINES, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS030",
    name: "base64-without-contains",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("base64_without_contains.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    const PARTS: &[Modifier] = &[Modifier::Contains, Modifier::StartsWith, Modifier::EndsWith];

    for item in rule.items.iter().filter(|item| !item.has_any(PARTS)) {
        let offset = item.modifier(Modifier::Base64Offset);
        let plain = item.modifier(Modifier::Base64).filter(|_| item.is_about(COMMAND_LINES));
        let Some(place) = offset.or(plain) else { continue };
        let end = item.key.text.len();
        cx.report(place, format!("`{}` would have to be nothing but encoded text", item.field))
            .label("never the case")
            .help("add `contains`")
            .fix(
                "add `contains`",
                effect_on_rule(rule, item, Effect::Wider),
                vec![edit(item.key.part(end, end), "|contains")],
            );
    }
}
