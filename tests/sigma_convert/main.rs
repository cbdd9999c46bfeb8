//! Sigma rules on other platforms: how many of the real ones convert, that what is written can be read again, and that
//! it finds the same events.
//!
//! Needs the shared corpus; says aloud when it is absent. With `KQLIFT_SHOW=refusals` every refusal is printed.

#![expect(clippy::print_stdout, reason = "figures for whoever reads the log")]

#[path = "../conversion/mod.rs"]
mod conversion;
#[path = "../shared/mod.rs"]
mod shared;

mod cases;
mod correlations;
mod coverage;
mod events;
mod rounds;

use std::sync::LazyLock;

use kqlift::analyze::analyze;
use kqlift::emit::as_filters;
use kqlift::ir::Detection;
use kqlift::lower::lower as lower_query;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use shared::sigma_rules as corpus;

static HUB: LazyLock<Hub> = LazyLock::new(Hub::built_in);

/// The meaning of a query, or what is wrong with it.
fn meaning(query: &str) -> Result<Detection, String> {
    let schema = Schema::builtin();
    let parsed = parse(query);
    if let Some(error) = parsed.errors.first() {
        return Err(error.message.clone());
    }
    let facts = analyze(&parsed.query, &schema);
    if let Some(unresolved) = facts.unresolved.first() {
        return Err(format!("unresolved {:?} `{}`", unresolved.kind, unresolved.name));
    }
    let mut meaning = lower_query(query, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet);
    meaning.pipeline = as_filters(&HUB, &meaning.pipeline);
    Ok(meaning)
}
