//! SCD006: a schedule that the platform does not take.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{RuleKind, Seconds};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD006",
    name: "schedule-limits",
    category: Category::Schedule,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Scheduled],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("schedule_limits.md"),
    check,
};

const SHORTEST: Seconds = Seconds(5 * 60);
const LONGEST: Seconds = Seconds(14 * 86_400);
/// From this period on, a rule runs once an hour at most.
const LONG_PERIOD: Seconds = Seconds(2 * 86_400);
const HOUR: Seconds = Seconds(3_600);
const HIGHEST_THRESHOLD: i64 = 10_000;

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let (frequency, period) = (metadata.frequency(), metadata.period());
    for (written, length) in [(&metadata.query_frequency, frequency), (&metadata.query_period, period)] {
        let (Some(written), Some(length)) = (written, length) else { continue };
        if length < SHORTEST || length > LONGEST {
            cx.report(written.place, format!("Sentinel takes 5 minutes to 14 days, and this is {}", length.short()))
                .label("out of range")
                .help(if length < SHORTEST {
                    "write at least `5m`, or make the rule `kind: NRT`"
                } else {
                    "write at most `14d`"
                });
        }
    }
    if let (Some(frequency), Some(period), Some(written)) = (frequency, period, &metadata.query_frequency) {
        let is_taken = (SHORTEST..=LONGEST).contains(&period) && frequency >= SHORTEST;
        if is_taken && period >= LONG_PERIOD && frequency < HOUR {
            cx.report(written.place, format!("a rule that looks at {} runs once an hour at most", period.short()))
                .label("too often")
                .help("write at least `1h`");
        }
    }
    if let Some(threshold) = &metadata.trigger_threshold {
        let is_taken =
            threshold.value.trim().parse::<i64>().is_ok_and(|number| (0..=HIGHEST_THRESHOLD).contains(&number));
        if !is_taken {
            cx.report(threshold.place, format!("Sentinel takes a threshold from 0 to {HIGHEST_THRESHOLD}"))
                .label("out of range")
                .help("write a number in that range");
        }
    }
}
