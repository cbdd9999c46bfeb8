//! What the text of a column looks like: a full path, a bare name, `DOMAIN\user`.
//!
//! Two columns of one concept may hold different forms; then a comparison has to be rewritten, not only renamed.

use serde::Deserialize;

/// The form of a column's value; the names and their meanings are `value_forms` in `mappings/fields.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "`value_forms` of the data file defines each")]
pub enum ValueForm {
    Path,
    Name,
    NameOrPath,
    Dir,
    Cmdline,
    #[default]
    Text,
    Acct,
    AcctName,
    AcctDomain,
    Upn,
    Sid,
    Hash,
    Hashlist,
    Int,
    IntText,
    HexText,
    Guid,
    Integrity,
    IntegritySid,
    RegSysmon,
    RegLongKey,
    RegAsimKey,
    RegLong,
    RegNt,
    RegValue,
    RegdataSysmon,
    RegdataPlain,
    RegdataAny,
    Ip,
    IpClass,
    Host,
    Fqdn,
    Url,
    UrlRest,
    BoolText,
    Bool,
    Pipe,
    PipeNt,
    Time,
}

impl ValueForm {
    /// The name in the data file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Name => "name",
            Self::NameOrPath => "name_or_path",
            Self::Dir => "dir",
            Self::Cmdline => "cmdline",
            Self::Text => "text",
            Self::Acct => "acct",
            Self::AcctName => "acct_name",
            Self::AcctDomain => "acct_domain",
            Self::Upn => "upn",
            Self::Sid => "sid",
            Self::Hash => "hash",
            Self::Hashlist => "hashlist",
            Self::Int => "int",
            Self::IntText => "int_text",
            Self::HexText => "hex_text",
            Self::Guid => "guid",
            Self::Integrity => "integrity",
            Self::IntegritySid => "integrity_sid",
            Self::RegSysmon => "reg_sysmon",
            Self::RegLongKey => "reg_long_key",
            Self::RegAsimKey => "reg_asim_key",
            Self::RegLong => "reg_long",
            Self::RegNt => "reg_nt",
            Self::RegValue => "reg_value",
            Self::RegdataSysmon => "regdata_sysmon",
            Self::RegdataPlain => "regdata_plain",
            Self::RegdataAny => "regdata_any",
            Self::Ip => "ip",
            Self::IpClass => "ip_class",
            Self::Host => "host",
            Self::Fqdn => "fqdn",
            Self::Url => "url",
            Self::UrlRest => "url_rest",
            Self::BoolText => "bool_text",
            Self::Bool => "bool",
            Self::Pipe => "pipe",
            Self::PipeNt => "pipe_nt",
            Self::Time => "time",
        }
    }

    /// Whether a value of this form can stand for one of the other as it is: as a key, as a result.
    pub fn holds_same_value(self, other: Self) -> bool {
        let are = |left, right| (self == left && other == right) || (self == right && other == left);
        self == other
            || are(Self::Host, Self::Fqdn)
            || are(Self::Int, Self::IntText)
            || are(Self::Bool, Self::BoolText)
            || are(Self::RegLongKey, Self::RegAsimKey)
    }

    /// Whether values name a file, so that `has "x.exe"` can be read as naming that file.
    pub fn names_a_file(self) -> bool {
        matches!(self, Self::Path | Self::Name | Self::NameOrPath)
    }
}
