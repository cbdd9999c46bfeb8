//! Pipelines and what they start with: tables, `let` names, functions, sub-queries.

use std::collections::HashSet;
use std::sync::Arc;

use super::lets::declared_columns;
use super::scope::{Definition, Outcome};
use super::{Analyzer, Binding, ConstantItem, Context, ExprFacts, TableUse, UnresolvedKind, World};
use crate::schema::{
    Column, ColumnDefinition, Columns, FunctionKind, FunctionResult, Origin, ScalarType, Table, TableFunction, Value,
};
use crate::syntax::{Expr, ExprKind, Head, Name, NamedExpr, Pipeline};

impl<'a, 'q> Analyzer<'a, 'q> {
    /// Analyses a pipeline. `input` is what flows into the body of an operator such as `mv-apply`.
    pub(super) fn pipeline(&mut self, pipeline: &'a Pipeline<'q>, input: Option<Arc<Columns>>) -> Outcome {
        self.descend(|analyzer| analyzer.pipeline_here(pipeline, input)).unwrap_or(Outcome::Unknown)
    }

    fn pipeline_here(&mut self, pipeline: &'a Pipeline<'q>, input: Option<Arc<Columns>>) -> Outcome {
        if let Head::Expr(expr) = &pipeline.head {
            self.graph = None;
            self.stored_graph(expr);
        }
        let start = match (&pipeline.head, input) {
            (Head::Expr(expr), _) => self.source(expr, !pipeline.operators.is_empty()),
            (Head::Operator(operator), Some(input)) => Outcome::Rows(self.operator(operator, input, None)),
            (Head::Operator(operator), None) => {
                let input = if operator.kind.is_source() { Columns::default() } else { self.unfollowed() };
                Outcome::Rows(self.operator(operator, Arc::new(input), None))
            }
        };
        if pipeline.operators.is_empty() && !matches!(start, Outcome::Rows(_)) {
            return start;
        }
        let mut columns = start.into_columns();
        if self.is_recording() {
            self.facts.sources.insert(pipeline.span, Arc::clone(&columns));
        }
        for operator in &pipeline.operators {
            columns = self.operator(operator, columns, Some(pipeline));
        }
        Outcome::Rows(columns)
    }

    /// What an expression gives where rows may stand; `is_rows` says that nothing else may.
    pub(super) fn source(&mut self, expr: &'a Expr<'q>, is_rows: bool) -> Outcome {
        self.descend(|analyzer| analyzer.source_here(expr, is_rows)).unwrap_or(Outcome::Unknown)
    }

    fn source_here(&mut self, expr: &'a Expr<'q>, is_rows: bool) -> Outcome {
        match &expr.kind {
            ExprKind::Name(name) => self.named_source(expr, name),
            ExprKind::Call { name, arguments } => self.called_source(expr, name, arguments, is_rows),
            ExprKind::Parenthesized(inner) => self.source(inner, is_rows),
            ExprKind::Pipeline(pipeline) | ExprKind::ToTable(pipeline) | ExprKind::Materialize(pipeline) => {
                self.pipeline(pipeline, None)
            }
            ExprKind::Datatable { columns, values } => {
                self.values(values);
                rows(declared_columns(columns, "datatable"))
            }
            ExprKind::ExternalData { columns, urls, properties } => {
                self.values(urls);
                for property in properties {
                    self.property(&property.value);
                }
                rows(declared_columns(columns, "externaldata"))
            }
            ExprKind::Path { .. } if self.is_cross_resource(expr) => self.cross_resource(expr),
            ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::EntityGroup(_)
            | ExprKind::Unknown
            | ExprKind::Invalid
            | ExprKind::ClientParameter(_) => Outcome::Unknown,
            ExprKind::Literal(_)
            | ExprKind::Dynamic(_)
            | ExprKind::Typeof(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::In { .. }
            | ExprKind::Between { .. }
            | ExprKind::Path { .. }
            | ExprKind::Element { .. }
            | ExprKind::Named(_)
            | ExprKind::ToScalar(_) => Outcome::Value(self.lone_value(expr)),
        }
    }

    /// A value outside of any row.
    fn lone_value(&mut self, expr: &'a Expr<'q>) -> ScalarType {
        self.expression(expr, Context::value(&Columns::default()))
    }

    fn values(&mut self, values: &'a [Expr<'q>]) {
        for value in values {
            self.lone_value(value);
        }
    }

    /// The value of a property: a bare word is not a name.
    pub(super) fn property(&mut self, value: &'a Expr<'q>) {
        if !matches!(value.kind, ExprKind::Name(_)) {
            self.lone_value(value);
        }
    }

    fn named_source(&mut self, expr: &'a Expr<'q>, name: &'a Name<'q>) -> Outcome {
        let (binding, outcome) = match self.scope.find(&name.text) {
            Some(Definition::Table { span, columns }) => {
                let (span, columns) = (*span, Arc::clone(columns));
                self.uses.push(span, name.span, self.is_excluding);
                self.graph = self.graphs.get(&span).cloned();
                (Binding::LetTable(span), Outcome::Rows(columns))
            }
            Some(Definition::TableParameter { span, columns }) => {
                (Binding::Parameter(*span), Outcome::Rows(Arc::clone(columns)))
            }
            Some(Definition::Function { span, result, .. }) => (Binding::LetFunction(*span), result.clone()),
            Some(Definition::Scalar { .. } | Definition::ScalarParameter { .. }) => {
                return Outcome::Value(self.lone_value(expr));
            }
            Some(Definition::Opaque | Definition::Tuple { .. }) => return Outcome::Unknown,
            None => match self.schema_source(name) {
                Some(found) => found,
                None => return self.unknown_source(name),
            },
        };
        self.bind(expr, outcome.scalar_type(), binding);
        outcome
    }

    fn bind(&mut self, expr: &'a Expr<'q>, ty: ScalarType, binding: Binding) {
        if self.is_recording()
            && let Some(place) = self.facts.expressions.get_mut(expr.id.index())
        {
            *place = ExprFacts { ty, binding: Some(binding), constant: None };
        }
    }

    fn schema_source(&mut self, name: &Name<'q>) -> Option<(Binding, Outcome)> {
        if let Some(columns) = self.columns_of_table(&name.text) {
            self.use_table(name, true, false);
            return Some((Binding::Table(name.text.clone().into_owned()), Outcome::Rows(columns)));
        }
        let function = self.table_function(&name.text)?;
        self.use_table(name, true, true);
        let columns = self.columns_of_function(function, None);
        Some((Binding::TableFunction(function.name.to_owned()), Outcome::Rows(columns)))
    }

    /// A function of the schema that gives rows, if this world has it.
    pub(super) fn table_function(&self, name: &str) -> Option<TableFunction<'a>> {
        let schema: &'a crate::schema::Schema = self.schema;
        let function = schema.table_function(name)?;
        let is_here = match (self.world, function.result) {
            (World::Open, _) | (World::Closed, FunctionResult::Asim(_) | FunctionResult::Closed) => true,
            (World::Closed, FunctionResult::Extends | FunctionResult::Open) => name == "_GetWatchlist",
        };
        is_here.then_some(function)
    }

    fn unknown_source(&mut self, name: &Name<'q>) -> Outcome {
        // A function without its arguments: another mistake, or `count` as a table.
        if self.built_in(&name.text).is_some() {
            return Outcome::Unknown;
        }
        // Kusto's binder takes such a name for a column, which gives no rows.
        let is_taken_for_column = self.world == World::Closed && self.is_row_open;
        self.use_table(name, false, false);
        self.unresolved(UnresolvedKind::Table, name);
        if is_taken_for_column { self.unfollowed_rows() } else { Outcome::Unknown }
    }

    pub(super) fn use_table(&mut self, name: &Name<'q>, is_known: bool, is_function: bool) {
        if self.is_recording() {
            let name_text = name.text.clone().into_owned();
            self.facts.tables.push(TableUse { name: name_text, span: name.span, is_known, is_function });
        }
    }

    fn called_source(
        &mut self,
        expr: &'a Expr<'q>,
        name: &'a Name<'q>,
        arguments: &'a [NamedExpr<'q>],
        is_rows: bool,
    ) -> Outcome {
        let row = Columns::default();
        let context = Context::value(&row);
        match self.scope.find(&name.text) {
            Some(Definition::Function { span, .. }) => {
                let binding = Binding::LetFunction(*span);
                let outcome = self.call_declared(&name.text, None, arguments, context);
                self.bind(expr, outcome.scalar_type(), binding);
                return outcome;
            }
            Some(_) => {
                self.arguments_of_source(arguments);
                return Outcome::Unknown;
            }
            None => {}
        }
        if let Some(function) = self.table_function(&name.text) {
            self.arguments_of_source(arguments);
            self.use_table(name, true, true);
            self.bind(expr, ScalarType::Unknown, Binding::TableFunction(function.name.to_owned()));
            return Outcome::Rows(match self.columns_of_own(name, arguments) {
                Some(columns) => columns,
                None => self.columns_of_function(function, None),
            });
        }
        if let Some(columns) = self.columns_of_own(name, arguments) {
            self.arguments_of_source(arguments);
            return Outcome::Rows(columns);
        }
        if name.text == "table" || self.schema.function_of_kind(&name.text, FunctionKind::Scope).is_some() {
            self.arguments_of_source(arguments);
            return self.table_by_text(name, arguments);
        }
        if self.built_in(&name.text).is_none() && is_rows {
            self.arguments_of_source(arguments);
            self.use_table(name, false, true);
            self.unresolved(UnresolvedKind::Function, name);
            return Outcome::Unknown;
        }
        Outcome::Value(self.lone_value(expr))
    }

    /// The columns of `_GetWatchlist("alias")` and `external_table("name")` where the user declares them.
    fn columns_of_own(&self, name: &Name<'q>, arguments: &'a [NamedExpr<'q>]) -> Option<Arc<Columns>> {
        let argument = self.constant_of(&arguments.first()?.value)?;
        let Value::String(text) = &argument.value else { return None };
        let mut columns: Vec<Column> = Vec::new();
        match &*name.text {
            "_GetWatchlist" => {
                columns.extend(self.schema.watchlist(text)?.map(|column| schema_column(&name.text, column)));
                let every = self.schema.table_function(&name.text)?.own_columns();
                columns.extend(every.map(|column| schema_column(&name.text, column)));
            }
            "external_table" => {
                columns.extend(self.schema.external_table(text)?.map(|column| schema_column(text, column)));
            }
            _ => return None,
        }
        Some(Arc::new(Columns { columns, is_open: false }))
    }

    fn arguments_of_source(&mut self, arguments: &'a [NamedExpr<'q>]) {
        for argument in arguments {
            self.source(&argument.value, false);
        }
    }

    /// `table("T")`
    fn table_by_text(&mut self, name: &Name<'q>, arguments: &'a [NamedExpr<'q>]) -> Outcome {
        if name.text != "table" {
            return Outcome::Unknown;
        }
        let constant = arguments.first().and_then(|argument| self.constant_of(&argument.value));
        let Some([ConstantItem { value: Value::String(text), span }]) = constant.as_ref().map(|c| c.items.as_slice())
        else {
            self.depends_on_values = true;
            return Outcome::Unknown;
        };
        let columns = self.columns_of_table(text);
        if columns.is_none() && self.world == World::Closed {
            self.unresolved(UnresolvedKind::Table, &Name { text: text.into(), span: *span });
        }
        let used = TableUse { name: text.clone(), span: *span, is_known: columns.is_some(), is_function: false };
        // The name may stand in a call of the function whose body this is, so this is new even when that is replayed.
        if !self.facts.tables.contains(&used) {
            self.facts.tables.push(used);
        }
        columns.map_or(Outcome::Unknown, Outcome::Rows)
    }

    /// Whether it is `workspace("w").T`, `cluster("c").database("d").T`, …
    pub(super) fn is_cross_resource(&self, expr: &Expr<'q>) -> bool {
        let mut current = expr;
        while let ExprKind::Path { base, .. } = &current.kind {
            current = base;
        }
        match &current.kind {
            ExprKind::Call { name, .. } => {
                self.scope.find(&name.text).is_none()
                    && self.schema.function_of_kind(&name.text, FunctionKind::Scope).is_some()
            }
            _ => false,
        }
    }

    /// A table of another place: its columns are those of the table of that name here, and maybe others.
    fn cross_resource(&mut self, expr: &'a Expr<'q>) -> Outcome {
        let ExprKind::Path { base, member } = &expr.kind else { return Outcome::Unknown };
        if let (World::Closed, ExprKind::Call { name, .. }) = (self.world, &base.kind)
            && name.text == "arg"
        {
            // Kusto itself has no such place.
            self.unresolved(UnresolvedKind::Function, name);
            return self.unfollowed_rows();
        }
        let name = match &member.kind {
            ExprKind::Name(name) => name,
            ExprKind::Call { name, arguments } => {
                self.arguments_of_source(arguments);
                name
            }
            _ => return Outcome::Unknown,
        };
        let columns = self.columns_of_table(&name.text).map(|columns| Columns { is_open: true, ..(*columns).clone() });
        self.use_table(name, columns.is_some(), matches!(member.kind, ExprKind::Call { .. }));
        columns.map_or(Outcome::Unknown, |columns| Outcome::Rows(Arc::new(columns)))
    }

    /// Any table: the columns that many have, and others; in a closed world, those of all tables.
    pub(super) fn columns_of_any_table(&mut self) -> Columns {
        if self.world == World::Closed {
            let mut tables = vec![self.columns_of_all_tables()];
            tables.extend(self.scope.views().map(|(_, columns)| columns));
            return super::operator::unify_by_name(&tables);
        }
        let columns = self.schema.common_columns().map(|column| Column {
            name: column.name.to_owned(),
            ty: column.ty,
            origin: Origin::Unknown,
        });
        Columns { columns: columns.collect(), is_open: true }
    }

    /// Each name once: which of the tables it comes from cannot be said.
    fn columns_of_all_tables(&mut self) -> Arc<Columns> {
        if let Some(columns) = &self.all_tables {
            return Arc::clone(columns);
        }
        let mut names = HashSet::new();
        let mut columns = Vec::new();
        for column in self.schema.tables_starting_with("").flat_map(Table::columns) {
            if names.insert(column.name) {
                columns.push(Column { name: column.name.to_owned(), ty: column.ty, origin: Origin::Unknown });
            }
        }
        let columns = Arc::new(Columns { columns, is_open: false });
        self.all_tables = Some(Arc::clone(&columns));
        columns
    }

    /// The columns of a table of the schema.
    pub(super) fn columns_of_table(&mut self, name: &str) -> Option<Arc<Columns>> {
        if let Some(columns) = self.table_columns.get(name) {
            return Some(Arc::clone(columns));
        }
        let table = self.schema.table(name)?;
        let columns = table.columns().map(|column| schema_column(name, column)).collect();
        let is_open = self.world == World::Open && self.schema.grows(name);
        let columns = Arc::new(Columns { columns, is_open });
        self.table_columns.insert(name.to_owned(), Arc::clone(&columns));
        Some(columns)
    }

    /// The columns that a function of the schema gives. `input` is what `invoke` passes to it.
    pub(super) fn columns_of_function(&self, function: TableFunction<'_>, input: Option<&Columns>) -> Arc<Columns> {
        let own = function.own_columns().map(|column| schema_column(function.name, column));
        let columns = match (function.result, input) {
            (FunctionResult::Asim(schema), _) => {
                let field = |field: crate::schema::AsimField<'_>| {
                    schema_column(function.name, ColumnDefinition { name: field.name, ty: field.ty })
                };
                Columns { columns: self.schema.asim_fields(schema).map(field).collect(), is_open: false }
            }
            (FunctionResult::Extends, Some(input)) => {
                let mut columns = input.clone();
                for column in own {
                    if columns.find(&column.name).is_none() {
                        columns.columns.push(column);
                    }
                }
                Columns { is_open: columns.is_open || function.own_columns().next().is_none(), ..columns }
            }
            (FunctionResult::Closed, _) => Columns { columns: own.collect(), is_open: false },
            (FunctionResult::Extends | FunctionResult::Open, _) => {
                Columns { columns: own.collect(), is_open: self.world == World::Open }
            }
        };
        Arc::new(columns)
    }
}

fn rows(columns: Vec<Column>) -> Outcome {
    Outcome::Rows(Arc::new(Columns { columns, is_open: false }))
}

fn schema_column(table: &str, column: ColumnDefinition<'_>) -> Column {
    Column {
        name: column.name.to_owned(),
        ty: column.ty,
        origin: Origin::Table { table: table.to_owned(), column: column.name.to_owned(), through_join: false },
    }
}
