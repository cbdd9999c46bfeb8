//! Where and how often a text occurs in another one, in the expressions of `eval`.

use super::super::term;
use super::compute::{Column, compute};
use super::function::{constant, flagged};
use super::quote;
use crate::ir::Expr;

/// A call about occurrences, where the target can say it.
pub(super) fn write(name: &str, arguments: &[Expr], column: Column<'_>) -> Option<String> {
    let value = |expr: &Expr| compute(expr, column);
    Some(match (name, arguments) {
        ("indexof", [text, needle]) => {
            position(&value(text)?, &term::literal(constant(needle).filter(|needle| !needle.is_empty())?))
        }
        ("indexof_regex", [text, pattern]) => position(&value(text)?, &flagged(constant(pattern)?)?),
        // What is left when the occurrences are gone is shorter by them, if no two overlap.
        ("countof", [text, needle]) => {
            let needle = constant(needle).filter(|needle| !needle.is_empty() && !overlaps_itself(needle))?;
            let text = value(text)?;
            let rest = format!("replace({text}, {}, \"\")", quote(&term::literal(needle)));
            format!("((len({text}) - len({rest}))/{})", needle.chars().count())
        }
        ("trim" | "trim_start" | "trim_end", [pattern, text]) => {
            let pattern = flagged(constant(pattern)?)?;
            let (flag, pattern) = pattern.strip_prefix("(?i)").map_or(("", &*pattern), |rest| ("(?i)", rest));
            let mut text = value(text)?;
            if name != "trim_end" {
                text = format!("replace({text}, {}, \"\")", quote(&format!("{flag}^(?:{pattern})+")));
            }
            if name != "trim_start" {
                text = format!("replace({text}, {}, \"\")", quote(&format!("{flag}(?:{pattern})+$")));
            }
            text
        }
        ("set_has_element", [array, element]) => {
            let pattern = format!("^{}$", term::literal(constant(element)?));
            format!("isnotnull(mvfind({}, {}))", value(array)?, quote(&pattern))
        }
        _ => return None,
    })
}

/// The length of what stands in front of the first match; -1 if there is none.
fn position(text: &str, pattern: &str) -> String {
    let (flag, pattern) = pattern.strip_prefix("(?i)").map_or(("", pattern), |rest| ("(?i)", rest));
    let found = quote(&format!("{flag}{pattern}"));
    let before = quote(&format!("{flag}^([\\s\\S]*?)(?:{pattern})[\\s\\S]*$"));
    format!("if(match({text}, {found}), len(replace({text}, {before}, \"\\\\1\")), -1)")
}

/// Whether a second occurrence can begin inside of one.
fn overlaps_itself(needle: &str) -> bool {
    needle.char_indices().skip(1).any(|(at, _)| needle.starts_with(&needle[at..]))
}

#[cfg(test)]
mod tests {
    use super::overlaps_itself;

    #[test]
    fn a_text_overlaps_itself_where_its_end_is_its_beginning() {
        assert!(overlaps_itself("aa") && overlaps_itself("abcab"));
        assert!(!overlaps_itself("char") && !overlaps_itself("a"));
    }
}
