//! A detection in the layout of Splunk's content repository, as its tool `contentctl` reads it from version 5 on.

use std::collections::BTreeSet;

use super::super::loss::{Loss, LossClass};
use super::super::reason::Reason;
use super::super::wrap::{bare, description, id, list, note, text, title};
use super::super::yaml::{self, Node};
use super::super::{Request, Target};
use super::alert::{self, Objects};
use crate::ir::{Trigger, TriggerOperator};
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
    let threshold = threshold(request, losses).unwrap_or_default();
    // Every search ends in a macro that keeps what an environment leaves out.
    let search = format!("{}\n{threshold}| `{}_filter`\n", query.trim_end(), file_name(&title));
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
        list("data_source", data_sources(query)),
        ("search".to_owned(), Node::Block(search.clone())),
        text("how_to_implement", implementation(request, query)),
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

/// What keeps the results only where there are as many as the rule asks for: a deployment of the repository alerts on
/// any.
fn threshold(request: &Request<'_>, losses: &mut Vec<Loss>) -> Option<String> {
    let Trigger { operator, threshold } = request.rule.envelope.trigger?;
    let (alerts_on_none, is_default) = match operator {
        TriggerOperator::GreaterThan => (false, threshold == 0),
        TriggerOperator::LessThan => (threshold > 0, false),
        TriggerOperator::Equal => (threshold == 0, false),
        TriggerOperator::NotEqual => (threshold != 0, threshold == 0),
    };
    if is_default {
        return None;
    }
    if alerts_on_none {
        losses.push(
            Loss::new(LossClass::Under, Reason::Trigger, request.rule.pipeline.span, "triggerOperator")
                .says("a detection of the repository cannot alert where its search has no result")
                .suggest("write a saved search, which can"),
        );
    }
    let sign = alert::comparison(operator);
    Some(format!("| eventstats count as kql_results\n| where kql_results{sign}{threshold}\n| fields - kql_results\n"))
}

/// The repository's names of the sources that a search reads, as far as they are known.
fn data_sources(search: &str) -> Vec<String> {
    const WITH_CODES: [(&str, &str); 2] =
        [("`sysmon`", "Sysmon EventID"), ("`wineventlog_security`", "Windows Event Log Security")];
    const WHOLE: [(&str, &str); 2] =
        [("`azure_monitor_aad`", "Azure Active Directory"), ("`cloudtrail`", "AWS CloudTrail")];
    let codes: BTreeSet<&str> = search
        .split("EventCode=")
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().filter(|code| !code.is_empty()))
        .collect();
    let places: Vec<_> = WITH_CODES.iter().filter(|(place, _)| search.contains(place)).collect();
    let mut found = Vec::new();
    // With both in one search, a code could be of either.
    if let [(_, name)] = places.as_slice() {
        found.extend(codes.iter().map(|code| format!("{name} {code}")));
    }
    let is_read = |(place, _): &&(&str, &str)| search.contains(place);
    found.extend(WHOLE.iter().filter(is_read).map(|(_, name)| (*name).to_owned()));
    found
}

/// What the search needs, and when it is to run, which a deployment decides here.
fn implementation(request: &Request<'_>, search: &str) -> String {
    let (frequency, period) = alert::schedule(&request.rule.envelope);
    let needs = if search.contains("from datamodel=") {
        "The data models must be accelerated and hold these events."
    } else {
        "The fields must be extracted by the add-on of the source."
    };
    format!("{needs} Run it every {} over the last {}.", frequency.short(), period.short())
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
        text("message", alert::message(envelope, title, search, objects)),
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
    use super::{data_sources, file_name, is_technique, throttle};
    use crate::rule::Seconds;

    #[test]
    fn sources_are_named_by_macro_and_code() {
        assert_eq!(data_sources("`sysmon` EventCode=1 Image=\"*\""), ["Sysmon EventID 1"]);
        assert_eq!(data_sources("`sysmon` EventCode=1 OR `wineventlog_security` EventCode=4688"), Vec::<String>::new());
    }

    #[test]
    fn names_periods_and_techniques_are_in_the_repository_s_form() {
        assert_eq!(file_name("Packs a share - 7z.exe"), "packs_a_share___7z_exe");
        assert_eq!((throttle(Seconds(86_400)), throttle(Seconds(1_800))), ("24h".to_owned(), "30m".to_owned()));
        assert!(
            is_technique("T1059.001") && is_technique("T1059") && !is_technique("TA0001") && !is_technique("T1059.1")
        );
    }
}
