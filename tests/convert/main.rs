//! Conversions, each with all targets side by side, losses included.

mod build;
mod inverted;
mod operators;
mod policy;
mod refusals;
mod rules;
mod show;
