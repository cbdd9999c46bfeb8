//! Texts of Sigma values: literal text and wildcards.
//!
//! A backslash in front of `*`, `?` or another backslash takes its meaning; in front of anything else it is itself.

/// A text value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pattern {
    /// Its parts; texts are never empty and never neighbours.
    pub segments: Vec<Segment>,
}

/// A part of a text value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Exactly this text.
    Literal(String),
    /// `*`: any text, also none.
    AnyText,
    /// `?`: one character.
    AnyCharacter,
    /// `%name%` under the modifier `expand`: values that are filled in later.
    Placeholder(String),
}

impl Pattern {
    /// Reads a text as a rule writes it.
    pub fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '*' => pattern.segments.push(Segment::AnyText),
                '?' => pattern.segments.push(Segment::AnyCharacter),
                '\\' => pattern.push(characters.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\')),
                other => pattern.push(other),
            }
        }
        pattern
    }

    /// Reads a text under the modifier `expand`, where `%name%` is a placeholder.
    pub fn parse_with_placeholders(text: &str) -> Self {
        let mut pattern = Self::default();
        for segment in Self::parse(text).segments {
            match segment {
                Segment::Literal(literal) => pattern.push_with_placeholders(&literal),
                other @ (Segment::AnyText | Segment::AnyCharacter | Segment::Placeholder(_)) => {
                    pattern.segments.push(other);
                }
            }
        }
        pattern
    }

    /// A text without wildcards.
    pub fn literal(text: &str) -> Self {
        if text.is_empty() { Self::default() } else { Self { segments: vec![Segment::Literal(text.to_owned())] } }
    }

    /// The text, if nothing in it is a wildcard or placeholder.
    pub fn as_literal(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [] => Some(""),
            [Segment::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The first placeholder.
    pub fn placeholder(&self) -> Option<&str> {
        self.segments.iter().find_map(|segment| match segment {
            Segment::Placeholder(name) => Some(name.as_str()),
            Segment::Literal(_) | Segment::AnyText | Segment::AnyCharacter => None,
        })
    }

    /// Adds a character of literal text.
    pub fn push(&mut self, c: char) {
        match self.segments.last_mut() {
            Some(Segment::Literal(text)) => text.push(c),
            Some(Segment::AnyText | Segment::AnyCharacter | Segment::Placeholder(_)) | None => {
                self.segments.push(Segment::Literal(c.to_string()));
            }
        }
    }

    fn push_with_placeholders(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('%') {
            let name = behind.split_once('%').map(|(name, _)| name);
            let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            before.chars().for_each(|c| self.push(c));
            if let Some(name) = name.filter(is_name) {
                self.segments.push(Segment::Placeholder(name.to_owned()));
                rest = behind.get(name.len() + 1..).unwrap_or("");
            } else {
                self.push('%');
                rest = behind;
            }
        }
        rest.chars().for_each(|c| self.push(c));
    }
}

impl std::fmt::Display for Pattern {
    /// As a rule writes it, with no more backslashes than needed.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let is_before_wildcard =
                matches!(self.segments.get(index + 1), Some(Segment::AnyText | Segment::AnyCharacter));
            match segment {
                Segment::Literal(literal) => escape(literal, is_before_wildcard, &mut text),
                Segment::AnyText => text.push('*'),
                Segment::AnyCharacter => text.push('?'),
                Segment::Placeholder(name) => {
                    text.push('%');
                    text.push_str(name);
                    text.push('%');
                }
            }
        }
        formatter.write_str(&text)
    }
}

/// A backslash is doubled only where it would take the meaning of what follows.
fn escape(literal: &str, is_before_wildcard: bool, into: &mut String) {
    let mut characters = literal.chars().peekable();
    while let Some(c) = characters.next() {
        let is_escape = match characters.peek() {
            Some(next) => matches!(next, '*' | '?' | '\\'),
            None => is_before_wildcard,
        };
        if matches!(c, '*' | '?') || (c == '\\' && is_escape) {
            into.push('\\');
        }
        into.push(c);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::{Pattern, Segment};

    #[test]
    fn backslashes_mean_what_the_specification_says() {
        let literal = |text: &str| Segment::Literal(text.to_owned());
        assert_eq!(Pattern::parse(r"C:\a").segments, [literal(r"C:\a")]);
        assert_eq!(Pattern::parse(r"\\*").segments, [literal(r"\"), Segment::AnyText]);
        assert_eq!(Pattern::parse(r"\*").segments, [literal("*")]);
        assert_eq!(Pattern::parse(r"\\\*").segments, [literal(r"\*")]);
        assert_eq!(Pattern::parse(r"\\\\h").segments, [literal(r"\\h")]);
        assert_eq!(Pattern::parse(r"a?b").segments, [literal("a"), Segment::AnyCharacter, literal("b")]);
        assert_eq!(Pattern::parse(r"end\").segments, [literal(r"end\")]);
    }

    #[test]
    fn placeholders_are_names_between_percent_signs() {
        let pattern = Pattern::parse_with_placeholders("100% %admins%\\%x y%");
        assert_eq!(pattern.placeholder(), Some("admins"));
        assert_eq!(pattern.to_string(), "100% %admins%\\%x y%");
        assert_eq!(Pattern::parse("%admins%").placeholder(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_reads_the_same(text in r"[a\\*?%]{0,12}") {
            for pattern in [Pattern::parse(&text), Pattern::parse_with_placeholders(&text)] {
                let again = if pattern.placeholder().is_some() {
                    Pattern::parse_with_placeholders(&pattern.to_string())
                } else {
                    Pattern::parse(&pattern.to_string())
                };
                assert_eq!(again, pattern, "{text}");
            }
        }
    }
}
