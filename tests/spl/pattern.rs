//! Wildcards, regular expressions and subnets.

use std::net::IpAddr;

use regex::{Regex, RegexBuilder};

use super::{Outcome, unknown};

/// A value of `search`, in which `*` is any text.
#[derive(Debug)]
pub(super) enum Wildcard {
    /// The field is there.
    Any,
    Pattern(Regex),
}

impl Wildcard {
    pub(super) fn new(text: &str, is_case_sensitive: bool) -> Outcome<Self> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let parts: Vec<String> = text.split('*').map(regex::escape).collect();
        let pattern = format!("\\A{}\\z", parts.join(".*"));
        let built = RegexBuilder::new(&pattern)
            .case_insensitive(!is_case_sensitive)
            .dot_matches_new_line(true)
            .size_limit(1 << 24)
            .build();
        built.map(Self::Pattern).or_else(|_| unknown("a value that is too long"))
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

/// A regular expression. Splunk has PCRE; this is the crate `regex`, which has neither lookaround nor back references
/// and takes leftmost matches as PCRE does. Where the same text means something else it is rewritten: in PCRE `\d`,
/// `\w`, `\s` and `\b` are ASCII, and `$` also stands in front of a line feed at the end.
pub(super) fn regex(pattern: &str) -> Outcome<Regex> {
    let built = RegexBuilder::new(&as_pcre(pattern)).size_limit(1 << 26).build();
    built.or_else(|_| unknown(format!("the pattern `{pattern}`")))
}

fn as_pcre(pattern: &str) -> String {
    let mut text = String::new();
    let mut is_class = false;
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match (characters.next(), is_class) {
                (Some('d'), false) => text.push_str("[0-9]"),
                (Some('d'), true) => text.push_str("0-9"),
                (Some('D'), false) => text.push_str("[^0-9]"),
                (Some('w'), false) => text.push_str("[A-Za-z0-9_]"),
                (Some('w'), true) => text.push_str("A-Za-z0-9_"),
                (Some('W'), false) => text.push_str("[^A-Za-z0-9_]"),
                (Some('s'), false) => text.push_str("[\\t-\\r ]"),
                (Some('s'), true) => text.push_str("\\t-\\r "),
                (Some('S'), false) => text.push_str("[^\\t-\\r ]"),
                (Some('b'), false) => text.push_str("(?-u:\\b)"),
                (other, _) => {
                    text.push('\\');
                    text.extend(other);
                }
            },
            '[' if is_class => text.push_str("\\["),
            '[' => {
                is_class = true;
                text.push('[');
                if characters.peek() == Some(&'^') {
                    text.extend(characters.next());
                }
                // A bracket in the first place is a letter.
                if characters.peek() == Some(&']') {
                    characters.next();
                    text.push_str("\\]");
                }
            }
            ']' if is_class => {
                is_class = false;
                text.push(']');
            }
            // Set operations of the crate that PCRE does not have.
            '&' | '~' if is_class => text.extend(['\\', c]),
            '$' if !is_class => text.push_str("(?:\\n?\\z)"),
            _ => text.push(c),
        }
    }
    text
}

/// A subnet, `address/length`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Network {
    address: IpAddr,
    length: u32,
}

impl Network {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (address, length): (IpAddr, u32) = (address.parse().ok()?, length.parse().ok()?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        (length <= most).then_some(Self { address, length })
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        let bits = |address: IpAddr| match address {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let Ok(found) = text.trim().parse::<IpAddr>() else { return false };
        let ((own, width), (other, other_width)) = (bits(self.address), bits(found));
        let host = width - self.length;
        width == other_width && (host >= 128 || own >> host == other >> host)
    }
}
