//! `search` and `find`.

use std::sync::Arc;

use super::super::{Analyzer, Context};
use super::union::{is_in_all, unify_by_name, unify_by_name_and_type};
use super::{made, word};
use crate::schema::{Column, Columns, Origin, ScalarType};
use crate::syntax::{Expr, ExprKind, FindProject, Operator, Pipeline};

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn search(
        &mut self,
        operator: &'a Operator<'q>,
        tables: &'a [Expr<'q>],
        predicate: &'a Expr<'q>,
        input: &Arc<Columns>,
        pipeline: Option<&'a Pipeline<'q>>,
    ) -> Columns {
        let mut columns = match (tables, pipeline) {
            ([], Some(_)) => Columns::clone(input),
            ([], None) => self.columns_of_any_table(),
            (tables, _) => unify_by_name_and_type(&self.tables(tables), self.world),
        };
        self.expression(predicate, Context::filter(&columns));
        columns.columns.insert(0, made("$table", ScalarType::String, operator));
        columns
    }

    pub(super) fn find(
        &mut self,
        operator: &'a Operator<'q>,
        tables: &'a [Expr<'q>],
        predicate: &'a Expr<'q>,
        project: &'a FindProject<'q>,
    ) -> Columns {
        let tables = match tables {
            [] => vec![Arc::new(self.columns_of_any_table())],
            tables => self.tables(tables),
        };
        let row = unify_by_name(&tables);
        self.expression(predicate, Context::filter(&row));
        let source = operator.parameter("withsource").or_else(|| operator.parameter("with_source"));
        let source = source.and_then(|parameter| word(&parameter.value)).unwrap_or("source_");
        let mut columns = match project {
            FindProject::Default | FindProject::Smart => found_columns(&tables, predicate, &row),
            FindProject::Columns(listed) => {
                let mut columns = Vec::new();
                for item in listed {
                    if let ExprKind::Call { name, .. } = &item.expr.kind {
                        columns.push(made(&format!("{}_", name.text), ScalarType::Dynamic, operator));
                        continue;
                    }
                    let produced = self.produce(&item.expr, Context::value(&row));
                    let given = item.ty.and_then(|ty| ScalarType::parse(ty.text));
                    let mut column = made(&produced.name.unwrap_or_default(), given.unwrap_or(produced.ty), operator);
                    column.origin = produced.origin;
                    columns.push(column);
                }
                Columns { columns, is_open: false }
            }
        };
        columns.columns.insert(0, made(source, ScalarType::String, operator));
        columns
    }

    fn tables(&mut self, tables: &'a [Expr<'q>]) -> Vec<Arc<Columns>> {
        let mut found = Vec::new();
        for table in tables {
            self.union_source(table, &mut found);
        }
        found
    }
}

/// `find` gives the columns that all searched tables have, and those that the condition reads. Tables without any of
/// the latter are not searched.
fn found_columns(tables: &[Arc<Columns>], predicate: &Expr<'_>, row: &Columns) -> Columns {
    let mut read = Vec::new();
    names_in(predicate, &mut read);
    read.retain(|name| row.find(name).is_some());
    let is_searched = |table: &&Arc<Columns>| read.is_empty() || read.iter().any(|name| table.find(name).is_some());
    let searched: Vec<Arc<Columns>> = tables.iter().filter(is_searched).map(Arc::clone).collect();
    let mut columns: Vec<Column> =
        row.columns.iter().filter(|column| is_in_all(&searched, &column.name)).cloned().collect();
    for name in read {
        if !columns.iter().any(|column| column.name == name) {
            columns.extend(row.find(name).cloned());
        }
    }
    let is_left_out = |column: &Column| !columns.iter().any(|kept| kept.name == column.name);
    if searched.iter().flat_map(|table| &table.columns).any(is_left_out) {
        // The others go into a bag.
        columns.push(Column {
            name: "pack_".to_owned(),
            ty: ScalarType::Dynamic,
            origin: Origin::Made("find".to_owned()),
        });
    }
    Columns { columns, is_open: row.is_open }
}

/// The names that a condition is made of, in order.
fn names_in<'e>(condition: &'e Expr<'_>, names: &mut Vec<&'e str>) {
    let mut pending = vec![condition];
    while let Some(expr) = pending.pop() {
        match &expr.kind {
            ExprKind::Name(name) => names.push(&name.text),
            ExprKind::Binary { left, right, .. } => pending.extend([&**right, left]),
            ExprKind::In { left, .. } | ExprKind::Between { left, .. } => pending.push(left),
            ExprKind::Parenthesized(inner) => pending.push(inner),
            ExprKind::Call { arguments, .. } => pending.extend(arguments.iter().rev().map(|argument| &argument.value)),
            ExprKind::Path { base, .. } | ExprKind::Element { base, .. } => pending.push(base),
            _ => {}
        }
    }
}
