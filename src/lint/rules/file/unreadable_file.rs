//! FIL001: a file that can't be read as rules.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FIL001",
    name: "unreadable-file",
    category: Category::File,
    severity: Severity::Error,
    confidence: Confidence::High,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    default_on: true,
    fixable: Fixable::Never,
    document: include_str!("unreadable_file.md"),
    // Raised where files are read: there is no query yet that could be looked at.
    check: |_| {},
};
