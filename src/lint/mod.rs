//! Facts in, findings with fixes out.
//!
//! A lint rule is one constant with a function pointer and a Markdown document beside it, listed once in `rules`.
//! Rules look at facts and nodes, never at text that they would have to search, and stay silent when a fact is missing.

pub mod across;
mod attack;
mod case;
mod context;
mod dropped;
mod join;
mod literal;
mod mistake;
mod predicate;
mod regex;
mod rule;
mod rules;
mod shape;
mod sigma;
pub mod suppression;
mod value_set;
mod wording;

pub use context::{Context, Input, Report};
pub use rule::{Category, Confidence, Fixable, Needs, Rule};
pub use sigma::{SigmaInput, check_sigma};

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::diagnostic::Diagnostic;
use crate::parse::SyntaxError;
use crate::rule::RuleKind;
use crate::span::Span;

use context::Nodes;

/// Every lint rule, sorted by code.
pub fn rules() -> &'static [Rule] {
    rules::ALL
}

/// The rule of a code, in any letter case, or of a name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    static BY_CODE: LazyLock<HashMap<&'static str, &'static Rule>> =
        LazyLock::new(|| rules().iter().map(|rule| (rule.code, rule)).collect());
    let by_other =
        || rules().iter().find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name == code_or_name);
    BY_CODE.get(code_or_name).copied().or_else(by_other)
}

/// The path of a rule's Markdown page below `src/lint/rules`, for links to it.
pub fn page(rule: &Rule) -> &'static str {
    let index = rules().iter().position(|other| other.code == rule.code);
    index.and_then(|index| rules::PAGES.get(index)).copied().unwrap_or_default()
}

/// The code or name that was probably meant by one that [`find`] does not know.
pub fn suggest(code_or_name: &str) -> Option<&'static str> {
    /// Similarity from which a spelling counts as a slip of the same word.
    const ENOUGH: f64 = 0.85;

    let upper = code_or_name.to_ascii_uppercase();
    let lower = code_or_name.to_ascii_lowercase();
    let score = |candidate: &str| strsim::jaro_winkler(&upper, candidate).max(strsim::jaro_winkler(&lower, candidate));
    rules()
        .iter()
        .flat_map(|rule| [rule.code, rule.name])
        .map(|candidate| (score(candidate), candidate))
        .filter(|(similarity, _)| *similarity >= ENOUGH)
        // Of equals, `max_by` takes the last.
        .rev()
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// The largest query, in bytes, that the rules look at: some compare every test with every other one. Sentinel takes
/// 10,000 characters.
const MAX_QUERY: usize = 256 * 1024;

/// The finding of a query that is larger than the rules look at.
pub fn too_large(query: &str) -> Option<Diagnostic> {
    let rule = &rules::file::unreadable_file::RULE;
    (query.len() > MAX_QUERY).then(|| Diagnostic {
        code: rule.code,
        name: rule.name,
        severity: rule.severity,
        message: format!("the query has {} bytes, and lint looks at {MAX_QUERY} at most", query.len()),
        place: Span::at(0).into(),
        label: "too large".to_owned(),
        related: Vec::new(),
        help: Some("is this a query? Sentinel takes 10,000 characters".to_owned()),
        notes: Vec::new(),
        fix: None,
    })
}

/// The finding of a syntax error, for commands that need a query without one.
pub fn syntax_error(error: &SyntaxError) -> Diagnostic {
    rules::syntax::syntax_error::finding(error)
}

/// The table of all rules in Markdown, as the README has it.
pub fn table() -> String {
    let mut table = "| code | name | severity | fix |\n|---|---|---|---|\n".to_owned();
    for rule in rules() {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            rule.code,
            rule.name,
            rule.severity.as_str(),
            rule.fixable.as_str()
        );
    }
    table
}

/// The reference of all rules in Markdown: the table, then the page of each rule under the heading of its family.
pub fn reference() -> String {
    let mut page = format!("# Lint rules\n\n{}", table());
    let mut family = None;
    for rule in rules() {
        if family != Some(rule.category) {
            family = Some(rule.category);
            let _ = write!(page, "\n## {} ({})\n", rule.category.title(), rule.category.prefix());
        }
        let _ = write!(page, "\n{}", section(rule));
    }
    page
}

/// The page of a rule two headings deeper, with the facts about it.
fn section(rule: &Rule) -> String {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in rule.document.lines() {
        is_code ^= line.starts_with("```");
        let is_heading = !is_code && line.starts_with('#');
        lines.push(if is_heading { format!("##{line}") } else { line.to_owned() });
        if is_heading && line.starts_with("# ") {
            lines.push(format!("\n{}", facts(rule)));
        }
    }
    lines.join("\n") + "\n"
}

/// One line about a rule: severity, confidence, whether it is on, fix, kinds, needs.
pub fn facts(rule: &Rule) -> String {
    let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.as_str()).collect();
    let kinds =
        if rule.kinds.len() == Rule::EVERY_KIND.len() { "every kind of file".to_owned() } else { kinds.join(", ") };
    format!(
        "{} · {} · confidence {}{} · fix {} · {kinds} · needs {}",
        rule.category.title(),
        rule.severity.as_str(),
        rule.confidence.as_str(),
        if rule.default_on { "" } else { " · off by default" },
        rule.fixable.as_str(),
        rule.needs.as_str(),
    )
}

/// Runs the selected rules that apply to the kind of the rule file. The findings are sorted by place, then by code.
pub fn check(input: &Input<'_>, selected: impl Fn(&Rule) -> bool) -> Vec<Diagnostic> {
    check_and_tell(input, selected, &mut |_| {})
}

/// As [`check`]; `done` hears of each rule that has run, for measuring.
pub fn check_and_tell(
    input: &Input<'_>,
    selected: impl Fn(&Rule) -> bool,
    done: &mut dyn FnMut(&'static Rule),
) -> Vec<Diagnostic> {
    let nodes = Nodes::of(input.query);
    let texts = |id| (input.texts)(id);
    let input = input.for_rules(&texts);
    run(input.kind, selected, |rule| Context::new(input, &nodes, rule), done)
}

/// Runs the selected rules for one kind, each in a context of its own.
fn run<'a>(
    kind: RuleKind,
    selected: impl Fn(&Rule) -> bool,
    context: impl Fn(&'static Rule) -> Context<'a>,
    done: &mut dyn FnMut(&'static Rule),
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for rule in rules().iter().filter(|rule| rule.kinds.contains(&kind) && selected(rule)) {
        let mut context = context(rule);
        (rule.check)(&mut context);
        findings.append(&mut context.into_findings());
        done(rule);
    }
    findings.sort_by_key(|finding| (finding.place, finding.code));
    findings.dedup_by_key(|finding| (finding.place, finding.code));
    findings
}
