//! What stands around a rule.

use super::super::Head;
use crate::ir::Envelope;
use crate::rule::{AlertSeverity, RuleKind};

/// The envelope. Sigma has no schedule, threshold or entities.
pub(super) fn envelope(head: &Head) -> Envelope {
    let owned = |key: &str| head.text(key).map(str::to_owned);
    let list = |key: &str| head.texts(key).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let (mut tactics, mut techniques, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    for tag in list("tags") {
        match tag.to_ascii_lowercase().strip_prefix("attack.") {
            Some(name) if is_technique(name) => techniques.push(name.to_uppercase()),
            Some(name) if is_words(name) => tactics.push(camel_case(name)),
            Some(_) | None => tags.push(tag),
        }
    }
    Envelope {
        kind: RuleKind::Hunting,
        id: owned("id"),
        title: owned("title"),
        description: owned("description"),
        severity: head.text("level").and_then(severity),
        frequency: None,
        period: None,
        trigger: None,
        suppression: None,
        is_alert_per_result: false,
        alert_format: None,
        tactics,
        techniques,
        entities: Vec::new(),
        custom_details: Vec::new(),
        tags,
        references: list("references"),
        author: owned("author"),
        version: None,
        data_types: Vec::new(),
    }
}

/// Sentinel knows nothing above high.
fn severity(level: &str) -> Option<AlertSeverity> {
    if level.eq_ignore_ascii_case("critical") { Some(AlertSeverity::High) } else { AlertSeverity::parse(level) }
}

/// `t1059`, `t1059.001`
fn is_technique(name: &str) -> bool {
    let digits = name.strip_prefix('t').unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// A tactic is words; groups and software are a letter and digits.
fn is_words(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'))
}

/// `defense-evasion` as Sentinel writes it.
fn camel_case(name: &str) -> String {
    let words = name.split(['-', '_']);
    let capital = |word: &str| word.chars().next().map(|first| first.to_ascii_uppercase().to_string() + &word[1..]);
    // Sentinel writes the one small word large as well.
    words.filter_map(capital).collect()
}
