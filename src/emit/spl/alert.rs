//! What the alert of a search is about: whom it puts a risk on, what it names, what it says.

use super::super::Request;
use crate::ir::{Entity, Envelope, Pipeline, SourceKind, TriggerOperator};
use crate::rule::{AlertSeverity, RuleKind, Seconds};

/// An output column and the kind of thing that it names.
pub(super) type Object = (String, &'static str);

/// The things that an alert is about.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Objects {
    /// Whom a risk is put on.
    pub(super) risks: Vec<Object>,
    /// What the risk comes from.
    pub(super) threats: Vec<Object>,
    /// Columns of entities that the search does not give.
    pub(super) missing: Vec<String>,
}

/// The entities of the rule, as far as the search has their columns.
pub(super) fn objects(envelope: &Envelope, search: &str) -> Objects {
    let mut found = Objects::default();
    for entity in &envelope.entities {
        let Some((identifier, column)) = main_field(entity) else { continue };
        if !names(search, column) {
            found.missing.push(column.clone());
        } else if let Some(kind) = risk_kind(&entity.entity_type) {
            found.risks.push((column.clone(), kind));
        } else if let Some(kind) = threat_kind(&entity.entity_type, identifier) {
            found.threats.push((column.clone(), kind));
        }
    }
    found
}

/// The field that names the entity best.
fn main_field(entity: &Entity) -> Option<&(String, String)> {
    const NAMES: [&str; 7] = ["FullName", "HostName", "Name", "Address", "Url", "Value", "CommandLine"];
    let named = |name: &&str| entity.fields.iter().find(|(identifier, _)| identifier == name);
    NAMES.iter().find_map(named).or_else(|| entity.fields.first())
}

/// Whether a word of the search is that name.
pub(super) fn names(search: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    search.split(|c| !is_word(c)).any(|word| word == name)
}

fn risk_kind(entity_type: &str) -> Option<&'static str> {
    Some(match entity_type {
        "Host" | "IoTDevice" => "system",
        "Account" | "Mailbox" => "user",
        "AzureResource" | "CloudApplication" | "SecurityGroup" => "other",
        _ => return None,
    })
}

fn threat_kind(entity_type: &str, identifier: &str) -> Option<&'static str> {
    Some(match (entity_type, identifier) {
        ("IP", _) => "ip_address",
        ("URL", _) => "url",
        ("DNS", _) => "domain",
        ("File", "Directory") => "file_path",
        ("File", _) => "file_name",
        ("FileHash", _) => "file_hash",
        ("Process", "CommandLine") => "process",
        ("RegistryKey", _) => "registry_path",
        ("RegistryValue", _) => "registry_value_name",
        ("MailMessage", "Subject") => "email_subject",
        ("MailMessage", "Sender" | "Recipient" | "P1Sender" | "P2Sender") => "email_address",
        ("Malware", _) => "signature",
        _ => return None,
    })
}

/// The risk of one alert.
pub(super) fn score(severity: Option<AlertSeverity>) -> u8 {
    match severity {
        Some(AlertSeverity::Informational) => 10,
        Some(AlertSeverity::Low) => 25,
        Some(AlertSeverity::Medium) | None => 50,
        Some(AlertSeverity::High) => 80,
    }
}

/// What an alert says, its columns as `$column$`; the title and whom it is about if the search lacks one of them.
pub(super) fn message(envelope: &Envelope, title: &str, search: &str, objects: &Objects) -> String {
    let written = envelope.alert_format.as_deref().and_then(|format| with_tokens(format, search));
    let of_kind = |kind: &str, word: &str| {
        let found = objects.risks.iter().find(|(_, own)| *own == kind);
        found.map(|(column, _)| format!(" {word} ${column}$")).unwrap_or_default()
    };
    written.unwrap_or_else(|| format!("{title}{}{}", of_kind("system", "on"), of_kind("user", "by")))
}

/// How often the search runs, and how far it looks back: not less than to its last run, unless the rule says so.
pub(super) fn schedule(envelope: &Envelope) -> (Seconds, Seconds) {
    let default = if envelope.kind == RuleKind::Nrt { 60 } else { 3600 };
    let window = envelope.period.map_or(default, |period| period.0);
    let frequency = envelope.frequency.unwrap_or(Seconds(window.min(default)));
    (frequency, envelope.period.unwrap_or(frequency))
}

/// How many results make an alert: a comparison of their number.
pub(super) fn comparison(operator: TriggerOperator) -> &'static str {
    match operator {
        TriggerOperator::GreaterThan => ">",
        TriggerOperator::LessThan => "<",
        TriggerOperator::Equal => "=",
        TriggerOperator::NotEqual => "!=",
    }
}

fn with_tokens(format: &str, search: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), format);
    while let Some((before, after)) = rest.split_once("{{") {
        let (column, behind) = after.split_once("}}")?;
        let column = column.trim();
        names(search, column).then_some(())?;
        text.push_str(before);
        text.extend(["$", column, "$"]);
        rest = behind;
    }
    text.push_str(rest);
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What Splunk's security content calls the kind of asset, and its domain.
pub(super) fn domain(request: &Request<'_>) -> (&'static str, &'static str) {
    let (product, category, service) = log_source(request, &request.rule.pipeline);
    match (product.as_deref(), category.as_deref(), service.as_deref()) {
        (Some("windows" | "linux" | "macos"), _, _) => ("Endpoint", "endpoint"),
        (Some("azure"), _, Some("signinlogs" | "auditlogs" | "riskdetection" | "pim")) => {
            ("Azure Active Directory", "identity")
        }
        (Some("azure"), _, _) => ("Azure Tenant", "audit"),
        (Some("m365"), _, _) => ("O365 Tenant", "audit"),
        (Some("aws"), _, _) => ("AWS Account", "audit"),
        (Some("gcp"), _, _) => ("GCP", "audit"),
        (Some("okta"), _, _) => ("Okta Tenant", "identity"),
        (Some("github"), _, _) => ("GitHub", "audit"),
        (Some("kubernetes"), _, _) => ("Kubernetes", "audit"),
        (_, Some("proxy"), _) => ("Proxy", "network"),
        (_, Some("firewall" | "dns"), _) => ("Network", "network"),
        (_, Some("antivirus" | "edr"), _) => ("Endpoint", "endpoint"),
        _ => ("Infrastructure", "threat"),
    }
}

type Names = (Option<String>, Option<String>, Option<String>);

fn log_source(request: &Request<'_>, pipeline: &Pipeline) -> Names {
    match &pipeline.source.kind {
        SourceKind::LogSource(found) => (found.product.clone(), found.category.clone(), found.service.clone()),
        SourceKind::Table { name, .. } | SourceKind::Function { name, .. } => {
            let candidates = request.hub.candidates(name);
            let found = candidates.first().map(|candidate| &candidate.log_source.sigma);
            let found = found.or_else(|| request.hub.native(name).map(|native| &native.sigma));
            found
                .map(|sigma| (sigma.product.clone(), sigma.category.clone(), sigma.service.clone()))
                .unwrap_or_default()
        }
        SourceKind::Pipeline { pipeline, .. } => log_source(request, pipeline),
        SourceKind::Union(branches) => branches.first().map(|branch| log_source(request, branch)).unwrap_or_default(),
        SourceKind::Inline(_) | SourceKind::External(_) | SourceKind::Opaque(_) => Names::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{names, with_tokens};

    #[test]
    fn a_message_names_only_what_the_search_gives() {
        let search = "index=x | table Host User";
        assert_eq!(
            with_tokens("Odd logon of {{ User }} on {{Host}}", search).as_deref(),
            Some("Odd logon of $User$ on $Host$")
        );
        assert_eq!(with_tokens("Odd logon of {{Account}}", search), None);
        assert!(!names(search, "Use"));
    }
}
