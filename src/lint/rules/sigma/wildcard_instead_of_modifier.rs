//! SGS037: wildcards that a modifier says better.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Shape, Word};
use crate::sigma::{Pattern, Segment};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS037",
    name: "wildcard-instead-of-modifier",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("wildcard_instead_of_modifier.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.modifiers.is_empty() && !item.field.is_empty()) {
        let shapes: Vec<Option<Shape>> = item.values.iter().map(shape).collect();
        let Some(Some(first)) = shapes.first().copied().filter(|first| shapes.iter().all(|shape| shape == first))
        else {
            continue;
        };
        let modifier = match first {
            Shape::Inside => "contains",
            Shape::Start => "startswith",
            Shape::End => "endswith",
            Shape::Whole => continue,
        };
        let end = item.key.text.len();
        let mut edits = vec![edit(item.key.part(end, end), format!("|{modifier}"))];
        for value in &item.values {
            let length = value.text.len();
            if first != Shape::Start {
                edits.push(edit(value.part(0, 1), ""));
            }
            if first != Shape::End {
                // The backslash that keeps the one in front of it from escaping the star goes too.
                let star = if value.text[..length - 1].ends_with('\\') { length - 2 } else { length - 1 };
                edits.push(edit(value.part(star, length), ""));
            }
        }
        let is_exact = item.values.iter().all(Word::is_on_one_line);
        let mut report = cx.report(item.key.place(), format!("the stars mean `{modifier}`"));
        report.label("without a modifier").help(format!("write `{}|{modifier}` and no stars", item.field));
        if is_exact {
            report.fix(format!("write `{modifier}`"), Effect::Same, edits);
        }
    }
}

/// Where the text of a value stands, if stars at its ends say just that.
fn shape(value: &Word<'_>) -> Option<Shape> {
    if !value.is_text() {
        return None;
    }
    match Pattern::parse(value.text).segments.as_slice() {
        [Segment::AnyText, Segment::Literal(_), Segment::AnyText] => Some(Shape::Inside),
        [Segment::Literal(_), Segment::AnyText] => Some(Shape::Start),
        [Segment::AnyText, Segment::Literal(_)] => Some(Shape::End),
        _ => None,
    }
}
