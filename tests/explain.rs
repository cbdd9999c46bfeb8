//! The page of each case, as text, as Markdown and as JSON.

use std::fs;
use std::path::Path;

use kqlift::analyze::analyze;
use kqlift::explain::{Explanation, explain, explain_sigma, render_markdown, render_text};
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::schema::Schema;
use kqlift::source::{Loaded, read};

const WIDTH: usize = 100;

fn page(path: &Path) -> Explanation {
    let file = match read(path, fs::read(path).unwrap_or_default(), None) {
        Loaded::Rules(file) => file,
        Loaded::Sigma(file) => return sigma_page(&file.text),
        Loaded::Broken(_) | Loaded::NotARule { .. } => panic!("{} is no rule", path.display()),
    };
    let rule = &file.rules[0];
    let parsed = parse(rule.query());
    assert!(parsed.is_accepted(), "{}: {:?}", path.display(), parsed.errors);
    let facts = analyze(&parsed.query, &Schema::builtin());
    explain(&lower(rule.query(), &parsed.query, &facts, &rule.metadata, rule.kind), rule.query())
}

fn sigma_page(text: &str) -> Explanation {
    let (rules, problems) = kqlift::sigma::read(text);
    assert!(problems.is_empty(), "{problems:?}");
    let meaning = kqlift::sigma::lower(&rules[0], &Hub::built_in()).unwrap_or_else(|problem| panic!("{problem}"));
    explain_sigma(&meaning, "selection and not 1 of filter_*")
}

#[test]
fn pages() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/explain");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::glob!("cases/explain/*", |path| {
            let page = page(path);
            insta::assert_snapshot!("text", render_text(&page, WIDTH));
            insta::assert_snapshot!("markdown", render_markdown(&page));
            // The data model is the same for all; one kind of case shows it.
            if path.extension().is_some_and(|extension| extension == "yaml") {
                insta::assert_snapshot!("json", serde_json::to_string_pretty(&page).unwrap_or_default());
            }
        });
    });
}
