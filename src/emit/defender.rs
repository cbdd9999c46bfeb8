//! The rule around a query as a custom detection of Defender, in the keys of its API written as YAML.

use super::Request;
use super::contract::{Contract, contract};
use super::loss::{Loss, LossClass};
use super::reason::Reason;
use super::wrap::{description, list, text, title};
use super::yaml::{self, Node};
use crate::rule::{AlertSeverity, Seconds};

/// How often a custom detection can run, and the API's word for it.
const PERIODS: [(i64, &str); 4] = [(3_600, "1H"), (10_800, "3H"), (43_200, "12H"), (86_400, "24H")];

/// The kinds of affected assets: resource type, Sentinel's entity, and the columns that identify one.
/// Origin: the beta reference of `microsoft.graph.security.impactedAsset`.
const ASSETS: [(&str, &str, &[&str]); 3] = [
    (
        "impactedDeviceAsset",
        "Host",
        &["DeviceId", "DeviceName", "RemoteDeviceName", "TargetDeviceName", "DestinationDeviceName"],
    ),
    (
        "impactedUserAsset",
        "Account",
        &[
            "AccountObjectId",
            "AccountSid",
            "AccountUpn",
            "AccountName",
            "AccountDomain",
            "AccountId",
            "InitiatingProcessAccountUpn",
            "RecipientObjectId",
            "TargetAccountUpn",
        ],
    ),
    (
        "impactedMailboxAsset",
        "Mailbox",
        &[
            "AccountUpn",
            "InitiatingProcessAccountUpn",
            "TargetAccountUpn",
            "SenderFromAddress",
            "SenderDisplayName",
            "SenderMailFromAddress",
            "RecipientEmailAddress",
        ],
    ),
];

/// A custom detection. Identifiers are given by the service.
pub(super) fn custom_detection(request: &Request<'_>, query: String, losses: &mut Vec<Loss>) -> String {
    let envelope = &request.rule.envelope;
    let title = title(request);
    let severity = match envelope.severity {
        Some(AlertSeverity::Informational) => "informational",
        Some(AlertSeverity::Low) => "low",
        Some(AlertSeverity::Medium) | None => "medium",
        Some(AlertSeverity::High) => "high",
    };
    let query = with_contract(request, query, losses);
    let mut template = vec![
        text("title", title.clone()),
        ("description".to_owned(), description(request, &title)),
        text("severity", severity),
        text("category", envelope.tactics.first().cloned().unwrap_or_else(|| "SuspiciousActivity".to_owned())),
        list("mitreTechniques", envelope.techniques.iter().cloned()),
    ];
    let assets = assets(request, &query, losses);
    if !assets.is_empty() {
        template.push(("impactedAssets".to_owned(), Node::List(assets)));
    }
    let period = Node::Quoted(period(request, losses).to_owned());
    let entries = vec![
        text("displayName", title),
        ("isEnabled".to_owned(), Node::Bare("true".to_owned())),
        ("queryCondition".to_owned(), Node::Map(vec![("queryText".to_owned(), Node::Block(query))])),
        ("schedule".to_owned(), Node::Map(vec![("period".to_owned(), period)])),
        ("detectionAction".to_owned(), Node::Map(vec![("alertTemplate".to_owned(), Node::Map(template))])),
    ];
    yaml::write(&Node::Map(entries))
}

/// The shortest period that is not shorter than what the rule asks for; the longest for anything longer.
fn period(request: &Request<'_>, losses: &mut Vec<Loss>) -> &'static str {
    let Some(Seconds(asked)) = request.rule.envelope.frequency.or(request.rule.envelope.period) else {
        return PERIODS[0].1;
    };
    let fits = PERIODS.iter().find(|(seconds, _)| *seconds >= asked).unwrap_or(&PERIODS[PERIODS.len() - 1]);
    if fits.0 != asked {
        let message = format!("the rule runs every {}, a custom detection every {}", Seconds(asked).short(), fits.1);
        losses.push(note(request, "queryFrequency", &message));
    }
    fits.1
}

/// The query with the columns that an alert is made of.
fn with_contract(request: &Request<'_>, query: String, losses: &mut Vec<Loss>) -> String {
    let listed = |columns: &[&str]| columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
    match contract(&query) {
        Contract::Kept => query,
        Contract::Added(query, columns) => {
            let message =
                format!("a custom detection has to return {}; they are added to the result", listed(&columns));
            losses.push(note(request, "output columns", &message));
            query
        }
        Contract::Broken(columns) => {
            let message = format!("a custom detection has to return {}", listed(columns));
            let advice = "keep them in every group: `arg_max(Timestamp, ReportId, DeviceId)`";
            losses.push(note(request, "output columns", &message).suggest(advice));
            query
        }
    }
}

/// The assets that the entities of the rule are; the device of a rule without any.
fn assets(request: &Request<'_>, query: &str, losses: &mut Vec<Loss>) -> Vec<Node> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for entity in &request.rule.envelope.entities {
        let of_type = ASSETS.iter().filter(|(_, entity_type, _)| *entity_type == entity.entity_type);
        let named = of_type.flat_map(|(kind, _, columns)| columns.iter().map(|column| (*kind, *column)));
        let asset = named.into_iter().find(|(_, known)| entity.fields.iter().any(|(_, column)| column == known));
        match asset {
            Some(asset) if found.contains(&asset) => {}
            Some(asset) => found.push(asset),
            None => {
                let message = format!("the entity `{}` is no asset of a custom detection", entity.entity_type);
                losses.push(note(request, "entityMappings", &message));
            }
        }
    }
    let returns_device = || query.contains("Device") && contract(query) == Contract::Kept;
    if request.rule.envelope.entities.is_empty() && returns_device() {
        found.push(("impactedDeviceAsset", "DeviceId"));
    }
    found.into_iter().map(|(kind, column)| asset(kind, column)).collect()
}

fn asset(kind: &str, column: &str) -> Node {
    let mut identifier = column.to_owned();
    if let Some(first) = identifier.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let kind = Node::Quoted(format!("#microsoft.graph.security.{kind}"));
    Node::Map(vec![("@odata.type".to_owned(), kind), text("identifier", identifier)])
}

fn note(request: &Request<'_>, construct: &str, message: &str) -> Loss {
    Loss::new(LossClass::Informational, Reason::Envelope, request.rule.pipeline.span, construct).says(message)
}
