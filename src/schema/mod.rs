//! What Kusto, Log Analytics, Defender XDR and ASIM define: types, tables, columns, functions.
//!
//! Imports no stage of the pipeline. The facts are text files under `schemas/`, compiled in.

mod columns;
mod types;
mod value;

pub use columns::*;
pub use types::*;
pub use value::*;
