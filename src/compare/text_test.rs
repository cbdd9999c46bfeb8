//! Whether every text that passes one string test passes another.
//!
//! A test with a constant says how its texts look: exactly `v`, `v` and then anything, anything around a whole term.
//! Such a pattern is written down as one text with stand-ins for "anything", and the other test is run on it. The
//! stand-ins match no constant, and one of them counts as a letter, so that a test passes only if it would pass
//! whatever stands in their place.

use crate::ir::TestOp;

/// Any text that may begin or end with a letter or digit.
const ANYTHING: char = '\u{F0000}';
/// Any text whose end towards the value is no letter or digit.
const BOUNDARY: char = '\u{F0001}';

/// Whether a text that passes `first value` always passes `second other`. False where that cannot be shown.
pub(super) fn implies(first: TestOp, value: &str, second: TestOp, other: &str) -> bool {
    // Kusto's case folding beyond ASCII is not documented.
    if !is_comparable(value) || !is_comparable(other) {
        return false;
    }
    let Some(pattern) = pattern(first, value) else { return false };
    if is_case_sensitive(second) && !is_case_sensitive(first) {
        return false;
    }
    holds(second, &pattern, other) == Some(true)
}

/// Whether no text passes both. False where that cannot be shown.
pub(super) fn excludes(first: TestOp, value: &str, second: TestOp, other: &str) -> bool {
    if !is_comparable(value) || !is_comparable(other) {
        return false;
    }
    let is_one_text = match first {
        TestOp::Equal => true,
        TestOp::EqualCi => !is_case_sensitive(second) || !is_case_sensitive_difference(value, other),
        _ => false,
    };
    is_one_text && holds(second, value, other) == Some(false)
}

/// Whether a text passes only if it has the value in it.
pub(super) fn needs_its_value(op: TestOp) -> bool {
    pattern(op, "a").is_some()
}

/// Whether two texts could be told apart by letter case alone.
fn is_case_sensitive_difference(value: &str, other: &str) -> bool {
    value.to_ascii_lowercase().contains(&other.to_ascii_lowercase())
}

fn is_comparable(text: &str) -> bool {
    text.is_ascii() && !text.is_empty()
}

fn is_case_sensitive(op: TestOp) -> bool {
    op.is_case_sensitive()
}

/// How texts that pass look.
fn pattern(op: TestOp, value: &str) -> Option<String> {
    let edge = |c: Option<char>| if c.is_some_and(|c| c.is_ascii_alphanumeric()) { BOUNDARY } else { ANYTHING };
    let (left, right) = (edge(value.chars().next()), edge(value.chars().next_back()));
    Some(match op {
        TestOp::Equal | TestOp::EqualCi => value.to_owned(),
        TestOp::StartsWith | TestOp::StartsWithCs => format!("{value}{ANYTHING}"),
        TestOp::EndsWith | TestOp::EndsWithCs => format!("{ANYTHING}{value}"),
        TestOp::Contains | TestOp::ContainsCs => format!("{ANYTHING}{value}{ANYTHING}"),
        TestOp::Has | TestOp::HasCs => format!("{left}{value}{right}"),
        TestOp::HasPrefix | TestOp::HasPrefixCs => format!("{left}{value}{ANYTHING}"),
        TestOp::HasSuffix | TestOp::HasSuffixCs => format!("{ANYTHING}{value}{right}"),
        _ => return None,
    })
}

/// Whether a text passes a test; `None` for tests that are not about one text.
fn holds(op: TestOp, text: &str, value: &str) -> Option<bool> {
    let (text, value) = if is_case_sensitive(op) {
        (text.to_owned(), value.to_owned())
    } else {
        (text.to_ascii_lowercase(), value.to_ascii_lowercase())
    };
    Some(match op {
        TestOp::Equal | TestOp::EqualCi => text == value,
        TestOp::StartsWith | TestOp::StartsWithCs => text.starts_with(&value),
        TestOp::EndsWith | TestOp::EndsWithCs => text.ends_with(&value),
        TestOp::Contains | TestOp::ContainsCs => text.contains(&value),
        TestOp::Has | TestOp::HasCs => has(&text, &value, true, true),
        TestOp::HasPrefix | TestOp::HasPrefixCs => has(&text, &value, true, false),
        TestOp::HasSuffix | TestOp::HasSuffixCs => has(&text, &value, false, true),
        _ => return None,
    })
}

/// An occurrence that is bounded, at its alphanumeric ends, by something else.
fn has(text: &str, value: &str, bounds_left: bool, bounds_right: bool) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c == ANYTHING || c.is_ascii_alphanumeric());
    let starts = (0..text.len()).filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(value)));
    starts.into_iter().any(|start| {
        let before = text[..start].chars().next_back();
        let after = text[start + value.len()..].chars().next();
        let is_left_free = is_word(value.chars().next()) && is_word(before);
        let is_right_free = is_word(value.chars().next_back()) && is_word(after);
        !(bounds_left && is_left_free || bounds_right && is_right_free)
    })
}

#[cfg(test)]
mod tests {
    use super::{excludes, implies};
    use crate::ir::TestOp;

    #[test]
    fn the_lattice_of_string_tests() {
        let yes = |first, value, second, other| assert!(implies(first, value, second, other), "{first:?} {second:?}");
        let no = |first, value, second, other| assert!(!implies(first, value, second, other), "{first:?} {second:?}");
        yes(TestOp::Equal, "cmd.exe", TestOp::EqualCi, "CMD.exe");
        no(TestOp::EqualCi, "cmd.exe", TestOp::Equal, "cmd.exe");
        yes(TestOp::EqualCi, "cmd.exe", TestOp::Has, "cmd");
        yes(TestOp::Has, "cmd.exe", TestOp::Contains, "cmd.exe");
        yes(TestOp::Has, "cmd.exe", TestOp::Has, "cmd");
        no(TestOp::Contains, "cmd.exe", TestOp::Has, "cmd.exe");
        yes(TestOp::Contains, "\\cmd.exe ", TestOp::Has, "cmd.exe");
        no(TestOp::StartsWith, "abc", TestOp::Has, "abc");
        yes(TestOp::StartsWith, "abc", TestOp::HasPrefix, "ab");
        yes(TestOp::StartsWith, "abc def", TestOp::Has, "abc");
        yes(TestOp::EndsWith, "\\cmd.exe", TestOp::EndsWith, "cmd.exe");
        no(TestOp::EndsWith, "cmd.exe", TestOp::EndsWith, "\\cmd.exe");
        no(TestOp::Has, "abc", TestOp::StartsWith, "abc");
        yes(TestOp::HasCs, "Abc", TestOp::HasPrefix, "ab");
        no(TestOp::Has, "", TestOp::Contains, "");
        no(TestOp::EqualCi, "straße", TestOp::Contains, "ss");
    }

    #[test]
    fn one_text_excludes_what_it_does_not_pass() {
        assert!(excludes(TestOp::Equal, "cmd.exe", TestOp::Contains, "powershell"));
        assert!(!excludes(TestOp::EqualCi, "cmd.exe", TestOp::Equal, "CMD.EXE"));
        assert!(excludes(TestOp::EqualCi, "cmd.exe", TestOp::Equal, "other"));
        assert!(!excludes(TestOp::Has, "cmd", TestOp::Contains, "powershell"));
    }
}
