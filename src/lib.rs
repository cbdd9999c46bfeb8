//! kqlift: detection rules in KQL, linted, explained and converted.
//!
//! ```text
//!  rule file ── source ──┬─ KQL text ── parse ── syntax ── analyze ─┬─ lint ── diagnostics, fixes
//!  (.yaml .kql .md)      │                             (schema)     └─ lower ─┐
//!                        └─ metadata ── rule ───────────────────────────────► ir ─┬─ emit: sigma · spl · kql; losses
//!                                                                    (mapping)    └─ explain
//! ```
//!
//! The modules stand in the order of the pipeline. Each imports only what stands above it, as
//! `tests/architecture.rs` checks.

// Base: places, findings, what surrounds a query.
pub mod diagnostic;
pub mod rule;
pub mod span;

// Facts about the world.
pub mod schema;

// Files to text, text to tree, tree to facts.
pub mod source;
pub mod syntax;
pub mod parse;
pub mod analyze;

// The meaning.
pub mod ir;

// The edge: reports and commands.
pub mod report;
