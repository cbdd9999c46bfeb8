//! Values of a condition as parameters of the ASIM function, which filters its sources by them before it makes rows.
//!
//! The condition stays behind the function as it is: a parameter lets through at least the rows that satisfy it.

use super::super::condition::{Comparison, Condition, FieldTest, Match, Number, Shape, TextTest};
use super::super::time::Window;
use super::print;
use crate::mapping::{Parameter, Takes};
use crate::rule::Seconds;

/// The arguments of the call, in the order of the parameters.
pub(super) fn arguments(parameters: &[Parameter], condition: &Condition, window: Window) -> String {
    let conjuncts = condition.clone().conjuncts();
    let start = window.earliest.map(|seconds| format!("starttime=ago({})", Seconds(seconds).short()));
    let mut taken = vec![false; conjuncts.len()];
    let of_parameters = parameters.iter().filter_map(|parameter| {
        let value = if parameter.takes == Takes::EveryTerm {
            every_term(parameter, &conjuncts, &taken)?
        } else {
            let first = |(index, conjunct)| Some((index, value(parameter, conjunct)?));
            let (index, value) = conjuncts.iter().enumerate().find_map(first)?;
            taken[index] = true;
            value
        };
        Some(format!("{}={value}", parameter.parameter))
    });
    start.into_iter().chain(of_parameters).collect::<Vec<_>>().join(", ")
}

/// What the parameter gets from one conjunct.
fn value(parameter: &Parameter, conjunct: &Condition) -> Option<String> {
    match parameter.takes {
        Takes::AnyTerm => terms(&parameter.column, conjunct).map(|terms| list(&terms)),
        Takes::Address => {
            whole(&parameter.column, conjunct).filter(|all| all.iter().all(|text| is_ipv4(text))).map(list)
        }
        Takes::Equal => match whole(&parameter.column, conjunct)? {
            [one] => Some(print::string(one)),
            _ => None,
        },
        Takes::Number => match conjunct {
            Condition::Match(Match {
                field,
                test: FieldTest::Number(Comparison::Equal, Number::Integer(number)),
                ..
            }) if *field == parameter.column => Some(number.to_string()),
            _ => None,
        },
        Takes::EveryTerm => None,
    }
}

/// Conjuncts that ask for one term each, other than the one that the list of alternatives has.
fn every_term(parameter: &Parameter, conjuncts: &[Condition], taken: &[bool]) -> Option<String> {
    let of_conjunct = |(conjunct, is_taken): (&Condition, &bool)| match terms(&parameter.column, conjunct)?.as_slice() {
        [one] if !is_taken => Some(one.clone()),
        _ => None,
    };
    let terms: Vec<String> = conjuncts.iter().zip(taken).filter_map(of_conjunct).collect();
    (!terms.is_empty()).then(|| list(&terms))
}

/// Terms of which every text that satisfies the condition has one.
fn terms(column: &str, condition: &Condition) -> Option<Vec<String>> {
    let mut all: Vec<String> = match condition {
        Condition::Match(Match { field, test: FieldTest::Text(text), .. }) if field == column => {
            text.needles.iter().map(|needle| term(text, needle)).collect::<Option<_>>()?
        }
        Condition::Any(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(|part| terms(column, part)).collect();
            parts?.concat()
        }
        Condition::Constant(_) | Condition::All(_) | Condition::Not(_) | Condition::Match(_) => return None,
    };
    let mut seen = std::collections::HashSet::new();
    all.retain(|term| seen.insert(term.to_lowercase()));
    Some(all)
}

/// The needle as a term, if a text in which it lies so has it as one.
fn term(text: &TextTest, needle: &str) -> Option<String> {
    let ends_in_border = needle.starts_with(['\\', '/']);
    let is_term = match text.shape {
        Shape::Term { left: true, right: true } | Shape::Whole => true,
        Shape::EndsWith => ends_in_border,
        Shape::Term { .. } | Shape::Contains | Shape::StartsWith | Shape::Fits => false,
    };
    let term = if text.shape == Shape::EndsWith { needle.trim_start_matches(['\\', '/']) } else { needle };
    // Some parsers look at the XML of the event, where these are written otherwise.
    let is_plain = term.contains(char::is_alphanumeric) && !term.contains(['<', '>', '&', '"', '\'']);
    (is_term && is_plain).then(|| term.to_owned())
}

/// The whole texts that the condition asks for.
fn whole<'c>(column: &str, condition: &'c Condition) -> Option<&'c [String]> {
    match condition {
        Condition::Match(Match { field, test: FieldTest::Text(text), .. })
            if field == column && text.shape == Shape::Whole =>
        {
            Some(&text.needles)
        }
        _ => None,
    }
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| serde_json::Value::from(value.as_str()).to_string()).collect();
    format!("dynamic([{}])", values.join(", "))
}
