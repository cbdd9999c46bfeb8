//! The conditions of a rule about events: computed fields get a name first, so that each is computed once and can be
//! read in the result.

use std::collections::BTreeSet;

use super::super::condition::{Condition, FieldTest, Match, Shape, TextTest};
use super::super::subject::ColumnSet;
use super::super::term;
use super::compile::where_line;
use super::{prefilter, print};
use crate::mapping::Payload;
use crate::schema::Schema;

/// The lines of a condition. What needs no computed field comes in front of them; term matches that tests imply come in
/// front of those where they are asked for.
pub(super) fn lines(condition: &Condition, shape: ColumnSet<'_>, has_prefilter: bool) -> Vec<String> {
    let condition = unescaped(condition.clone(), shape).map(&mut spread);
    let mut named = Vec::new();
    let (mut plain, mut computed) = (Vec::new(), Vec::new());
    let terms = |conjunct: Condition| if has_prefilter { prefilter::with_terms(conjunct) } else { conjunct };
    for conjunct in null_safe(condition).conjuncts().into_iter().map(terms) {
        let before = conjunct.clone();
        let mut uses_named = false;
        let after = conjunct.map(&mut |found| Condition::Match(name(found, shape, &mut named, &mut uses_named)));
        if uses_named { computed.push(where_line(&after)) } else { plain.push(where_line(&before)) }
    }
    if !named.is_empty() {
        let made: Vec<String> = named.iter().map(|(expression, name)| format!("{name} = {expression}")).collect();
        plain.push(format!("| extend {}", made.join(", ")));
    }
    plain.append(&mut computed);
    plain
}

/// How XML writes the characters that mean something in it; the last stands for itself.
const ENTITIES: [(&str, &str); 5] = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];

/// Fields inside of XML are read back to what they stand for, if a test can tell the difference.
fn unescaped(condition: Condition, shape: ColumnSet<'_>) -> Condition {
    if !matches!(shape, ColumnSet::Table { payload: Some(Payload::EventXml), .. }) {
        return condition;
    }
    let mut fields = BTreeSet::new();
    let condition = condition.map(&mut |found| {
        if found.field.starts_with("extract(") && sees_entities(&found.test) {
            fields.insert(found.field.clone());
        }
        Condition::Match(found)
    });
    let list = |texts: [&str; 5]| texts.map(print::string).join(", ");
    let (entities, characters) = (list(ENTITIES.map(|pair| pair.0)), list(ENTITIES.map(|pair| pair.1)));
    condition.map(&mut |mut found| {
        if fields.contains(&found.field) {
            found.field = format!("replace_strings({}, dynamic([{entities}]), dynamic([{characters}]))", found.field);
        }
        Condition::Match(found)
    })
}

/// Whether the test may find something else in the text as XML writes it.
fn sees_entities(test: &FieldTest) -> bool {
    match test {
        FieldTest::Text(wanted) => wanted.needles.iter().any(|needle| {
            let needle = needle.to_ascii_lowercase();
            needle.contains(['<', '>', '&', '"', '\'', ';'])
                || ENTITIES.iter().any(|(entity, _)| entity.contains(&needle))
        }),
        FieldTest::Regex { .. } => true,
        FieldTest::Number(..)
        | FieldTest::Network(_)
        | FieldTest::Empty
        | FieldTest::Missing
        | FieldTest::SameAs { .. }
        | FieldTest::Formula(_) => false,
    }
}

/// From this number of values on, alternatives are one regular expression: Kusto limits how deep operators are nested.
const MANY_VALUES: usize = 64;

/// A test of several values as alternatives, unless the operator takes a list.
fn spread(mut found: Match) -> Condition {
    match &found.test {
        FieldTest::Text(text) if text.needles.len() >= MANY_VALUES && !matches!(text.shape, Shape::Whole) => {
            let pattern = term::pattern(text.shape, &text.needles, text.part);
            found.test = FieldTest::Regex { pattern, is_case_sensitive: text.is_case_sensitive };
            Condition::Match(found)
        }
        FieldTest::Text(text)
            if text.needles.len() > 1 && !matches!(text.shape, Shape::Whole | Shape::Fits | Shape::Term { .. }) =>
        {
            let one = |needle: &String| {
                let text = TextTest { needles: vec![needle.clone()], ..text.clone() };
                Condition::Match(Match { test: FieldTest::Text(text), ..found.clone() })
            };
            Condition::any(text.needles.iter().map(one).collect())
        }
        _ => Condition::Match(found),
    }
}

/// The test with its computed field under a name.
fn name(found: Match, shape: ColumnSet<'_>, named: &mut Vec<(String, String)>, uses_named: &mut bool) -> Match {
    if !found.field.ends_with(')') || found.origin.is_computed {
        return found;
    }
    *uses_named = true;
    if let Some((_, name)) = named.iter().find(|(expression, _)| *expression == found.field) {
        return Match { field: name.clone(), ..found };
    }
    let mut name: String =
        found.origin.column.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    while is_taken(&name, shape) || named.iter().any(|(_, other)| *other == name) {
        name.push('_');
    }
    named.push((found.field, name.clone()));
    Match { field: name, ..found }
}

fn is_taken(name: &str, shape: ColumnSet<'_>) -> bool {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic()) && print::name(name) == name;
    let is_column = match shape {
        ColumnSet::Table { known, .. } => known.is_some_and(|table| table.column(name).is_some()),
        ColumnSet::Asim(schema) => Schema::builtin().asim_field(schema, name).is_some(),
        ColumnSet::Listed | ColumnSet::OwnNames => false,
    };
    is_column || (!is_word && name.len() < 2)
}

/// The condition with negations at the tests wherever a test below one is null for a missing value: `not(null)` keeps
/// no row, and Sigma's `not` keeps it.
fn null_safe(condition: Condition) -> Condition {
    match condition {
        Condition::All(parts) => Condition::all(parts.into_iter().map(null_safe).collect()),
        Condition::Any(parts) => Condition::any(parts.into_iter().map(null_safe).collect()),
        Condition::Not(inner) if may_be_null(&inner) => negated(*inner),
        other @ (Condition::Not(_) | Condition::Constant(_) | Condition::Match(_)) => other,
    }
}

fn negated(condition: Condition) -> Condition {
    match condition {
        Condition::All(parts) => Condition::any(parts.into_iter().map(negated).collect()),
        Condition::Any(parts) => Condition::all(parts.into_iter().map(negated).collect()),
        Condition::Not(inner) => null_safe(*inner),
        other @ (Condition::Constant(_) | Condition::Match(_)) => Condition::not(other),
    }
}

fn may_be_null(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(may_be_null),
        Condition::Not(inner) => may_be_null(inner),
        Condition::Constant(_) => false,
        Condition::Match(found) => match &found.test {
            FieldTest::Number(..) | FieldTest::Network(_) | FieldTest::Formula(_) => true,
            FieldTest::Text(_)
            | FieldTest::Regex { .. }
            | FieldTest::Empty
            | FieldTest::Missing
            | FieldTest::SameAs { .. } => false,
        },
    }
}
