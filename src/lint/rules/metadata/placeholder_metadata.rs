//! MET010: metadata that a template left behind.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET010",
    name: "placeholder-metadata",
    category: Category::Metadata,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("placeholder_metadata.md"),
    check,
};

/// Words that only templates have, in lower case and without blanks.
const WORDS: &[&str] =
    &["yourdatatype", "yourconnector", "yourtable", "yourrulename", "changeme", "replaceme", "loremipsum"];

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let connectors = metadata.connectors.iter().flat_map(|connector| connector.id.iter().chain(&connector.data_types));
    let texts = [&metadata.name, &metadata.description, &metadata.author].into_iter().flatten().chain(connectors);
    for text in texts.filter(|text| is_placeholder(&text.value)) {
        let shown: String = text.value.lines().next().unwrap_or_default().chars().take(40).collect();
        cx.report(text.place, format!("`{shown}` is what the template had here"))
            .label("never filled in")
            .help("write the real value, or delete the key");
    }
}

fn is_placeholder(text: &str) -> bool {
    let joined: String = text.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect();
    let is_angle = text.trim().starts_with('<') && text.trim().ends_with('>');
    is_angle || WORDS.iter().any(|word| joined.contains(word))
}
