//! KQL text in, tree and syntax errors out; always a tree.
//!
//! A byte scan goes first: it caps the nesting, finds strings and brackets that never close, and knows where top-level
//! statements and operators begin. Then the pest grammar reads the whole text. If it fails, the text is cut at those
//! places and each piece is read by itself, so that one mistake costs one operator and every mistake is reported.

mod advice;
mod blocks;
mod build;
mod error;
mod expected;
mod grammar;
mod keywords;
mod lexer;
mod precedence;
mod recover;
mod scan;

pub use blocks::queries;
pub use error::{SyntaxError, SyntaxErrorKind};
pub use keywords::is_reserved;
pub use lexer::{Token, TokenKind, tokens};
pub use scan::MAX_NESTING;

use build::Builder;
use grammar::{Grammar, Rule};
use pest::Parser as _;

use crate::span::Span;
use crate::syntax::{Query, Statement};

/// Result of [`parse`].
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<'q> {
    /// The tree. Where the text could not be read it holds `Invalid` nodes.
    pub query: Query<'q>,
    /// What is wrong, in order of position; empty exactly if Kusto's own parser would accept the text.
    pub errors: Vec<SyntaxError>,
}

impl Parsed<'_> {
    /// Whether the text has no syntax error.
    pub fn is_accepted(&self) -> bool {
        self.errors.is_empty()
    }
}

/// Nesting from which the parser moves to a thread with a stack of its own.
const SHALLOW: usize = 24;
/// Stack of that thread: enough for [`MAX_NESTING`] levels of an unoptimised build.
const DEEP_STACK: usize = 256 * 1024 * 1024;

/// Reads a query: one text, taken as one block of statements.
///
/// Never panics, whatever the text; takes time and memory in proportion to its length.
pub fn parse(text: &str) -> Parsed<'_> {
    let scan = scan::scan(text);
    if scan.deepest <= SHALLOW {
        return parse_scanned(text, scan);
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK);
        match thread
            .spawn_scoped(scope, || parse_scanned(text, scan::scan(text)))
            .map(std::thread::ScopedJoinHandle::join)
        {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => recover::without_tree(text, SyntaxError::too_deep(text.len())),
        }
    })
}

fn parse_scanned(text: &str, scan: scan::Scan) -> Parsed<'_> {
    if scan.is_too_deep {
        return recover::refused(text, scan);
    }
    match Grammar::parse(Rule::query, text) {
        Ok(mut pairs) => {
            let mut builder = Builder::new(text, scan.comments);
            let statements = pairs.next().map(|query| builder.query(query)).unwrap_or_default();
            let mut errors = scan.errors;
            errors.append(&mut builder.errors);
            finish(statements, builder.take_comments(), builder.expressions(), errors)
        }
        Err(error) => recover::recover(text, scan, &error),
    }
}

fn finish(
    statements: Vec<Statement<'_>>,
    comments: Vec<Span>,
    expressions: u32,
    mut errors: Vec<SyntaxError>,
) -> Parsed<'_> {
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors.dedup_by(|later, earlier| later.span.start == earlier.span.start);
    Parsed { query: Query { statements, comments, expressions }, errors }
}
