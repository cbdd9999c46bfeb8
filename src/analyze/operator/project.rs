//! Operators that list, add, drop, rename and reorder columns.

use std::sync::Arc;

use super::super::projection::Projection;
use super::super::{Analyzer, Context, World};
use super::{closed, matches_wildcard};
use crate::schema::{Column, Columns, Origin, ScalarType};
use crate::syntax::{Expr, ExprKind, Literal, NamedExpr, SortDirection, SortKey};

/// How the columns of a list are put into the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `project`, `distinct`, the keys of `summarize`.
    List,
    /// `extend`: a column of the same name is replaced.
    Extend,
    /// The aggregates of `summarize`.
    Aggregate,
}

/// The value of an element of a list.
pub(super) struct Produced {
    /// Its type.
    pub(super) ty: ScalarType,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// The column that it is, unchanged.
    pub(super) plain: Option<Column>,
    /// The columns that it gives, if it is a call that gives several.
    pub(super) several: Option<Vec<Column>>,
    /// The name of a column with it.
    pub(super) name: Option<String>,
}

impl Produced {
    fn column(&self, name: &str) -> Column {
        Column { name: name.to_owned(), ty: self.ty, origin: self.origin.clone() }
    }
}

impl<'a, 'q> Analyzer<'a, 'q> {
    /// Analyses the value of an element of a list.
    pub(super) fn produce(&mut self, expr: &'a Expr<'q>, context: Context<'_>) -> Produced {
        let outer = std::mem::take(&mut self.reads);
        let ty = self.expression(expr, context);
        let inputs = std::mem::replace(&mut self.reads, outer);
        let plain = self.plain_column(expr, context.columns).cloned();
        let origin = match &plain {
            Some(column) => column.origin.clone(),
            None if self.constant_of(expr).is_some() => Origin::Made("constant".to_owned()),
            None => Origin::Computed { span: expr.span, inputs },
        };
        let several = self.columns_of_call(expr, context.columns).map(|mut columns| {
            for column in columns.iter_mut().filter(|column| column.origin == Origin::Unknown) {
                column.origin = origin.clone();
            }
            columns
        });
        Produced { ty, origin, plain, several, name: self.result_name(expr, context.columns) }
    }

    /// Puts the column or columns of an element of a list into the result. Star columns whose names are in `keys` are
    /// left out.
    pub(super) fn project_item(
        &mut self,
        item: &'a NamedExpr<'q>,
        context: Context<'_>,
        style: Style,
        keys: &[String],
        projection: &mut Projection,
    ) {
        if matches!(item.value.kind, ExprKind::Star) {
            for column in context.columns.columns.iter().filter(|column| !keys.contains(&column.name)) {
                projection.replace(column.clone());
            }
            return;
        }
        let produced = self.produce(&item.value, context);
        if let Some(several) = &produced.several {
            let several = without_keys(&item.value, several, keys);
            declare_several(item, several, projection);
        } else if let [name, ..] = item.names.as_slice() {
            let may_replace = produced.plain.is_some() || style == Style::Extend;
            projection.declare(produced.column(&name.text), may_replace);
        } else if let Some(column) = produced.plain {
            projection.declare(column, style == Style::Extend);
        } else {
            match &produced.name {
                Some(name) if style == Style::Extend => projection.replace(produced.column(name)),
                Some(name) => projection.add(produced.column(name), None),
                None => projection.add_unnamed(produced.column(""), self.next_unnamed()),
            }
        }
    }

    pub(super) fn project(&mut self, items: &'a [NamedExpr<'q>], input: &Arc<Columns>) -> Columns {
        let mut projection = Projection::default();
        for item in items {
            self.project_item(item, Context::value(input), Style::List, &[], &mut projection);
        }
        projection.finish(false)
    }

    pub(super) fn distinct(&mut self, items: &'a [NamedExpr<'q>], input: &Arc<Columns>) -> Columns {
        let has_star = items.iter().any(|item| matches!(item.value.kind, ExprKind::Star));
        let columns = self.project(items, input);
        Columns { is_open: has_star && input.is_open, ..columns }
    }

    pub(super) fn extend(&mut self, items: &'a [NamedExpr<'q>], input: &Arc<Columns>) -> Columns {
        let mut projection = Projection::of(input);
        for item in items {
            self.project_item(item, Context::value(input), Style::Extend, &[], &mut projection);
        }
        projection.finish(input.is_open)
    }

    pub(super) fn print(&mut self, items: &'a [NamedExpr<'q>]) -> Columns {
        let row = Columns::default();
        let mut projection = Projection::default();
        for (index, item) in items.iter().enumerate() {
            let mut produced = self.produce(&item.value, Context::value(&row));
            if let Some(several) = produced.several.take() {
                if several.len() > 1 && item.names.len() != 1 {
                    declare_several(item, several, &mut projection);
                    continue;
                }
                produced.ty = several.first().map_or(produced.ty, |first| first.ty);
            }
            match item.names.first() {
                Some(name) => projection.declare(produced.column(&name.text), false),
                None => projection.add(produced.column(&format!("print_{index}")), None),
            }
        }
        projection.finish(false)
    }

    pub(super) fn project_away(&mut self, names: &'a [Expr<'q>], input: &Arc<Columns>) -> Columns {
        self.select(names, input, false)
    }

    pub(super) fn project_keep(&mut self, names: &'a [Expr<'q>], input: &Arc<Columns>) -> Columns {
        self.select(names, input, true)
    }

    fn select(&mut self, names: &'a [Expr<'q>], input: &Arc<Columns>, keeps: bool) -> Columns {
        for name in names {
            self.expect_column(name, input);
        }
        let is_named = |column: &&Column| names.iter().any(|name| is_name_of(name, &column.name)) == keeps;
        let columns = input.columns.iter().filter(is_named).cloned().collect();
        // A wildcard may keep columns that are not known.
        let has_wildcard = names.iter().any(|name| !matches!(name.kind, ExprKind::Name(_)));
        let mut columns = Columns { columns, is_open: input.is_open && (!keeps || has_wildcard) };
        if keeps && input.is_open {
            add_unknown(names, &mut columns);
        }
        columns
    }

    pub(super) fn project_by_names(&mut self, names: &'a [Expr<'q>], input: &Arc<Columns>) -> Columns {
        let mut columns = Vec::new();
        let mut is_open = false;
        for name in names {
            self.expression(name, Context::value(input));
            let ExprKind::Literal(Literal::String(text)) = &name.kind else {
                is_open = true;
                continue;
            };
            columns.extend(input.columns.iter().filter(|column| matches_wildcard(&text.value, &column.name)).cloned());
        }
        Columns { columns, is_open: is_open || input.is_open }
    }

    pub(super) fn project_rename(&mut self, items: &'a [NamedExpr<'q>], input: &Arc<Columns>) -> Columns {
        let mut projection = Projection::of(input);
        for item in items {
            self.expression(&item.value, Context::value(input));
            let Some(new) = item.name() else { continue };
            match self.plain_column(&item.value, input) {
                Some(column) => projection.rename(&column.name.clone(), &new.text),
                None if input.is_open => projection.declare(unknown(&new.text), true),
                None => {}
            }
        }
        projection.finish(input.is_open)
    }

    pub(super) fn project_reorder(&mut self, keys: &'a [SortKey<'q>], input: &Arc<Columns>) -> Columns {
        let mut columns: Vec<Column> = Vec::new();
        for key in keys {
            let name = &key.expr.value;
            self.expect_column(name, input);
            if let (World::Closed, ExprKind::Name(missing)) = (self.world, &name.kind)
                && input.find(&missing.text).is_none()
            {
                columns.push(unknown(&missing.text));
            }
            let is_new = |column: &&Column| {
                is_name_of(name, &column.name) && !columns.iter().any(|known| known.name == column.name)
            };
            let mut matching: Vec<Column> = input.columns.iter().filter(is_new).cloned().collect();
            match key.direction {
                Some(SortDirection::Ascending | SortDirection::NaturalAscending) => {
                    matching.sort_by(|a, b| a.name.cmp(&b.name));
                }
                Some(SortDirection::Descending | SortDirection::NaturalDescending) => {
                    matching.sort_by(|a, b| b.name.cmp(&a.name));
                }
                None => {}
            }
            columns.extend(matching);
        }
        let is_left = |column: &&Column| !columns.iter().any(|known| known.name == column.name);
        let rest: Vec<Column> = input.columns.iter().filter(is_left).cloned().collect();
        columns.extend(rest);
        Columns { is_open: input.is_open, ..closed(columns) }
    }
}

/// `arg_max(x, *) by k` gives `k` once.
fn without_keys(expr: &Expr<'_>, columns: &[Column], keys: &[String]) -> Vec<Column> {
    let has_star = match &expr.kind {
        ExprKind::Call { arguments, .. } => {
            arguments.iter().any(|argument| matches!(argument.value.kind, ExprKind::Star))
        }
        _ => false,
    };
    // The old aggregates put the name of the first column in front of the others.
    let item_prefix = match &expr.kind {
        ExprKind::Call { name, .. } if name.text == "any" => Some("any_".to_owned()),
        ExprKind::Call { name, .. } if matches!(&*name.text, "argmax" | "argmin") => {
            columns.first().map(|first| format!("{}_", first.name))
        }
        _ => None,
    };
    let is_kept = |(index, column): &(usize, &Column)| {
        let is_extreme = *index == 0 && !matches!(&expr.kind, ExprKind::Call { name, .. } if name.text.contains("any"));
        let is_key = |key: &String| match &item_prefix {
            Some(prefix) => column.name.strip_prefix(prefix.as_str()) == Some(key),
            None => column.name == *key,
        };
        !has_star || is_extreme || !keys.iter().any(is_key)
    };
    columns.iter().enumerate().filter(is_kept).map(|(_, column)| column.clone()).collect()
}

/// Names in front of a call that gives several columns go to its columns in order.
fn declare_several(item: &NamedExpr<'_>, columns: Vec<Column>, projection: &mut Projection) {
    for (index, column) in columns.into_iter().enumerate() {
        match item.names.get(index) {
            Some(name) => {
                projection.declare(Column { name: name.text.clone().into_owned(), ..column }, true);
            }
            None => projection.add(column, None),
        }
    }
}

fn is_name_of(expr: &Expr<'_>, column: &str) -> bool {
    match &expr.kind {
        ExprKind::Name(name) => name.text == column,
        ExprKind::Wildcard(pattern) => matches_wildcard(pattern, column),
        ExprKind::Star => true,
        _ => false,
    }
}

fn add_unknown(names: &[Expr<'_>], columns: &mut Columns) {
    for name in names {
        if let ExprKind::Name(name) = &name.kind
            && columns.find(&name.text).is_none()
        {
            columns.columns.push(unknown(&name.text));
        }
    }
}

fn unknown(name: &str) -> Column {
    Column { name: name.to_owned(), ty: ScalarType::Unknown, origin: Origin::Unknown }
}
