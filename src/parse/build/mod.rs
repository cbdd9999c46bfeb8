//! Pairs of the grammar in, tree out.
//!
//! The grammar accepts a little more than Kusto does; the builder reports the rest where it can say what is wrong:
//! keywords as names, unknown types, chained comparisons, misplaced stars.

mod aggregation;
mod columns;
mod expression;
mod graph;
mod literal;
mod operator;
mod statement;
mod tables;

use std::borrow::Cow;

use super::Rule;
use super::error::{SyntaxError, SyntaxErrorKind};
use super::expected::missing;
use super::keywords::{NameUse, restriction};
use super::lexer::{continues_hyphenated, hyphenated_keyword};
use super::scan::{trim_end, trim_start};
use crate::span::Span;
use crate::syntax::{Expr, ExprId, ExprKind, Name};

pub(super) type Pair<'q> = pest::iterators::Pair<'q, Rule>;

/// Deepest tree that is built. Chains such as `a + b + c` are as deep as they are long.
const MAX_DEPTH: u16 = 1_500;

/// Builds one tree, perhaps from several pieces of its text.
pub(super) struct Builder<'q> {
    text: &'q str,
    /// Comments of the whole text, in order.
    comments: Vec<Span>,
    /// Where the current piece starts in the text.
    base: usize,
    /// What the builder finds wrong.
    pub(super) errors: Vec<SyntaxError>,
    /// Depth below each expression, by [`ExprId`].
    depths: Vec<u16>,
    /// Where the value of the current `let` starts: the one place for `materialize`.
    let_value: Option<u32>,
}

/// What names may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamePlace {
    /// Where a column, table or function is read.
    Value,
    /// Where a new column or parameter is named.
    NewName,
    /// Behind a dot.
    Member,
    /// In a list of columns, or as the name of a `let`: only words that are no keyword at all.
    Plain,
}

impl<'q> Builder<'q> {
    pub(super) fn new(text: &'q str, comments: Vec<Span>) -> Self {
        Self { text, comments, base: 0, errors: Vec::new(), depths: Vec::new(), let_value: None }
    }

    /// Makes the following pairs come from the piece of the text that starts at `base`.
    pub(super) fn start_piece(&mut self, base: usize) {
        self.base = base;
    }

    /// Gives the comments back.
    pub(super) fn take_comments(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.comments)
    }

    /// A number for an expression that is made without a pair.
    pub(super) fn reserve(&mut self) -> u32 {
        self.depths.push(0);
        self.expressions() - 1
    }

    /// Number of expressions so far.
    pub(super) fn expressions(&self) -> u32 {
        u32::try_from(self.depths.len()).unwrap_or(u32::MAX)
    }

    fn span(&self, pair: &Pair<'q>) -> Span {
        let span = pair.as_span();
        let (start, end) = (self.base + span.start(), self.base + span.end());
        // A rule that ends in an optional part has eaten the blanks in front of it.
        Span::new(start, trim_end(self.text, &self.comments, start, end))
    }

    fn error(&mut self, kind: SyntaxErrorKind, span: Span) {
        self.errors.push(SyntaxError::new(kind, span, self.text));
    }

    /// Reports that `what` is missing behind a place.
    fn missing_behind(&mut self, end: u32, what: &str) {
        let next = trim_start(self.text, &self.comments, end as usize, self.text.len());
        self.errors.push(missing(self.text, next, what));
    }

    fn expr(&mut self, span: Span, kind: ExprKind<'q>, below: u16) -> Expr<'q> {
        let id = ExprId(self.expressions());
        let depth = below.saturating_add(1);
        if depth > MAX_DEPTH {
            self.depths.push(0);
            if !self.errors.iter().any(|error| error.kind == SyntaxErrorKind::TooDeep) {
                self.error(SyntaxErrorKind::TooDeep, Span { start: span.end, end: span.end });
            }
            return Expr { id, span, kind: ExprKind::Invalid };
        }
        self.depths.push(depth);
        Expr { id, span, kind }
    }

    fn depth(&self, expr: &Expr<'q>) -> u16 {
        self.depths.get(expr.id.index()).copied().unwrap_or(0)
    }

    fn deepest<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr<'q>>) -> u16
    where
        'q: 'e,
    {
        exprs.into_iter().map(|expr| self.depth(expr)).max().unwrap_or(0)
    }

    /// A name from an `identifier`, `bracketed_name`, `new_name` or `client_parameter`.
    fn name(&mut self, pair: Pair<'q>, place: NamePlace) -> Name<'q> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::new_name => {
                let mut children = Children::new(pair);
                let inner = children.required();
                self.name(inner, place)
            }
            Rule::bracketed_name => {
                let mut children = Children::new(pair);
                let inner = children.required();
                let text = if inner.as_rule() == Rule::string {
                    self.string_literal(inner).value
                } else {
                    Cow::Borrowed(inner.as_str())
                };
                Name { text, span }
            }
            _ => {
                let word = pair.as_str();
                self.check_name(word, span, place);
                Name { text: Cow::Borrowed(word), span }
            }
        }
    }

    fn check_name(&mut self, word: &str, span: Span, place: NamePlace) {
        let is_allowed = match (restriction(word), place) {
            (Some(_), _) if continues_hyphenated(self.text, span) => true,
            (None, _) | (Some(NameUse::NewName), NamePlace::NewName) | (Some(NameUse::Value), NamePlace::Value) => true,
            (Some(NameUse::Value), NamePlace::Member) => word != "true",
            _ => false,
        };
        if !is_allowed {
            self.error(SyntaxErrorKind::KeywordAsName, span);
        } else if let Some(keyword) = hyphenated_keyword(self.text, span.start as usize) {
            self.error(
                SyntaxErrorKind::KeywordAsName,
                Span::new(span.start as usize, span.start as usize + keyword.len()),
            );
        }
    }
}

/// The children of a pair, taken in order.
#[derive(Clone)]
pub(super) struct Children<'q> {
    pairs: std::iter::Peekable<pest::iterators::Pairs<'q, Rule>>,
}

impl<'q> Children<'q> {
    pub(super) fn new(pair: Pair<'q>) -> Self {
        Self { pairs: pair.into_inner().peekable() }
    }

    /// The rule of the next child.
    fn peek(&mut self) -> Option<Rule> {
        self.pairs.peek().map(Pair::as_rule)
    }

    /// The next child, which the grammar demands.
    fn required(&mut self) -> Pair<'q> {
        self.pairs.next().expect("the rule that made this pair always has this child")
    }

    /// The next child, if it is of that rule.
    fn take_if(&mut self, rule: Rule) -> Option<Pair<'q>> {
        if self.peek() == Some(rule) { self.pairs.next() } else { None }
    }
}

impl<'q> Iterator for Children<'q> {
    type Item = Pair<'q>;

    fn next(&mut self) -> Option<Pair<'q>> {
        self.pairs.next()
    }
}
