//! Real rules and their conversions on events made for them: no disagreement without a word.
//!
//! Needs the shared corpus; says aloud when it is absent. `KQLIFT_SHOW=silent` prints every event of a silent loss,
//! `KQLIFT_ONLY` runs the files whose name contains it.

#![expect(clippy::print_stdout, reason = "the figures are the point of this test")]

mod shared;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use kqlift::analyze::analyze;
use kqlift::emit::{Options, Outcome, Target, convert};
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use kqlift::sigma::{Body, Places, lower_placed, read};
use kqlift::source::{Loaded, read as read_file};
use kqlift::verify::{Effort, Findings, Verification, verify};

const QUERIES: &str = "queries";
const RULES: &str = "Sigma rules";

/// A rule of the corpus.
struct Subject {
    file: String,
    text: String,
    meaning: Detection,
}

#[derive(Default)]
struct Figures {
    run: usize,
    /// Rules that match at least one of their events.
    matching: usize,
    events: usize,
    /// Rules that look at several events at once, and the sets of events that they were run on.
    grouped: usize,
    grouped_matching: usize,
    sets: usize,
    explained: usize,
    /// Losses with an example, and those whose example both rules confirm.
    claimed: usize,
    confirmed: usize,
    not_run: BTreeMap<String, usize>,
    silent: Vec<(String, String)>,
}

impl Figures {
    fn add(&mut self, subject: &Subject, target: Target, hub: &Hub, schema: &Schema, effort: Effort) {
        let options = Options { date: Some("2024-01-01".to_owned()), ..Options::default() };
        let conversion = convert(&subject.meaning, target, hub, &options);
        let Outcome::Converted(text) = &conversion.outcome else { return };
        match verify(&subject.meaning, &conversion, hub, schema, effort) {
            Verification::Run(found) => {
                self.run += 1;
                self.matching += usize::from(found.matched > 0);
                self.events += found.events;
                self.grouped += usize::from(found.sets > 0);
                self.grouped_matching += usize::from(found.sets > 0 && found.matched > 0);
                self.sets += found.sets;
                self.explained += found.explained;
                self.claimed += conversion.losses.iter().filter(|loss| loss.counter_example.is_some()).count();
                self.confirmed += found.confirmed.len();
                for (index, loss) in conversion.losses.iter().enumerate() {
                    let is_known = found.confirmed.iter().any(|known| known.loss == index);
                    if let (Some(example), false, true) = (&loss.counter_example, is_known, shows("unconfirmed")) {
                        println!("UNCONFIRMED {} {example:?}\n{}\n{text}", subject.file, loss.construct);
                    }
                }
                if !found.silent.is_empty() {
                    self.silent.push((subject.file.clone(), shown(&found, &subject.text, text)));
                }
                if found.matched == 0 && shows("unmatched") {
                    println!("UNMATCHED ({} sets) {} {}\n{}", found.sets, subject.file, target.as_str(), subject.text);
                }
            }
            Verification::NotRun(why) => *self.not_run.entry(why).or_default() += 1,
        }
    }

    fn join(&mut self, other: Self) {
        self.run += other.run;
        self.matching += other.matching;
        self.events += other.events;
        self.grouped += other.grouped;
        self.grouped_matching += other.grouped_matching;
        self.sets += other.sets;
        self.explained += other.explained;
        self.claimed += other.claimed;
        self.confirmed += other.confirmed;
        for (why, count) in other.not_run {
            *self.not_run.entry(why).or_default() += count;
        }
        self.silent.extend(other.silent);
    }
}

fn shows(what: &str) -> bool {
    std::env::var("KQLIFT_SHOW").is_ok_and(|shown| shown == what)
}

fn shown(found: &Findings, source: &str, converted: &str) -> String {
    let mut text = format!("{source}\n-- becomes\n{converted}\n");
    for one in found.silent.iter().take(3) {
        let words = one.span.map_or("", |span| span.slice(source));
        let event = serde_json::to_string(&one.source_event).unwrap_or_default();
        let target = one.target_event.as_ref().map(|event| serde_json::to_string(event).unwrap_or_default());
        let _ = writeln!(
            text,
            "{} [{words}]\n  {} {event}\n  {} {}",
            one.direction.as_str(),
            one.source,
            one.target,
            target.unwrap_or_default()
        );
        for other in one.with.iter().take(5) {
            let event = serde_json::to_string(&other.source_event).unwrap_or_default();
            let target = serde_json::to_string(&other.target_event).unwrap_or_default();
            let _ = writeln!(text, "  beside {} {event}\n         {} {target}", other.source, other.target);
        }
        let _ = writeln!(text, "  {} events in all", one.with.len() + 1);
    }
    let _ = writeln!(text, "{} silent of {} events", found.silent.len(), found.events);
    text
}

/// Runs all of them on every core.
fn run(subjects: &[&Subject], target: Target, effort: Effort) -> Figures {
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut figures = Figures::default();
    std::thread::scope(|scope| {
        let part = |core: usize| {
            let (hub, schema) = (&hub, &schema);
            scope.spawn(move || {
                let mut figures = Figures::default();
                for subject in subjects.iter().skip(core).step_by(cores) {
                    figures.add(subject, target, hub, schema, effort);
                }
                figures
            })
        };
        let parts: Vec<_> = (0..cores).map(part).collect();
        for part in parts {
            figures.join(part.join().expect("no rule makes it panic"));
        }
    });
    figures.silent.sort();
    figures
}

/// Prints the figures; gives the rules with silent losses.
fn report(name: &str, target: Target, figures: &Figures) -> Vec<String> {
    let Figures { run, matching, events, explained, .. } = figures;
    println!(
        "{name} to {}: {run} rules on {events} events, {matching} match some; {explained} disagreements explained, \
         {} rules with silent losses",
        target.as_str(),
        figures.silent.len()
    );
    let Figures { grouped, grouped_matching, sets, .. } = figures;
    println!("  {grouped} of them on {sets} sets of events, {grouped_matching} match some");
    println!("  {} of {} examples of losses are confirmed", figures.confirmed, figures.claimed);
    let mut reasons: Vec<_> = figures.not_run.iter().collect();
    reasons.sort_by_key(|(_, count)| usize::MAX - **count);
    for (why, count) in reasons.iter().take(12) {
        println!("  not run {count}: {why}");
    }
    for (file, text) in &figures.silent {
        if shows("silent") {
            println!("SILENT {file}\n{text}");
        }
    }
    figures.silent.iter().map(|(file, _)| format!("{file}\t{}", target.as_str())).collect()
}

fn is_wanted(file: &str) -> bool {
    std::env::var("KQLIFT_ONLY").map_or(true, |only| file.contains(&only))
}

fn queries() -> Option<Vec<Subject>> {
    let corpus = shared::folder("corpus/kql")?;
    let schema = Schema::builtin();
    let mut subjects = Vec::new();
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default().to_owned();
        let text = std::fs::read_to_string(corpus.join(&file)).unwrap_or_default();
        let parsed = parse(&text);
        if is_wanted(&file) && parsed.is_accepted() {
            let facts = analyze(&parsed.query, &schema);
            let meaning = lower(&text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet);
            subjects.push(Subject { file, text, meaning });
        }
    }
    Some(subjects)
}

/// Every rule with `KQLIFT_ALL`, else every so many: the whole corpus takes minutes without optimisation.
fn sampled(subjects: &[Subject], step: usize) -> Vec<&Subject> {
    let step =
        if std::env::var_os("KQLIFT_ALL").is_some() || std::env::var_os("KQLIFT_ONLY").is_some() { 1 } else { step };
    subjects.iter().step_by(step).collect()
}

#[test]
fn queries_to_sigma() {
    let Some(subjects) = queries() else { return };
    let all = sampled(&subjects, 8);
    let found = report(QUERIES, Target::Sigma, &run(&all, Target::Sigma, Effort { events: 40 }));
    assert_eq!(found, Vec::<String>::new(), "silent losses");
}

#[test]
fn queries_to_other_tables() {
    let Some(subjects) = queries() else { return };
    let some = sampled(&subjects, 48);
    let targets = [Target::Asim, Target::Xdr, Target::Sentinel];
    let each = |target| report(QUERIES, target, &run(&some, target, Effort { events: 40 }));
    assert_eq!(targets.into_iter().flat_map(each).collect::<Vec<_>>(), Vec::<String>::new(), "silent losses");
}

/// The Sigma rules that have a meaning by themselves, with places in their files.
fn sigma_subjects() -> Option<Vec<Subject>> {
    let hub = Hub::built_in();
    let mut subjects = Vec::new();
    for (file, text) in shared::sigma_rules()?.into_iter().filter(|(file, _)| is_wanted(file)) {
        let Loaded::Sigma(loaded) = read_file(Path::new(&file), text.clone().into_bytes(), None) else { continue };
        for (rule, placed) in read(&text).0.iter().zip(&loaded.rules) {
            if let (Body::Detection { .. }, Ok(meaning)) =
                (&rule.body, lower_placed(rule, [], &hub, &Places::of(placed)))
            {
                subjects.push(Subject { file: file.clone(), text: text.clone(), meaning });
            }
        }
    }
    Some(subjects)
}

#[test]
fn sigma_rules_to_tables() {
    let Some(subjects) = sigma_subjects() else { return };
    let some = sampled(&subjects, 48);
    let targets = [Target::Asim, Target::Xdr, Target::Sentinel];
    let each = |target| report(RULES, target, &run(&some, target, Effort { events: 40 }));
    assert_eq!(targets.into_iter().flat_map(each).collect::<Vec<_>>(), Vec::<String>::new(), "silent losses");
}

/// Every example of a loss comes with the events that show it, or is withdrawn.
#[test]
fn examples_are_confirmed_or_withdrawn() {
    let (Some(corpus), Some(subjects)) = (shared::folder("corpus/kql"), queries()) else { return };
    let files = sampled(&subjects, 120).into_iter().map(|subject| corpus.join(&subject.file));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_kqlift"))
        .args(["convert", "--to", "sigma", "--dry-run", "--exit-zero", "--report", "-"])
        .args(files)
        .output()
        .expect("the binary runs");
    let mut shown = 0;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a report has one JSON value on a line");
        for loss in line["losses"].as_array().into_iter().flatten() {
            let example = &loss["counter_example"];
            if example.is_object() {
                assert!(example["source_event"].is_object() && example["target_event"].is_object(), "{line}");
                assert_ne!(example["source_matches"], example["target_matches"], "{line}");
                shown += 1;
            }
        }
    }
    println!("{shown} examples of losses are confirmed");
    assert!(shown > 0 || is_filtered(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn is_filtered() -> bool {
    std::env::var_os("KQLIFT_ONLY").is_some()
}
