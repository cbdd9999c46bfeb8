//! Connections whose direction the rule states. Defender calls the ends of a connection local and remote, the others
//! source and destination: which is which depends on who began it.

use super::constant::all_scalars;
use super::rows::conjuncts_of;
use super::subject::subject;
use crate::ir::{Expr, ExprKind, TestOp};
use crate::mapping::{Dialect, Hub};

/// The section of the mapping for the columns of a rule with these conjuncts.
pub(super) fn section<'h>(
    hub: &'h Hub,
    log_source: &'h str,
    from: Dialect,
    to: &[Dialect],
    conjuncts: &[Expr],
) -> &'h str {
    if (from == Dialect::Xdr) == to.contains(&Dialect::Xdr) {
        return log_source;
    }
    turned(hub, log_source, from, conjuncts).unwrap_or(log_source)
}

/// The log source whose ends Defender names by where they are, the others by who began a connection, and the section for
/// it, if a rule with these predicates asks for connections that another end began.
pub(crate) fn turned_section<'h>(hub: &'h Hub, predicates: &[Expr]) -> Option<(&'h str, &'h str)> {
    let conjuncts: Vec<Expr> = predicates.iter().cloned().flat_map(conjuncts_of).collect();
    let dialects = [Dialect::Sigma, Dialect::Xdr, Dialect::Asim];
    let section = |id| dialects.iter().find_map(|from| Some((id, turned(hub, id, *from, &conjuncts)?)));
    hub.turned_log_sources().find_map(section)
}

fn turned<'h>(hub: &'h Hub, log_source: &str, from: Dialect, conjuncts: &[Expr]) -> Option<&'h str> {
    let asks =
        |column: &str, means: &dyn Fn(&str) -> bool| conjuncts.iter().any(|conjunct| states(conjunct, column, means));
    hub.turned(log_source, from, asks)
}

/// Whether every value that the conjunct asks for in the column means what is looked for.
fn states(conjunct: &Expr, column: &str, means: &dyn Fn(&str) -> bool) -> bool {
    let ExprKind::Test(test) = &conjunct.kind else { return false };
    let is_equality = matches!(test.op, TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi);
    if !is_equality || subject(&test.subject).is_none_or(|subject| !subject.name.eq_ignore_ascii_case(column)) {
        return false;
    }
    let values = all_scalars(&test.operands).unwrap_or_default();
    !values.is_empty() && values.iter().all(|value| means(&value.text()))
}
