//! Keys of groups and joins: their fields, and the events that have them.

use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::rows::Rows;
use super::super::subject::subject;
use super::Base;
use super::group::Tail;
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::mapping::Assumption;
use crate::schema::ScalarType;

/// The value without functions that only change its letter case: the values of a key are compared as they are.
pub(super) fn plain(key: &Expr) -> &Expr {
    match &key.kind {
        ExprKind::Call { name, arguments } if matches!(name.as_str(), "tolower" | "toupper") => {
            arguments.first().map_or(key, plain)
        }
        _ => key,
    }
}

/// What `plain` makes of the key.
pub(super) fn case_loss(key: &Expr) -> Option<Loss> {
    (plain(key) != key).then(|| {
        Loss::new(LossClass::Assumption, Reason::CaseLost, key.span, super::super::kql::print::expression(key))
            .says("the values of a key are compared as they are written")
            .assuming(Assumption::Case)
    })
}

/// The one field of a column.
pub(super) fn field(rows: &Rows<'_>, expr: &Expr) -> Option<String> {
    let (resolution, _) = rows.columns.resolve(&subject(expr)?)?;
    match resolution.target.names.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// The loss of a key that is one element of an array: the event is in the group of each of them.
pub(super) fn any_element_loss(rows: &Rows<'_>, key: &Expr) -> Option<Loss> {
    let found = subject(key)?;
    let (_, is_any) = rows.columns.resolve(&found)?;
    is_any.then(|| {
        Loss::new(LossClass::Over, Reason::AnyElement, key.span, found.name)
            .says("the key is any element of the array, not that one")
    })
}

/// The rule about events; if it has no condition of its own, the events that have one of the keys.
pub(super) fn with_key<'a>(
    keys: &[Expr],
    tail: &Tail<'_>,
    base: impl Fn(Vec<Expr>, Vec<Loss>) -> Result<Base<'a>, Vec<Refusal>>,
) -> Result<Base<'a>, Vec<Refusal>> {
    let refusals = match base(tail.filters.clone(), tail.losses.clone()) {
        Ok(base) => return Ok(base),
        Err(refusals) => refusals,
    };
    for key in keys {
        let mut filters = tail.filters.clone();
        filters.push(is_present(key));
        let mut losses = tail.losses.clone();
        losses.push(
            Loss::new(
                LossClass::Assumption,
                Reason::NullSemantics,
                key.span,
                super::super::kql::print::expression(key),
            )
            .says("the rule has no condition but its key, which is tested to be there")
            .assuming(Assumption::Present),
        );
        if let Ok(base) = base(filters, losses) {
            return Ok(base);
        }
    }
    Err(refusals)
}

/// Whether the event has the key.
fn is_present(key: &Expr) -> Expr {
    // A text is never null in KQL, so that the test of one would be constant.
    let subject = Expr { ty: ScalarType::Unknown, ..key.clone() };
    let missing = Test { subject, op: TestOp::IsNull, operands: Vec::new(), op_span: key.span };
    let boolean = |kind| Expr { kind, ty: ScalarType::Bool, span: key.span };
    boolean(ExprKind::Not(Box::new(boolean(ExprKind::Test(Box::new(missing))))))
}
