//! What an indicator is about, whichever table, product and language the rule reads.

use crate::explain::Indicator;
use crate::mapping::{Dialect, Hub, Resolution, ValueForm};

/// What a rule looks for, in words that two rules share if they look for the same.
pub(super) struct Sought {
    /// The concept of the column; its table and column where it has none.
    pub(super) subject: String,
    /// What the operator looks at.
    pub(super) class: String,
    /// The value.
    pub(super) value: String,
}

/// What an indicator is about. A path that ends in `\x.exe` is a file of that name, as Sigma has no field for it.
pub(super) fn sought(indicator: &Indicator, hub: &Hub) -> Sought {
    let named = file_name(indicator)
        .and_then(|name| Some((name, columns(indicator, hub).into_iter().find_map(|column| column.named(hub))?)));
    if let Some((name, subject)) = named {
        let class = indicator.class.replace("ends with", "equals");
        return Sought { subject, class, value: name.to_owned() };
    }
    Sought { subject: subject(indicator, hub), class: indicator.class.clone(), value: indicator.value.clone() }
}

/// The file name that the end of a path has to be.
fn file_name(indicator: &Indicator) -> Option<&str> {
    let is_end = indicator.class.starts_with("ends with") && indicator.through.is_empty();
    let name = indicator.value.strip_prefix(['\\', '/']).filter(|_| is_end)?;
    (!name.is_empty() && !name.contains(['\\', '/'])).then_some(name)
}

fn subject(indicator: &Indicator, hub: &Hub) -> String {
    let concept = || columns(indicator, hub).into_iter().find_map(|column| column.concept(hub));
    let own = || match (&indicator.table, &indicator.log_source) {
        (Some(table), _) => format!("{table}.{}", indicator.column),
        (None, Some(found)) => format!("{found}.{}", indicator.column),
        (None, None) => indicator.column.clone(),
    };
    let name = if indicator.through.is_empty() { concept().unwrap_or_else(own) } else { own() };
    indicator.through.iter().rev().fold(name, |name, step| {
        if step.starts_with(['.', '[']) { format!("{name}{step}") } else { format!("{step}({name})") }
    })
}

/// A column as the hub knows it.
#[derive(Clone, Copy)]
struct HubColumn<'h> {
    log_source: &'h str,
    dialect: Dialect,
    name: &'h str,
}

/// The indicator's column in each log source that rows of its table may be; for Sigma, in the rule's own.
fn columns<'h>(indicator: &'h Indicator, hub: &'h Hub) -> Vec<HubColumn<'h>> {
    let name = indicator.column.as_str();
    if let Some(id) = indicator.log_source.as_ref().and_then(|found| found.id.as_deref()) {
        return [Dialect::Sigma, Dialect::SigmaUnofficial]
            .map(|dialect| HubColumn { log_source: id, dialect, name })
            .to_vec();
    }
    let Some(table) = &indicator.table else { return Vec::new() };
    let column =
        |log_source: &'h str| hub.dialect(log_source, table).map(|dialect| HubColumn { log_source, dialect, name });
    hub.candidates(table).into_iter().filter_map(|candidate| column(&candidate.log_source.id)).collect()
}

impl HubColumn<'_> {
    /// `process_creation command line (cmdline)`
    fn concept(self, hub: &Hub) -> Option<String> {
        let resolution = hub.resolve(self.log_source, self.dialect, self.name, &[self.dialect, Dialect::XdrName])?;
        // A column of another name would be of another form.
        let is_it = |name: &String| name == self.name;
        let source = &resolution.source;
        let is_plain = source.names.iter().any(is_it) || source.alias.as_deref() == Some(self.name);
        is_plain.then(|| self.words(&resolution, source.form))
    }

    /// The concept of the bare name beside the path that the column holds.
    fn named(self, hub: &Hub) -> Option<String> {
        let resolution = hub.resolve(self.log_source, self.dialect, self.name, &[Dialect::XdrName])?;
        let is_path = resolution.source.form == ValueForm::Path && resolution.target.form == ValueForm::Name;
        let name = resolution.target.names.first().filter(|_| is_path)?;
        HubColumn { dialect: Dialect::Xdr, name, ..self }.concept(hub)
    }

    /// The form of the value belongs to what is looked for: a bare name is not a path.
    fn words(self, resolution: &Resolution, form: ValueForm) -> String {
        let category = self.log_source.split('.').next().unwrap_or(self.log_source);
        format!("{category} {} ({})", resolution.concept, form.as_str())
    }
}
