//! Functions that look at other rows, as `streamstats` over rows in an order.

use super::super::flatten::map_children;
use super::super::window::is_window;
use super::compile::column;
use super::quoted_name;
use super::tail::Search;
use crate::ir::{Assignment, Expr, ExprKind};
use crate::schema::{ScalarType, Value};

/// The assignments with fields in place of what they ask of other rows.
pub(super) fn without_windows(search: &mut Search<'_, '_>, list: &[Assignment]) -> Vec<Assignment> {
    list.iter()
        .map(|assignment| Assignment { value: without_window(search, &assignment.value), ..assignment.clone() })
        .collect()
}

/// The value with fields in place of what it asks of other rows; a call stays where the target cannot make it.
pub(super) fn without_window(search: &mut Search<'_, '_>, expr: &Expr) -> Expr {
    if let ExprKind::Call { name, arguments } = &expr.kind
        && is_window(name)
        && let Some(field) = made(search, name, arguments)
    {
        return Expr { ty: expr.ty, span: expr.span, ..column(&field) };
    }
    map_children(expr, &mut |child| without_window(search, child))
}

/// Makes a field of what a function asks of other rows, if these have an order and each stands for one event.
fn made(search: &mut Search<'_, '_>, name: &str, arguments: &[Expr]) -> Option<String> {
    if !search.is_sorted || search.is_weighted {
        return None;
    }
    let field = format!("kql_row{}", search.next_number());
    let is_number =
        |expr: &Expr, number: i64| matches!(expr.kind, ExprKind::Value(Value::Integer(own)) if own == number);
    let commands = match (name, arguments) {
        ("prev" | "next", [value, rest @ ..]) if rest.first().is_none_or(|offset| is_number(offset, 1)) => {
            if search.is_list(value) {
                return None;
            }
            let text = search.value(value)?;
            let (own, made) = match &value.kind {
                ExprKind::Field(own) => (own.name.clone(), None),
                // Rows have to hold what the next one asks for.
                _ => (format!("{field}_own"), Some(format!("eval {field}_own={text}"))),
            };
            let mut window = format!("streamstats current=f window=1 last({}) as {field}", quoted_name(&own));
            let mut default = None;
            if let Some(value) = rest.get(1) {
                window.extend([", count as ", &field, "_rows"]);
                default = Some(format!("eval {field}=if({field}_rows=0, {}, {field})", search.value(value)?));
            } else if value.ty == ScalarType::String {
                // No text is null.
                default = Some(format!("eval {field}=coalesce({field}, \"\")"));
            }
            let reversed = (name == "next").then(|| "reverse".to_owned());
            made.into_iter().chain(reversed.clone()).chain([window]).chain(reversed).chain(default).collect()
        }
        ("row_number", []) => vec![format!("streamstats count as {field}")],
        ("row_number", [start]) => {
            let start = search.value(start)?;
            vec![format!("streamstats count as {field}"), format!("eval {field}={field} + {start} - 1")]
        }
        ("row_cumsum", [value]) => {
            let value = search.value(value)?;
            vec![format!("eval {field}_own={value}"), format!("streamstats sum({field}_own) as {field}")]
        }
        _ => return None,
    };
    for command in commands {
        // Twice the other way round is the first order.
        if command == "reverse" && search.commands.last().is_some_and(|last| last == "reverse") {
            search.commands.pop();
        } else {
            search.commands.push(command);
        }
    }
    search.names.insert(field.clone());
    Some(field)
}
