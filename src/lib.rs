//! kqlift: detection rules in KQL, linted, explained and converted.
//!
//! ```text
//!  rule file ── source ──┬─ KQL text ── parse ── syntax ── analyze ─┬─ lint ── diagnostics, fixes
//!  (.yaml .json .kql .md)│                             (schema)     └─ lower ─┐
//!                        ├─ metadata ── rule ───────────────────────────────► ir ─┬─ emit: sigma · spl · kql; losses
//!                        └─ Sigma YAML ── sigma ──┬───────────────────────────┘   ├─ eval: the rule on events
//!                                                                    (mapping)    ├─ explain, compare, verify
//!                                                                                 └─ catalog
//! ```
//!
//! The modules stand in the order of the pipeline. Each imports only what stands above it, as
//! `tests/architecture.rs` checks.

// Base: places, findings, what surrounds a query.
pub mod span;
pub mod date;
pub mod diagnostic;
pub mod rule;

// Facts about the world: types, tables, functions; the hub between products.
pub mod schema;
pub mod mapping;

// Texts to trees, files to texts, trees to facts.
pub mod syntax;
pub mod parse;
pub mod source;
pub mod analyze;

// Sigma rules to facts and to meaning.
pub mod ir;
pub mod sigma;

// Facts to findings.
pub mod lint;
pub mod fix;

// Facts to meaning, meaning on events, to other languages and to pages.
pub(crate) mod page;
pub mod lower;
pub mod eval;
pub mod emit;
pub mod explain;
pub mod compare;
pub mod verify;
pub mod catalog;

// The edge: settings, reports and commands.
pub mod config;
pub mod suppress;
pub mod baseline;
pub mod report;
pub mod cli;
