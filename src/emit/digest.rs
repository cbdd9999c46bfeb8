//! A list of digests, `SHA256=…,IMPHASH=…`, on a target with one column for each (T11).

use super::condition::{Condition, FieldTest, Match, Origin, Shape, TextTest};
use super::loss::Refusal;
use super::reason::Reason;
use super::subject::subject;
use super::term::Part;
use super::translate::{Position, Translator};
use crate::ir::{ExprKind, Test, TestOp};
use crate::mapping::{Dialect, ValueForm};
use crate::schema::Value;
use crate::span::Span;

/// The concept of such a list.
const LIST: &str = "hashes";

/// Digests, and how many hexadecimal digits each has.
const LENGTHS: [(&str, usize); 4] = [("md5", 32), ("imphash", 32), ("sha1", 40), ("sha256", 64)];

impl Translator<'_> {
    /// The test of the list as tests of digests; nothing if it is no such test or the target has the list.
    pub(super) fn digests(&mut self, test: &Test, span: Span, at: Position) -> Option<Condition> {
        let ExprKind::Field(field) = &test.subject.kind else { return None };
        let columns = self.columns;
        if columns.from != Dialect::Sigma || !(field.name.eq_ignore_ascii_case("hashes") || is_digest(&field.name)) {
            return None;
        }
        columns.hub.parts(columns.log_source, LIST).next()?;
        // One digest of unknown kind, which is what an alias may hold, is no list of them.
        let listed = subject(&test.subject).and_then(|subject| columns.resolve(&subject));
        if listed.is_some_and(|(found, _)| found.target.form != ValueForm::Hash) {
            return None;
        }
        let mut parts = Vec::new();
        for operand in &test.operands {
            let ExprKind::Value(Value::String(listed)) = &operand.kind else { return None };
            match self.digest(&field.name, listed, test.op) {
                Ok((column, digests)) => parts.extend(column.into_iter().map(|name| {
                    let origin = Origin {
                        span,
                        construct: field.name.clone(),
                        column: field.name.clone(),
                        form: ValueForm::Hash,
                        is_negated: at.is_negated,
                        ..Origin::default()
                    };
                    let needles = vec![digests.clone()];
                    let part = Part::Everything;
                    let whole = TextTest { shape: Shape::Whole, part, needles, is_case_sensitive: false };
                    Condition::Match(Match { field: name, test: FieldTest::Text(whole), origin })
                })),
                Err((reason, message)) => {
                    return Some(self.refuse(Refusal::new(span, reason, field.name.clone(), message), at));
                }
            }
        }
        Some(Condition::any(parts))
    }

    /// The columns that hold the digest, and its digits.
    fn digest(&self, field: &str, text: &str, op: TestOp) -> Result<(Vec<String>, String), (Reason, String)> {
        let (named, digits) = match text.trim_matches('*').split_once('=') {
            Some((name, digits)) => (Some(name.to_ascii_lowercase()), digits),
            None => (is_digest(field).then(|| field.to_ascii_lowercase()), text.trim_matches('*')),
        };
        let is_value =
            matches!(op, TestOp::Contains | TestOp::EqualCi | TestOp::InCi | TestOp::StartsWith | TestOp::EndsWith);
        let is_whole = LENGTHS
            .iter()
            .any(|(name, length)| named.as_ref().is_none_or(|named| named == name) && digits.len() == *length);
        if !is_value || !is_whole || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            let message = format!("`{text}` is no whole digest, and the target has no list of digests");
            return Err((Reason::ValueForm, message));
        }
        let fits = |name: &str| match &named {
            Some(named) => named == name,
            None => LENGTHS.iter().any(|(known, length)| *known == name && *length == digits.len()),
        };
        let parts = self.columns.hub.parts(self.columns.log_source, LIST).filter(|concept| fits(&concept.name));
        let found: Vec<String> = parts
            .filter_map(|concept| self.columns.to.iter().find_map(|dialect| concept.column(*dialect)))
            .flat_map(|column| column.names.clone())
            .collect();
        if found.is_empty() {
            let named = named.map_or_else(|| "digests of this length".to_owned(), |name| name.to_uppercase());
            return Err((Reason::FieldUnmapped, format!("the target has no column for {named}")));
        }
        Ok((found, digits.to_owned()))
    }
}

fn is_digest(field: &str) -> bool {
    LENGTHS.iter().any(|(name, _)| field.eq_ignore_ascii_case(name))
}
