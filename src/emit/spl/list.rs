//! Sets and lists, which are fields with several values behind `stats`.

use super::super::flatten::map_children;
use super::compile::column;
use super::tail::Search;
use super::{part, quote};
use crate::ir::{Expr, ExprKind, MemberKey};

impl Search<'_, '_> {
    /// Whether a value is a field with several values.
    pub(super) fn is_list(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Field(field) => self.lists.contains(&field.name),
            ExprKind::Call { name, arguments } => match name.as_str() {
                "split" | "set_difference" | "set_intersect" => true,
                "coalesce" | "array_sort_asc" => arguments.first().is_some_and(|argument| self.is_list(argument)),
                _ => false,
            },
            _ => false,
        }
    }

    /// An element of a field with several values, or what a call says of such fields.
    pub(super) fn of_lists(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            // Both sides count negative positions from the end.
            ExprKind::Member { base, key: MemberKey::Index(index) } if self.is_list(base) => {
                Some(format!("mvindex({}, {index})", self.value(base)?))
            }
            ExprKind::Call { name, arguments } => self.call(name, arguments),
            _ => None,
        }
    }

    /// The predicate with fields in place of what only expressions say of fields with several values.
    pub(super) fn without_lists(&mut self, expr: &Expr) -> Expr {
        if let ExprKind::Call { .. } | ExprKind::Member { .. } = &expr.kind
            && let Some(text) = self.of_lists(expr)
        {
            let field = format!("kql_value{}", self.next_number());
            let is_test = matches!(&expr.kind, ExprKind::Call { name, .. } if name == "set_has_element");
            let text = if is_test { format!("if({text}, \"true\", \"false\")") } else { text };
            self.commands.push(format!("eval {field}={text}"));
            self.names.insert(field.clone());
            return Expr { ty: expr.ty, span: expr.span, ..column(&field) };
        }
        map_children(expr, &mut |child| self.without_lists(child))
    }

    fn call(&self, name: &str, arguments: &[Expr]) -> Option<String> {
        let list = |expr: &Expr| {
            let is_field = matches!(expr.kind, ExprKind::Field(_));
            (is_field && self.is_list(expr)).then(|| self.value(expr)).flatten()
        };
        Some(match (name, arguments) {
            ("set_difference", [from, gone]) => kept(&list(from)?, &list(gone)?, "isnull"),
            ("set_intersect", [one, other]) => kept(&list(one)?, &list(other)?, "isnotnull"),
            ("set_has_element", [set, element]) => format!("isnotnull({})", found(&list(set)?, &self.value(element)?)),
            ("tostring", [array]) if self.is_list(array) => part::json_of(&self.value(array)?),
            ("array_sort_asc", [array]) => format!("mvsort({})", list(array)?),
            _ => return None,
        })
    }
}

/// Those values of a field for which the other one has, or lacks, the same.
fn kept(values: &str, others: &str, test: &str) -> String {
    format!("mvmap({values}, if({test}({}), {values}, null()))", found(others, values))
}

/// The position of a value among those of a field.
fn found(values: &str, value: &str) -> String {
    format!("mvfind({values}, {} . {value} . {})", quote("^\\Q"), quote("\\E$"))
}
