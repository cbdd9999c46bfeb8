//! Concepts: one meaning, and the column that has it in each dialect.

use super::{Assumption, ValueForm};

/// A family of column names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// Sigma taxonomy.
    Sigma,
    /// Field that Sigma rules use although the taxonomy lacks it.
    SigmaUnofficial,
    /// Defender table of the log source.
    Xdr,
    /// Second Defender column that holds only the base name.
    XdrName,
    /// ASIM schema.
    Asim,
    /// `SecurityEvent`.
    SecurityEvent,
    /// Splunk add-on for Sysmon.
    SplunkSysmon,
    /// Splunk add-on for Windows, Security channel.
    SplunkSecurity,
    /// Other raw Splunk fields.
    Splunk,
    /// Sentinel table of a cloud or network log source.
    Kql,
    /// Splunk data model.
    Cim,
    /// The table's own column names, kept by a target that stores the table as it is.
    Native,
}

impl Dialect {
    /// Whether its columns are columns of a KQL table or function, so that an expression can stand for one.
    pub fn is_kql(self) -> bool {
        matches!(self, Self::Xdr | Self::Asim | Self::SecurityEvent | Self::Kql)
    }

    /// The key in the data file.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::SigmaUnofficial => "sigma_unofficial",
            Self::Xdr => "xdr",
            Self::XdrName => "xdr_name",
            Self::Asim => "asim",
            Self::SecurityEvent => "secevt",
            Self::SplunkSysmon => "spl_sysmon",
            Self::SplunkSecurity => "spl_sec",
            Self::Splunk => "spl",
            Self::Kql => "kql",
            Self::Cim => "cim",
            Self::Native => "native",
        }
    }

    /// Every dialect that has columns in the data file.
    pub(super) const ALL: [Self; 11] = [
        Self::Sigma,
        Self::SigmaUnofficial,
        Self::Xdr,
        Self::XdrName,
        Self::Asim,
        Self::SecurityEvent,
        Self::SplunkSysmon,
        Self::SplunkSecurity,
        Self::Splunk,
        Self::Kql,
        Self::Cim,
    ];
}

/// One meaning of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Concept {
    /// Its name, unique within a log source.
    pub name: String,
    /// The concept that holds this one as a part: the path of a name.
    pub whole: Option<String>,
    /// Text in front of a digest inside the whole.
    pub prefix: Option<String>,
    /// Whether ASIM has the column only where the parser of its table passes it on.
    pub is_passed: bool,
    /// Its columns.
    pub columns: Vec<(Dialect, Column)>,
}

/// A column of one dialect.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its names: more than one where the field is spelled differently by sensor or rendering, and any may hold the
    /// value. Empty where it is an expression.
    pub names: Vec<String>,
    /// The expression that computes it, as the data file has it, where it is no plain column.
    pub expression: Option<String>,
    /// The canonical name of that expression.
    pub path: Option<String>,
    /// Another name of the same column.
    pub alias: Option<String>,
    /// What its value looks like.
    pub form: ValueForm,
    /// Whether only some sensors fill it with this concept.
    pub is_unreliable: bool,
    /// What every conversion through this column assumes.
    pub assumption: Option<Assumption>,
    /// Its texts and what the concept calls them, where they are not the concept's own.
    pub values: Vec<(String, String)>,
}

impl Concept {
    /// The column of a dialect, if it is a plain one or, in KQL, an expression.
    pub fn column(&self, dialect: Dialect) -> Option<&Column> {
        let is_usable = |column: &Column| !column.names.is_empty() || (dialect.is_kql() && column.path.is_some());
        self.columns.iter().find(|(of, column)| *of == dialect && is_usable(column)).map(|(_, column)| column)
    }

    fn column_named(&self, dialect: Dialect, name: &str) -> Option<&Column> {
        // Sigma's rules are not uniform in the case of fields.
        let ignores_case = matches!(dialect, Dialect::Sigma | Dialect::SigmaUnofficial);
        let is_same = |other: &String| other == name || (ignores_case && other.eq_ignore_ascii_case(name));
        let is_it =
            |column: &Column| [&column.alias, &column.path].into_iter().flatten().chain(&column.names).any(is_same);
        self.columns.iter().find(|(of, column)| *of == dialect && is_it(column)).map(|(_, column)| column)
    }
}

impl Column {
    /// A plain column whose values carry no further meaning.
    pub fn plain(name: String, form: ValueForm) -> Self {
        Self {
            names: vec![name],
            expression: None,
            path: None,
            alias: None,
            form,
            is_unreliable: false,
            assumption: None,
            values: Vec::new(),
        }
    }

    /// Its names as a target writes them; the expression where it is computed.
    pub fn spellings(&self) -> Vec<String> {
        if self.names.is_empty() { self.expression.iter().cloned().collect() } else { self.names.clone() }
    }
}

/// How a column is reached on the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The concept that the source column holds.
    pub concept: String,
    /// Text in front of a digest inside the whole.
    pub prefix: Option<String>,
    /// The source column.
    pub source: Column,
    /// The target column.
    pub target: Column,
    /// Which dialect of the target has it.
    pub dialect: Dialect,
    /// The assumptions of both columns.
    pub assumptions: Vec<Assumption>,
}

/// The best way from a column to one of the target's dialects: same form before another form, reliable before
/// unreliable, earlier dialect before later.
pub(super) fn resolve(concepts: &[Concept], from: Dialect, name: &str, to: &[Dialect]) -> Option<Resolution> {
    let second = match from {
        Dialect::Xdr => Some(Dialect::XdrName),
        Dialect::Sigma => Some(Dialect::SigmaUnofficial),
        _ => None,
    };
    let mut best: Option<Way<'_>> = None;
    for dialect in [from].into_iter().chain(second) {
        for concept in concepts {
            let Some(source) = concept.column_named(dialect, name) else { continue };
            for way in ways(concepts, concept, source, to) {
                if best.as_ref().is_none_or(|best| way.rank() < best.rank()) {
                    best = Some(way);
                }
            }
        }
    }
    best.map(|way| way.resolution(to))
}

/// A column and one that holds the same on the target.
struct Way<'c> {
    concept: &'c Concept,
    source: &'c Column,
    target: &'c Column,
    /// Which of the wanted dialects the target is of.
    order: usize,
}

impl Way<'_> {
    /// Less is better: unreliable, another form, a later dialect.
    fn rank(&self) -> (bool, bool, usize) {
        (self.target.is_unreliable, self.target.form != self.source.form, self.order)
    }

    fn resolution(&self, to: &[Dialect]) -> Resolution {
        Resolution {
            concept: self.concept.name.clone(),
            prefix: self.concept.prefix.clone(),
            source: self.source.clone(),
            target: self.target.clone(),
            dialect: to[self.order],
            assumptions: self.source.assumption.into_iter().chain(self.target.assumption).collect(),
        }
    }
}

fn ways<'c>(
    concepts: &'c [Concept],
    concept: &'c Concept,
    source: &'c Column,
    to: &'c [Dialect],
) -> impl Iterator<Item = Way<'c>> {
    let whole = concept.whole.as_ref().and_then(|whole| concepts.iter().find(|other| other.name == *whole));
    [Some(concept), whole].into_iter().flatten().flat_map(move |holder| {
        let wanted = to.iter().enumerate();
        wanted.filter_map(move |(order, &dialect)| {
            let target = holder.column(dialect)?;
            Some(Way { concept, source, target, order })
        })
    })
}
