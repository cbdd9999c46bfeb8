//! What excludes, implies or covers what, as far as literal texts tell.

use std::collections::BTreeSet;

use crate::rule::ScalarKind;
use crate::sigma::Modifier;
use crate::sigma::outline::{ItemOutline, Logic, Outline, Shape, Word};

/// Most searches whose choices are tried.
const MAX_VARIABLES: usize = 12;

/// The searches of a condition, if trying their choices can show anything: one of them is both wanted and not.
pub(in crate::lint) fn variables(logic: &Logic) -> Option<Vec<usize>> {
    let (mut wanted, mut unwanted) = (BTreeSet::new(), BTreeSet::new());
    logic.each(false, &mut |index, is_negated| {
        if is_negated {
            unwanted.insert(index)
        } else {
            wanted.insert(index)
        };
    });
    let is_worth_it = wanted.intersection(&unwanted).next().is_some();
    let all: Vec<usize> = wanted.union(&unwanted).copied().collect();
    (is_worth_it && all.len() <= MAX_VARIABLES).then_some(all)
}

/// Every choice of some searches.
pub(in crate::lint) fn assignments(searches: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<'_> {
    (0..1_usize << searches.len()).map(move |bits| {
        let chosen = searches.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1);
        chosen.map(|(_, index)| *index).collect()
    })
}

/// The items that have to hold for a condition to hold.
pub(in crate::lint) fn required<'o, 'a>(rule: &'o Outline<'a>, logic: &Logic) -> Vec<&'o ItemOutline<'a>> {
    let searches = logic.conjuncts().into_iter().filter_map(|part| match part {
        Logic::Search(index) => rule.searches.get(*index)?.only_map(),
        Logic::And(_) | Logic::Or(_) | Logic::Not(_) => None,
    });
    searches.flat_map(|range| rule.items_of(range)).collect()
}

/// The items each of which must not hold for a condition to hold.
pub(in crate::lint) fn excluded<'o, 'a>(rule: &'o Outline<'a>, logic: &Logic) -> Vec<&'o ItemOutline<'a>> {
    let mut items = Vec::new();
    for part in logic.conjuncts() {
        let Logic::Not(inner) = part else { continue };
        let alternatives = match &**inner {
            Logic::Or(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        for alternative in alternatives {
            let Logic::Search(index) = alternative else { continue };
            let only_map = rule.searches.get(*index).and_then(|search| search.only_map());
            if let Some([only]) = only_map.map(|range| rule.items_of(range)) {
                items.push(only);
            }
        }
    }
    items
}

/// The values of an item in small letters, if all of them are literal texts or numbers.
fn values(item: &ItemOutline<'_>) -> Option<(Shape, Vec<String>)> {
    let shape = item.shape()?;
    if item.field.is_empty() || item.has(Modifier::WindowsDash) || item.values.is_empty() {
        return None;
    }
    let values: Option<Vec<String>> = item.values.iter().map(literal).collect();
    Some((shape, values?))
}

fn literal(value: &Word<'_>) -> Option<String> {
    match value.scalar.kind {
        ScalarKind::Text => value.literal().map(|text| text.to_lowercase()),
        ScalarKind::Other => Some(value.text.to_lowercase()),
        ScalarKind::Null => None,
    }
}

/// Whether two items that have to hold together never do.
pub(in crate::lint) fn exclude_each_other(left: &ItemOutline<'_>, right: &ItemOutline<'_>) -> bool {
    if left.field != right.field {
        return false;
    }
    let (Some((left_shape, lefts)), Some((right_shape, rights))) = (values(left), values(right)) else { return false };
    let fit = |a: &String, b: &String| may_hold_together((left_shape, a), (right_shape, b));
    match (left.has(Modifier::All), right.has(Modifier::All)) {
        (false, false) => !lefts.iter().any(|a| rights.iter().any(|b| fit(a, b))),
        (true, false) => lefts.iter().any(|a| !rights.iter().any(|b| fit(a, b))),
        (false, true) => rights.iter().any(|b| !lefts.iter().any(|a| fit(a, b))),
        (true, true) => lefts.iter().any(|a| rights.iter().any(|b| !fit(a, b))),
    }
}

fn may_hold_together((shape, a): (Shape, &str), (other, b): (Shape, &str)) -> bool {
    match (shape, other) {
        (Shape::Whole, _) => holds_of(a, (other, b)),
        (_, Shape::Whole) => holds_of(b, (shape, a)),
        (Shape::Start, Shape::Start) => a.starts_with(b) || b.starts_with(a),
        (Shape::End, Shape::End) => a.ends_with(b) || b.ends_with(a),
        (Shape::Start | Shape::End | Shape::Inside, Shape::Start | Shape::End | Shape::Inside) => true,
    }
}

/// Whether a test holds of a text.
fn holds_of(text: &str, (shape, value): (Shape, &str)) -> bool {
    match shape {
        Shape::Whole => text == value,
        Shape::Start => text.starts_with(value),
        Shape::End => text.ends_with(value),
        Shape::Inside => text.contains(value),
    }
}

/// Whether the second of two tests of one field holds wherever the first does.
pub(in crate::lint) fn covers((shape, a): (Shape, &str), (other, b): (Shape, &str)) -> bool {
    match (shape, other) {
        (Shape::Whole, _) => holds_of(a, (other, b)),
        (Shape::Start, Shape::Start) => a.starts_with(b),
        (Shape::End, Shape::End) => a.ends_with(b),
        (Shape::Start | Shape::End | Shape::Inside, Shape::Inside) => a.contains(b),
        (Shape::Start | Shape::End | Shape::Inside, Shape::Whole)
        | (Shape::Start | Shape::Inside, Shape::End)
        | (Shape::End | Shape::Inside, Shape::Start) => false,
    }
}

/// Whether the second of two items holds wherever the first does.
pub(in crate::lint) fn implies(item: &ItemOutline<'_>, other: &ItemOutline<'_>) -> bool {
    if item.field != other.field || other.has(Modifier::Cased) || other.has(Modifier::All) {
        return false;
    }
    let (Some((shape, values)), Some((other_shape, others))) = (self::values(item), self::values(other)) else {
        return false;
    };
    let is_covered = |value: &String| others.iter().any(|other| covers((shape, value), (other_shape, other)));
    if item.has(Modifier::All) { values.iter().any(is_covered) } else { values.iter().all(is_covered) }
}
