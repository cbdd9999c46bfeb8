//! HTML out of the templates under `templates/`, which are compiled in. Every value is escaped as it goes in.
//!
//! The only door to the template engine: minijinja, because its templates are files that a designer can read, its
//! escaping follows from their names, and it has no build step and no dependencies of its own but serde.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, escape_formatter};
use serde::Serialize;

/// Name and text of each template.
const TEMPLATES: [(&str, &str); 9] = [
    ("macros.html", include_str!("../templates/macros.html")),
    ("base.html", include_str!("../templates/base.html")),
    ("rule_body.html", include_str!("../templates/rule_body.html")),
    ("rule_alone.html", include_str!("../templates/rule_alone.html")),
    ("rule.html", include_str!("../templates/rule.html")),
    ("start.html", include_str!("../templates/start.html")),
    ("matrix.html", include_str!("../templates/matrix.html")),
    ("table.html", include_str!("../templates/table.html")),
    ("overlaps.html", include_str!("../templates/overlaps.html")),
];

/// The style sheet of every page.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// Switches between light and dark; runs before the page is drawn.
pub(crate) const THEME: &str = include_str!("../templates/theme.js");

/// The search of a site.
pub(crate) const SEARCH: &str = include_str!("../templates/search.js");

/// The templates, ready to be filled in.
#[derive(Debug)]
pub(crate) struct Pages {
    environment: Environment<'static>,
}

impl Pages {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.expect("the usual delimiters are valid"));
        // The engine's own escaping writes slashes as references too, which makes a site of links hard to read.
        environment.set_formatter(|output, state, value| match value.as_str() {
            Some(text) if !value.is_safe() => output.write_str(&escaped(text)).map_err(minijinja::Error::from),
            _ => escape_formatter(output, state, value),
        });
        environment.add_filter("code", code);
        environment.add_filter("grouped", grouped);
        environment.add_function("is_web", |address: String| is_web(&address));
        environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
        environment.add_global("theme", Value::from_safe_string(THEME.to_owned()));
        for (name, text) in TEMPLATES {
            environment
                .add_template(name, text)
                .expect("the compiled-in templates are valid, as the tests render each");
        }
        Self { environment }
    }

    /// A filled-in template.
    pub(crate) fn render(&self, template: &str, context: impl Serialize) -> String {
        let template = self.environment.get_template(template).expect("callers name compiled-in templates");
        template.render(Serde(context)).expect("templates only use what their context has, as the tests render each")
    }
}

/// Escaped text, with what stands between backquotes as code.
fn code(text: &str) -> Value {
    let mut html = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        let is_code = index % 2 == 1;
        html.push_str(if is_code { "<code>" } else { "" });
        html.push_str(&escaped(part));
        html.push_str(if is_code { "</code>" } else { "" });
    }
    Value::from_safe_string(html)
}

/// Text as HTML shows it.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            _ => html.push(c),
        }
    }
    html
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether an address may become a link: a rule file can hold `javascript:` too.
fn is_web(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")) && !address.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::{code, grouped, is_web};

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(code("a `<b>` & \"c").to_string(), "a <code>&lt;b&gt;</code> &amp; &quot;c");
        assert!(is_web("https://example.com/a"));
        assert!(!is_web("javascript:alert(1)") && !is_web("data:text/html,x") && !is_web(" https://x"));
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
