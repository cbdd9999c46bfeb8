//! The two documents that the project started from must always work, whole.
//!
//! They are web pages with a rule in each; the second has lost the indentation of its YAML, which is put back here.

mod run;
mod shared;

use std::path::{Path, PathBuf};

use run::{kqlift, scratch};

/// The rule of the first page: from its first key to its last.
fn join_rule(pages: &Path) -> Option<String> {
    let page = std::fs::read_to_string(pages.join("defender-rule-catalogue-page.txt")).ok()?;
    let start = page.find("id: 2624fc55")?;
    let end = start + page[start..].find("kind: Scheduled")? + "kind: Scheduled".len();
    Some(format!("{}\n", &page[start..end]))
}

/// The rule of the second page, with its indentation put back.
fn hunting_rule(pages: &Path) -> Option<String> {
    let page = std::fs::read_to_string(pages.join("asim-hunting-page.txt")).ok()?;
    let start = page.find("id: 365a889c")?;
    let end = start + page[start..].find("| Sentinel Table")?;
    let mut parent = "";
    let mut rule = String::new();
    for line in page[start..end].lines() {
        let key = line.split(':').next().unwrap_or_default();
        let is_top = matches!(
            key,
            "id" | "name"
                | "description"
                | "requiredDataConnectors"
                | "tactics"
                | "relevantTechniques"
                | "query"
                | "entityMappings"
        );
        if is_top {
            parent = key;
        }
        let indent = match key {
            _ if is_top => 0,
            "fieldMappings" => 4,
            "- identifier" => 6,
            "columnName" if parent == "entityMappings" => 8,
            _ => 2,
        };
        rule.push_str(&" ".repeat(indent));
        rule.push_str(line);
        rule.push('\n');
    }
    Some(rule)
}

/// A folder with both rules.
fn seeds(test: &str) -> Option<PathBuf> {
    let pages = shared::folder("seeds")?;
    let folder = scratch(test);
    for (name, rule) in [("join.yaml", join_rule(&pages)), ("hunting.yaml", hunting_rule(&pages))] {
        let rule = rule.expect("the page holds its rule");
        std::fs::write(folder.join(name), rule).expect("the scratch folder is writable");
    }
    Some(folder)
}

/// Snapshots hold results; the prose of the pages stays with them.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/seeds");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"(?s)\n\nThis analytical rule.*?\n\nStages", "\n\n[description]\n\nStages");
    settings.add_filter(r"(?s)\n\nThis detection uses.*?\n\nStages", "\n\n[description]\n\nStages");
    settings.add_filter(r"(?m)^description: .*$", "description: [description]");
    settings.add_filter(r#"(?s)<p class="description">.*?</p>"#, "<p class=\"description\">[description]</p>");
    settings.add_filter(r#"(?s)<pre class="query">.*?</pre>"#, "<pre class=\"query\">[query]</pre>");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn both_are_linted() {
    let Some(folder) = seeds("seeds-lint") else { return };
    let run = kqlift(&folder, &["lint", "--format", "concise"]);
    assert_eq!(run.code, Some(1));
    snapshot("lint", &run.stdout);
}

#[test]
fn both_are_explained() {
    let Some(folder) = seeds("seeds-explain") else { return };
    for name in ["join", "hunting"] {
        let run = kqlift(&folder, &["explain", &format!("{name}.yaml")]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        snapshot(&format!("explain-{name}"), &run.stdout);
    }
}

#[test]
fn both_have_a_page() {
    let Some(folder) = seeds("seeds-page") else { return };
    for name in ["join", "hunting"] {
        let run = kqlift(&folder, &["explain", "--format", "html", &format!("{name}.yaml")]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let (_, main) = run.stdout.split_once("<main").expect("the page has a main part");
        snapshot(&format!("page-{name}"), main);
    }
}

#[test]
fn the_hunting_rule_is_converted_to_every_target() {
    let Some(folder) = seeds("seeds-convert") else { return };
    for target in ["sigma", "spl", "asim"] {
        let run = kqlift(&folder, &["convert", "--to", target, "--report", "report.jsonl", "hunting.yaml"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        snapshot(&format!("convert-hunting-{target}"), &format!("{}\n{}", run.stdout, run.stderr));
    }
}

#[test]
fn the_join_rule_is_converted_to_every_target() {
    let Some(folder) = seeds("seeds-join") else { return };
    for target in ["sigma", "spl", "asim"] {
        let run = kqlift(&folder, &["convert", "--to", target, "--date", "2026-01-31", "join.yaml"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        snapshot(&format!("convert-join-{target}"), &format!("{}\n{}", run.stdout, run.stderr));
        match target {
            "sigma" => assert!(run.stdout.contains("type: temporal"), "a correlation of two rules"),
            "spl" => assert!(run.stdout.contains("| stats dc(kql_side)"), "a statistic, not a join"),
            _ => assert!(run.stdout.contains("_Im_ProcessCreate()") && run.stdout.contains("_Im_NetworkSession()")),
        }
    }
}
