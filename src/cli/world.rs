//! The tables and mappings that hold for each file: what is built in, then what its configuration names, then what the
//! command line names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::arguments::{Inputs, Shared};
use super::files::Input;
use super::settings::Configurations;
use super::{Failure, schema};
use crate::config::{Settings, absolute};
use crate::mapping::Hub;
use crate::schema::Schema;

/// What rules are looked at with.
#[derive(Clone, Copy)]
pub(super) struct World<'w> {
    pub(super) hub: &'w Hub,
    pub(super) schema: &'w Schema,
}

/// Every world that the files of a run need. Files with the same settings share one.
pub(super) struct Worlds {
    schemas: BTreeMap<SchemaKey, Schema>,
    hubs: BTreeMap<Vec<PathBuf>, Hub>,
    /// Files of the command line, which come last.
    schema_files: Vec<PathBuf>,
}

/// Schema files of a configuration, and the column that holds the time of a row.
type SchemaKey = (Vec<PathBuf>, Option<String>);

impl Worlds {
    /// Reads what the files need, so that a mistake ends the run before it begins.
    pub(super) fn new(files: &[Input], inputs: &Inputs, map_files: &[PathBuf]) -> Result<Self, Failure> {
        let mut worlds = Self::schemas_only(files, inputs)?;
        for input in files {
            let configured = maps_of(&input.settings);
            if !worlds.hubs.contains_key(configured) {
                let hub = read_hub(configured.iter().chain(map_files))?;
                worlds.hubs.insert(configured.to_vec(), hub);
            }
        }
        Ok(worlds)
    }

    /// The same without mappings, which take their time to read.
    pub(super) fn schemas_only(files: &[Input], inputs: &Inputs) -> Result<Self, Failure> {
        let mut worlds = Self { schemas: BTreeMap::new(), hubs: BTreeMap::new(), schema_files: inputs.schema.clone() };
        for input in files {
            let key = schema_key(&input.settings, &input.absolute);
            if !worlds.schemas.contains_key(&key) {
                let schema = read_schema(&key, &worlds.schema_files)?;
                worlds.schemas.insert(key, schema);
            }
        }
        Ok(worlds)
    }

    /// The schema of a file.
    ///
    /// # Panics
    /// Never: each file of the run was seen when this was made.
    pub(super) fn schema(&self, input: &Input) -> &Schema {
        let key = schema_key(&input.settings, &input.absolute);
        self.schemas.get(&key).expect("the schema of each file of the run was read")
    }

    /// The mappings of a file.
    ///
    /// # Panics
    /// Never: each file of the run was seen when this was made.
    pub(super) fn hub(&self, input: &Input) -> &Hub {
        self.hubs.get(maps_of(&input.settings)).expect("the mappings of each file of the run were read")
    }

    /// Both.
    pub(super) fn of(&self, input: &Input) -> World<'_> {
        World { hub: self.hub(input), schema: self.schema(input) }
    }
}

/// The schema of one file or folder, for commands that do not walk.
pub(super) fn schema_at(path: &std::path::Path, files: &[PathBuf], shared: &Shared) -> Result<Schema, Failure> {
    let absolute = absolute(path);
    let folder = if absolute.is_dir() { &absolute } else { absolute.parent().unwrap_or(&absolute) };
    let settings = Configurations::new(shared)?.of_folder(folder)?;
    read_schema(&schema_key(&settings, &absolute), files)
}

fn schema_key(settings: &Settings, path: &std::path::Path) -> SchemaKey {
    (settings.schema().to_vec(), settings.time_column(path).map(str::to_owned))
}

fn read_schema((configured, time_column): &SchemaKey, files: &[PathBuf]) -> Result<Schema, Failure> {
    let schema = schema::load(&[configured, files].concat())?;
    Ok(match time_column {
        Some(column) => schema.with_time_column(column),
        None => schema,
    })
}

fn maps_of(settings: &Settings) -> &[PathBuf] {
    settings.convert().maps.as_deref().unwrap_or_default()
}

/// The built-in mappings with those of the user.
fn read_hub<'p>(maps: impl Iterator<Item = &'p PathBuf>) -> Result<Hub, Failure> {
    let mut hub = Hub::built_in();
    for path in maps {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read the mapping", path, &error))?;
        hub.overlay(&text).map_err(|error| Failure(format!("can't use the mapping {}: {error}", path.display())))?;
    }
    Ok(hub)
}
