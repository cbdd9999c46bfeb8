//! JON004: processes are matched by a process id alone.

use crate::diagnostic::Severity;
use crate::lint::join::{Key, keyed_joins};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{ExprKind, Node, Operator};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON004",
    name: "pid-without-creation-time",
    category: Category::Join,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("pid_without_creation_time.md"),
    check,
};

/// Columns with a process id.
const IDS: &[&str] = &[
    "ActingProcessId",
    "InitiatingProcessId",
    "InitiatingProcessParentId",
    "NewProcessId",
    "ProcessId",
    "TargetProcessId",
];

fn check(cx: &mut Context<'_>) {
    for join in keyed_joins(cx) {
        let Some(id) = join.keys.iter().find(|key| names(key).any(|name| IDS.contains(&name))) else { continue };
        // The time of creation, the id that is unique for good, a logon session, or a time bucket.
        let is_narrowed = join.keys.iter().flat_map(names).any(|name| {
            name.contains("CreationTime")
                || name.contains("UniqueId")
                || name.contains("Guid")
                || matches!(name, "TimeGenerated" | "Timestamp")
        });
        if is_narrowed || !join.is_complete || bounds_time_behind(cx, join.operator) {
            continue;
        }
        let Some(name) = names(id).next() else { continue };
        let creation_time = match name {
            "ProcessId" => "ProcessCreationTime",
            "InitiatingProcessId" => "InitiatingProcessCreationTime",
            "InitiatingProcessParentId" => "InitiatingProcessParentCreationTime",
            _ => "",
        };
        let help = match creation_time {
            "" => "bound the time between the two events: this table has no time of creation".to_owned(),
            column => format!("add `{column}` to the keys, next to the device and the process id"),
        };
        cx.report(id.span, format!("`{name}` is used again by later processes, so other processes can match too"))
            .label("not unique over time")
            .related(join.operator.keyword_span(), "pairs rows by it")
            .help(help);
    }
}

/// Whether a filter behind the join asks how long the two events are apart.
fn bounds_time_behind(cx: &Context<'_>, join: &Operator<'_>) -> bool {
    let Some((pipeline, index)) = cx.operator_around(join.keyword_span()) else { return false };
    let later = pipeline.operators.get(index + 1..).unwrap_or_default();
    later.iter().flat_map(|operator| Node::Operator(operator).walk()).any(|node| match node {
        Node::Expr(expr) => matches!(&expr.kind, ExprKind::Call { name, .. } if name.text == "datetime_diff"),
        Node::Statement(_) | Node::Pipeline(_) | Node::Operator(_) => false,
    })
}

/// The names of a key on both sides, as the tables have them.
fn names(key: &Key) -> impl Iterator<Item = &str> {
    [key.left.as_ref(), key.right.as_ref()].into_iter().flatten().map(|column| column.name.as_str())
}
