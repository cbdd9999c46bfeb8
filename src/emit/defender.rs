//! The rule around a query as a custom detection of Defender, in the keys of its API written as YAML.

use super::Request;
use super::loss::{Loss, LossClass};
use super::reason::Reason;
use super::wrap::{description, list, text, title};
use super::yaml::{self, Node};
use crate::rule::{AlertSeverity, Seconds};

/// How often a custom detection can run, and the API's word for it.
const PERIODS: [(i64, &str); 4] = [(3_600, "1H"), (10_800, "3H"), (43_200, "12H"), (86_400, "24H")];

/// The columns that a result must have for an alert to be made of it.
const REQUIRED: [&str; 3] = ["Timestamp", "DeviceId", "ReportId"];

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
    let has_columns = chooses_no_columns(&query);
    if !has_columns {
        let columns = REQUIRED.map(|column| format!("`{column}`")).join(", ");
        losses.push(note(request, "output columns", &format!("a custom detection has to return {columns}")));
    }
    let mut template = vec![
        text("title", title.clone()),
        ("description".to_owned(), description(request, &title)),
        text("severity", severity),
        text("category", envelope.tactics.first().cloned().unwrap_or_else(|| "SuspiciousActivity".to_owned())),
        list("mitreTechniques", envelope.techniques.iter().cloned()),
    ];
    if has_columns && query.starts_with("Device") {
        let kind = "#microsoft.graph.security.impactedDeviceAsset";
        let asset = vec![("@odata.type".to_owned(), Node::Quoted(kind.to_owned())), text("identifier", "deviceId")];
        template.push(("impactedAssets".to_owned(), Node::List(vec![Node::Map(asset)])));
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

/// Whether every column of the table is in the result.
fn chooses_no_columns(query: &str) -> bool {
    !["| project", "| summarize", "| distinct", "| count"].iter().any(|word| query.contains(word))
}

fn note(request: &Request<'_>, construct: &str, message: &str) -> Loss {
    Loss::new(LossClass::Informational, Reason::Envelope, request.rule.pipeline.span, construct).says(message)
}
