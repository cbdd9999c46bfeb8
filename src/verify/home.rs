//! Where one kind of event is kept on both sides of a conversion.

use serde_json::{Map, Value as Json, json};

use super::place::Place;
use super::side::Side;
use crate::emit::{Loss, Reason};
use crate::ir::{LogSource as Named, Source, SourceKind};
use crate::mapping::{Candidate, Dialect, Hub, LogSource, Payload, RowFilter, RowTest};
use crate::schema::Value;

/// One kind of event, and where both sides keep it.
pub(super) struct Home<'h> {
    /// The table, function or log source of the source rule.
    pub(super) from: Kept<'h>,
    /// That of the converted rule.
    pub(super) to: Kept<'h>,
    /// Fields that every event of the log source has.
    pub(super) fixed: Vec<(String, Json)>,
    /// Whether both sides have the same names.
    pub(super) is_as_it_is: bool,
    /// Whether the target holds the rows of the source's table that are of no kind, too.
    pub(super) takes_others: bool,
}

impl Home<'_> {
    /// Whether both sides have what a place of the source shows.
    pub(super) fn knows(&self, place: &Place) -> bool {
        (place.table.is_empty() || place.table == self.from.table)
            && self.to.side.has(&self.from.side.reading(place).thing)
    }

    /// Whether both are all rows of one table and of one function.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let of = |home: &Self| (home.from.key.clone(), home.to.key.clone(), home.is_as_it_is);
        of(self) == of(other) && self.from.filter.is_none() && other.from.filter.is_none()
    }
}

/// One side of it.
pub(super) struct Kept<'h> {
    /// The name under which rows are given to the evaluator.
    pub(super) key: String,
    /// The table that places name; empty for fields of a log source.
    pub(super) table: String,
    /// Its columns.
    pub(super) side: Side<'h>,
    /// The rows of the table that are of this kind; all of them if absent.
    pub(super) filter: Option<&'h RowFilter>,
}

impl Kept<'_> {
    /// Whether a row is of this kind.
    pub(super) fn holds(&self, row: &Map<String, Json>) -> bool {
        self.filter.is_none_or(|filter| filter.tests.iter().all(|test| Self::has(row, test)))
    }

    fn has(row: &Map<String, Json>, test: &RowTest) -> bool {
        test.values.iter().any(|wanted| match (row.get(&test.column), wanted) {
            (Some(Json::String(found)), Value::String(wanted)) => found == wanted,
            (Some(found), Value::Integer(number)) => {
                found.as_i64() == Some(*number) || found.as_str() == Some(&number.to_string())
            }
            _ => false,
        })
    }

    /// How many tests single its rows out.
    pub(super) fn detail(&self) -> usize {
        self.filter.map_or(0, |filter| filter.tests.len())
    }

    /// Whether a row has a value that none of this kind has.
    pub(super) fn excludes(&self, row: &Map<String, Json>) -> bool {
        let tests = self.filter.iter().flat_map(|filter| &filter.tests);
        tests.into_iter().any(|test| row.contains_key(&test.column) && !Self::has(row, test))
    }

    /// Makes a row one of this kind.
    pub(super) fn settle(&self, row: &mut Map<String, Json>) {
        for test in self.filter.iter().flat_map(|filter| &filter.tests) {
            let is_settled = Self::has(row, test);
            if let Some(first) = test.values.first().filter(|_| !is_settled) {
                row.insert(test.column.clone(), constant(first));
            }
        }
    }
}

/// A value of a row filter.
pub(super) fn constant(value: &Value) -> Json {
    match value {
        Value::String(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::Real(_)
        | Value::Bool(_)
        | Value::Timespan(_)
        | Value::Datetime(_)
        | Value::Guid(_)
        | Value::Dynamic(_)
        | Value::Null => Json::Null,
    }
}

/// What decides where events are kept.
pub(super) struct World<'h, 'l> {
    pub(super) hub: &'h Hub,
    pub(super) losses: &'l [Loss],
    /// A log source, and the section of the mappings for what the rule asks of it.
    pub(super) turned: Option<(&'h str, &'h str)>,
}

impl<'h> World<'h, '_> {
    /// Every kind of event that a source of the rule and one of its conversion both hold.
    pub(super) fn homes(&self, from: &[&Source], to: &[&Source]) -> Vec<Home<'h>> {
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
        let mut homes: Vec<Home<'h>> = pairs.flat_map(|(from, to)| self.shared(from, to)).collect();
        // Which rows are of a kind whose condition is known only as prose nobody can say, if there are other kinds.
        let stated: Vec<String> =
            homes.iter().filter(|home| home.from.filter.is_some()).map(|home| home.from.key.clone()).collect();
        homes.retain(|home| home.from.filter.is_some() || home.is_as_it_is || !stated.contains(&home.from.key));
        homes
    }

    fn shared(&self, from: &Source, to: &Source) -> Vec<Home<'h>> {
        let hub = self.hub;
        match (&from.kind, &to.kind) {
            (SourceKind::LogSource(left), SourceKind::LogSource(right)) => {
                let own = |key: String| Kept { key, table: String::new(), side: Side::own(hub), filter: None };
                let (from, to) = (own(left.key().to_owned()), own(right.key().to_owned()));
                if left == right {
                    vec![Home { from, to, fixed: Vec::new(), is_as_it_is: true, takes_others: false }]
                } else {
                    Vec::new()
                }
            }
            (SourceKind::LogSource(named), _) => {
                let Some(name) = table_name(to) else { return Vec::new() };
                let candidates = hub.candidates(name).into_iter();
                let is_it = |candidate: &Candidate<'_>| named.id.as_deref() == Some(&candidate.log_source.id);
                let home = |candidate: Candidate<'h>| {
                    let section = self.section(candidate.log_source, &[name]);
                    let mut from = of_log_source(hub, named, section);
                    let mut to = of_table(hub, name, &candidate, section, candidate.filter);
                    if let Some(own) = to.side.payload.and_then(Payload::own_columns) {
                        to.side.add_own(hub.concepts(own), &from.side);
                    }
                    if to.side.payload.is_none() {
                        from.side.call_after(&to.side);
                    }
                    Home { from, to, fixed: Vec::new(), is_as_it_is: false, takes_others: false }
                };
                candidates.filter(is_it).map(home).collect()
            }
            (_, SourceKind::LogSource(named)) => {
                let Some(name) = table_name(from) else { return Vec::new() };
                self.to_log_source(name, named)
            }
            _ => match (table_name(from), table_name(to)) {
                (Some(from), Some(to)) if from == to => {
                    let own =
                        || Kept { key: from.to_owned(), table: from.to_owned(), side: Side::own(hub), filter: None };
                    vec![Home { from: own(), to: own(), fixed: Vec::new(), is_as_it_is: true, takes_others: false }]
                }
                (Some(from), Some(to)) => {
                    let is_normalised = hub.asim_function(to).is_some();
                    let others = if is_normalised { hub.normalised_kinds(to) } else { hub.candidates(to) };
                    let candidates = if is_normalised { finest(hub, from) } else { hub.candidates(from) };
                    let both = |candidate: Candidate<'h>| {
                        let other = others.iter().find(|other| other.log_source.id == candidate.log_source.id)?;
                        hub.dialect(&candidate.log_source.id, from)?;
                        hub.dialect(&candidate.log_source.id, to)?;
                        let is_defender = hub.dialect(&candidate.log_source.id, from) == Some(Dialect::Xdr);
                        let section = self.section(candidate.log_source, &[from, to]);
                        let mut from = of_table(hub, from, &candidate, section, wanted(&candidate));
                        from.side.take_fields(Side::new(hub, section, &[Dialect::Sigma], None));
                        let takes_others = hub.asim_function(to).is_some() && is_defender;
                        let to = of_table(hub, to, other, section, other.filter);
                        Some(Home { from, to, fixed: Vec::new(), is_as_it_is: false, takes_others })
                    };
                    candidates.into_iter().filter_map(both).collect()
                }
                _ => Vec::new(),
            },
        }
    }

    fn to_log_source(&self, name: &str, named: &Named) -> Vec<Home<'h>> {
        let hub = self.hub;
        let is_native = named.service.as_deref().is_some_and(|service| service == name.to_lowercase());
        let is_as_it_is = |loss: &Loss| loss.reason == Reason::LogsourceNative && loss.construct == name;
        let id = named.id.as_deref().filter(|_| !(is_native && self.losses.iter().any(is_as_it_is)));
        let Some(id) = id else {
            let from = Kept { key: name.to_owned(), table: name.to_owned(), side: Side::own(hub), filter: None };
            let to = Kept { key: named.key().to_owned(), table: String::new(), side: Side::own(hub), filter: None };
            return if is_native {
                vec![Home { from, to, fixed: Vec::new(), is_as_it_is: true, takes_others: false }]
            } else {
                Vec::new()
            };
        };
        let is_it = |candidate: &Candidate<'_>| candidate.log_source.id == id && hub.dialect(id, name).is_some();
        let home = |candidate: Candidate<'h>| {
            let first = |(field, numbers): &(String, Vec<i64>)| Some((field.clone(), json!(numbers.first()?)));
            let section = self.section(candidate.log_source, &[name]);
            Home {
                from: of_table(hub, name, &candidate, section, wanted(&candidate)),
                to: of_log_source(hub, named, section),
                fixed: candidate.log_source.sigma.filter.iter().filter_map(first).collect(),
                is_as_it_is: false,
                takes_others: false,
            }
        };
        hub.candidates(name).into_iter().filter(is_it).map(home).collect()
    }

    /// The section of the mappings for events of a log source that these tables hold, or one table and the log source.
    fn section(&self, source: &'h LogSource, tables: &[&str]) -> &'h str {
        let is_defender = |table: &&&str| self.hub.dialect(&source.id, table) == Some(Dialect::Xdr);
        // Two products of one kind call the ends alike.
        let differ = tables.iter().filter(is_defender).count() == 1;
        match self.turned {
            Some((of, section)) if of == source.id && differ => section,
            Some(_) | None => &source.id,
        }
    }
}

/// The kinds of event of a table as ASIM tells them apart; of those that are the whole table, the one that it reads.
fn finest<'h>(hub: &'h Hub, table: &str) -> Vec<Candidate<'h>> {
    let mut has_whole = false;
    let mut candidates = hub.normalised_candidates(table);
    candidates.retain(|candidate| {
        let is_whole = candidate.filter.is_some_and(|filter| filter.tests.is_empty());
        let is_read = !(is_whole && has_whole);
        has_whole |= is_whole;
        is_read
    });
    candidates
}

pub(super) fn of_log_source<'h>(hub: &'h Hub, named: &Named, section: &str) -> Kept<'h> {
    let side = Side::new(hub, section, &[Dialect::Sigma, Dialect::SigmaUnofficial], None);
    Kept { key: named.key().to_owned(), table: String::new(), side, filter: None }
}

pub(super) fn of_table<'h>(
    hub: &'h Hub,
    name: &str,
    candidate: &Candidate<'h>,
    section: &str,
    filter: Option<&'h RowFilter>,
) -> Kept<'h> {
    let source = candidate.log_source;
    let dialects: &[Dialect] = match hub.dialect(&source.id, name) {
        Some(Dialect::Xdr) => &[Dialect::Xdr, Dialect::XdrName],
        Some(Dialect::Asim) => &[Dialect::Asim],
        Some(Dialect::SecurityEvent) => &[Dialect::SecurityEvent],
        Some(_) => &[Dialect::Kql],
        None => &[],
    };
    let payload: Option<Payload> = source.tables.iter().find(|kept| kept.table == name).and_then(|kept| kept.payload);
    let side = Side::new(hub, section, dialects, payload);
    Kept { key: name.to_owned(), table: name.to_owned(), side, filter }
}

/// The rows of the source that count. A function for one kind of event gives no other.
pub(super) fn wanted<'h>(candidate: &Candidate<'h>) -> Option<&'h RowFilter> {
    candidate.filter.filter(|_| !candidate.is_implied)
}

pub(super) fn table_name(source: &Source) -> Option<&str> {
    match &source.kind {
        SourceKind::Table { name, .. } | SourceKind::Function { name, .. } => Some(name),
        SourceKind::LogSource(_)
        | SourceKind::Union(_)
        | SourceKind::Pipeline { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => None,
    }
}
