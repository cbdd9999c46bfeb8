//! How many rules convert, and that what is written reads again.

use std::collections::BTreeMap;
use std::path::Path;

use kqlift::emit::{Options, Outcome, Target, convert};
use kqlift::mapping::Hub;
use kqlift::sigma::{Body, lower, read};
use serde_json::Value;

use super::{corpus, meaning};

/// What became of the rules.
#[derive(Default)]
struct Figures {
    converted: BTreeMap<&'static str, u64>,
    /// Rules for a table of Defender or Sentinel.
    with_table: u64,
    /// Those that convert to one of the two, and to a search.
    of_table: BTreeMap<&'static str, u64>,
    reasons: BTreeMap<(&'static str, &'static str), u64>,
    faults: Vec<String>,
}

impl Figures {
    fn add(&mut self, name: &str, text: &str, hub: &Hub) {
        for rule in read(text).0 {
            let Body::Detection { log_source, .. } = &rule.body else { continue };
            let source = hub.sigma_source(
                log_source.category.as_deref(),
                log_source.product.as_deref(),
                log_source.service.as_deref(),
            );
            // A table whose rows are told apart only by prose is none that a query can name.
            let has_table = source.is_some_and(|source| source.tables.iter().any(|table| table.filter.is_some()));
            self.with_table += u64::from(has_table);
            let Ok(detection) = lower(&rule, hub) else { continue };
            let mut to_kql = false;
            for target in [Target::Xdr, Target::Sentinel, Target::Asim, Target::Spl] {
                match convert(&detection, target, hub, &Options::default()).outcome {
                    Outcome::Converted(text) => {
                        *self.converted.entry(target.as_str()).or_default() += 1;
                        let fault = if target == Target::Spl { None } else { meaning(&text).err() };
                        self.faults.extend(fault.map(|fault| format!("{name} {}: {fault}\n{text}", target.as_str())));
                        to_kql |= matches!(target, Target::Xdr | Target::Sentinel);
                        if target == Target::Spl && has_table {
                            *self.of_table.entry("spl").or_default() += 1;
                        }
                    }
                    Outcome::Refused(refusals) => {
                        let Some(first) = refusals.first() else { panic!("{name}: refused without a reason") };
                        *self.reasons.entry((target.as_str(), first.reason.as_str())).or_default() += 1;
                        if std::env::var("KQLIFT_SHOW").is_ok_and(|shown| shown == "refusals") {
                            println!("{}\t{name}\t{}", target.as_str(), first.message);
                        }
                    }
                }
            }
            if to_kql && has_table {
                *self.of_table.entry("defender or sentinel").or_default() += 1;
            }
        }
    }
}

#[test]
fn real_rules_convert() {
    let Some(corpus) = corpus() else { return };
    let hub = Hub::built_in();
    let mut figures = Figures::default();
    for (name, text) in &corpus {
        figures.add(name, text, &hub);
    }
    println!("{} rules, {} of them for a table", corpus.len(), figures.with_table);
    println!("converted: {:?}", figures.converted);
    println!("of those for a table: {:?}", figures.of_table);
    println!("refused, by first reason: {:?}", figures.reasons);
    for fault in figures.faults.iter().take(20) {
        println!("FAULT {fault}");
    }
    assert_eq!(figures.faults.len(), 0, "outputs that cannot be read again");
    let share = |target: &str| figures.of_table.get(target).copied().unwrap_or_default() * 100 / figures.with_table;
    assert!(share("defender or sentinel") >= 90, "of the rules for a table, nine in ten convert to KQL");
    assert!(share("spl") >= 99, "of the rules for a table, all but one in a hundred convert to a search");
    assert_ratchet(&figures.converted);
}

/// Fails where fewer convert than before; writes better figures down.
fn assert_ratchet(measured: &BTreeMap<&'static str, u64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ratchet/sigma.json");
    let before: Value =
        std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    for (name, count) in measured {
        let before = before[name].as_u64().unwrap_or(0);
        assert!(*count >= before, "{name}: {count} rules convert, {before} did before");
    }
    if std::env::var_os("KQLIFT_RATCHET").is_some() || before.is_null() {
        let text = serde_json::to_string_pretty(measured).expect("names and numbers are JSON");
        std::fs::write(&path, text + "\n").expect("the ratchet file is writable");
    }
}
