//! SGS026: a modifier that stands there twice.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::Outline;
use crate::span::Span;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS026",
    name: "repeated-modifier",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("repeated_modifier.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        for (index, word) in item.modifiers.iter().enumerate() {
            let is_again = item.modifiers.iter().take(index).any(|before| before.known == word.known);
            if word.known.is_none() || word.known == Some(Modifier::Base64) || !is_again {
                continue;
            }
            let with_bar = Span { start: word.span.start.saturating_sub(1), ..word.span };
            cx.report(item.key.scalar.part(word.span), format!("`{}` stands here twice", word.text))
                .label("without effect")
                .help("delete it, or write the modifier that was meant")
                .fix("delete it", Effect::Same, vec![edit(item.key.scalar.part(with_bar), "")]);
        }
    }
}
