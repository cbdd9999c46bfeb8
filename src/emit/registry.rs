//! Registry paths and data: Sysmon's short hives and numbers in brackets, Defender's long hives and bare numbers.

use super::condition::{Condition, FieldTest, Shape, TextTest};
use super::forms::{Forms, Rewritten, whole};
use super::term::{Part, literal};
use crate::mapping::{Assumption, ValueForm};

/// Sysmon's name of a hive, and what stands in its place. A user's hive is below either name.
const HIVES: [(&str, &[&str]); 3] = [
    ("HKLM", &["HKEY_LOCAL_MACHINE"]),
    ("HKU", &["HKEY_USERS", "HKEY_CURRENT_USER"]),
    ("HKCR", &["HKEY_CLASSES_ROOT", r"HKEY_LOCAL_MACHINE\SOFTWARE\Classes"]),
];

/// The kernel's name of a hive, as the security log has it, and Sysmon's.
const KERNEL_HIVES: [(&str, &str); 2] = [(r"\REGISTRY\MACHINE", "HKLM"), (r"\REGISTRY\USER", "HKU")];

/// Sysmon's name of the control set in use, and the one that it nearly always is.
const CONTROL_SETS: (&str, &str) = ("CurrentControlSet", "ControlSet001");

impl Forms<'_> {
    /// T13 to T15.
    pub(super) fn registry_path(&self, test: FieldTest) -> Rewritten {
        let wanted = match test {
            FieldTest::Text(wanted) => wanted,
            FieldTest::Regex { ref pattern, .. } if !mentions_hive(pattern) => {
                return Ok(((self.leaf)(test), vec![Assumption::RegistryForm]));
            }
            _ => return Err("a regular expression about hives cannot be rewritten to other names of them".to_owned()),
        };
        let mut assumptions = vec![Assumption::RegistryForm];
        let (mut needles, mut parts) = (Vec::new(), Vec::new());
        for needle in &wanted.needles {
            if let Some(rest) = current_user(needle) {
                parts.push((self.leaf)(in_user_hive(rest, &wanted)?));
                continue;
            }
            for long in long_hives(needle) {
                if let Some(numbered) = numbered_control_set(&long) {
                    needles.push(numbered);
                    assumptions.push(Assumption::ControlSet);
                }
                needles.push(long);
            }
        }
        assumptions.dedup();
        if !needles.is_empty() {
            parts.insert(0, self.joined(FieldTest::Text(TextTest { needles, ..wanted })));
        }
        Ok((Condition::any(parts), assumptions))
    }

    /// The way back.
    pub(super) fn sysmon_path(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        Ok(self.in_sysmon_path(&wanted, wanted.part))
    }

    /// A test of the key in a path that ends in the name of a value, where the event is about one.
    pub(super) fn key_of_sysmon_path(&self, test: FieldTest) -> Rewritten {
        match test {
            FieldTest::Text(wanted) => {
                let part = match wanted.shape {
                    Shape::Whole | Shape::EndsWith => Part::Key,
                    Shape::StartsWith | Shape::Contains | Shape::Fits | Shape::Term { .. } => Part::Everything,
                };
                Ok(self.in_sysmon_path(&wanted, part))
            }
            FieldTest::Regex { ref pattern, .. } if !mentions_hive(pattern) && !pattern.contains('$') => {
                Ok(((self.leaf)(test), vec![Assumption::RegistryForm]))
            }
            _ => Err("an expression about hives or the end of a key cannot be rewritten to a whole path".to_owned()),
        }
    }

    /// Needles with Sysmon's names of hives and of the control set.
    fn in_sysmon_path(&self, wanted: &TextTest, part: Part) -> (Condition, Vec<Assumption>) {
        let mut assumptions = vec![Assumption::RegistryForm];
        let (mut needles, mut parts): (Vec<String>, Vec<Condition>) = (Vec::new(), Vec::new());
        for needle in &wanted.needles {
            if let Some(rest) = current_user(needle).filter(|rest| !rest.is_empty() && !rest.starts_with("S-1-")) {
                parts.push((self.leaf)(below_any_user(rest, wanted, part)));
                continue;
            }
            for short in short_hives(needle) {
                if let Some(current) = current_control_set(&short) {
                    needles.push(current);
                    assumptions.push(Assumption::ControlSet);
                }
                needles.push(short);
            }
        }
        assumptions.dedup();
        if !needles.is_empty() {
            parts.insert(0, (self.leaf)(FieldTest::Text(TextTest { needles, part, ..wanted.clone() })));
        }
        (Condition::any(parts), assumptions)
    }

    /// A test of the name of a value, which is the end of its path.
    pub(super) fn value_of_sysmon_path(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else {
            return Err("only the text of a value's name can be looked for in the whole path".to_owned());
        };
        let wanted = match wanted.shape {
            Shape::Whole => {
                let needles = wanted.needles.iter().map(|name| format!("\\{name}")).collect();
                TextTest { shape: Shape::EndsWith, needles, ..wanted }
            }
            Shape::EndsWith => wanted,
            Shape::StartsWith | Shape::Contains | Shape::Term { .. } => {
                TextTest { part: Part::LastComponent, ..wanted }
            }
            Shape::Fits => return Err(self.unknown()),
        };
        Ok(((self.leaf)(FieldTest::Text(wanted)), vec![Assumption::RegistryForm]))
    }

    /// T17: a bare number is what Sysmon writes with its kind and in hexadecimal.
    #[expect(clippy::unnecessary_wraps, reason = "it stands among rewrites that can fail")]
    pub(super) fn sysmon_data(&self, test: FieldTest) -> Rewritten {
        let test = match test {
            FieldTest::Text(mut wanted) if wanted.shape == Shape::Whole => {
                let written: Vec<String> = wanted.needles.iter().filter_map(|needle| sysmon_number(needle)).collect();
                wanted.needles.extend(written);
                FieldTest::Text(wanted)
            }
            other => other,
        };
        Ok(((self.leaf)(test), vec![Assumption::RegistryData]))
    }

    /// T16, T17.
    pub(super) fn registry_data(&self, test: FieldTest) -> Rewritten {
        let wanted = match test {
            FieldTest::Text(wanted) => wanted,
            FieldTest::Regex { ref pattern, .. } if !pattern.contains("WORD") && !pattern.contains("0x") => {
                return Ok(((self.leaf)(test), vec![Assumption::RegistryData]));
            }
            _ => return Err("only whole numbers can be rewritten to the target's registry data".to_owned()),
        };
        let mut parts = Vec::new();
        let (mut plain, mut numbers) = (Vec::new(), Vec::new());
        for needle in &wanted.needles {
            match (number(needle), wanted.shape) {
                (Some(number), _) => numbers.push(number),
                (None, Shape::Whole) if needle.eq_ignore_ascii_case("Binary Data") => {
                    parts.push(self.of_type(&["Binary", "Reg_Binary"]));
                }
                (None, Shape::Whole) if needle.eq_ignore_ascii_case("(Empty)") => {
                    plain.push(needle.clone());
                    parts.push((self.leaf)(FieldTest::Empty));
                }
                (None, _) if needle.contains("WORD") || needle.contains("(0x") => {
                    return Err(format!("`{needle}` is a part of a number, and the target writes numbers otherwise"));
                }
                (None, _) => plain.push(needle.clone()),
            }
        }
        let both = self.to == ValueForm::RegdataAny;
        if !plain.is_empty() {
            parts.push((self.leaf)(FieldTest::Text(TextTest { needles: plain, ..wanted.clone() })));
        }
        if !numbers.is_empty() {
            // By sensor, the number stands alone or as Sysmon writes it.
            let sysmon = wanted.needles.iter().filter(|needle| both && number(needle).is_some()).cloned();
            let needles = numbers.into_iter().chain(sysmon).collect();
            let part = Part::Everything;
            let whole = TextTest { shape: Shape::Whole, part, needles, is_case_sensitive: false };
            parts.push((self.leaf)(FieldTest::Text(whole)));
        }
        Ok((Condition::any(parts), vec![Assumption::RegistryData]))
    }

    fn of_type(&self, names: &[&str]) -> Condition {
        let on = |name: &&str| (self.on)("RegistryValueType", whole((*name).to_owned(), false));
        Condition::any(names.iter().map(on).collect())
    }
}

/// Whether the text, or expression, may be about what the two sides call by different names.
pub(super) fn mentions_hive(pattern: &str) -> bool {
    ["HK", "CurrentControlSet", "REGISTRY", "CONTROLSET"].iter().any(|word| pattern.contains(word))
}

/// What follows `HKCU\`.
fn current_user(needle: &str) -> Option<&str> {
    without_hive(needle, "HKCU").or_else(|| without_hive(needle, "HKEY_CURRENT_USER"))
}

/// What follows a hive and a separator.
fn without_hive<'n>(needle: &'n str, hive: &str) -> Option<&'n str> {
    let (start, rest) = needle.split_at_checked(hive.len())?;
    start.eq_ignore_ascii_case(hive).then(|| rest.strip_prefix('\\')).flatten()
}

/// A path in the hive of some user, whose SID stands between the hive and the rest.
fn in_user_hive(rest: &str, wanted: &TextTest) -> Result<FieldTest, String> {
    let end = match wanted.shape {
        Shape::Whole | Shape::EndsWith => "$",
        Shape::StartsWith | Shape::Contains => "",
        Shape::Fits | Shape::Term { .. } => {
            return Err("a pattern in the hive of the current user cannot be rewritten".to_owned());
        }
    };
    let pattern = format!(r"^HKEY_(CURRENT_USER|USERS)\\([^\\]+\\)?{}{end}", literal(rest));
    Ok(FieldTest::Regex { pattern, is_case_sensitive: wanted.is_case_sensitive })
}

/// The needle with the long names of the hive that it begins with.
fn long_hives(needle: &str) -> Vec<String> {
    let found = HIVES.iter().find_map(|(short, long)| Some((without_hive(needle, short)?, long)));
    match found {
        Some((rest, long)) => long.iter().map(|hive| format!("{hive}\\{rest}")).collect(),
        None => vec![needle.to_owned()],
    }
}

/// The needle with Sysmon's names of the hive that it begins with or is: what is below the classes of the machine has two.
fn short_hives(needle: &str) -> Vec<String> {
    let pairs = HIVES.iter().flat_map(|(short, long)| long.iter().map(move |long| (*long, *short)));
    let renamed = |(long, short): (&str, &str)| {
        if needle.eq_ignore_ascii_case(long) {
            return Some(short.to_owned());
        }
        without_hive(needle, long).map(|rest| format!("{short}\\{rest}"))
    };
    let found: Vec<String> = pairs.chain(KERNEL_HIVES).filter_map(renamed).collect();
    if found.is_empty() { vec![needle.to_owned()] } else { found }
}

/// A path below the hive of any user: Sysmon writes `HKU`, a SID, and the rest.
fn below_any_user(rest: &str, wanted: &TextTest, part: Part) -> FieldTest {
    let end = match (wanted.shape, part) {
        (Shape::Whole | Shape::EndsWith, Part::Key) => r"(\\[^\\]*)?$",
        (Shape::Whole | Shape::EndsWith, _) => "$",
        (Shape::StartsWith | Shape::Contains | Shape::Fits | Shape::Term { .. }, _) => "",
    };
    let pattern = format!(r"^HK(U|CU)\\([^\\]+\\)?{}{end}", literal(rest));
    FieldTest::Regex { pattern, is_case_sensitive: wanted.is_case_sensitive }
}

/// The needle with Sysmon's name of the control set, if it names a numbered one.
fn current_control_set(needle: &str) -> Option<String> {
    let at = needle.to_ascii_lowercase().find("controlset00")?;
    let (before, rest) = needle.split_at_checked(at)?;
    let number = rest.get("ControlSet00".len()..)?;
    let after = number.strip_prefix(|c: char| c.is_ascii_digit())?;
    Some(format!("{before}{}{after}", CONTROL_SETS.0))
}

/// The needle with the number of the control set, if it names the one in use.
fn numbered_control_set(needle: &str) -> Option<String> {
    let (current, numbered) = CONTROL_SETS;
    let at = needle.to_ascii_lowercase().find(&current.to_ascii_lowercase())?;
    let (before, rest) = needle.split_at_checked(at)?;
    Some(format!("{before}{numbered}{}", rest.get(current.len()..)?))
}

/// 10 as Sysmon writes it: `DWORD (0x0000000a)`.
fn sysmon_number(text: &str) -> Option<String> {
    let number: u64 = text.parse().ok()?;
    Some(match u32::try_from(number) {
        Ok(number) => format!("DWORD (0x{number:08x})"),
        Err(_) => format!("QWORD (0x{:08x}-0x{:08x})", number >> 32, number & 0xffff_ffff),
    })
}

/// `DWORD (0x0000000a)` is 10, `QWORD (0x00000001-0x00000000)` is 4294967296.
fn number(text: &str) -> Option<String> {
    let (kind, rest) = text.split_at_checked("DWORD (".len())?;
    let digits = rest.strip_suffix(')')?;
    let hex = |text: &str| u32::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    if kind.eq_ignore_ascii_case("DWORD (") {
        return hex(digits).map(|number| number.to_string());
    }
    if !kind.eq_ignore_ascii_case("QWORD (") {
        return None;
    }
    let (high, low) = digits.split_once('-')?;
    Some(((u64::from(hex(high)?) << 32) | u64::from(hex(low)?)).to_string())
}

#[cfg(test)]
mod tests {
    use super::{current_control_set, long_hives, number, numbered_control_set, short_hives, sysmon_number};

    #[test]
    fn numbers_as_sysmon_writes_them() {
        assert_eq!(number("DWORD (0x0000000a)").as_deref(), Some("10"));
        assert_eq!(number("QWORD (0x00000001-0x00000002)").as_deref(), Some("4294967298"));
        assert_eq!(number("DWORD"), None);
        assert_eq!(number("Binary Data"), None);
    }

    #[test]
    fn hives_and_control_sets() {
        assert_eq!(long_hives(r"hklm\Software"), [r"HKEY_LOCAL_MACHINE\Software"]);
        assert_eq!(long_hives(r"\HKLM\Software"), [r"\HKLM\Software"]);
        assert_eq!(long_hives("HKLMX"), ["HKLMX"]);
        assert_eq!(numbered_control_set(r"\CurrentControlSet\x").as_deref(), Some(r"\ControlSet001\x"));
        assert_eq!(numbered_control_set(r"\Control\x"), None);
    }
    #[test]
    fn the_way_back() {
        assert_eq!(short_hives(r"hkey_local_machine\Software"), [r"HKLM\Software"]);
        let classes = short_hives(r"HKEY_LOCAL_MACHINE\SOFTWARE\Classes\x");
        assert_eq!(classes, [r"HKLM\SOFTWARE\Classes\x", r"HKCR\x"]);
        assert_eq!(short_hives("HKEY_USERS"), ["HKU"]);
        assert_eq!(short_hives(r"\REGISTRY\MACHINE\System"), [r"HKLM\System"]);
        assert_eq!(short_hives(r"\Software\x"), [r"\Software\x"]);
        assert_eq!(
            current_control_set(r"HKLM\SYSTEM\ControlSet001\x").as_deref(),
            Some(r"HKLM\SYSTEM\CurrentControlSet\x")
        );
        assert_eq!(current_control_set(r"HKLM\SYSTEM\Select"), None);
        for text in ["0", "10", "4294967298"] {
            assert_eq!(sysmon_number(text).as_deref().and_then(number).as_deref(), Some(text));
        }
        assert_eq!(sysmon_number("-1"), None);
    }
}
