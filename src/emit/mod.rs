//! A rule in, its text for one target out, with every difference as a [`Loss`].
//!
//! The pipeline is flattened to one predicate ([`flatten`]), its log source recognised ([`source`]), its tests put on
//! fields of the target ([`translate`], [`forms`]) in a form that the target has ([`adapt`]), and spelled by a
//! [`Backend`]. Nothing is approximated in silence: what cannot be said exactly is a loss, what cannot be said is a
//! [`Refusal`] with its place.

mod adapt;
#[cfg(test)]
mod agreement;
mod argument;
mod boolean;
mod comparison;
mod computed;
mod condition;
mod constant;
mod contract;
mod defender;
mod digest;
mod direction;
mod event_field;
mod flatten;
mod fold;
mod forms;
mod invert;
mod kept;
mod keyword;
mod known;
mod kql;
mod left_out;
mod log_source;
mod loss;
mod needed;
mod place;
mod plan;
mod reader;
mod reason;
mod regex;
mod registry;
mod required;
mod rows;
mod sigma;
mod source;
mod spl;
mod subject;
mod term;
mod time;
mod translate;
mod union;
mod unmapped;
mod values;
mod widen;
mod window;
mod wrap;
mod yaml;

pub use argument::as_filters;
pub(crate) use direction::turned_section;
pub(crate) use flatten::{count_nodes, substitute};
pub use kql::print;
pub use loss::{CounterExample, Loss, LossClass, Refusal};
pub use reason::Reason;

use crate::ir::Detection;
pub use crate::mapping::Assumption;
use crate::mapping::Hub;

/// What a rule can be converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A Sigma rule.
    Sigma,
    /// A Splunk search.
    Spl,
    /// KQL over ASIM's normalised functions.
    Asim,
    /// KQL over Defender's tables.
    Xdr,
    /// KQL over a workspace's tables.
    Sentinel,
}

impl Target {
    /// Every target, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Sigma, Self::Spl, Self::Asim, Self::Xdr, Self::Sentinel];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Spl => "spl",
            Self::Asim => "asim",
            Self::Xdr => "xdr",
            Self::Sentinel => "sentinel",
        }
    }

    /// The extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Sigma => "yml",
            Self::Spl => "spl",
            Self::Asim | Self::Xdr | Self::Sentinel => "kql",
        }
    }

    fn backend(self) -> &'static dyn Backend {
        match self {
            Self::Sigma => &sigma::Sigma,
            Self::Spl => &spl::Spl,
            Self::Asim => &kql::Kql(kql::Platform::Asim),
            Self::Xdr => &kql::Kql(kql::Platform::Xdr),
            Self::Sentinel => &kql::Kql(kql::Platform::Sentinel),
        }
    }

    fn default_mode(self) -> Mode {
        match self {
            Self::Sigma => Mode::Idiomatic,
            Self::Spl | Self::Asim | Self::Xdr | Self::Sentinel => Mode::Exact,
        }
    }
}

/// What a conversion prefers where the exact form is not what rule authors write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// What rule authors write.
    Idiomatic,
    /// Regular expressions where only they are equal.
    Exact,
}

/// What to do with a column that the target lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmapped {
    /// Leave the test out where that can only add matches and the target has no other way out; else keep the rule on its
    /// own tables where the target has those, or refuse it.
    #[default]
    Widen,
    /// Refuse the rule.
    Error,
    /// Keep the column under its own name.
    Keep,
    /// Leave the test out.
    Drop,
}

/// What a Splunk search reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SplunkStyle {
    /// Events, with the fields of the add-ons.
    #[default]
    Raw,
    /// Data models.
    Cim,
}

/// What stands around a converted query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// Nothing; for Sigma the rule, which cannot be without.
    #[default]
    Query,
    /// The rule file of a KQL platform.
    Rule,
    /// A stanza of `savedsearches.conf`.
    SavedSearch,
    /// A detection of Splunk's content repository.
    ContentControl,
}

impl Form {
    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Rule => "rule",
            Self::SavedSearch => "savedsearch",
            Self::ContentControl => "contentctl",
        }
    }

    /// The extension of its files, if it is not that of the target.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Self::Query => None,
            Self::Rule => Some("yaml"),
            Self::SavedSearch => Some("conf"),
            Self::ContentControl => Some("yml"),
        }
    }
}

/// How to convert.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Idiomatic or exact; the target decides if absent.
    pub mode: Option<Mode>,
    /// Refuse every loss worse than an assumption.
    pub strict: bool,
    /// Losses that are accepted although no assumption excuses them.
    pub allow: Vec<LossClass>,
    /// What to do with a column that the target lacks.
    pub unmapped: Unmapped,
    /// Date of the rule, where the target wants one: `YYYY-MM-DD`. No clock is ever read.
    pub date: Option<String>,
    /// Whether KQL gets `has` in front of tests of Sigma rules that imply it.
    pub prefilter: bool,
    /// What a Splunk search reads.
    pub splunk_style: SplunkStyle,
    /// What stands around the query.
    pub form: Form,
    /// Title for a rule without one, usually the name of its file.
    pub name_hint: Option<String>,
}

impl Options {
    /// The mode for a target: what was asked for; exact in strict conversions; else the target's own.
    fn mode(&self, target: Target) -> Mode {
        let default = if self.strict { Mode::Exact } else { target.default_mode() };
        self.mode.unwrap_or(default)
    }
}

/// The result of a conversion.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// What was converted to.
    pub target: Target,
    /// The text, or why there is none.
    pub outcome: Outcome,
    /// The worst class at rule level.
    pub class: LossClass,
    /// Every difference, in order of position.
    pub losses: Vec<Loss>,
}

impl Conversion {
    /// Whether the rule was converted to its own tables, because the target's common form cannot take it.
    pub fn is_on_own_tables(&self) -> bool {
        matches!(self.outcome, Outcome::Converted(_)) && self.losses.iter().any(Loss::is_of_own_table)
    }
}

/// The text of a converted rule, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Text of the output file.
    Converted(String),
    /// Everything that stands in the way, in order of position.
    Refused(Vec<Refusal>),
}

/// A target's writer.
trait Backend: Sync {
    /// The text of the rule and what differs, or why there is none.
    fn emit(&self, request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>>;
}

/// What a backend is asked for.
struct Request<'a> {
    rule: &'a Detection,
    hub: &'a Hub,
    options: &'a Options,
    mode: Mode,
    /// Which of the alternatives of the rule is written, if each becomes a rule of its own.
    alternative: Option<usize>,
}

/// Converts a rule. What the target's own form cannot take is [kept on its own tables](kept) where it has them.
pub fn convert(rule: &Detection, target: Target, hub: &Hub, options: &Options) -> Conversion {
    let request = Request { rule, hub, options, mode: options.mode(target), alternative: None };
    let conversion = concluded(&request, target, target.backend().emit(&request));
    let Outcome::Refused(refusals) = &conversion.outcome else { return conversion };
    let kept = kept::on_own_tables(&request, target, refusals).map(|kept| concluded(&request, target, Ok(kept)));
    kept.filter(|kept| matches!(kept.outcome, Outcome::Converted(_))).unwrap_or(conversion)
}

/// What a backend wrote, with what stands around the query, unless it loses more than is allowed.
fn concluded(request: &Request<'_>, target: Target, emitted: Result<(String, Vec<Loss>), Vec<Refusal>>) -> Conversion {
    let written = emitted.and_then(|(query, mut losses)| {
        losses.extend(log_source::window_losses(request, target));
        let text = wrap::wrapped(request, target, query, &mut losses)?;
        Ok((text, losses))
    });
    let (text, mut losses) = match written {
        Ok(written) => written,
        Err(mut refusals) => {
            refusals.sort_by_key(|refusal| refusal.span);
            refusals.dedup();
            let outcome = Outcome::Refused(refusals);
            return Conversion { target, outcome, class: LossClass::NotExpressible, losses: Vec::new() };
        }
    };
    losses.sort_by_key(|loss| loss.span);
    let losses = once(losses);
    let options = request.options;
    let forbidden: Vec<Refusal> = losses.iter().filter(|loss| !is_allowed(loss, options)).map(forbid).collect();
    let class = losses.iter().fold(LossClass::Exact, |worst, loss| worst.and(loss.rule_class));
    let outcome = if forbidden.is_empty() { Outcome::Converted(text) } else { Outcome::Refused(forbidden) };
    Conversion { target, outcome, class, losses }
}

/// Each difference once: rules of one file may differ from the source in the same way.
fn once(losses: Vec<Loss>) -> Vec<Loss> {
    let mut different: Vec<Loss> = Vec::with_capacity(losses.len());
    for loss in losses {
        if !different.contains(&loss) {
            different.push(loss);
        }
    }
    different
}

/// Losing matches needs an assumption or a permission by name; `strict` accepts nothing worse than an assumption.
fn is_allowed(loss: &Loss, options: &Options) -> bool {
    if options.strict {
        return matches!(loss.rule_class, LossClass::Exact | LossClass::Informational | LossClass::Assumption);
    }
    match loss.rule_class {
        LossClass::Exact | LossClass::Informational | LossClass::Assumption | LossClass::Over => true,
        LossClass::Under | LossClass::Changed | LossClass::NotExpressible => {
            let is_asked_for = loss.reason == Reason::FieldUnmapped && options.unmapped == Unmapped::Keep;
            loss.assumption.is_some() || is_asked_for || options.allow.contains(&loss.rule_class)
        }
    }
}

fn forbid(loss: &Loss) -> Refusal {
    Refusal {
        span: loss.span,
        reason: Reason::LossNotAllowed,
        construct: loss.construct.clone(),
        message: format!("{} ({}, class {})", loss.message, loss.reason.as_str(), loss.rule_class.as_str()),
        suggestion: loss
            .suggestion
            .clone()
            .or_else(|| Some(format!("allow it with `--allow {}`", loss.rule_class.as_str()))),
    }
}
