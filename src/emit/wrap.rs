//! The rule around a converted query.

use uuid::Uuid;

use super::defender::custom_detection;
use super::log_source::is_named;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::spl;
use super::yaml::{self, Node};
use super::{Form, Request, Target};
use crate::ir::{Entity, TriggerOperator};
use crate::mapping::{Hub, RuleTag, connector_of};
use crate::rule::{AlertSeverity, RuleKind, Seconds};

/// The converted query in the form that was asked for.
pub(super) fn wrapped(
    request: &Request<'_>,
    target: Target,
    query: String,
    losses: &mut Vec<Loss>,
) -> Result<String, Vec<Refusal>> {
    match (request.options.form, target) {
        (Form::Query, _) | (_, Target::Sigma) => Ok(query),
        (Form::Rule, Target::Asim | Target::Sentinel) => Ok(sentinel_rule(request, target, query, losses)),
        (Form::Rule, Target::Xdr) => Ok(custom_detection(request, query, losses)),
        (Form::SavedSearch, Target::Spl) => Ok(spl::saved_search(request, &query, losses)),
        (Form::ContentControl, Target::Spl) => Ok(spl::content_control(request, &query, losses)),
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

pub(super) fn id(request: &Request<'_>, target: Target) -> String {
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

pub(super) fn bare(key: &str, value: impl Into<String>) -> (String, Node) {
    (key.to_owned(), Node::Bare(value.into()))
}

pub(super) fn list(key: &str, values: impl IntoIterator<Item = String>) -> (String, Node) {
    let values: Vec<Node> = values.into_iter().map(Node::Text).collect();
    (key.to_owned(), if values.is_empty() { Node::Bare("[]".to_owned()) } else { Node::List(values) })
}

/// A rule of the public Sentinel repository. The query keeps the columns that the entities name.
fn sentinel_rule(request: &Request<'_>, target: Target, query: String, losses: &mut Vec<Loss>) -> String {
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
        ("requiredDataConnectors".to_owned(), connectors(&query)),
        bare("queryFrequency", frequency.short()),
        bare("queryPeriod", period.short()),
        text("triggerOperator", operator),
        bare("triggerThreshold", trigger.map_or(0, |trigger| trigger.threshold).to_string()),
        list("tactics", tactics(&envelope.tactics)),
        list("relevantTechniques", envelope.techniques.iter().cloned()),
    ];
    let tags = schema_tags(request.hub, &query);
    if !tags.is_empty() {
        entries.push(("tags".to_owned(), Node::List(tags)));
    }
    entries.push(("query".to_owned(), Node::Block(query)));
    let entity = |entity: &Entity| {
        let field = |(identifier, column): &(String, String)| {
            Node::Map(vec![text("identifier", identifier.clone()), text("columnName", column.clone())])
        };
        let fields = Node::List(entity.fields.iter().map(field).collect());
        Node::Map(vec![text("entityType", entity.entity_type.clone()), ("fieldMappings".to_owned(), fields)])
    };
    let entities: Vec<Node> = entities(request, losses).into_iter().map(entity).collect();
    if !entities.is_empty() {
        entries.push(("entityMappings".to_owned(), Node::List(entities)));
    }
    if !envelope.custom_details.is_empty() {
        let details = envelope.custom_details.iter().map(|(name, column)| text(name, column.clone())).collect();
        entries.push(("customDetails".to_owned(), Node::Map(details)));
    }
    entries.push(bare("version", envelope.version.clone().unwrap_or_else(|| "1.0.0".to_owned())));
    entries.push(text("kind", "Scheduled"));
    yaml::write(&Node::Map(entries))
}

/// The entities of the rule. What Defender calls an affected device has a name there that the result may lack.
fn entities<'r>(request: &'r Request<'_>, losses: &mut Vec<Loss>) -> Vec<&'r Entity> {
    let rule = request.rule;
    let output = &rule.pipeline.output;
    let is_returned = |entity: &&Entity| {
        let mut columns = entity.fields.iter().map(|(_, column)| column);
        rule.envelope.kind != RuleKind::CustomDetection
            || output.is_open
            || columns.all(|column| output.find(column).is_some())
    };
    let (kept, lost): (Vec<&Entity>, Vec<&Entity>) = rule.envelope.entities.iter().partition(is_returned);
    for entity in lost {
        let column = entity.fields.first().map_or("", |(_, column)| column);
        let message = format!("the entity `{}` needs `{column}`, which the query does not return", entity.entity_type);
        losses.push(note(request, "impactedAssets", &message));
    }
    kept
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

/// The connectors that fill the tables of the query; ASIM functions need whichever the workspace has.
fn connectors(query: &str) -> Node {
    let mut needed: Vec<(&'static str, Vec<String>)> = Vec::new();
    for table in tables(query) {
        let Some(connector) = connector_of(table) else { continue };
        let at = needed.iter().position(|(id, _)| *id == connector).unwrap_or_else(|| {
            needed.push((connector, Vec::new()));
            needed.len() - 1
        });
        if !needed[at].1.iter().any(|other| other == table) {
            needed[at].1.push(table.to_owned());
        }
    }
    if needed.is_empty() {
        return Node::Bare("[]".to_owned());
    }
    let one = |(id, tables): (&str, Vec<String>)| Node::Map(vec![text("connectorId", id), list("dataTypes", tables)]);
    Node::List(needed.into_iter().map(one).collect())
}

/// The schemas of the ASIM functions that the query reads, as Microsoft's own rules tag them.
fn schema_tags(hub: &Hub, query: &str) -> Vec<Node> {
    let mut tags: Vec<&RuleTag> = Vec::new();
    for tag in tables(query).filter_map(|name| hub.rule_tag(name)) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let node =
        |tag: &RuleTag| Node::Map(vec![text("Schema", tag.schema.clone()), text("SchemaVersion", tag.version.clone())]);
    tags.into_iter().map(node).collect()
}

/// Words of the query at places where a table may stand: at the beginning of a line and behind a bracket, a comma or
/// `union`.
fn tables(query: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    query.match_indices(is_word).filter_map(move |(start, _)| {
        let before = query[..start].trim_end_matches(' ');
        let is_begun = query[..start].ends_with(is_word);
        let is_place = before.is_empty() || before.ends_with(['\n', '(', ',']) || before.ends_with("union");
        let end = query[start..].find(|c| !is_word(c)).map_or(query.len(), |length| start + length);
        (is_place && !is_begun).then(|| &query[start..end])
    })
}

pub(super) fn note(request: &Request<'_>, construct: &str, message: &str) -> Loss {
    Loss::new(LossClass::Informational, Reason::Envelope, request.rule.pipeline.span, construct).says(message)
}
