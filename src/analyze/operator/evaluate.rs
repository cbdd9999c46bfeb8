//! `evaluate` and `invoke`: the result depends on what is called.

use std::sync::Arc;

use super::super::lets::declared_columns;
use super::super::projection::Projection;
use super::super::scope::Definition;
use super::super::{Analyzer, Binding, Context, Outcome, UnresolvedKind, World};
use super::closed;
use crate::schema::{Column, Columns, FunctionKind, Origin, ScalarType};
use crate::syntax::{EvaluateSchema, Expr, ExprKind, Name, NamedExpr, TypeofPart};

/// Plugins whose first argument is a table to look values up in: its columns are added.
const LOOKUPS: [&str; 4] = ["geo_line_lookup", "geo_polygon_lookup", "ipv4_lookup", "ipv6_lookup"];

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn evaluate(
        &mut self,
        call: &'a Expr<'q>,
        schema: Option<&'a EvaluateSchema<'q>>,
        input: &Arc<Columns>,
    ) -> Columns {
        let ExprKind::Call { name, arguments } = &call.kind else { return Columns::open() };
        let is_known = self.schema.function_of_kind(&name.text, FunctionKind::Plugin).is_some();
        let was_aggregating = std::mem::replace(&mut self.is_aggregating, true);
        let columns = self.plugin(&name.text, arguments, input);
        self.is_aggregating = was_aggregating;
        if is_known {
            self.bind_plugin(call, Binding::BuiltIn(name.text.clone().into_owned()));
        }
        let Some(schema) = schema else { return columns };
        let mut promised = declared_columns(&schema.columns, "evaluate");
        if schema.keeps_input {
            // What `bag_unpack` takes apart is gone.
            let is_kept = |column: &&Column| name.text != "bag_unpack" || columns.find(&column.name).is_some();
            let mut kept: Vec<Column> = input.columns.iter().filter(is_kept).cloned().collect();
            kept.retain(|column| !promised.iter().any(|other| other.name == column.name));
            kept.append(&mut promised);
            return Columns { columns: kept, is_open: input.is_open };
        }
        closed(promised)
    }

    fn plugin(&mut self, name: &str, arguments: &'a [NamedExpr<'q>], input: &Arc<Columns>) -> Columns {
        let row = Context::value(input);
        if LOOKUPS.contains(&name)
            && let Some((table, others)) = arguments.split_first()
        {
            let added = match self.source(&table.value, true) {
                Outcome::Rows(columns) => columns,
                Outcome::Value(_) | Outcome::Unknown => Arc::new(self.unfollowed()),
            };
            let mut keys = Vec::new();
            for (index, argument) in others.iter().enumerate().filter(|(_, argument)| argument.names.is_empty()) {
                self.expression(&argument.value, Context { right: Some(&added), ..row });
                // Behind the value and the network stand further keys, which both sides have.
                if let (ExprKind::Name(name), true) = (&argument.value.kind, index > 1) {
                    keys.push(name.text.clone());
                }
            }
            let mut columns = Columns::clone(input);
            let is_key = |column: &&Column| keys.iter().any(|key| *key == column.name);
            columns.columns.extend(added.columns.iter().filter(|column| !is_key(column)).cloned());
            super::super::projection::make_names_unique(&mut columns.columns);
            columns.is_open |= added.is_open;
            return columns;
        }
        for argument in arguments {
            // Properties such as `ignore_first_lines` are no columns.
            if argument.names.is_empty() {
                self.expression(&argument.value, row);
            }
        }
        match name {
            "bag_unpack" => {
                let unpacked = arguments.first().and_then(|argument| self.plain_column(&argument.value, input));
                let unpacked = unpacked.map(|column| column.name.clone());
                let is_kept = |column: &&Column| Some(&column.name) != unpacked.as_ref();
                Columns { columns: input.columns.iter().filter(is_kept).cloned().collect(), is_open: true }
            }
            "narrow" => closed(plugin_columns(&[
                ("Row", ScalarType::Long),
                ("Column", ScalarType::String),
                ("Value", ScalarType::String),
            ])),
            "autocluster" | "basket" => {
                let mut columns = plugin_columns(&[
                    ("SegmentId", ScalarType::Long),
                    ("Count", ScalarType::Long),
                    ("Percent", ScalarType::Real),
                ]);
                columns.extend(input.columns.iter().cloned());
                Columns { columns, is_open: input.is_open }
            }
            "python" | "r" => typeof_columns(arguments, input).unwrap_or_else(Columns::open),
            "identity" | "identity_v3" | "rows_near" => Columns::clone(input),
            _ => self.activity_columns(name, arguments, input),
        }
    }

    /// Plugins that count over time give the time column, the dimensions, and their own columns.
    fn activity_columns(&self, name: &str, arguments: &'a [NamedExpr<'q>], input: &Columns) -> Columns {
        let own: Vec<Column> = match self.schema.function_of_kind(name, FunctionKind::Plugin) {
            Some(function) => function
                .columns()
                .map(|column| Column {
                    name: column.name.to_owned(),
                    ty: column.ty,
                    origin: Origin::Made("evaluate".to_owned()),
                })
                .collect(),
            None => return Columns::open(),
        };
        if own.is_empty() || input.is_open {
            return Columns::open();
        }
        let read = arguments.iter().skip(1).filter_map(|argument| self.plain_column(&argument.value, input));
        let mut columns: Vec<Column> = read.cloned().collect();
        if name == "new_activity_metrics" && !columns.is_empty() {
            // Each row compares two cohorts.
            let start = columns.remove(0);
            for prefix in ["to", "from"] {
                columns.insert(0, Column { name: format!("{prefix}_{}", start.name), ..start.clone() });
            }
        }
        columns.extend(own);
        closed(columns)
    }

    pub(super) fn invoke(&mut self, call: &'a Expr<'q>, input: &Arc<Columns>) -> Columns {
        let ExprKind::Call { name, arguments } = &call.kind else { return Columns::open() };
        let row = Context::value(input);
        let declared = match self.scope.find(&name.text) {
            Some(Definition::Function { span, .. }) => Some(*span),
            Some(_) => return Columns::open(),
            None => None,
        };
        let Some(span) = declared else {
            let nothing = Columns::default();
            // Kusto's binder looks at the arguments of an unknown function without the row.
            let is_known = self.table_function(&name.text).is_some() || self.world == World::Open;
            let row = if is_known { row } else { Context::value(&nothing) };
            for argument in arguments {
                self.expression(&argument.value, row);
            }
            return self.invoke_of_schema(name, input);
        };
        self.bind_plugin(call, Binding::LetFunction(span));
        match self.call_declared(&name.text, Some(input), arguments, row) {
            Outcome::Rows(columns) => Columns::clone(&columns),
            Outcome::Value(_) | Outcome::Unknown => Columns::open(),
        }
    }

    fn invoke_of_schema(&mut self, name: &'a Name<'q>, input: &Columns) -> Columns {
        let Some(function) = self.table_function(&name.text) else {
            self.unresolved(UnresolvedKind::Function, name);
            return self.unfollowed();
        };
        self.use_table(name, true, true);
        Columns::clone(&self.columns_of_function(function, Some(input)))
    }

    fn bind_plugin(&mut self, call: &Expr<'q>, binding: Binding) {
        if self.is_recording()
            && let Some(place) = self.facts.expressions.get_mut(call.id.index())
        {
            place.binding = Some(binding);
        }
    }
}

/// The columns that a `typeof(*, a:string)` argument promises. Declared columns win over those of the input.
fn typeof_columns(arguments: &[NamedExpr<'_>], input: &Columns) -> Option<Columns> {
    let parts = arguments.iter().find_map(|argument| match &argument.value.kind {
        ExprKind::Typeof(parts) => Some(parts),
        _ => None,
    })?;
    let mut projection = Projection::default();
    let mut is_open = false;
    for part in parts {
        match part {
            TypeofPart::Star(_) => {
                for column in &input.columns {
                    projection.replace(column.clone());
                }
                is_open = input.is_open;
            }
            TypeofPart::Column(column) => {
                for column in declared_columns(std::slice::from_ref(column), "evaluate") {
                    projection.replace(column);
                }
            }
            TypeofPart::Type(_) => is_open = true,
        }
    }
    Some(projection.finish(is_open))
}

fn plugin_columns(columns: &[(&str, ScalarType)]) -> Vec<Column> {
    let column = |(name, ty): &(&str, ScalarType)| Column {
        name: (*name).to_owned(),
        ty: *ty,
        origin: Origin::Made("evaluate".to_owned()),
    };
    columns.iter().map(column).collect()
}
