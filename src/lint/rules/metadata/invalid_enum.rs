//! MET005: a word that the platform does not know in that place.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::attack::TACTICS;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{Located, RuleKind};
use crate::schema::nearest;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET005",
    name: "invalid-enum",
    category: Category::Metadata,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("invalid_enum.md"),
    check,
};

const SEVERITIES: &[&str] = &["Informational", "Low", "Medium", "High"];
const KINDS: &[&str] = &["Scheduled", "NRT"];
const OPERATORS: &[&str] = &["gt", "lt", "eq", "ne", "GreaterThan", "LessThan", "Equal", "NotEqual"];

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let words = [
        (&metadata.severity, SEVERITIES, "severity"),
        (&metadata.kind, KINDS, "kind"),
        (&metadata.trigger_operator, OPERATORS, "trigger operator"),
    ];
    for (written, known, what) in words {
        let Some(written) = written else { continue };
        one_of(cx, written, known, what);
    }
    for tactic in &metadata.tactics {
        one_of(cx, tactic, TACTICS, "tactic");
    }
}

fn one_of(cx: &mut Context<'_>, written: &Located<String>, known: &[&str], what: &str) {
    // What a deployment fills in is not known here.
    if known.contains(&written.value.as_str()) || written.value.starts_with(['[', '{', '$']) {
        return;
    }
    let joined: String = written.value.chars().filter(|c| c.is_alphanumeric()).collect();
    let near = known.iter().find(|word| word.eq_ignore_ascii_case(&joined)).copied();
    let near = near.or_else(|| nearest(&joined, known.iter().copied()));
    let mut report = cx.report(written.place, format!("`{}` is no {what}", written.value));
    report.label("not one of the words");
    match near {
        Some(near) => {
            let edit = Edit { place: written.place, replacement: near.to_owned() };
            report.help(format!("write `{near}`")).fix(format!("write `{near}`"), Effect::Same, vec![edit]);
        }
        None => {
            report.help(format!("write one of {}", known.join(", ")));
        }
    }
}
