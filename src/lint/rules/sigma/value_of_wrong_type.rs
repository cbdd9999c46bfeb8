//! SGS031: values that a modifier can't take.

use std::net::IpAddr;

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{Outline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS031",
    name: "value-of-wrong-type",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("value_of_wrong_type.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| !item.has(Modifier::Expand)) {
        let Some((modifier, takes)) = item.modifiers.iter().find_map(|word| Some((word.known?, takes(word.known?)?)))
        else {
            continue;
        };
        for value in item.values.iter().filter(|value| !fits(value, takes)) {
            cx.report(value.place(), format!("`{}` does not take this value", modifier.as_str()))
                .label("of the wrong kind")
                .help(match takes {
                    Takes::Number => "write a number",
                    Takes::TruthValue => "write `true` or `false`, without quotes",
                    Takes::Network => "write a network such as `10.0.0.0/8`",
                    Takes::Text => "write a text",
                });
        }
    }
}

/// What a modifier takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Number,
    TruthValue,
    Network,
    Text,
}

fn takes(modifier: Modifier) -> Option<Takes> {
    match modifier {
        Modifier::Less
        | Modifier::LessOrEqual
        | Modifier::Greater
        | Modifier::GreaterOrEqual
        | Modifier::Minute
        | Modifier::Hour
        | Modifier::Day
        | Modifier::Week
        | Modifier::Month
        | Modifier::Year => Some(Takes::Number),
        Modifier::Exists => Some(Takes::TruthValue),
        Modifier::Cidr => Some(Takes::Network),
        Modifier::Contains
        | Modifier::StartsWith
        | Modifier::EndsWith
        | Modifier::Regex
        | Modifier::Base64
        | Modifier::Base64Offset
        | Modifier::WindowsDash
        | Modifier::Utf16
        | Modifier::Utf16Be
        | Modifier::Utf16Le
        | Modifier::Wide => Some(Takes::Text),
        Modifier::All
        | Modifier::Cased
        | Modifier::DotAll
        | Modifier::Expand
        | Modifier::FieldRef
        | Modifier::IgnoreCase
        | Modifier::MultiLine
        | Modifier::NotEqual => None,
    }
}

fn fits(value: &Word<'_>, takes: Takes) -> bool {
    match takes {
        Takes::Number => value.text.parse::<f64>().is_ok_and(f64::is_finite),
        Takes::TruthValue => !value.is_text() && matches!(value.text.to_ascii_lowercase().as_str(), "true" | "false"),
        Takes::Network => is_network(value.text),
        // A number is looked for by its digits.
        Takes::Text => !value.is_null() && (value.is_text() || !value.text.starts_with(['t', 'T', 'f', 'F'])),
    }
}

fn is_network(text: &str) -> bool {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}
