//! What can only be said of a rule when the other rules of its folder are known.
//!
//! Which rules overlap is found out elsewhere, by their meaning; here it becomes findings.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::metadata::{duplicate_id, duplicate_name};
use super::rules::repository::{duplicate_logic, near_duplicate, operator_disagreement, subsumed_rule};
use super::shape::table_column;
use crate::analyze::{Facts, Predicate, PredicateOp};
use crate::diagnostic::Diagnostic;
use crate::rule::{Located, Metadata};
use crate::schema::Value;
use crate::span::{Place, Span};
use crate::syntax::{BinaryOp, InOp};

/// One of several rules.
pub struct Member {
    /// What it is called in reports: its file, and its number there if it is not the first.
    pub path: String,
    /// Its identifier.
    pub id: Option<Located<String>>,
    /// Its title.
    pub name: Option<Located<String>>,
    /// Where its query begins.
    pub query: Place,
    /// How it tests the columns of tables.
    pub opinions: Vec<Opinion>,
    /// What it reads and looks for, in words that are equal only if that is.
    pub features: BTreeSet<String>,
}

/// Two rules that share something rare, the first of which stands before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alike {
    /// Place of the first.
    pub first: usize,
    /// Place of the second.
    pub second: usize,
    /// How much of what either has both have, in percent.
    pub likeness: usize,
}

impl Alike {
    /// Whether they are near duplicates.
    pub fn is_near(&self) -> bool {
        const NEAR: usize = 70;

        self.likeness >= NEAR
    }
}

/// A test of a table's column for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The column.
    pub column: String,
    /// The value, in lower case.
    pub value: String,
    /// How it is compared.
    pub way: &'static str,
    /// The operator.
    pub place: Span,
}

/// How two rules overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// They return the same rows.
    Same,
    /// Every row of the first is one of the second.
    FirstWithinSecond,
    /// Every row of the second is one of the first.
    SecondWithinFirst,
    /// They look for nearly the same.
    Near,
}

impl Member {
    /// A rule with what its file and its facts say.
    pub fn new(path: String, metadata: &Metadata, facts: &Facts, query: Place) -> Self {
        let opinions = facts.predicates.iter().flat_map(opinions).collect();
        let (id, name) = (metadata.id.clone(), metadata.name.clone());
        Self { path, id, name, query, opinions, features: features(facts) }
    }

    /// The smallest place that stands for the rule.
    fn place(&self) -> Place {
        self.name.as_ref().or(self.id.as_ref()).map_or(self.query, |located| located.place)
    }

    /// The path of its file, and the same without the extension.
    fn file(&self) -> (&str, &str) {
        let file = self.path.split('#').next().unwrap_or_default();
        (file, file.rsplit_once('.').map_or(file, |(stem, _)| stem))
    }

    /// Whether the other is the same rule in another form: a query beside the rule file that it was taken from.
    fn is_form_of(&self, other: &Self) -> bool {
        let ((file, stem), (other_file, other_stem)) = (self.file(), other.file());
        file != other_file && stem == other_stem
    }
}

/// Tables, and tests of columns for values.
fn features(facts: &Facts) -> BTreeSet<String> {
    let tables = facts.tables.iter().map(|table| format!("reads {}", table.name));
    let tests = facts.predicates.iter().flat_map(|test| {
        let column = test.subject.column.as_ref().map_or("", |column| column.name.as_str());
        let name = table_column_name(test).unwrap_or(column).to_owned();
        let of_value = move |item: &crate::analyze::ConstantItem| {
            let value = format!("{:?}", item.value).to_lowercase();
            format!("{name} {} {value} {}", way(test.op).unwrap_or("otherwise"), test.is_negated)
        };
        test.values.iter().map(of_value).collect::<Vec<_>>()
    });
    tables.chain(tests).collect()
}

fn table_column_name(predicate: &Predicate) -> Option<&str> {
    predicate.subject.column.as_ref().and_then(table_column).map(|(_, name)| name)
}

/// The pairs of rules that are worth a closer look: they share something that few rules have, and a quarter of all.
pub fn alike(members: &[Member]) -> Vec<Alike> {
    /// What more rules than this have says nothing about a pair.
    const COMMON: usize = 60;
    const WORTH_ASKING: usize = 25;

    let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate() {
        for feature in &member.features {
            holders.entry(feature).or_default().push(index);
        }
    }
    let mut pairs = Vec::new();
    for (first, member) in members.iter().enumerate() {
        let rare = member.features.iter().filter_map(|feature| holders.get(feature.as_str()));
        let others = rare.filter(|holders| holders.len() <= COMMON).flatten().filter(|second| **second > first);
        for second in others.copied().collect::<BTreeSet<usize>>() {
            let Some(other) = members.get(second) else { continue };
            let both = member.features.intersection(&other.features).count();
            let either = member.features.len() + other.features.len() - both;
            let likeness = both * 100 / either.max(1);
            if likeness >= WORTH_ASKING {
                pairs.push(Alike { first, second, likeness });
            }
        }
    }
    pairs
}

fn opinions(predicate: &Predicate) -> Vec<Opinion> {
    let column = predicate.subject.plain_column().and_then(table_column);
    let (Some((_, column)), Some(way)) = (column, way(predicate.op)) else { return Vec::new() };
    let value = |item: &crate::analyze::ConstantItem| match &item.value {
        Value::String(text) if text.contains(char::is_alphabetic) => {
            Some(Opinion { column: column.to_owned(), value: text.to_lowercase(), way, place: predicate.op_span })
        }
        _ => None,
    };
    predicate.values.iter().filter_map(value).collect()
}

/// The ways to compare a whole value with a text; a search for a part of it is another question.
fn way(op: PredicateOp) -> Option<&'static str> {
    match op {
        PredicateOp::Binary(BinaryOp::Equal | BinaryOp::NotEqual) | PredicateOp::In(InOp::In | InOp::NotIn) => {
            Some("with regard to letter case")
        }
        PredicateOp::Binary(BinaryOp::EqualCi | BinaryOp::NotEqualCi) | PredicateOp::In(InOp::InCi | InOp::NotInCi) => {
            Some("in any letter case")
        }
        PredicateOp::Binary(BinaryOp::Has | BinaryOp::NotHas) | PredicateOp::In(InOp::HasAny) => Some("as a term"),
        PredicateOp::Binary(_)
        | PredicateOp::In(InOp::HasAll)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => None,
    }
}

/// The findings about rules that lie together, each with the place of its rule in `members`.
pub fn check(members: &[Member], overlaps: &[(usize, usize, Overlap)]) -> Vec<(usize, Diagnostic)> {
    let mut findings = repeated(members, |member| member.id.as_ref(), duplicate_id::finding);
    findings.extend(repeated(members, |member| member.name.as_ref(), duplicate_name::finding));
    let mut told: BTreeSet<(usize, &str)> = BTreeSet::new();
    for (first, second, overlap) in overlaps {
        let (Some(one), Some(other)) = (members.get(*first), members.get(*second)) else { continue };
        if one.is_form_of(other) {
            continue;
        }
        let (index, finding) = match overlap {
            Overlap::Same => (*second, duplicate_logic::finding(other.place(), &one.path)),
            Overlap::FirstWithinSecond => (*first, subsumed_rule::finding(one.place(), &other.path)),
            Overlap::SecondWithinFirst => (*second, subsumed_rule::finding(other.place(), &one.path)),
            Overlap::Near => (*second, near_duplicate::finding(other.place(), &one.path)),
        };
        // One other rule is enough to make the point.
        if told.insert((index, finding.code)) {
            findings.push((index, finding));
        }
    }
    findings.extend(disagreements(members));
    findings
}

/// The rules whose value another one before them has.
fn repeated(
    members: &[Member],
    value: impl Fn(&Member) -> Option<&Located<String>>,
    finding: impl Fn(Place, &str, &str) -> Diagnostic,
) -> Vec<(usize, Diagnostic)> {
    let mut seen: BTreeMap<String, &Member> = BTreeMap::new();
    let mut findings = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let Some(found) = value(member) else { continue };
        match seen.get(&found.value.to_lowercase()) {
            Some(first) => findings.push((index, finding(found.place, &found.value, &first.path))),
            None => {
                seen.insert(found.value.to_lowercase(), member);
            }
        }
    }
    findings
}

/// The tests that all but a few of the other rules make in another way.
fn disagreements(members: &[Member]) -> Vec<(usize, Diagnostic)> {
    /// So many others must agree among themselves.
    const ENOUGH: usize = 3;

    let mut ways: BTreeMap<(&str, &str), BTreeMap<&str, BTreeSet<usize>>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate() {
        for Opinion { column, value, way, .. } in &member.opinions {
            ways.entry((column, value)).or_default().entry(way).or_default().insert(index);
        }
    }
    let mut findings = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let mut told: BTreeSet<Span> = BTreeSet::new();
        for opinion in &member.opinions {
            let Some(all) = ways.get(&(opinion.column.as_str(), opinion.value.as_str())) else { continue };
            let own = all.get(opinion.way).map_or(0, BTreeSet::len);
            let Some((common, others)) = all.iter().max_by_key(|(way, rules)| (rules.len(), std::cmp::Reverse(**way)))
            else {
                continue;
            };
            let is_alone = *common != opinion.way && others.len() >= ENOUGH && others.len() >= 3 * own;
            if is_alone && told.insert(opinion.place) {
                let place = Place::from(opinion.place);
                findings.push((index, operator_disagreement::finding(place, opinion, common, others.len())));
            }
        }
    }
    findings
}
