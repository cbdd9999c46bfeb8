//! Real rules on events that are made for them, around the edges of every test.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use kqlift::emit::{Conversion, Options, Outcome, SplunkStyle, Target, convert};
use kqlift::eval::Timestamp;
use kqlift::ir::Detection;
use kqlift::mapping::{Dialect, Hub, LogSource};
use kqlift::schema::Schema;
use kqlift::verify::{Effort, Elsewhere, Findings, Foreign, Verification, verify_elsewhere};
use serde_json::Value as Json;

use super::figures::{Figures, sampled};
use super::rows::seconds;
use super::spl::{Failure, Index, Row, Search};
use super::{meaning, shape, shared};

/// Events for one rule.
pub(super) const EFFORT: Effort = Effort { events: 60 };

/// Datasets of several log sources that queries read from one table.
const SHARED: [&str; 2] = ["All_Changes", "Registry"];

/// The dialects of a place in Splunk, if the search looks there.
pub(super) fn dialects(text: &str, log_source: &LogSource) -> Option<&'static [Dialect]> {
    if text.starts_with("| tstats ") {
        // A dataset that several products share does not tell whose event it holds.
        let model = log_source.data_model.as_ref().filter(|model| !SHARED.contains(&model.dataset.as_str()))?;
        return text.contains(&format!("datamodel={}.{} ", model.model, model.dataset)).then_some(&[Dialect::Cim]);
    }
    let splunk = shape::place(log_source)?;
    let has = |field: &str, value: &String| text.contains(&format!("{field}=\"{value}\""));
    let is_there = splunk.sources.iter().any(|name| has("source", name))
        || (splunk.sources.is_empty() && splunk.source_types.iter().any(|name| has("sourcetype", name)));
    let has_code = |code: &i64| {
        let number = format!("EventCode={code}");
        text.match_indices(&number).any(|(at, _)| !text[at + number.len()..].starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_kind = splunk.event_codes.is_empty() || splunk.event_codes.iter().any(has_code);
    let is_filtered = splunk.filter.as_ref().is_none_or(|filter| text.contains(filter));
    let is_of = |part: &str| splunk.sources.iter().any(|name| name.contains(part));
    (is_there && is_kind && is_filtered).then_some(match () {
        () if is_of("Sysmon") => &[Dialect::SplunkSysmon, Dialect::Splunk],
        () if is_of(":Security") => &[Dialect::SplunkSecurity, Dialect::Splunk],
        () => &[Dialect::Splunk],
    })
}

pub(super) fn row(hub: &Hub, text: &str, foreign: &Foreign<'_>, number: usize, now: Timestamp) -> Option<Row> {
    let mut event = foreign.event.clone();
    let time = event.get("TimeGenerated").and_then(Json::as_str).and_then(Timestamp::parse).unwrap_or(now);
    let (id, time) = (number.to_string(), seconds(time));
    if let Some(table) = foreign.log_source.strip_prefix("native.") {
        return shape::of_table(hub, table, &event, &id, time);
    }
    event.remove("TimeGenerated");
    event.remove("Timestamp");
    if text.starts_with("| tstats ") {
        return shape::of_model(hub.log_source(foreign.log_source)?, &event, &id, time);
    }
    shape::of_fields(hub, hub.log_source(foreign.log_source)?, &event, &id, time)
}

/// The search without what keeps some of several rows.
fn unlimited(text: &str) -> String {
    let kept = |line: &&str| !line.starts_with("| head ");
    text.lines().filter(kept).collect::<Vec<_>>().join("\n")
}

fn add(figures: &mut Figures, file: &str, rule: &Detection, conversion: &Conversion, hub: &Hub) {
    let Outcome::Converted(text) = &conversion.outcome else { return };
    let search = match Search::read(&unlimited(text)) {
        Ok(search) => search,
        Err(failure) => return figures.skip(file, failure),
    };
    let failed: RefCell<Option<Failure>> = RefCell::default();
    let run = |events: &[Foreign<'_>], now: Timestamp| {
        let rows = events.iter().enumerate().filter_map(|(number, event)| row(hub, text, event, number, now));
        let index = Index { events: rows.collect(), now: seconds(now) };
        if text.contains("_raw") && index.events.iter().any(|row| row.get("_raw").is_null()) {
            return Err("the text of events is not known".to_owned());
        }
        match search.run(&index) {
            Ok(rows) => {
                let ids: BTreeSet<String> = rows.into_iter().flat_map(|row| row.ids).collect();
                Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
            }
            Err(failure) => {
                let why = format!("{failure:?}");
                *failed.borrow_mut() = Some(failure);
                Err(why)
            }
        }
    };
    let elsewhere = Elsewhere {
        dialects: &|log_source| dialects(text, log_source),
        exists: &|event| text.starts_with("| tstats ") || shape::exists(hub, event, text),
        run: &run,
    };
    match verify_elsewhere(rule, conversion, hub, EFFORT, &elsewhere) {
        Verification::Run(found) => figures.add_findings(file, &found, shown(text, conversion, &found)),
        Verification::NotRun(why) => figures.skip(file, failed.take().unwrap_or(Failure::Unknown(why))),
    }
}

/// What was found without a word.
fn shown(text: &str, conversion: &Conversion, found: &Findings) -> Option<String> {
    let first = found.silent.first()?;
    let mut shown = format!("{} of {} events\n{text}", found.silent.len(), found.events);
    for one in [first].into_iter().chain(found.silent.iter().skip(1).take(2)) {
        let event = |event: &serde_json::Map<String, Json>| Json::Object(event.clone()).to_string();
        let target = one.target_event.as_ref().map(event).unwrap_or_default();
        let _ =
            writeln!(shown, "  {} {}\n    {} {target}", one.direction.as_str(), event(&one.source_event), one.target);
    }
    for loss in &conversion.losses {
        let _ = writeln!(shown, "  {} {}: {}", loss.rule_class.as_str(), loss.reason.as_str(), loss.message);
    }
    Some(shown)
}

#[test]
fn queries() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let mut figures = Figures::default();
    let entries = shared::json_lines(&corpus.join("manifest.jsonl"));
    for entry in sampled(entries, 24, |entry| entry["file"].as_str().unwrap_or_default()) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        let Some(rule) = meaning(&text, &schema) else { continue };
        let conversion = convert(&rule, Target::Spl, &hub, &Options::default());
        add(&mut figures, file, &rule, &conversion, &hub);
    }
    figures.report("queries at edges");
}

#[test]
fn sigma_rules() {
    let Some(rules) = shared::sigma_rules() else { return };
    let hub = Hub::built_in();
    let mut figures = Figures::default();
    for (file, text) in sampled(rules, 24, |(file, _)| file) {
        for rule in kqlift::sigma::read(&text).0 {
            if let Ok(rule) = kqlift::sigma::lower(&rule, &hub) {
                let conversion = convert(&rule, Target::Spl, &hub, &Options::default());
                add(&mut figures, &file, &rule, &conversion, &hub);
            }
        }
    }
    figures.report("Sigma rules at edges");
}

/// Searches of data models.
fn modelled() -> Options {
    Options { splunk_style: SplunkStyle::Cim, ..Options::default() }
}

#[test]
fn queries_of_data_models() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let mut figures = Figures::default();
    let entries = shared::json_lines(&corpus.join("manifest.jsonl"));
    for entry in sampled(entries, 24, |entry| entry["file"].as_str().unwrap_or_default()) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        let Some(rule) = meaning(&text, &schema) else { continue };
        let conversion = convert(&rule, Target::Spl, &hub, &modelled());
        add(&mut figures, file, &rule, &conversion, &hub);
    }
    figures.report("queries of data models");
}

#[test]
fn sigma_rules_of_data_models() {
    let Some(rules) = shared::sigma_rules() else { return };
    let hub = Hub::built_in();
    let mut figures = Figures::default();
    for (file, text) in sampled(rules, 24, |(file, _)| file) {
        for rule in kqlift::sigma::read(&text).0 {
            if let Ok(rule) = kqlift::sigma::lower(&rule, &hub) {
                let conversion = convert(&rule, Target::Spl, &hub, &modelled());
                add(&mut figures, &file, &rule, &conversion, &hub);
            }
        }
    }
    figures.report("Sigma rules of data models");
}
