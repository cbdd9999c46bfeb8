//! Expressions of `eval` and `where`, read.
//!
//! `NOT` binds tighter than `AND`, and that tighter than `OR`. A text is in double quotes, a field in single ones or bare.

use super::function::Function;
use super::token::{Cursor, Language, Token, tokens};
use super::value::number;
use super::{Outcome, rejected, unknown};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Field(String),
    Text(String),
    Number(f64),
    Call { function: Function, arguments: Vec<Expression> },
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Compare { sign: &'static str, left: Box<Expression>, right: Box<Expression> },
    Arithmetic { sign: &'static str, left: Box<Expression>, right: Box<Expression> },
    Negate(Box<Expression>),
}

/// The whole text as one expression.
pub(super) fn read(text: &str) -> Outcome<Expression> {
    let mut cursor = Cursor::new(tokens(text, Language::Expression)?);
    let expression = any(&mut cursor)?;
    match cursor.peek() {
        None => Ok(expression),
        Some(token) => rejected(format!("{token:?} behind an expression")),
    }
}

/// The assignments of `eval`, in order.
pub(super) fn assignments(text: &str) -> Outcome<Vec<(String, Expression)>> {
    let mut cursor = Cursor::new(tokens(text, Language::Expression)?);
    let mut found = Vec::new();
    loop {
        let name = cursor.name()?;
        cursor.expect("=")?;
        found.push((name, any(&mut cursor)?));
        if !cursor.takes(",") {
            break;
        }
    }
    match cursor.peek() {
        None => Ok(found),
        Some(token) => rejected(format!("{token:?} behind an assignment")),
    }
}

/// An expression among other things.
pub(super) fn any(cursor: &mut Cursor) -> Outcome<Expression> {
    let mut parts = vec![all(cursor)?];
    while cursor.takes_word("OR") {
        parts.push(all(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
}

fn all(cursor: &mut Cursor) -> Outcome<Expression> {
    let mut parts = vec![not(cursor)?];
    while cursor.takes_word("AND") {
        parts.push(not(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
}

fn not(cursor: &mut Cursor) -> Outcome<Expression> {
    if cursor.takes_word("NOT") {
        return Ok(Expression::Not(Box::new(not(cursor)?)));
    }
    comparison(cursor)
}

fn comparison(cursor: &mut Cursor) -> Outcome<Expression> {
    let left = sum(cursor)?;
    let sign = match cursor.peek() {
        Some(Token::Sign(sign @ ("=" | "==" | "!=" | "<" | ">" | "<=" | ">="))) => *sign,
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("LIKE") || word.eq_ignore_ascii_case("IN") => {
            return unknown(format!("the operator `{word}`"));
        }
        _ => return Ok(left),
    };
    cursor.next();
    let right = sum(cursor)?;
    let sign = if sign == "==" { "=" } else { sign };
    Ok(Expression::Compare { sign, left: Box::new(left), right: Box::new(right) })
}

fn sum(cursor: &mut Cursor) -> Outcome<Expression> {
    let mut left = product(cursor)?;
    while let Some(Token::Sign(sign @ ("+" | "-" | "."))) = cursor.peek() {
        let sign = *sign;
        cursor.next();
        left = Expression::Arithmetic { sign, left: Box::new(left), right: Box::new(product(cursor)?) };
    }
    Ok(left)
}

fn product(cursor: &mut Cursor) -> Outcome<Expression> {
    let mut left = unary(cursor)?;
    while let Some(Token::Sign(sign @ ("*" | "/" | "%"))) = cursor.peek() {
        let sign = *sign;
        cursor.next();
        left = Expression::Arithmetic { sign, left: Box::new(left), right: Box::new(unary(cursor)?) };
    }
    Ok(left)
}

fn unary(cursor: &mut Cursor) -> Outcome<Expression> {
    if cursor.takes("-") {
        return Ok(Expression::Negate(Box::new(unary(cursor)?)));
    }
    match cursor.next() {
        Some(Token::Quoted(text)) => Ok(Expression::Text(text)),
        Some(Token::Field(name)) => Ok(Expression::Field(name)),
        Some(Token::Word(word)) => match number(&word) {
            Some(number) => Ok(Expression::Number(number)),
            None if cursor.takes("(") => call(&word, cursor),
            None => Ok(Expression::Field(word)),
        },
        Some(Token::Sign("(")) => {
            let inner = any(cursor)?;
            cursor.expect(")")?;
            Ok(inner)
        }
        other => rejected(format!("{other:?} where a value should be")),
    }
}

fn call(name: &str, cursor: &mut Cursor) -> Outcome<Expression> {
    let mut arguments = Vec::new();
    while !cursor.takes(")") {
        if !arguments.is_empty() {
            cursor.expect(",")?;
        }
        arguments.push(any(cursor)?);
    }
    let Some(function) = Function::named(name) else { return unknown(format!("the function `{name}`")) };
    if !function.takes(arguments.len()) {
        return rejected(format!("{} arguments of `{name}`", arguments.len()));
    }
    Ok(Expression::Call { function, arguments })
}
