//! The hub: which log source a table is, which concept a column is, and what each dialect calls them.
//!
//! Every conversion goes column → concept → column through here; no backend has a field table of its own. The facts
//! are `mappings/logsources.yaml` and `mappings/fields.yaml`, compiled in; [`Hub::read`] takes other texts in their
//! place. A name without a counterpart is absent, and it is the caller's duty to refuse it by name.

mod assumption;
mod concept;
mod connector;
mod file;
mod form;
mod hub;
mod log_source;
pub mod path;
mod row_filter;

pub use assumption::Assumption;
pub use concept::{Column, Concept, Dialect, Resolution};
pub use connector::connector_of;
pub use form::ValueForm;
pub use hub::{Hub, HubError, IpClass};
pub use log_source::{
    AsimSource, Candidate, DataModel, Fit, LogSource, NormalisedRows, Parameter, Payload, RuleTag, SigmaSource,
    SplunkSource, TableSource, Takes,
};
pub use row_filter::{RowFilter, RowTest};
