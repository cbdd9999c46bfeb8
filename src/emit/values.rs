//! Texts of a column that stand for others on the target: `ConnectionSuccess` for an outgoing connection.

use super::condition::{Comparison, FieldTest, Origin, Shape, TextTest};
use super::loss::{Loss, LossClass};
use super::reason::Reason;
use super::term::Part;
use super::translate::Translator;
use crate::mapping::{Assumption, Resolution};

/// What stands for every text that is not listed.
const ANY_OTHER: &str = "*";

impl Translator<'_> {
    /// The test with the texts of the source's column replaced by those of the target's.
    pub(super) fn translated_values(
        &mut self,
        test: FieldTest,
        resolution: &Resolution,
        origin: &Origin,
    ) -> Result<FieldTest, String> {
        let (from, to) = (&resolution.source.values, &resolution.target.values);
        if from.is_empty() && to.is_empty() {
            return Ok(test);
        }
        let wanted = match test {
            FieldTest::Text(wanted) => wanted,
            FieldTest::Number(Comparison::Equal, number) => TextTest {
                shape: Shape::Whole,
                part: Part::Everything,
                needles: vec![number.to_string()],
                is_case_sensitive: true,
            },
            // The order of numbers is not one of the texts that stand for them.
            FieldTest::Number(..) => return Err("only whole values can be rewritten to the target's values".to_owned()),
            other => return Ok(other),
        };
        let is_of_part = is_of_part(wanted.shape);
        let wanted = if wanted.shape == Shape::Whole { wanted } else { listed_values(&wanted, from)? };
        let mut needles = Vec::new();
        for needle in &wanted.needles {
            let known = |value| lookup(from, value, |(value, _)| value);
            let meaning = if from.is_empty() { Some(needle) } else { known(needle).or_else(|| known(ANY_OTHER)) };
            let translated: Vec<&String> = match meaning {
                None => Vec::new(),
                Some(meaning) if to.is_empty() => vec![meaning],
                Some(meaning) => {
                    to.iter().filter(|row| row.1.eq_ignore_ascii_case(meaning)).map(|row| &row.0).collect()
                }
            };
            if translated.is_empty() {
                return Err(format!("the value `{needle}` has no counterpart on the target"));
            }
            for value in translated {
                if !needles.contains(value) {
                    needles.push(value.clone());
                }
            }
        }
        let covers = |row: &(String, String)| wanted.needles.iter().any(|needle| needle.eq_ignore_ascii_case(&row.0));
        let uses_other = wanted.needles.iter().any(|needle| lookup(from, needle, |row| &row.0).is_none());
        let is_meant = |row: &(String, String)| covers(row) || (uses_other && row.0 == ANY_OTHER);
        let meanings: Vec<&String> = from.iter().filter(|row| is_meant(row)).map(|row| &row.1).collect();
        if from.iter().any(|row| meanings.contains(&&row.1) && !covers(row)) {
            self.losses.push(
                Loss::new(LossClass::Over, Reason::LogsourceWidened, origin.span, &*origin.construct)
                    .says(format!("the target does not tell the values of `{}` apart as finely", origin.column))
                    .under(origin.is_negated),
            );
        }
        if is_of_part {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::FieldAssumption, origin.span, &*origin.construct)
                    .says(format!(
                        "the values of `{}` in which the text occurs are taken from those that are listed",
                        origin.column
                    ))
                    .assuming(Assumption::Listed)
                    .under(origin.is_negated),
            );
        }
        // The target's own texts are written as it documents them; their case carries nothing.
        Ok(FieldTest::Text(TextTest { needles, is_case_sensitive: false, ..wanted }))
    }
}

/// Whether a test of this shape may hold for values that nobody lists: they are single words.
fn is_of_part(shape: Shape) -> bool {
    match shape {
        Shape::Whole | Shape::Fits | Shape::Term { left: true, right: true } => false,
        Shape::Contains | Shape::StartsWith | Shape::EndsWith | Shape::Term { .. } => true,
    }
}

/// The listed values that a test of a part of the text is true for.
fn listed_values(wanted: &TextTest, listed: &[(String, String)]) -> Result<TextTest, String> {
    if listed.iter().any(|row| row.0 == ANY_OTHER) || wanted.shape == Shape::Fits {
        return Err("only whole values can be rewritten to the target's values".to_owned());
    }
    let is_found = |value: &str| {
        let value = value.to_lowercase();
        wanted.needles.iter().any(|needle| {
            let needle = needle.to_lowercase();
            match wanted.shape {
                // The values are single words.
                Shape::Whole | Shape::Fits | Shape::Term { left: true, right: true } => value == needle,
                Shape::Contains => value.contains(&needle),
                Shape::StartsWith | Shape::Term { left: true, .. } => value.starts_with(&needle),
                Shape::EndsWith | Shape::Term { .. } => value.ends_with(&needle),
            }
        })
    };
    let needles: Vec<String> = listed.iter().filter(|row| is_found(&row.0)).map(|row| row.0.clone()).collect();
    if needles.is_empty() {
        return Err("the test is true for no value that has a counterpart on the target".to_owned());
    }
    Ok(TextTest { shape: Shape::Whole, needles, ..wanted.clone() })
}

fn lookup<'a>(
    rows: &'a [(String, String)],
    value: &str,
    key: impl Fn(&'a (String, String)) -> &'a String,
) -> Option<&'a String> {
    rows.iter().find(|row| key(row).eq_ignore_ascii_case(value)).map(|row| &row.1)
}
