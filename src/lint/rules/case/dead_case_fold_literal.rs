//! CSE006: a text in small letters is compared with one that has capitals, or the reverse.

use crate::analyze::Predicate;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, ignores_case, in_any_case, texts_with_places};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE006",
    name: "dead-case-fold-literal",
    category: Category::Case,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("dead_case_fold_literal.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(fold) = fold(predicate) else { continue };
        if ignores_case(predicate.op) || in_any_case(predicate.op).is_none() {
            continue;
        }
        for (text, place) in texts_with_places(predicate) {
            let folded = fold.apply(text);
            if folded == text {
                continue;
            }
            let written = cx.slice(place);
            // An escape such as `\u00C4` is not to be folded itself.
            let replacement = fold.apply(written);
            let is_plain = predicate.span.contains(place) && !written.contains('\\');
            let effect = effect_on_rule(predicate, Effect::Wider);
            let function = fold.function();
            let mut report =
                cx.report(place, format!("`{function}` never gives `{text}`: it has letters in the other case"));
            report
                .label("can't be equal")
                .related(predicate.subject.span, format!("in {} only", fold.letters()))
                .help(format!("write `{folded}`, or compare with an operator that ignores case"));
            if is_plain {
                report.replace(place, replacement, format!("write it in {}", fold.letters()), effect);
            }
        }
    }
}

/// The case that a value is brought to.
#[derive(Clone, Copy)]
enum Fold {
    Lower,
    Upper,
}

impl Fold {
    fn apply(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
        }
    }

    fn function(self) -> &'static str {
        match self {
            Self::Lower => "tolower()",
            Self::Upper => "toupper()",
        }
    }

    fn letters(self) -> &'static str {
        match self {
            Self::Lower => "small letters",
            Self::Upper => "capitals",
        }
    }
}

/// The outermost function decides; `tostring` and `trim` around it change no letter.
fn fold(predicate: &Predicate) -> Option<Fold> {
    predicate.subject.functions.iter().find_map(|function| match function.as_str() {
        "tolower" => Some(Fold::Lower),
        "toupper" => Some(Fold::Upper),
        _ => None,
    })
}
