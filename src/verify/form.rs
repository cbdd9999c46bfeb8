//! One thing, and its value in the form that each column holds: a path and the name at its end, `DOMAIN\user` and both
//! halves, a registry path in Sysmon's and in Defender's words.
//!
//! This is the other direction of what a conversion does to tests, written from the definitions of the forms in
//! `mappings/fields.yaml` and not from the conversion, so that one can be held against the other.

use serde_json::{Map, Value as Json, json};

use crate::eval::is_in_network;
use crate::mapping::{Hub, IpClass, ValueForm};

/// What kind of thing a concept and its parts are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same text, number or bag everywhere.
    Plain,
    /// A file: its full path.
    File,
    /// An account: `DOMAIN\user`, or `user`.
    Account,
    /// Digests of a file, by algorithm: `{"MD5=": "…"}`.
    Digests,
    /// A registry key with or without a value: `{"key": "HKEY_LOCAL_MACHINE\…", "value": "…"}`.
    Registry,
    /// The data of a registry value, as Sysmon writes them.
    RegistryData,
    /// An address.
    Address,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A named pipe: `\name`.
    Pipe,
    /// An integrity level by its label.
    Integrity,
}

/// Short and long names of registry hives.
const HIVES: [(&str, &str); 4] = [
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKU", "HKEY_USERS"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKCR", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes"),
];

/// Where named pipes are in the object namespace.
const PIPES: &str = "\\Device\\NamedPipe";

/// Integrity levels and their SIDs.
const INTEGRITY: [(&str, &str); 4] =
    [("Low", "S-1-16-4096"), ("Medium", "S-1-16-8192"), ("High", "S-1-16-12288"), ("System", "S-1-16-16384")];

impl Kind {
    /// The kind of thing whose columns have these forms.
    pub(super) fn of(forms: impl IntoIterator<Item = ValueForm>) -> Self {
        let kinds = forms.into_iter().map(Self::of_form);
        kinds.fold(Self::Plain, |known, kind| if known == Self::Plain { kind } else { known })
    }

    fn of_form(form: ValueForm) -> Self {
        match form {
            ValueForm::Path | ValueForm::Name | ValueForm::NameOrPath | ValueForm::Dir => Self::File,
            ValueForm::Acct | ValueForm::AcctName | ValueForm::AcctDomain => Self::Account,
            ValueForm::Hash | ValueForm::Hashlist => Self::Digests,
            ValueForm::RegSysmon
            | ValueForm::RegLongKey
            | ValueForm::RegAsimKey
            | ValueForm::RegLong
            | ValueForm::RegNt
            | ValueForm::RegValue => Self::Registry,
            ValueForm::RegdataSysmon | ValueForm::RegdataPlain | ValueForm::RegdataAny => Self::RegistryData,
            ValueForm::Ip | ValueForm::IpClass => Self::Address,
            ValueForm::Int | ValueForm::IntText | ValueForm::HexText => Self::Number,
            ValueForm::Bool | ValueForm::BoolText => Self::Flag,
            ValueForm::Pipe | ValueForm::PipeNt => Self::Pipe,
            ValueForm::Integrity | ValueForm::IntegritySid => Self::Integrity,
            ValueForm::Cmdline
            | ValueForm::Text
            | ValueForm::Upn
            | ValueForm::Sid
            | ValueForm::Guid
            | ValueForm::Host
            | ValueForm::Fqdn
            | ValueForm::Url
            | ValueForm::Time => Self::Plain,
        }
    }
}

/// The value of a thing in the form of a column; nothing where the column stays empty.
pub(super) fn shown(hub: &Hub, kind: Kind, form: ValueForm, prefix: Option<&str>, thing: &Json) -> Option<Json> {
    let text = thing.as_str();
    match (kind, form, text) {
        (Kind::File, ValueForm::Name, Some(path)) => Some(json!(name_of(path))),
        (Kind::File, ValueForm::Dir, Some(path)) => Some(json!(folder_of(path))),
        (Kind::Account, ValueForm::AcctName, Some(account)) => {
            Some(json!(account.rsplit_once('\\').map_or(account, |(_, name)| name)))
        }
        (Kind::Account, ValueForm::AcctDomain, Some(account)) => {
            Some(json!(account.rsplit_once('\\').map_or("", |(domain, _)| domain)))
        }
        (Kind::Digests, _, _) => digests(form, prefix, thing.as_object()?),
        (Kind::Registry, _, _) => registry(form, thing.as_object()?),
        (Kind::RegistryData, ValueForm::RegdataPlain, Some(data)) => Some(json!(plain_data(data))),
        (Kind::Address, ValueForm::IpClass, Some(address)) => Some(json!(class_of(hub, address))),
        (Kind::Number, ValueForm::IntText, _) => {
            thing.as_i64().map(|number| json!(number.to_string())).or(Some(thing.clone()))
        }
        (Kind::Number, ValueForm::HexText, _) => {
            Some(thing.as_i64().map_or_else(|| thing.clone(), |number| json!(format!("0x{number:x}"))))
        }
        (Kind::Flag, ValueForm::BoolText, _) => {
            Some(thing.as_bool().map_or_else(|| thing.clone(), |flag| json!(flag.to_string())))
        }
        (Kind::Pipe, ValueForm::PipeNt, Some(name)) => Some(json!(format!("{PIPES}{name}"))),
        (Kind::Integrity, ValueForm::IntegritySid, Some(label)) => {
            let sid = INTEGRITY.iter().find(|(known, _)| known.eq_ignore_ascii_case(label));
            Some(json!(sid.map_or(label, |(_, sid)| *sid)))
        }
        _ => Some(thing.clone()),
    }
}

/// Things that a column of this form could show as the value, more or less.
pub(super) fn things(
    hub: &Hub,
    kind: Kind,
    form: ValueForm,
    prefix: Option<&str>,
    value: &Json,
    slash: char,
) -> Vec<Json> {
    let Some(text) = value.as_str() else {
        return match (kind, value.as_i64()) {
            (Kind::Registry | Kind::Digests, _) => Vec::new(),
            (Kind::Flag, Some(number)) => vec![json!(number != 0)],
            _ => vec![value.clone()],
        };
    };
    match (kind, form) {
        (Kind::File, ValueForm::Name) if !text.contains(['\\', '/']) => {
            vec![json!(format!("{}{text}", folder(slash))), json!(text)]
        }
        (Kind::File, ValueForm::Name) => Vec::new(),
        (Kind::File, ValueForm::Dir) => vec![json!(format!("{text}{slash}x.exe"))],
        (Kind::File, _) => paths(text, slash),
        (Kind::Account, ValueForm::AcctName) => vec![json!(format!("CORP\\{text}")), json!(text)],
        (Kind::Account, ValueForm::AcctDomain) => vec![json!(format!("{text}\\jdoe"))],
        (Kind::Account, _) => vec![json!(text), json!(format!("{text}\\jdoe"))],
        (Kind::Digests, ValueForm::Hash) => vec![json!({ prefix.unwrap_or("SHA256="): text })],
        (Kind::Digests, _) => {
            let (name, digest) = text.split_once('=').unwrap_or(("SHA256", text));
            vec![json!({ format!("{}=", name.to_ascii_uppercase()): digest })]
        }
        (Kind::Registry, ValueForm::RegValue) => vec![json!({ "key": KEY, "value": text })],
        (Kind::Registry, ValueForm::RegLongKey | ValueForm::RegAsimKey) => {
            keys(text).into_iter().map(|key| json!({ "key": key, "value": "Name" })).collect()
        }
        (Kind::Registry, _) => keys(text).into_iter().flat_map(|path| split_value(&path)).collect(),
        (Kind::RegistryData, ValueForm::RegdataPlain) => match text.parse::<u32>() {
            Ok(number) => vec![json!(format!("DWORD (0x{number:08x})")), json!(text)],
            Err(_) => vec![json!(text)],
        },
        (Kind::Address, ValueForm::IpClass) => addresses(hub, text),
        (Kind::Number, ValueForm::HexText) => match text.strip_prefix("0x").map(|hex| i64::from_str_radix(hex, 16)) {
            Some(Ok(number)) => vec![json!(number)],
            Some(Err(_)) | None => vec![value.clone()],
        },
        (Kind::Number, _) => vec![text.parse::<i64>().map_or_else(|_| value.clone(), Json::from)],
        (Kind::Flag, _) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => vec![json!(true)],
            "false" | "0" => vec![json!(false)],
            _ => vec![value.clone()],
        },
        (Kind::Pipe, ValueForm::PipeNt) => vec![json!(text.strip_prefix(PIPES).unwrap_or(text))],
        (Kind::Integrity, ValueForm::IntegritySid) => {
            let label = INTEGRITY.iter().find(|(_, sid)| *sid == text);
            vec![json!(label.map_or(text, |(label, _)| *label))]
        }
        _ => vec![value.clone()],
    }
}

/// Whether there can be such a thing: a file has a name, an address is one.
pub(super) fn is_possible(kind: Kind, thing: &Json) -> bool {
    match (kind, thing.as_str()) {
        (Kind::File, Some(path)) => !path.ends_with(['\\', '/']),
        (Kind::Registry, _) => thing.as_object().is_some_and(is_registry_path),
        (Kind::RegistryData, Some(data)) => {
            let words = ["DWORD (", "QWORD (", "Binary Data"];
            let is_word = |word: &&str| data.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
            words
                .iter()
                .find(|word| is_word(word))
                .is_none_or(|word| data.starts_with(word) && is_number_as_written(data))
        }
        (Kind::Flag, _) => thing.is_boolean(),
        (Kind::Digests, _) => {
            thing.as_object().is_some_and(|digests| digests.iter().all(|(name, digest)| is_digest(name, digest)))
        }
        (Kind::Address, Some(address)) => {
            address.is_empty() || (is_in_network(address, "::/0") && address == address.trim())
        }
        _ => true,
    }
}

/// One hive, and a value with a name if there is a value.
fn is_registry_path(thing: &Map<String, Json>) -> bool {
    let key = thing.get("key").and_then(Json::as_str).unwrap_or_default();
    let has_hive =
        |part: &str| HIVES.iter().any(|(short, long)| part.contains(&format!("{short}\\")) || part.contains(long));
    let inner = key.get(1..).unwrap_or_default().to_ascii_uppercase();
    thing.get("value").and_then(Json::as_str) != Some("") && !has_hive(&inner) && !key.ends_with('\\')
}

/// Whether data that begin as a number are one, as Sysmon writes it.
fn is_number_as_written(data: &str) -> bool {
    let Some(rest) = data.strip_prefix("DWORD (0x") else { return true };
    let Some(digits) = rest.strip_suffix(')') else { return false };
    digits.len() == 8 && digits.chars().all(|c| c.is_ascii_hexdigit())
}

fn is_digest(name: &str, digest: &Json) -> bool {
    let length = match name {
        "MD5=" | "IMPHASH=" => 32,
        "SHA1=" => 40,
        "SHA256=" => 64,
        _ => return false,
    };
    digest.as_str().is_some_and(|digest| digest.len() == length && digest.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Two things as one: the folder of one with the name of the other, the domain of one with the user of the other.
pub(super) fn crossed(kind: Kind, first: &Json, second: &Json) -> Option<Json> {
    match kind {
        Kind::File => {
            let (path, other) = (first.as_str()?, second.as_str()?);
            let at = path.rfind(['\\', '/'])?;
            Some(json!(format!("{}{}", &path[..=at], name_of(other))))
        }
        Kind::Account => {
            let (domain, _) = first.as_str()?.rsplit_once('\\')?;
            let (_, name) = second.as_str()?.rsplit_once('\\')?;
            Some(json!(format!("{domain}\\{name}")))
        }
        Kind::Digests => {
            let mut digests = first.as_object()?.clone();
            digests.extend(second.as_object()?.clone());
            Some(Json::Object(digests))
        }
        Kind::Registry => {
            let (key, value) = (first.get("key")?, second.get("value")?);
            Some(json!({ "key": key, "value": value }))
        }
        Kind::Plain | Kind::RegistryData | Kind::Address | Kind::Number | Kind::Flag | Kind::Pipe | Kind::Integrity => {
            None
        }
    }
}

/// A thing of this kind that nothing is asked of.
pub(super) fn usual(kind: Kind, slash: char) -> Option<Json> {
    match kind {
        Kind::File => Some(json!(format!("{}usual.exe", folder(slash)))),
        Kind::Account => Some(json!("CORP\\jdoe")),
        Kind::Registry => Some(json!({ "key": KEY, "value": "Name" })),
        Kind::Address => Some(json!("93.184.216.34")),
        Kind::Pipe => Some(json!("\\usual")),
        Kind::Integrity => Some(json!("Medium")),
        Kind::Plain | Kind::Digests | Kind::RegistryData | Kind::Number | Kind::Flag => None,
    }
}

/// What stands behind the last separator.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

fn folder_of(path: &str) -> &str {
    path.rfind(['\\', '/']).map_or("", |at| &path[..at])
}

fn folder(slash: char) -> &'static str {
    if slash == '\\' { "C:\\Windows\\Temp\\" } else { "/usr/bin/" }
}

/// The text as a full path where it is a part of one, and as it is.
fn paths(text: &str, slash: char) -> Vec<Json> {
    let name = if text.ends_with(slash) { "x.exe" } else { "" };
    let is_full = text.starts_with('/') || text.get(1..3).is_some_and(|start| start == ":\\");
    let whole = format!("{text}{name}");
    if is_full {
        return vec![json!(whole)];
    }
    let joined = if text.starts_with(slash) {
        format!("{}{whole}", folder_of(folder(slash)))
    } else {
        format!("{}{whole}", folder(slash))
    };
    vec![json!(joined), json!(whole)]
}

/// A key that nothing is asked of.
const KEY: &str = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Usual";

/// The text as a full registry path with a long hive where it is a part of one.
fn keys(text: &str) -> Vec<String> {
    let name = if text.ends_with('\\') { "x" } else { "" };
    if text.to_ascii_uppercase().starts_with("HKEY_") {
        return vec![format!("{text}{name}")];
    }
    for (short, long) in HIVES {
        let rest = text.get(short.len()..).filter(|_| text[..short.len()].eq_ignore_ascii_case(short));
        if let Some(rest) = rest.filter(|rest| rest.starts_with('\\')) {
            return vec![format!("{long}{rest}{name}")];
        }
    }
    let key = if text.starts_with('\\') { format!("{KEY}{text}{name}") } else { format!("{KEY}\\{text}{name}") };
    vec![key]
}

/// A path as key and value: the last part is the value's name, or the value is another one below.
fn split_value(path: &str) -> Vec<Json> {
    let mut things = Vec::new();
    if let Some((key, value)) = path.rsplit_once('\\') {
        things.push(json!({ "key": key, "value": value }));
    }
    things.push(json!({ "key": path, "value": "Name" }));
    things
}

fn digests(form: ValueForm, prefix: Option<&str>, known: &Map<String, Json>) -> Option<Json> {
    match (form, prefix) {
        (ValueForm::Hash, Some(prefix)) => known.get(prefix).cloned(),
        (ValueForm::Hash, None) => known.values().next().cloned(),
        _ => {
            let one = |(name, digest): (&String, &Json)| format!("{name}{}", digest.as_str().unwrap_or_default());
            let all: Vec<String> = known.iter().map(one).collect();
            (!all.is_empty()).then(|| json!(all.join(",")))
        }
    }
}

fn registry(form: ValueForm, thing: &Map<String, Json>) -> Option<Json> {
    let (key, value) = (thing.get("key")?.as_str()?, thing.get("value").and_then(Json::as_str));
    let with_value = |key: &str| value.map_or_else(|| key.to_owned(), |value| format!("{key}\\{value}"));
    match form {
        ValueForm::RegValue => value.map(Json::from),
        ValueForm::RegSysmon => Some(json!(with_value(&short(key)))),
        ValueForm::RegLong => Some(json!(with_value(key))),
        _ => Some(json!(key)),
    }
}

/// The key as Sysmon writes it.
fn short(key: &str) -> String {
    let has = |long: &str| key.get(..long.len()).is_some_and(|start| start.eq_ignore_ascii_case(long));
    match HIVES.iter().rev().find(|(_, long)| has(long)) {
        Some((short, long)) => format!("{short}{}", &key[long.len()..]),
        None => key.to_owned(),
    }
}

/// `DWORD (0x00000001)` is `1`.
fn plain_data(data: &str) -> String {
    let hex = data.strip_prefix("DWORD (0x").and_then(|rest| rest.strip_suffix(')'));
    match hex.map(|hex| u32::from_str_radix(hex, 16)) {
        Some(Ok(number)) => number.to_string(),
        Some(Err(_)) | None => data.to_owned(),
    }
}

fn is_in_class(address: &str, class: &IpClass) -> bool {
    match class {
        IpClass::Inside(networks) => networks.iter().any(|network| is_in_network(address, network)),
        IpClass::Outside(networks) => {
            is_in_network(address, "::/0") && !networks.iter().any(|network| is_in_network(address, network))
        }
    }
}

fn class_of<'h>(hub: &'h Hub, address: &str) -> &'h str {
    hub.ip_classes().find(|(_, class)| is_in_class(address, class)).map_or("Reserved", |(name, _)| name)
}

/// Addresses of a class, and beside it.
fn addresses(hub: &Hub, class: &str) -> Vec<Json> {
    const SOME: [&str; 9] = [
        "93.184.216.34",
        "10.1.2.3",
        "172.31.255.255",
        "172.32.0.0",
        "192.168.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "2001:4860::1",
        "fc00::1",
    ];
    let mut found: Vec<Json> =
        SOME.iter().filter(|address| class_of(hub, address) == class).map(|address| json!(address)).collect();
    found.extend(SOME.iter().filter(|address| class_of(hub, address) != class).map(|address| json!(address)));
    found
}
