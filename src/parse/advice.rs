//! What to write instead of a token that can't stand where it does.

use super::error::nearest;
use super::scan::is_blank;
use crate::syntax::BINARY_OPERATORS;

pub(super) const NOT_IS_A_FUNCTION: &str =
    "`not` is a function: write `not(…)` around the whole test, or `!has`, `!in`, …";
const COMMENT: &str = "a comment begins with `//` and ends with its line";

/// How much of the text in front of an error is looked at: a text may have an error on each of its lines.
const WINDOW: usize = 1_000;

/// A token that can't stand where it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stumble<'q> {
    /// The token; empty at the end of the text.
    pub(super) found: &'q str,
    /// The text in front of it, without the blanks at its end.
    before: &'q str,
    /// The blanks in front of it hold a line end.
    is_first_on_line: bool,
}

impl<'q> Stumble<'q> {
    /// The token `found` at a position.
    pub(super) fn new(text: &'q str, position: usize, found: &'q str) -> Self {
        let text = text.get(..position).unwrap_or("");
        let mut start = position.saturating_sub(WINDOW);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let window = text.get(start..).unwrap_or("");
        let before = window.trim_end_matches(is_blank);
        Self { found, before, is_first_on_line: window[before.len()..].contains('\n') }
    }

    /// Advice about a token where a value or something else is expected.
    pub(super) fn advice(self) -> Option<String> {
        let help = match self.found {
            "&" => "write `and`",
            "=" => "a comparison is `==` (exact) or `=~` (any letter case)",
            "!" => "negation is `not(…)`, or `!` in front of a string operator without a blank",
            "?" => "a choice is `iff(condition, one, other)`",
            "#" => COMMENT,
            "`" | "“" | "”" | "‘" | "’" => "write a straight quote",
            "–" | "—" => "write a hyphen-minus, `-`",
            "," if self.is_in_between() => "write `..` between the two ends",
            ")" | "]" | "}" if self.before.ends_with(',') => "take out the comma in front, or write what is missing",
            "|" if self.before.ends_with('|') => "between operators stands one `|`; an alternative is `or`",
            "|" if self.before.is_empty() => "a query begins with a table",
            "|" => return self.gap(),
            _ if self.before.ends_with("/*") => COMMENT,
            _ => return None,
        };
        Some(help.to_owned())
    }

    /// Advice about a word where an operator is expected.
    pub(super) fn advice_about_word(self) -> Option<String> {
        let help = match self.found {
            "not" => NOT_IS_A_FUNCTION,
            "has_any_cs" | "has_all_cs" => "there is no such operator: use `has_cs` for each value, joined with `or`",
            "is" | "IS" => "use `isnull(…)`, or `isempty(…)` for text, or `isnotnull(…)`, `isnotempty(…)`",
            "between" => "write `between (low .. high)`",
            "!between" => "write `!between (low .. high)`",
            "matches" => "write `matches regex`, with one blank between the words",
            "ascending" | "ASC" => "write `asc`",
            "descending" | "DESC" => "write `desc`",
            _ if self.before.ends_with("/*") => COMMENT,
            _ if self.is_behind_let() => "end the `let` above with `;`",
            _ => return self.near_operator(),
        };
        Some(help.to_owned())
    }

    /// Advice about a bracket that closes nothing.
    pub(super) fn advice_about_lone_bracket(self) -> Option<String> {
        matches!(self.found, ")" | "]" | "}").then(|| format!("no bracket is open here: take the `{}` out", self.found))
    }

    fn near_operator(self) -> Option<String> {
        let words =
            BINARY_OPERATORS.iter().map(|(spelling, _)| *spelling).chain(["in", "in~", "!in", "has_any", "has_all"]);
        let words: Vec<&str> = words.filter(|word| word.len() > 1 && *word != self.found).collect();
        nearest(self.found, &words).map(|near| format!("did you mean `{near}`?"))
    }

    /// What a pipe comes too early behind: a comma, a word, an operator.
    fn gap(self) -> Option<String> {
        let line = self.before.lines().next_back().unwrap_or("");
        if line.contains("//") {
            return None;
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '!' | '~' | '=' | '<' | '>');
        let last = &line[line.trim_end_matches(is_word).len()..];
        let last = if last.is_empty() { line.get(line.len().checked_sub(1)?..)? } else { last };
        Some(format!("something is missing behind `{last}`"))
    }

    /// Whether the innermost bracket in front is the one of `between (`.
    fn is_in_between(self) -> bool {
        let opened = self.before.rfind('(').map(|at| self.before[..at].trim_end_matches(is_blank));
        opened.is_some_and(|opened| opened.ends_with("between"))
    }

    /// Whether the statement in front is a `let` that a new line would end if it could.
    fn is_behind_let(self) -> bool {
        let statement = self.before.rsplit(';').next().unwrap_or("");
        let code = statement.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("//"));
        self.is_first_on_line && code.is_some_and(|code| code.starts_with("let "))
    }
}

#[cfg(test)]
mod tests {
    use super::Stumble;

    fn about(text: &str) -> Option<String> {
        let (before, found) = text.split_once('§').expect("a mark stands in front of the token");
        let text = format!("{before}{found}");
        let stumble = Stumble::new(&text, before.len(), &text[before.len()..]);
        stumble.advice().or_else(|| stumble.advice_about_word())
    }

    #[test]
    fn what_stands_in_front_is_named() {
        assert_eq!(about("T | where a and §|").as_deref(), Some("something is missing behind `and`"));
        assert_eq!(about("T | where a ==\n§|").as_deref(), Some("something is missing behind `==`"));
        assert_eq!(about("T | project a, §|").as_deref(), Some("something is missing behind `,`"));
        assert_eq!(about("T | where a and // why\n§|"), None);
    }

    #[test]
    fn a_let_ends_with_a_semicolon() {
        assert_eq!(about("// n\nlet a = 1\n§T").as_deref(), Some("end the `let` above with `;`"));
        assert_eq!(about("let a = 1; x\n§T"), None);
        assert_eq!(about("let a = 1 §T"), None);
    }
}
