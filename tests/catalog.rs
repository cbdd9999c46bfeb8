//! The catalogue as its users see it: the site, the index, the search, overlaps, coverage, snapshots.

mod run;
mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use run::{kqlift, root, scratch};
use serde_json::Value;

fn cases() -> PathBuf {
    root().join("tests/cases/catalog")
}

fn argument(path: &Path) -> &str {
    path.to_str().expect("test folders have names in UTF-8")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

/// Builds the site of a folder.
fn site(of: &Path, test: &str) -> PathBuf {
    let folder = scratch(test);
    let run = kqlift(&folder, &["catalog", "build", argument(of), "-o", "site"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    folder.join("site")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The values of an attribute in a page.
fn attributes<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let start = format!(" {name}=\"");
    page.match_indices(&start)
        .filter_map(|(at, found)| page[at + found.len()..].split_once('"').map(|(value, _)| value))
        .collect()
}

/// Every link of a site leads to a file of it, and nothing is loaded from elsewhere.
fn assert_closed(site: &Path) {
    let all: BTreeSet<PathBuf> = files(site).into_iter().collect();
    for page in all.iter().filter(|path| path.extension().is_some_and(|extension| extension == "html")) {
        let text = read(page);
        for name in ["href", "src"] {
            for value in attributes(&text, name) {
                if value.starts_with('#') || value == "data:," {
                    continue;
                }
                if value.starts_with("https://") || value.starts_with("http://") {
                    let link = format!("<a href=\"{value}\" rel=\"noreferrer noopener\">");
                    assert!(text.contains(&link), "{} loads {value}", page.display());
                    continue;
                }
                let target = value.split('#').next().unwrap_or(value);
                let target = page.parent().expect("pages lie in a folder").join(target);
                let target = target.canonicalize().unwrap_or_else(|_| panic!("{}: {value}", page.display()));
                assert!(
                    all.contains(&target)
                        || all.iter().any(|path| path.canonicalize().is_ok_and(|path| path == target))
                );
            }
        }
    }
    let style = read(&site.join("style.css"));
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn links_resolve_and_nothing_is_loaded_from_elsewhere() {
    let site = site(&cases(), "catalog-links");
    assert_closed(&site);
    let start = read(&site.join("index.html"));
    assert!(start.contains("<title>Overview · catalog</title>"), "the site is called after the folder");
    assert!(start.contains("T1543 Create or Modify System Process: 1 rule<"));
    let matrix = read(&site.join("matrix.html"));
    assert!(matrix.contains("<code>T9999</code>"), "ids that ATT&amp;CK does not have are said");
    assert!(matrix.contains("now T1685"), "a revoked id says its successor");
}

#[test]
fn the_same_rules_give_the_same_bytes() {
    let (one, other) = (site(&cases(), "catalog-bytes-one"), site(&cases(), "catalog-bytes-other"));
    let text = |root: &Path| {
        files(root)
            .iter()
            .map(|path| (path.strip_prefix(root).map(Path::to_path_buf).ok(), read(path)))
            .collect::<Vec<_>>()
    };
    assert_eq!(text(&one), text(&other));
}

#[test]
fn names_and_values_cannot_become_markup() {
    let folder = scratch("catalog-markup");
    let rules = folder.join("<img src=x onerror=alert(1)>");
    fs::create_dir_all(&rules).expect("the scratch folder is writable");
    let evil = "</script><script>alert(1)</script>";
    let rule = format!(
        "id: \"{evil}\"\nname: \"{evil}<b>\"\ndescription: \"{evil}\"\nkind: Scheduled\nseverity: High\n\
         tactics: [\"{evil}\"]\nrelevantTechniques: [\"{evil}\"]\nqueryFrequency: 1h\nqueryPeriod: 1h\n\
         triggerOperator: gt\ntriggerThreshold: 0\nreferences: [\"javascript:alert(1)\", \"https://x/\\\"><script>\"]\n\
         query: |\n  DeviceProcessEvents\n  | where ProcessCommandLine has '{evil}' and FileName == '\"><img src=x>'\n  \
         | extend ['<i>x</i>'] = FileName\n"
    );
    fs::write(rules.join("a\"onload='x'<b>.yaml"), rule).expect("the scratch folder is writable");
    let sigma = format!(
        "title: \"{evil}<b>\"\nid: \"{evil}\"\nlevel: \"{evil}\"\nmodified: \"{evil}\"\ntags: [\"attack.{evil}\"]\n\
         logsource:\n  product: \"{evil}\"\n  category: \"<img src=x>\"\n\
         detection:\n  \"<i>x</i>\":\n    \"<i>x</i>\": \"{evil}\"\n  condition: all of them\n"
    );
    fs::write(rules.join("sigma<b>.yml"), sigma).expect("the scratch folder is writable");
    let plain = site(&cases(), "catalog-markup-plain");
    let run = kqlift(&folder, &["catalog", "build", argument(&rules), "-o", "site"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let site = folder.join("site");
    assert_closed(&site);
    let scripts = |page: &str| page.matches("<script").count();
    let expected = scripts(&read(&plain.join("index.html")));
    for path in files(&site) {
        let text = read(&path);
        if path.extension().is_some_and(|extension| extension == "html") {
            assert_eq!(scripts(&text), expected, "{}", path.display());
            for bad in ["<img", "<b>.yaml", "<i>x", "onload='", "href=\"javascript:"] {
                assert!(!text.contains(bad), "{} has {bad}", path.display());
            }
        }
    }
    assert_eq!(files(&site.join("rule")).len(), 2);
    for path in files(&rules) {
        let alone = kqlift(&folder, &["explain", "--format", "html", argument(&path)]);
        assert_eq!(alone.code, Some(0), "{}", alone.stderr);
        assert_eq!(scripts(&alone.stdout), 1, "its own, for light and dark");
        assert!(!alone.stdout.contains("<img") && !alone.stdout.contains("alert(1)</script>"));
    }
}

#[test]
fn a_folder_with_something_else_is_not_overwritten() {
    let folder = scratch("catalog-claim");
    fs::create_dir_all(folder.join("site/rule")).expect("the scratch folder is writable");
    fs::write(folder.join("site/rule/mine.txt"), "mine").expect("the scratch folder is writable");
    let run = kqlift(&folder, &["catalog", "build", argument(&cases()), "-o", "site"]);
    assert_eq!(run.code, Some(2));
    assert!(folder.join("site/rule/mine.txt").is_file());
}

/// Counts every indicator of every rule against every other rule, by comparing pages pairwise.
fn recount(folder: &Path, test: &str) {
    let scratch = scratch(test);
    let run = kqlift(&scratch, &["catalog", "build", "--format", "json", "-o", "index.json", argument(folder)]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let index = json(&read(&scratch.join("index.json")));
    let rules = index["rules"].as_array().expect("it has rules");
    let keys: Vec<BTreeSet<String>> = rules
        .iter()
        .map(|rule| rule["indicators"].as_array().into_iter().flatten().map(Value::to_string).collect())
        .collect();
    let languages: Vec<&str> = rules.iter().map(|rule| rule["language"].as_str().unwrap_or("")).collect();
    let count = |key: &String, language: &str| {
        keys.iter().zip(&languages).filter(|(keys, of)| **of == language && keys.contains(key)).count() as u64
    };
    let mut expected: BTreeMap<&String, [u64; 2]> = BTreeMap::new();
    for key in keys.iter().flatten() {
        expected.entry(key).or_insert_with(|| ["kql", "sigma"].map(|language| count(key, language)));
    }
    let pages = kqlift(&scratch, &["explain", "--format", "json", "--corpus", "index.json", argument(folder)]);
    let pages: Vec<Value> =
        serde_json::Deserializer::from_str(&pages.stdout).into_iter::<Value>().filter_map(Result::ok).collect();
    assert_eq!(pages.len(), rules.len());
    let mut counted = 0;
    for ((page, keys), language) in pages.iter().zip(&keys).zip(&languages) {
        assert_eq!(page["corpus"], rules.len() - 1);
        let indicators = page["indicators"].as_array().into_iter().flatten();
        let mut counts: Vec<[u64; 2]> = indicators
            .map(|each| {
                let of = ["kql", "sigma"].map(|of| each["other_rules_by_language"][of].as_u64().unwrap_or(u64::MAX));
                assert_eq!(each["other_rules"], of[0] + of[1]);
                of
            })
            .collect();
        let own = ["kql", "sigma"].map(|of| u64::from(of == *language));
        let mut wanted: Vec<[u64; 2]> =
            keys.iter().map(|key| [expected[key][0] - own[0], expected[key][1] - own[1]]).collect();
        // Two indicators of a page may be one key: another stage, another letter case.
        counts.sort_unstable();
        counts.dedup();
        wanted.sort_unstable();
        wanted.dedup();
        assert_eq!(counts, wanted, "{}", page["header"]["title"]);
        counted += keys.len();
    }
    assert!(counted > 0);
}

#[test]
fn corpus_counts_agree_with_a_recount() {
    recount(&cases(), "catalog-recount");
    recount(&root().join("tests/cases/mixed"), "catalog-recount-mixed");
}

#[test]
fn corpus_counts_agree_with_a_recount_on_public_rules() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    recount(&corpus.join("falconforceteam__falconfriday"), "catalog-recount-public");
}

#[test]
fn an_indicator_counts_across_the_tables_that_mean_the_same() {
    let folder = scratch("catalog-concept");
    let path = cases().join("identical-a.kql");
    let run = kqlift(&folder, &["explain", "--format", "json", "--corpus", argument(&cases()), argument(&path)]);
    let page = json(&run.stdout);
    let count = |value: &str| {
        let indicators = page["indicators"].as_array().into_iter().flatten();
        indicators.filter(|each| each["value"] == value).find_map(|each| each["other_rules"].as_u64())
    };
    assert_eq!(count("/transfer"), Some(3), "one of them reads an ASIM function");
    assert_eq!(count("bitsadmin.exe"), Some(2), "the broken rule compares in exact letter case");
}

#[test]
fn kql_and_sigma_are_one_catalogue() {
    let mixed = root().join("tests/cases/mixed");
    let folder = scratch("catalog-mixed");
    let run = kqlift(
        &folder,
        &["explain", "--format", "json", "--corpus", argument(&mixed), argument(&mixed.join("defender.kql"))],
    );
    let page = json(&run.stdout);
    let counts = |value: &str| {
        let mut indicators = page["indicators"].as_array().into_iter().flatten();
        indicators.find(|each| each["value"] == value).map(|each| each["other_rules_by_language"].clone())
    };
    // A path that ends in the name is the name; a term is no substring.
    assert_eq!(counts("certutil.exe"), Some(serde_json::json!({"kql": 0, "sigma": 2})));
    assert_eq!(counts("-urlcache"), Some(serde_json::json!({"kql": 0, "sigma": 1})));
    assert_eq!(counts("msiexec.exe"), Some(serde_json::json!({"kql": 0, "sigma": 1})));
    let text = kqlift(&folder, &["explain", "--corpus", argument(&mixed), argument(&mixed.join("fetch.yml"))]).stdout;
    assert!(text.contains("Sigma rule · Critical") && text.contains("1 KQL, 1 Sigma  2  Image"), "{text}");
    let parts = ["--only", "stages,predicates,indicators,output"];
    let run = kqlift(&folder, &[&["explain", argument(&mixed.join("several.yml"))], &parts[..]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    snapshot("sigma", &run.stdout);
    let found = kqlift(&folder, &["catalog", "search", "certutil", "--corpus", argument(&mixed)]).stdout;
    assert_eq!(
        found.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>(),
        ["defender.kql", "fetch.yml", "several.yml"]
    );
    assert_closed(&site(&mixed, "catalog-mixed-site"));
}

#[test]
fn findings_are_those_of_lint() {
    let folder = scratch("catalog-settings");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("the scratch folder is writable");
    write(
        "a.kql",
        "DeviceProcessEvents\n| where FileName == 'a.exe' // kqlift: ignore[CSE001] known\n| join (OwnEvents) on DeviceId\n",
    );
    write("own.toml", "[tables.OwnEvents]\ncolumns = [\"DeviceId\"]\n");
    let codes = |more: &[&str]| {
        let arguments = [&["explain", "a.kql", "--format", "json", "--only", "findings"], more].concat();
        let page = json(&kqlift(&folder, &arguments).stdout);
        let findings = page["findings"].as_array().into_iter().flatten();
        findings.map(|each| each["code"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    let all = codes(&[]);
    assert!(all.contains(&"JON001".to_owned()) && all.contains(&"SCH001".to_owned()), "{all:?}");
    assert!(!all.contains(&"CSE001".to_owned()), "a comment silences it: {all:?}");
    assert!(!codes(&["--schema", "own.toml"]).contains(&"SCH001".to_owned()), "the table is known now");
    write("kqlift.toml", "[lint]\nselect = [\"JON001\"]\n");
    assert_eq!(codes(&[]), ["JON001"]);
    assert_ne!(codes(&["--isolated"]), ["JON001"]);
    let stats = |more: &[&str]| {
        let arguments = [&["catalog", "stats", "--format", "json"], more].concat();
        json(&kqlift(&folder, &arguments).stdout)["by_finding"].to_string()
    };
    assert_eq!(stats(&[]), "[[\"JON001 default-join-kind\",1]]");
    assert_ne!(stats(&["--isolated"]), stats(&[]));
}

#[test]
fn only_the_wanted_parts_are_shown() {
    let folder = scratch("catalog-only");
    let path = cases().join("scheduled.yaml");
    let run = kqlift(&folder, &["explain", "--only", "indicators,findings", "--format", "json", argument(&path)]);
    let page = json(&run.stdout);
    let keys: Vec<&String> = page.as_object().expect("it is an object").keys().collect();
    assert_eq!(keys, ["findings", "header", "indicators", "version"]);
    let text = kqlift(&folder, &["explain", "--only", "exclusions", argument(&path)]).stdout;
    assert!(text.contains("Exclusions") && !text.contains("Stages"), "{text}");
    assert!(
        text.contains("InitiatingProcessSignatureStatus") && text.contains("never   ProcessCommandLine alone"),
        "{text}"
    );
}

#[test]
fn rules_are_found_by_what_they_look_for() {
    let folder = scratch("catalog-search");
    let corpus = cases();
    let search = |words: &[&str]| {
        let mut arguments = vec!["catalog", "search", "--format", "json", "--corpus", argument(&corpus)];
        arguments.extend(words);
        let run = kqlift(&folder, &arguments);
        let hits = json(&run.stdout);
        let paths = hits.as_array().into_iter().flatten().map(|hit| hit["path"].as_str().unwrap_or("").to_owned());
        (run.code, paths.collect::<Vec<_>>())
    };
    let all = ["asim.kql", "identical-a.kql", "identical-b.kql", "narrower.kql"];
    assert_eq!(search(&["/Transfer"]), (Some(0), all.map(str::to_owned).to_vec()));
    assert_eq!(search(&["T1543", "binpath"]), (Some(0), vec!["scheduled.yaml".to_owned()]));
    assert_eq!(search(&["nowhere"]), (Some(1), Vec::new()));
}

#[test]
fn overlaps_are_proven() {
    let folder = scratch("catalog-similar");
    let (rule, corpus) = (cases().join("identical-a.kql"), cases());
    let arguments = ["catalog", "similar", argument(&rule), "--format", "json", "--corpus", argument(&corpus)];
    let found = json(&kqlift(&folder, &arguments).stdout);
    let found: Vec<(&str, &str)> = found
        .as_array()
        .into_iter()
        .flatten()
        .map(|each| (each["other"].as_str().unwrap_or(""), each["kind"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(found, [("identical-b.kql", "identical"), ("narrower.kql", "second-within-first")]);
    let site = site(&corpus, "catalog-similar-site");
    let overlaps = read(&site.join("overlaps.html"));
    assert!(overlaps.contains("returns the same rows as") && overlaps.contains("returns all rows of"));
}

#[test]
fn coverage_is_a_layer_for_the_navigator() {
    let folder = scratch("catalog-coverage");
    let corpus = cases();
    let run = kqlift(&folder, &["catalog", "coverage", "--format", "navigator", "--corpus", argument(&corpus)]);
    let layer = json(&run.stdout);
    assert_eq!(layer["domain"], "enterprise-attack");
    let ids: Vec<&str> =
        layer["techniques"].as_array().into_iter().flatten().filter_map(|each| each["techniqueID"].as_str()).collect();
    assert_eq!(ids, ["T1543.003", "T1562.001"]);
    let text = kqlift(&folder, &["catalog", "coverage", "--corpus", argument(&corpus)]).stdout;
    assert!(text.contains("T1543      Create or Modify System Process") && text.contains("Not in ATT&CK"), "{text}");
    let stats = json(&kqlift(&folder, &["catalog", "stats", "--format", "json", "--corpus", argument(&corpus)]).stdout);
    assert_eq!((stats["rules"].as_u64(), stats["accepted"].as_u64()), (Some(6), Some(5)));
}

#[test]
fn snapshots_show_what_changed_and_what_is_stale() {
    let folder = scratch("catalog-snapshot");
    let rule = folder.join("rules/a.kql");
    fs::create_dir_all(folder.join("rules")).expect("the scratch folder is writable");
    let write = |text: &str| fs::write(&rule, text).expect("the scratch folder is writable");
    let check = || kqlift(&folder, &["snapshot", "rules", "--into", "kept", "--check"]);
    let update = || kqlift(&folder, &["snapshot", "rules", "--into", "kept", "--update"]);
    write("DeviceProcessEvents\n| where FileName == 'a.exe'\n");
    assert_eq!((check().code, check().stdout.as_str()), (Some(1), "new: a.kql.snap\n"));
    assert_eq!(update().code, Some(0));
    assert_eq!((check().code, check().stdout.as_str()), (Some(0), ""));
    write("// a comment changes nothing\nDeviceProcessEvents\n| where FileName == 'a.exe'\n");
    assert_eq!(check().code, Some(0), "{}", check().stdout);
    write("DeviceProcessEvents\n| where FileName =~ 'a.exe'\n");
    let run = check();
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("FileName == 'a.exe'\n+"), "{}", run.stdout);
    assert!(run.stdout.contains("FileName =~ 'a.exe'"), "{}", run.stdout);
    fs::rename(&rule, folder.join("rules/b.kql")).expect("the scratch folder is writable");
    assert_eq!(check().stdout, "stale: a.kql.snap\nnew: b.kql.snap\n");
    assert_eq!(update().code, Some(0));
    assert!(!folder.join("kept/a.kql.snap").exists() && folder.join("kept/b.kql.snap").exists());
}

#[test]
fn two_versions_are_compared() {
    let folder = scratch("catalog-diff");
    let (one, other) = (cases().join("identical-a.kql"), cases().join("narrower.kql"));
    let run = kqlift(&folder, &["diff", argument(&one), argument(&other)]);
    assert_eq!(run.code, Some(1));
    snapshot("diff", &run.stdout);
    let same = kqlift(&folder, &["diff", argument(&one), argument(&cases().join("identical-b.kql"))]);
    assert_eq!((same.code, same.stdout.contains("same: ")), (Some(0), true), "{}", same.stdout);
    let run = kqlift(&folder, &["diff", "--format", "json", argument(&one), argument(&other)]);
    let value = json(&run.stdout);
    assert_eq!(value["rules"][0]["comparison"]["relation"], "narrower");
    let witness = &value["rules"][0]["witnesses"]["found"][0];
    assert_eq!((&witness["returned_by"], &witness["second_rows"]), (&Value::from("first"), &Value::from(0)));
    let markdown = kqlift(&folder, &["diff", "--format", "md", argument(&one), argument(&other)]).stdout;
    assert!(markdown.starts_with("## identical-a\n\n**narrower**: ") && markdown.contains("\n```diff\n"), "{markdown}");
    assert_eq!(kqlift(&folder, &["diff", argument(&one), "nowhere.kql"]).code, Some(2));
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/catalog");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_page_of_a_rule() {
    let folder = scratch("catalog-page");
    let run = kqlift(&folder, &["explain", "--format", "html", argument(&cases().join("scheduled.yaml"))]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let page = run.stdout;
    let main = page.split_once("<main").expect("it has a main part").1;
    snapshot("page", main);
}

/// A browser, if there is one.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let runs = |name: &&str| std::process::Command::new(name).arg("--version").output().is_ok();
    names.into_iter().find(runs)
}

/// What a browser makes of a page of a site: its document, what its console says, and who asked for something from the
/// network.
struct Seen {
    document: String,
    console: Vec<String>,
    initiators: BTreeSet<String>,
}

fn open_in(browser: &str, site: &Path, page: &str) -> Seen {
    let folder = site.parent().expect("it lies in a folder");
    let (profile, log) = (folder.join("profile"), folder.join("network.json"));
    let _ = fs::remove_dir_all(&profile);
    let output = std::process::Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("file://{}/{page}", site.display()))
        .output()
        .expect("the browser was found above");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let network = read(&log);
    let initiators = network.split("\"initiator\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    Seen {
        document: text(&output.stdout),
        console: text(&output.stderr).lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect(),
        initiators: initiators.map(str::to_owned).collect(),
    }
}

#[test]
#[allow(clippy::print_stdout, clippy::allow_attributes, reason = "skipping is said aloud")]
fn a_browser_searches_without_errors() {
    let Some(browser) = browser() else {
        println!("SKIPPED: no Chromium on this machine");
        return;
    };
    let site = site(&root().join("tests/cases/mixed"), "catalog-browser");
    let rule = files(&site.join("rule")).into_iter().next().expect("there is a rule");
    let rule = format!("rule/{}", rule.file_name().expect("it has a name").to_string_lossy());
    for page in ["index.html#search=certutil", "matrix.html", "overlaps.html", &rule] {
        let seen = open_in(browser, &site, page);
        assert!(seen.document.contains("<main"), "{page}: {}", seen.document);
        assert!(seen.console.is_empty(), "{page}: {:?}", seen.console);
        // What the browser wants for itself has no origin; what a page wants has one, if it be `null`.
        let of_pages: Vec<&String> = seen.initiators.iter().filter(|origin| *origin != "not an origin").collect();
        assert!(of_pages.is_empty(), "{page} asks for something from the network: {of_pages:?}");
        if !page.contains("#search") {
            continue;
        }
        let hits = seen.document.split_once("id=\"hits\"").expect("the page has a place for hits").1;
        let hits = hits.split_once("<main").map_or(hits, |(hits, _)| hits);
        assert!(hits.contains("rules (3)"), "{hits}");
        let found = attributes(hits, "href");
        assert!(found.iter().any(|link| link.starts_with("indicator/certutil-exe")), "{found:?}");
        assert!(found.iter().all(|link| site.join(link).is_file()), "{found:?}");
    }
}
