//! SGS015: tags whose name is not what their namespace has.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS015",
    name: "malformed-tag-name",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("malformed_tag_name.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for tag in tags(rule) {
        let (is_good, example) = match tag.namespace {
            "cve" => (is_numbers(tag.name, &[(4, 4), (1, 10)]), "cve.2021-44228"),
            "car" => (is_numbers(tag.name, &[(4, 4), (2, 2), (3, 3)]), "car.2013-05-004"),
            "tlp" => (is_traffic_light(tag.name), "tlp.amber"),
            "stp" => (is_pyramid(tag.name), "stp.2a"),
            "detection" => {
                (matches!(tag.name, "dfir" | "emerging-threats" | "threat-hunting"), "detection.threat-hunting")
            }
            "d3fend" => (is_defense(tag.name), "d3fend.d3-pa"),
            _ => continue,
        };
        if !is_good {
            cx.report(tag.name_place(), format!("`{}` is no name of the namespace `{}`", tag.name, tag.namespace))
                .label("found by no tool")
                .help(format!("write a tag such as `{example}`"));
        }
    }
}

/// Whether a text is numbers between hyphens, each with that many digits.
fn is_numbers(text: &str, lengths: &[(usize, usize)]) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, (least, most))| {
            (*least..=*most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}

fn is_traffic_light(name: &str) -> bool {
    matches!(name, "clear" | "white" | "green" | "amber" | "amber-strict" | "red")
}

/// A level of the Summiting the Pyramid scale: a digit and how deep the observation is.
fn is_pyramid(name: &str) -> bool {
    let mut characters = name.chars();
    let is_level = characters.next().is_some_and(|c| ('1'..='5').contains(&c));
    is_level && matches!(characters.as_str(), "" | "a" | "u" | "k")
}

/// Techniques are `d3-…`, artifacts and tactics are words.
fn is_defense(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.strip_prefix("d3-")
        .or_else(|| name.strip_prefix("d3f-"))
        .unwrap_or(&name)
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
}
