//! Which kind of rule a YAML document is, from its keys.

use super::document::View;
use crate::rule::RuleKind;

/// What a YAML document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detected {
    /// Sentinel analytic rule, hunting query or function; the key path of its query.
    Sentinel(RuleKind, &'static [&'static str]),
    /// Defender custom detection.
    Defender,
    /// Resource of an ARM template or of an export.
    Resource(RuleKind),
    /// Sigma rule, correlation or filter.
    Sigma,
    /// Something else, in a few words.
    Other(&'static str),
}

/// Key path of a Sentinel query.
pub(super) const QUERY: &[&str] = &["query"];
/// Key path of the query of an ASIM parser.
pub(super) const PARSER_QUERY: &[&str] = &["ParserQuery"];
/// Key path of the query of a custom detection.
pub(super) const CONDITION_QUERY: &[&str] = &["queryCondition", "queryText"];

const FREQUENCY_KEYS: &[&str] = &["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];
const FUNCTION_KEYS: &[&str] = &["functionAlias", "functionParameters"];
/// Keys that a rule has beside its query; a `query` without any of them belongs to some other program.
const COMPANION_KEYS: &[&str] = &[
    "id",
    "name",
    "displayName",
    "title",
    "description",
    "severity",
    "kind",
    "tactics",
    "techniques",
    "relevantTechniques",
    "requiredDataConnectors",
    "entityMappings",
    "queryFrequency",
    "functionAlias",
];

/// Reads the evidence of section "how to tell formats apart" in order: the first that holds decides.
pub(super) fn detect(view: &View<'_>) -> Detected {
    let has = |keys: &[&str]| keys.iter().any(|key| view.at(&[key]).is_some());
    let is_text = |path: &[&str]| view.at(path).is_some_and(|node| view.is_text(node));
    let has_condition = || view.at(&["detection", "condition"]).is_some();
    if (has(&["detection"]) && (has(&["logsource"]) || has_condition()))
        || has(&["correlation"])
        || (has(&["filter"]) && has(&["logsource"]))
    {
        return Detected::Sigma;
    }
    if is_text(CONDITION_QUERY) {
        return Detected::Defender;
    }
    if is_text(PARSER_QUERY) {
        return Detected::Sentinel(RuleKind::Function, PARSER_QUERY);
    }
    if has(&["search"]) && has(&["how_to_implement"]) {
        return Detected::Other("a Splunk detection, not a KQL rule");
    }
    if is_template(view) {
        return Detected::Other("an ARM template without a rule");
    }
    if !has(QUERY) {
        return Detected::Other("YAML without a query");
    }
    if !has(COMPANION_KEYS) {
        return Detected::Other("YAML with a `query`, but with no other key of a rule");
    }
    if !is_text(QUERY) {
        return Detected::Other("YAML with a `query` that is not text");
    }
    Detected::Sentinel(sentinel_kind(view, has), QUERY)
}

/// Whether the document is an ARM template: its rules are looked for among its resources.
pub(super) fn is_template(view: &View<'_>) -> bool {
    view.at(&["resources"]).is_some() && view.at(&["contentVersion"]).is_some()
}

/// Whether broken JSON is likely meant to hold rules.
pub(super) fn looks_like_json_rules(text: &str) -> bool {
    const SIGNS: &[&str] = &["\"queryCondition\"", "/alertRules\"", "/AlertRuleTemplates\"", "\"Hunting Queries\""];
    SIGNS.iter().any(|sign| text.contains(sign))
}

fn sentinel_kind(view: &View<'_>, has: impl Fn(&[&str]) -> bool) -> RuleKind {
    let kind = view.at(&["kind"]).and_then(|node| view.value(node)).unwrap_or("");
    if kind.eq_ignore_ascii_case("scheduled") {
        RuleKind::Scheduled
    } else if kind.eq_ignore_ascii_case("nrt") {
        RuleKind::Nrt
    } else if has(FREQUENCY_KEYS) {
        RuleKind::Scheduled
    } else if has(FUNCTION_KEYS) {
        RuleKind::Function
    } else if has(&["severity"]) {
        RuleKind::Scheduled
    } else {
        RuleKind::Hunting
    }
}

/// Whether broken YAML is likely meant to be a rule: some line begins with a key that only rules have. Other broken
/// YAML (templates of other programs) is none of our business.
pub(super) fn looks_like_rule(text: &str) -> bool {
    const KEYS: &[&str] = &[
        "query:",
        "queryCondition:",
        "queryFrequency:",
        "queryPeriod:",
        "relevantTechniques:",
        "requiredDataConnectors:",
        "entityMappings:",
        "ParserQuery:",
        "logsource:",
    ];
    text.trim_start_matches('\u{FEFF}').lines().any(|line| KEYS.iter().any(|key| line.starts_with(key)))
}

/// Whether the lines of a block scalar `query: |` stand in column 0, as in copies from web pages.
pub(super) fn has_lost_indentation(text: &str) -> bool {
    let is_block_query = |line: &str| {
        let value = line.strip_prefix("query:").or_else(|| line.strip_prefix("ParserQuery:"));
        value.is_some_and(|value| value.trim_start().starts_with(['|', '>']))
    };
    let mut lines = text.lines().skip_while(|line| !is_block_query(line)).skip(1);
    lines.find(|line| !line.trim().is_empty()).is_some_and(|line| !line.starts_with([' ', '\t']))
}
