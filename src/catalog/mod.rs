//! A folder of rules: an index, figures, coverage, overlaps, and a site that needs no server.
//!
//! [`Index`] is what can be written to a file and read back; [`Catalog`] has the pages of the rules beside it. Counting,
//! searching and overlaps work on the index. Everything here is a function of the rules: no clock, no network, and the same
//! bytes whatever the number of threads.

mod coverage;
mod index;
mod postings;
mod search;
mod similar;
mod site;
mod stats;
mod subject;

pub use coverage::{Coverage, TacticCoverage, TechniqueCoverage, coverage, navigator_layer};
pub use index::{ColumnName, Index, IndicatorKey, RuleEntry, RuleSource, VERSION, indicator_keys};
pub use postings::Postings;
pub use search::{Hit, search};
pub use similar::{Candidates, Overlap, OverlapKind};
pub use site::{PageId, Site};
pub use stats::{Stats, TargetStats, stats};

use crate::compare::Shape;
use crate::explain::Explanation;

/// A rule with its page.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What the index has of it.
    pub entry: RuleEntry,
    /// What is on its page.
    pub page: RulePage,
    /// Its query, for comparisons.
    pub shape: Shape,
}

/// What is on the page of a rule.
#[derive(Debug, Clone)]
pub struct RulePage {
    /// The page.
    pub explanation: Explanation,
    /// What its indicators are counted under, in their order.
    pub keys: Vec<IndicatorKey>,
    /// The query; of a Sigma rule, all of it.
    pub query: String,
}

/// The rules of a folder with their pages.
#[derive(Debug)]
pub struct Catalog {
    /// What is known about each rule.
    pub index: Index,
    /// The pages, in the order of the index.
    pub pages: Vec<RulePage>,
    /// The queries for comparisons, in the same order.
    pub shapes: Vec<Shape>,
}

impl Catalog {
    /// The catalogue of these rules. Indicators on their pages are counted among them.
    pub fn new(rules: Vec<Rule>) -> Self {
        let (mut entries, mut pages, mut shapes) = (Vec::new(), Vec::new(), Vec::new());
        for rule in rules {
            entries.push(rule.entry);
            pages.push(rule.page);
            shapes.push(rule.shape);
        }
        let index = Index { version: VERSION, rules: entries };
        let postings = Postings::new(&index);
        for (number, page) in pages.iter_mut().enumerate() {
            count(&mut page.explanation, &page.keys, &postings, Some(number));
        }
        Self { index, pages, shapes }
    }
}

/// Puts on a page how many other rules look for the same. `keys` are those of its indicators, `own` is the rule's own
/// place in the index.
pub fn count(explanation: &mut Explanation, keys: &[IndicatorKey], postings: &Postings<'_>, own: Option<usize>) {
    let others = postings.rules_but(own);
    explanation.surroundings.corpus = Some(others.total());
    explanation.surroundings.corpus_by_language = Some(others);
    for (indicator, key) in explanation.indicators.iter_mut().zip(keys) {
        let others = postings.others(key, own);
        indicator.other_rules = Some(others.total());
        indicator.other_rules_by_language = Some(others);
    }
}
