//! Where the names on a rule's page lead to within the site.

use super::super::IndicatorKey;
use super::{PageId, Site};
use crate::explain::Links;

/// The links of one rule's page.
pub(super) struct RuleLinks<'s, 'c> {
    pub(super) site: &'s Site<'c>,
    pub(super) keys: &'s [IndicatorKey],
}

impl RuleLinks<'_, '_> {
    /// Rules stand one folder below the start page.
    fn way(&self, page: PageId) -> String {
        format!("../{}", self.site.path(page))
    }
}

impl Links for RuleLinks<'_, '_> {
    fn table(&self, name: &str) -> Option<String> {
        self.site.addresses.table(name).map(|page| self.way(page))
    }

    fn column(&self, table: Option<&str>, column: &str) -> Option<String> {
        // A union's column belongs to several tables; its page is that of the first.
        let table = table?.split(", ").next()?;
        self.site.addresses.column(table, column).map(|page| self.way(page))
    }

    fn indicator(&self, index: usize) -> Option<String> {
        self.site.addresses.indicator(self.keys.get(index)?).map(|page| self.way(page))
    }

    fn technique(&self, id: &str) -> Option<String> {
        self.site.addresses.technique(id).map(|page| self.way(page))
    }
}
