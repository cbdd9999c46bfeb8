//! Expressions of the meaning in KQL's notation: what stands behind a `let` or in a function is written out.

use crate::ir::{Expr, ExprKind, MemberKey, Source, SourceKind, Test, TestOp};
use crate::schema::Value;

use super::words;

/// An expression in KQL's notation, for reading rather than for running.
pub(crate) fn notation(expr: &Expr) -> String {
    if let Some(rows) = expr.scalar_query() {
        return format!("toscalar({} | …)", source(&rows.source));
    }
    match &expr.kind {
        ExprKind::Field(field) => field.name.clone(),
        ExprKind::Value(value) => words::quoted_value(value),
        ExprKind::And(operands) => joined(operands, " and "),
        ExprKind::Or(operands) => joined(operands, " or "),
        ExprKind::Not(inner) => format!("not({})", notation(inner)),
        ExprKind::Test(test) => of_test(test),
        ExprKind::Case { branches, otherwise } => {
            let arguments = branches.iter().flat_map(|(when, then)| [when, then]).chain([otherwise.as_ref()]);
            format!("case({})", listed(arguments))
        }
        ExprKind::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("typeof", [Expr { kind: ExprKind::Value(Value::String(ty)), .. }]) => format!("typeof({ty})"),
            _ => format!("{name}({})", listed(arguments)),
        },
        ExprKind::Arithmetic { op, left, right } => format!("{} {} {}", part(left), op.as_str(), part(right)),
        ExprKind::Negate(inner) => format!("-{}", part(inner)),
        ExprKind::Member { base, key } => match key {
            MemberKey::Property(name) if is_plain(name) => format!("{}.{name}", notation(base)),
            MemberKey::Property(name) => format!("{}[\"{name}\"]", notation(base)),
            MemberKey::Index(index) => format!("{}[{index}]", notation(base)),
            MemberKey::Computed(key) => format!("{}[{}]", notation(base), notation(key)),
        },
        ExprKind::Star => "*".to_owned(),
        ExprKind::Subquery(pipeline) => format!("({} | …)", source(&pipeline.source)),
        ExprKind::Opaque(reason) => format!("⟨{reason}⟩"),
    }
}

/// A source by its name alone.
fn source(source: &Source) -> String {
    match &source.kind {
        SourceKind::Pipeline { name: Some(name), .. } => name.clone(),
        _ => words::source(source).replace('`', ""),
    }
}

fn of_test(test: &Test) -> String {
    let (subject, op) = (part(&test.subject), test.op.as_str());
    match (test.op, test.operands.as_slice()) {
        (TestOp::IsEmpty | TestOp::IsNull | TestOp::Ipv4IsPrivate, _) => format!("{op}({})", notation(&test.subject)),
        (TestOp::Ipv4InRange | TestOp::Ipv6InRange, ranges) => {
            format!("{op}({}, {})", notation(&test.subject), listed(ranges))
        }
        (TestOp::Between, [low, high]) => format!("{subject} between ({} .. {})", notation(low), notation(high)),
        (TestOp::HasAny | TestOp::HasAll | TestOp::In | TestOp::InCi, list) => {
            format!("{subject} {op} ({})", listed(list))
        }
        (_, operands) => format!("{subject} {op} {}", listed(operands)),
    }
}

fn listed<'e>(expressions: impl IntoIterator<Item = &'e Expr>) -> String {
    expressions.into_iter().map(notation).collect::<Vec<_>>().join(", ")
}

/// Parts of `and` and `or`. A test binds closer than they do.
fn joined(operands: &[Expr], word: &str) -> String {
    let part = |expr: &Expr| if matches!(expr.kind, ExprKind::Test(_)) { notation(expr) } else { part(expr) };
    operands.iter().map(part).collect::<Vec<_>>().join(word)
}

/// An operand: in parentheses if it has operators itself.
fn part(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Test(_) | ExprKind::Arithmetic { .. } => {
            format!("({})", notation(expr))
        }
        ExprKind::Field(_)
        | ExprKind::Value(_)
        | ExprKind::Not(_)
        | ExprKind::Case { .. }
        | ExprKind::Call { .. }
        | ExprKind::Negate(_)
        | ExprKind::Member { .. }
        | ExprKind::Star
        | ExprKind::Subquery(_)
        | ExprKind::Opaque(_) => notation(expr),
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
