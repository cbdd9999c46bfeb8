//! `has` in front of tests for parts of a text that imply it: the engine has an index of terms, and none of parts.
//!
//! A text that contains `\rundll32.exe` has the term `rundll32`, since both of its ends lie within what is looked for.
//! It need not have the term `exe`, behind which a letter may follow.

use super::super::condition::{Condition, FieldTest, Match, Shape, TextTest};
use super::super::term::Part;

/// Shorter terms are not in the index.
const SHORTEST_TERM: usize = 3;

/// The conjunct with the term match that it implies in front of it, if it implies one.
pub(super) fn with_terms(conjunct: Condition) -> Condition {
    match implied(&conjunct) {
        Some(terms) => Condition::all(vec![Condition::Match(terms), conjunct]),
        None => conjunct,
    }
}

fn implied(conjunct: &Condition) -> Option<Match> {
    match conjunct {
        Condition::Match(found) => of_test(found),
        // Alternatives on one column imply one of their terms.
        Condition::Any(parts) => {
            let parts: Option<Vec<Match>> = parts.iter().map(implied).collect();
            let mut parts = parts?.into_iter();
            let mut first = parts.next()?;
            for part in parts {
                let (FieldTest::Text(text), FieldTest::Text(more)) = (&mut first.test, part.test) else { return None };
                if part.field != first.field {
                    return None;
                }
                text.needles.extend(more.needles);
            }
            if let FieldTest::Text(text) = &mut first.test {
                let mut seen = Vec::new();
                text.needles.retain(|needle| {
                    let needle = needle.to_lowercase();
                    !seen.contains(&needle) && {
                        seen.push(needle);
                        true
                    }
                });
            }
            Some(first)
        }
        Condition::All(_) | Condition::Not(_) | Condition::Constant(_) => None,
    }
}

fn of_test(found: &Match) -> Option<Match> {
    let FieldTest::Text(text) = &found.test else { return None };
    // The index is one of columns.
    if text.part != Part::Everything || found.origin.is_computed || found.field.ends_with(')') || found.field == "*" {
        return None;
    }
    let needles: Option<Vec<String>> = text.needles.iter().map(|needle| bounded(needle, text.shape)).collect();
    let shape = Shape::Term { left: true, right: true };
    let terms = TextTest { shape, part: Part::Everything, needles: needles?, is_case_sensitive: false };
    Some(Match { test: FieldTest::Text(terms), ..found.clone() })
}

/// The longest part of what is looked for that begins and ends where a term does, whatever stands around it.
fn bounded(needle: &str, shape: Shape) -> Option<String> {
    let (starts_text, ends_text) = match shape {
        Shape::Contains => (false, false),
        Shape::StartsWith => (true, false),
        Shape::EndsWith => (false, true),
        Shape::Whole | Shape::Term { .. } | Shape::Fits => return None,
    };
    let characters: Vec<char> = needle.chars().collect();
    let is_word = |index: usize| characters.get(index).is_some_and(|c| c.is_alphanumeric());
    let begins = |index: &usize| is_word(*index) && if *index == 0 { starts_text } else { !is_word(index - 1) };
    let is_last = |index: usize| index + 1 == characters.len();
    let ends = |index: &usize| is_word(*index) && if is_last(*index) { ends_text } else { !is_word(index + 1) };
    let start = (0..characters.len()).find(begins)?;
    let end = (start..characters.len()).rev().find(ends)?;
    let text: String = characters[start..=end].iter().collect();
    let has_indexed_term = text.split(|c: char| !c.is_alphanumeric()).any(|term| term.chars().count() >= SHORTEST_TERM);
    (has_indexed_term && text.is_ascii()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{Shape, bounded};

    #[test]
    fn only_whole_terms_within_the_needle_are_implied() {
        let contained = |needle| bounded(needle, Shape::Contains);
        assert_eq!(contained(r"\rundll32.exe").as_deref(), Some("rundll32"));
        assert_eq!(contained(" -enc ").as_deref(), Some("enc"));
        assert_eq!(contained(r"\AppData\Local\").as_deref(), Some(r"AppData\Local"));
        assert_eq!(contained("rundll32"), None);
        assert_eq!(contained(" -e "), None);
        assert_eq!(bounded(r"\cmd.exe", Shape::EndsWith).as_deref(), Some("cmd.exe"));
        assert_eq!(bounded("powershell -", Shape::StartsWith).as_deref(), Some("powershell"));
    }
}
