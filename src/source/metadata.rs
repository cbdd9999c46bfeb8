//! Fills [`Metadata`] from the keys that each format uses.

use super::detect::Detected;
use super::document::View;
use super::tree::NodeId;
use crate::rule::{
    Connector, EntityMapping, FieldMapping, ImpactedAsset, Located, LocatedDuration, Metadata, Repetition, RuleKind,
    Seconds,
};
use crate::span::{Place, Span};

/// Reads what a document says around its query.
pub(super) fn read(view: &View<'_>, detected: Detected) -> Metadata {
    let metadata = match detected {
        Detected::Sentinel(RuleKind::Function, _) => function(view),
        Detected::Sentinel(..) => sentinel(view),
        Detected::Defender => defender(view),
        Detected::Resource(kind) => resource(view, kind),
        Detected::Sigma => sigma(view),
        Detected::Other(_) => Metadata::default(),
    };
    Metadata { keys: view.keys(), ..metadata }
}

fn sentinel(view: &View<'_>) -> Metadata {
    Metadata {
        id: view.located_at(&["id"]),
        name: first(view, &[&["name"], &["displayName"], &["title"]]),
        description: first(view, &[&["description"], &["description-detailed"]]),
        severity: view.located_at(&["severity"]),
        status: view.located_at(&["status"]),
        kind: view.located_at(&["kind"]),
        query_frequency: duration(view, &["queryFrequency"]),
        query_period: duration(view, &["queryPeriod"]),
        trigger_operator: view.located_at(&["triggerOperator"]),
        trigger_threshold: view.located_at(&["triggerThreshold"]),
        repetition: repetition(view, &[]),
        tactics: list(view, &["tactics"]),
        techniques: either_list(view, &["relevantTechniques"], &["techniques"]),
        tags: tags(view, &["tags"]),
        connectors: connectors(view),
        entities: entities(view, &["entityMappings"]),
        impacted_assets: Vec::new(),
        custom_details: custom_details(view, &["customDetails"]),
        alert_formats: ["alertDisplayNameFormat", "alertDescriptionFormat"]
            .iter()
            .filter_map(|key| view.located_at(&["alertDetailsOverride", key]))
            .collect(),
        version: view.located_at(&["version"]),
        author: author(view),
        references: either_list(view, &["references"], &["reference"]),
        keys: Vec::new(),
        part: None,
    }
}

fn function(view: &View<'_>) -> Metadata {
    let references = view.at(&["References"]).map(|node| view.items(node)).unwrap_or_default();
    let links = references.into_iter().filter_map(|item| view.located(view.get(item, "Link").unwrap_or(item)));
    Metadata {
        id: first(view, &[&["id"], &["Id"]]),
        name: first(view, &[&["ParserName"], &["functionAlias"], &["name"], &["displayName"], &["Parser", "Title"]]),
        description: first(view, &[&["Description"], &["description"]]),
        version: first(view, &[&["Parser", "Version"], &["version"]]),
        tags: tags(view, &["tags"]),
        author: author(view),
        references: links.collect(),
        ..Metadata::default()
    }
}

fn defender(view: &View<'_>) -> Metadata {
    let template = ["detectionAction", "alertTemplate"];
    let in_template = |key| [template[0], template[1], key];
    Metadata {
        id: view.located_at(&["id"]),
        name: first(view, &[&["displayName"], &in_template("title")]),
        description: first(view, &[&in_template("description"), &["description"]]),
        severity: view.located_at(&in_template("severity")),
        query_frequency: duration(view, &["schedule", "period"]).or_else(|| duration(view, &["schedule", "frequency"])),
        query_period: duration(view, &["schedule", "lookback"]),
        tactics: list(view, &in_template("category")),
        techniques: list(view, &in_template("mitreTechniques")),
        impacted_assets: impacted_assets(view, &in_template("impactedAssets")),
        tags: tags(view, &["tags"]),
        author: author(view),
        references: list(view, &["references"]),
        ..Metadata::default()
    }
}

/// A resource has the properties of the YAML form under other names; the identifier is in its name.
fn resource(view: &View<'_>, kind: RuleKind) -> Metadata {
    const PROPERTIES: &str = "properties";
    let at = |key| view.located_at(&[PROPERTIES, key]);
    let common = Metadata {
        id: identifier(view),
        name: at("displayName"),
        description: at("description"),
        version: at("templateVersion"),
        ..Metadata::default()
    };
    if matches!(kind, RuleKind::Hunting | RuleKind::Function) {
        return Metadata {
            description: common.description.or_else(|| tag(view, "description")),
            tactics: tag(view, "tactics").as_ref().map(words).unwrap_or_default(),
            techniques: ["techniques", "subTechniques"]
                .iter()
                .filter_map(|name| tag(view, name))
                .flat_map(|list| words(&list))
                .collect(),
            ..common
        };
    }
    Metadata {
        severity: at("severity"),
        status: at("status"),
        kind: view.located_at(&["kind"]),
        query_frequency: duration(view, &[PROPERTIES, "queryFrequency"]),
        query_period: duration(view, &[PROPERTIES, "queryPeriod"]),
        trigger_operator: at("triggerOperator"),
        trigger_threshold: at("triggerThreshold"),
        repetition: repetition(view, &[PROPERTIES]),
        tactics: list(view, &[PROPERTIES, "tactics"]),
        techniques: techniques(view),
        entities: entities(view, &[PROPERTIES, "entityMappings"]),
        custom_details: custom_details(view, &[PROPERTIES, "customDetails"]),
        ..common
    }
}

fn repetition(view: &View<'_>, prefix: &[&str]) -> Repetition {
    let value = |path: &[&str]| view.located_at(&[prefix, path].concat()).map(|found| found.value);
    let is_on = |path: &[&str]| value(path).is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
    let grouping = |key| ["incidentConfiguration", "groupingConfiguration", key];
    let reach = value(&grouping("lookbackDuration")).and_then(|text| Seconds::parse(&text));
    let aggregation = value(&["eventGroupingSettings", "aggregationKind"]);
    Repetition {
        is_suppressed: is_on(&["suppressionEnabled"]),
        suppression: value(&["suppressionDuration"]).and_then(|text| Seconds::parse(&text)),
        is_alert_per_result: aggregation.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("AlertPerResult")),
        grouping: reach.filter(|_| is_on(&grouping("enabled"))),
    }
}

/// The GUID in the name or the path of a resource, else its whole name.
fn identifier(view: &View<'_>) -> Option<Located<String>> {
    let guid = |text: Located<String>| {
        let start = (0..text.value.len()).find(|start| {
            text.value.get(*start..start + GUID).is_some_and(|part| uuid::Uuid::try_parse(part).is_ok())
        })?;
        let span = Span::new(start, start + GUID);
        Some(Located { value: span.slice(&text.value).to_owned(), place: Place { span, ..text.place } })
    };
    let texts = || ["name", "id"].into_iter().filter_map(|key| view.located_at(&[key]));
    texts().find_map(guid).or_else(|| texts().next())
}

/// Length of a GUID as text.
const GUID: usize = 36;

/// Sub-techniques, and the techniques that none of them belongs to: exports name the parents again.
fn techniques(view: &View<'_>) -> Vec<Located<String>> {
    let mut techniques = list(view, &["properties", "subTechniques"]);
    let is_parent = |technique: &Located<String>| {
        techniques.iter().any(|sub| sub.value.split('.').next() == Some(technique.value.as_str()))
    };
    let mut others = list(view, &["properties", "techniques"]);
    others.retain(|technique| !is_parent(technique));
    techniques.append(&mut others);
    techniques
}

/// The value of one of the `{name, value}` tags of a saved search.
fn tag(view: &View<'_>, name: &str) -> Option<Located<String>> {
    let items = view.at(&["properties", "tags"]).map(|node| view.items(node)).unwrap_or_default();
    let item = items.into_iter().find(|item| {
        let key = view.get(*item, "name").and_then(|node| view.value(node));
        key.is_some_and(|key| key.eq_ignore_ascii_case(name))
    })?;
    view.located(view.get(item, "value")?)
}

/// The words of a list that is written as one text with commas, each with its place.
fn words(list: &Located<String>) -> Vec<Located<String>> {
    let mut start = 0;
    let mut words = Vec::new();
    for part in list.value.split(',') {
        let word = part.trim();
        let at = start + (part.len() - part.trim_start().len());
        start += part.len() + 1;
        if !word.is_empty() {
            let span = Span::new(at, at + word.len());
            words.push(Located { value: word.to_owned(), place: Place { span, ..list.place } });
        }
    }
    words
}

fn sigma(view: &View<'_>) -> Metadata {
    Metadata {
        id: view.located_at(&["id"]),
        name: first(view, &[&["title"], &["name"]]),
        description: view.located_at(&["description"]),
        severity: view.located_at(&["level"]),
        status: view.located_at(&["status"]),
        tags: tags(view, &["tags"]),
        author: author(view),
        references: list(view, &["references"]),
        ..Metadata::default()
    }
}

fn first(view: &View<'_>, paths: &[&[&str]]) -> Option<Located<String>> {
    paths.iter().find_map(|path| view.located_at(path))
}

fn duration(view: &View<'_>, path: &[&str]) -> Option<LocatedDuration> {
    let Located { value, place } = view.located_at(path)?;
    let seconds = Seconds::parse(&value);
    Some(Located { value: (value, seconds), place })
}

fn list(view: &View<'_>, path: &[&str]) -> Vec<Located<String>> {
    view.at(path).map(|node| located_items(view, node)).unwrap_or_default()
}

fn either_list(view: &View<'_>, path: &[&str], other: &[&str]) -> Vec<Located<String>> {
    let items = list(view, path);
    if items.is_empty() { list(view, other) } else { items }
}

fn located_items(view: &View<'_>, node: NodeId) -> Vec<Located<String>> {
    view.items(node).into_iter().filter_map(|item| view.located(item)).collect()
}

/// Tags are words, pairs such as `Schema: ProcessEvent`, or `{name: …, value: …}`. Pairs are joined by a colon and
/// stand where their value stands.
fn tags(view: &View<'_>, path: &[&str]) -> Vec<Located<String>> {
    let Some(node) = view.at(path) else { return Vec::new() };
    let mut tags = Vec::new();
    for item in view.items(node) {
        if let Some(word) = view.located(item) {
            tags.push(word);
        } else if let (Some(name), Some(value)) = (view.get(item, "name"), view.get(item, "value")) {
            tags.extend(pair(view, name, value));
        } else {
            tags.extend(view.entries(item).iter().filter_map(|(name, value)| pair(view, *name, *value)));
        }
    }
    tags
}

fn pair(view: &View<'_>, name: NodeId, value: NodeId) -> Option<Located<String>> {
    let Located { value, place } = view.located(value)?;
    Some(Located { value: format!("{}: {value}", view.value(name)?), place })
}

fn connectors(view: &View<'_>) -> Vec<Connector> {
    let items = view.at(&["requiredDataConnectors"]).map(|node| view.items(node)).unwrap_or_default();
    let connector = |item| Connector {
        id: view.get(item, "connectorId").and_then(|id| view.located(id)),
        data_types: view.get(item, "dataTypes").map(|node| located_items(view, node)).unwrap_or_default(),
    };
    items.into_iter().filter(|item| !view.entries(*item).is_empty()).map(connector).collect()
}

fn entities(view: &View<'_>, path: &[&str]) -> Vec<EntityMapping> {
    let items = view.at(path).map(|node| view.items(node)).unwrap_or_default();
    let field = |item| FieldMapping {
        identifier: view.get(item, "identifier").and_then(|node| view.located(node)),
        column: view.get(item, "columnName").and_then(|node| view.located(node)),
    };
    let entity = |item| EntityMapping {
        entity_type: view.get(item, "entityType").and_then(|node| view.located(node)),
        fields: view
            .get(item, "fieldMappings")
            .map(|node| {
                view.items(node).into_iter().filter(|item| !view.entries(*item).is_empty()).map(field).collect()
            })
            .unwrap_or_default(),
    };
    items.into_iter().filter(|item| !view.entries(*item).is_empty()).map(entity).collect()
}

fn impacted_assets(view: &View<'_>, path: &[&str]) -> Vec<ImpactedAsset> {
    let items = view.at(path).map(|node| view.items(node)).unwrap_or_default();
    let asset = |item| ImpactedAsset {
        kind: view.get(item, "@odata.type").and_then(|node| view.located(node)),
        identifier: view.get(item, "identifier").and_then(|node| view.located(node)),
    };
    items.into_iter().filter(|item| !view.entries(*item).is_empty()).map(asset).collect()
}

fn custom_details(view: &View<'_>, path: &[&str]) -> Vec<(Located<String>, Located<String>)> {
    let entries = view.at(path).map(|node| view.entries(node)).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, value)| Some((view.located(*key)?, view.located(view.resolve(*value)?)?)))
        .collect()
}

fn author(view: &View<'_>) -> Option<Located<String>> {
    first(view, &[&["author"], &["author", "name"], &["metadata", "author", "name"], &["metadata", "author"]])
}
