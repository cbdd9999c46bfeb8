//! Metadata of the rule file → envelope of the detection.

use crate::ir::{Entity, Envelope, Trigger, TriggerOperator};
use crate::rule::{EntityMapping, ImpactedAsset, Located, Metadata, RuleKind};

/// What stands around the query. Values that cannot be read as their type are left out: lint rules report them.
pub(super) fn envelope(metadata: &Metadata, kind: RuleKind) -> Envelope {
    Envelope {
        kind,
        id: text(metadata.id.as_ref()),
        title: text(metadata.name.as_ref()),
        description: metadata.description.as_ref().map(|description| unquoted(&description.value).to_owned()),
        severity: metadata.alert_severity(),
        frequency: metadata.frequency(),
        period: metadata.period(),
        trigger: trigger(metadata),
        suppression: metadata.repetition.suppression.filter(|_| metadata.repetition.is_suppressed),
        is_alert_per_result: metadata.repetition.is_alert_per_result,
        alert_format: texts(&metadata.alert_formats).into_iter().next(),
        tactics: texts(&metadata.tactics),
        techniques: texts(&metadata.techniques),
        entities: metadata
            .entities
            .iter()
            .filter_map(entity)
            .chain(metadata.impacted_assets.iter().filter_map(asset))
            .collect(),
        custom_details: metadata
            .custom_details
            .iter()
            .map(|(key, column)| (key.value.clone(), column.value.clone()))
            .collect(),
        tags: texts(&metadata.tags),
        references: texts(&metadata.references),
        author: text(metadata.author.as_ref()),
        version: text(metadata.version.as_ref()),
        data_types: data_types(metadata),
    }
}

fn text(value: Option<&Located<String>>) -> Option<String> {
    value.map(|located| located.value.trim().to_owned()).filter(|text| !text.is_empty())
}

fn texts(values: &[Located<String>]) -> Vec<String> {
    values.iter().filter_map(|value| text(Some(value))).collect()
}

/// A block scalar that quotes its whole text (`description: |` and then `'…'`) keeps the quotes as part of the value:
/// a frequent artefact that no reader wants to see.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['\'', '"'] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return inner.trim();
        }
    }
    text
}

fn trigger(metadata: &Metadata) -> Option<Trigger> {
    let operator = TriggerOperator::parse(metadata.trigger_operator.as_ref()?.value.trim())?;
    let threshold = metadata.trigger_threshold.as_ref()?.value.trim().parse().ok()?;
    Some(Trigger { operator, threshold })
}

fn entity(mapping: &EntityMapping) -> Option<Entity> {
    let fields = mapping
        .fields
        .iter()
        .filter_map(|field| Some((text(field.identifier.as_ref()).unwrap_or_default(), text(field.column.as_ref())?)));
    Some(Entity { entity_type: text(mapping.entity_type.as_ref())?, fields: fields.collect() })
}

/// What a Defender detection says is affected, as Sentinel's entity: by the column that it names, but for a device, which
/// Sentinel knows by its name only.
fn asset(asset: &ImpactedAsset) -> Option<Entity> {
    let identifier = text(asset.identifier.as_ref())?;
    let mut column = identifier.clone();
    column.get_mut(..1)?.make_ascii_uppercase();
    let (entity_type, field) = match text(asset.kind.as_ref())?.rsplit('.').next()? {
        "impactedDeviceAsset" => {
            if column == "DeviceId" {
                "DeviceName".clone_into(&mut column);
            }
            ("Host", "FullName")
        }
        "impactedUserAsset" => ("Account", account_identifier(&column)?),
        "impactedMailboxAsset" if column == "SenderDisplayName" => ("Mailbox", "DisplayName"),
        "impactedMailboxAsset" => ("Mailbox", "MailboxPrimaryAddress"),
        _ => return None,
    };
    Some(Entity { entity_type: entity_type.to_owned(), fields: vec![(field.to_owned(), column)] })
}

/// How Sentinel knows an account that is in a column of that name.
fn account_identifier(column: &str) -> Option<&'static str> {
    const ENDINGS: [(&str, &str); 5] =
        [("Upn", "FullName"), ("Sid", "Sid"), ("ObjectId", "AadUserId"), ("Name", "Name"), ("Domain", "NTDomain")];
    ENDINGS.iter().find(|(ending, _)| column.ends_with(ending)).map(|(_, identifier)| *identifier)
}

fn data_types(metadata: &Metadata) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in metadata.connectors.iter().flat_map(|connector| texts(&connector.data_types)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn only_quotes_around_the_whole_text_are_dropped() {
        assert_eq!(unquoted("'Finds a thing.'\n"), "Finds a thing.");
        assert_eq!(unquoted("\"Finds a thing.\""), "Finds a thing.");
        assert_eq!(unquoted("'a' and 'b'"), "'a' and 'b'");
        assert_eq!(unquoted("'"), "'");
    }
}
