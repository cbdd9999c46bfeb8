//! A test of a computed value as tests of the column that it is computed from, for targets without expressions.
//!
//! Most rewrites are exact: `split(x, ".")[0] == "a"` holds where `x` is `a` or begins with `a.`. Where a function gives
//! a part of its argument, a test of the part holds only where the whole contains the text: that matches more and is
//! said so. What matches less is not offered.

mod choice;
mod extract;
mod length;
mod letters;
mod part;
mod split;

use super::constant::{Scalar, all_scalars};
use super::loss::LossClass;
use super::term::alternatives;
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// A test in other words.
pub(super) struct Inverted {
    /// The predicate.
    pub(super) expr: Expr,
    /// Which events it holds for, compared with the test: the same, more, or fewer.
    pub(super) class: LossClass,
}

/// The test of a computed value as tests of what it is computed from.
pub(super) fn invert(test: &Test, span: Span) -> Option<Inverted> {
    let built = Built { test, span };
    let exact = |expr: Option<Expr>| expr.map(|expr| Inverted { expr, class: LossClass::Exact });
    match &peeled(&test.subject).kind {
        ExprKind::Value(value) => exact(choice::constant(&built, value)),
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Test(_) => {
            exact(choice::predicate(&built, &test.subject))
        }
        ExprKind::Case { branches, otherwise } => exact(Some(choice::branches(&built, branches, otherwise))),
        ExprKind::Member { base, key } => match &peeled(base).kind {
            ExprKind::Call { name, arguments } => part::member(&built, name, arguments, key),
            _ => None,
        },
        ExprKind::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("coalesce", [_, _, ..]) => exact(choice::coalesced(&built, arguments)),
            ("strlen", [column]) => exact(length::of_text(&built, column)),
            ("array_length", [list]) => exact(length::of_list(&built, list)),
            ("indexof", [column, needle]) => exact(length::position(&built, column, needle)),
            ("indexof_regex", [column, pattern]) => exact(length::position_of_match(&built, column, pattern)),
            ("countof", [column, needle]) => exact(length::occurrences(&built, column, needle)),
            ("tolower" | "toupper", [column]) => exact(letters::folded(&built, column, name == "tolower")),
            ("strcat", _) => exact(letters::joined(&built, arguments)),
            ("replace_string", [column, old, new]) => letters::without(&built, column, old, new),
            ("extractjson" | "extract_json", [path, json, ..]) => exact(part::json_path(&built, path, json)),
            ("extract", [pattern, group, column, ..]) => extract::group(&built, pattern, group, column),
            ("substring", [column, ..]) => part::substring(&built, column, &arguments[1..]),
            _ => part::of_argument(&built, name, arguments),
        },
        _ => None,
    }
}

/// A predicate of the library that is a test in other words.
pub(super) fn invert_call(expr: &Expr) -> Option<Inverted> {
    let ExprKind::Call { name, arguments } = &expr.kind else { return None };
    let (column, addresses) = arguments.split_first()?;
    let is_prefix = match name.as_str() {
        "has_ipv4" | "has_any_ipv4" => false,
        "has_ipv4_prefix" | "has_any_ipv4_prefix" => true,
        _ => return None,
    };
    let addresses: Vec<String> = all_scalars(addresses)?.iter().map(Scalar::text).collect();
    let end = if is_prefix { "" } else { "([^a-zA-Z0-9]|$)" };
    let pattern = format!("(^|[^a-zA-Z0-9]){}{end}", alternatives(&addresses));
    let test = Test { subject: column.clone(), op: TestOp::Regex, operands: vec![], op_span: expr.span };
    let found = Built { test: &test, span: expr.span }.matches(column, &pattern);
    // Whether the rest of the address is valid, and whether a dot in front belongs to it, is not looked at.
    Some(Inverted { expr: found, class: LossClass::Over })
}

/// `part` so many times in a regular expression.
fn times(part: &str, count: i64) -> String {
    if count == 1 { part.to_owned() } else { format!("({part}){{{count}}}") }
}

/// The value without functions that give the same text.
fn peeled(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Call { name, arguments } if name == "tostring" => match arguments.as_slice() {
            [inner]
                if matches!(inner.kind, ExprKind::Call { .. } | ExprKind::Member { .. } | ExprKind::Case { .. }) =>
            {
                peeled(inner)
            }
            _ => expr,
        },
        _ => expr,
    }
}

/// A test that is rewritten, and the words to write with.
struct Built<'a> {
    test: &'a Test,
    span: Span,
}

impl Built<'_> {
    /// The texts that the test compares with; `None` if it does not compare with constant texts.
    fn needles(&self) -> Option<Vec<String>> {
        let text = |scalar: &Scalar| match scalar {
            Scalar::Text(text) => Some(text.clone()),
            Scalar::Number(_) | Scalar::Bool(_) => None,
        };
        let needles: Vec<String> = all_scalars(&self.test.operands)?.iter().map(text).collect::<Option<_>>()?;
        (!needles.is_empty()).then_some(needles)
    }

    /// The needles of an equality.
    fn equals(&self) -> Option<Vec<String>> {
        let is_equality = matches!(self.test.op, TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi);
        self.needles().filter(|needles| is_equality && needles.iter().all(|needle| !needle.is_empty()))
    }

    /// The whole number that the test compares with.
    fn number(&self) -> Option<i64> {
        match self.test.operands.as_slice() {
            [Expr { kind: ExprKind::Value(Value::Integer(number)), .. }] => Some(*number),
            _ => None,
        }
    }

    /// Whether letter case does not matter to the test.
    fn ignores_case(&self) -> bool {
        !self.test.op.is_case_sensitive()
    }

    fn expr(&self, kind: ExprKind) -> Expr {
        Expr { kind, ty: ScalarType::Bool, span: self.span }
    }

    fn constant(&self, value: bool) -> Expr {
        self.expr(ExprKind::Value(Value::Bool(value)))
    }

    fn not(&self, inner: Expr) -> Expr {
        self.expr(ExprKind::Not(Box::new(inner)))
    }

    fn any(&self, mut parts: Vec<Expr>) -> Expr {
        if parts.len() == 1 { parts.remove(0) } else { self.expr(ExprKind::Or(parts)) }
    }

    fn all(&self, mut parts: Vec<Expr>) -> Expr {
        if parts.len() == 1 { parts.remove(0) } else { self.expr(ExprKind::And(parts)) }
    }

    /// The same test of something else.
    fn of(&self, subject: &Expr) -> Expr {
        self.with(subject, self.test.op, self.test.operands.clone())
    }

    fn with(&self, subject: &Expr, op: TestOp, operands: Vec<Expr>) -> Expr {
        let test = Test { subject: subject.clone(), op, operands, op_span: self.test.op_span };
        self.expr(ExprKind::Test(Box::new(test)))
    }

    /// One of several texts, by an operator that takes one.
    fn text(&self, subject: &Expr, op: TestOp, needles: Vec<String>) -> Expr {
        let one = |needle: String| self.with(subject, op, vec![self.operand(needle)]);
        self.any(needles.into_iter().map(one).collect())
    }

    fn operand(&self, text: String) -> Expr {
        Expr { kind: ExprKind::Value(Value::String(text)), ty: ScalarType::String, span: self.span }
    }

    /// A regular expression that minds letter case as the test does.
    fn matches(&self, subject: &Expr, pattern: &str) -> Expr {
        let is_of_text = self.test.op.is_term_match()
            || matches!(
                self.test.op,
                TestOp::EqualCi | TestOp::InCi | TestOp::Contains | TestOp::StartsWith | TestOp::EndsWith
            );
        let flag = if is_of_text && self.ignores_case() { "(?i)" } else { "" };
        self.with(subject, TestOp::Regex, vec![self.operand(format!("{flag}{pattern}"))])
    }

    fn is_empty(&self, subject: &Expr) -> Expr {
        self.with(subject, TestOp::IsEmpty, Vec::new())
    }

    /// `op`, or the same with letter case as the test minds it.
    fn cased(&self, insensitive: TestOp, sensitive: TestOp) -> TestOp {
        if self.ignores_case() { insensitive } else { sensitive }
    }
}
