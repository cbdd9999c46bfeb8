//! Conditions with places, and what they do with each search.

use super::{Outline, SearchOutline, Word};
use crate::rule::Node;
use crate::sigma::{Condition, ConditionError, ConditionExpr, Quantifier, Target};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionOutline<'a> {
    /// As written.
    pub word: Word<'a>,
    /// What it says, or why it says nothing.
    pub parsed: Result<Condition, ConditionError>,
}

/// What conditions do with a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Uses {
    /// Some condition needs it to match.
    pub selects: bool,
    /// Some condition needs it not to match.
    pub excludes: bool,
}

/// A condition over the indices of searches: quantifiers are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logic {
    /// All of these.
    And(Vec<Self>),
    /// One of these.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A search.
    Search(usize),
}

impl Logic {
    /// Whether it holds if some searches match.
    pub fn holds(&self, matches: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(matches)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(matches)),
            Self::Not(inner) => !inner.holds(matches),
            Self::Search(index) => matches(*index),
        }
    }

    /// Calls something with each search and whether it stands below an odd number of negations.
    pub fn each(&self, is_negated: bool, visit: &mut dyn FnMut(usize, bool)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each(is_negated, visit)),
            Self::Not(inner) => inner.each(!is_negated, visit),
            Self::Search(index) => visit(*index, is_negated),
        }
    }

    /// What has to hold for it to hold: itself, or its parts if all of them have to.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(parts) => parts.iter().flat_map(Self::conjuncts).collect(),
            Self::Or(parts) if parts.len() == 1 => parts.iter().flat_map(Self::conjuncts).collect(),
            Self::Or(_) | Self::Not(_) | Self::Search(_) => vec![self],
        }
    }
}

/// Every part of a condition.
fn walk<'e>(expr: &'e ConditionExpr, visit: &mut dyn FnMut(&'e ConditionExpr)) {
    visit(expr);
    match expr {
        ConditionExpr::And(parts) | ConditionExpr::Or(parts) => parts.iter().for_each(|part| walk(part, visit)),
        ConditionExpr::Not(inner) => walk(inner, visit),
        ConditionExpr::Search { .. } | ConditionExpr::Of { .. } => {}
    }
}

impl<'a> Outline<'a> {
    pub(super) fn read_conditions(&mut self) {
        let node = self.get(&[self.kind.key(), "condition"]);
        let items = node.map_or(&[][..], Node::items).iter().filter_map(Node::scalar);
        let words: Vec<Word<'a>> = items.map(|scalar| self.word(scalar)).filter(|word| !word.is_null()).collect();
        self.conditions =
            words.into_iter().map(|word| ConditionOutline { word, parsed: Condition::parse(word.text) }).collect();
        for logic in self.logic() {
            logic.each(false, &mut |index, is_negated| {
                if let Some(search) = self.searches.get_mut(index) {
                    search.uses.excludes |= is_negated;
                    search.uses.selects |= !is_negated;
                }
            });
        }
    }

    /// The conditions that can be read and name only searches that are there.
    pub fn logic(&self) -> Vec<Logic> {
        self.conditions.iter().filter_map(|condition| self.logic_of(&condition.parsed.as_ref().ok()?.expr)).collect()
    }

    /// Every part of every condition that can be read, with the condition.
    pub fn condition_parts(&self) -> Vec<(Word<'a>, &ConditionExpr)> {
        let mut parts = Vec::new();
        for condition in &self.conditions {
            if let Ok(parsed) = &condition.parsed {
                walk(&parsed.expr, &mut |part| parts.push((condition.word, part)));
            }
        }
        parts
    }

    /// The searches that a target names.
    pub fn targets<'s>(&'s self, target: &'s Target) -> impl Iterator<Item = (usize, &'s SearchOutline<'a>)> {
        self.searches.iter().enumerate().filter(|(_, search)| target.includes(search.name.text))
    }

    fn logic_of(&self, expr: &ConditionExpr) -> Option<Logic> {
        let all = |parts: &[ConditionExpr]| parts.iter().map(|part| self.logic_of(part)).collect::<Option<Vec<_>>>();
        Some(match expr {
            ConditionExpr::And(parts) => Logic::And(all(parts)?),
            ConditionExpr::Or(parts) => Logic::Or(all(parts)?),
            ConditionExpr::Not(inner) => Logic::Not(Box::new(self.logic_of(inner)?)),
            ConditionExpr::Search { name, .. } => {
                Logic::Search(self.searches.iter().position(|search| search.name.text == name)?)
            }
            ConditionExpr::Of { quantifier, target, .. } => {
                let parts: Vec<Logic> = self.targets(target).map(|(index, _)| Logic::Search(index)).collect();
                if parts.is_empty() {
                    return None;
                }
                match quantifier {
                    Quantifier::One => Logic::Or(parts),
                    Quantifier::All => Logic::And(parts),
                }
            }
        })
    }
}
