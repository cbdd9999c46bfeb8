//! ENT003: an identifier that the entity type does not have.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT003",
    name: "invalid-identifier",
    category: Category::Entity,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("invalid_identifier.md"),
    check,
};

/// Types of entities and their identifiers. Names are case-sensitive.
/// Origin: `EntityMappingIdentifiers` of Microsoft's analytic rule template schema; the entity reference of Sentinel.
const IDENTIFIERS: &[(&str, &[&str])] = &[
    (
        "Account",
        &[
            "Name",
            "FullName",
            "NTDomain",
            "DnsDomain",
            "UPNSuffix",
            "Sid",
            "AadTenantId",
            "AadUserId",
            "PUID",
            "IsDomainJoined",
            "DisplayName",
            "ObjectGuid",
        ],
    ),
    (
        "Host",
        &[
            "DnsDomain",
            "NTDomain",
            "HostName",
            "FullName",
            "NetBiosName",
            "AzureID",
            "OMSAgentID",
            "OSFamily",
            "OSVersion",
            "IsDomainJoined",
        ],
    ),
    ("IP", &["Address", "AddressScope"]),
    ("URL", &["Url"]),
    ("File", &["Directory", "Name"]),
    ("FileHash", &["Algorithm", "Value"]),
    ("Process", &["ProcessId", "CommandLine", "ElevationToken", "CreationTimeUtc"]),
    ("RegistryKey", &["Hive", "Key"]),
    ("RegistryValue", &["Name", "Value", "ValueType"]),
    ("DNS", &["DomainName"]),
    ("Malware", &["Name", "Category"]),
    ("CloudApplication", &["AppId", "Name", "InstanceName"]),
    ("AzureResource", &["ResourceId"]),
    ("SecurityGroup", &["DistinguishedName", "SID", "ObjectGuid"]),
];

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    for entity in &metadata.entities {
        let Some(entity_type) = &entity.entity_type else { continue };
        let Some((_, known)) = IDENTIFIERS.iter().find(|(name, _)| *name == entity_type.value) else { continue };
        for identifier in entity.fields.iter().filter_map(|field| field.identifier.as_ref()) {
            if known.contains(&identifier.value.as_str()) {
                continue;
            }
            let near = nearest(&identifier.value, known.iter().copied());
            let (written, of) = (&identifier.value, &entity_type.value);
            let mut report =
                cx.report(identifier.place, format!("an entity of type `{of}` has no identifier `{written}`"));
            report.label("no such identifier").related(entity_type.place, "the type");
            match near {
                Some(near) => {
                    let edit = Edit { place: identifier.place, replacement: near.to_owned() };
                    report.help(format!("write `{near}`")).fix(format!("write `{near}`"), Effect::Same, vec![edit]);
                }
                None => {
                    report.help(format!("use one of {}", known.join(", ")));
                }
            }
        }
    }
}
