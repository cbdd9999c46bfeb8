//! What is written for Splunk finds the very events that the rule finds, or a loss says why not.
//!
//! The searches are run by an interpreter of their own (`tests/spl`), which is itself held against what Splunk documents
//! ([`documented`]). Needs the shared corpus and events for the rest; says aloud when they are absent. `KQLIFT_ALL=1`
//! takes every rule, `KQLIFT_ONLY` those whose file has it in its name; `KQLIFT_SHOW=explained` prints what losses explain.

#![expect(clippy::print_stdout, reason = "the figures are the point of this test")]

mod documented;
mod edges;
mod figures;
mod groups;
mod real;
mod rows;
mod shape;
#[path = "../shared/mod.rs"]
mod shared;
#[path = "../spl/mod.rs"]
mod spl;

use kqlift::analyze::analyze;
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;

fn meaning(text: &str, schema: &Schema) -> Option<Detection> {
    let parsed = parse(text);
    if !parsed.is_accepted() {
        return None;
    }
    let facts = analyze(&parsed.query, schema);
    Some(lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet))
}
