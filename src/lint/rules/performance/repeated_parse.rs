//! PRF008: one text that is parsed again and again.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, Node, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF008",
    name: "repeated-parse",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("repeated_parse.md"),
    check,
};

/// From this many on, it is worth a column of its own.
const MANY: usize = 3;

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let mut places: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        let (OperatorKind::Extend(items) | OperatorKind::Project(items)) = &operator.kind else { continue };
        for node in items.iter().flat_map(|item| Node::Expr(&item.value).walk()) {
            let Node::Expr(expr) = node else { continue };
            let ExprKind::Call { name, .. } = &expr.kind else { continue };
            if matches!(&*name.text, "parse_json" | "todynamic" | "parsejson" | "parse_xml") {
                places.entry(cx.slice(expr.span)).or_default().push(expr.span);
            }
        }
        let mut repeated: Vec<(&str, Vec<Span>)> =
            places.into_iter().filter(|(_, places)| places.len() >= MANY).collect();
        repeated.sort_by_key(|(_, places)| places.first().copied());
        for (text, places) in repeated {
            let [first, second, ..] = places.as_slice() else { continue };
            cx.report(*first, format!("`{text}` is computed {} times for each row", places.len()))
                .label("the first time")
                .related(*second, "again")
                .help("compute it once in an `extend` of its own");
        }
    }
}
