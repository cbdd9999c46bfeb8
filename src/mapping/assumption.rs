//! Named assumptions under which a conversion is exact.

/// What must hold in the tenant for a conversion to be exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "`text` says what each assumes")]
pub enum Assumption {
    FullPath,
    Ascii,
    Term,
    Present,
    Sensor,
    Scope,
    ParseJson,
    RegistryForm,
    ControlSet,
    RegistryData,
    Direction,
    DomainUser,
    Host,
    Window,
    Schedule,
    Unique,
    Subsearch,
    AddOn,
    Watchlist,
    DistinctCount,
    Case,
    IpClass,
    Native,
    Passed,
    EventField,
    Utc,
    Listed,
    /// Two databases place an address alike.
    Places,
}

/// Every assumption with its name and its text.
const ASSUMPTIONS: &[(Assumption, &str, &str)] = &[
    (
        Assumption::FullPath,
        "A_FULLPATH",
        "the path column always holds directory, separator and file name (false for Sysmon `Image: System`, for \
         `CreateRemoteThreadApiCall` rows and for `InitiatingProcessParentFileName`)",
    ),
    (Assumption::Ascii, "A_ASCII", "letters and digits next to the term are ASCII"),
    (
        Assumption::Term,
        "A_TERM",
        "the value is exactly the named file: names such as `x.exe.mui` or `my-x.exe` do not matter",
    ),
    (Assumption::Present, "A_PRESENT", "the field is present and non-empty in every event"),
    (Assumption::Sensor, "A_SENSOR", "the target sensor logs the same activity"),
    (Assumption::Scope, "A_SCOPE", "the target covers more products than the source, as intended"),
    (Assumption::ParseJson, "A_PARSEJSON", "the column with the rest of the event holds the documented fields"),
    (
        Assumption::RegistryForm,
        "A_REGFORM",
        "registry paths are rendered as documented, and no name of a value has a `\\` in it",
    ),
    (Assumption::ControlSet, "A_CONTROLSET", "`CurrentControlSet` stands for the numbered control set"),
    (Assumption::RegistryData, "A_REGDATA", "registry data are rendered as documented"),
    (Assumption::Direction, "A_DIRECTION", "the direction of a connection follows from the kind of the event"),
    (Assumption::DomainUser, "A_DOMAINUSER", "the account is `DOMAIN\\user`, or `user` alone for local accounts"),
    (Assumption::Host, "A_HOST", "both sides name the host in the same form, short or fully qualified"),
    (Assumption::Window, "A_WINDOW", "fixed and sliding time windows hold the same events"),
    (
        Assumption::Schedule,
        "A_SCHEDULE",
        "the scheduler runs with the stated frequency and lookback, and no event arrives later than that",
    ),
    (Assumption::Unique, "A_UNIQUE", "join keys are unique on the de-duplicated side"),
    (Assumption::Subsearch, "A_SUBSEARCH", "the sub-result stays under Splunk's limits"),
    (Assumption::AddOn, "A_ADDON", "the Splunk add-on extracts these fields"),
    (Assumption::Watchlist, "A_WATCHLIST", "the watchlist or lookup exists under that name and with that column"),
    (Assumption::DistinctCount, "A_DCOUNT", "the estimate of `dcount` equals the exact count"),
    (Assumption::Case, "A_CASE", "the data come in one letter case only"),
    (Assumption::IpClass, "A_IPCLASS", "the sensor classes addresses by the special-purpose address blocks"),
    (Assumption::Native, "A_NATIVE", "the target stores the events of this table under the table's own column names"),
    (
        Assumption::Passed,
        "A_PASSED",
        "the parser of the product passes this column of the table on, as the published one does; where it does not, \
         the value is empty",
    ),
    (
        Assumption::EventField,
        "A_EVENTFIELD",
        "the table has a column that is called as the field of the event and holds it",
    ),
    (Assumption::Utc, "A_UTC", "the user of the search has UTC as time zone"),
    (Assumption::Listed, "A_LISTED", "the column holds no other values than those that are listed for it"),
    (Assumption::Places, "A_PLACES", "the databases of both products place addresses alike and name places alike"),
];

impl Assumption {
    /// The stable name, such as `A_FULLPATH`.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// What is assumed, as part of a sentence.
    pub fn text(self) -> &'static str {
        self.row().2
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        ASSUMPTIONS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        ASSUMPTIONS.iter().find(|row| row.0 == self).expect("the table has a row for every assumption")
    }
}

#[cfg(test)]
mod tests {
    use super::{ASSUMPTIONS, Assumption};

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_complete() {
        for (index, (assumption, name, _)) in ASSUMPTIONS.iter().enumerate() {
            assert_eq!(*assumption as usize, index);
            assert_eq!(Assumption::parse(name), Some(*assumption));
        }
        assert_eq!(ASSUMPTIONS.len(), Assumption::Places as usize + 1);
    }
}
