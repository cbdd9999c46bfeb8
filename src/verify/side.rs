//! What the things of a log source are called on one side of a conversion, and how an event looks there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::form::{Kind, shown};
use super::place::Place;
use super::thing::{Derived, Groups, Halves, derived, half_forms, halves, is_path, joined, optional_column};
use crate::compare::witness::put;
use crate::mapping::{Column, Concept, Dialect, Hub, Payload, ValueForm};

/// An event in no product's words: things by name. What is not in it is missing in every shape.
pub(super) type Things = BTreeMap<String, Json>;

/// How a column shows a thing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// The thing.
    pub(super) thing: String,
    /// What kind of thing it is.
    pub(super) kind: Kind,
    /// How the column shows it.
    pub(super) form: ValueForm,
    /// The algorithm in front of a digest.
    pub(super) prefix: Option<String>,
    /// Properties inside of the thing.
    pub(super) below: Vec<String>,
}

/// A column whose texts are another's in other words: `ConnectionSuccess` is `true` of the direction.
#[derive(Debug, Clone)]
struct Translated {
    column: String,
    reading: Reading,
    values: Vec<(String, String)>,
}

/// What stands for every value that is not listed.
const ANY_OTHER: &str = "*";

/// The columns of a log source on one side.
#[derive(Debug, Clone)]
pub(super) struct Side<'h> {
    hub: &'h Hub,
    readings: BTreeMap<String, Reading>,
    translated: Vec<Translated>,
    derived: Vec<Derived>,
    /// Fields of the event, for columns that the table has not got by itself.
    fields: BTreeMap<String, Reading>,
    /// Things that are inside of columns in a way that is not known here.
    hidden: BTreeSet<String>,
    /// Where the table keeps fields that have no columns.
    pub(super) payload: Option<Payload>,
    /// `\` or `/`.
    pub(super) slash: char,
    /// Readings that were looked for already: every event has the same places.
    found: RefCell<BTreeMap<Place, Reading>>,
    /// Columns of the other side, which fields that the hub does not list are called after.
    peers: BTreeMap<String, Reading>,
    /// Places of the other side, which say where the keys of a bag end if they have dots themselves.
    known: BTreeSet<Place>,
}

impl<'h> Side<'h> {
    /// The columns of a log source in these dialects, the first first.
    pub(super) fn new(hub: &'h Hub, log_source: &str, dialects: &[Dialect], payload: Option<Payload>) -> Self {
        let is_windows =
            hub.log_source(log_source).is_none_or(|source| source.sigma.product.as_deref() == Some("windows"));
        let slash = if is_windows { '\\' } else { '/' };
        let mut side = Self {
            hub,
            readings: BTreeMap::new(),
            translated: Vec::new(),
            derived: Vec::new(),
            fields: BTreeMap::new(),
            hidden: BTreeSet::new(),
            payload,
            slash,
            found: RefCell::default(),
            peers: BTreeMap::new(),
            known: BTreeSet::new(),
        };
        let concepts = hub.concepts(log_source);
        let groups = Groups::new(concepts);
        let halves = halves(&groups);
        for dialect in dialects {
            for concept in concepts {
                let columns = concept.columns.iter().filter(|(of, _)| of == dialect).map(|(_, column)| column);
                for column in columns {
                    side.add(&groups, concept, column, &halves);
                    side.derived.extend(derived(&groups, concept, column));
                }
            }
        }
        side
    }

    /// Lets columns that the table has not got by itself be fields of the event.
    pub(super) fn take_fields(&mut self, of_event: Self) {
        self.found.take();
        self.fields = of_event.readings;
    }

    /// The columns of a table that other products store as it is.
    pub(super) fn own(hub: &'h Hub) -> Self {
        Self {
            hub,
            readings: BTreeMap::new(),
            translated: Vec::new(),
            derived: Vec::new(),
            fields: BTreeMap::new(),
            hidden: BTreeSet::new(),
            payload: None,
            slash: '\\',
            found: RefCell::default(),
            peers: BTreeMap::new(),
            known: BTreeSet::new(),
        }
    }

    /// The columns that the hub lists.
    pub(super) fn columns(&self) -> impl Iterator<Item = &String> {
        self.readings.keys().chain(self.translated.iter().map(|other| &other.column))
    }

    /// The mappings.
    pub(super) fn hub(&self) -> &'h Hub {
        self.hub
    }

    fn add(&mut self, groups: &Groups<'_>, concept: &Concept, column: &Column, halves: &Halves) {
        let (thing, kind) = groups.thing(concept);
        let reading = match halves.get(&concept.name) {
            Some((thing, kind, form)) => {
                Reading { thing: thing.clone(), kind: *kind, form: *form, prefix: None, below: Vec::new() }
            }
            None => Reading { thing, kind, form: column.form, prefix: concept.prefix.clone(), below: Vec::new() },
        };
        if !column.values.is_empty() {
            for name in &column.names {
                let values = column.values.clone();
                self.translated.push(Translated { column: name.clone(), reading: reading.clone(), values });
            }
            return;
        }
        let inner = column.expression.as_deref().and_then(joined);
        let halves = inner.zip(half_forms(reading.kind)).map(|(names, forms)| {
            [(names.0, forms.0), (names.1, forms.1)]
                .map(|(name, form)| (name.to_owned(), Reading { form, ..reading.clone() }))
        });
        let plain = column.names.iter().chain(&column.alias).chain(column.path.iter().filter(|path| is_path(path)));
        let is_path_of = column.path.as_deref().is_some_and(is_path);
        let is_hidden = column.names.is_empty() && halves.is_none() && !is_path_of;
        if is_hidden && column.expression.as_deref().and_then(optional_column).is_none() {
            self.hidden.insert(reading.thing.clone());
        }
        let optional = column.expression.as_deref().and_then(optional_column).map(str::to_owned);
        let plain = plain.cloned().chain(optional).map(|name| (name, reading.clone()));
        for (name, reading) in halves.into_iter().flatten().chain(plain) {
            self.readings.entry(name).or_insert(reading);
        }
    }

    /// How a place shows its thing. What the hub does not list is the same under its own name on both sides.
    pub(super) fn reading(&self, place: &Place) -> Reading {
        if let Some(found) = self.found.borrow().get(place) {
            return found.clone();
        }
        let reading = self.find(place);
        self.found.borrow_mut().insert(place.clone(), reading.clone());
        reading
    }

    fn find(&self, place: &Place) -> Reading {
        let name = std::iter::once(&place.column).chain(&place.path).cloned().collect::<Vec<_>>().join(".");
        let ends = std::iter::once(name.len()).chain(name.rmatch_indices('.').map(|(at, _)| at));
        for end in ends {
            if let Some(found) = self.named(&name[..end]) {
                return Reading { below: self.keys(&name[end..]), ..found.clone() };
            }
        }
        if let (true, true, Some(field)) =
            (place.table.is_empty(), place.path.is_empty(), self.fields.get(&place.column))
        {
            return field.clone();
        }
        let own = place.column.strip_prefix("properties.").unwrap_or(&place.column);
        let (first, below) = own.split_once('.').unwrap_or((own, ""));
        let below = std::iter::once(below).filter(|key| !key.is_empty()).chain(place.path.iter().map(String::as_str));
        let (first, below) = (first.to_ascii_lowercase(), self.keys(&below.collect::<Vec<_>>().join(".")));
        if let Some(peer) = self.peers.get(&first) {
            return Reading { below, ..peer.clone() };
        }
        let thing = if self.hub.is_time_column(&place.column) { TIME.to_owned() } else { format!("column {first}") };
        Reading { thing, kind: Kind::Plain, form: ValueForm::Text, prefix: None, below }
    }

    /// The keys of a path.
    fn keys(&self, path: &str) -> Vec<String> {
        let path = path.trim_start_matches('.');
        let is_it = |place: &&Place| !path.is_empty() && place.path.join(".").eq_ignore_ascii_case(path);
        match self.known.iter().find(is_it) {
            Some(place) => place.path.clone(),
            None => path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect(),
        }
    }

    fn named(&self, name: &str) -> Option<&Reading> {
        let exact = self.readings.get(name);
        exact.or_else(|| {
            self.readings.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, reading)| reading)
        })
    }

    /// The event as it looks here, as far as these places go.
    pub(super) fn event(&self, things: &Things, places: &BTreeSet<Place>) -> Map<String, Json> {
        let mut event = Map::new();
        for place in places {
            if let Some(value) = self.derived(place, things) {
                put(&mut event, &place.column, &place.path, json!(value));
                continue;
            }
            // A column may say several things in other words; the event has one of them.
            let mut translated =
                self.translated.iter().filter(|other| other.column == place.column && place.path.is_empty());
            let known = translated.find_map(|other| Some((other, things.get(&other.reading.thing)?)));
            let value = if let Some((other, thing)) = known {
                // What the table has no word for it does not hold.
                other.text_for(self.hub, thing).or(Some(json!("Other")))
            } else {
                let Reading { thing, kind, form, prefix, below: keys } = self.reading(place);
                let thing = things.get(&thing).and_then(|thing| below(thing, &keys));
                thing.and_then(|thing| shown(self.hub, kind, form, prefix.as_deref(), &thing))
            };
            if let Some(value) = value {
                put(&mut event, &place.column, &place.path, value);
            }
        }
        event
    }

    /// The text of a column that is filled from another of the source; `None` if it is left to what else is known of it.
    fn derived(&self, place: &Place, things: &Things) -> Option<&str> {
        let is_it = |derived: &&Derived| [&derived.first, &derived.second].contains(&&place.column);
        let derived = self.derived.iter().find(is_it).filter(|_| place.path.is_empty())?;
        let thing = things.get(&derived.thing)?;
        let text = thing.as_str().map_or_else(|| thing.to_string(), str::to_owned);
        let meaning =
            |wanted: &str| derived.values.iter().find(|(own, _)| own == wanted).map(|(_, meaning)| meaning.as_str());
        if derived.first == place.column {
            return meaning(&text);
        }
        // The second tells success from failure only, as it does for what is not listed.
        let is_said = self
            .translated
            .iter()
            .any(|other| other.column == place.column && other.text_for(self.hub, thing).is_some());
        meaning(ANY_OTHER).filter(|_| !is_said)
    }

    /// Whether a column shows the thing.
    pub(super) fn has(&self, thing: &str) -> bool {
        let translated = self.translated.iter().map(|other| &other.reading);
        self.readings.values().chain(translated).any(|reading| reading.thing == thing)
    }

    /// Whether the thing is inside of a column in a way that is not known here.
    pub(super) fn hides(&self, thing: &str) -> bool {
        self.hidden.contains(thing)
    }

    /// Adds the columns that a table has besides those of the log source, by the fields that they hold.
    pub(super) fn add_own(&mut self, columns: &[Concept], fields: &Self) {
        for concept in columns {
            let of = |dialect| {
                concept.columns.iter().filter(move |(of, _)| *of == dialect).flat_map(|(_, column)| &column.names)
            };
            for (own, field) in of(Dialect::Kql).zip(of(Dialect::Sigma)) {
                let place = Place { table: String::new(), column: field.clone(), path: Vec::new() };
                let reading = fields.reading(&place);
                self.readings.entry(own.clone()).or_insert(reading);
            }
        }
    }

    /// Tells where the keys of bags end.
    pub(super) fn know(&mut self, places: &BTreeSet<Place>) {
        self.found.take();
        self.known.clone_from(places);
    }

    /// Lets fields that the hub does not list be columns of the same name.
    pub(super) fn call_after(&mut self, table: &Self) {
        self.found.take();
        self.peers =
            table.readings.iter().map(|(name, reading)| (name.to_ascii_lowercase(), reading.clone())).collect();
    }

    /// Whether the fields fit where the table keeps those that have no columns.
    pub(super) fn takes(&self, fields: &Map<String, Json>) -> bool {
        let is_one_word =
            |value: &Json| value.as_str().is_none_or(|text| !text.contains(char::is_whitespace) && !text.is_empty());
        self.payload != Some(Payload::AuditText) || fields.values().all(is_one_word)
    }

    /// Whether the column says in other words what the rule reads, and the event lacks that.
    pub(super) fn is_mute(&self, column: &str, things: &Things, is_read: &dyn Fn(&str) -> bool) -> bool {
        let lacks = |other: &Translated| {
            let thing = things.get(&other.reading.thing);
            is_read(&other.reading.thing) && thing.is_none_or(|thing| other.text_for(self.hub, thing).is_none())
        };
        self.translated.iter().any(|other| other.column == column && lacks(other))
    }

    /// Whether what a column holds is one of the values that are listed for it.
    pub(super) fn lists(&self, column: &str, things: &Things) -> bool {
        let place = Place { table: String::new(), column: column.to_owned(), path: Vec::new() };
        let event = self.event(things, &BTreeSet::from([place]));
        let text = event.get(column).and_then(Json::as_str).unwrap_or_default();
        let listed = self.translated.iter().filter(|other| other.column == column).flat_map(|other| &other.values);
        listed.into_iter().any(|(own, _)| own.eq_ignore_ascii_case(text))
    }

    /// Whether the event has a word for what a column says in other words that differs in letter case.
    pub(super) fn has_misspelt(&self, things: &Things) -> bool {
        let is_misspelt =
            |other: &Translated| things.get(&other.reading.thing).is_some_and(|thing| other.is_misspelt(thing));
        self.translated.iter().any(is_misspelt)
    }

    /// What a column says in other words.
    pub(super) fn translated_things(&self) -> impl Iterator<Item = &String> {
        self.translated.iter().map(|other| &other.reading.thing)
    }

    /// Takes out of an event what its columns say in other words, as far as the rule reads that.
    pub(super) fn leave_to_others(&self, things: &mut Things, is_read: &dyn Fn(&str) -> bool) {
        for other in self.translated.iter().filter(|other| is_read(&other.reading.thing)) {
            if let Some(plain) = self.named(&other.column).filter(|plain| plain.thing != other.reading.thing) {
                things.remove(&plain.thing);
            }
        }
    }

    /// What the columns with other words say of an event that is known as it looks here.
    pub(super) fn add_translated(&self, event: &Map<String, Json>, things: &mut Things) {
        for other in &self.translated {
            // The numbers of events and kinds of logon are listed as texts.
            let text =
                event.get(&other.column).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let found = text.and_then(|text| other.values.iter().find(|(own, _)| *own == text));
            if let Some((_, meant)) = found {
                let meant =
                    super::form::things(self.hub, other.reading.kind, ValueForm::Text, None, &json!(meant), self.slash);
                things.extend(meant.into_iter().next().map(|meant| (other.reading.thing.clone(), meant)));
            }
        }
    }

    /// Adds the column in which the table keeps the fields that have no columns.
    pub(super) fn add_payload(&self, event: &mut Map<String, Json>, fields: &Map<String, Json>) {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self.payload {
            Some(Payload::EventXml) => {
                let data = |(name, value): (&String, &Json)| {
                    let escaped = text(value).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                    format!("<Data Name=\"{name}\">{}</Data>", escaped.replace('"', "&quot;").replace('\'', "&apos;"))
                };
                let all: String = fields.iter().map(data).collect();
                event.insert("EventData".to_owned(), json!(format!("<EventData>{all}</EventData>")));
            }
            Some(Payload::AuditText) => {
                let pair = |(name, value): (&String, &Json)| format!("{name}={}", text(value));
                let all: Vec<String> = fields.iter().map(pair).collect();
                event.insert("SyslogMessage".to_owned(), json!(all.join(" ")));
            }
            None => {}
        }
    }
}

impl Translated {
    fn text_for(&self, hub: &Hub, thing: &Json) -> Option<Json> {
        let meant = shown(hub, self.reading.kind, ValueForm::BoolText, None, thing)?;
        let meant = meant.as_str().map_or_else(|| meant.to_string(), str::to_owned);
        let own = self.values.iter().find(|(_, other)| *other == meant);
        own.map(|(own, _)| json!(own))
    }

    /// Whether the event says it in other letter case than there is.
    fn is_misspelt(&self, thing: &Json) -> bool {
        let Some(text) = thing.as_str() else { return false };
        self.values.iter().any(|(_, meant)| meant.eq_ignore_ascii_case(text) && meant != text)
    }
}

/// The time of an event.
pub(super) const TIME: &str = "time";

/// The value inside of a thing; of an array any that is there.
fn below(thing: &Json, keys: &[String]) -> Option<Json> {
    if keys.is_empty() {
        return Some(thing.clone());
    }
    match thing {
        Json::Object(object) => {
            // The keys themselves may have dots.
            let named = (1..=keys.len()).find_map(|count| {
                let name = keys[..count].join(".");
                let exact = object.get(&name);
                let found = exact
                    .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(&name)).map(|(_, value)| value));
                Some((found?, count))
            });
            let (value, count) = named?;
            below(value, &keys[count..])
        }
        Json::Array(items) => {
            let found: Vec<Json> = items.iter().filter_map(|item| below(item, keys)).collect();
            (!found.is_empty()).then_some(Json::Array(found))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}
