//! When the whole text does not parse: cut it, read the pieces, report each mistake once.

use pest::Parser as _;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::build::Builder;
use super::error::{SyntaxError, SyntaxErrorKind};
use super::scan::{Scan, trim_end, trim_start};
use super::{Grammar, Parsed, Rule, expected, finish};
use crate::span::Span;
use crate::syntax::{
    Expr, ExprId, ExprKind, Head, LetValue, Operator, OperatorKind, Pipeline, Query, Statement, StatementKind,
};

/// The tree of a text that is nested too deeply to be read.
pub(super) fn refused(text: &str, scan: Scan) -> Parsed<'_> {
    let invalid = Statement { kind: StatementKind::Invalid, span: Span::new(0, text.len()) };
    finish(vec![invalid], scan.comments, 0, scan.errors)
}

/// No tree, one error.
pub(super) fn without_tree(text: &str, error: SyntaxError) -> Parsed<'_> {
    let invalid = Statement { kind: StatementKind::Invalid, span: Span::new(0, text.len()) };
    Parsed { query: Query { statements: vec![invalid], comments: Vec::new(), expressions: 0 }, errors: vec![error] }
}

/// Reads what can be read of a text that the grammar refused with `whole`.
pub(super) fn recover<'q>(text: &'q str, scan: Scan, whole: &Error<Rule>) -> Parsed<'q> {
    let builder = Builder::new(text, scan.comments.clone());
    let mut recovery = Recovery { text, builder, scan, errors: Vec::new() };
    let statements = recovery.statements();
    let Recovery { builder, scan, mut errors, .. } = recovery;
    let expressions = builder.expressions();
    errors.extend(builder.errors);
    if errors.is_empty() && scan.errors.is_empty() && scan.unclosed.is_empty() {
        errors.push(describe(text, &scan.comments, 0, whole));
    }
    errors.extend(scan.errors);
    errors.extend(
        scan.unclosed
            .iter()
            .map(|&bracket| SyntaxError::new(SyntaxErrorKind::UnclosedBracket, Span::new(bracket, bracket + 1), text)),
    );
    finish(statements, scan.comments, expressions, errors)
}

struct Recovery<'q> {
    text: &'q str,
    builder: Builder<'q>,
    scan: Scan,
    errors: Vec<SyntaxError>,
}

impl<'q> Recovery<'q> {
    fn statements(&mut self) -> Vec<Statement<'q>> {
        let cuts = self.scan.semicolons.clone();
        let ranges = pieces(0, self.text.len(), &cuts);
        let last = ranges.len().saturating_sub(1);
        let mut statements = Vec::new();
        for (index, (start, end)) in ranges.into_iter().enumerate() {
            let Some((start, end)) = self.trim(start, end) else {
                // Only the end may be empty: `T | take 1;`
                if index != last {
                    self.missing(end, "a statement");
                }
                continue;
            };
            statements.push(self.statement(start, end));
        }
        statements
    }

    fn statement(&mut self, start: usize, end: usize) -> Statement<'q> {
        let piece = &self.text[start..end];
        match Grammar::parse(Rule::statement_piece, piece) {
            Ok(mut pairs) => {
                self.builder.start_piece(start);
                let statement = pairs.next().and_then(|pair| self.builder.piece(pair));
                statement.unwrap_or(Statement { kind: StatementKind::Invalid, span: Span::new(start, end) })
            }
            Err(error) => self.broken_statement(start, end, &error),
        }
    }

    /// A statement with a mistake in it: its operators are read one by one.
    fn broken_statement(&mut self, start: usize, end: usize, error: &Error<Rule>) -> Statement<'q> {
        let pipes: Vec<usize> = self.scan.pipes.iter().copied().filter(|pipe| (start..end).contains(pipe)).collect();
        let span = Span::new(start, end);
        if pipes.is_empty() {
            self.report(start, end, error);
            return Statement { kind: StatementKind::Invalid, span };
        }
        let mut ranges = pieces(start, end, &pipes).into_iter();
        let head = ranges.next().map_or((start, start), |(head_start, head_end)| (head_start, head_end));
        let mut statement = self.head(head.0, head.1);
        let operators: Vec<Operator<'q>> = ranges.map(|(start, end)| self.operator(start, end)).collect();
        statement.span = span;
        attach(&mut statement, operators, span);
        statement
    }

    fn head(&mut self, start: usize, end: usize) -> Statement<'q> {
        let Some((start, end)) = self.trim(start, end) else {
            self.missing(end, "a table in front of this pipe");
            return self.invalid_head(start, end);
        };
        match Grammar::parse(Rule::statement_piece, &self.text[start..end]) {
            Ok(mut pairs) => {
                self.builder.start_piece(start);
                match pairs.next().and_then(|pair| self.builder.piece(pair)) {
                    Some(statement) => statement,
                    None => self.invalid_head(start, end),
                }
            }
            Err(error) => {
                self.report(start, end, &error);
                self.invalid_head(start, end)
            }
        }
    }

    fn invalid_head(&mut self, start: usize, end: usize) -> Statement<'q> {
        let span = Span::new(start, end);
        let head = Head::Expr(Expr { id: ExprId(self.builder.reserve()), span, kind: ExprKind::Invalid });
        Statement { kind: StatementKind::Query(Pipeline { head, operators: Vec::new(), span }), span }
    }

    fn operator(&mut self, start: usize, end: usize) -> Operator<'q> {
        let invalid = |span| Operator { kind: OperatorKind::Invalid, keyword: "", parameters: Vec::new(), span };
        let Some((start, end)) = self.trim(start, end) else {
            self.missing(end, "a tabular operator");
            return invalid(Span::new(end, end));
        };
        match Grammar::parse(Rule::operator_piece, &self.text[start..end]) {
            Ok(mut pairs) => {
                self.builder.start_piece(start);
                let operator = pairs.next().and_then(|pair| self.builder.operator_piece(pair));
                operator.unwrap_or_else(|| invalid(Span::new(start, end)))
            }
            Err(error) => {
                self.report(start, end, &error);
                invalid(Span::new(start, end))
            }
        }
    }

    /// A range without blanks and comments at its ends; `None` if there is nothing else in it.
    fn trim(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let from = trim_start(self.text, &self.scan.comments, start, end);
        let to = trim_end(self.text, &self.scan.comments, start, end);
        (from < to).then_some((from, to))
    }

    /// Reports a mistake of a piece, unless the scan has found its cause at or before that place.
    fn report(&mut self, start: usize, end: usize, error: &Error<Rule>) {
        let error = describe(self.text, &self.scan.comments, start, error);
        let position = error.span.start as usize;
        let is_known = self.scan.errors.iter().any(|cause| {
            let at = cause.span.start as usize;
            (start..end).contains(&at) && at <= position
        });
        if is_known {
            return;
        }
        let is_cause = |bracket: &usize| (start..=position).contains(bracket);
        let opened: Vec<Span> = self
            .scan
            .unclosed
            .iter()
            .copied()
            .filter(is_cause)
            .map(|bracket| Span::new(bracket, bracket + 1))
            .collect();
        self.scan.unclosed.retain(|bracket| !is_cause(bracket));
        self.errors.push(if opened.is_empty() { error } else { expected::unclosed(self.text, &error, opened) });
    }

    fn missing(&mut self, at: usize, what: &str) {
        let at = trim_start(self.text, &self.scan.comments, at, self.text.len());
        self.errors.push(expected::missing(self.text, at, what));
    }
}

/// Puts operators behind the pipeline of a statement.
fn attach<'q>(statement: &mut Statement<'q>, operators: Vec<Operator<'q>>, span: Span) {
    let pipeline = match &mut statement.kind {
        StatementKind::Query(pipeline) | StatementKind::Let { value: LetValue::Pipeline(pipeline), .. } => pipeline,
        StatementKind::Let { .. }
        | StatementKind::Set { .. }
        | StatementKind::DeclareParameters(_)
        | StatementKind::DeclarePattern(_)
        | StatementKind::Alias { .. }
        | StatementKind::Restrict(_)
        | StatementKind::Invalid => return,
    };
    pipeline.span = Span { start: pipeline.span.start, end: span.end };
    pipeline.operators.extend(operators);
}

fn describe(text: &str, comments: &[Span], base: usize, error: &Error<Rule>) -> SyntaxError {
    let position = match error.location {
        InputLocation::Pos(position) | InputLocation::Span((position, _)) => base + position,
    };
    let rules: &[Rule] = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    };
    let position = trim_start(text, comments, position, text.len());
    expected::describe(text, position, rules)
}

/// The ranges between cuts.
fn pieces(start: usize, end: usize, cuts: &[usize]) -> Vec<(usize, usize)> {
    let mut ranges = Vec::with_capacity(cuts.len() + 1);
    let mut from = start;
    for &cut in cuts {
        ranges.push((from, cut));
        from = cut + 1;
    }
    ranges.push((from, end));
    ranges
}
