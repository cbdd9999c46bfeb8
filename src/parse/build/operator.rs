//! Tabular operators: the dispatch, and the operators on rows.

use super::expression::Star;
use super::{Builder, Children, NamePlace, Pair};
use crate::parse::Rule;
use crate::parse::error::{SyntaxError, SyntaxErrorKind};
use crate::syntax::{Expr, ExprKind, NamedParameter, Operator, OperatorKind, SortDirection, SortKey};

impl<'q> Builder<'q> {
    /// The operator of an `operator_piece`.
    pub(in crate::parse) fn operator_piece(&mut self, pair: Pair<'q>) -> Option<Operator<'q>> {
        let operator = Children::new(pair).find(|child| child.as_rule() == Rule::operator)?;
        Some(self.operator(operator))
    }

    /// An `operator` or `head_operator`.
    pub(super) fn operator(&mut self, pair: Pair<'q>) -> Operator<'q> {
        let span = self.span(&pair);
        let inner = Children::new(pair).required();
        let rule = inner.as_rule();
        if rule == Rule::top_nested_op {
            let kind = self.top_nested(inner);
            return Operator { kind, keyword: "top-nested", parameters: Vec::new(), span };
        }
        let mut children = Children::new(inner);
        let keyword = children.required().as_str();
        let mut parameters = self.parameters(&mut children);
        if rule == Rule::make_graph_op {
            parameters.extend(self.node_parameter(children.clone()));
        }
        let kind = self.operator_kind(rule, keyword, children);
        Operator { kind, keyword, parameters, span }
    }

    pub(super) fn parameters(&mut self, children: &mut Children<'q>) -> Vec<NamedParameter<'q>> {
        let mut parameters = Vec::new();
        while let Some(parameter) = children.take_if(Rule::parameter) {
            parameters.push(self.parameter(parameter));
        }
        parameters
    }

    fn operator_kind(&mut self, rule: Rule, keyword: &'q str, children: Children<'q>) -> OperatorKind<'q> {
        match rule {
            Rule::where_op | Rule::where_head_op => self.where_kind(children),
            Rule::extend_op => OperatorKind::Extend(self.named_expressions(children)),
            Rule::project_op => OperatorKind::Project(self.named_expressions(children)),
            Rule::project_away_op => OperatorKind::ProjectAway(self.name_patterns(children)),
            Rule::project_keep_op => OperatorKind::ProjectKeep(self.name_patterns(children)),
            Rule::project_rename_op => OperatorKind::ProjectRename(self.named_expressions(children)),
            Rule::project_reorder_op => OperatorKind::ProjectReorder(self.reorder_keys(children)),
            Rule::project_by_names_op => OperatorKind::ProjectByNames(self.expression_list(children)),
            Rule::serialize_op => OperatorKind::Serialize(self.named_expressions(children)),
            Rule::print_op => OperatorKind::Print(self.named_expressions(children)),
            Rule::summarize_op => self.summarize(children),
            Rule::distinct_op => self.distinct(children),
            Rule::make_series_op => self.make_series(children),
            Rule::reduce_op => self.reduce(children),
            Rule::facet_op => self.facet(children),
            Rule::join_op => OperatorKind::Join(self.join(children)),
            Rule::lookup_op => OperatorKind::Lookup(self.join(children)),
            Rule::union_op => OperatorKind::Union(self.sources(children)),
            Rule::search_op => self.search(children),
            Rule::find_op => self.find(children),
            Rule::as_op => self.as_kind(children),
            Rule::macro_expand_op => self.macro_expand(children),
            Rule::mv_expand_op => self.mv_expand(children),
            Rule::mv_apply_op => self.mv_apply(children),
            Rule::parse_op | Rule::parse_where_head_op => self.parse_kind(keyword == "parse-where", children),
            Rule::parse_kv_op => self.parse_kv(children),
            Rule::evaluate_op => self.evaluate(children),
            Rule::invoke_op => self.invoke(children),
            Rule::range_op => self.range(children),
            Rule::partition_op => self.partition(children),
            Rule::fork_op => OperatorKind::Fork(children.map(|branch| self.sub_pipeline(branch)).collect()),
            Rule::scan_op => self.scan(children),
            Rule::make_graph_op => self.make_graph(children),
            Rule::graph_match_op => self.graph_match(keyword == "graph-shortest-paths", children),
            Rule::graph_to_table_op => self.graph_to_table(children),
            Rule::graph_where_op => self.graph_where(keyword == "graph-where-nodes", children),
            Rule::graph_mark_components_op => OperatorKind::GraphMarkComponents,
            Rule::take_op => OperatorKind::Take(self.only_expression(children)),
            Rule::sample_op => OperatorKind::Sample(self.only_expression(children)),
            Rule::sample_distinct_op => self.sample_distinct(children),
            Rule::sort_op => OperatorKind::Sort(self.sort_keys(children)),
            Rule::top_op => self.top(children),
            Rule::top_hitters_op => self.top_hitters(children),
            Rule::count_op => self.count(children),
            Rule::render_op => self.render(children),
            Rule::getschema_op => OperatorKind::Getschema,
            Rule::consume_op => OperatorKind::Consume,
            Rule::assert_schema_op => self.assert_schema(children),
            _ => OperatorKind::Unknown,
        }
    }

    /// The first `expression` or `operand` among the children, which the grammar demands.
    pub(super) fn only_expression(&mut self, mut children: Children<'q>) -> Expr<'q> {
        self.next_expression(&mut children)
    }

    /// The next `expression` or `operand`; words of clauses in front of it are skipped.
    pub(super) fn next_expression(&mut self, children: &mut Children<'q>) -> Expr<'q> {
        loop {
            let child = children.required();
            match child.as_rule() {
                Rule::expression => return self.expression(child),
                Rule::operand | Rule::literal_value => return self.operand(child),
                _ => {}
            }
        }
    }

    fn where_kind(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let named = children.required();
        let named = self.named_expression(named);
        if named.names.is_empty() {
            return OperatorKind::Where(named.value);
        }
        let below = self.depth(&named.value);
        OperatorKind::Where(self.expr(named.span, ExprKind::Named(Box::new(named)), below))
    }

    fn count(&mut self, children: Children<'q>) -> OperatorKind<'q> {
        let name =
            children.filter(|child| child.as_rule() == Rule::new_name).map(|name| self.name(name, NamePlace::Plain));
        OperatorKind::Count(name.last())
    }

    fn sample_distinct(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let count = self.next_expression(&mut children);
        OperatorKind::SampleDistinct { count, of: self.next_expression(&mut children) }
    }

    pub(super) fn sort_keys(&mut self, children: Children<'q>) -> Vec<SortKey<'q>> {
        children.filter(|child| child.as_rule() == Rule::sort_key).map(|key| self.sort_key(key)).collect()
    }

    pub(super) fn sort_key(&mut self, pair: Pair<'q>) -> SortKey<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let expr = children.required();
        let expr = self.named_expression(expr);
        let direction = children.take_if(Rule::direction).map(|direction| sort_direction(direction.as_str()));
        let nulls_first = children.take_if(Rule::nulls).map(|nulls| nulls.as_str().ends_with("first"));
        SortKey { expr, direction, nulls_first, span }
    }

    fn top(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let count = self.next_expression(&mut children);
        children.take_if(Rule::by_kw);
        let key = children.required();
        OperatorKind::Top { count, by: self.sort_key(key) }
    }

    fn top_hitters(&mut self, mut children: Children<'q>) -> OperatorKind<'q> {
        let count = self.next_expression(&mut children);
        let of = self.next_expression(&mut children);
        let by = children.take_if(Rule::by_kw).is_some().then(|| self.next_expression(&mut children));
        OperatorKind::TopHitters { count, of, by }
    }

    fn distinct(&mut self, children: Children<'q>) -> OperatorKind<'q> {
        OperatorKind::Distinct(
            children.filter(|child| child.as_rule() == Rule::argument).map(|child| self.argument(child)).collect(),
        )
    }

    /// A predicate of `search`, where a star may stand first: `search *`, `search * and "x"`.
    pub(super) fn search_predicate(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let errors = self.errors.len();
        let start = self.span(&pair).start;
        let predicate = self.expression_or_star(pair, Star::Allowed);
        let is_first_star =
            |error: &SyntaxError| error.kind == SyntaxErrorKind::MisplacedStar && error.span.start == start;
        if self.errors.get(errors).is_some_and(is_first_star) {
            self.errors.remove(errors);
        }
        predicate
    }
}

/// The grammar has no other words.
pub(super) fn sort_direction(word: &str) -> SortDirection {
    match word {
        "asc" => SortDirection::Ascending,
        "granny-asc" => SortDirection::NaturalAscending,
        "granny-desc" => SortDirection::NaturalDescending,
        _ => SortDirection::Descending,
    }
}
