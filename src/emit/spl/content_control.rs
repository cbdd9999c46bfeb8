//! A detection in the layout of Splunk's content repository, as its tool `contentctl` reads it from version 5 on.

use super::super::loss::Loss;
use super::super::wrap::{bare, description, id, list, note, text, title};
use super::super::yaml::{self, Node};
use super::super::{Request, Target};
use super::alert::{self, Objects};
use crate::rule::Seconds;

/// The longest name that leaves room for what the products put around it.
const MAX_NAME: usize = 67;

/// A detection of the content repository.
pub(in super::super) fn content_control(request: &Request<'_>, query: &str, losses: &mut Vec<Loss>) -> String {
    let envelope = &request.rule.envelope;
    let title = title(request);
    if title.chars().count() > MAX_NAME {
        let message = format!("names of detections have at most {MAX_NAME} characters");
        losses.push(note(request, "name", &message));
    }
    if request.options.date.is_none() {
        losses.push(note(request, "date", "a detection needs a date, which `--date` gives"));
    }
    // Every search ends in a macro that keeps what an environment leaves out.
    let search = format!("{}\n| `{}_filter`\n", query.trim_end(), file_name(&title));
    let objects = alert::objects(envelope, &search);
    note_objects(request, &objects, losses);
    let mut entries = vec![text("name", title.clone()), bare("id", id(request, Target::Spl)), bare("version", "1")];
    entries.extend(request.options.date.iter().map(|date| ("date".to_owned(), Node::Quoted(date.clone()))));
    entries.extend([
        text("author", envelope.author.clone().unwrap_or_else(|| "Unknown".to_owned())),
        text("status", "experimental"),
        // Only hunting needs nobody to put a risk on.
        text("type", if objects.risks.is_empty() { "Hunting" } else { "TTP" }),
        ("description".to_owned(), description(request, &title)),
        list("data_source", []),
        ("search".to_owned(), Node::Block(search.clone())),
        text("how_to_implement", "The fields must be extracted by the add-on of the source"),
        text("known_false_positives", "Unknown"),
        list("references", envelope.references.iter().cloned()),
    ]);
    if !objects.risks.is_empty() {
        entries.push(("rba".to_owned(), risk(request, &title, &search, &objects)));
    }
    entries.push(("tags".to_owned(), tags(request, &objects, losses)));
    yaml::write(&Node::Map(entries))
}

fn note_objects(request: &Request<'_>, objects: &Objects, losses: &mut Vec<Loss>) {
    for column in &objects.missing {
        let message = format!("the search has no field for `{column}`, which an entity of the rule names");
        losses.push(note(request, "entityMappings", &message));
    }
    if objects.risks.is_empty() {
        let message = "the rule names no host or account that a risk could be put on; it is one for hunting";
        losses.push(note(request, "entityMappings", message));
    }
}

/// The name of the file that holds a detection, and of its macro.
fn file_name(title: &str) -> String {
    title.replace([' ', '-', '.', '/'], "_").to_lowercase()
}

fn risk(request: &Request<'_>, title: &str, search: &str, objects: &Objects) -> Node {
    let envelope = &request.rule.envelope;
    let score = alert::score(envelope.severity).to_string();
    let risk = |(column, kind): &alert::Object| {
        Node::Map(vec![text("field", column.clone()), text("type", *kind), bare("score", score.clone())])
    };
    let threat = |(column, kind): &alert::Object| Node::Map(vec![text("field", column.clone()), text("type", *kind)]);
    let threats: Vec<Node> = objects.threats.iter().map(threat).collect();
    let threats = if threats.is_empty() { Node::Bare("[]".to_owned()) } else { Node::List(threats) };
    Node::Map(vec![
        text("message", alert::message(envelope, title, search)),
        ("risk_objects".to_owned(), Node::List(objects.risks.iter().map(risk).collect())),
        ("threat_objects".to_owned(), threats),
    ])
}

fn tags(request: &Request<'_>, objects: &Objects, losses: &mut Vec<Loss>) -> Node {
    const PRODUCTS: [&str; 3] = ["Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"];
    let envelope = &request.rule.envelope;
    let (asset, domain) = alert::domain(request);
    let mut tags = vec![
        list("analytic_story", []),
        text("asset_type", asset),
        list("mitre_attack_id", envelope.techniques.iter().filter(|id| is_technique(id)).cloned()),
        list("product", PRODUCTS.map(str::to_owned)),
        text("security_domain", domain),
    ];
    if let Some(period) = envelope.suppression {
        let fields: Vec<String> = objects.risks.iter().map(|(column, _)| column.clone()).collect();
        if fields.is_empty() {
            let message = "a suppression needs fields that tell one alert from another, and the rule names none";
            losses.push(note(request, "suppressionDuration", message));
        } else {
            let throttling = Node::Map(vec![list("fields", fields), text("period", throttle(period))]);
            tags.push(("throttling".to_owned(), throttling));
        }
    }
    Node::Map(tags)
}

/// Days have no unit there.
fn throttle(period: Seconds) -> String {
    if period.0 % 3600 == 0 { format!("{}h", period.0 / 3600) } else { period.short() }
}

/// `T1059` or `T1059.001`
fn is_technique(id: &str) -> bool {
    let is_digits = |text: &str, length: usize| text.len() == length && text.chars().all(|c| c.is_ascii_digit());
    let Some(number) = id.strip_prefix('T') else { return false };
    match number.split_once('.') {
        Some((technique, part)) => is_digits(technique, 4) && is_digits(part, 3),
        None => is_digits(number, 4),
    }
}

#[cfg(test)]
mod tests {
    use super::{file_name, is_technique, throttle};
    use crate::rule::Seconds;

    #[test]
    fn names_periods_and_techniques_are_in_the_repository_s_form() {
        assert_eq!(file_name("Packs a share - 7z.exe"), "packs_a_share___7z_exe");
        assert_eq!((throttle(Seconds(86_400)), throttle(Seconds(1_800))), ("24h".to_owned(), "30m".to_owned()));
        assert!(
            is_technique("T1059.001") && is_technique("T1059") && !is_technique("TA0001") && !is_technique("T1059.1")
        );
    }
}
