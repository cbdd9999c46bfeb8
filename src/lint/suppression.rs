//! Findings about comments that silence findings.
//!
//! Which of them is due is known only after all other rules have run, so that [`crate::lint::check`] does not raise
//! them: whoever matches comments with findings does, with these.

pub use super::rules::suppression::blanket_suppression::finding as blanket;
pub use super::rules::suppression::expired_suppression::finding as expired;
pub use super::rules::suppression::suppression_without_reason::finding as without_reason;
pub use super::rules::suppression::unknown_code::{code as unknown_code, form as unknown_form};
pub use super::rules::suppression::unused_suppression::finding as unused;
