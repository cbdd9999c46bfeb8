//! Operators on columns and values: patterns of names, parsing, expanding, rendering.

use super::operator::sort_direction;
use super::{Builder, Children, NamePlace, Pair};
use crate::parse::Rule;
use crate::parse::keywords::restriction;
use crate::syntax::{
    ColumnDeclaration, EvaluateSchema, Expr, ExprKind, MvItem, NamedExpr, OperatorKind, ParsePart, RenderProperty,
    SortKey, TypeName,
};

/// Kinds of chart that are keywords. What is no keyword may be a chart of another client.
const CHARTS: &[&str] = &[
    "3Dchart",
    "anomalychart",
    "areachart",
    "barchart",
    "card",
    "columnchart",
    "ladderchart",
    "linechart",
    "piechart",
    "pivotchart",
    "scatterchart",
    "stackedareachart",
    "timechart",
    "timeline",
    "timepivot",
    "treemap",
];

impl<'q> Builder<'q> {
    pub(super) fn column_declarations(&mut self, children: Children<'q>) -> Vec<ColumnDeclaration<'q>> {
        children
            .filter(|child| child.as_rule() == Rule::column_declaration)
            .map(|child| self.column_declaration(child))
            .collect()
    }

    fn column_declaration(&mut self, pair: Pair<'q>) -> ColumnDeclaration<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let name = children.required();
        let name = self.name(name, NamePlace::NewName);
        let ty = children.required();
        ColumnDeclaration { name, ty: self.type_name(&ty), span }
    }

    pub(super) fn name_patterns(&mut self, children: Children<'q>) -> Vec<Expr<'q>> {
        children.filter(|child| child.as_rule() == Rule::name_pattern).map(|child| self.name_pattern(child)).collect()
    }

    fn name_pattern(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let inner = Children::new(pair).required();
        let span = self.span(&inner);
        if inner.as_rule() == Rule::wildcard {
            return self.wildcard(inner.as_str(), span);
        }
        let name = self.name(inner, NamePlace::Plain);
        self.expr(span, ExprKind::Name(name), 0)
    }

    pub(super) fn reorder_keys(&mut self, children: Children<'q>) -> Vec<SortKey<'q>> {
        children
            .filter(|child| child.as_rule() == Rule::reorder_key)
            .map(|child| {
                let span = self.span(&child);
                let mut children = Children::new(child);
                let pattern = children.required();
                let value = self.name_pattern(pattern);
                let direction = children.take_if(Rule::direction).map(|direction| sort_direction(direction.as_str()));
                let expr = NamedExpr { names: Vec::new(), span: value.span, value };
                SortKey { expr, direction, nulls_first: None, span }
            })
            .collect()
    }

    pub(super) fn assert_schema(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let columns = children.required();
        OperatorKind::AssertSchema(self.column_declarations(Children::new(columns)))
    }

    pub(super) fn mv_expand(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let items = self.mv_items(&mut children);
        let limit = children.take_if(Rule::mv_limit).map(|limit| self.only_expression(Children::new(limit)));
        OperatorKind::MvExpand { items, limit }
    }

    pub(super) fn mv_apply(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let items = self.mv_items(&mut children);
        let limit = children.take_if(Rule::mv_limit).map(|limit| self.only_expression(Children::new(limit)));
        children.take_if(Rule::mv_context);
        children.take_if(Rule::on_kw);
        let on = children.required();
        OperatorKind::MvApply { items, limit, on: Box::new(self.pipeline(on)) }
    }

    fn mv_items(&mut self, children: &mut Children<'q>) -> Vec<MvItem<'q>> {
        let mut items = Vec::new();
        while let Some(item) = children.take_if(Rule::mv_item) {
            items.push(self.mv_item(item));
        }
        items
    }

    fn mv_item(&mut self, pair: Pair<'q>) -> MvItem<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let expr = children.required();
        let expr = self.named_expression(expr);
        let to_type = children.take_if(Rule::to_type).and_then(|to_type| self.first_type(to_type));
        MvItem { expr, to_type, span }
    }

    /// The type of `to typeof(type)`.
    fn first_type(&mut self, pair: Pair<'q>) -> Option<TypeName<'q>> {
        let literal = Children::new(pair).find(|child| child.as_rule() == Rule::typeof_literal)?;
        self.typeof_parts(literal).into_iter().find_map(|part| part.ty())
    }

    pub(super) fn parse_kind(&mut self, is_where: bool, mut children: Children<'q>) -> OperatorKind<'q> {
        let source = self.next_expression(&mut children);
        let pattern =
            children.filter(|child| child.as_rule() == Rule::parse_part).map(|child| self.parse_part(child)).collect();
        OperatorKind::Parse { is_where, source, pattern }
    }

    fn parse_part(&mut self, pair: Pair<'q>) -> ParsePart<'q> {
        let inner = Children::new(pair).required();
        let span = self.span(&inner);
        match inner.as_rule() {
            Rule::star => ParsePart::Star(span),
            Rule::parse_column => {
                let mut children = Children::new(inner);
                let name = children.required();
                let name = self.name(name, NamePlace::NewName);
                let ty = children.take_if(Rule::type_name).map(|ty| self.type_name(&ty));
                ParsePart::Column { name, ty, span }
            }
            _ => {
                let literal = self.literal(inner);
                ParsePart::Text(self.expr(span, ExprKind::Literal(literal), 0))
            }
        }
    }

    pub(super) fn parse_kv(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let source = self.next_expression(&mut children);
        children.take_if(Rule::as_kw);
        let columns = children.required();
        let columns = self.column_declarations(Children::new(columns));
        let properties =
            children.take_if(Rule::parse_kv_properties).map(|with| self.properties(with)).unwrap_or_default();
        OperatorKind::ParseKv { source, columns, properties }
    }

    pub(super) fn evaluate(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let call = children.required();
        let call = self.call(call);
        let schema = children.take_if(Rule::evaluate_schema).map(|schema| {
            let span = self.span(&schema);
            let mut children = Children::new(schema);
            let keeps_input = children.take_if(Rule::star).is_some();
            EvaluateSchema { keeps_input, columns: self.column_declarations(children), span }
        });
        OperatorKind::Evaluate { call, schema }
    }

    pub(super) fn invoke(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let call = children.required();
        OperatorKind::Invoke(self.call(call))
    }

    /// An operand that must be a call.
    fn call(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let call = self.operand(pair);
        let is_call = match &call.kind {
            ExprKind::Call { .. } => true,
            ExprKind::Path { member, .. } => matches!(member.kind, ExprKind::Call { .. }),
            _ => false,
        };
        if !is_call {
            self.missing_behind(call.span.end, "arguments in parentheses");
        }
        call
    }

    pub(super) fn render(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let chart = children.required();
        let (span, chart) = (self.span(&chart), chart.as_str());
        if restriction(chart).is_some() && !CHARTS.contains(&chart) {
            self.missing_behind(span.start, "a kind of chart");
        }
        let mut properties = Vec::new();
        for child in children {
            match child.as_rule() {
                Rule::render_property => properties.push(self.render_property(child)),
                Rule::render_with => {
                    for child in Children::new(child).filter(|child| child.as_rule() == Rule::render_property) {
                        properties.push(self.render_property(child));
                    }
                }
                _ => {}
            }
        }
        OperatorKind::Render { chart, properties }
    }

    fn render_property(&mut self, pair: Pair<'q>) -> RenderProperty<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let name = children.required().as_str();
        let values = children
            .filter(|child| matches!(child.as_rule(), Rule::render_value | Rule::render_column))
            .map(|child| self.parameter_value(child))
            .collect();
        RenderProperty { name, values, span }
    }
}
