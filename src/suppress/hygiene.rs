//! Findings about the comments themselves: unused, blanket, without a reason, misspelt, expired.

use super::directive::{Action, Directive, Selector};
use super::{Heard, Options, Reach};
use crate::diagnostic::{Diagnostic, Edit, Effect, Fix};
use crate::lint::{self, Rule, suppression};
use crate::parse::parse;
use crate::rule::RuleKind;
use crate::source::RuleFile;
use crate::span::{Place, Span};

/// Everything there is to say about the directives of a file.
pub(super) fn findings(
    file: &RuleFile,
    directives: &[Heard],
    selected: &dyn Fn(&Rule) -> bool,
    options: Options,
) -> Vec<(usize, Diagnostic)> {
    let parses: Vec<bool> = file.rules.iter().map(|rule| parse(rule.query()).is_accepted()).collect();
    let mut found = Vec::new();
    for (index, heard) in directives.iter().enumerate().filter(|(_, heard)| !heard.directive.is_foreign) {
        let directive = &heard.directive;
        let mut says = |diagnostic: Diagnostic| found.push((directive.rule, diagnostic));
        unknown(directive).into_iter().for_each(&mut says);
        if directive.action.is_none() || heard.reach == Reach::Nothing {
            continue;
        }
        if heard.is_expired {
            says(expired(directive));
            continue;
        }
        let is_reliable = match heard.reach {
            Reach::File | Reach::FileFrom(_) => parses.iter().all(|parses| *parses),
            Reach::Range(_) | Reach::From(_) | Reach::Texts(_) | Reach::Nothing => {
                parses.get(directive.rule).copied().unwrap_or(false)
            }
        };
        let unused = if is_reliable { unused(file, directives, index, selected) } else { None };
        let is_unused = unused.is_some();
        unused.into_iter().for_each(&mut says);
        let silences = directive.action != Some(Action::Enable);
        if directive.selectors.is_none() && silences && !is_unused {
            says(suppression::blanket(directive.place));
        }
        if options.requires_reason && directive.reason.is_empty() && silences && !is_unused {
            says(suppression::without_reason(directive.place));
        }
    }
    let kind = |rule: usize| file.rules.get(rule).map_or(RuleKind::Snippet, |rule| rule.kind);
    found.retain(|(rule, finding)| {
        lint::find(finding.code).is_some_and(|lint_rule| runs(lint_rule, kind(*rule)) && selected(lint_rule))
    });
    found
}

fn runs(rule: &Rule, kind: RuleKind) -> bool {
    rule.kinds.contains(&kind)
}

/// Words that stand for nothing.
fn unknown(directive: &Directive) -> Vec<Diagnostic> {
    let at = |span: Span| Place { span, ..directive.place };
    if directive.action.is_none() {
        return vec![suppression::unknown_form(at(directive.word))];
    }
    let words = directive.selectors.iter().flatten();
    let unknown = words.filter(|selector| !selector.means_any(lint::rules().iter()));
    unknown.map(|selector| suppression::unknown_code(at(selector.span), &selector.word)).collect()
}

fn expired(directive: &Directive) -> Diagnostic {
    let until = directive.until;
    let place = Place { span: until.map_or(directive.place.span, |until| until.span), ..directive.place };
    suppression::expired(place, until.and_then(|until| until.date).map(|date| date.to_string()))
}

/// What a directive does not silence although it could.
fn unused(file: &RuleFile, directives: &[Heard], index: usize, selected: &dyn Fn(&Rule) -> bool) -> Option<Diagnostic> {
    let heard = directives.get(index)?;
    let directive = &heard.directive;
    let kinds: Vec<RuleKind> = match heard.reach {
        Reach::File | Reach::FileFrom(_) => file.rules.iter().map(|rule| rule.kind).collect(),
        Reach::Range(_) | Reach::From(_) | Reach::Texts(_) | Reach::Nothing => {
            file.rules.get(directive.rule).map(|rule| rule.kind).into_iter().collect()
        }
    };
    // Only a rule that was run could have had a finding to silence.
    let was_run = |rule: &&Rule| selected(rule) && kinds.iter().any(|kind| runs(rule, *kind));
    let could = |selector: &Selector| selector.means_any(lint::rules().iter().filter(was_run));
    let is_used = |position: usize, selector: Option<&Selector>| match directive.action {
        Some(Action::Enable) => ends_something(directives, index, selector),
        Some(Action::Ignore | Action::IgnoreNextLine | Action::Disable | Action::FileIgnore) | None => {
            heard.used.get(position).copied().unwrap_or(true)
        }
    };
    let Some(selectors) = &directive.selectors else {
        let ran_all = lint::rules().iter().filter(|rule| kinds.iter().any(|kind| runs(rule, *kind))).all(selected);
        let fix = deletion(directive);
        return (!is_used(0, None) && ran_all).then(|| suppression::unused(directive.place, &[], fix));
    };
    let (mut idle, mut kept) = (Vec::new(), Vec::new());
    for (position, selector) in selectors.iter().enumerate() {
        let is_idle = !is_used(position, Some(selector)) && could(selector);
        if is_idle { idle.push(selector) } else { kept.push(selector) }
    }
    let words: Vec<&str> = idle.iter().map(|selector| selector.word.as_str()).collect();
    let (first, last) = (idle.first()?, idle.last()?);
    if kept.is_empty() {
        return Some(suppression::unused(directive.place, &words, deletion(directive)));
    }
    let place = Place { span: first.span.to(last.span), ..directive.place };
    Some(suppression::unused(place, &words, without(directive, selectors, &kept)))
}

/// Whether an `enable` follows a `disable` of the same that reaches as far.
fn ends_something(directives: &[Heard], index: usize, selector: Option<&Selector>) -> bool {
    let Some(enable) = directives.get(index) else { return false };
    let is_about_file = |heard: &Heard| matches!(heard.reach, Reach::FileFrom(_));
    directives.iter().take(index).any(|earlier| {
        let overlaps = || {
            lint::rules().iter().any(|rule| {
                earlier.directive.means(rule.code, rule.name)
                    && selector.is_none_or(|selector| selector.means(rule.code, rule.name))
            })
        };
        let reaches_here =
            is_about_file(earlier) || (!is_about_file(enable) && earlier.directive.rule == enable.directive.rule);
        earlier.directive.action == Some(Action::Disable) && reaches_here && overlaps()
    })
}

fn deletion(directive: &Directive) -> Fix {
    let place = Place { span: directive.removal, ..directive.place };
    let edit = Edit { place, replacement: String::new() };
    Fix { title: "delete the comment".to_owned(), effect: Effect::Same, edits: vec![edit] }
}

fn without(directive: &Directive, all: &[Selector], kept: &[&Selector]) -> Fix {
    let words: Vec<&str> = kept.iter().map(|selector| selector.word.as_str()).collect();
    let list = all.iter().map(|selector| selector.span).reduce(Span::to).unwrap_or(directive.place.span);
    let edit = Edit { place: Place { span: list, ..directive.place }, replacement: words.join(", ") };
    Fix { title: "delete what is not needed".to_owned(), effect: Effect::Same, edits: vec![edit] }
}
