//! Real text through every step, to every target: the traps of conversion, one case each.
//!
//! A case is a file of `tests/cases/convert`; its snapshot has what each target gets and what differs.

mod conversion;

use std::path::Path;

use conversion::write;
use kqlift::analyze::analyze;
use kqlift::emit::{Form, Options, SplunkStyle, Target, convert};
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::schema::Schema;
use kqlift::source::{Loaded, read};

fn rule(path: &Path) -> Detection {
    let bytes = std::fs::read(path).expect("the case is a file");
    let Loaded::Rules(file) = read(path, bytes, None) else { panic!("{} is no rule file", path.display()) };
    let rule = file.rules.first().expect("the case has a rule");
    let parsed = parse(rule.query());
    assert!(parsed.is_accepted(), "{}: {:?}", path.display(), parsed.errors);
    let facts = analyze(&parsed.query, &Schema::builtin());
    lower(rule.query(), &parsed.query, &facts, &rule.metadata, rule.kind)
}

#[test]
fn every_case_to_every_target() {
    let hub = Hub::built_in();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/convert");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/convert");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut paths: Vec<_> =
        std::fs::read_dir(&folder).expect("there are cases").filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    assert!(paths.len() > 20, "the cases are there");
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let rule = rule(&path);
        let options = Options {
            date: Some("2026-01-31".to_owned()),
            name_hint: path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            ..Options::default()
        };
        let mut text = String::new();
        for target in Target::ALL {
            write(&mut text, target.as_str(), &convert(&rule, target, &hub, &options));
        }
        if path.extension().is_some_and(|extension| extension == "yaml") {
            for (target, form) in [
                (Target::Spl, Form::SavedSearch),
                (Target::Spl, Form::ContentControl),
                (Target::Asim, Form::Rule),
                (Target::Xdr, Form::Rule),
            ] {
                let options = Options { form, ..options.clone() };
                let title = format!("{} as {}", target.as_str(), form.as_str());
                write(&mut text, &title, &convert(&rule, target, &hub, &options));
            }
        } else {
            let options = Options { splunk_style: SplunkStyle::Cim, ..options };
            write(&mut text, "spl, data model", &convert(&rule, Target::Spl, &hub, &options));
        }
        settings.bind(|| insta::assert_snapshot!(format!("case@{name}"), text));
    }
}
