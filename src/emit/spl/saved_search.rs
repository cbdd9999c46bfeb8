//! A stanza of `savedsearches.conf`: the search with its schedule, its threshold and what Enterprise Security makes of
//! an alert.

use super::super::Request;
use super::super::loss::Loss;
use super::super::wrap::{note, title};
use super::alert::{self, Objects};
use crate::ir::{Trigger, TriggerOperator};
use crate::rule::{AlertSeverity, RuleKind, Seconds};

/// A stanza of `savedsearches.conf`.
pub(in super::super) fn saved_search(request: &Request<'_>, query: &str, losses: &mut Vec<Loss>) -> String {
    let envelope = &request.rule.envelope;
    let name: String = title(request).chars().filter(|c| !matches!(c, '[' | ']')).collect();
    let description = envelope.description.clone().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = vec![format!("[{name}]")];
    if !description.is_empty() {
        lines.push(format!("description = {description}"));
    }
    lines.push(format!("search = {}", query.trim_end().replace('\n', " \\\n")));
    lines.push("disabled = 0".to_owned());
    lines.extend(schedule(request, losses));
    lines.extend(threshold(envelope.trigger));
    lines.push("alert.track = 1".to_owned());
    lines.push(format!("alert.severity = {}", severity_number(envelope.severity)));
    let objects = alert::objects(envelope, query);
    for column in &objects.missing {
        let message = format!("the search has no field for `{column}`, which an entity of the rule names");
        losses.push(note(request, "entityMappings", &message));
    }
    lines.extend(repetition(request, &objects, losses));
    let description = Some(&*description).filter(|description| !description.is_empty());
    lines.extend(security(request, query, (&name, description), &objects));
    lines.join("\n") + "\n"
}

/// When the search runs, and over which time. No run is left out, and each looks back from when it was due.
fn schedule(request: &Request<'_>, losses: &mut Vec<Loss>) -> Vec<String> {
    let envelope = &request.rule.envelope;
    let (frequency, period) = alert::schedule(envelope);
    let mut lines = vec![
        "enableSched = 1".to_owned(),
        "realtime_schedule = 0".to_owned(),
        format!("cron_schedule = {}", cron(request, frequency, losses)),
    ];
    if envelope.kind == RuleKind::Nrt {
        // Such a rule looks at what has arrived since its last run, however old it is.
        lines.extend(["dispatch.earliest_time = -1d", "dispatch.latest_time = now"].map(str::to_owned));
        lines.extend(["dispatch.index_earliest = -1m@m", "dispatch.index_latest = @m"].map(str::to_owned));
    } else {
        lines.push(format!("dispatch.earliest_time = -{}", period.short()));
        lines.push("dispatch.latest_time = now".to_owned());
    }
    lines
}

/// How many results make an alert.
fn threshold(trigger: Option<Trigger>) -> [String; 3] {
    let (relation, quantity) = match trigger {
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
    let counted = "counttype = number of events".to_owned();
    [counted, format!("relation = {relation}"), format!("quantity = {quantity}")]
}

/// One alert for all results or for each, and the silence behind it.
fn repetition(request: &Request<'_>, objects: &Objects, losses: &mut Vec<Loss>) -> Vec<String> {
    let envelope = &request.rule.envelope;
    let mut lines = vec![format!("alert.digest_mode = {}", u8::from(!envelope.is_alert_per_result))];
    let Some(period) = envelope.suppression else { return lines };
    // Where each result is an alert, those about the same things are silent.
    let fields: Vec<&str> = objects.risks.iter().chain(&objects.threats).map(|(column, _)| column.as_str()).collect();
    if envelope.is_alert_per_result && fields.is_empty() {
        let message = "a suppression of single results needs fields that tell one alert from another, and the rule \
                       names none";
        losses.push(note(request, "suppressionDuration", message));
        return lines;
    }
    lines.push("alert.suppress = 1".to_owned());
    lines.push(format!("alert.suppress.period = {}", period.short()));
    if envelope.is_alert_per_result {
        lines.push(format!("alert.suppress.fields = {}", fields.join(",")));
    }
    lines
}

/// What Enterprise Security reads; a search without it ignores these keys.
fn security(
    request: &Request<'_>,
    query: &str,
    (name, description): (&str, Option<&str>),
    objects: &Objects,
) -> Vec<String> {
    let envelope = &request.rule.envelope;
    let message = alert::message(envelope, name, query, objects);
    let mut lines =
        vec!["action.correlationsearch.enabled = 1".to_owned(), format!("action.correlationsearch.label = {name}")];
    if !envelope.techniques.is_empty() {
        let annotations = serde_json::json!({ "mitre_attack": envelope.techniques });
        lines.push(format!("action.correlationsearch.annotations = {annotations}"));
    }
    lines.extend([
        "action.notable = 1".to_owned(),
        format!("action.notable.param.rule_title = {message}"),
        format!("action.notable.param.rule_description = {}", description.unwrap_or(&message)),
        format!("action.notable.param.security_domain = {}", alert::domain(request).1),
        format!("action.notable.param.severity = {}", severity_word(envelope.severity)),
    ]);
    if !objects.risks.is_empty() {
        let score = alert::score(envelope.severity);
        let risk = |(column, kind): &alert::Object| serde_json::json!({ "risk_object_field": column, "risk_object_type": kind, "risk_score": score });
        let threat = |(column, kind): &alert::Object| serde_json::json!({ "threat_object_field": column, "threat_object_type": kind });
        let list: Vec<serde_json::Value> =
            objects.risks.iter().map(risk).chain(objects.threats.iter().map(threat)).collect();
        lines.extend([
            "action.risk = 1".to_owned(),
            format!("action.risk.param._risk = {}", serde_json::Value::Array(list)),
            format!("action.risk.param._risk_message = {message}"),
        ]);
    }
    lines
}

fn severity_word(severity: Option<AlertSeverity>) -> &'static str {
    match severity {
        Some(AlertSeverity::Informational) => "informational",
        Some(AlertSeverity::Low) => "low",
        Some(AlertSeverity::Medium) | None => "medium",
        Some(AlertSeverity::High) => "high",
    }
}

/// Splunk's numbers, as its pages show them: 1 info, 2 low, 3 medium, 4 high, 5 critical.
fn severity_number(severity: Option<AlertSeverity>) -> u8 {
    match severity {
        Some(AlertSeverity::Informational) => 1,
        Some(AlertSeverity::Low) => 2,
        Some(AlertSeverity::Medium) | None => 3,
        Some(AlertSeverity::High) => 4,
    }
}

/// The frequency as a cron expression; where cron cannot say it, the search never waits longer.
fn cron(request: &Request<'_>, frequency: Seconds, losses: &mut Vec<Loss>) -> String {
    let (expression, is_exact) = every(frequency.0 / 60);
    if !is_exact {
        let message = format!("cron cannot say every {}; `{expression}` runs more often at times", frequency.short());
        losses.push(note(request, "queryFrequency", &message));
    }
    expression
}

/// A cron expression for every so many minutes, and whether it is just that: steps begin anew with the hour, the day,
/// the month.
fn every(minutes: i64) -> (String, bool) {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    match minutes {
        ..=1 => ("* * * * *".to_owned(), minutes == 1),
        2..HOUR => (format!("*/{minutes} * * * *"), HOUR % minutes == 0),
        HOUR..DAY => match minutes / HOUR {
            1 => ("0 * * * *".to_owned(), minutes == HOUR),
            hours => (format!("0 */{hours} * * *"), minutes % HOUR == 0 && DAY % minutes == 0),
        },
        _ => match minutes / DAY {
            1 => ("0 0 * * *".to_owned(), minutes == DAY),
            7 => ("0 0 * * 0".to_owned(), minutes == 7 * DAY),
            days => (format!("0 0 */{} * *", days.min(28)), false),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::every;

    #[test]
    fn no_schedule_waits_longer_than_the_rule() {
        let of = |minutes| every(minutes);
        assert_eq!(of(15), ("*/15 * * * *".to_owned(), true));
        assert_eq!(of(25), ("*/25 * * * *".to_owned(), false));
        assert_eq!(of(90), ("0 * * * *".to_owned(), false));
        assert_eq!(of(300), ("0 */5 * * *".to_owned(), false));
        assert_eq!(of(360), ("0 */6 * * *".to_owned(), true));
        assert_eq!(of(10_080), ("0 0 * * 0".to_owned(), true));
        assert_eq!(of(20_160), ("0 0 */14 * *".to_owned(), false));
    }
}
