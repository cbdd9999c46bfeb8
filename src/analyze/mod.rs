//! Tree and schema in, facts out: names, types, columns, constants, predicates.
//!
//! Facts never change the tree. What cannot be known is absent (an open schema, an unknown type, a missing constant)
//! and silences whatever depends on it; it is never guessed.

mod facts;

pub use facts::*;
