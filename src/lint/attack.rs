//! What MITRE ATT&CK says about a technique.

use crate::schema::SortedText;

static MATRIX: SortedText = SortedText::new(include_str!("../../schemas/attack_matrix.tsv"));
static TECHNIQUES: SortedText = SortedText::new(include_str!("../../schemas/attack_techniques.tsv"));

/// The tactics as Sentinel spells them.
pub(super) const TACTICS: &[&str] = &[
    "InitialAccess",
    "Execution",
    "Persistence",
    "PrivilegeEscalation",
    "DefenseEvasion",
    "CredentialAccess",
    "Discovery",
    "LateralMovement",
    "Collection",
    "Exfiltration",
    "CommandAndControl",
    "Impact",
    "ResourceDevelopment",
    "Reconnaissance",
    "ImpairProcessControl",
    "InhibitResponseFunction",
];

/// The tactics that a technique in use serves, as ATT&CK spells them.
pub(super) fn tactics_of(id: &str) -> Option<Vec<&'static str>> {
    let id = id.trim().to_ascii_uppercase();
    let (_, fields) = MATRIX.entry(&id)?;
    let mut fields = fields.split('\t').skip(1);
    let (tactics, status) = (fields.next()?, fields.next()?);
    let tactics: Vec<&str> = tactics.split([',', ' ']).filter(|tactic| !tactic.is_empty()).collect();
    (status == "live" && !tactics.is_empty()).then_some(tactics)
}

/// Where a technique id stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is in use.
    Current,
    /// It was replaced by another one.
    Replaced(&'static str),
    /// It was dropped without a successor.
    Dropped,
    /// No such technique.
    Unknown,
    /// It may belong to a matrix that is not bundled: ICS or mobile.
    Elsewhere,
}

/// Where an id stands, in any letter case.
pub(super) fn standing(id: &str) -> Standing {
    let id = id.trim().to_ascii_uppercase();
    match entry(&id) {
        Some("") => Standing::Current,
        Some(state) => state.split_once(' ').map_or(Standing::Dropped, |(_, successor)| Standing::Replaced(successor)),
        None if is_of_another_matrix(&id) => Standing::Elsewhere,
        None => Standing::Unknown,
    }
}

fn entry(id: &str) -> Option<&'static str> {
    TECHNIQUES.entry(id).map(|(_, state)| state)
}

/// Ids of ICS begin with `T0`; those of mobile share the numbers that enterprise leaves free.
fn is_of_another_matrix(id: &str) -> bool {
    const LAST_SHARED_NUMBER: u32 = 1_700;
    let number = id.strip_prefix('T').and_then(|rest| rest.split('.').next());
    let Some(number) = number.filter(|digits| digits.len() == 4).and_then(|digits| digits.parse::<u32>().ok()) else {
        return false;
    };
    let has_known_parent = id.split_once('.').is_some_and(|(parent, _)| entry(parent).is_some());
    number < 1_000 || (number < LAST_SHARED_NUMBER && !has_known_parent)
}

#[cfg(test)]
mod tests {
    use super::{Standing, standing};

    #[test]
    fn ids_of_every_standing() {
        assert_eq!(standing("T1059.001"), Standing::Current);
        assert_eq!(standing("T1086"), Standing::Replaced("T1059.001"));
        assert_eq!(standing("T9999"), Standing::Unknown);
        assert_eq!(standing("T1059.099"), Standing::Unknown);
        assert_eq!(standing("T0807"), Standing::Elsewhere);
        assert_eq!(standing("1059"), Standing::Unknown);
    }
}
