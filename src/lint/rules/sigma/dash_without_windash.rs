//! SGM024: options with one of the signs that begin them.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{ItemOutline, Outline, Shape, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM024",
    name: "dash-without-windash",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Always,
    document: include_str!("dash_without_windash.md"),
    check: |cx| sigma::check(cx, check),
};

/// Programs of Windows that take both signs.
const TAKE_BOTH: &[&str] = &[
    "certutil.exe",
    "powershell.exe",
    "pwsh.exe",
    "regsvr32.exe",
    "schtasks.exe",
    "wevtutil.exe",
    "bitsadmin.exe",
    "netsh.exe",
    "cmdkey.exe",
    "msiexec.exe",
    "reg.exe",
    "cscript.exe",
    "wscript.exe",
    "ping.exe",
    "ipconfig.exe",
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let names =
        rule.items.iter().filter(|item| item.is_about(&["Image", "OriginalFileName"])).flat_map(|item| &item.values);
    let takes_both = |value: &Word<'_>| {
        let name = value.text.rsplit('\\').next().unwrap_or("").to_ascii_lowercase();
        TAKE_BOTH.contains(&name.as_str())
    };
    let mut names = names.peekable();
    if !rule.log_source.is("windows", "process_creation") || names.peek().is_none() || !names.all(takes_both) {
        return;
    }
    let is_open = |item: &&ItemOutline<'_>| {
        item.is_about(&["CommandLine"]) && item.shape() == Some(Shape::Inside) && !item.has(Modifier::WindowsDash)
    };
    for item in rule.items.iter().filter(is_open) {
        let literals: Vec<String> = item.literals().map(|(_, text)| text.to_lowercase()).collect();
        let lonely = item
            .literals()
            .find(|(_, text)| other_sign(&text.to_lowercase()).is_some_and(|other| !literals.contains(&other)));
        if let Some((value, text)) = lonely {
            let end = item.key.text.len();
            cx.report(value.place(), format!("`{}` is not found", other_sign(&text).unwrap_or_default().trim()))
                .label("one sign of several")
                .help("add the modifier `windash`")
                .fix(
                    "add `windash`",
                    effect_on_rule(rule, item, Effect::Wider),
                    vec![edit(item.key.part(end, end), "|windash")],
                );
        }
    }
}

/// An option with the other sign, if the text is one.
fn other_sign(text: &str) -> Option<String> {
    let rest = text.strip_prefix(' ')?;
    let other = match rest.chars().next()? {
        '-' => '/',
        '/' => '-',
        _ => return None,
    };
    let name = &rest[1..];
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| format!(" {other}{name}"))
}
