//! Rules that overlap: all pairs, and those of one rule.

use serde::Serialize;

use super::super::{Overlap, OverlapKind};
use super::{PageId, Site};
use crate::explain::RuleView;

/// A rule's page.
#[derive(Debug, Serialize)]
pub(super) struct RulePage<'e> {
    pub(super) rule: RuleView<'e>,
    pub(super) path: String,
    pub(super) overlaps: Vec<OtherRule>,
}

/// A rule that overlaps with the one on the page.
#[derive(Debug, Serialize)]
pub(super) struct OtherRule {
    title: String,
    href: String,
    kind: &'static str,
    likeness: u8,
    only_here: Vec<String>,
    only_there: Vec<String>,
}

pub(super) fn of_rule(site: &Site<'_>, rule: usize) -> Vec<OtherRule> {
    let mine = site.overlaps.iter().filter(|overlap| overlap.first == rule || overlap.second == rule);
    mine.map(|overlap| other_rule(site, overlap, overlap.first == rule)).collect()
}

fn other_rule(site: &Site<'_>, overlap: &Overlap, is_first: bool) -> OtherRule {
    let (other, here, there) = if is_first {
        (overlap.second, &overlap.only_first, &overlap.only_second)
    } else {
        (overlap.first, &overlap.only_second, &overlap.only_first)
    };
    let kind = match (overlap.kind, is_first) {
        (OverlapKind::Identical, _) => "returns the same rows",
        (OverlapKind::FirstWithinSecond, true) | (OverlapKind::SecondWithinFirst, false) => {
            "returns these rows and more"
        }
        (OverlapKind::FirstWithinSecond, false) | (OverlapKind::SecondWithinFirst, true) => {
            "returns some of these rows"
        }
        (OverlapKind::NearDuplicate, _) => "looks for nearly the same",
    };
    OtherRule {
        title: site.catalog.index.rules[other].title.clone(),
        href: format!("../{}", site.path(PageId::Rule(other))),
        kind,
        likeness: overlap.likeness,
        only_here: here.clone(),
        only_there: there.clone(),
    }
}

/// The page of all pairs.
#[derive(Debug, Serialize)]
pub(super) struct OverlapPage {
    groups: Vec<OverlapGroup>,
}

#[derive(Debug, Serialize)]
struct OverlapGroup {
    title: &'static str,
    id: &'static str,
    pairs: Vec<Pair>,
}

#[derive(Debug, Serialize)]
struct Pair {
    first: Side,
    second: Side,
    likeness: u8,
    words: &'static str,
}

#[derive(Debug, Serialize)]
struct Side {
    title: String,
    path: String,
    href: String,
    only: Vec<String>,
}

pub(super) fn view(site: &Site<'_>) -> OverlapPage {
    let group = |title, id, kinds: &[OverlapKind]| OverlapGroup {
        title,
        id,
        pairs: site
            .overlaps
            .iter()
            .filter(|overlap| kinds.contains(&overlap.kind))
            .map(|overlap| pair(site, overlap))
            .collect(),
    };
    OverlapPage {
        groups: vec![
            group("Identical: the same rows for every input", "identical", &[OverlapKind::Identical]),
            group(
                "Subsumed: one returns all rows of the other",
                "subsumed",
                &[OverlapKind::FirstWithinSecond, OverlapKind::SecondWithinFirst],
            ),
            group("Near duplicates: most of what they look for is the same", "near", &[OverlapKind::NearDuplicate]),
        ],
    }
}

fn pair(site: &Site<'_>, overlap: &Overlap) -> Pair {
    let of = |rule: usize, only: &[String]| Side {
        title: site.catalog.index.rules[rule].title.clone(),
        path: site.catalog.index.rules[rule].place(),
        href: site.path(PageId::Rule(rule)),
        only: only.to_vec(),
    };
    let words = match overlap.kind {
        OverlapKind::Identical => "returns the same rows as",
        OverlapKind::FirstWithinSecond => "returns only rows of",
        OverlapKind::SecondWithinFirst => "returns all rows of",
        OverlapKind::NearDuplicate => "looks for nearly the same as",
    };
    Pair {
        first: of(overlap.first, &overlap.only_first),
        second: of(overlap.second, &overlap.only_second),
        likeness: overlap.likeness,
        words,
    }
}
