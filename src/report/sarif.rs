//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! Only what kqlift fills has a type. Columns count characters, which `columnKind` says; paths are relative to where
//! kqlift ran, as code scanning wants them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::{FileReport, Finding, FindingEdit, Position, REPOSITORY, RuleDescription, Style, SuppressedBy};
use crate::diagnostic::Severity;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Result<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<ReportingDescriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties<'a> {
    tags: [&'a str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: PartialFingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
    /// Absent where nothing is suppressed: an empty list would say that somebody has decided so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    place: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct PartialFingerprints {
    #[serde(rename = "kqliftFinding/v1")]
    finding: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Message<'a>,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: InsertedContent<'a>,
}

#[derive(Serialize)]
struct InsertedContent<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
}

/// Where it was decided to leave out a finding, and why.
type Decision<'a> = (SuppressedBy, Option<&'a str>);

/// A finding, and the decision to leave it out.
type Decided<'a> = (&'a Finding, Option<Decision<'a>>);

pub(super) fn render(reports: &[FileReport], style: &Style<'_>) -> String {
    let found: BTreeSet<(&str, &str)> =
        reports.iter().flat_map(decided).map(|(finding, _)| (finding.code, finding.name)).collect();
    let found: Vec<(&str, &str)> = found.into_iter().collect();
    let results = reports.iter().flat_map(|report| results(report, &found)).collect();
    let rules = found.iter().map(|(code, name)| descriptor(code, name, style.rule(code))).collect();
    let driver =
        Driver { name: "kqlift", semantic_version: env!("CARGO_PKG_VERSION"), information_uri: REPOSITORY, rules };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    // Strings, numbers and lists only: serialising them can't fail.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

/// Findings in the order of the file, the suppressed ones among the others.
fn decided(report: &FileReport) -> Vec<Decided<'_>> {
    let open = report.findings.iter().map(|finding| (finding, None));
    let suppressed = report
        .suppressed
        .iter()
        .map(|suppressed| (&suppressed.finding, Some((suppressed.by, suppressed.reason.as_deref()))));
    let mut all: Vec<Decided<'_>> = open.chain(suppressed).collect();
    all.sort_by_key(|(finding, _)| (finding.span, finding.code));
    all
}

fn results<'a>(report: &'a FileReport, rules: &[(&str, &str)]) -> Vec<Result<'a>> {
    let findings = decided(report);
    let names = fingerprints(report, findings.iter().map(|(finding, _)| *finding));
    let index = |finding: &Finding| rules.partition_point(|rule| *rule < (finding.code, finding.name));
    findings
        .into_iter()
        .zip(names)
        .map(|((finding, decision), name)| Result {
            rule_id: finding.code,
            rule_index: index(finding),
            level: level(finding.severity),
            message: message(finding),
            locations: [Location { id: None, place: place(report, finding.start, finding.end), message: None }],
            related_locations: related(report, finding),
            partial_fingerprints: PartialFingerprints { finding: name },
            fixes: fix(report, finding, decision.as_ref()).into_iter().collect(),
            suppressions: decision.map(suppression).into_iter().collect(),
        })
        .collect()
}

fn descriptor<'a>(code: &'a str, name: &'a str, rule: Option<&RuleDescription>) -> ReportingDescriptor<'a> {
    let text = |text: &'static str| Message { text: text.into() };
    ReportingDescriptor {
        id: code,
        name,
        short_description: rule.map(|rule| text(rule.name)),
        full_description: rule.and_then(|rule| first_paragraph(rule.document)).map(text),
        help: rule.map(|rule| Help { text: rule.document, markdown: rule.document }),
        help_uri: rule.map(RuleDescription::uri),
        default_configuration: Configuration { level: level(rule.map_or(Severity::Error, |rule| rule.severity)) },
        properties: rule.map(|rule| Properties { tags: [rule.category] }),
    }
}

/// What the page says first below its headings.
fn first_paragraph(document: &'static str) -> Option<&'static str> {
    document.split("\n\n").map(str::trim).find(|block| !block.is_empty() && !block.starts_with('#'))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn message(finding: &Finding) -> Message<'_> {
    let parts = std::iter::once(&finding.message).chain(&finding.help).chain(&finding.notes);
    let text = parts.map(String::as_str).collect::<Vec<_>>().join("\n");
    Message { text: text.into() }
}

fn place(report: &FileReport, start: Position, end: Position) -> PhysicalLocation {
    PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(&report.path) }, region: region(start, end) }
}

fn region(start: Position, end: Position) -> Region {
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

fn related<'a>(report: &FileReport, finding: &'a Finding) -> Vec<Location<'a>> {
    let location = |(index, related): (usize, &'a super::Related)| Location {
        id: Some(index),
        place: place(report, related.start, related.start),
        message: Some(Message { text: related.message.as_str().into() }),
    };
    finding.related.iter().enumerate().map(location).collect()
}

fn fix<'a>(report: &FileReport, finding: &'a Finding, decision: Option<&Decision<'_>>) -> Option<Fix<'a>> {
    let fix = finding.fix.as_ref().filter(|fix| decision.is_none() && !fix.edits.is_empty())?;
    let replacement = |edit: &'a FindingEdit| Replacement {
        deleted_region: region(edit.start, edit.end),
        inserted_content: InsertedContent { text: &edit.replacement },
    };
    let artifact_location = ArtifactLocation { uri: uri(&report.path) };
    let replacements = fix.edits.iter().map(replacement).collect();
    Some(Fix {
        description: Message { text: format!("{} {}", fix.title, super::fix_mark(fix.effect)).into() },
        artifact_changes: [ArtifactChange { artifact_location, replacements }],
    })
}

fn suppression((by, reason): Decision<'_>) -> Suppression<'_> {
    let kind = match by {
        SuppressedBy::Comment => "inSource",
        SuppressedBy::Configuration => "external",
    };
    Suppression { kind, justification: reason }
}

/// A path as the reference of a file: absolute ones with their scheme.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => {
                use std::fmt::Write as _;
                let _ = write!(uri, "%{other:02X}");
            }
        }
    }
    uri
}
