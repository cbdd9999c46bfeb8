//! EVD003: a folder on one drive alone.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::literal::place_in_literal;
use crate::lint::predicate::{effect_on_rule, selects, texts_with_places};
use crate::lint::regex::string_literals;
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD003",
    name: "hard-coded-drive",
    category: Category::Evasion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("hard_coded_drive.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    for predicate in cx.predicates().iter().filter(|predicate| selects(predicate)) {
        let PredicateOp::Binary(op @ (BinaryOp::StartsWith | BinaryOp::Has | BinaryOp::Contains)) = predicate.op else {
            continue;
        };
        let Some(column) = predicate.subject.plain_column() else { continue };
        if !matches!(shape_of(cx.schema(), column), Some(ColumnShape::Path | ColumnShape::Folder)) {
            continue;
        }
        let Some((text, place)) = texts_with_places(predicate).find(|(text, _)| is_on_drive(text)) else { continue };
        let name = &column.name;
        let other = format!("D{}", text.get(1..).unwrap_or_default());
        let drive = literals.get(&place).and_then(|literal| place_in_literal(cx.text(), literal, 0..1));
        let effect = effect_on_rule(predicate, Effect::Wider);
        let operator_span = predicate.op_span;
        let mut report = cx.report(place, "the folder may lie on another drive");
        report
            .label("one drive alone")
            .help("leave the letter out and use `contains`")
            .note(format!("missed today: {name}=\"{other}\""));
        if let Some(drive) = drive.filter(|_| op != BinaryOp::Has && predicate.span.contains(place)) {
            let mut edits = vec![Edit { place: drive.into(), replacement: String::new() }];
            if op == BinaryOp::StartsWith {
                edits.insert(
                    0,
                    Edit { place: operator_span.into(), replacement: BinaryOp::Contains.as_str().to_owned() },
                );
            }
            report.fix("leave the drive out", effect, edits);
        }
    }
}

/// `C:\x…`, or the same with another letter.
fn is_on_drive(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [letter, b':', b'\\', rest @ ..] if letter.is_ascii_alphabetic() && rest.len() > 3)
}
