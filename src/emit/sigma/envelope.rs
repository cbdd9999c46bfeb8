//! Title, id, tags and the other keys around the detection.

use uuid::Uuid;

use super::super::Request;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::yaml::Node;
use crate::ir::{Envelope, TriggerOperator};
use crate::rule::AlertSeverity;
use crate::schema::{Technique, TechniqueStatus};

/// Sentinel's tactic, Sigma's tag, ATT&CK's id.
const TACTICS: &str = include_str!("../../../schemas/attack_tactics.tsv");

/// The rule repository limits titles to this many characters.
const MAX_TITLE: usize = 120;

/// Small words that keep their case in titles.
const SMALL_WORDS: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "new", "of", "on", "or", "over", "the", "through", "to",
    "via", "with", "without",
];

/// One of the documents that a rule becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Part<'a> {
    /// What tells it from the others in title and id; empty for the main one.
    pub(super) suffix: &'a str,
    /// The name by which a correlation refers to it.
    pub(super) name: Option<&'a str>,
}

/// Everything in front of the log source.
pub(super) fn head(
    request: &Request<'_>,
    part: Part<'_>,
    losses: &mut Vec<Loss>,
) -> Result<Vec<(String, Node)>, Vec<Refusal>> {
    let envelope = &request.rule.envelope;
    trigger(request, losses)?;
    let whole = title(envelope.title.as_deref().or(request.options.name_hint.as_deref()).unwrap_or("Untitled Rule"));
    let identity = envelope.id.as_deref().unwrap_or(&whole);
    let suffix = suffix(request.alternative, part.suffix);
    let (title, identity) = if suffix.is_empty() {
        (whole.clone(), identity.to_owned())
    } else {
        let room = MAX_TITLE.saturating_sub(suffix.chars().count() + 3);
        let short: String = whole.chars().take(room).collect();
        (format!("{} - {suffix}", short.trim_end()), format!("{identity}:{suffix}"))
    };
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:kqlift:sigma:{identity}").as_bytes());
    let mut entries =
        vec![("title".to_owned(), Node::Text(title.clone())), ("id".to_owned(), Node::Bare(id.to_string()))];
    if let Some(name) = part.name {
        entries.push(("name".to_owned(), Node::Text(name.to_owned())));
    }
    if let Some(source) = envelope.id.as_deref().and_then(|id| Uuid::try_parse(id.trim()).ok()) {
        let related = vec![
            ("id".to_owned(), Node::Bare(source.to_string())),
            ("type".to_owned(), Node::Text("derived".to_owned())),
        ];
        entries.push(("related".to_owned(), Node::List(vec![Node::Map(related)])));
    }
    entries.push(("status".to_owned(), Node::Text("experimental".to_owned())));
    entries.push(("description".to_owned(), description(envelope, &title)));
    let references = references(envelope);
    if !references.is_empty() {
        entries.push(("references".to_owned(), Node::List(references)));
    }
    let author = envelope.author.clone().unwrap_or_else(|| "Unknown".to_owned());
    entries.push(("author".to_owned(), Node::Text(author)));
    if let Some(date) = &request.options.date {
        entries.push(("date".to_owned(), Node::Bare(date.clone())));
    }
    let tags = tags(request, losses);
    if !tags.is_empty() {
        entries.push(("tags".to_owned(), Node::List(tags)));
    }
    Ok(entries)
}

/// What tells a document from the others of the file.
fn suffix(alternative: Option<usize>, of_part: &str) -> String {
    match alternative {
        None => of_part.to_owned(),
        Some(number) if of_part.is_empty() => format!("Alternative {number}"),
        Some(number) => format!("Alternative {number} - {of_part}"),
    }
}

/// Everything behind the detection.
pub(super) fn tail(request: &Request<'_>, losses: &mut Vec<Loss>) -> Vec<(String, Node)> {
    let envelope = &request.rule.envelope;
    let level = match envelope.severity {
        Some(AlertSeverity::Informational) => "informational",
        Some(AlertSeverity::Low) => "low",
        Some(AlertSeverity::Medium) => "medium",
        Some(AlertSeverity::High) => "high",
        None => {
            losses.push(note(request, "severity").says("the rule has no severity; the level is `medium`"));
            "medium"
        }
    };
    let has_schedule = envelope.frequency.is_some() || envelope.period.is_some();
    if has_schedule || !envelope.entities.is_empty() || !envelope.custom_details.is_empty() {
        let message = "schedule, entities and custom details have no place in a Sigma rule";
        losses.push(note(request, "rule metadata").says(message));
    }
    vec![
        ("falsepositives".to_owned(), Node::List(vec![Node::Text("Unknown".to_owned())])),
        ("level".to_owned(), Node::Text(level.to_owned())),
    ]
}

fn note(request: &Request<'_>, construct: &str) -> Loss {
    Loss::new(LossClass::Informational, Reason::Envelope, request.rule.pipeline.span, construct)
}

/// A rule that alerts on more than zero results is Sigma's default; a larger number is lost, others cannot be said.
fn trigger(request: &Request<'_>, losses: &mut Vec<Loss>) -> Result<(), Vec<Refusal>> {
    let Some(trigger) = request.rule.envelope.trigger else { return Ok(()) };
    let is_default = match (trigger.operator, trigger.threshold) {
        (TriggerOperator::GreaterThan | TriggerOperator::NotEqual, 0) => true,
        (TriggerOperator::GreaterThan, _) => false,
        _ => {
            let message = "an alert on few or no results cannot be said by a Sigma rule";
            let span = request.rule.pipeline.span;
            return Err(vec![Refusal::new(span, Reason::Trigger, "triggerOperator", message)]);
        }
    };
    if !is_default {
        losses.push(
            Loss::new(LossClass::Over, Reason::Trigger, request.rule.pipeline.span, "triggerThreshold")
                .says(format!("the rule alerts on more than {} results, the Sigma rule on each", trigger.threshold)),
        );
    }
    Ok(())
}

/// The title in the spelling of the rule repository: capitals, no full stop, not too long.
fn title(source: &str) -> String {
    let collapsed: Vec<&str> = source.split_whitespace().collect();
    let text = collapsed.join(" ");
    let text = text.strip_prefix("Detects ").or_else(|| text.strip_prefix("Detect ")).unwrap_or(&text);
    let mut words: Vec<String> = text.trim_end_matches('.').split(' ').map(capitalised).collect();
    while words.iter().map(|word| word.chars().count() + 1).sum::<usize>() > MAX_TITLE + 1 && words.len() > 1 {
        words.pop();
    }
    let title: String = words.join(" ").chars().take(MAX_TITLE).collect();
    if title.is_empty() { "Untitled Rule".to_owned() } else { title }
}

fn capitalised(word: &str) -> String {
    let is_kept = SMALL_WORDS.contains(&word) || word.contains(['.', '/', '_']) || word.chars().any(char::is_uppercase);
    if is_kept {
        return word.to_owned();
    }
    // Quotes and brackets may stand in front of the first letter.
    let Some((start, first)) = word.char_indices().find(|(_, c)| c.is_alphabetic()) else { return word.to_owned() };
    let (before, rest) = word.split_at(start);
    let capital: String = first.to_uppercase().collect();
    format!("{before}{capital}{}", &rest[first.len_utf8()..])
}

fn description(envelope: &Envelope, title: &str) -> Node {
    let text = envelope.description.as_deref().map(str::trim).filter(|text| text.chars().count() >= 16);
    match text {
        Some(text) if text.contains('\n') => Node::Block(text.replace('\t', " ")),
        Some(text) => Node::Text(text.to_owned()),
        None => Node::Text(format!("Converted from the KQL rule {title}")),
    }
}

/// Links of the rule; those in its description if it has no others. ATT&CK is named by tags instead.
fn references(envelope: &Envelope) -> Vec<Node> {
    let of_text = envelope.description.as_deref().unwrap_or("").split_whitespace().filter_map(link);
    let links: Vec<String> =
        if envelope.references.is_empty() { of_text.collect() } else { envelope.references.clone() };
    let mut seen = Vec::new();
    for link in links {
        if !link.starts_with("https://attack.mitre.org/") && !seen.contains(&link) {
            seen.push(link);
        }
    }
    seen.into_iter().map(Node::Text).collect()
}

fn link(word: &str) -> Option<String> {
    let start = word.find("https://").or_else(|| word.find("http://"))?;
    let link = word[start..].trim_end_matches([')', ']', '.', ',', ';', '"', '\'', '>']);
    Some(link.to_owned())
}

fn tags(request: &Request<'_>, losses: &mut Vec<Loss>) -> Vec<Node> {
    let envelope = &request.rule.envelope;
    let mut tags = Vec::new();
    let mut push = |tag: String| {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    };
    for tactic in &envelope.tactics {
        match tactic_tag(tactic) {
            Some(tag) => push(tag.to_owned()),
            None => {
                losses.push(note(request, "tactics").says(format!("the tactic `{tactic}` is not known to ATT&CK")));
            }
        }
    }
    let techniques: Vec<Technique> =
        envelope.techniques.iter().filter_map(|technique| in_force(request, technique, losses)).collect();
    // The rule repository wants the tactics of every technique.
    let mut added = Vec::new();
    for tactic in techniques.iter().flat_map(|technique| technique.tactics()) {
        let tag = format!("attack.{tactic}");
        if !tags.contains(&tag) {
            added.push(format!("`{tactic}`"));
            tags.push(tag);
        }
    }
    if !added.is_empty() {
        let message = format!("tags for the tactics of its techniques are added: {}", added.join(", "));
        losses.push(note(request, "tactics").says(message));
    }
    for technique in techniques {
        let tag = format!("attack.{}", technique.id.to_ascii_lowercase());
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.into_iter().map(Node::Text).collect()
}

/// The technique of that name, or its successor.
fn in_force(request: &Request<'_>, name: &str, losses: &mut Vec<Loss>) -> Option<Technique> {
    let found = Technique::find(name);
    let (technique, message) = match found.map(|technique| technique.status) {
        Some(TechniqueStatus::Live) => return found,
        Some(TechniqueStatus::Revoked(Some(successor))) => {
            (Technique::find(successor), format!("ATT&CK has replaced the technique `{name}` by `{successor}`"))
        }
        Some(TechniqueStatus::Revoked(None) | TechniqueStatus::Deprecated) => {
            (None, format!("ATT&CK has given the technique `{name}` up; it has no tag"))
        }
        None => (None, format!("the technique `{name}` is not known to ATT&CK; it has no tag")),
    };
    losses.push(note(request, "techniques").says(message));
    technique
}

/// The tag of a tactic, which sources write with or without blanks.
fn tactic_tag(tactic: &str) -> Option<&'static str> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(tactic);
    TACTICS.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut cells = line.split('\t');
        let (name, tag) = (cells.next()?, cells.next()?);
        (plain(name) == wanted).then_some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::{tactic_tag, title};

    #[test]
    fn titles_follow_the_rule_repository() {
        assert_eq!(
            title("Detects rundll32.exe started by office application."),
            "rundll32.exe Started by Office Application"
        );
        assert_eq!(title("a 'quoted' (word)"), "a 'Quoted' (Word)");
        assert_eq!(title("suspicious use of regsvr32"), "Suspicious Use of Regsvr32");
        assert!(title(&"word ".repeat(60)).chars().count() <= 120);
        assert_eq!(title("   "), "Untitled Rule");
    }

    #[test]
    fn tactics_in_any_spelling() {
        assert_eq!(tactic_tag("DefenseEvasion"), Some("attack.defense-evasion"));
        assert_eq!(tactic_tag("Command and Control"), Some("attack.command-and-control"));
        assert_eq!(tactic_tag("PreAttack"), None);
    }
}
