//! MET016: a product under a name of the past.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::{Place, Span};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET016",
    name: "old-branding",
    category: Category::Metadata,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("old_branding.md"),
    check,
};

/// Former names of products and their names of today.
const NAMES: &[(&str, &str)] = &[
    ("Azure Sentinel", "Microsoft Sentinel"),
    ("Azure Active Directory", "Microsoft Entra ID"),
    ("Microsoft 365 Defender", "Microsoft Defender XDR"),
    ("Microsoft Defender ATP", "Microsoft Defender for Endpoint"),
    ("Azure Security Center", "Microsoft Defender for Cloud"),
];

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    for text in [&metadata.name, &metadata.description].into_iter().flatten() {
        let decoded = cx.metadata_text(text.place.text);
        for (old, new) in NAMES {
            let Some(start) = decoded.find(old) else { continue };
            let place = Place { text: text.place.text, span: Span::new(start, start + old.len()) };
            let edit = Edit { place, replacement: (*new).to_owned() };
            cx.report(place, format!("`{old}` is called `{new}` today"))
                .label("a former name")
                .help(format!("write `{new}`"))
                .fix(format!("write `{new}`"), Effect::Same, vec![edit]);
        }
    }
}
