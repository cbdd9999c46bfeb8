//! Renders conversions for snapshots.

use std::fmt::Write as _;
use std::sync::LazyLock;

use kqlift::emit::{Conversion, Options, Outcome, Target, convert};
use kqlift::ir::Detection;
use kqlift::mapping::Hub;

/// Options of most tests: a fixed date, the defaults otherwise.
pub(crate) fn options() -> Options {
    Options { date: Some("2026-01-31".to_owned()), ..Options::default() }
}

/// The mappings, read once.
pub(crate) fn hub() -> &'static Hub {
    static HUB: LazyLock<Hub> = LazyLock::new(Hub::built_in);
    &HUB
}

/// All targets of a rule.
pub(crate) fn all(rule: &Detection, options: &Options) -> String {
    let hub = hub();
    let mut text = String::new();
    for target in Target::ALL {
        one(&mut text, &convert(rule, target, hub, options), false);
    }
    text
}

/// All targets of a rule, of Sigma only the detection.
pub(crate) fn brief(rule: &Detection, options: &Options) -> String {
    let hub = hub();
    let mut text = String::new();
    for target in Target::ALL {
        one(&mut text, &convert(rule, target, hub, options), true);
    }
    text
}

fn one(text: &mut String, conversion: &Conversion, is_brief: bool) {
    let _ = writeln!(text, "=== {}: {}", conversion.target.as_str(), conversion.class.as_str());
    match &conversion.outcome {
        Outcome::Converted(output) => text.push_str(if is_brief { detection(output) } else { output }),
        Outcome::Refused(refusals) => {
            for refusal in refusals {
                let _ =
                    writeln!(text, "refused {}: {} [{}]", refusal.reason.as_str(), refusal.message, refusal.construct);
                if let Some(suggestion) = &refusal.suggestion {
                    let _ = writeln!(text, "    {suggestion}");
                }
            }
        }
    }
    for loss in &conversion.losses {
        let negated = if loss.is_negated { " negated" } else { "" };
        let assumption = loss.assumption.map_or("", |assumption| assumption.as_str());
        let (class, rule_class) = (loss.class.as_str(), loss.rule_class.as_str());
        let _ = writeln!(
            text,
            "- {} {class}→{rule_class}{negated} {assumption}: {} [{}]",
            loss.reason.as_str(),
            loss.message,
            loss.construct
        );
        if !loss.emitted.is_empty() {
            let _ = writeln!(text, "    emitted {}", loss.emitted);
        }
        if let Some(example) = &loss.counter_example {
            let (source, target) = (example.matches_source, example.matches_target);
            let _ = writeln!(text, "    {} = {}: source {source}, target {target}", example.field, example.value);
        }
    }
}

fn detection(output: &str) -> &str {
    let Some(start) = output.find("logsource:") else { return output };
    let end = output.find("\nfalsepositives:").map_or(output.len(), |end| end + 1);
    &output[start..end]
}

/// Compares with the snapshot of that name.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/convert");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
