//! From a place in the value of a string literal to the place where it is written.

use std::ops::Range;

use crate::span::Span;
use crate::syntax::{StringLiteral, StringPart, StringStyle};

/// The bytes of `text` that stand for a range of bytes of the literal's value.
///
/// `None` if the literal decodes to anything but its value: better no place than a wrong one.
pub(super) fn place_in_literal(text: &str, literal: &StringLiteral<'_>, range: Range<usize>) -> Option<Span> {
    let mut decoded = Decoded::default();
    for part in &literal.parts {
        decoded.read(text, *part)?;
    }
    if decoded.value != literal.value.as_ref() {
        return None;
    }
    decoded.span(range)
}

/// A literal's value with the source of each character.
#[derive(Default)]
struct Decoded {
    value: String,
    /// Start of each character in the value, and what it is written as.
    sources: Vec<(usize, Span)>,
}

impl Decoded {
    fn push(&mut self, c: char, start: usize, end: usize) {
        self.sources.push((self.value.len(), Span::new(start, end)));
        self.value.push(c);
    }

    fn read(&mut self, text: &str, part: StringPart) -> Option<()> {
        let content = text.get(part.content.range())?;
        let quote = text.get(part.content.end as usize..)?.chars().next()?;
        let mut offset = part.content.start as usize;
        let mut rest = content;
        while let Some(first) = rest.chars().next() {
            let (c, length) = match (part.style, first) {
                (StringStyle::Plain, '\\') => unescape(rest)?,
                (StringStyle::Verbatim, c) if c == quote => (c, 2 * c.len_utf8()),
                (StringStyle::Plain | StringStyle::Verbatim | StringStyle::MultiLine, c) => (c, c.len_utf8()),
            };
            self.push(c, offset, offset + length);
            rest = rest.get(length..)?;
            offset += length;
        }
        Some(())
    }

    fn span(&self, range: Range<usize>) -> Option<Span> {
        let at = |offset: usize| self.sources.partition_point(|(start, _)| *start <= offset).checked_sub(1);
        let first = self.sources.get(at(range.start)?)?.1;
        if range.start >= self.value.len() {
            return Some(Span { start: first.end, end: first.end });
        }
        let last = self.sources.get(at(range.end.saturating_sub(1).max(range.start))?)?.1;
        Some(first.to(last))
    }
}

/// The character that an escape stands for, and the bytes that the escape takes.
fn unescape(text: &str) -> Option<(char, usize)> {
    let kind = text.get(1..)?.chars().next()?;
    let hexadecimal = |digits: usize| {
        let code = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((char::from_u32(code)?, 2 + digits))
    };
    let c = match kind {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\\' | '"' | '\'' => kind,
        'x' => return hexadecimal(2),
        'u' => return hexadecimal(4),
        'U' => return hexadecimal(8),
        '0'..='7' => {
            let digits = text[1..].chars().take(3).take_while(|c| c.is_digit(8)).count();
            let code = u32::from_str_radix(text.get(1..=digits)?, 8).ok()?;
            return Some((char::from_u32(code)?, 1 + digits));
        }
        _ => return None,
    };
    Some((c, 2))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::place_in_literal;
    use crate::span::Span;
    use crate::syntax::{StringLiteral, StringPart, StringStyle};

    fn literal(value: &str, parts: &[(StringStyle, usize, usize)]) -> StringLiteral<'static> {
        let part = |&(style, start, end): &(StringStyle, usize, usize)| StringPart {
            style,
            is_obfuscated: false,
            span: Span::new(start, end),
            content: Span::new(start + if style == StringStyle::Verbatim { 2 } else { 1 }, end - 1),
        };
        StringLiteral { value: Cow::Owned(value.to_owned()), parts: parts.iter().map(part).collect() }
    }

    #[test]
    fn an_escape_is_one_character_of_the_value() {
        let text = r#""a\\b\u0063d""#;
        let literal = literal("a\\bcd", &[(StringStyle::Plain, 0, text.len())]);
        let at = |range| place_in_literal(text, &literal, range).map(|span| span.slice(text));
        assert_eq!(at(1..2), Some(r"\\"));
        assert_eq!(at(3..4), Some(r"\u0063"));
        assert_eq!(at(0..3), Some(r"a\\b"));
        assert_eq!(at(5..5), Some(""));
    }

    #[test]
    fn a_doubled_quote_and_adjacent_parts() {
        let text = r#"@"a""b" 'c'"#;
        let literal = literal("a\"bc", &[(StringStyle::Verbatim, 0, 7), (StringStyle::Plain, 8, 11)]);
        let at = |range| place_in_literal(text, &literal, range).map(|span| span.slice(text));
        assert_eq!(at(1..2), Some("\"\""));
        assert_eq!(at(2..4), Some("b\" 'c"));
    }

    #[test]
    fn another_value_has_no_place() {
        let text = r#""ab""#;
        assert_eq!(place_in_literal(text, &literal("ax", &[(StringStyle::Plain, 0, 4)]), 0..1), None);
    }
}
