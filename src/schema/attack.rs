//! ATT&CK's techniques and tactics.

const TECHNIQUES: &str = include_str!("../../schemas/attack_matrix.tsv");
const TACTICS: &str = include_str!("../../schemas/attack_tactics.tsv");

/// A technique or sub-technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Technique {
    /// `T1059.001`
    pub id: &'static str,
    /// `PowerShell`
    pub name: &'static str,
    /// Its tactics as ATT&CK writes them, separated by commas.
    tactics: &'static str,
    /// Whether it is in force.
    pub status: TechniqueStatus,
}

/// Whether a technique is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TechniqueStatus {
    /// It is.
    Live,
    /// No longer, without a successor.
    Deprecated,
    /// No longer; the successor, if ATT&CK names one.
    Revoked(Option<&'static str>),
}

/// A tactic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tactic {
    /// `DefenseEvasion`, as Sentinel writes it.
    pub sentinel: &'static str,
    /// `defense-evasion`, as ATT&CK writes it.
    pub slug: &'static str,
    /// `TA0005`
    pub id: &'static str,
}

impl Technique {
    /// The technique of that id.
    pub fn find(id: &str) -> Option<Self> {
        let id = id.trim().to_ascii_uppercase();
        all_techniques().find(|technique| technique.id == id)
    }

    /// Its tactics as ATT&CK writes them.
    pub fn tactics(self) -> impl Iterator<Item = &'static str> {
        self.tactics.split(',').filter(|tactic| !tactic.is_empty())
    }

    /// The name with that of the technique that it is part of: `Command and Scripting Interpreter: PowerShell`.
    pub fn full_name(self) -> String {
        let parent = self.id.split_once('.').and_then(|(parent, _)| Self::find(parent));
        parent.map_or_else(|| self.name.to_owned(), |parent| format!("{}: {}", parent.name, self.name))
    }

    /// Whether it is part of another one.
    pub fn is_sub(self) -> bool {
        self.id.contains('.')
    }
}

/// Every technique and sub-technique, by id.
pub fn all_techniques() -> impl Iterator<Item = Technique> {
    TECHNIQUES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut fields = line.split('\t');
        let (id, name, tactics, status) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let status = match status.split_once(' ') {
            None if status == "live" => TechniqueStatus::Live,
            None if status == "deprecated" => TechniqueStatus::Deprecated,
            None => TechniqueStatus::Revoked(None),
            Some((_, successor)) => TechniqueStatus::Revoked(Some(successor)),
        };
        Some(Technique { id, name, tactics, status })
    })
}

/// ATT&CK's order, from reconnaissance to impact, which the data file does not have.
const ORDER: [&str; 14] = [
    "TA0043", "TA0042", "TA0001", "TA0002", "TA0003", "TA0004", "TA0005", "TA0006", "TA0007", "TA0008", "TA0009",
    "TA0011", "TA0010", "TA0040",
];

/// The tactics of the enterprise matrix in its order.
pub fn tactics() -> Vec<Tactic> {
    let all: Vec<Tactic> = TACTICS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let (sentinel, tag, id) = (fields.next()?, fields.next()?, fields.next()?);
            Some(Tactic { sentinel, slug: tag.strip_prefix("attack.").unwrap_or(tag), id })
        })
        .collect();
    ORDER.iter().filter_map(|id| all.iter().find(|tactic| tactic.id == *id).copied()).collect()
}

/// `Defense Evasion` for `DefenseEvasion`.
pub fn spaced(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    for c in name.chars() {
        if c.is_ascii_uppercase() && text.ends_with(|c: char| c.is_ascii_lowercase()) {
            text.push(' ');
        }
        text.push(c);
    }
    text.replace(" And ", " and ")
}

#[cfg(test)]
mod tests {
    use super::{Technique, TechniqueStatus, all_techniques, spaced, tactics};

    #[test]
    fn the_data_is_sorted_and_complete() {
        let ids: Vec<&str> = all_techniques().map(|technique| technique.id).collect();
        assert!(ids.is_sorted() && ids.len() > 800, "{}", ids.len());
        assert_eq!(tactics().len(), 14);
        let slugs: Vec<&str> = tactics().iter().map(|tactic| tactic.slug).collect();
        // The two tactics of ATT&CK v19 have no name in Sentinel; their techniques are drawn under their successor.
        let newer = ["stealth", "defense-impairment"];
        for technique in all_techniques() {
            for tactic in technique.tactics() {
                assert!(slugs.contains(&tactic) || newer.contains(&tactic), "{technique:?}");
            }
        }
        let old = Technique::find("t1086").expect("it is in the file");
        assert_eq!(old.status, TechniqueStatus::Revoked(Some("T1059.001")));
        assert_eq!(spaced("CommandAndControl"), "Command and Control");
    }
}
