//! Operators that aggregate: `summarize`, `make-series`, `top-nested`, `reduce`, `facet`.

use super::{Builder, Children, Pair};
use crate::parse::Rule;
use crate::syntax::{Expr, ExprKind, MakeSeries, NamedExpr, NamedParameter, OperatorKind, Pipeline, TopNestedLevel};

impl<'q> Builder<'q> {
    pub(super) fn summarize(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let aggregates = children
            .take_if(Rule::summarize_aggregates)
            .map(|aggregates| self.named_expressions(Children::new(aggregates)))
            .unwrap_or_default();
        let (mut by, mut bin) = (Vec::new(), None);
        if let Some(clause) = children.take_if(Rule::summarize_by) {
            for child in Children::new(clause) {
                match child.as_rule() {
                    Rule::named_expression => by.push(self.named_expression(child)),
                    Rule::summarize_bin => bin = Some(self.only_expression(Children::new(child))),
                    _ => {}
                }
            }
        }
        OperatorKind::Summarize { aggregates, by, bin }
    }

    pub(super) fn make_series(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let mut aggregates = Vec::new();
        while let Some(item) = children.take_if(Rule::series_item) {
            aggregates.push(self.series_item(item));
        }
        children.take_if(Rule::on_kw);
        let on = children.required();
        let on = self.named_expression(on);
        let mut series = MakeSeries { aggregates, on, from: None, to: None, step: None, by: Vec::new() };
        for child in children {
            match child.as_rule() {
                Rule::series_range => series.from = Some(self.series_range(child)),
                Rule::series_steps => self.series_steps(child, &mut series),
                Rule::series_by => series.by = self.named_expressions(Children::new(child)),
                _ => {}
            }
        }
        OperatorKind::MakeSeries(series)
    }

    fn series_item(&mut self, pair: Pair<'q>) -> (NamedExpr<'q>, Option<Expr<'q>>) {
        let mut children = Children::new(pair);
        let aggregate = children.required();
        let aggregate = self.named_expression(aggregate);
        let default =
            children.find(|child| child.as_rule() == Rule::expression).map(|default| self.expression(default));
        (aggregate, default)
    }

    /// `in range(…)`
    fn series_range(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let mut children = Children::new(pair);
        children.take_if(Rule::in_kw);
        self.primary(&mut children)
    }

    fn series_steps(&mut self, pair: Pair<'q>, series: &mut MakeSeries<'q>) {
        for child in Children::new(pair) {
            match child.as_rule() {
                Rule::series_from => series.from = Some(self.only_expression(Children::new(child))),
                Rule::series_to => series.to = Some(self.only_expression(Children::new(child))),
                Rule::expression => series.step = Some(self.expression(child)),
                _ => {}
            }
        }
    }

    pub(super) fn top_nested(&mut self, pair: Pair<'q>) -> OperatorKind<'q> {
        let levels = Children::new(pair).map(|level| self.top_nested_level(level)).collect();
        OperatorKind::TopNested(levels)
    }

    fn top_nested_level(&mut self, pair: Pair<'q>) -> TopNestedLevel<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        children.take_if(Rule::top_nested_kw);
        let count = children.take_if(Rule::top_nested_count).map(|count| self.only_expression(Children::new(count)));
        children.take_if(Rule::of_kw);
        let of = children.required();
        let of = self.named_expression(of);
        let others =
            children.take_if(Rule::top_nested_others).map(|others| self.only_expression(Children::new(others)));
        children.take_if(Rule::by_kw);
        let by = children.required();
        TopNestedLevel { count, of, others, by: self.sort_key(by), span }
    }

    pub(super) fn reduce(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let by = self.next_expression(&mut children);
        let properties =
            children.filter(|child| child.as_rule() == Rule::property).map(|child| self.parameter(child)).collect();
        OperatorKind::Reduce { by, properties }
    }

    pub(super) fn facet(&mut self, children: Children<'q>) -> OperatorKind<'q> {
        let (mut columns, mut with) = (Vec::new(), None);
        for child in children {
            match child.as_rule() {
                Rule::expression => columns.push(self.facet_column(child)),
                Rule::facet_with => with = self.facet_with(child).map(Box::new),
                _ => {}
            }
        }
        OperatorKind::Facet { columns, with }
    }

    /// A column or a part of one: nothing else may be a facet.
    fn facet_column(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let column = self.expression(pair);
        match end_of_column(&column) {
            Some(end) if end == column.span.end => {}
            Some(end) => self.missing_behind(end, "`,`, `with` or the next operator"),
            None => self.missing_behind(column.span.start, "a name"),
        }
        column
    }

    fn facet_with(&mut self, pair: Pair<'q>) -> Option<Pipeline<'q>> {
        let inner = Children::new(pair).find(|child| matches!(child.as_rule(), Rule::operators | Rule::operator))?;
        if inner.as_rule() == Rule::operators {
            return Some(self.pipeline(inner));
        }
        let operator = self.operator(inner);
        let span = operator.span;
        Some(Pipeline { head: crate::syntax::Head::Operator(Box::new(operator)), operators: Vec::new(), span })
    }

    /// The properties of `with (…)`.
    pub(super) fn properties(&mut self, pair: Pair<'q>) -> Vec<NamedParameter<'q>> {
        Children::new(pair)
            .filter(|child| child.as_rule() == Rule::property)
            .map(|child| self.parameter(child))
            .collect()
    }

    pub(super) fn datatable(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        children.take_if(Rule::datatable_kw);
        self.parameters(&mut children);
        let columns = children.required();
        let columns = self.column_declarations(Children::new(columns));
        let values: Vec<_> = children
            .filter(|child| child.as_rule() == Rule::literal_value)
            .map(|child| self.literal_value(child))
            .collect();
        let below = self.deepest(&values);
        self.expr(span, ExprKind::Datatable { columns, values }, below)
    }

    pub(super) fn external_data(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        children.take_if(Rule::external_data_kw);
        self.parameters(&mut children);
        let columns = children.required();
        let columns = self.column_declarations(Children::new(columns));
        let (mut urls, mut properties) = (Vec::new(), Vec::new());
        for child in children {
            match child.as_rule() {
                Rule::expression => urls.push(self.expression(child)),
                Rule::with_properties => properties = self.properties(child),
                _ => {}
            }
        }
        let below = self.deepest(&urls);
        self.expr(span, ExprKind::ExternalData { columns, urls, properties }, below)
    }
}

/// Where the column ends that an expression begins with; none if it begins with something else.
fn end_of_column(expr: &Expr<'_>) -> Option<u32> {
    match &expr.kind {
        ExprKind::Name(_) | ExprKind::ClientParameter(_) => Some(expr.span.end),
        ExprKind::Call { name, .. } => Some(name.span.end),
        ExprKind::Path { base, member } => match end_of_column(base)? {
            end if end == base.span.end => end_of_column(member),
            end => Some(end),
        },
        ExprKind::Element { base, .. } => match end_of_column(base)? {
            end if end == base.span.end => Some(expr.span.end),
            end => Some(end),
        },
        ExprKind::Binary { left, .. } | ExprKind::In { left, .. } | ExprKind::Between { left, .. } => {
            end_of_column(left)
        }
        ExprKind::Wildcard(_)
        | ExprKind::Star
        | ExprKind::Literal(_)
        | ExprKind::Dynamic(_)
        | ExprKind::Typeof(_)
        | ExprKind::Unary { .. }
        | ExprKind::Parenthesized(_)
        | ExprKind::Pipeline(_)
        | ExprKind::Named(_)
        | ExprKind::ToScalar(_)
        | ExprKind::ToTable(_)
        | ExprKind::Materialize(_)
        | ExprKind::Datatable { .. }
        | ExprKind::ExternalData { .. }
        | ExprKind::EntityGroup(_)
        | ExprKind::Unknown
        | ExprKind::Invalid => None,
    }
}
