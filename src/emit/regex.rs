//! Regular expressions of the source in the syntax of the target.
//!
//! Kusto takes the syntax of the Rust `regex` crate. Sigma's portable subset is much smaller, PCRE (Splunk) much
//! larger but different in places. The pattern is parsed and printed again; what the target lacks is named.

use regex_syntax::ast::{
    self, Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, Flag, FlagsItemKind, GroupKind, LiteralKind,
    RepetitionKind, RepetitionRange,
};

/// The syntax to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// The subset that every Sigma backend can be expected to take.
    Portable,
    /// Perl-compatible, as in Splunk.
    Pcre,
}

/// A pattern in the target's syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printed {
    /// The pattern without leading flags.
    pub(super) pattern: String,
    /// Whether letter case matters.
    pub(super) is_case_sensitive: bool,
    /// Whether classes such as `\d` hold fewer characters than in KQL, where they are Unicode.
    pub(super) narrows_classes: bool,
}

/// Says why a pattern is no regular expression of Kusto.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    regex_syntax::Parser::new().parse(pattern).map(|_| ()).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    })
}

/// Prints a pattern, or names what the target lacks.
pub(super) fn print(pattern: &str, syntax: Syntax) -> Result<Printed, String> {
    let (flags, body) = foreign_flags(pattern, syntax);
    let (is_case_sensitive, body) = without_case_flag(body);
    let tree = match ast::parse::Parser::new().parse(body) {
        Ok(tree) => tree,
        Err(error) if syntax == Syntax::Pcre && is_perls(error.kind()) => return Ok(verbatim(pattern)),
        Err(error) => return Err(format!("the pattern is not valid: {}", error.kind())),
    };
    let mut printer = Printer { syntax, text: String::new(), narrows_classes: false };
    printer.text.push_str(flags);
    match syntax {
        Syntax::Portable => printer.edged(&tree)?,
        Syntax::Pcre => printer.ast(&tree)?,
    }
    let is_case_sensitive = is_case_sensitive && !flags.contains('i');
    Ok(Printed { pattern: printer.text, is_case_sensitive, narrows_classes: printer.narrows_classes })
}

/// Flags in front of everything that Perl's syntax takes as they are, and what follows them. A flag for letter case alone
/// is none of them.
fn foreign_flags(pattern: &str, syntax: Syntax) -> (&str, &str) {
    let length = pattern.strip_prefix("(?").and_then(|rest| rest.find(')')).map_or(0, |at| at + "(?)".len());
    let (flags, body) = pattern.split_at(length);
    let is_flags = flags.len() > "(?)".len() && flags.chars().all(|c| matches!(c, '(' | '?' | 'i' | 'm' | 's' | ')'));
    if syntax == Syntax::Pcre && is_flags && flags != "(?i)" { (flags, body) } else { ("", pattern) }
}

/// Whether only Perl's syntax has it.
fn is_perls(error: &ast::ErrorKind) -> bool {
    matches!(error, ast::ErrorKind::UnsupportedLookAround | ast::ErrorKind::UnsupportedBackreference)
}

fn verbatim(pattern: &str) -> Printed {
    let (is_case_sensitive, pattern) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (false, rest),
        None => (true, pattern),
    };
    Printed { pattern: pattern.to_owned(), is_case_sensitive, narrows_classes: false }
}

/// Whether letter case matters, and the pattern without the flags that say so: `(?i)` in front of everything, and one
/// behind everything, where it changes nothing.
fn without_case_flag(pattern: &str) -> (bool, &str) {
    let (is_case_sensitive, body) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (false, rest),
        None => (true, pattern),
    };
    let is_flag = |rest: &&str| !rest.ends_with('\\');
    (is_case_sensitive, body.strip_suffix("(?-i)").filter(is_flag).unwrap_or(body))
}

/// An end of a part of a pattern.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

fn is_word_boundary(ast: &Ast) -> bool {
    matches!(ast, Ast::Assertion(assertion) if assertion.kind == ast::AssertionKind::WordBoundary)
}

/// Whether what these match has a character of a word at the end from which they come.
fn are_words_at<'a>(parts: impl Iterator<Item = &'a Ast>, edge: Edge) -> bool {
    for part in parts {
        match part {
            // What may be missing must end so, and so must what then stands at the end.
            Ast::Repetition(repetition) if is_optional(&repetition.op.kind) => {
                if !is_word_at(&repetition.ast, edge) {
                    return false;
                }
            }
            other => return is_word_at(other, edge),
        }
    }
    false
}

fn is_optional(kind: &RepetitionKind) -> bool {
    match kind {
        RepetitionKind::OneOrMore => false,
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => true,
        RepetitionKind::Range(range) => match range {
            RepetitionRange::Exactly(low) | RepetitionRange::AtLeast(low) | RepetitionRange::Bounded(low, _) => {
                *low == 0
            }
        },
    }
}

/// Whether everything that the part matches has a character of a word at that end.
fn is_word_at(ast: &Ast, edge: Edge) -> bool {
    match ast {
        Ast::Literal(literal) => literal.c.is_ascii_alphanumeric() || literal.c == '_',
        Ast::ClassPerl(class) => !class.negated && matches!(class.kind, ClassPerlKind::Digit | ClassPerlKind::Word),
        Ast::Group(group) => is_word_at(&group.ast, edge),
        Ast::Alternation(alternation) => alternation.asts.iter().all(|part| is_word_at(part, edge)),
        Ast::Concat(concat) => match edge {
            Edge::Start => are_words_at(concat.asts.iter(), edge),
            Edge::End => are_words_at(concat.asts.iter().rev(), edge),
        },
        Ast::Repetition(repetition) => !is_optional(&repetition.op.kind) && is_word_at(&repetition.ast, edge),
        Ast::Empty(_)
        | Ast::Flags(_)
        | Ast::Dot(_)
        | Ast::Assertion(_)
        | Ast::ClassUnicode(_)
        | Ast::ClassBracketed(_) => false,
    }
}

struct Printer {
    syntax: Syntax,
    text: String,
    narrows_classes: bool,
}

impl Printer {
    fn ast(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Empty(_) => {}
            Ast::Dot(_) => self.text.push('.'),
            Ast::Literal(literal) => self.literal(literal, false),
            Ast::Assertion(assertion) => self.assertion(&assertion.kind)?,
            Ast::ClassPerl(class) => self.perl(class, false)?,
            Ast::ClassBracketed(class) => self.bracketed(class)?,
            Ast::ClassUnicode(_) => return Err("Unicode classes such as `\\p{L}`".to_owned()),
            Ast::Flags(set) => {
                let flags = self.flags(&set.flags).ok_or("flags other than a leading `(?i)`")?;
                self.text.extend(["(?", &flags, ")"]);
            }
            Ast::Repetition(repetition) => self.repetition(repetition)?,
            Ast::Group(group) => self.group(group)?,
            Ast::Alternation(alternation) => {
                for (index, part) in alternation.asts.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { "|" });
                    self.ast(part)?;
                }
            }
            Ast::Concat(concat) => concat.asts.iter().try_for_each(|part| self.ast(part))?,
        }
        Ok(())
    }

    /// What begins and ends with the whole pattern: there, and nowhere else, a word boundary is what may stand beside the
    /// word, and can be written so.
    fn edged(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Alternation(alternation) => {
                for (index, part) in alternation.asts.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { "|" });
                    self.edged(part)?;
                }
                Ok(())
            }
            Ast::Concat(concat) => self.concat(&concat.asts.iter().collect::<Vec<_>>()),
            other => self.ast(other),
        }
    }

    fn concat(&mut self, parts: &[&Ast]) -> Result<(), String> {
        for (index, part) in parts.iter().enumerate() {
            if !is_word_boundary(part) {
                self.ast(part)?;
            } else if index == 0 && are_words_at(parts[1..].iter().copied(), Edge::Start) {
                self.text.push_str("(^|[^a-zA-Z0-9_])");
                self.narrows_classes = true;
            } else if index + 1 == parts.len() && are_words_at(parts[..index].iter().rev().copied(), Edge::End) {
                self.text.push_str("([^a-zA-Z0-9_]|$)");
                self.narrows_classes = true;
            } else {
                self.ast(part)?;
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &ast::Group) -> Result<(), String> {
        match &group.kind {
            GroupKind::NonCapturing(flags) => {
                let flags = self.flags(flags).ok_or("flags inside the pattern")?;
                // Whether a group captures does not change what the pattern finds, only what `extract` gives.
                match self.syntax {
                    Syntax::Portable => self.text.push('('),
                    Syntax::Pcre => self.text.extend(["(?", &flags, ":"]),
                }
            }
            GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } => self.text.push('('),
        }
        self.ast(&group.ast)?;
        self.text.push(')');
        Ok(())
    }

    /// Flags that mean the same to the target; `None` if it lacks one of them.
    fn flags(&self, flags: &ast::Flags) -> Option<String> {
        if self.syntax == Syntax::Portable && !flags.items.is_empty() {
            return None;
        }
        let letter = |item: &ast::FlagsItem| match item.kind {
            FlagsItemKind::Negation => Some('-'),
            FlagsItemKind::Flag(Flag::CaseInsensitive) => Some('i'),
            FlagsItemKind::Flag(Flag::MultiLine) => Some('m'),
            FlagsItemKind::Flag(Flag::DotMatchesNewLine) => Some('s'),
            FlagsItemKind::Flag(Flag::SwapGreed) => Some('U'),
            // Perl's reading of white space in classes differs; the others it does not have.
            FlagsItemKind::Flag(Flag::IgnoreWhitespace | Flag::Unicode | Flag::CRLF) => None,
        };
        flags.items.iter().map(letter).collect()
    }

    fn repetition(&mut self, repetition: &ast::Repetition) -> Result<(), String> {
        self.ast(&repetition.ast)?;
        match &repetition.op.kind {
            RepetitionKind::ZeroOrOne => self.text.push('?'),
            RepetitionKind::ZeroOrMore => self.text.push('*'),
            RepetitionKind::OneOrMore => self.text.push('+'),
            RepetitionKind::Range(range) => {
                let count = match range {
                    RepetitionRange::Exactly(n) => format!("{{{n}}}"),
                    RepetitionRange::AtLeast(n) => format!("{{{n},}}"),
                    RepetitionRange::Bounded(low, high) => format!("{{{low},{high}}}"),
                };
                self.text.push_str(&count);
            }
        }
        // Laziness changes which match is found first, not whether there is one.
        if self.syntax == Syntax::Pcre && !repetition.greedy {
            self.text.push('?');
        }
        Ok(())
    }

    fn assertion(&mut self, kind: &ast::AssertionKind) -> Result<(), String> {
        let text = match (kind, self.syntax) {
            (ast::AssertionKind::StartLine | ast::AssertionKind::StartText, _) => "^",
            (ast::AssertionKind::EndLine | ast::AssertionKind::EndText, _) => "$",
            (ast::AssertionKind::WordBoundary, Syntax::Pcre) => {
                self.narrows_classes = true;
                r"\b"
            }
            (ast::AssertionKind::NotWordBoundary, Syntax::Pcre) => {
                self.narrows_classes = true;
                r"\B"
            }
            _ => return Err("word boundaries".to_owned()),
        };
        self.text.push_str(text);
        Ok(())
    }

    fn literal(&mut self, literal: &ast::Literal, is_in_class: bool) {
        let c = literal.c;
        let needs_escape = match c {
            '\\' | '[' | ']' | '^' => true,
            '-' | '&' | '~' => is_in_class,
            '.' | '*' | '+' | '?' | '(' | ')' | '{' | '}' | '|' | '$' => !is_in_class,
            _ => false,
        };
        match (c, &literal.kind) {
            ('\n', _) => self.text.push_str(r"\n"),
            ('\r', _) => self.text.push_str(r"\r"),
            ('\t', _) => self.text.push_str(r"\t"),
            (_, LiteralKind::Verbatim) if !needs_escape => self.text.push(c),
            _ => {
                self.text.push_str(if needs_escape { "\\" } else { "" });
                self.text.push(c);
            }
        }
    }

    fn perl(&mut self, class: &ClassPerl, is_in_class: bool) -> Result<(), String> {
        self.narrows_classes = true;
        if self.syntax == Syntax::Pcre {
            let letter = match class.kind {
                ClassPerlKind::Digit => 'd',
                ClassPerlKind::Space => 's',
                ClassPerlKind::Word => 'w',
            };
            self.text.push('\\');
            self.text.push(if class.negated { letter.to_ascii_uppercase() } else { letter });
            return Ok(());
        }
        let members = match class.kind {
            ClassPerlKind::Digit => "0-9",
            ClassPerlKind::Space => r" \t\r\n",
            ClassPerlKind::Word => "a-zA-Z0-9_",
        };
        match (is_in_class, class.negated) {
            (true, true) => return Err("a negated class inside a class".to_owned()),
            (true, false) => self.text.push_str(members),
            (false, negated) => {
                self.text.push_str(if negated { "[^" } else { "[" });
                self.text.push_str(members);
                self.text.push(']');
            }
        }
        Ok(())
    }

    fn bracketed(&mut self, class: &ast::ClassBracketed) -> Result<(), String> {
        self.text.push_str(if class.negated { "[^" } else { "[" });
        match &class.kind {
            ClassSet::Item(item) => self.class_item(item)?,
            ClassSet::BinaryOp(_) => return Err("set operations in a class".to_owned()),
        }
        self.text.push(']');
        Ok(())
    }

    fn class_item(&mut self, item: &ClassSetItem) -> Result<(), String> {
        match item {
            ClassSetItem::Empty(_) => {}
            ClassSetItem::Literal(literal) => self.literal(literal, true),
            ClassSetItem::Range(range) => {
                self.literal(&range.start, true);
                self.text.push('-');
                self.literal(&range.end, true);
            }
            ClassSetItem::Perl(class) => self.perl(class, true)?,
            ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| self.class_item(item))?,
            ClassSetItem::Ascii(_) => return Err("named classes such as `[:alpha:]`".to_owned()),
            ClassSetItem::Unicode(_) => return Err("Unicode classes such as `\\p{L}`".to_owned()),
            ClassSetItem::Bracketed(_) => return Err("a class inside a class".to_owned()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Syntax, print};

    fn portable(pattern: &str) -> Result<String, String> {
        print(pattern, Syntax::Portable).map(|printed| printed.pattern)
    }

    #[test]
    fn groups_lazy_repetitions_and_classes_become_portable() {
        assert_eq!(portable(r"(?:a|b)+?c{2,3}"), Ok("(a|b)+c{2,3}".to_owned()));
        assert_eq!(portable(r"(?P<x>\d+)\.[\w-]*"), Ok(r"([0-9]+)\.[a-zA-Z0-9_\-]*".to_owned()));
        assert_eq!(portable(r"^C:\\Users\\[^\\]+$"), Ok(r"^C:\\Users\\[^\\]+$".to_owned()));
    }

    #[test]
    fn a_leading_flag_is_the_case() {
        assert_eq!(
            print("(?i)abc", Syntax::Portable).map(|p| (p.pattern, p.is_case_sensitive)),
            Ok(("abc".to_owned(), false))
        );
        assert!(print("(?s)abc", Syntax::Portable).is_err());
        assert!(print("a(?i)b", Syntax::Portable).is_err());
    }

    #[test]
    fn perls_syntax_keeps_groups_laziness_and_flags() {
        let perl = |pattern: &str| print(pattern, Syntax::Pcre).map(|printed| printed.pattern);
        for pattern in ["(?:a|b)+?(c*)", "x((?i)ab|c)(?-i:d)", "a(?s)b"] {
            assert_eq!(perl(pattern), Ok(pattern.to_owned()));
        }
        assert!(perl("a(?x) b").is_err());
    }

    #[test]
    fn what_the_target_lacks_is_named() {
        for pattern in
            [r"\bfoo(-)?\b", r"a\bfoo", r"\b-foo", r"\p{Greek}", "[a-z&&[^b]]", "[[:alpha:]]", r"[^\D]", "(?i-u:x)"]
        {
            assert!(portable(pattern).is_err(), "{pattern}");
        }
        assert_eq!(print(r"\bfoo\b", Syntax::Pcre).map(|p| p.pattern), Ok(r"\bfoo\b".to_owned()));
    }

    #[test]
    fn what_is_printed_finds_the_same() {
        let texts = ["a.b", "ab12", "C:\\x y", "-", "", "A_b c", "a\tb", "1.2.3.4"];
        for pattern in [
            r"\bb1",
            r"(?i)\b(a|c)(\.b)?\b",
            r"(?i)\b(ab|1)\b|c\b",
            r"(?i)a[.\-_]B",
            r"\d{2}",
            r"[^\s\\]+ ",
            r"^(?:a|c:).*?$",
            r"(\d+\.){3}\d",
            r"\w\W\w",
            r"\$|\(",
        ] {
            let printed = print(pattern, Syntax::Portable).expect("the patterns of this test are portable");
            let flag = if printed.is_case_sensitive { "" } else { "(?i)" };
            let before = regex::Regex::new(pattern).expect("the patterns of this test are valid");
            let after = regex::Regex::new(&format!("{flag}{}", printed.pattern)).expect("printed patterns are valid");
            for text in texts {
                assert_eq!(before.is_match(text), after.is_match(text), "{pattern} {} {text:?}", printed.pattern);
            }
        }
    }
}
