//! JON001: a `join` that does not say its kind.

use crate::analyze::JoinUse;
use crate::diagnostic::{Effect, Severity};
use crate::lint::join::{KeyedJoin, keyed_joins};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, NamedExpr, OperatorKind, Pipeline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON001",
    name: "default-join-kind",
    category: Category::Join,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("default_join_kind.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let keys: Vec<(Span, Vec<String>)> =
        keyed_joins(cx).iter().map(|join| (join.operator.span, left_keys(join))).collect();
    for operator in cx.operators() {
        if !matches!(operator.kind, OperatorKind::Join(_)) || operator.parameter("kind").is_some() {
            continue;
        }
        let keyword = operator.keyword_span();
        let Some((pipeline, index)) = cx.operator_around(keyword) else { continue };
        let is_unique =
            keys.iter().any(|(join, names)| *join == operator.span && has_one_row_per_key(pipeline, index, names));
        let used = cx.facts().joins.iter().find(|join| join.span == operator.span);
        let effect = match used {
            _ if is_unique => Effect::Same,
            Some(JoinUse { is_unclear: false, is_in_exclusion: false, .. }) => Effect::Wider,
            Some(JoinUse { is_unclear: false, is_in_exclusion: true, .. }) => Effect::Narrower,
            Some(JoinUse { is_unclear: true, .. }) | None => Effect::Unknown,
        };
        let (message, severity) = if is_unique {
            ("`join` without a kind; the left side has one row per key, so it is an inner join", Severity::Info)
        } else {
            ("`join` without a kind keeps one arbitrary left row per key", Severity::Warning)
        };
        cx.report(keyword, message)
            .severity(severity)
            .label("`innerunique` by default")
            .help("use `kind=inner` to keep every pair of rows, or `kind=innerunique` if one left row per key is meant")
            .replace(Span::at(keyword.end as usize), " kind=inner", "write `kind=inner`", effect);
    }
}

/// The names of the left keys of a join; none if one of them is more than a name.
fn left_keys(join: &KeyedJoin<'_>) -> Vec<String> {
    let names = join.keys.iter().map(|key| key.left.as_ref().map(|column| column.name.clone()));
    names.collect::<Option<Vec<String>>>().filter(|_| join.is_complete).unwrap_or_default()
}

/// Whether what flows into a join is grouped by nothing but its keys.
fn has_one_row_per_key(pipeline: &Pipeline<'_>, join: usize, keys: &[String]) -> bool {
    for operator in pipeline.operators.get(..join).unwrap_or_default().iter().rev() {
        let groups: &[NamedExpr<'_>] = match &operator.kind {
            OperatorKind::Where(_) | OperatorKind::Extend(_) | OperatorKind::Sort(_) => continue,
            OperatorKind::Summarize { by, .. } => by,
            OperatorKind::Distinct(columns) => columns,
            _ => return false,
        };
        let is_key = |group: &NamedExpr<'_>| match (group.name(), &group.value.kind) {
            (Some(name), _) | (None, ExprKind::Name(name)) => keys.iter().any(|key| *key == name.text),
            _ => false,
        };
        return !groups.is_empty() && groups.iter().all(is_key);
    }
    false
}
