//! Values for keys and for what is counted: as many as are wanted, each in the form of its column.

use serde_json::{Value as Json, json};

use super::super::form::{Kind, is_possible, things};
use super::super::side::{Reading, Side, Things};
use crate::mapping::ValueForm;
use crate::schema::ScalarType;

/// The value of that number as a column shows it; `None` where columns of the type hold none to tell apart.
pub(super) fn shown(reading: &Reading, ty: ScalarType, slash: char, number: usize) -> Option<Json> {
    let folder = if slash == '\\' { "C:\\Keys\\" } else { "/keys/" };
    let text = match (reading.kind, reading.form) {
        (Kind::File, ValueForm::Name) => format!("key{number}.exe"),
        (Kind::File, ValueForm::Dir) => format!("{folder}{number}"),
        (Kind::File, _) => format!("{folder}key{number}.exe"),
        (Kind::Account, ValueForm::AcctName) => format!("user{number}"),
        (Kind::Account, ValueForm::AcctDomain) => format!("DOMAIN{number}"),
        (Kind::Account, _) => format!("CORP\\user{number}"),
        (Kind::Digests, _) => {
            let length = match reading.prefix.as_deref() {
                Some("MD5=" | "IMPHASH=") => 32,
                Some("SHA1=") => 40,
                _ => 64,
            };
            format!("{number:0length$x}")
        }
        (Kind::Registry, ValueForm::RegValue) => format!("Key{number}"),
        (Kind::Registry, ValueForm::RegSysmon) => format!("HKLM\\SOFTWARE\\Keys\\Key{number}"),
        (Kind::Registry, _) => format!("HKEY_LOCAL_MACHINE\\SOFTWARE\\Keys\\Key{number}"),
        (Kind::Address, ValueForm::IpClass) | (Kind::Integrity, ValueForm::IntegritySid) => return None,
        (Kind::Address, _) => format!("93.184.{}.{}", number / 200, number % 200 + 1),
        (Kind::Number, _) => return Some(json!(4000 + number)),
        (Kind::Flag, _) => return (number < 2).then(|| json!(number == 0)),
        (Kind::Pipe, _) => format!("\\key{number}"),
        (Kind::Integrity, _) => (*["High", "Low", "Medium", "System"].get(number)?).to_owned(),
        (Kind::Plain | Kind::RegistryData, _) => match ty {
            ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal => {
                return Some(json!(4000 + number));
            }
            ScalarType::Bool => return (number < 2).then(|| json!(number == 0)),
            ScalarType::Datetime | ScalarType::Timespan => return None,
            ScalarType::Guid => format!("00000000-0000-0000-0000-{:012}", number + 1),
            ScalarType::String | ScalarType::Dynamic | ScalarType::Unknown => format!("key{number}"),
        },
    };
    Some(json!(text))
}

/// How values are made so that the tests of a rule take them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As values of the kind usually are.
    Usual,
    /// An address of a private network.
    Private,
    /// Behind the value that a test asks for.
    Behind,
    /// In front of it.
    InFront,
}

/// Every style, likely ones first.
pub(super) const STYLES: [Style; 4] = [Style::Usual, Style::Private, Style::Behind, Style::InFront];

impl Style {
    /// The value of that number as a column shows it; `own` is the value that a test asks for.
    pub(super) fn shown(
        self,
        reading: &Reading,
        ty: ScalarType,
        slash: char,
        own: Option<&Json>,
        number: usize,
    ) -> Option<Json> {
        let own = own.and_then(Json::as_str).filter(|_| reading.kind == Kind::Plain);
        match self {
            Self::Usual => shown(reading, ty, slash, number),
            Self::Private => {
                let is_address = reading.kind == Kind::Address && reading.form != ValueForm::IpClass;
                is_address.then(|| json!(format!("10.1.{}.{}", number / 200, number % 200 + 1)))
            }
            Self::Behind => Some(json!(format!("{} key{number}", own?))),
            Self::InFront => Some(json!(format!("key{number} {}", own?))),
        }
    }
}

/// Puts a value as a column shows it into the things of an event.
pub(super) fn put(side: &Side<'_>, reading: &Reading, value: &Json, event: &mut Things) {
    let found = things(side.hub(), reading.kind, reading.form, reading.prefix.as_deref(), value, side.slash);
    let Some(thing) = found.into_iter().find(|thing| is_possible(reading.kind, thing)) else { return };
    let thing = reading.below.iter().rev().fold(thing, |inner, key| json!({ key: inner }));
    let known = event.get(&reading.thing).and_then(|known| super::super::pool::merged(known, &thing));
    event.insert(reading.thing.clone(), known.unwrap_or(thing));
}

/// Another thing that a column shows as the same value: a user of the same name in another domain, a file of the same
/// name in another folder.
pub(super) fn twin(reading: &Reading, thing: &Json) -> Option<Json> {
    let text = thing.as_str()?;
    match (reading.kind, reading.form) {
        (Kind::Account, ValueForm::AcctName) => Some(json!(format!("OTHER\\{}", text.rsplit('\\').next()?))),
        (Kind::File, ValueForm::Name) => {
            let at = text.rfind(['\\', '/'])?;
            Some(json!(format!("{}other{}", &text[..=at], &text[at..])))
        }
        _ => None,
    }
}
