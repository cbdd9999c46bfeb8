//! SGS060: hashes that can't be ones.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS060",
    name: "invalid-hash",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("invalid_hash.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        let own_kind = kind(item.field);
        if own_kind.is_none() && !item.is_about(&["Hashes", "Hash"]) {
            continue;
        }
        for (value, text) in item.literals() {
            let (algorithm, digits) = match text.split_once('=') {
                Some((name, digits)) => (kind(name), digits),
                None => (own_kind, text.as_ref()),
            };
            let Some(length) = algorithm else {
                if text.contains('=') {
                    cx.report(value.place(), "this is no kind of hash")
                        .label("never in the field")
                        .help("write `MD5=`, `SHA1=`, `SHA256=` or `IMPHASH=`");
                }
                continue;
            };
            let is_hash = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !digits.is_empty() && !is_hash {
                cx.report(value.place(), format!("this hash has {} digits, not {length}", digits.len()))
                    .label("of no file")
                    .help("copy the hash again");
            }
        }
    }
}

/// Number of digits of a hash, by the name of its kind.
fn kind(name: &str) -> Option<usize> {
    Some(match name.to_ascii_lowercase().as_str() {
        "md5" | "imphash" => 32,
        "sha1" => 40,
        "sha256" => 64,
        _ => return None,
    })
}
