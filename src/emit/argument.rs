//! The arguments of an ASIM function as the filters that they are.

use super::constant::{Scalar, scalars};
use super::flatten::Flat;
use super::loss::Refusal;
use super::reason::Reason;
use super::time::{Window, argument};
use crate::ir::{Expr, ExprKind, Field, SourceKind, Test, TestOp};
use crate::mapping::{Hub, Takes};
use crate::schema::{Origin, ScalarType};

/// The time range and the conjuncts that the arguments stand for; an argument that is no filter of one column is
/// refused.
pub(super) fn arguments(hub: &Hub, flat: &Flat<'_>) -> Result<(Window, Vec<Expr>), Vec<Refusal>> {
    let SourceKind::Function { name, arguments } = &flat.source.kind else { return Ok(Default::default()) };
    let (mut window, mut conjuncts, mut refusals) = (Window::default(), Vec::new(), Vec::new());
    for (parameter, value) in arguments {
        if let Some(part) = argument(parameter, value) {
            window = window.and(part);
        } else if let Some(conjunct) = filter(hub, name, parameter, value) {
            conjuncts.push(conjunct);
        } else {
            let message = format!("the argument `{parameter}` of `{name}` cannot be converted");
            let refusal = Refusal::new(value.span, Reason::FunctionArgument, parameter.clone(), message);
            refusals.push(refusal.suggest("write it as a filter behind the function"));
        }
    }
    if refusals.is_empty() { Ok((window, conjuncts)) } else { Err(refusals) }
}

/// The test of a column that an argument stands for.
fn filter(hub: &Hub, function: &str, parameter: &str, value: &Expr) -> Option<Expr> {
    let given = scalars(value).filter(|given| !given.is_empty())?;
    let of_kind = match parameter {
        "eventtype" => Some(("EventType", TestOp::Equal)),
        "eventtype_in" => Some(("EventType", TestOp::InCi)),
        _ => None,
    };
    let (column, op) = if let Some(kind) = of_kind {
        kind
    } else {
        let known = hub.parameters(function).iter().find(|known| known.parameter == parameter)?;
        let op = match known.takes {
            Takes::AnyTerm => TestOp::HasAny,
            Takes::EveryTerm => TestOp::HasAll,
            // A prefix that is a whole address is that address.
            Takes::Address if given.iter().all(is_whole_address) => TestOp::In,
            Takes::Address => return None,
            Takes::Number | Takes::Equal => TestOp::Equal,
        };
        (known.column.as_str(), op)
    };
    let ty = if matches!(given.as_slice(), [Scalar::Number(_)]) { ScalarType::Long } else { ScalarType::String };
    let field = Field { name: column.to_owned(), origin: Origin::Unknown, span: value.span };
    let subject = Expr { kind: ExprKind::Field(field), ty, span: value.span };
    let test = Test { subject, op, operands: vec![value.clone()], op_span: value.span };
    Some(Expr { kind: ExprKind::Test(Box::new(test)), ty: ScalarType::Bool, span: value.span })
}

fn is_whole_address(value: &Scalar) -> bool {
    matches!(value, Scalar::Text(text) if text.parse::<std::net::Ipv4Addr>().is_ok())
}
