//! Ids and names of Sigma rules, each of which a collection may have only once.
//!
//! Both are made from the source's id or title. Where two sources share these, the later ones get others that are made from
//! their paths as well, so that they stay what they are from run to run.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::attempt::Attempt;
use crate::emit::Target;

/// Gives rules that repeat the id or name of an earlier one their own; says for which it did so.
pub(super) fn distinguish(attempts: &mut [Attempt]) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut messages = Vec::new();
    for attempt in attempts.iter_mut().filter(|attempt| attempt.target == Some(Target::Sigma)) {
        let name = attempt.name();
        let Some(output) = &mut attempt.output else { continue };
        let own = identities(&output.text);
        if own.iter().any(|identity| taken.contains(identity)) {
            let place = format!("{}{}", output.source.to_string_lossy().replace('\\', "/"), output.number);
            output.text = renamed(&output.text, &place);
            messages
                .push(format!("{name}: an earlier rule has the same id or title; the Sigma rule got an id of its own"));
        }
        taken.extend(identities(&output.text));
    }
    messages
}

/// The ids and names of the documents of a text.
fn identities(text: &str) -> Vec<String> {
    let of_line = |line: &str| line.strip_prefix("id: ").or_else(|| line.strip_prefix("name: ")).map(str::to_owned);
    text.lines().filter_map(of_line).collect()
}

/// The text with other ids and names, in what refers to them, too.
fn renamed(text: &str, place: &str) -> String {
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("name: ")).collect();
    let suffix = Uuid::new_v5(&Uuid::NAMESPACE_URL, place.as_bytes()).simple().to_string();
    let suffix = &suffix[..8];
    let renamed = |line: &str| {
        let content = line.trim_start();
        let blanks = &line[..line.len() - content.len()];
        if let Some(id) = line.strip_prefix("id: ") {
            return format!("id: {}", Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{id}:{place}").as_bytes()));
        }
        let referred = content.strip_prefix("name: ").or_else(|| content.strip_prefix("- "));
        match (referred, content.split_once(": ")) {
            (Some(name), _) if names.contains(&name) => format!("{line}_{suffix}"),
            (_, Some((name, field))) if names.contains(&name) => format!("{blanks}{name}_{suffix}: {field}"),
            _ => line.to_owned(),
        }
    };
    text.lines().map(|line| renamed(line) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn ids_and_names_change_with_what_refers_to_them() {
        let text = "title: A\nid: 7f8bf630-c2c4-5af1-8fd2-0cbbc612332a\ncorrelation:\n    rules:\n        - a_base\n    \
                    aliases:\n        user:\n            a_base: User\n---\ntitle: A - Base\nname: a_base\n";
        let other = renamed(text, "folder/a.kql");
        assert_eq!(other, renamed(text, "folder/a.kql"), "the same place gives the same names");
        assert_ne!(other, renamed(text, "folder/b.kql"));
        assert_eq!(other.lines().count(), text.lines().count());
        let name = other.lines().find_map(|line| line.strip_prefix("name: ")).unwrap_or_default();
        assert!(name.starts_with("a_base_") && other.contains(&format!("- {name}\n")), "{other}");
        assert!(other.contains(&format!("{name}: User")) && !other.contains("7f8bf630"), "{other}");
    }
}
