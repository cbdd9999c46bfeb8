//! Graph operators.

use super::{Builder, Children, NamePlace, Pair};
use crate::parse::Rule;
use crate::syntax::{GraphElement, GraphOutput, NamedParameter, OperatorKind};

impl<'q> Builder<'q> {
    pub(super) fn make_graph(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let source = self.next_expression(&mut children);
        let target = self.next_expression(&mut children);
        let (mut nodes, mut partition) = (Vec::new(), None);
        for child in children {
            match child.as_rule() {
                Rule::make_graph_nodes => {
                    let operands: Vec<_> = Children::new(child)
                        .filter(|child| child.as_rule() == Rule::operand)
                        .map(|child| self.operand(child))
                        .collect();
                    let mut operands = operands.into_iter();
                    while let (Some(table), Some(key)) = (operands.next(), operands.next()) {
                        nodes.push((table, key));
                    }
                }
                Rule::make_graph_partition => {
                    let mut children = Children::new(child);
                    let by = self.next_expression(&mut children);
                    let body = children.required();
                    partition = Some((by, Box::new(self.pipeline(body))));
                }
                _ => {}
            }
        }
        OperatorKind::MakeGraph { source, target, nodes, partition }
    }

    /// `with_node_id=name`, which stands where the node tables may stand.
    pub(super) fn node_parameter(&mut self, mut children: Children<'q>) -> Option<NamedParameter<'q>> {
        let nodes = children.find(|child| child.as_rule() == Rule::make_graph_nodes)?;
        let parameter = Children::new(nodes).find(|child| child.as_rule() == Rule::parameter)?;
        Some(self.parameter(parameter))
    }

    pub(super) fn graph_match(&mut self, is_shortest_paths: bool, children: Children<'q>) -> OperatorKind<'q> {
        let (mut patterns, mut condition, mut project) = (Vec::new(), None, None);
        for child in children {
            match child.as_rule() {
                Rule::graph_pattern => patterns.push(self.graph_pattern(child)),
                Rule::expression => condition = Some(self.expression(child)),
                Rule::graph_project => project = Some(self.named_expressions(Children::new(child))),
                _ => {}
            }
        }
        OperatorKind::GraphMatch { is_shortest_paths, patterns, condition, project }
    }

    fn graph_pattern(&mut self, pair: Pair<'q>) -> Vec<GraphElement<'q>> {
        Children::new(pair).map(|child| self.graph_element(child)).collect()
    }

    fn graph_element(&mut self, pair: Pair<'q>) -> GraphElement<'q> {
        let span = self.span(&pair);
        let is_node = pair.as_rule() == Rule::graph_node;
        let (mut name, mut range) = (None, None);
        for child in Children::new(pair) {
            match child.as_rule() {
                Rule::new_name => name = Some(self.name(child, NamePlace::Plain)),
                Rule::edge_range => {
                    let mut children = Children::new(child);
                    let low = self.next_expression(&mut children);
                    range = Some(Box::new((low, self.next_expression(&mut children))));
                }
                _ => {}
            }
        }
        if is_node { GraphElement::Node { name, span } } else { GraphElement::Edge { name, range, span } }
    }

    pub(super) fn graph_to_table(&mut self, children: Children<'q>) -> OperatorKind<'q> {
        let outputs = children
            .map(|output| {
                let span = self.span(&output);
                let mut children = Children::new(output);
                let is_nodes = children.required().as_str() == "nodes";
                let alias = children
                    .find(|child| child.as_rule() == Rule::new_name)
                    .map(|name| self.name(name, NamePlace::NewName));
                GraphOutput { is_nodes, alias, span }
            })
            .collect();
        OperatorKind::GraphToTable(outputs)
    }

    pub(super) fn graph_where(&mut self, is_nodes: bool, children: Children<'q>) -> OperatorKind<'q> {
        OperatorKind::GraphWhere { is_nodes, condition: self.only_expression(children) }
    }
}
