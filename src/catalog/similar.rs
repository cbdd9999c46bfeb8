//! Rules that overlap: identical, one within another, or nearly the same.
//!
//! Pairs are found by what they look for: two rules that share nothing rare are not compared. Whether one holds the rows
//! of the other is decided by [`crate::compare`]; how alike they are is the share of what they look for, read and group by
//! that both have.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::index::{Index, RuleEntry};
use crate::compare::{Relation, Shape};

/// Two rules that overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// Place of the first in [`Index::rules`].
    pub first: usize,
    /// Place of the second.
    pub second: usize,
    /// How.
    pub kind: OverlapKind,
    /// How much of what either has both have, in percent.
    pub likeness: u8,
    /// What only the first looks for or reads.
    pub only_first: Vec<String>,
    /// What only the second looks for or reads.
    pub only_second: Vec<String>,
}

/// How two rules overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverlapKind {
    /// They return the same rows for every input.
    Identical,
    /// Every row of the first is one of the second.
    FirstWithinSecond,
    /// Every row of the second is one of the first.
    SecondWithinFirst,
    /// They share most of what they look for.
    NearDuplicate,
}

impl OverlapKind {
    /// The words that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::FirstWithinSecond => "within the second",
            Self::SecondWithinFirst => "holds the second",
            Self::NearDuplicate => "near duplicate",
        }
    }
}

/// From this share of common features on, two rules are near duplicates.
const NEAR: usize = 70;

/// From this share on, it is worth asking whether one holds the other.
const WORTH_ASKING: usize = 25;

/// A feature that more rules than this have says nothing about a pair.
const COMMON: usize = 60;

/// What a rule is compared by.
pub struct Candidates<'i> {
    index: &'i Index,
    features: Vec<BTreeSet<String>>,
    rules_by_feature: BTreeMap<String, Vec<usize>>,
}

impl<'i> Candidates<'i> {
    /// The features of every rule.
    pub fn new(index: &'i Index) -> Self {
        let features: Vec<BTreeSet<String>> = index.rules.iter().map(features).collect();
        let mut rules_by_feature: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (rule, features) in features.iter().enumerate() {
            for feature in features {
                rules_by_feature.entry(feature.clone()).or_default().push(rule);
            }
        }
        Self { index, features, rules_by_feature }
    }

    /// The rules behind `first` in the index that share enough with it, and in percent how much.
    pub fn after(&self, first: usize) -> Vec<(usize, u8)> {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for feature in &self.features[first] {
            let rules = self.rules_by_feature.get(feature).map_or(&[][..], Vec::as_slice);
            if rules.len() <= COMMON {
                for rule in rules.iter().filter(|rule| **rule > first) {
                    *shared.entry(*rule).or_default() += 1;
                }
            }
        }
        shared.into_keys().filter_map(|second| Some((second, self.likeness(first, second)?))).collect()
    }

    fn likeness(&self, first: usize, second: usize) -> Option<u8> {
        let (one, other) = (&self.features[first], &self.features[second]);
        let both = one.intersection(other).count();
        let either = one.len() + other.len() - both;
        let share = both * 100 / either.max(1);
        (share >= WORTH_ASKING).then(|| u8::try_from(share).unwrap_or(100))
    }

    /// How a pair that [`Self::after`] gave overlaps, if it does.
    pub fn overlap(&self, first: usize, (second, likeness): (usize, u8), shapes: &[Shape]) -> Option<Overlap> {
        let relation = match (shapes.get(first), shapes.get(second)) {
            (Some(one), Some(other)) if self.is_readable(first) && self.is_readable(second) => one.rows(other),
            _ => Relation::Different,
        };
        let kind = match relation {
            Relation::Same => OverlapKind::Identical,
            Relation::Wider => OverlapKind::FirstWithinSecond,
            Relation::Narrower => OverlapKind::SecondWithinFirst,
            Relation::Different if usize::from(likeness) >= NEAR => OverlapKind::NearDuplicate,
            Relation::Different => return None,
        };
        let only = |one: usize, other: usize| {
            self.features[one].difference(&self.features[other]).cloned().collect::<Vec<_>>()
        };
        let (only_first, only_second) = (only(first, second), only(second, first));
        Some(Overlap { first, second, kind, likeness, only_first, only_second })
    }

    fn is_readable(&self, rule: usize) -> bool {
        self.index.rules.get(rule).is_some_and(|rule| rule.is_accepted)
    }
}

/// What a rule looks for and reads, in words that a report can show.
fn features(rule: &RuleEntry) -> BTreeSet<String> {
    let indicator =
        |key: &super::IndicatorKey| format!("{} {}, {}: {}", key.polarity.as_str(), key.subject, key.class, key.value);
    let tables = rule.tables.iter().map(|table| format!("reads {table}"));
    rule.indicators.iter().map(indicator).chain(tables).collect()
}
