//! Rewrites a test when source and target hold different forms of a value: a bare name and a full path.
//!
//! The rules are the `transforms` (T1 …) of `mappings/fields.yaml`. What no rule covers is refused: a test on the
//! wrong form is a rule that never fires.

use super::condition::{Comparison, Condition, FieldTest, Number, Shape, TextTest};
use super::kql::column_text;
use super::term::{Part, is_of_windows, literal, unwild};
use crate::mapping::{Assumption, Column, Hub, IpClass, ValueForm};

/// What a rewrite needs to know.
pub(super) struct Forms<'a> {
    /// The address classes.
    pub(super) hub: &'a Hub,
    /// Form of the source column.
    pub(super) from: ValueForm,
    /// Form of the target column.
    pub(super) to: ValueForm,
    /// Text in front of a digest inside a list of digests.
    pub(super) prefix: Option<&'a str>,
    /// `\` or `/`.
    pub(super) separator: char,
    /// Makes a test of the target's column.
    pub(super) leaf: &'a dyn Fn(FieldTest) -> Condition,
    /// Makes a test of another column of the target.
    pub(super) on: &'a dyn Fn(&str, FieldTest) -> Condition,
    /// The target's column.
    pub(super) target: &'a Column,
    /// Whether a field of an event, whose type nobody knows, is tested on a typed column.
    pub(super) is_event_to_kql: bool,
    /// Whether the target is KQL.
    pub(super) is_kql: bool,
}

/// The rewritten test and what it assumes; the error says what is wrong.
pub(super) type Rewritten = Result<(Condition, Vec<Assumption>), String>;

impl Forms<'_> {
    /// Rewrites one test.
    pub(super) fn rewrite(&self, test: FieldTest) -> Rewritten {
        if self.is_event_to_kql && !self.is_on_type(&test) {
            if let Some(text) = self.no_number(&test) {
                return Err(format!("a number never equals the text `{text}`"));
            }
            return Ok((self.as_text(&test), Vec::new()));
        }
        if self.from == self.to {
            // A name alone has no separator in front of it; name and folder joined always do.
            let is_joined = self.target.expression.as_deref().and_then(joined_columns).is_some();
            let assumed = match self.from {
                ValueForm::Path if is_joined => Some(Assumption::FullPath),
                ValueForm::HexText if test.has_decimal() => Some(Assumption::Radix),
                _ => None,
            };
            return Ok((self.joined(test), assumed.into_iter().collect()));
        }
        // Missing stays missing whatever the form, except where the target's value is made from two parts.
        let is_part = self.from == ValueForm::IpClass
            || matches!(
                (self.from, self.to),
                (ValueForm::Hash, ValueForm::Hashlist)
                    | (ValueForm::AcctDomain, ValueForm::Acct)
                    | (ValueForm::RegValue, ValueForm::RegSysmon)
            );
        if matches!(test, FieldTest::Empty | FieldTest::Missing) && !is_part {
            return self.exact(test);
        }
        match (self.from, self.to) {
            (ValueForm::Name, ValueForm::Path) => self.name_to_path(test),
            (ValueForm::Name | ValueForm::Path, ValueForm::NameOrPath) => self.to_name_or_path(test),
            (ValueForm::Path, ValueForm::Name) => self.path_to_name(test),
            (ValueForm::Hash, ValueForm::Hashlist) => self.hash_to_list(test),
            (ValueForm::AcctName, ValueForm::Acct) => self.account_name_to_account(test),
            (ValueForm::AcctDomain, ValueForm::Acct) => self.account_domain_to_account(test),
            (ValueForm::Host, ValueForm::Fqdn) | (ValueForm::Fqdn, ValueForm::Host) => {
                Ok(((self.leaf)(test), vec![Assumption::Host]))
            }
            (ValueForm::Int, ValueForm::IntText) => self.number_to_text(&test),
            (ValueForm::IntText | ValueForm::Text, ValueForm::Int) => self.text_to_number(test),
            (ValueForm::Int, ValueForm::HexText) => self.number_to_hex(&test),
            (ValueForm::HexText, ValueForm::Int) => self.hex_to_number(test),
            (ValueForm::Integrity, ValueForm::IntegritySid) => self.integrity_to_sid(test),
            (ValueForm::IpClass, ValueForm::Ip) => self.ip_class(test),
            (ValueForm::RegLongKey, ValueForm::RegAsimKey) | (ValueForm::RegAsimKey, ValueForm::RegLongKey) => {
                Ok(((self.leaf)(test), vec![Assumption::RegistryForm]))
            }
            (ValueForm::Bool, ValueForm::BoolText) | (ValueForm::BoolText, ValueForm::Bool) => self.exact(test),
            (ValueForm::RegSysmon, ValueForm::RegLong) => self.registry_path(test),
            (ValueForm::RegLong, ValueForm::RegSysmon) => self.sysmon_path(test),
            (ValueForm::RegLongKey | ValueForm::RegAsimKey | ValueForm::RegNt, ValueForm::RegSysmon) => {
                self.key_of_sysmon_path(test)
            }
            (ValueForm::RegValue, ValueForm::RegSysmon) => self.value_of_sysmon_path(test),
            (ValueForm::RegdataPlain, ValueForm::RegdataSysmon) => self.sysmon_data(test),
            (ValueForm::RegdataSysmon, ValueForm::RegdataPlain | ValueForm::RegdataAny) => self.registry_data(test),
            (ValueForm::RegdataPlain, ValueForm::RegdataAny) => Ok(((self.leaf)(test), vec![Assumption::RegistryData])),
            (ValueForm::Pipe, ValueForm::PipeNt) => self.pipe(test),
            (ValueForm::Host, ValueForm::Url) => self.host_of_url(&test),
            (ValueForm::Url, ValueForm::Host) => self.url_as_host(test),
            (ValueForm::Url, ValueForm::UrlRest) => self.url_without_scheme(test),
            // What a column holds beyond the text is not known to either side.
            (ValueForm::Text, _) | (_, ValueForm::Text) if self.is_event_to_kql => self.exact(test),
            _ => Err(self.unknown()),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands among rewrites that can fail")]
    pub(super) fn exact(&self, test: FieldTest) -> Rewritten {
        Ok(((self.leaf)(test), Vec::new()))
    }

    pub(super) fn unknown(&self) -> String {
        let (from, to) = (self.from.as_str(), self.to.as_str());
        format!("the column holds the form `{from}`, the target `{to}`, and no rule rewrites this test")
    }

    /// Whether the column's type takes the test as it is.
    fn is_on_type(&self, test: &FieldTest) -> bool {
        let is_numbers = |wanted: &TextTest| {
            wanted.shape == Shape::Whole && wanted.needles.iter().all(|needle| needle.parse::<i64>().is_ok())
        };
        match (test, self.to) {
            (FieldTest::Text(wanted), ValueForm::Int) => self.from == ValueForm::HexText || is_numbers(wanted),
            (FieldTest::Text(_), to) => to != ValueForm::Bool,
            (FieldTest::Regex { .. }, to) => !matches!(to, ValueForm::Bool | ValueForm::Int),
            (FieldTest::Number(comparison, _), to) => *comparison == Comparison::Equal || to == ValueForm::Int,
            (
                FieldTest::Empty
                | FieldTest::Missing
                | FieldTest::Formula(_)
                | FieldTest::SameAs { .. }
                | FieldTest::Network(_),
                _,
            ) => true,
        }
    }

    /// A text for which a column of numbers is looked through, if none of them is a number.
    fn no_number<'t>(&self, test: &'t FieldTest) -> Option<&'t str> {
        let FieldTest::Text(TextTest { shape: Shape::Whole, needles, .. }) = test else { return None };
        let is_number = |needle: &String| needle.parse::<f64>().is_ok() || needle.starts_with("0x");
        let is_none = self.to == ValueForm::Int && !needles.iter().any(is_number);
        needles.first().filter(|_| is_none).map(String::as_str)
    }

    /// The test on the column as a text, or a comparison on the number in its text.
    fn as_text(&self, test: &FieldTest) -> Condition {
        let function = if matches!(test, FieldTest::Number(..)) { "tolong" } else { "tostring" };
        let names = self.target.spellings();
        let on = |name: &String| (self.on)(&format!("{function}({})", column_text(name)), test.clone());
        Condition::any(names.iter().map(on).collect())
    }

    /// The test on the columns that a concatenation joins, where it is one of whole values: `D\u` is the domain `D` and
    /// the name `u` (T8), and a path that ends in `\k\v` is a key that ends in `\k` and the value `v` (T13).
    pub(super) fn joined(&self, test: FieldTest) -> Condition {
        let columns = self.target.expression.as_deref().and_then(joined_columns);
        let (Some((first, second)), FieldTest::Text(wanted)) = (columns, &test) else { return (self.leaf)(test) };
        if !matches!(wanted.shape, Shape::Whole | Shape::EndsWith) {
            return (self.leaf)(test);
        }
        let in_shape = |shape, needles| {
            let is_case_sensitive = wanted.is_case_sensitive;
            FieldTest::Text(TextTest { shape, part: Part::Everything, needles, is_case_sensitive })
        };
        let mut groups: Vec<(Option<&str>, Vec<String>)> = Vec::new();
        for needle in &wanted.needles {
            let (left, right) =
                needle.rsplit_once('\\').map_or((None, needle.as_str()), |(left, right)| (Some(left), right));
            match groups.iter_mut().find(|(of_group, _)| *of_group == left) {
                Some((_, rights)) => rights.push(right.to_owned()),
                None => groups.push((left, vec![right.to_owned()])),
            }
        }
        let parts = groups.into_iter().map(|(left, rights)| match (left, wanted.shape) {
            // Neither column holds a separator of its own at its end.
            (None, Shape::EndsWith) => (self.on)(second, in_shape(Shape::EndsWith, rights)),
            (None, _) => (self.leaf)(in_shape(Shape::Whole, rights)),
            (Some(""), Shape::EndsWith) => self.value_name(second, rights, &in_shape),
            (Some(left), shape) => Condition::all(vec![
                (self.on)(first, in_shape(shape, vec![left.to_owned()])),
                self.value_name(second, rights, &in_shape),
            ]),
        });
        Condition::any(parts.collect())
    }

    /// The last part; Sysmon writes `(Default)` for the value without a name.
    fn value_name(
        &self,
        column: &str,
        names: Vec<String>,
        text: &dyn Fn(Shape, Vec<String>) -> FieldTest,
    ) -> Condition {
        let is_default = names.iter().any(|name| name.eq_ignore_ascii_case("(Default)") || name.is_empty());
        let proper: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let mut parts = Vec::new();
        if !proper.is_empty() {
            parts.push((self.on)(column, text(Shape::Whole, proper)));
        }
        if is_default {
            parts.push((self.on)(column, FieldTest::Empty));
        }
        Condition::any(parts)
    }

    /// T20: the device in front of the name of a pipe.
    fn pipe(&self, test: FieldTest) -> Rewritten {
        const DEVICE: &str = "\\Device\\NamedPipe";
        let FieldTest::Text(mut wanted) = test else { return Err(self.unknown()) };
        let device = match wanted.shape {
            Shape::Whole | Shape::StartsWith => DEVICE.to_owned(),
            Shape::Fits => unwild(DEVICE),
            Shape::Contains | Shape::EndsWith | Shape::Term { .. } => String::new(),
        };
        for needle in &mut wanted.needles {
            if wanted.shape != Shape::Fits || !needle.starts_with(['*', '?']) {
                needle.insert_str(0, &device);
            }
        }
        self.exact(FieldTest::Text(wanted))
    }

    /// The host in a URL, which may have a scheme in front and a port or path behind.
    fn host_of_url(&self, test: &FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        let hosts: Vec<String> = wanted.needles.iter().map(|needle| literal(needle)).collect();
        let hosts = if hosts.len() == 1 { hosts.concat() } else { format!("({})", hosts.join("|")) };
        let (before, after) = match wanted.shape {
            Shape::Whole => ("", "([:/].*)?$"),
            Shape::EndsWith => ("[^/]*", "([:/].*)?$"),
            Shape::StartsWith => ("", ""),
            Shape::Contains => ("[^/]*", ""),
            Shape::Fits | Shape::Term { .. } => return Err(self.unknown()),
        };
        let pattern = format!("^([a-z]+://)?{before}{hosts}{after}");
        let regex = FieldTest::Regex { pattern, is_case_sensitive: wanted.is_case_sensitive };
        Ok(((self.leaf)(regex), vec![Assumption::Host]))
    }

    /// A test of a URL that looks at nothing but its host; what a scheme, a port or a path could satisfy is refused.
    fn url_as_host(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = &test else { return Err(self.unknown()) };
        let is_of_host = |needle: &String| needle.contains('.') && !needle.contains(['/', ':', '?', '*']);
        if wanted.shape == Shape::Fits || !wanted.needles.iter().all(is_of_host) {
            return Err(self.unknown());
        }
        Ok(((self.leaf)(test), vec![Assumption::Host]))
    }

    /// The target's URL has no scheme, so that the test must not look at one.
    fn url_without_scheme(&self, test: FieldTest) -> Rewritten {
        let looks_at_scheme = |text: &str| text.contains("://") || text.to_ascii_lowercase().starts_with("http");
        match &test {
            FieldTest::Text(wanted) if wanted.needles.iter().any(|needle| looks_at_scheme(needle)) => {
                Err("the test looks at the scheme of a URL, which the target leaves out".to_owned())
            }
            FieldTest::Text(wanted) => {
                let is_of_start = matches!(wanted.shape, Shape::Whole | Shape::StartsWith | Shape::Fits);
                Ok(((self.leaf)(test), if is_of_start { vec![Assumption::Host] } else { Vec::new() }))
            }
            _ => Err(self.unknown()),
        }
    }

    /// T1, T5 to T7: the same test on what follows the last separator.
    fn name_to_path(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        if wanted.needles.iter().any(|needle| needle.contains(['\\', '/'])) {
            return Err("a file name never contains a separator: the test is never true".to_owned());
        }
        let test = match wanted.shape {
            // The needle cannot reach over a separator, so the end of the name is the end of the path.
            Shape::EndsWith => FieldTest::Text(wanted),
            Shape::Whole => FieldTest::Text(self.preceded_by_separator(&wanted)),
            Shape::Fits => return Err(self.unknown()),
            Shape::Contains | Shape::StartsWith | Shape::Term { .. } => {
                FieldTest::Text(TextTest { part: Part::LastComponent, ..wanted })
            }
        };
        Ok(((self.leaf)(test), vec![Assumption::FullPath]))
    }

    /// Names at the end of a path. In KQL, one table has the files of every system.
    fn preceded_by_separator(&self, wanted: &TextTest) -> TextTest {
        let is_of_every_system = self.is_kql && !self.is_event_to_kql;
        let paths = |needle: &String| {
            let other = (is_of_every_system && !is_of_windows(needle)).then(|| format!("/{needle}"));
            let own = format!("{}{needle}", self.separator);
            let other = other.filter(|other| *other != own);
            std::iter::once(own).chain(other)
        };
        let needles = wanted.needles.iter().flat_map(paths).collect();
        TextTest { shape: Shape::EndsWith, needles, ..wanted.clone() }
    }

    /// As `name_to_path`, but the value may also be the bare name.
    fn to_name_or_path(&self, test: FieldTest) -> Rewritten {
        if self.from == ValueForm::Path && Self::is_about_folder(&test) {
            // Where the column holds the name only, the folder is not known.
            return Ok(((self.leaf)(test), vec![Assumption::FullPath]));
        }
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        let wanted = if self.from == ValueForm::Path { Self::name_of_path(wanted)? } else { wanted };
        if wanted.needles.iter().any(|needle| needle.contains(['\\', '/'])) {
            return Err("a file name never contains a separator: the test is never true".to_owned());
        }
        let condition = match wanted.shape {
            Shape::Whole => {
                let path = self.preceded_by_separator(&wanted);
                Condition::any(vec![(self.leaf)(FieldTest::Text(wanted)), (self.leaf)(FieldTest::Text(path))])
            }
            Shape::EndsWith => (self.leaf)(FieldTest::Text(wanted)),
            Shape::Fits => return Err(self.unknown()),
            Shape::Contains | Shape::StartsWith | Shape::Term { .. } => {
                (self.leaf)(FieldTest::Text(TextTest { part: Part::LastComponent, ..wanted }))
            }
        };
        Ok((condition, vec![Assumption::FullPath]))
    }

    /// Whether a test of a path is about more than the name at its end.
    fn is_about_folder(test: &FieldTest) -> bool {
        match test {
            FieldTest::Text(wanted) => Self::name_of_path(wanted.clone()).is_err(),
            _ => true,
        }
    }

    /// T2: `endswith "\x.exe"` is the name.
    fn path_to_name(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        let wanted = Self::name_of_path(wanted)?;
        Ok(((self.leaf)(FieldTest::Text(wanted)), vec![Assumption::FullPath]))
    }

    fn name_of_path(wanted: TextTest) -> Result<TextTest, String> {
        let name = |needle: &String| {
            let name = needle.strip_prefix(['\\', '/'])?;
            (!name.is_empty() && !name.contains(['\\', '/'])).then(|| name.to_owned())
        };
        let names: Option<Vec<_>> = wanted.needles.iter().map(name).collect();
        match (wanted.shape, names) {
            (Shape::EndsWith, Some(needles)) => Ok(TextTest { shape: Shape::Whole, needles, ..wanted }),
            // T3: without a separator in it, the end of the path is the end of the name.
            (Shape::EndsWith, None) if wanted.needles.iter().all(|needle| !needle.contains(['\\', '/'])) => Ok(wanted),
            _ => Err("the target holds only the file name, and the test is about the folder".to_owned()),
        }
    }

    /// T12: a whole digest inside the list of digests.
    fn hash_to_list(&self, test: FieldTest) -> Rewritten {
        let (FieldTest::Text(wanted), Some(prefix)) = (test, self.prefix) else { return Err(self.unknown()) };
        if wanted.shape != Shape::Whole {
            return Err("only a whole digest can be looked for in a list of digests".to_owned());
        }
        // A digest is never any other text.
        let digests = wanted.needles.iter().filter(|needle| is_digest(prefix, needle));
        let needles: Vec<String> = digests.map(|needle| format!("{prefix}{needle}")).collect();
        if needles.is_empty() {
            return Ok((Condition::Constant(false), Vec::new()));
        }
        self.exact(FieldTest::Text(TextTest { shape: Shape::Contains, needles, ..wanted }))
    }

    /// T10: with a domain in front, or alone.
    fn account_name_to_account(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        match wanted.shape {
            Shape::Whole => {}
            // What follows the last separator is the name, and no name has a separator in it.
            Shape::EndsWith | Shape::Contains | Shape::StartsWith | Shape::Term { .. }
                if self.is_kql && !wanted.needles.iter().any(|needle| needle.contains(['\\', '/'])) =>
            {
                let of_name = FieldTest::Text(TextTest { part: Part::LastComponent, ..wanted });
                return Ok(((self.leaf)(of_name), vec![Assumption::DomainUser]));
            }
            _ => return Err("a part of a user name cannot be told from a part of the domain".to_owned()),
        }
        let needles = wanted.needles.iter().map(|needle| format!("\\{needle}")).collect();
        let with_domain = TextTest { shape: Shape::EndsWith, needles, ..wanted.clone() };
        let parts = [with_domain, wanted].map(|wanted| (self.leaf)(FieldTest::Text(wanted)));
        Ok((Condition::any(parts.into()), vec![Assumption::DomainUser]))
    }

    /// The domain is what stands in front of the separator.
    fn account_domain_to_account(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        let (shape, end) = match wanted.shape {
            Shape::Whole => (Shape::StartsWith, "\\"),
            Shape::StartsWith => (Shape::StartsWith, ""),
            _ => return Err("a part of a domain cannot be told from a part of the user name".to_owned()),
        };
        let needles = wanted.needles.iter().map(|needle| format!("{needle}{end}")).collect();
        let of_domain = FieldTest::Text(TextTest { shape, needles, ..wanted });
        Ok(((self.leaf)(of_domain), vec![Assumption::DomainUser]))
    }

    /// T23.
    fn number_to_text(&self, test: &FieldTest) -> Rewritten {
        match test {
            FieldTest::Number(Comparison::Equal, number) => self.exact(whole(number.to_string(), true)),
            _ => Err("only equality with a number can be tested on its text".to_owned()),
        }
    }

    fn text_to_number(&self, test: FieldTest) -> Rewritten {
        self.equalities(test, |wanted| wanted.parse::<i64>().ok().filter(|number| number.to_string() == wanted))
    }

    /// T22.
    fn hex_to_number(&self, test: FieldTest) -> Rewritten {
        let hex = |wanted: &str| wanted.strip_prefix("0x").or_else(|| wanted.strip_prefix("0X")).map(str::to_owned);
        self.equalities(test, |wanted| hex(wanted).and_then(|digits| i64::from_str_radix(&digits, 16).ok()))
    }

    fn number_to_hex(&self, test: &FieldTest) -> Rewritten {
        match test {
            FieldTest::Number(Comparison::Equal, Number::Integer(number)) if *number >= 0 => {
                self.exact(whole(format!("0x{number:x}"), false))
            }
            _ => Err("only equality with a number can be tested on its hexadecimal text".to_owned()),
        }
    }

    fn equalities(&self, test: FieldTest, number: impl Fn(&str) -> Option<i64>) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        let numbers: Option<Vec<i64>> = wanted.needles.iter().map(|needle| number(needle)).collect();
        match (wanted.shape, numbers) {
            (Shape::Whole, Some(numbers)) => {
                let equal = |number| (self.leaf)(FieldTest::Number(Comparison::Equal, Number::Integer(number)));
                Ok((Condition::any(numbers.into_iter().map(equal).collect()), Vec::new()))
            }
            _ => Err("only equality with a number can be tested on a number".to_owned()),
        }
    }

    /// T21.
    fn integrity_to_sid(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        let sid = |label: &String| match label.to_ascii_lowercase().as_str() {
            "low" => Some("S-1-16-4096"),
            "medium" => Some("S-1-16-8192"),
            "high" => Some("S-1-16-12288"),
            "system" => Some("S-1-16-16384"),
            _ => None,
        };
        let sids: Option<Vec<String>> = wanted.needles.iter().map(|label| sid(label).map(str::to_owned)).collect();
        match (wanted.shape, sids) {
            (Shape::Whole, Some(needles)) => self.exact(FieldTest::Text(TextTest { needles, ..wanted })),
            _ => Err("only whole integrity levels can be rewritten to SIDs".to_owned()),
        }
    }

    fn ip_class(&self, test: FieldTest) -> Rewritten {
        let FieldTest::Text(wanted) = test else { return Err(self.unknown()) };
        if wanted.shape != Shape::Whole {
            return Err("only a whole class of addresses can be rewritten to networks".to_owned());
        }
        let (mut parts, mut assumptions) = (Vec::new(), vec![Assumption::IpClass]);
        for needle in &wanted.needles {
            let class = self.hub.ip_class(needle);
            let class = class.ok_or_else(|| format!("the networks of the address class `{needle}` are not known"))?;
            parts.push(match class {
                IpClass::Inside(networks) => (self.leaf)(FieldTest::Network(networks.clone())),
                IpClass::Outside(networks) => {
                    // A missing address is in no network, and of no class either.
                    assumptions.push(Assumption::Present);
                    Condition::not((self.leaf)(FieldTest::Network(networks.clone())))
                }
            });
        }
        Ok((Condition::any(parts), assumptions))
    }
}

/// Whether the text can be a digest of the kind that stands behind the prefix.
fn is_digest(prefix: &str, text: &str) -> bool {
    let length = match prefix.trim_end_matches('=') {
        "MD5" | "IMPHASH" => 32,
        "SHA1" => 40,
        "SHA256" => 64,
        _ => text.len(),
    };
    text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// The two columns of `strcat(A, "\\", B)`.
fn joined_columns(expression: &str) -> Option<(&str, &str)> {
    let inner = expression.strip_prefix("strcat(")?.strip_suffix(')')?;
    let (first, second) = inner.split_once(r#", "\\", "#)?;
    let is_column = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_column(first) && is_column(second)).then_some((first, second))
}

/// A test of the whole text.
pub(super) fn whole(needle: String, is_case_sensitive: bool) -> FieldTest {
    FieldTest::Text(TextTest { shape: Shape::Whole, part: Part::Everything, needles: vec![needle], is_case_sensitive })
}
