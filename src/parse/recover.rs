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
pub(super) fn recover<'q>(text: &'q str, mut scan: Scan, whole: &Error<Rule>) -> Parsed<'q> {
    scan.errors.sort_by_key(|error| error.span.start);
    let builder = Builder::new(text, scan.comments.clone());
    let is_reported = vec![false; scan.unclosed.len()];
    let mut recovery = Recovery { text, builder, scan, is_reported, errors: Vec::new() };
    let statements = recovery.statements();
    let Recovery { builder, scan, is_reported, mut errors, .. } = recovery;
    let expressions = builder.expressions();
    errors.extend(builder.errors);
    if errors.is_empty() && scan.errors.is_empty() && scan.unclosed.is_empty() {
        errors.push(describe(text, &scan.comments, 0, whole));
    }
    let swallowed = Swallowed::new(text, &scan.errors);
    for (&bracket, is_reported) in scan.unclosed.iter().zip(is_reported) {
        if !is_reported && !swallowed.holds_end_of(text, bracket) {
            let place = Span::new(bracket, bracket + 1);
            errors.push(SyntaxError::new(SyntaxErrorKind::UnclosedBracket, place, text));
        }
    }
    errors.extend(scan.errors);
    finish(statements, scan.comments, expressions, errors)
}

/// For each kind of closing bracket, where the last unclosed string begins that holds one.
///
/// A bracket in front of it most likely ends there: the string is the mistake.
struct Swallowed {
    closing: [(char, usize); 3],
}

impl Swallowed {
    fn new(text: &str, errors: &[SyntaxError]) -> Self {
        let mut closing = [(')', 0), (']', 0), ('}', 0)];
        for error in errors.iter().filter(|error| error.kind == SyntaxErrorKind::UnclosedString) {
            let start = error.span.start as usize;
            let string = error.span.slice(text);
            let is_multi_line = string.ends_with("```") || string.ends_with("~~~");
            let lost = if is_multi_line { text.get(start..).unwrap_or("") } else { string };
            for (close, last) in &mut closing {
                if lost.contains(*close) {
                    *last = start.max(*last);
                }
            }
        }
        Self { closing }
    }

    fn holds_end_of(&self, text: &str, bracket: usize) -> bool {
        let [parenthesis, square, brace] = self.closing;
        let (_, last) = match text.as_bytes().get(bracket) {
            Some(b'(') => parenthesis,
            Some(b'[') => square,
            _ => brace,
        };
        bracket < last
    }
}

struct Recovery<'q> {
    text: &'q str,
    builder: Builder<'q>,
    /// Its errors are sorted, as are its places.
    scan: Scan,
    /// For each unclosed bracket, whether an error names it already.
    is_reported: Vec<bool>,
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
        let pipes = self.scan.pipes[places(&self.scan.pipes, start, end)].to_vec();
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
        let first = self.scan.errors.partition_point(|cause| (cause.span.start as usize) < start);
        let is_known = self.scan.errors.get(first).is_some_and(|cause| {
            let at = cause.span.start as usize;
            at < end && at <= position
        });
        if is_known {
            return;
        }
        let causes = places(&self.scan.unclosed, start, position + 1);
        self.is_reported[causes.clone()].fill(true);
        let opened: Vec<Span> =
            self.scan.unclosed[causes].iter().map(|&bracket| Span::new(bracket, bracket + 1)).collect();
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

/// Which of the sorted `places` lie in `start..end`.
fn places(places: &[usize], start: usize, end: usize) -> std::ops::Range<usize> {
    let from = places.partition_point(|&place| place < start);
    from..places.partition_point(|&place| place < end).max(from)
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
