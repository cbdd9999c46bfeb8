//! KQL to Sigma and back finds the same events, or one of the two reports says why not.

use std::collections::BTreeSet;

use kqlift::emit::{Loss, LossClass, Mode, Options, Outcome, Target, convert};
use kqlift::eval::{Events, evaluate};
use kqlift::ir::Detection;
use kqlift::mapping::Hub;
use kqlift::sigma::{lower, read};

use super::events::{ids, shape};
use super::{corpus, meaning, shared};

/// A query that was to Sigma and back.
struct Round {
    query: String,
    losses: Vec<Loss>,
}

impl Round {
    /// Whether a report names a difference.
    fn is_explained(&self) -> bool {
        let names_one = |loss: &Loss| {
            loss.assumption.is_some() || !matches!(loss.class, LossClass::Exact | LossClass::Informational)
        };
        self.losses.iter().any(names_one)
    }
}

/// The query behind Sigma; nothing where one of the directions refuses.
fn round(detection: &Detection, hub: &Hub) -> Option<Round> {
    let options = Options { mode: Some(Mode::Exact), ..Options::default() };
    let there = convert(detection, Target::Sigma, hub, &options);
    let Outcome::Converted(text) = there.outcome else { return None };
    let (rules, problems) = read(&text);
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    let [rule] = rules.as_slice() else { return None };
    let back = convert(&lower(rule, hub).ok()?, Target::Xdr, hub, &Options::default());
    let Outcome::Converted(query) = back.outcome else { return None };
    Some(Round { query, losses: there.losses.into_iter().chain(back.losses).collect() })
}

/// Events that a rule finds; nothing if it is not modelled.
fn found(detection: &Detection, events: &Events) -> Option<BTreeSet<String>> {
    evaluate(detection, events, None).ok().map(|rows| ids(&rows))
}

#[derive(Default)]
struct Figures {
    rounds: u32,
    firing: u32,
    same: u32,
    unexplained: Vec<String>,
}

impl Figures {
    fn add(&mut self, query: &str, events: &Events, hub: &Hub) {
        let Ok(before) = meaning(query) else { return };
        let Some(wanted) = found(&before, events) else { return };
        let Some(round) = round(&before, hub) else { return };
        let after = meaning(&round.query).unwrap_or_else(|fault| panic!("{fault}\n{}", round.query));
        let Some(got) = found(&after, events) else { return };
        self.rounds += 1;
        self.firing += u32::from(!wanted.is_empty());
        self.same += u32::from(wanted == got);
        if wanted != got && !round.is_explained() {
            self.unexplained.push(format!("{query}\n-- and back:\n{}", round.query));
        }
    }
}

#[test]
fn real_queries_come_back() {
    let (Some(folder), Some(queries)) = (shared::folder("events"), shared::folder("corpus/kql")) else { return };
    let Some(rules) = corpus() else { return };
    let hub = Hub::built_in();
    let (events, _) = shape(&folder.join("defender"));
    let mut figures = Figures::default();
    for entry in shared::json_lines(&queries.join("manifest.jsonl")) {
        let text = std::fs::read_to_string(queries.join(entry["file"].as_str().unwrap_or_default()));
        let Ok(text) = text else { continue };
        // Queries about tables that there are events of.
        if text.contains("Device") && text.contains("Events") {
            figures.add(&text, &events, &hub);
        }
    }
    println!("public queries: {} rounds, {} firing, {} the same", figures.rounds, figures.firing, figures.same);
    let mut of_rules = Figures::default();
    for (_, text) in rules.iter().filter(|(name, _)| name.contains("windows")) {
        for rule in read(text).0 {
            let Ok(detection) = lower(&rule, &hub) else { continue };
            if let Outcome::Converted(query) = convert(&detection, Target::Xdr, &hub, &Options::default()).outcome {
                of_rules.add(&query, &events, &hub);
            }
        }
    }
    println!("queries from rules: {} rounds, {} firing, {} the same", of_rules.rounds, of_rules.firing, of_rules.same);
    for query in figures.unexplained.iter().chain(&of_rules.unexplained).take(10) {
        println!("UNEXPLAINED {query}");
    }
    assert!(figures.unexplained.is_empty() && of_rules.unexplained.is_empty(), "differences without a word");
    assert!(of_rules.rounds > 500 && of_rules.firing > 50, "there is something to compare");
}
