//! Conditions: which searches of a rule have to match.
//!
//! The grammar is flat; `not` binds more tightly than `and`, and `and` more tightly than `or`.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;
use pest_derive::Parser;

use crate::span::Span;

#[derive(Parser)]
#[grammar = "../grammar/sigma_condition.pest"]
struct ConditionParser;

/// Deepest nesting of parentheses.
const MAX_DEPTH: usize = 64;

/// A condition as written, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// What it says.
    pub expr: ConditionExpr,
}

/// A condition or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionExpr {
    /// Every one of these; at least two.
    And(Vec<Self>),
    /// One of these; at least two.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A search.
    Search {
        /// Its name.
        name: String,
        /// Place in the text.
        span: Span,
    },
    /// `1 of …`, `all of …`
    Of {
        /// How many.
        quantifier: Quantifier,
        /// Of which searches.
        target: Target,
        /// Place in the text.
        span: Span,
    },
}

/// How many searches have to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `1 of`, `any of`
    One,
    /// `all of`
    All,
}

/// Which searches are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `them`: every search whose name does not begin with an underscore.
    Them,
    /// A name with `*`.
    Pattern(String),
}

impl Target {
    /// Whether the search of that name is meant.
    pub fn includes(&self, name: &str) -> bool {
        match self {
            Self::Them => !name.starts_with('_'),
            Self::Pattern(pattern) => fits(name, pattern),
        }
    }
}

/// Whether a name fits a pattern whose stars stand for any text.
fn fits(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return rest.is_empty() };
    for part in inner {
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionError {
    /// One sentence without full stop.
    pub message: String,
    /// Place in the text.
    pub span: Span,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    ///
    /// If the text is no condition of Sigma 2.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        if let Some(place) = too_deep(text) {
            let message = format!("parentheses nest more than {MAX_DEPTH} levels deep");
            return Err(ConditionError { message, span: Span::at(place) });
        }
        let mut pairs = ConditionParser::parse(Rule::condition, text).map_err(|error| explained(&error, text))?;
        let expr = match pairs.next() {
            Some(pair) => expression(pair)?,
            None => return Err(ConditionError { message: "the condition is empty".to_owned(), span: Span::at(0) }),
        };
        match pairs.find(|pair| pair.as_rule() == Rule::aggregation) {
            Some(pair) => Err(ConditionError {
                message: "aggregations are no part of Sigma 2: write a correlation rule (`event_count`, `value_count`)"
                    .to_owned(),
                span: span(&pair),
            }),
            None => Ok(Self { text: text.to_owned(), expr }),
        }
    }
}

fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().enumerate().find_map(|(place, byte)| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth > MAX_DEPTH).then_some(place)
    })
}

fn span(pair: &Pair<'_, Rule>) -> Span {
    Span::new(pair.as_span().start(), pair.as_span().end())
}

/// Splits a flat list at each `or`, and the pieces at each `and`.
fn expression(pair: Pair<'_, Rule>) -> Result<ConditionExpr, ConditionError> {
    let mut alternatives = vec![Vec::new()];
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::operand => {
                let operand = operand(part)?;
                if let Some(conjunction) = alternatives.last_mut() {
                    conjunction.push(operand);
                }
            }
            Rule::or_word => alternatives.push(Vec::new()),
            _ => {}
        }
    }
    let conjunctions = alternatives.into_iter().map(|operands| joined(operands, ConditionExpr::And)).collect();
    Ok(joined(conjunctions, ConditionExpr::Or))
}

fn joined(mut operands: Vec<ConditionExpr>, join: fn(Vec<ConditionExpr>) -> ConditionExpr) -> ConditionExpr {
    match operands.pop() {
        Some(only) if operands.is_empty() => only,
        Some(last) => {
            operands.push(last);
            join(operands)
        }
        None => join(operands),
    }
}

fn operand(pair: Pair<'_, Rule>) -> Result<ConditionExpr, ConditionError> {
    let place = span(&pair);
    let mut is_negated = false;
    let mut result = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::not_word => is_negated = !is_negated,
            Rule::expression => result = Some(expression(part)?),
            Rule::quantified => result = Some(quantified(part)?),
            Rule::identifier => {
                result = Some(ConditionExpr::Search { name: part.as_str().to_owned(), span: span(&part) });
            }
            _ => {}
        }
    }
    match result {
        Some(result) if is_negated => Ok(ConditionExpr::Not(Box::new(result))),
        Some(result) => Ok(result),
        None => Err(ConditionError { message: "there is nothing to test".to_owned(), span: place }),
    }
}

fn quantified(pair: Pair<'_, Rule>) -> Result<ConditionExpr, ConditionError> {
    let place = span(&pair);
    let mut quantifier = Quantifier::One;
    let mut target = Target::Them;
    for part in pair.into_inner() {
        let text = part.as_str();
        match part.as_rule() {
            Rule::quantifier => {
                quantifier = match text.to_ascii_lowercase().as_str() {
                    "1" | "any" => Quantifier::One,
                    "all" => Quantifier::All,
                    _ => {
                        let message = format!("`{text} of` is not a part of Sigma: only `1 of` and `all of` are");
                        return Err(ConditionError { message, span: span(&part) });
                    }
                }
            }
            Rule::target if text.eq_ignore_ascii_case("them") => target = Target::Them,
            Rule::target => target = Target::Pattern(text.to_owned()),
            _ => {}
        }
    }
    Ok(ConditionExpr::Of { quantifier, target, span: place })
}

/// Says what is missing where, in Sigma's words.
fn explained(error: &pest::error::Error<Rule>, text: &str) -> ConditionError {
    let start = match error.location {
        InputLocation::Pos(place) | InputLocation::Span((place, _)) => place,
    };
    let wanted: &[Rule] = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    };
    let rest = text.get(start..).unwrap_or("");
    let word = rest.split_whitespace().next().unwrap_or("");
    let found = if word.is_empty() { "the condition ends".to_owned() } else { format!("`{word}` stands") };
    let expected = if wanted.contains(&Rule::target) {
        "the name of a search, a name with `*`, or `them`"
    } else if wanted.iter().any(|rule| matches!(rule, Rule::identifier | Rule::operand | Rule::expression)) {
        "a search is expected"
    } else if wanted.contains(&Rule::closing) {
        "`and`, `or` or `)` is expected"
    } else {
        "`and`, `or` or the end is expected"
    };
    let expected = if expected.ends_with("expected") { expected.to_owned() } else { format!("{expected} is expected") };
    ConditionError { message: format!("{found} where {expected}"), span: Span::new(start, start + word.len()) }
}

#[cfg(test)]
mod tests {
    use super::{Condition, ConditionExpr, Target};

    /// A condition with all of its parentheses.
    fn shape(text: &str) -> String {
        fn show(expr: &ConditionExpr) -> String {
            let list = |items: &[ConditionExpr], word: &str| {
                format!("({})", items.iter().map(show).collect::<Vec<_>>().join(word))
            };
            match expr {
                ConditionExpr::And(items) => list(items, " & "),
                ConditionExpr::Or(items) => list(items, " | "),
                ConditionExpr::Not(inner) => format!("!{}", show(inner)),
                ConditionExpr::Search { name, .. } => name.clone(),
                ConditionExpr::Of { quantifier, target, .. } => format!("{quantifier:?}:{target:?}"),
            }
        }
        match Condition::parse(text) {
            Ok(condition) => show(&condition.expr),
            Err(error) => format!("{} {:?}", error.message, error.span.slice(text)),
        }
    }

    #[test]
    fn precedence() {
        assert_eq!(shape("a or b and not c"), "(a | (b & !c))");
        assert_eq!(shape("not (a or b) and c"), "(!(a | b) & c)");
        assert_eq!(shape("not not a"), "a");
        assert_eq!(shape("NOT a AND b"), "(!a & b)");
        assert_eq!(shape("or_1 and android"), "(or_1 & android)");
    }

    #[test]
    fn quantifiers() {
        assert_eq!(shape("1 of sel_*"), "One:Pattern(\"sel_*\")");
        assert_eq!(shape("all of them and x"), "(All:Them & x)");
        assert_eq!(shape("any of them"), "One:Them");
        assert_eq!(shape("all"), "all");
        assert!(shape("2 of them").starts_with("`2 of` is not a part of Sigma"));
        let target = Target::Pattern("sel*_x*".to_owned());
        assert!(target.includes("selection_x1") && target.includes("sel_x") && !target.includes("sel"));
        assert!(!Target::Them.includes("_hidden"));
        assert!(Target::Pattern("_hid*".to_owned()).includes("_hidden"));
    }

    #[test]
    fn what_is_no_condition() {
        assert_eq!(shape("a and"), "the condition ends where a search is expected \"\"");
        assert_eq!(shape("a b"), "`b` stands where `and`, `or` or the end is expected \"b\"");
        assert_eq!(shape("(a or b"), "the condition ends where `and`, `or` or `)` is expected \"\"");
        assert_eq!(shape(""), "the condition ends where a search is expected \"\"");
        assert!(shape("a | count() by b > 5").ends_with("\"| count() by b > 5\""));
        assert!(shape(&"(".repeat(100_000)).starts_with("parentheses nest"));
    }
}
