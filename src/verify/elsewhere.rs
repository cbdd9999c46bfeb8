//! Conversions that somebody else runs: no reader here knows the target's language, but the hub its fields.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::home::{Home, Kept, of_log_source, of_table, table_name, wanted};
use super::place::Place;
use super::side::Side;
use crate::eval::Timestamp;
use crate::ir::{Source, SourceKind};
use crate::mapping::{Dialect, Hub, LogSource};

/// An event as the target sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign<'e> {
    /// The id of its log source in the hub.
    pub log_source: &'e str,
    /// Its fields, and the columns of time that every event has.
    pub event: &'e Map<String, Json>,
    /// The table or log source of the source that holds it.
    pub table: &'e str,
    /// The same event there.
    pub source: &'e Map<String, Json>,
}

/// Runs a conversion on events at a time.
pub type Run<'r> = dyn Fn(&[Foreign<'_>], Timestamp) -> Result<BTreeSet<usize>, String> + 'r;

/// A conversion with the means to run it.
pub struct Elsewhere<'r> {
    /// The dialects of the target's fields for a log source that the conversion looks at, the first first.
    pub dialects: &'r dyn Fn(&LogSource) -> Option<&'static [Dialect]>,
    /// Whether there can be such an event.
    pub exists: &'r dyn Fn(&Foreign<'_>) -> bool,
    /// Which of the events it finds at a time, by their position; or why it cannot be run.
    pub run: &'r Run<'r>,
}

impl Home<'_> {
    /// An event of this kind in both shapes.
    pub(super) fn foreign<'e>(&'e self, event: &'e Map<String, Json>, source: &'e Map<String, Json>) -> Foreign<'e> {
        Foreign { log_source: &self.to.key, event, table: &self.from.key, source }
    }
}

impl Elsewhere<'_> {
    /// Every kind of event that a source of the rule and the conversion both hold.
    pub(super) fn homes<'h>(&self, hub: &'h Hub, from: &[&Source]) -> Vec<Home<'h>> {
        let mut homes: Vec<Home<'h>> = from.iter().flat_map(|source| self.of_source(hub, source)).collect();
        let stated: Vec<String> =
            homes.iter().filter(|home| home.from.filter.is_some()).map(|home| home.from.key.clone()).collect();
        homes.retain(|home| home.from.filter.is_some() || home.is_as_it_is || !stated.contains(&home.from.key));
        homes
    }

    fn of_source<'h>(&self, hub: &'h Hub, source: &Source) -> Vec<Home<'h>> {
        let home = |from, to, is_as_it_is| Home { from, to, fixed: Vec::new(), is_as_it_is, takes_others: false };
        if let SourceKind::LogSource(named) = &source.kind {
            let known = named.id.as_deref().and_then(|id| hub.log_source(id));
            let to = known.and_then(|known| self.kept(hub, known));
            return to.map(|to| home(of_log_source(hub, named, &to.key), to, false)).into_iter().collect();
        }
        let Some(name) = table_name(source) else { return Vec::new() };
        let native = hub.native(name).filter(|native| (self.dialects)(native).is_some()).map(|native| {
            let own =
                |key: &str| Kept { key: key.to_owned(), table: name.to_owned(), side: Side::own(hub), filter: None };
            home(own(name), own(&native.id), true)
        });
        let others = hub.candidates(name).into_iter().filter_map(|candidate| {
            let to = self.kept(hub, candidate.log_source)?;
            Some(home(of_table(hub, name, &candidate, &candidate.log_source.id, wanted(&candidate)), to, false))
        });
        native.into_iter().chain(others).collect()
    }

    fn kept<'h>(&self, hub: &'h Hub, log_source: &LogSource) -> Option<Kept<'h>> {
        let mut side = Side::new(hub, &log_source.id, (self.dialects)(log_source)?, None);
        // Fields that the hub does not know there are written as the rule calls them.
        side.take_fields(Side::new(hub, &log_source.id, &[Dialect::Sigma, Dialect::SigmaUnofficial], None));
        Some(Kept { key: log_source.id.clone(), table: String::new(), side, filter: None })
    }

    /// Every field that the target may look at: those of the hub, and those that it does not list under their own names.
    pub(super) fn places(homes: &[Home<'_>], from: &BTreeSet<Place>) -> BTreeSet<Place> {
        let mut places: BTreeSet<Place> = from.clone();
        places.extend(from.iter().map(|place| Place { table: String::new(), ..place.clone() }));
        for home in homes.iter().filter(|home| !home.is_as_it_is) {
            let column = |name: &String| Place { table: String::new(), column: name.clone(), path: Vec::new() };
            places.extend(home.to.side.columns().map(column));
        }
        places
    }
}
