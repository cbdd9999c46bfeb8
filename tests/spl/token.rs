//! Words of a command.

use super::{Outcome, rejected, unknown};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A text in double quotes, without them and its escapes.
    Quoted(String),
    /// A field name in single quotes.
    Field(String),
    /// Letters, digits and whatever else the command counts among its words.
    Word(String),
    /// An operator or bracket.
    Sign(&'static str),
}

impl Token {
    pub(super) fn is(&self, sign: &str) -> bool {
        matches!(self, Self::Sign(found) if *found == sign)
    }

    /// Whether it is this word, in any case of letters.
    pub(super) fn says(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word))
    }
}

/// What the words of a command are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// `search` and lists of fields: dots, wildcards, slashes and hyphens are letters.
    Search,
    /// Expressions, where these are operators.
    Expression,
}

/// Operators, longest first.
const SIGNS: [&str; 18] =
    ["==", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "%", ".", "[", "]"];
const SEARCH_SIGNS: [&str; 9] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","];

pub(super) fn tokens(text: &str, language: Language) -> Outcome<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '"' => {
                let (text, length) = quoted(rest)?;
                (Token::Quoted(text), length)
            }
            '\'' if language == Language::Expression => {
                let Some(end) = rest[1..].find('\'') else { return rejected("a single quote that is not closed") };
                (Token::Field(rest[1..=end].to_owned()), end + 2)
            }
            '`' => return unknown("a macro"),
            _ => plain(rest, language)?,
        };
        found.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

fn plain(rest: &str, language: Language) -> Outcome<(Token, usize)> {
    let signs: &[&'static str] = if language == Language::Search { &SEARCH_SIGNS } else { &SIGNS };
    let is_letter = |c: char| match language {
        Language::Search => !c.is_whitespace() && !"\"=<>(),".contains(c),
        Language::Expression => c.is_alphanumeric() || c == '_',
    };
    let is_number = language == Language::Expression && rest.starts_with(|c: char| c.is_ascii_digit());
    let length = if is_number {
        rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len())
    } else {
        let end = rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len());
        rest.find("!=").filter(|at| language == Language::Search && *at < end).unwrap_or(end)
    };
    if length > 0 {
        return Ok((Token::Word(rest[..length].to_owned()), length));
    }
    match signs.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => rejected(format!("the character `{}`", rest.chars().next().unwrap_or_default())),
    }
}

/// A text in double quotes, and its length with them. `\"` and `\\` are a quotation mark and a backslash.
fn quoted(rest: &str) -> Outcome<(String, usize)> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Ok((text, at + 1)),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                // Other sequences stay as they are, or are a line feed, by the command that reads them.
                Some((_, other)) => return unknown(format!("the escape `\\{other}`")),
                None => break,
            },
            _ => text.push(c),
        }
    }
    rejected("a quotation mark that is not closed")
}

/// Tokens in order.
pub(super) struct Cursor {
    tokens: std::vec::IntoIter<Token>,
}

impl Cursor {
    pub(super) fn new(tokens: Vec<Token>) -> Self {
        Self { tokens: tokens.into_iter() }
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.as_slice().first()
    }

    pub(super) fn peek_second(&self) -> Option<&Token> {
        self.tokens.as_slice().get(1)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.tokens.next()
    }

    /// Takes the sign if it is next.
    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let is_next = self.peek().is_some_and(|token| token.is(sign));
        if is_next {
            self.next();
        }
        is_next
    }

    /// Takes the word if it is next.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_some_and(|token| token.says(word));
        if is_next {
            self.next();
        }
        is_next
    }

    pub(super) fn expect(&mut self, sign: &str) -> Outcome<()> {
        if self.takes(sign) { Ok(()) } else { rejected(format!("`{sign}` is missing in front of {:?}", self.peek())) }
    }

    /// A name: a word, or a text in quotes.
    pub(super) fn name(&mut self) -> Outcome<String> {
        match self.next() {
            Some(Token::Quoted(name) | Token::Field(name) | Token::Word(name)) => Ok(name),
            other => rejected(format!("{other:?} where a name should be")),
        }
    }
}
