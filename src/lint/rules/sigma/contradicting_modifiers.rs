//! SGS025: modifiers that exclude each other.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{ModifierWord, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS025",
    name: "contradicting-modifiers",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("contradicting_modifiers.md"),
    check: |cx| sigma::check(cx, check),
};

/// How a value is to be read; an item has one of these.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// `contains`, `startswith`, `endswith`
    Part,
    /// `re`
    Regex,
    /// `cidr`
    Network,
    /// `exists`
    Presence,
    /// `lt` and the like
    Order,
}

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        let pair = item.modifiers.iter().enumerate().find_map(|(index, second)| {
            let before = item.modifiers.iter().take(index);
            before.rev().find(|first| contradict(first.known, second.known)).map(|first| (first, second))
        });
        if let Some((first, second)) = pair {
            let at = |word: &ModifierWord<'_>| item.key.scalar.part(word.span);
            cx.report(at(second), format!("`{}` contradicts `{}`", second.text, first.text))
                .label("can't both hold")
                .related(at(first), "this one")
                .help("keep one of the two");
        } else if let Some(flag) = item.modifiers.iter().find(|word| is_flag(word.known))
            && !item.has(Modifier::Regex)
        {
            cx.report(item.key.scalar.part(flag.span), format!("`{}` is a flag of regular expressions", flag.text))
                .label("there is none here")
                .help("leave it out, or add `re`");
        }
    }
}

fn is_flag(modifier: Option<Modifier>) -> bool {
    matches!(modifier, Some(Modifier::IgnoreCase | Modifier::MultiLine | Modifier::DotAll))
}

fn contradict(first: Option<Modifier>, second: Option<Modifier>) -> bool {
    let (Some(first), Some(second)) = (first, second) else { return false };
    if first == second {
        return false;
    }
    let is_of_text = |modifier| matches!(modifier, Modifier::Cased | Modifier::WindowsDash);
    match (reading(first), reading(second)) {
        (Some(_), Some(_)) => true,
        (Some(Reading::Part) | None, None) | (None, Some(Reading::Part)) => false,
        (Some(_), None) => is_of_text(second),
        (None, Some(_)) => is_of_text(first),
    }
}

fn reading(modifier: Modifier) -> Option<Reading> {
    match modifier {
        Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith => Some(Reading::Part),
        Modifier::Regex => Some(Reading::Regex),
        Modifier::Cidr => Some(Reading::Network),
        Modifier::Exists => Some(Reading::Presence),
        Modifier::Less | Modifier::LessOrEqual | Modifier::Greater | Modifier::GreaterOrEqual => Some(Reading::Order),
        Modifier::All
        | Modifier::Base64
        | Modifier::Base64Offset
        | Modifier::Cased
        | Modifier::Day
        | Modifier::DotAll
        | Modifier::Expand
        | Modifier::FieldRef
        | Modifier::Hour
        | Modifier::IgnoreCase
        | Modifier::Minute
        | Modifier::Month
        | Modifier::MultiLine
        | Modifier::NotEqual
        | Modifier::Utf16
        | Modifier::Utf16Be
        | Modifier::Utf16Le
        | Modifier::Week
        | Modifier::Wide
        | Modifier::WindowsDash
        | Modifier::Year => None,
    }
}
