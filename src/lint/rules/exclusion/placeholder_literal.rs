//! FPX006: a value of a template that was never filled in.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::lint::predicate::texts_with_places;
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::span::Span;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX006",
    name: "placeholder-literal",
    category: Category::Exclusion,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("placeholder_literal.md"),
    check,
};

/// Words that only templates and documentation use, without what may stand between their parts.
const WORDS: &[&str] = &[
    "changeme",
    "contoso",
    "inserthere",
    "replaceme",
    "replacewith",
    "yourcompany",
    "yourdomain",
    "yourorganization",
    "yourtenant",
];

fn check(cx: &mut Context<'_>) {
    let severity = match cx.kind() {
        RuleKind::Scheduled | RuleKind::Nrt | RuleKind::CustomDetection => Severity::Error,
        RuleKind::Hunting | RuleKind::Function | RuleKind::Snippet | RuleKind::Sigma => Severity::Info,
    };
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    for predicate in cx.predicates() {
        let placeholders: Vec<(&str, Span)> =
            texts_with_places(predicate).filter(|(text, place)| is_placeholder(text) && seen.insert(*place)).collect();
        // Sample data hold the names of sample companies.
        let is_sample = |text: &str| matches!(text.to_lowercase().as_str(), "contoso" | "fabrikam");
        let is_of_known_table = predicate.subject.column.as_ref().is_some_and(|column| table_column(column).is_some());
        let placeholders: Vec<(&str, Span)> =
            placeholders.into_iter().filter(|(text, _)| is_of_known_table || !is_sample(text)).collect();
        let Some(((first, place), others)) = placeholders.split_first() else { continue };
        let effect = if predicate.is_negated { "excludes nothing" } else { "matches nothing" };
        let mut report = cx.report(*place, format!("`{first}` is a placeholder: as it stands, it {effect}"));
        report
            .severity(severity)
            .label("never filled in")
            .help("write the real value, or read it from a watchlist or a parameter");
        for (_, other) in others {
            report.related(*other, "another placeholder");
        }
    }
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    let joined: String = lower.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect();
    let has_word = WORDS.iter().any(|word| joined.contains(word));
    // Reserved by RFC 2606 for documentation.
    let is_example = ["example.com", "example.org", "example.net"].iter().any(|domain| {
        lower.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with(['@', '.', '/']))
    });
    has_word || is_example || is_in_angle_brackets(&lower) || is_instruction(&lower) || is_crossed_out(&lower)
}

/// `IP ADDRESS GOES HERE`, `enter your computer name here`, `[insert devicename here]`.
fn is_instruction(text: &str) -> bool {
    let text = text.trim_matches(['[', ']', '!', '.']);
    let begins = ["put ", "enter ", "insert ", "replace "].iter().any(|word| text.starts_with(word));
    text.ends_with(" goes here") || (begins && (text.ends_with(" here") || text.contains(" your ")))
}

/// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, `xxxxx`.
fn is_crossed_out(text: &str) -> bool {
    text.len() >= 4 && text.contains("xxxx") && text.chars().all(|c| c == 'x' || c == '-' || c.is_ascii_hexdigit())
}

/// `<tenant id>`, `<your-app-id>`: words between angle brackets. Markup has no blank or hyphen in its shortest forms.
fn is_in_angle_brackets(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) else { return false };
    let is_words = inner.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    is_words && inner.starts_with(char::is_alphabetic) && (inner.contains([' ', '-', '_']) || inner.starts_with("your"))
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn values_of_templates() {
        for text in ["yourdomain.com", "your-domain.onmicrosoft.com", "admin@contoso.com", "<tenant id>", "<YourApp>"] {
            assert!(is_placeholder(text), "{text}");
        }
        assert!(is_placeholder("user@example.com"));
    }

    #[test]
    fn values_of_their_own() {
        for text in ["", "<script>", "<", "domain.com", "badexample.com", "<b>"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
