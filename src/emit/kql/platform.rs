//! Where KQL runs, and what its tables are called there.

use super::super::subject::ColumnSet;
use super::print;
use crate::mapping::{AsimSource, Dialect, Fit, Hub, LogSource, RowFilter, TableSource};
use crate::schema::Schema;

/// A family of tables or functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Platform {
    /// ASIM's functions.
    Asim,
    /// Defender's advanced hunting.
    Xdr,
    /// A workspace.
    Sentinel,
}

/// Where a platform keeps a log source.
pub(super) struct Home<'s> {
    /// The table, or the call of the function.
    pub(super) text: String,
    /// The name, for the report.
    pub(super) name: String,
    /// The rows that count; `None` if the condition is known only as prose.
    pub(super) filter: Option<&'s RowFilter>,
    /// Dialect of its columns.
    pub(super) dialects: &'static [Dialect],
    /// Whether it gives more kinds of event than the log source.
    pub(super) is_general: bool,
    /// How well it records the log source.
    pub(super) fit: Fit,
    /// What its columns are, beyond those that the hub lists.
    pub(super) shape: ColumnSet<'s>,
}

/// The tables of Microsoft.
pub(super) static BUILTIN: Schema = Schema::builtin();

/// The dialects of a table.
const TABLE_DIALECTS: [(Dialect, &[Dialect]); 3] = [
    (Dialect::Xdr, &[Dialect::Xdr, Dialect::XdrName]),
    (Dialect::SecurityEvent, &[Dialect::SecurityEvent]),
    (Dialect::Kql, &[Dialect::Kql]),
];

impl Platform {
    /// The column with the time of the event.
    pub(super) fn time_column(self) -> &'static str {
        match self {
            Self::Asim | Self::Sentinel => "TimeGenerated",
            Self::Xdr => "Timestamp",
        }
    }

    /// Where the platform keeps a log source, if it does.
    pub(super) fn home<'s>(self, hub: &Hub, source: &'s LogSource) -> Option<Home<'s>> {
        self.homes(hub, source).into_iter().next()
    }

    /// One of the places where the platform keeps a log source, preferred first.
    pub(super) fn home_at<'s>(self, hub: &Hub, source: &'s LogSource, place: usize) -> Option<Home<'s>> {
        self.homes(hub, source).into_iter().nth(place)
    }

    /// Everywhere that the platform keeps a log source, preferred first.
    pub(super) fn homes<'s>(self, hub: &Hub, source: &'s LogSource) -> Vec<Home<'s>> {
        if self == Self::Asim {
            return source.asim.as_ref().map(|asim| function(hub, asim)).into_iter().collect();
        }
        let wanted: &[Dialect] = match self {
            Self::Xdr => &[Dialect::Xdr],
            Self::Asim | Self::Sentinel => &[Dialect::Kql, Dialect::Xdr, Dialect::SecurityEvent],
        };
        let in_dialect = |wanted: &Dialect| {
            let is_it = |kept: &&TableSource| hub.dialect(&source.id, &kept.table) == Some(*wanted);
            source.tables.iter().filter(is_it).filter_map(|kept| table(kept, *wanted)).collect::<Vec<_>>()
        };
        let mut homes: Vec<Home<'s>> = wanted.iter().flat_map(in_dialect).collect();
        if self == Self::Sentinel {
            let holds_fields =
                |kept: &&TableSource| kept.payload.is_some() && homes.iter().all(|home| home.name != kept.table);
            let others = source.tables.iter().filter(holds_fields).filter_map(|kept| table(kept, Dialect::Kql));
            homes.extend(others.collect::<Vec<_>>());
        }
        homes
    }
}

/// The function of a log source.
fn function<'s>(hub: &Hub, asim: &'s AsimSource) -> Home<'s> {
    Home {
        text: format!("{}()", asim.builtin),
        name: asim.builtin.clone(),
        filter: asim.filter.as_ref(),
        dialects: &[Dialect::Asim],
        is_general: hub.is_general_function(&asim.builtin),
        fit: Fit::Same,
        shape: ColumnSet::Asim(&asim.schema),
    }
}

/// A table of a log source, if the rows that count are known.
fn table(kept: &TableSource, dialect: Dialect) -> Option<Home<'_>> {
    let filter = kept.filter.as_ref()?;
    Some(Home {
        text: print::name(&kept.table),
        name: kept.table.clone(),
        filter: Some(filter),
        dialects: TABLE_DIALECTS.iter().find(|(of, _)| *of == dialect)?.1,
        is_general: true,
        fit: kept.fit,
        shape: ColumnSet::Table { known: BUILTIN.table(&kept.table), payload: kept.payload },
    })
}
