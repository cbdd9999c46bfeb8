//! Operators that bring in other tables or run sub-queries.

use super::{Builder, Children, NamePlace, Pair};
use crate::parse::Rule;
use crate::syntax::{Expr, ExprKind, FindColumn, FindProject, Join, JoinCondition, NamedExpr, OperatorKind, ScanStep};

impl<'q> Builder<'q> {
    pub(super) fn join(&mut self, mut children: Children<'q>) -> Join<'q> {
        let right = self.next_expression(&mut children);
        let condition = match children.next() {
            Some(clause) if clause.as_rule() == Rule::join_where => {
                JoinCondition::Where(self.only_expression(Children::new(clause)))
            }
            Some(clause) => JoinCondition::On(self.expression_list(Children::new(clause))),
            None => JoinCondition::On(Vec::new()),
        };
        Join { right, condition }
    }

    pub(super) fn sources(&mut self, children: Children<'q>) -> Vec<Expr<'q>> {
        children.filter(|child| child.as_rule() == Rule::source).map(|child| self.source(child)).collect()
    }

    /// A table, a pattern of tables, a call, a sub-query.
    pub(super) fn source(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let mut children = Children::new(pair);
        let mut source = self.primary(&mut children);
        if matches!(source.kind, ExprKind::Literal(_)) && children.peek().is_none() {
            self.missing_behind(source.span.start, "a table");
        }
        for step in children {
            source = self.step(source, step);
        }
        source
    }

    fn in_tables(&mut self, children: &mut Children<'q>) -> Vec<Expr<'q>> {
        children.take_if(Rule::in_tables).map(|tables| self.sources(Children::new(tables))).unwrap_or_default()
    }

    pub(super) fn search(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let tables = self.in_tables(&mut children);
        let predicate = children.required();
        OperatorKind::Search { tables, predicate: self.search_predicate(predicate) }
    }

    pub(super) fn find(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let tables = self.in_tables(&mut children);
        let predicate = self.next_expression(&mut children);
        let project = match children.next() {
            Some(project) => self.find_project(project),
            None => FindProject::Default,
        };
        OperatorKind::Find { tables, predicate, project }
    }

    fn find_project(&mut self, pair: Pair<'q>) -> FindProject<'q> {
        let mut children = Children::new(pair);
        if children.take_if(Rule::find_smart).is_some() {
            return FindProject::Smart;
        }
        let columns = children
            .filter(|child| child.as_rule() == Rule::find_column)
            .map(|child| self.find_column(child))
            .collect();
        FindProject::Columns(columns)
    }

    fn find_column(&mut self, pair: Pair<'q>) -> FindColumn<'q> {
        let mut children = Children::new(pair);
        let first = children.required();
        let span = self.span(&first);
        if first.as_rule() == Rule::find_pack {
            let star = self.expr(span, ExprKind::Star, 0);
            let name = crate::syntax::Name { text: "pack".into(), span };
            let argument = NamedExpr { names: Vec::new(), value: star, span };
            let expr = self.expr(span, ExprKind::Call { name, arguments: vec![argument] }, 1);
            return FindColumn { expr, ty: None };
        }
        let name = self.name(first, NamePlace::Value);
        let expr = self.expr(span, ExprKind::Name(name), 0);
        FindColumn { expr, ty: children.take_if(Rule::type_name).map(|ty| self.type_name(&ty)) }
    }

    pub(super) fn as_kind(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let name = children.required();
        OperatorKind::As(self.name(name, NamePlace::Plain))
    }

    pub(super) fn macro_expand(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let group = self.primary(&mut children);
        let mut alias = None;
        let mut body = Vec::new();
        for child in children {
            match child.as_rule() {
                Rule::new_name => alias = Some(self.name(child, NamePlace::NewName)),
                Rule::statements => body = self.statements(child),
                _ => {}
            }
        }
        OperatorKind::MacroExpand { group, alias, body }
    }

    pub(super) fn range(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let name = children.required();
        let name = self.name(name, NamePlace::NewName);
        let from = self.next_expression(&mut children);
        let to = self.next_expression(&mut children);
        OperatorKind::Range { name, from, to, step: self.next_expression(&mut children) }
    }

    pub(super) fn partition(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let by = self.next_expression(&mut children);
        let body = children.required();
        OperatorKind::Partition { by, body: self.sub_pipeline(body) }
    }

    pub(super) fn scan(&mut self, children: Children<'q>) -> OperatorKind<'q> {
        let (mut order, mut partition, mut declarations, mut steps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for child in children {
            match child.as_rule() {
                Rule::scan_order => order = self.sort_keys(Children::new(child)),
                Rule::scan_partition => partition = self.expression_list(Children::new(child)),
                Rule::scan_declare => {
                    for parameter in Children::new(child).filter(|child| child.as_rule() == Rule::function_parameter) {
                        declarations.push(self.function_parameter(parameter));
                    }
                }
                Rule::scan_step => steps.push(self.scan_step(child)),
                _ => {}
            }
        }
        OperatorKind::Scan { order, partition, declarations, steps }
    }

    fn scan_step(&mut self, pair: Pair<'q>) -> ScanStep<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        children.take_if(Rule::step_kw);
        let name = children.required();
        let name = self.name(name, NamePlace::NewName);
        let is_optional = children.take_if(Rule::optional_kw).is_some();
        let output = children.take_if(Rule::scan_output).map(|output| Children::new(output).required().as_str());
        let condition = self.next_expression(&mut children);
        ScanStep { name, is_optional, output, condition, assignments: self.named_expressions(children), span }
    }
}
