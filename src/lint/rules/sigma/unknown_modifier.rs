//! SGS024: modifiers that Sigma does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::Modifier;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS024",
    name: "unknown-modifier",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_modifier.md"),
    check: |cx| sigma::check(cx, check),
};

/// What other languages call it, and Sigma's name.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("regex", "re"),
    ("regexp", "re"),
    ("icontains", "contains"),
    ("like", "contains"),
    ("startwith", "startswith"),
    ("beginswith", "startswith"),
    ("endwith", "endswith"),
    ("b64", "base64"),
    ("b64offset", "base64offset"),
    ("ne", "neq"),
    ("ge", "gte"),
    ("le", "lte"),
    ("casesensitive", "cased"),
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        for modifier in item.modifiers.iter().filter(|modifier| modifier.known.is_none()) {
            let lower = modifier.text.to_ascii_lowercase();
            let other = OTHER_NAMES.iter().find(|(other, _)| *other == lower).map(|(_, name)| *name);
            let names = Modifier::ALL.iter().map(|known| known.as_str());
            let meant = other.or_else(|| nearest(modifier.text, names));
            let place = item.key.scalar.part(modifier.span);
            let mut report = cx.report(place, format!("there is no modifier `{}`", modifier.text));
            report.label("refused by tools");
            match meant {
                Some(meant) => {
                    report.help(format!("write `{meant}`")).fix(
                        format!("write `{meant}`"),
                        Effect::Unknown,
                        vec![edit(place, meant)],
                    );
                }
                None => {
                    report.help("use a modifier of the specification");
                }
            }
        }
    }
}
