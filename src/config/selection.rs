//! Words that name lint rules, and the set that several lists of them come to.
//!
//! A word is `ALL`, a prefix of codes (`CSE`), a code, or a name. The more exactly a word names a rule, the more it
//! weighs: `select = ["TRM001"]` with `ignore = ["TRM"]` runs TRM001. Between words of the same weight, `ignore` wins.

use std::collections::{BTreeMap, BTreeSet};

use crate::lint::{self, Rule};

/// A word that names no lint rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule {
    /// The word.
    pub word: String,
    /// What was probably meant.
    pub suggestion: Option<&'static str>,
}

impl std::fmt::Display for UnknownRule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "there is no lint rule {}", self.word)?;
        match self.suggestion {
            Some(near) => write!(formatter, "; did you mean {near}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownRule {}

/// Checks a word.
///
/// # Errors
/// If it names no lint rule.
pub fn check_selector(word: &str) -> Result<(), UnknownRule> {
    let is_known = lint::rules().iter().any(|rule| weight(word, rule.code, rule.name).is_some());
    if is_known {
        return Ok(());
    }
    Err(UnknownRule { word: word.to_owned(), suggestion: lint::suggest(word) })
}

/// How exactly a word names a lint rule; nothing if it does not.
fn weight(word: &str, code: &str, name: &str) -> Option<usize> {
    let upper = word.to_ascii_uppercase();
    if upper == "ALL" {
        Some(0)
    } else if word == name {
        Some(code.len())
    } else {
        (!word.is_empty() && code.starts_with(&upper)).then_some(word.len())
    }
}

/// The greatest weight with which one of some words names a rule.
fn heaviest<'a>(words: impl IntoIterator<Item = &'a String>, rule: &Rule) -> Option<usize> {
    words.into_iter().filter_map(|word| weight(word, rule.code, rule.name)).max()
}

/// Whether one of some words names a finding's lint rule.
pub fn names(words: &[String], code: &str, name: &str) -> bool {
    words.iter().any(|word| weight(word, code, name).is_some())
}

/// Lists of words, as the configuration or the command line gives them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a> {
    /// What runs; absent means all that are on by default.
    pub select: Option<&'a [String]>,
    /// What runs beside it.
    pub extend_select: &'a [String],
    /// What does not run.
    pub ignore: &'a [String],
}

/// The lint rules that run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection(BTreeSet<&'static str>);

impl Selection {
    /// What lists of words come to. Words that name nothing are left out: see [`check_selector`].
    pub fn new(words: Words<'_>) -> Self {
        let all = ["ALL".to_owned()];
        let chosen = words.select.unwrap_or(&all).iter().chain(words.extend_select);
        // Where nothing is selected, what is off by default stays off unless it is added.
        let may_run =
            |rule: &Rule| words.select.is_some() || rule.default_on || heaviest(words.extend_select, rule).is_some();
        let is_in = |rule: &&Rule| match (heaviest(chosen.clone(), rule), heaviest(words.ignore, rule)) {
            (Some(chosen), Some(ignored)) => may_run(rule) && chosen > ignored,
            (chosen, None) => may_run(rule) && chosen.is_some(),
            (None, Some(_)) => false,
        };
        Self(lint::rules().iter().filter(is_in).map(|rule| rule.code).collect())
    }

    /// Without the rules that some words name.
    #[must_use]
    pub fn without(mut self, words: &[String]) -> Self {
        let is_named = |code: &str| lint::find(code).is_some_and(|rule| names(words, rule.code, rule.name));
        self.0.retain(|code| !is_named(code));
        self
    }

    /// Whether a rule runs.
    pub fn has(&self, rule: &Rule) -> bool {
        self.0.contains(rule.code)
    }
}

/// The value of the word that names a rule most exactly.
pub(super) fn most_exact<T: Copy>(values: &BTreeMap<String, T>, code: &str, name: &str) -> Option<T> {
    let weighed = values.iter().filter_map(|(word, value)| Some((weight(word, code, name)?, *value)));
    weighed.max_by_key(|(weight, _)| *weight).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::{Selection, Words, check_selector};
    use crate::lint;

    fn has(select: &[&str], ignore: &[&str], code: &str) -> bool {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (select, ignore) = (owned(select), owned(ignore));
        let selection = Selection::new(Words {
            select: (!select.is_empty()).then_some(&select),
            extend_select: &[],
            ignore: &ignore,
        });
        lint::find(code).is_some_and(|rule| selection.has(rule))
    }

    #[test]
    fn the_more_exact_word_wins() {
        assert!(has(&[], &[], "TRM001"));
        assert!(!has(&[], &["TRM"], "TRM001"));
        assert!(has(&["TRM001"], &["TRM"], "TRM001"));
        assert!(has(&["has-on-exact-name"], &["TRM"], "TRM001"));
        assert!(!has(&["TRM"], &["trm001"], "TRM001"));
        assert!(!has(&["TRM001"], &["TRM001"], "TRM001"));
        assert!(!has(&["CSE"], &[], "TRM001"));
        assert!(has(&["ALL"], &["CSE"], "TRM001"));
    }

    #[test]
    fn an_unknown_word_is_named_with_the_nearest() {
        let wrong = check_selector("RGX01").expect_err("there are three digits");
        assert_eq!(wrong.to_string(), "there is no lint rule RGX01; did you mean RGX001?");
        assert!(check_selector("").is_err());
        assert!(check_selector("trm0").is_ok());
    }
}
