//! One text of a rule: its value, how the file spells it and where.

use super::runs::Runs;
use super::scalar::Block;
use crate::span::{FileSpan, Span};

/// How the file spells a text; it decides how an edit is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Style {
    /// A YAML scalar without quotes.
    Plain,
    /// A YAML scalar in single quotes.
    Single,
    /// A YAML scalar in double quotes.
    Double,
    /// A literal or folded YAML scalar.
    Block(Block),
    /// A JSON string.
    JsonString,
    /// A number, `true`, `false` or `null` of JSON.
    JsonWord,
    /// The file itself.
    Whole,
    /// A YAML comment.
    Comment,
    /// The lines of a Markdown fence, each behind this prefix.
    Fence(String),
}

/// What a text is to the YAML node around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Key of a mapping.
    Key,
    /// Value of a mapping, or a whole document or file.
    Value,
    /// Item of a sequence.
    Item,
    /// No node: a comment. Comments come after all other texts of a rule.
    Comment,
}

/// One text of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// The decoded text.
    pub(super) value: String,
    /// Where each byte of it stands; absent if our decoder and the YAML parser disagree.
    pub(super) runs: Option<Runs>,
    /// All bytes of the file that spell it, quotes included. Without a map: its first line.
    pub(super) token: FileSpan,
    /// How it is written.
    pub(super) style: Style,
    /// What it is to its parent.
    pub(super) role: Role,
    /// How many YAML nodes it stands in.
    pub(super) depth: usize,
    /// Whether YAML takes it for text rather than for a number, a truth value or nothing.
    pub(super) is_string: bool,
    /// Whether an alias repeats it elsewhere.
    pub(super) is_shared: bool,
}

impl Text {
    /// A text that stands in the file as it is, but for what each line begins with.
    pub(super) fn verbatim(value: String, runs: Runs, token: FileSpan, style: Style) -> Self {
        Self { value, runs: Some(runs), token, style, role: Role::Value, depth: 0, is_string: true, is_shared: false }
    }

    /// The text of a rule file that has none.
    pub(super) fn absent() -> Self {
        Self { runs: None, ..Self::verbatim(String::new(), Runs::identity(0, 0), FileSpan::default(), Style::Whole) }
    }

    /// Whether the file gives no value.
    pub(super) fn is_null(&self) -> bool {
        !self.is_string && matches!(self.value.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// The bytes of the file that spell `span`, or the first line of the value if that is not known.
    pub(super) fn file_span(&self, span: Span) -> FileSpan {
        match &self.runs {
            Some(runs) => runs.file_span(span),
            None => self.token,
        }
    }
}

/// Whether YAML's core schema reads an unquoted `value` as text.
pub(super) fn is_plain_string(value: &str) -> bool {
    let is_word =
        matches!(value, "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    let is_special = matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(value, ".nan" | ".NaN" | ".NAN");
    let is_radix = |prefix, radix| {
        value.strip_prefix(prefix).is_some_and(|rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && digits.parse::<f64>().is_ok();
    !(is_word || is_special || is_number || is_radix("0x", 16) || is_radix("0o", 8))
}

#[cfg(test)]
mod tests {
    use super::is_plain_string;

    #[test]
    fn numbers_truth_values_and_nothing_are_no_strings() {
        for value in ["", "~", "null", "true", "FALSE", "0", "-12", "1.0", "1e3", ".5", "0x1F", "0o17", "-.inf", ".nan"]
        {
            assert!(!is_plain_string(value), "{value}");
        }
        for value in ["1.0.0", "1h", "T1059", "yes", "inf", "nan", "-", ".", "0x", "1-2", "NULLS"] {
            assert!(is_plain_string(value), "{value}");
        }
    }
}
