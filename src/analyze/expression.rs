//! Scalar expressions: types, what names mean, constants.

use std::sync::Arc;

use super::scope::Definition;
use super::{Analyzer, Binding, Context, ExprFacts, UnresolvedKind, World, constant, typing};
use crate::schema::{Column, Columns, Origin, ScalarType};
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp, Literal, Name, NamedExpr, Pipeline};

impl<'a, 'q> Analyzer<'a, 'q> {
    /// Infers the type of an expression and records what is known about it and its parts.
    pub(super) fn expression(&mut self, expr: &'a Expr<'q>, context: Context<'_>) -> ScalarType {
        self.descend(|analyzer| analyzer.expression_here(expr, context)).unwrap_or_default()
    }

    fn expression_here(&mut self, expr: &'a Expr<'q>, context: Context<'_>) -> ScalarType {
        match &expr.kind {
            ExprKind::Binary { .. } => self.binary_chain(expr, context),
            ExprKind::Path { .. } | ExprKind::Element { .. } => self.member_chain(expr, context),
            _ => {
                let (ty, binding) = self.simple(expr, context);
                self.record(expr, ty, binding)
            }
        }
    }

    fn record(&mut self, expr: &'a Expr<'q>, ty: ScalarType, binding: Option<Binding>) -> ScalarType {
        if let Some(place) = self.types.get_mut(expr.id.index()) {
            *place = ty;
        }
        if self.is_recording() {
            let constant = self.constant_of(expr);
            if let Some(place) = self.facts.expressions.get_mut(expr.id.index()) {
                *place = ExprFacts { ty, binding, constant };
            }
        }
        ty
    }

    fn simple(&mut self, expr: &'a Expr<'q>, context: Context<'_>) -> (ScalarType, Option<Binding>) {
        let ty = match &expr.kind {
            ExprKind::Name(name) => return self.name(expr, name, context),
            ExprKind::Call { name, arguments } => return self.call(expr, name, arguments, context),
            ExprKind::Literal(literal) => constant::literal_type(literal),
            ExprKind::Dynamic(_) => ScalarType::Dynamic,
            ExprKind::Typeof(types) => {
                types.iter().find_map(crate::syntax::TypeofPart::ty).and_then(|ty| ScalarType::parse(ty.text)).unwrap_or_default()
            }
            ExprKind::Unary { operand, .. } => typing::signed(self.expression(operand, context.operand())),
            ExprKind::In { op, left, list, .. } => self.in_list(expr, *op, left, list, context),
            ExprKind::Between { left, low, high, .. } => {
                for operand in [left, low, high] {
                    self.expression(operand, context.operand());
                }
                self.record_between(expr, context);
                ScalarType::Bool
            }
            ExprKind::Parenthesized(inner) => self.expression(inner, context),
            ExprKind::Named(named) => self.expression(&named.value, context.operand()),
            ExprKind::ToScalar(pipeline) | ExprKind::Pipeline(pipeline) | ExprKind::ToTable(pipeline) => {
                self.subquery(pipeline, context)
            }
            ExprKind::Materialize(_) | ExprKind::Datatable { .. } | ExprKind::ExternalData { .. } => {
                self.source(expr, false).scalar_type()
            }
            ExprKind::EntityGroup(members) => {
                for member in members {
                    self.source(member, true);
                }
                ScalarType::Unknown
            }
            ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::ClientParameter(_)
            | ExprKind::Unknown
            | ExprKind::Invalid
            // Chains are taken apart by the caller.
            | ExprKind::Binary { .. }
            | ExprKind::Path { .. }
            | ExprKind::Element { .. } => ScalarType::Unknown,
        };
        (ty, None)
    }

    /// A lone expression sees the row; a query does not, but the name that it starts with may be a column of it.
    fn subquery(&mut self, pipeline: &'a Pipeline<'q>, context: Context<'_>) -> ScalarType {
        if let Some(expr) = pipeline.as_expression() {
            return self.expression(expr, context.operand());
        }
        let was_open = std::mem::replace(&mut self.is_row_open, context.is_open());
        let ty = self.pipeline(pipeline, None).scalar_type();
        self.is_row_open = was_open;
        ty
    }

    /// Chains such as `a or b or c` lean to the left and may be long: they are walked, not recursed into.
    fn binary_chain(&mut self, expr: &'a Expr<'q>, context: Context<'_>) -> ScalarType {
        let mut chain = Vec::new();
        let (mut current, mut around) = (expr, context);
        while let ExprKind::Binary { op, left, right, .. } = &current.kind {
            chain.push((current, *op, left, right, around));
            around = operand_context(*op, right, around);
            current = left;
        }
        let mut ty = self.expression(current, around);
        for (expr, op, left, right, context) in chain.into_iter().rev() {
            let right_type = self.expression(right, operand_context(op, left, context));
            ty = typing::binary(op, ty, right_type);
            self.record(expr, ty, None);
            self.record_comparison(expr, context);
            self.find_lookback_of_difference(expr, op, left, right);
        }
        ty
    }

    fn member_chain(&mut self, expr: &'a Expr<'q>, context: Context<'_>) -> ScalarType {
        if self.is_cross_resource(expr) {
            self.arguments_of_path(expr, context);
            return self.record(expr, ScalarType::Unknown, None);
        }
        let mut chain = Vec::new();
        let mut current = expr;
        while let ExprKind::Path { base, .. } | ExprKind::Element { base, .. } = &current.kind {
            chain.push((current, base));
            current = base;
        }
        if let Some(side) = join_side(current, context) {
            if let Some((first, _)) = chain.pop() {
                self.column_of_side(first, side);
            }
        } else if let Some(tuple) = self.tuple(current, context) {
            if let Some((first, _)) = chain.pop() {
                self.column_of_side(first, &tuple);
            }
        } else {
            self.expression(current, context.operand());
        }
        for (expr, base) in chain.into_iter().rev() {
            if let ExprKind::Element { index, .. } = &expr.kind {
                self.expression(index, context.operand());
            }
            let ty = match self.type_of(base) {
                ScalarType::Dynamic => ScalarType::Dynamic,
                ScalarType::Unknown => ScalarType::Unknown,
                _ => {
                    self.member_of_value(expr);
                    ScalarType::Unknown
                }
            };
            self.record(expr, ty, None);
        }
        self.type_of(expr)
    }

    /// Only dynamic values have members. A column that is text in one product may be dynamic in the other, so that
    /// nothing is said in an open world.
    fn member_of_value(&mut self, expr: &'a Expr<'q>) {
        if let (World::Closed, ExprKind::Path { member, .. }) = (self.world, &expr.kind)
            && let ExprKind::Name(name) = &member.kind
        {
            self.unresolved(UnresolvedKind::Column, name);
        }
    }

    /// The columns of a node, an edge or a step of `scan`.
    fn tuple(&self, expr: &Expr<'q>, context: Context<'_>) -> Option<Arc<Columns>> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        match self.scope.find(&name.text) {
            Some(Definition::Tuple { columns }) if find_column(&name.text, context).is_none() => {
                Some(Arc::clone(columns))
            }
            _ => None,
        }
    }

    /// A function of another place is called for each row.
    fn arguments_of_path(&mut self, expr: &'a Expr<'q>, context: Context<'_>) {
        let mut current = expr;
        while let ExprKind::Path { base, member } = &current.kind {
            if let ExprKind::Call { arguments, .. } = &member.kind {
                for argument in arguments {
                    self.expression(&argument.value, context.operand());
                }
            }
            current = base;
        }
    }

    /// `$left.a`, `$right.b`
    fn column_of_side(&mut self, path: &'a Expr<'q>, columns: &Columns) {
        let ExprKind::Path { member, .. } = &path.kind else { return };
        let ExprKind::Name(name) = &member.kind else { return };
        let column = columns.find(&name.text).cloned();
        if column.is_none() && !columns.is_open {
            self.unresolved(UnresolvedKind::Column, name);
        }
        let ty = column.as_ref().map_or(ScalarType::Unknown, |column| column.ty);
        self.record(member, ty, column.clone().map(Binding::Column));
        self.record(path, ty, column.map(Binding::Column));
    }

    /// Columns come first, then declared names, then tables and functions.
    fn name(&mut self, expr: &'a Expr<'q>, name: &Name<'q>, context: Context<'_>) -> (ScalarType, Option<Binding>) {
        if let Some(column) = find_column(&name.text, context) {
            self.read(&column.origin);
            return (column.ty, Some(Binding::Column(column.clone())));
        }
        match self.scope.find(&name.text) {
            Some(Definition::Scalar { span, ty, .. }) => (*ty, Some(Binding::LetScalar(*span))),
            Some(Definition::ScalarParameter { span, ty, .. }) => (*ty, Some(Binding::Parameter(*span))),
            Some(Definition::Opaque | Definition::Tuple { .. }) => (ScalarType::Unknown, None),
            Some(Definition::Table { .. } | Definition::TableParameter { .. } | Definition::Function { .. }) => {
                self.named_rows(expr)
            }
            None if context.is_open() => (ScalarType::Unknown, None),
            None if self.schema.table(&name.text).is_some() || self.table_function(&name.text).is_some() => {
                self.named_rows(expr)
            }
            None => {
                let hidden = self.hidden_column(&name.text, context);
                if hidden.is_none() && self.built_in(&name.text).is_none() && !name.text.is_empty() {
                    self.unresolved(UnresolvedKind::Column, name);
                }
                (hidden.unwrap_or_default(), None)
            }
        }
    }

    /// The type of a column that is not listed for a table of which there is a column here.
    fn hidden_column(&self, name: &str, context: Context<'_>) -> Option<ScalarType> {
        if self.world == World::Closed {
            return None;
        }
        context.columns.columns.iter().find_map(|column| match &column.origin {
            Origin::Table { table, .. } => self.schema.hidden_column(table, name),
            Origin::Event { .. } | Origin::Several(_) | Origin::Computed { .. } | Origin::Made(_) | Origin::Unknown => {
                None
            }
        })
    }

    /// A name that stands for rows where a value is expected: the list of `in`, or a function without arguments.
    fn named_rows(&mut self, expr: &'a Expr<'q>) -> (ScalarType, Option<Binding>) {
        let ty = self.source(expr, false).scalar_type();
        let binding = self.facts.expressions.get(expr.id.index()).and_then(|facts| facts.binding.clone());
        (ty, binding)
    }

    fn in_list(
        &mut self,
        expr: &'a Expr<'q>,
        op: InOp,
        left: &'a Expr<'q>,
        list: &'a [Expr<'q>],
        context: Context<'_>,
    ) -> ScalarType {
        self.expression(left, context.operand());
        let was_excluding = self.is_excluding;
        // Rows that a subquery finds take rows away if the test is negative.
        self.is_excluding ^= context.is_filter && (context.is_negated ^ matches!(op, InOp::NotIn | InOp::NotInCi));
        for element in list {
            self.expression(element, context.operand());
        }
        self.is_excluding = was_excluding;
        self.record_in(expr, context);
        ScalarType::Bool
    }

    /// Remembers the table columns behind a value that is read.
    pub(super) fn read(&mut self, origin: &Origin) {
        match origin {
            Origin::Table { table, column, .. } => self.read_column((table, column)),
            Origin::Computed { inputs, .. } => {
                for (table, column) in inputs {
                    self.read_column((table, column));
                }
            }
            Origin::Several(origins) => {
                for origin in origins {
                    self.read(origin);
                }
            }
            Origin::Event { .. } | Origin::Made(_) | Origin::Unknown => {}
        }
    }

    fn read_column(&mut self, (table, column): (&String, &String)) {
        if !self.reads.iter().any(|(known_table, known)| known_table == table && known == column) {
            self.reads.push((table.clone(), column.clone()));
        }
    }

    /// The column of the row that an expression is, looking through parentheses.
    pub(super) fn plain_column<'c>(&self, expr: &Expr<'q>, columns: &'c Columns) -> Option<&'c Column> {
        match &expr.kind {
            ExprKind::Name(name) => columns.find(&name.text),
            ExprKind::Parenthesized(inner) => self.plain_column(inner, columns),
            // A conversion to the type that the column has anyway is the column.
            ExprKind::Call { name, arguments } => match arguments.as_slice() {
                [NamedExpr { value, .. }] if is_conversion(&name.text) => {
                    let ExprKind::Name(argument) = &value.kind else { return None };
                    columns.find(&argument.text).filter(|column| column.ty == self.type_of(expr))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// The context of one operand of `op`, given the other one.
fn operand_context<'c>(op: BinaryOp, other: &Expr<'_>, context: Context<'c>) -> Context<'c> {
    match (op, &other.kind) {
        (BinaryOp::And | BinaryOp::Or, _) => context,
        (BinaryOp::Equal | BinaryOp::NotEqual, ExprKind::Literal(Literal::Bool(value))) => {
            if *value == (op == BinaryOp::Equal) { context } else { context.flipped() }
        }
        _ => context.operand(),
    }
}

fn join_side<'c>(expr: &Expr<'_>, context: Context<'c>) -> Option<&'c Columns> {
    let ExprKind::Name(name) = &expr.kind else { return None };
    match (&*name.text, context.right) {
        ("$left", Some(_)) => Some(context.columns),
        ("$right", Some(right)) => Some(right),
        _ => None,
    }
}

fn find_column<'c>(name: &str, context: Context<'c>) -> Option<&'c Column> {
    context.columns.find(name).or_else(|| context.right.and_then(|columns| columns.find(name)))
}

/// Functions that convert a value to another type.
fn is_conversion(function: &str) -> bool {
    matches!(
        function,
        "tobool"
            | "todatetime"
            | "todecimal"
            | "todouble"
            | "todynamic"
            | "toguid"
            | "toint"
            | "tolong"
            | "toreal"
            | "tostring"
            | "totime"
            | "totimespan"
    )
}
