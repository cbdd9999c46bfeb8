//! Expressions: flat lists to trees.

use super::{Builder, Children, NamePlace, Pair};
use crate::parse::Rule;
use crate::parse::error::SyntaxErrorKind;
use crate::parse::keywords::restriction;
use crate::parse::precedence::{Level, level, takes_star};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp, NamedExpr, NamedParameter, TypeName, TypeofPart, UnaryOp};

/// What follows an operand in a flat expression.
enum Tail<'q> {
    Binary(BinaryOp, Span, Expr<'q>),
    In(InOp, Span, Vec<Expr<'q>>, Span),
    Between(bool, Span, Expr<'q>, Expr<'q>, Span),
}

impl Tail<'_> {
    fn level(&self) -> Level {
        match self {
            Self::Binary(op, ..) => level(*op),
            Self::In(..) | Self::Between(..) => Level::Equality,
        }
    }

    fn op_span(&self) -> Span {
        match self {
            Self::Binary(_, span, _) | Self::In(_, span, ..) | Self::Between(_, span, ..) => *span,
        }
    }
}

/// Where a lone `*` may be the whole expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Star {
    /// `count(*)`, `distinct *`
    Allowed,
    /// Everywhere else.
    Forbidden,
}

impl<'q> Builder<'q> {
    pub(super) fn expression(&mut self, pair: Pair<'q>) -> Expr<'q> {
        self.expression_or_star(pair, Star::Forbidden)
    }

    pub(super) fn expression_or_star(&mut self, pair: Pair<'q>, star: Star) -> Expr<'q> {
        let mut children = Children::new(pair);
        let first = children.required();
        let first = self.operand(first);
        let mut tails = Vec::new();
        while let Some(child) = children.next() {
            tails.push(self.tail(child, &mut children));
        }
        if tails.is_empty() {
            if star == Star::Forbidden && first.kind == ExprKind::Star {
                self.error(SyntaxErrorKind::MisplacedStar, first.span);
            }
            return first;
        }
        let mut tails = tails.into_iter().peekable();
        self.climb(first, &mut tails, Level::Or)
    }

    fn tail(&mut self, pair: Pair<'q>, children: &mut Children<'q>) -> Tail<'q> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::in_tail => self.in_tail(pair),
            Rule::between_tail => self.between_tail(pair),
            _ => {
                let op = BinaryOp::from_spelling(pair.as_str()).unwrap_or(BinaryOp::SearchColon);
                let right = children.required();
                Tail::Binary(op, span, self.operand(right))
            }
        }
    }

    fn in_tail(&mut self, pair: Pair<'q>) -> Tail<'q> {
        let mut children = Children::new(pair);
        let operator = children.required();
        let op = InOp::from_spelling(operator.as_str()).unwrap_or(InOp::In);
        let op_span = self.span(&operator);
        let list = children.required();
        let list_span = self.span(&list);
        let elements = Children::new(list)
            .filter_map(|child| match child.as_rule() {
                Rule::pipeline => Some(self.pipeline_expression(child)),
                Rule::expression => Some(self.expression(child)),
                _ => None,
            })
            .collect();
        Tail::In(op, op_span, elements, list_span)
    }

    fn between_tail(&mut self, pair: Pair<'q>) -> Tail<'q> {
        let end = self.span(&pair);
        let mut children = Children::new(pair);
        let operator = children.required();
        let op_span = self.span(&operator);
        let low = children.required();
        let low = self.expression(low);
        let high = children.required();
        let high = self.expression(high);
        Tail::Between(operator.as_str().starts_with('!'), op_span, low, high, end)
    }

    /// Precedence climbing over the tails of a flat expression.
    fn climb(&mut self, mut left: Expr<'q>, tails: &mut Tails<'q>, lowest: Level) -> Expr<'q> {
        let mut previous: Option<Level> = None;
        while let Some(next) = tails.peek() {
            let current = next.level();
            if current < lowest {
                break;
            }
            if previous == Some(current) && !current.chains() {
                let span = next.op_span();
                self.error(SyntaxErrorKind::ChainedOperator, span);
            }
            previous = Some(current);
            let Some(tail) = tails.next() else { break };
            left = self.join_tail(left, tail, tails, current);
        }
        left
    }

    fn join_tail(&mut self, left: Expr<'q>, tail: Tail<'q>, tails: &mut Tails<'q>, current: Level) -> Expr<'q> {
        match tail {
            Tail::Binary(op, op_span, mut right) => {
                // Whatever binds tighter belongs to the right operand.
                while tails.peek().is_some_and(|next| next.level() > current) {
                    let tighter = tails.peek().map_or(current, Tail::level);
                    right = self.climb(right, tails, tighter);
                }
                self.check_stars(op, &left, &right);
                let below = self.depth(&left).max(self.depth(&right));
                let kind = ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) };
                let span = both(&kind);
                self.expr(span, kind, below)
            }
            Tail::In(op, op_span, list, list_span) => {
                self.check_no_star(&left);
                let below = self.deepest(&list).max(self.depth(&left));
                let span = left.span.to(list_span);
                self.expr(span, ExprKind::In { op, op_span, left: Box::new(left), list, list_span }, below)
            }
            Tail::Between(is_negated, op_span, low, high, end) => {
                self.check_no_star(&left);
                let below = self.deepest([&left, &low, &high]);
                let span = left.span.to(end);
                let (left, low, high) = (Box::new(left), Box::new(low), Box::new(high));
                self.expr(span, ExprKind::Between { is_negated, op_span, left, low, high }, below)
            }
        }
    }

    fn check_stars(&mut self, op: BinaryOp, left: &Expr<'q>, right: &Expr<'q>) {
        if !takes_star(op) {
            self.check_no_star(left);
        }
        self.check_no_star(right);
    }

    fn check_no_star(&mut self, expr: &Expr<'q>) {
        if expr.kind == ExprKind::Star {
            self.error(SyntaxErrorKind::MisplacedStar, expr.span);
        }
    }

    /// `-a.b[0]`, or any part of it.
    pub(super) fn operand(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let mut children = Children::new(pair);
        let sign = children.take_if(Rule::sign);
        let mut operand = self.primary(&mut children);
        if children.peek().is_some() {
            self.check_no_star(&operand);
        }
        for step in children {
            operand = self.step(operand, step);
        }
        let Some(sign) = sign else { return operand };
        self.check_no_star(&operand);
        let op = if sign.as_str() == "-" { UnaryOp::Minus } else { UnaryOp::Plus };
        let span = self.span(&sign).to(operand.span);
        let below = self.depth(&operand);
        self.expr(span, ExprKind::Unary { op, operand: Box::new(operand) }, below)
    }

    /// A path or element behind an expression.
    pub(super) fn step(&mut self, base: Expr<'q>, pair: Pair<'q>) -> Expr<'q> {
        let span = base.span.to(self.span(&pair));
        let is_element = pair.as_rule() == Rule::element_step;
        let mut children = Children::new(pair);
        let below = self.depth(&base);
        let base = Box::new(base);
        if is_element {
            let index = children.required();
            let index = self.expression(index);
            let below = below.max(self.depth(&index));
            return self.expr(span, ExprKind::Element { base, index: Box::new(index) }, below);
        }
        let member = children.required();
        let member = if member.as_rule() == Rule::wildcard {
            let member_span = self.span(&member);
            self.wildcard(member.as_str(), member_span)
        } else {
            self.reference(member, &mut children, NamePlace::Member)
        };
        let below = below.max(self.depth(&member));
        self.expr(span, ExprKind::Path { base, member: Box::new(member) }, below)
    }

    pub(super) fn wildcard(&mut self, text: &'q str, span: Span) -> Expr<'q> {
        let kind = if text == "*" { ExprKind::Star } else { ExprKind::Wildcard(text) };
        self.expr(span, kind, 0)
    }

    /// A name, or a call if arguments follow.
    fn reference(&mut self, pair: Pair<'q>, children: &mut Children<'q>, place: NamePlace) -> Expr<'q> {
        let is_pattern = pair.as_rule() == Rule::bracketed_name && pair.as_str().contains('*');
        let span = self.span(&pair);
        let name = self.name(pair, place);
        if let Some(arguments) = children.take_if(Rule::arguments) {
            let span = name.span.to(self.span(&arguments));
            let arguments = self.arguments(arguments);
            let below = self.deepest(arguments.iter().map(|argument| &argument.value));
            return self.expr(span, ExprKind::Call { name, arguments }, below);
        }
        match &name.text {
            std::borrow::Cow::Borrowed(text) if is_pattern && text.contains('*') => {
                let text = *text;
                self.expr(span, ExprKind::Wildcard(text), 0)
            }
            _ => self.expr(span, ExprKind::Name(name), 0),
        }
    }

    fn arguments(&mut self, pair: Pair<'q>) -> Vec<NamedExpr<'q>> {
        Children::new(pair)
            .filter(|child| child.as_rule() == Rule::argument)
            .map(|child| self.argument(child))
            .collect()
    }

    pub(super) fn argument(&mut self, pair: Pair<'q>) -> NamedExpr<'q> {
        self.named(pair, Star::Allowed)
    }

    pub(super) fn named_expression(&mut self, pair: Pair<'q>) -> NamedExpr<'q> {
        self.named(pair, Star::Forbidden)
    }

    fn named(&mut self, pair: Pair<'q>, star: Star) -> NamedExpr<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let names = match children.take_if(Rule::assigned_names) {
            Some(names) => self.assigned_names(names),
            None => Vec::new(),
        };
        let value = children.required();
        NamedExpr { names, value: self.expression_or_star(value, star), span }
    }

    fn assigned_names(&mut self, pair: Pair<'q>) -> Vec<crate::syntax::Name<'q>> {
        Children::new(pair)
            .filter(|child| child.as_rule() == Rule::new_name)
            .map(|child| self.name(child, NamePlace::NewName))
            .collect()
    }

    /// Every `named_expression` among the remaining children.
    pub(super) fn named_expressions(&mut self, children: Children<'q>) -> Vec<NamedExpr<'q>> {
        children
            .filter(|child| child.as_rule() == Rule::named_expression)
            .map(|child| self.named_expression(child))
            .collect()
    }

    /// Every `expression` among the remaining children.
    pub(super) fn expression_list(&mut self, children: Children<'q>) -> Vec<Expr<'q>> {
        children.filter(|child| child.as_rule() == Rule::expression).map(|child| self.expression(child)).collect()
    }

    /// The primary at the front of the children of an `operand` or `source`.
    pub(super) fn primary(&mut self, children: &mut Children<'q>) -> Expr<'q> {
        let pair = children.required();
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::identifier | Rule::bracketed_name => return self.reference(pair, children, NamePlace::Value),
            Rule::parenthesized => return self.parenthesized(pair),
            Rule::bracketed_expression => {
                let inner = self.only_expression(Children::new(pair));
                let below = self.depth(&inner);
                return self.expr(span, ExprKind::Parenthesized(Box::new(inner)), below);
            }
            Rule::star => ExprKind::Star,
            Rule::wildcard => return self.wildcard(pair.as_str(), span),
            Rule::client_parameter => ExprKind::ClientParameter(pair.as_str()),
            Rule::dynamic_literal => ExprKind::Dynamic(Box::new(self.dynamic_value(pair))),
            Rule::typeof_literal => ExprKind::Typeof(self.typeof_parts(pair)),
            Rule::to_scalar | Rule::to_table | Rule::materialize => return self.special_call(pair),
            Rule::datatable => return self.datatable(pair),
            Rule::external_data => return self.external_data(pair),
            Rule::entity_group => {
                let members = self.expression_list(Children::new(pair));
                let below = self.deepest(&members);
                return self.expr(span, ExprKind::EntityGroup(members), below);
            }
            Rule::view_combine | Rule::inline_external_table | Rule::contextual_datatable => ExprKind::Unknown,
            _ => ExprKind::Literal(self.literal(pair)),
        };
        self.expr(span, kind, 0)
    }

    fn parenthesized(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let inner = children.required();
        let inner = self.pipeline_expression(inner);
        let below = self.depth(&inner);
        match inner.kind {
            // The pipeline itself is the node; its parentheses only widen its place.
            ExprKind::Pipeline(pipeline) => self.expr(span, ExprKind::Pipeline(pipeline), below),
            _ => self.expr(span, ExprKind::Parenthesized(Box::new(inner)), below),
        }
    }

    /// `toscalar(…)`, `totable(…)`, `materialize(…)`
    fn special_call(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::materialize && self.let_value.take() != Some(span.start) {
            let keyword = Span::new(span.start as usize, span.start as usize + "materialize".len());
            self.error(SyntaxErrorKind::KeywordAsName, keyword);
        }
        let inner = Children::new(pair).find(|child| child.as_rule() == Rule::pipeline);
        let (pipeline, below) = match inner {
            Some(inner) => self.pipeline_with_depth(inner),
            None => return self.expr(span, ExprKind::Invalid, 0),
        };
        let pipeline = Box::new(pipeline);
        let kind = match rule {
            Rule::to_scalar => ExprKind::ToScalar(pipeline),
            Rule::to_table => ExprKind::ToTable(pipeline),
            _ => ExprKind::Materialize(pipeline),
        };
        self.expr(span, kind, below)
    }

    pub(super) fn typeof_parts(&mut self, pair: Pair<'q>) -> Vec<TypeofPart<'q>> {
        let mut parts = Vec::new();
        for child in Children::new(pair) {
            match child.as_rule() {
                // Kusto's parser leaves a lone word to the binder.
                Rule::any_type => {
                    parts.push(TypeofPart::Type(TypeName { text: child.as_str(), span: self.span(&child) }));
                }
                Rule::typeof_column => {
                    let span = self.span(&child);
                    let columns = self.column_declarations(Children::new(child));
                    if columns.is_empty() {
                        parts.push(TypeofPart::Star(span));
                    }
                    parts.extend(columns.into_iter().map(TypeofPart::Column));
                }
                _ => {}
            }
        }
        parts
    }

    /// A type word; one that does not exist is reported.
    pub(super) fn type_name(&mut self, pair: &Pair<'q>) -> TypeName<'q> {
        let ty = TypeName { text: pair.as_str(), span: self.span(pair) };
        if crate::parse::error::is_unknown_type(ty.text) {
            self.error(SyntaxErrorKind::UnknownType, ty.span);
        }
        ty
    }

    /// A literal with its sign, as an expression.
    pub(super) fn literal_value(&mut self, pair: Pair<'q>) -> Expr<'q> {
        self.operand(pair)
    }

    /// `kind=inner`
    pub(super) fn parameter(&mut self, pair: Pair<'q>) -> NamedParameter<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let name = children.required();
        let (name_span, name) = (self.span(&name), name.as_str());
        let mut values = children.filter(|child| !matches!(child.as_rule(), Rule::assign));
        let value = match values.next() {
            Some(value) if matches!(value.as_rule(), Rule::parameter_value | Rule::render_value) => {
                self.parameter_value(value)
            }
            Some(value) => self.expression(value),
            None => self.expr(span, ExprKind::Invalid, 0),
        };
        NamedParameter { name, name_span, value, span }
    }

    /// A value of a parameter: a literal or a word.
    pub(super) fn parameter_value(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let mut children = Children::new(pair.clone());
        children.take_if(Rule::sign);
        if children.peek() == Some(Rule::identifier) {
            let word = children.required();
            let span = self.span(&word);
            if pair.as_rule() == Rule::parameter_value && !may_be_value(word.as_str()) {
                self.error(SyntaxErrorKind::KeywordAsName, span);
            }
            let name = crate::syntax::Name { text: word.as_str().into(), span };
            return self.expr(span, ExprKind::Name(name), 0);
        }
        self.operand(pair)
    }
}

/// Whether a word may be the value of a parameter: keywords may not, unless they are such values by trade.
fn may_be_value(word: &str) -> bool {
    restriction(word).is_none() || matches!(word, "true" | "simple" | "relaxed" | "first" | "last")
}

type Tails<'q> = std::iter::Peekable<std::vec::IntoIter<Tail<'q>>>;

fn both(kind: &ExprKind<'_>) -> Span {
    match kind {
        ExprKind::Binary { left, right, .. } => left.span.to(right.span),
        _ => Span::default(),
    }
}
