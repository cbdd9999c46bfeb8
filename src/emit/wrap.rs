//! The rule around a converted query: a Sentinel rule file, a saved search, a content-control detection.

use uuid::Uuid;

use super::defender::custom_detection;
use super::log_source::is_named;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::yaml::{self, Node};
use super::{Form, Request, Target};
use crate::ir::TriggerOperator;
use crate::rule::{AlertSeverity, Seconds};

/// The converted query in the form that was asked for.
pub(super) fn wrapped(
    request: &Request<'_>,
    target: Target,
    query: String,
    losses: &mut Vec<Loss>,
) -> Result<String, Vec<Refusal>> {
    match (request.options.form, target) {
        (Form::Query, _) | (_, Target::Sigma) => Ok(query),
        (Form::Rule, Target::Asim | Target::Sentinel) => Ok(sentinel_rule(request, target, query)),
        (Form::Rule, Target::Xdr) => Ok(custom_detection(request, query, losses)),
        (Form::SavedSearch, Target::Spl) => Ok(saved_search(request, &query, losses)),
        (Form::ContentControl, Target::Spl) => Ok(content_control(request, query, losses)),
        (form, target) => {
            let message = format!("a rule for `{}` has no form `{}`", target.as_str(), form.as_str());
            Err(vec![Refusal::new(request.rule.pipeline.span, Reason::Envelope, form.as_str(), message)])
        }
    }
}

pub(super) fn title(request: &Request<'_>) -> String {
    let envelope = &request.rule.envelope;
    let title = envelope.title.as_deref().or(request.options.name_hint.as_deref()).unwrap_or("Untitled rule");
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn id(request: &Request<'_>, target: Target) -> String {
    let envelope = &request.rule.envelope;
    let identity = envelope.id.clone().unwrap_or_else(|| title(request));
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:kqlift:{}:{identity}", target.as_str()).as_bytes()).to_string()
}

pub(super) fn description(request: &Request<'_>, title: &str) -> Node {
    let language = if is_named(&request.rule.pipeline) { "Sigma" } else { "KQL" };
    match request.rule.envelope.description.as_deref().map(str::trim) {
        Some(text) if text.contains('\n') => Node::Block(text.replace('\t', " ")),
        Some(text) if !text.is_empty() => Node::Text(text.to_owned()),
        _ => Node::Text(format!("Converted from the {language} rule {title}")),
    }
}

pub(super) fn text(key: &str, value: impl Into<String>) -> (String, Node) {
    (key.to_owned(), Node::Text(value.into()))
}

fn bare(key: &str, value: impl Into<String>) -> (String, Node) {
    (key.to_owned(), Node::Bare(value.into()))
}

pub(super) fn list(key: &str, values: impl IntoIterator<Item = String>) -> (String, Node) {
    let values: Vec<Node> = values.into_iter().map(Node::Text).collect();
    (key.to_owned(), if values.is_empty() { Node::Bare("[]".to_owned()) } else { Node::List(values) })
}

/// A rule of the public Sentinel repository. The query keeps the columns that the entities name.
fn sentinel_rule(request: &Request<'_>, target: Target, query: String) -> String {
    let envelope = &request.rule.envelope;
    let title = title(request);
    let severity = match envelope.severity {
        Some(AlertSeverity::Informational) => "Informational",
        Some(AlertSeverity::Low) => "Low",
        Some(AlertSeverity::Medium) | None => "Medium",
        Some(AlertSeverity::High) => "High",
    };
    let (frequency, period) = schedule(request);
    let trigger = envelope.trigger;
    let operator = match trigger.map(|trigger| trigger.operator) {
        Some(TriggerOperator::LessThan) => "lt",
        Some(TriggerOperator::Equal) => "eq",
        Some(TriggerOperator::NotEqual) => "ne",
        Some(TriggerOperator::GreaterThan) | None => "gt",
    };
    let mut entries = vec![
        bare("id", id(request, target)),
        text("name", title.clone()),
        ("description".to_owned(), description(request, &title)),
        text("severity", severity),
        ("requiredDataConnectors".to_owned(), connectors(target, &query)),
        bare("queryFrequency", frequency.short()),
        bare("queryPeriod", period.short()),
        text("triggerOperator", operator),
        bare("triggerThreshold", trigger.map_or(0, |trigger| trigger.threshold).to_string()),
        list("tactics", tactics(&envelope.tactics)),
        list("relevantTechniques", envelope.techniques.iter().cloned()),
        ("query".to_owned(), Node::Block(query)),
    ];
    let entity = |entity: &crate::ir::Entity| {
        let field = |(identifier, column): &(String, String)| {
            Node::Map(vec![text("identifier", identifier.clone()), text("columnName", column.clone())])
        };
        let fields = Node::List(entity.fields.iter().map(field).collect());
        Node::Map(vec![text("entityType", entity.entity_type.clone()), ("fieldMappings".to_owned(), fields)])
    };
    if !envelope.entities.is_empty() {
        entries.push(("entityMappings".to_owned(), Node::List(envelope.entities.iter().map(entity).collect())));
    }
    if !envelope.custom_details.is_empty() {
        let details = envelope.custom_details.iter().map(|(name, column)| text(name, column.clone())).collect();
        entries.push(("customDetails".to_owned(), Node::Map(details)));
    }
    entries.push(bare("version", envelope.version.clone().unwrap_or_else(|| "1.0.0".to_owned())));
    entries.push(text("kind", "Scheduled"));
    yaml::write(&Node::Map(entries))
}

/// How often the rule runs and how far it looks back. Sigma knows only the windows of correlations, which a rule has
/// to look at whole.
fn schedule(request: &Request<'_>) -> (Seconds, Seconds) {
    const LIMITS: (i64, i64) = (300, 14 * 86_400);
    let envelope = &request.rule.envelope;
    if !is_named(&request.rule.pipeline) {
        let or_day = |seconds: Option<Seconds>| seconds.unwrap_or(Seconds(86_400));
        return (or_day(envelope.frequency), or_day(envelope.period));
    }
    let Seconds(window) = envelope.period.unwrap_or(Seconds(3_600));
    let window = window.clamp(LIMITS.0, LIMITS.1);
    (Seconds(window.min(3_600)), Seconds(window))
}

/// The tactics by the names that Sentinel has. What ATT&CK has made of Defense Evasion since is that still.
fn tactics(tactics: &[String]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for tactic in tactics {
        let tactic = match tactic.as_str() {
            "Stealth" | "DefenseImpairment" => "DefenseEvasion",
            other => other,
        };
        if !named.iter().any(|other| other == tactic) {
            named.push(tactic.to_owned());
        }
    }
    named
}

/// The connectors of the solutions of Microsoft Sentinel, with the tables that each brings.
const CONNECTORS: [(&str, &[&str]); 10] = [
    ("AWS", &["AWSCloudTrail"]),
    (
        "AzureActiveDirectory",
        &["AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs", "AuditLogs", "SigninLogs"],
    ),
    ("AzureActivity", &["AzureActivity"]),
    ("CefAma", &["CommonSecurityLog"]),
    ("DNS", &["DnsEvents"]),
    (
        "MicrosoftThreatProtection",
        &[
            "AlertEvidence",
            "AlertInfo",
            "CloudAppEvents",
            "DeviceEvents",
            "DeviceFileCertificateInfo",
            "DeviceFileEvents",
            "DeviceImageLoadEvents",
            "DeviceInfo",
            "DeviceLogonEvents",
            "DeviceNetworkEvents",
            "DeviceNetworkInfo",
            "DeviceProcessEvents",
            "DeviceRegistryEvents",
            "EmailAttachmentInfo",
            "EmailEvents",
            "EmailUrlInfo",
            "IdentityLogonEvents",
            "UrlClickEvents",
        ],
    ),
    ("Office365", &["OfficeActivity"]),
    ("SecurityEvents", &["SecurityEvent"]),
    ("SyslogAma", &["Syslog"]),
    ("WindowsForwardedEvents", &["WindowsEvent"]),
];

/// The connectors that bring the tables of the query; ASIM functions need whichever the workspace has.
fn connectors(target: Target, query: &str) -> Node {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: std::collections::HashSet<&str> = query.split(|c| !is_word(c)).collect();
    let connector = |(id, tables): &(&str, &[&str])| {
        let used: Vec<String> =
            tables.iter().filter(|table| words.contains(**table)).map(|t| (*t).to_owned()).collect();
        (!used.is_empty()).then(|| Node::Map(vec![text("connectorId", *id), list("dataTypes", used)]))
    };
    let connectors: Vec<Node> = CONNECTORS.iter().filter_map(connector).collect();
    if target == Target::Asim || connectors.is_empty() {
        return Node::Bare("[]".to_owned());
    }
    Node::List(connectors)
}

/// A stanza of `savedsearches.conf`.
fn saved_search(request: &Request<'_>, query: &str, losses: &mut Vec<Loss>) -> String {
    let envelope = &request.rule.envelope;
    let name: String = title(request).chars().filter(|c| !matches!(c, '[' | ']')).collect();
    let description = envelope.description.clone().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = vec![format!("[{name}]")];
    if !description.is_empty() {
        lines.push(format!("description = {description}"));
    }
    lines.push(format!("search = {}", query.trim_end().replace('\n', " \\\n")));
    lines.push("enableSched = 1".to_owned());
    lines.push(format!("cron_schedule = {}", cron(request, losses)));
    let period = envelope.period.or(envelope.frequency).unwrap_or(Seconds(3600));
    lines.push(format!("dispatch.earliest_time = -{}", period.short()));
    lines.push("dispatch.latest_time = now".to_owned());
    let (relation, quantity) = match envelope.trigger {
        None => ("greater than", 0),
        Some(trigger) => {
            let relation = match trigger.operator {
                TriggerOperator::GreaterThan => "greater than",
                TriggerOperator::LessThan => "less than",
                TriggerOperator::Equal => "equal to",
                TriggerOperator::NotEqual => "not equal to",
            };
            (relation, trigger.threshold)
        }
    };
    lines.push("counttype = number of events".to_owned());
    lines.push(format!("relation = {relation}"));
    lines.push(format!("quantity = {quantity}"));
    lines.push("alert.track = 1".to_owned());
    lines.push(format!("alert.severity = {}", severity_number(envelope.severity)));
    if !envelope.techniques.is_empty() {
        let techniques: Vec<String> = envelope.techniques.iter().map(|technique| format!("\"{technique}\"")).collect();
        lines.push(format!("action.correlationsearch.annotations = {{\"mitre_attack\": [{}]}}", techniques.join(", ")));
    }
    if !envelope.entities.is_empty() {
        losses.push(note(request, "entityMappings", "entities have no place in a saved search"));
    }
    lines.join("\n") + "\n"
}

/// Splunk's numbers: 2 information, 3 warning, 4 error, 5 severe.
fn severity_number(severity: Option<AlertSeverity>) -> u8 {
    match severity {
        Some(AlertSeverity::Informational) => 2,
        Some(AlertSeverity::Low) => 3,
        Some(AlertSeverity::Medium) | None => 4,
        Some(AlertSeverity::High) => 5,
    }
}

/// The frequency as a cron expression; one that cron cannot say becomes the next shorter.
fn cron(request: &Request<'_>, losses: &mut Vec<Loss>) -> String {
    let seconds = request.rule.envelope.frequency.map_or(3600, |frequency| frequency.0);
    let minutes = seconds / 60;
    let exact = match minutes {
        1 => Some("* * * * *".to_owned()),
        2..60 if 60 % minutes == 0 => Some(format!("*/{minutes} * * * *")),
        60 => Some("0 * * * *".to_owned()),
        61..1440 if minutes % 60 == 0 && 1440 % minutes == 0 => Some(format!("0 */{} * * *", minutes / 60)),
        1440 => Some("0 0 * * *".to_owned()),
        10_080 => Some("0 0 * * 0".to_owned()),
        _ => None,
    };
    exact.unwrap_or_else(|| {
        let shorter = if minutes > 1440 {
            "0 0 * * *"
        } else if minutes > 60 {
            "0 * * * *"
        } else {
            "*/5 * * * *"
        };
        let message = format!("cron cannot say every {}; `{shorter}` runs more often", Seconds(seconds).short());
        losses.push(note(request, "queryFrequency", &message));
        shorter.to_owned()
    })
}

fn note(request: &Request<'_>, construct: &str, message: &str) -> Loss {
    Loss::new(LossClass::Informational, Reason::Envelope, request.rule.pipeline.span, construct).says(message)
}

/// A detection in the layout of Splunk's content repository.
fn content_control(request: &Request<'_>, query: String, losses: &mut Vec<Loss>) -> String {
    let envelope = &request.rule.envelope;
    let title = title(request);
    let score = match envelope.severity {
        Some(AlertSeverity::Informational) => 10,
        Some(AlertSeverity::Low) => 25,
        Some(AlertSeverity::Medium) | None => 50,
        Some(AlertSeverity::High) => 80,
    };
    let mut entries = vec![text("name", title.clone()), bare("id", id(request, Target::Spl)), bare("version", "1")];
    entries.extend(request.options.date.iter().map(|date| ("date".to_owned(), Node::Quoted(date.clone()))));
    let risk: Vec<Node> = envelope
        .entities
        .iter()
        .filter_map(|entity| {
            let kind = match entity.entity_type.as_str() {
                "Host" => "system",
                "Account" => "user",
                _ => return None,
            };
            let (_, column) = entity.fields.first()?;
            Some(Node::Map(vec![text("field", column.clone()), text("type", kind), bare("score", score.to_string())]))
        })
        .collect();
    entries.extend([
        text("author", envelope.author.clone().unwrap_or_else(|| "Unknown".to_owned())),
        text("status", "experimental"),
        text("type", "TTP"),
        ("description".to_owned(), description(request, &title)),
        list("data_source", []),
        ("search".to_owned(), Node::Block(query)),
        text("how_to_implement", "The fields must be extracted by the add-on of the source"),
        text("known_false_positives", "Unknown"),
        list("references", envelope.references.iter().cloned()),
    ]);
    if risk.is_empty() {
        losses.push(note(request, "entityMappings", "the rule names no host or account that a risk could be put on"));
    } else {
        let objects = ("risk_objects".to_owned(), Node::List(risk));
        let rba = Node::Map(vec![text("message", title), objects, list("threat_objects", [])]);
        entries.push(("rba".to_owned(), rba));
    }
    let products = ["Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"].map(str::to_owned);
    let tags = Node::Map(vec![
        list("analytic_story", []),
        text("asset_type", "Endpoint"),
        list("mitre_attack_id", envelope.techniques.iter().cloned()),
        list("product", products),
        text("security_domain", "endpoint"),
    ]);
    entries.push(("tags".to_owned(), tags));
    yaml::write(&Node::Map(entries))
}
