//! The key and the name of a registry value, two columns of a table, as the one path that Sigma has.

use super::super::condition::{Condition, FieldTest, Match, Shape, TextTest};
use super::super::term::Part;
use crate::mapping::ValueForm;

/// More combinations of keys and names are not written out.
const MAX_PATHS: usize = 64;

/// The condition with tests of key and name joined where both are asked for.
pub(super) fn joined(condition: Condition) -> Condition {
    match condition {
        Condition::All(parts) => {
            let mut joined: Vec<Condition> = Vec::new();
            for part in parts.into_iter().map(self::joined) {
                let path = joined.iter().enumerate().find_map(|(at, other)| Some((at, path(other, &part)?)));
                match path {
                    Some((at, path)) => joined[at] = path,
                    None => joined.push(part),
                }
            }
            Condition::all(joined)
        }
        Condition::Any(parts) => Condition::any(parts.into_iter().map(joined).collect()),
        Condition::Not(inner) => Condition::not(joined(*inner)),
        other @ (Condition::Constant(_) | Condition::Match(_)) => other,
    }
}

/// The path of a test of a key and one of a name, in either order.
fn path(left: &Condition, right: &Condition) -> Option<Condition> {
    let (Condition::Match(left), Condition::Match(right)) = (left, right) else { return None };
    let (key, name) = if is_key(left) { (left, right) } else { (right, left) };
    let (FieldTest::Text(of_key), FieldTest::Text(of_name)) = (&key.test, &name.test) else { return None };
    let is_pair = is_key(key)
        && name.origin.form == ValueForm::RegValue
        && of_name.shape == Shape::EndsWith
        && of_name.needles.iter().all(|needle| needle.starts_with('\\'))
        && key.field == name.field
        && of_key.is_case_sensitive == of_name.is_case_sensitive
        && of_key.needles.len() * of_name.needles.len() <= MAX_PATHS;
    if !is_pair {
        return None;
    }
    let paths = of_key.needles.iter().flat_map(|key| of_name.needles.iter().map(move |name| format!("{key}{name}")));
    let test = TextTest { needles: paths.collect(), part: Part::Everything, ..of_key.clone() };
    Some(Condition::Match(Match { test: FieldTest::Text(test), ..key.clone() }))
}

fn is_key(found: &Match) -> bool {
    matches!(&found.test, FieldTest::Text(text) if text.part == Part::Key)
}
