//! What became of rules that were run.

use std::collections::{BTreeMap, BTreeSet};

use kqlift::emit::{Conversion, LossClass, Outcome, Reason};

use kqlift::mapping::Assumption;
use kqlift::verify::Findings;

use super::rows::Cells;
use super::spl::Failure;

/// What became of the rules.
#[derive(Default)]
pub(super) struct Figures {
    run: usize,
    matching: usize,
    explained: usize,
    not_run: BTreeMap<String, usize>,
    /// Files with what differs.
    faults: Vec<(String, String)>,
}

impl Figures {
    pub(super) fn report(self, name: &str) {
        let Self { run, matching, explained, not_run, faults } = self;
        println!("{name}: {run} rules run, {matching} find events, {explained} differ as a loss says");
        let mut not_run: Vec<_> = not_run.into_iter().collect();
        not_run.sort_by_key(|(_, count)| usize::MAX - count);
        for (why, count) in not_run.iter().take(25) {
            println!("  not run {count}: {why}");
        }
        let known = include_str!("../cases/spl/known.tsv");
        let known: BTreeMap<&str, &str> = known.lines().filter_map(|line| line.split_once('\t')).collect();
        let (known, new): (Vec<_>, Vec<_>) = faults.iter().partition(|(file, _)| known.contains_key(file.as_str()));
        println!("  {} known faults", known.len());
        for (file, fault) in &new {
            println!("FAULT {file}: {fault}");
        }
        assert!(new.is_empty(), "{} rules differ and no loss says so", new.len());
    }

    /// Counts a rule that finds these events and whose search finds those.
    pub(super) fn add(
        &mut self,
        file: &str,
        conversion: &Conversion,
        wanted: &BTreeSet<String>,
        found: &BTreeSet<String>,
    ) {
        self.run += 1;
        self.matching += usize::from(!wanted.is_empty());
        let (misses, adds): (Vec<_>, Vec<_>) = (wanted.difference(found).collect(), found.difference(wanted).collect());
        if misses.is_empty() && adds.is_empty() {
            return;
        }
        let (may_add, may_miss) = explained(conversion);
        if (misses.is_empty() || may_miss) && (adds.is_empty() || may_add) {
            self.explained += 1;
            return;
        }
        let Outcome::Converted(text) = &conversion.outcome else { return };
        let losses: Vec<String> = conversion
            .losses
            .iter()
            .map(|loss| format!("  {} {}: {}", loss.rule_class.as_str(), loss.reason.as_str(), loss.message))
            .collect();
        let fault = format!("misses {misses:?}, adds {adds:?}\n{text}{}", losses.join("\n"));
        self.faults.push((file.to_owned(), fault));
    }

    /// Counts a rule that has these rows and whose search has those.
    pub(super) fn add_rows(&mut self, file: &str, conversion: &Conversion, (wanted, found): &(Vec<Cells>, Vec<Cells>)) {
        self.run += 1;
        self.matching += usize::from(!wanted.is_empty());
        if wanted == found {
            return;
        }
        let (may_add, may_miss) = explained(conversion);
        let says = |reason: Reason| conversion.losses.iter().any(|loss| loss.reason == reason);
        let is_by_key = says(Reason::JoinToStats) && wanted.is_empty() == found.is_empty();
        // Sets and lists of another length, counts of values that are not there.
        let assumes = |wanted| conversion.losses.iter().any(|loss| loss.assumption == Some(wanted));
        let is_of_cells = says(Reason::RowsUnlimited) || assumes(Assumption::DistinctCount);
        let is_explained = is_by_key || is_of_cells && wanted.len() == found.len() || assumes(Assumption::Present);
        let is_explained = may_add || may_miss || is_explained;
        let only = |left: &[Cells], right: &[Cells]| -> Vec<Cells> {
            left.iter().filter(|row| !right.contains(row)).take(2).cloned().collect()
        };
        let Outcome::Converted(text) = &conversion.outcome else { return };
        let (lost, added) = (only(wanted, found), only(found, wanted));
        let counts = format!("{} rows instead of {}", found.len(), wanted.len());
        let fault = format!("{counts}: misses {lost:?}, adds {added:?}\n{text}");
        if !is_explained {
            self.faults.push((file.to_owned(), fault));
            return;
        }
        self.explained += 1;
        if std::env::var("KQLIFT_SHOW").is_ok_and(|shown| shown == "explained") {
            println!("EXPLAINED {file}: {fault}");
        }
    }

    /// Counts a rule that was run on made events, with what it found without a word.
    pub(super) fn add_findings(&mut self, file: &str, found: &Findings, silent: Option<String>) {
        self.run += 1;
        self.matching += usize::from(found.matched > 0);
        self.explained += usize::from(found.explained > 0);
        self.faults.extend(silent.map(|silent| (file.to_owned(), silent)));
    }

    pub(super) fn skip(&mut self, file: &str, failure: Failure) {
        match failure {
            Failure::Unknown(what) => *self.not_run.entry(what).or_default() += 1,
            Failure::Rejected(what) => self.faults.push((file.to_owned(), format!("Splunk rejects {what}"))),
        }
    }
}

/// Whether a loss lets the search find more, and whether one lets it find less.
fn explained(conversion: &Conversion) -> (bool, bool) {
    let has = |classes: &[LossClass]| conversion.losses.iter().any(|loss| classes.contains(&loss.rule_class));
    let gives_events = conversion.losses.iter().any(|loss| loss.reason == Reason::StageDropped);
    (
        gives_events || has(&[LossClass::Over, LossClass::Changed, LossClass::NotExpressible]),
        has(&[LossClass::Under, LossClass::Changed, LossClass::NotExpressible]),
    )
}

/// Every rule with `KQLIFT_ALL`, else every so many.
pub(super) fn sampled<T>(all: Vec<T>, step: usize, name: impl Fn(&T) -> &str) -> Vec<T> {
    let only = std::env::var("KQLIFT_ONLY").ok();
    let step = if std::env::var_os("KQLIFT_ALL").is_some() || only.is_some() { 1 } else { step };
    let is_wanted = |subject: &T| only.as_ref().is_none_or(|only| name(subject).contains(only));
    all.into_iter().filter(is_wanted).step_by(step).collect()
}
