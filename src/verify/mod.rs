//! Whether a converted rule finds what its source finds: both are run on events made for it.
//!
//! The converted text is read again, as anybody would read it. Events lie on both sides of the edges of every test of
//! either rule ([`pool`], [`draft`]), and each is put into the shape of either side from the definitions of the value
//! forms ([`side`], [`form`]), not by the code that converts tests. An event about which the two disagree must be
//! explained by a loss that the conversion reports, at a place and of a class that permits it ([`excuse`]). What is left
//! is a silent loss.

mod blame;
mod cases;
mod claim;
mod draft;
mod elsewhere;
mod excuse;
mod form;
mod group;
mod home;
mod leaf;
mod place;
mod pool;
mod reread;
mod side;
mod stage;
mod thing;
mod trial;

use serde_json::{Map, Value as Json};

pub use claim::Confirmation;
pub use elsewhere::{Elsewhere, Foreign, Run};
pub use excuse::Direction;

use crate::emit::{Conversion, Outcome, as_filters};
use crate::ir::Detection;
use crate::mapping::Hub;
use crate::schema::Schema;
use crate::span::Span;
use trial::Trial;

/// The columns that hold the time of an event.
const TIME_COLUMNS: [&str; 2] = ["TimeGenerated", "Timestamp"];

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Most events for one rule.
    pub events: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { events: 600 }
    }
}

/// What running a rule and its conversion came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Verification {
    /// Both were run.
    Run(Findings),
    /// One of them cannot be run, for this reason.
    NotRun(String),
}

/// What both rules said of the events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// How many events there were.
    pub events: usize,
    /// How many sets of them there were, if the rule looks at several events at once; what follows counts sets then.
    pub sets: usize,
    /// How many the source matches.
    pub matched: usize,
    /// On how many the two disagree as a loss says.
    pub explained: usize,
    /// Those on which they disagree without a word.
    pub silent: Vec<Disagreement>,
    /// Events that show what losses with an example say, in the order of the losses. A loss that is not among them has an
    /// example that could not be shown.
    pub confirmed: Vec<Confirmation>,
}

/// An event on which a rule and its conversion disagree without a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// Which of them matches.
    pub direction: Direction,
    /// The table or log source of the event in the source's shape.
    pub source: String,
    /// The event as the source sees it.
    pub source_event: Map<String, Json>,
    /// The table or log source of the event in the target's shape.
    pub target: String,
    /// The event as the target sees it; `None` if it is none of those that the target looks at.
    pub target_event: Option<Map<String, Json>>,
    /// The events that stand beside it, if the rule looks at several at once.
    pub with: Vec<Sighting>,
    /// The test of the source without which the two would agree, if it is one.
    pub span: Option<Span>,
}

/// An event in both shapes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// The table or log source of the event in the source's shape.
    pub source: String,
    /// The event as the source sees it.
    pub source_event: Map<String, Json>,
    /// The table or log source of the event in the target's shape.
    pub target: String,
    /// The event as the target sees it; `None` if it is none of those that the target looks at.
    pub target_event: Option<Map<String, Json>>,
}

/// Runs a rule and its conversion on events made for them.
pub fn verify(source: &Detection, conversion: &Conversion, hub: &Hub, schema: &Schema, effort: Effort) -> Verification {
    let found = rules(source, conversion, hub, schema)
        .and_then(|(source, reread)| Trial::new(&source, &reread, &conversion.losses, hub, None)?.run(effort));
    found.map_or_else(Verification::NotRun, Verification::Run)
}

/// Events that show what losses with an example say, in the order of the losses: what [`Findings::confirmed`] holds,
/// without looking for other disagreements.
pub fn confirm(source: &Detection, conversion: &Conversion, hub: &Hub, schema: &Schema) -> Vec<Confirmation> {
    rules(source, conversion, hub, schema)
        .and_then(|(source, reread)| Trial::new(&source, &reread, &conversion.losses, hub, None)?.confirmations())
        .unwrap_or_default()
}

/// Both rules as they are run, or why they cannot be.
fn rules(
    source: &Detection,
    conversion: &Conversion,
    hub: &Hub,
    schema: &Schema,
) -> Result<(Detection, Vec<Detection>), String> {
    let Outcome::Converted(text) = &conversion.outcome else {
        return Err("the rule is not converted".to_owned());
    };
    let reread = reread::reread(conversion.target, text, hub, schema)?;
    let with_filters =
        |rule: &Detection| Detection { pipeline: as_filters(hub, &rule.pipeline), written: None, ..rule.clone() };
    Ok((with_filters(source), reread.iter().map(with_filters).collect()))
}

/// The same with a conversion that somebody else runs.
pub fn verify_elsewhere(
    source: &Detection,
    conversion: &Conversion,
    hub: &Hub,
    effort: Effort,
    elsewhere: &Elsewhere<'_>,
) -> Verification {
    let source = Detection { pipeline: as_filters(hub, &source.pipeline), written: None, ..source.clone() };
    match Trial::new(&source, &[], &conversion.losses, hub, Some(elsewhere)).and_then(|trial| trial.run(effort)) {
        Ok(found) => Verification::Run(found),
        Err(why) => Verification::NotRun(why),
    }
}
