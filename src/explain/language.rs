//! What a rule is written in.

use serde::{Deserialize, Serialize};

use super::notation::notation;
use super::words::one_line;
use crate::ir::Expr;
use crate::page::grouped;

/// What a rule is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Kusto's query language.
    #[default]
    Kql,
    /// Sigma.
    Sigma,
}

impl Language {
    /// The name that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kql => "KQL",
            Self::Sigma => "Sigma",
        }
    }
}

/// How many rules of each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct LanguageCounts {
    /// Rules in KQL.
    pub kql: usize,
    /// Rules in Sigma.
    pub sigma: usize,
}

impl LanguageCounts {
    /// One more rule of a language.
    pub fn add(&mut self, language: Language) {
        match language {
            Language::Kql => self.kql += 1,
            Language::Sigma => self.sigma += 1,
        }
    }

    /// All rules.
    pub fn total(self) -> usize {
        self.kql + self.sigma
    }

    /// Whether there are rules of more than one language.
    pub fn is_mixed(self) -> bool {
        self.kql > 0 && self.sigma > 0
    }

    /// `3 KQL, 1 Sigma`, without languages that have none.
    pub fn words(self) -> String {
        let parts = [(self.kql, Language::Kql), (self.sigma, Language::Sigma)];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        parts
            .map(|(count, language)| format!("{} {}", grouped(count), language.as_str()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The text that the places in a meaning count in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'t> {
    pub(super) language: Language,
    /// The query; Sigma's condition, which holds no tests, only their names.
    pub(super) text: &'t str,
}

impl Written<'_> {
    /// An expression as it is written, on one line. Sigma's tests stand elsewhere: theirs is the notation of the meaning.
    pub(super) fn expression(&self, expr: &Expr) -> String {
        match self.language {
            Language::Kql => one_line(expr.span, self.text),
            Language::Sigma => notation(expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, LanguageCounts};

    #[test]
    fn counts_name_only_what_there_is() {
        let mut counts = LanguageCounts::default();
        assert_eq!((counts.words().as_str(), counts.is_mixed()), ("", false));
        counts.add(Language::Sigma);
        assert_eq!((counts.words().as_str(), counts.is_mixed()), ("1 Sigma", false));
        counts.add(Language::Kql);
        assert_eq!((counts.words().as_str(), counts.is_mixed(), counts.total()), ("1 KQL, 1 Sigma", true, 2));
    }
}
