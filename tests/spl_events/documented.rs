//! The interpreter against what Splunk documents: each row names the page that it is from.

use super::spl::{DATASET, Failure, Index, Row, Search, Value};

/// Pages of the Search Manual and of the Search Reference.
const SEARCH: &str = "Search Reference: search";
const NOT_EQUAL: &str = "Search Manual: Difference between NOT and !=";
const CASE: &str = "Search Manual: Use CASE() and TERM() to match phrases";
const BOOLEAN: &str = "Search Manual: Boolean expressions with logical operators";
const WILDCARDS: &str = "Search Manual: Wildcards";
const WHERE: &str = "Search Reference: where";
const EVAL: &str = "Search Reference: eval";
const COMPARISON: &str = "Search Reference: Comparison and Conditional functions";
const CONVERSION: &str = "Search Reference: Conversion functions";
const TEXT: &str = "Search Reference: Text functions";
const MULTIVALUE: &str = "Search Reference: Multivalue eval functions";
const JSON: &str = "Search Reference: JSON functions";
const TIME: &str = "Search Reference: Date and Time functions";
const MATHEMATICAL: &str = "Search Reference: Mathematical functions";
const STATS: &str = "Search Reference: stats";
const MODIFIERS: &str = "Search Reference: Time modifiers";

fn event(id: &str, fields: &[(&str, &str)]) -> Row {
    let field = |(name, value): &(&str, &str)| {
        let values = value.split('\n').map(str::to_owned).collect();
        ((*name).to_owned(), Value::many(values))
    };
    Row::new(id, fields.iter().map(field))
}

/// Events with every edge that the rows below are about. Lines are several values of one field.
fn index() -> Index {
    let events = vec![
        event("1", &[("host", "WWW1"), ("status", "200"), ("ip", "10.9.165.8"), ("_time", "1000"), ("n", "1")]),
        event("2", &[("host", "www2"), ("status", "404"), ("ip", "192.0.2.1"), ("_time", "2000"), ("n", "2")]),
        event("3", &[("host", "db"), ("path", "C:\\Windows\\x.exe"), ("_time", "3000"), ("n", "10")]),
        event("4", &[("status", ""), ("tags", "a\nb"), ("quote", "say \"x\""), ("_time", "4000")]),
    ];
    Index { events, now: 5000.0 }
}

fn ids(search: &str) -> Result<String, Failure> {
    let rows = Search::read(search)?.run(&index())?;
    Ok(rows.iter().flat_map(|row| row.ids.iter().map(String::as_str)).collect::<Vec<_>>().join(""))
}

#[test]
fn searches() {
    let rows = [
        // Values are compared in any letter case, and the wildcard stands for any characters.
        (SEARCH, r"host=www1", "1"),
        (SEARCH, r#"host="www*""#, "12"),
        (WILDCARDS, r"*", "1234"),
        (WILDCARDS, r"status=*", "124"),
        (SEARCH, r"status=404 OR status=200", "12"),
        (SEARCH, r"status IN (200, 404)", "12"),
        (SEARCH, r"status>300", "2"),
        (SEARCH, r#"ip="10.9.165.0/25""#, "1"),
        // Letter case counts within CASE().
        (CASE, r"host=CASE(WWW1)", "1"),
        (CASE, r#"host=CASE("www1")"#, ""),
        // `!=` needs the field, `NOT` does not.
        (NOT_EQUAL, r"status!=200", "24"),
        (NOT_EQUAL, r"NOT status=200", "234"),
        // `NOT`, then `OR`, then `AND`.
        (BOOLEAN, r"status=200 OR host=www2 n=2", "2"),
        (BOOLEAN, r"(status=200 OR host=www2) AND n=2", "2"),
        (BOOLEAN, r"NOT status=200 host=db", "3"),
        // A backslash and a quotation mark are escaped by a backslash.
        (SEARCH, r#"path="C:\\Windows\\*""#, "3"),
        (SEARCH, r#"quote="say \"x\"""#, "4"),
        // One of several values is enough.
        (MULTIVALUE, r"tags=b", "4"),
        (MULTIVALUE, r"NOT tags=b", "123"),
        // Relative times, to the second.
        (MODIFIERS, r"earliest=-3000s", "234"),
        (MODIFIERS, r"earliest=-50m latest=-30m", "23"),
    ];
    for (page, search, wanted) in rows {
        assert_eq!(ids(search).as_deref(), Ok(wanted), "{search} ({page})");
    }
}

#[test]
fn conditions() {
    let rows = [
        // Letter case counts, and a missing field is neither equal nor unequal.
        (WHERE, r#"where host="WWW1""#, "1"),
        (WHERE, r#"where host="www1""#, ""),
        (WHERE, r#"where status!="200""#, "24"),
        (WHERE, r#"where NOT status="200""#, "24"),
        (WHERE, r"where status=404", "2"),
        (BOOLEAN, r#"where host="db" OR host="WWW1" AND status=404"#, "3"),
        // Numbers are compared as numbers.
        (EVAL, r"where n<9", "12"),
        (EVAL, r"where isnull(n) OR n<9", "124"),
        // The name of a field may be in single quotes.
        (EVAL, r"where 'n'=10", "3"),
        (COMPARISON, r#"where match(host, "^www")"#, "2"),
        (COMPARISON, r#"where match(host, "(?i)^www\\d$")"#, "12"),
        (COMPARISON, r#"where match(path, "\\\\x[.]exe$")"#, "3"),
        (COMPARISON, r#"where cidrmatch("10.9.165.0/25", ip)"#, "1"),
        (COMPARISON, r#"where in(host, "db", "www2")"#, "23"),
        (COMPARISON, r"where isnotnull(status)", "124"),
        (MULTIVALUE, r#"where tags="b""#, "4"),
        (CONVERSION, r"where tonumber(status)>300", "2"),
    ];
    for (page, command, wanted) in rows {
        assert_eq!(ids(&format!("* | {command}")).as_deref(), Ok(wanted), "{command} ({page})");
    }
}

#[test]
fn expressions() {
    let rows = [
        (COMPARISON, r#"if(1=2, "a", "b")"#, "b"),
        (COMPARISON, r#"if(missing=2, "a", "b")"#, "b"),
        (COMPARISON, r#"case(1=2, "a", 2=2, "b")"#, "b"),
        (COMPARISON, r#"case(1=2, "a")"#, ""),
        (COMPARISON, r#"coalesce(missing, "x")"#, "x"),
        (EVAL, r#"host . "-" . n"#, "WWW1-1"),
        (EVAL, r"host . missing", ""),
        (EVAL, r"1 + 2 * 3", "7"),
        (EVAL, r"7 % 4", "3"),
        (EVAL, r"1 / 0", ""),
        (TEXT, r"lower(host)", "www1"),
        (TEXT, r#"len("abc")"#, "3"),
        (TEXT, r#"substr("string", 1, 3)"#, "str"),
        (TEXT, r#"substr("string", -3)"#, "ing"),
        (TEXT, r#"replace("1/14/2023", "^(\\d{1,2})/(\\d{1,2})/", "\\2/\\1/")"#, "14/1/2023"),
        (MULTIVALUE, r#"mvcount(split("a;b;c", ";"))"#, "3"),
        (MULTIVALUE, r#"mvindex(split("a;b;c", ";"), 0)"#, "a"),
        (MULTIVALUE, r#"mvindex(split("a;b;c", ";"), -1)"#, "c"),
        (MULTIVALUE, r#"mvjoin(split("a;b", ";"), " OR ")"#, "a OR b"),
        (MULTIVALUE, r#"mvfind(split("a;b", ";"), "b")"#, "1"),
        (MULTIVALUE, r"mvcount(missing)", ""),
        (CONVERSION, r#"tonumber("x")"#, ""),
        (CONVERSION, r"tostring(1=1)", "True"),
        (MATHEMATICAL, r"floor(1.9)", "1"),
        (MATHEMATICAL, r"ceiling(1.2)", "2"),
        (MATHEMATICAL, r"round(2.555, 2)", "2.56"),
        (JSON, r#"json_extract("{\"a\": {\"b\": [1, {\"c\": \"x\"}]}}", "a.b{1}.c")"#, "x"),
        (JSON, r#"json_extract("{\"a\": [{\"b\": 1}, {\"b\": 2}]}", "a{}.b")"#, "[1,2]"),
        (JSON, r#"json_extract("no json", "a")"#, ""),
        (JSON, r#"mvindex(json_array_to_mv("[\"Buttercup\", \"Fluttershy\"]"), 1)"#, "Fluttershy"),
        (TIME, r#"strftime(1710072000, "%Y-%m-%d %H:%M:%S")"#, "2024-03-10 12:00:00"),
        (TIME, r#"strptime("2024-03-10 12:00:00", "%Y-%m-%d %H:%M:%S")"#, "1710072000"),
        (TIME, r#"relative_time(1710072000, "@mon")"#, "1709251200"),
    ];
    for (page, expression, wanted) in rows {
        let search = Search::read(&format!("n=1 | eval found={expression}"));
        let rows = search.and_then(|search| search.run(&index()));
        let found = rows.map(|rows| rows.first().map(|row| row.get("found").texts().concat()).unwrap_or_default());
        assert_eq!(found.as_deref(), Ok(wanted), "{expression} ({page})");
    }
}

/// The rows of a result: fields in order of their names, values of one field with a blank between them.
fn table(search: &str) -> Result<Vec<String>, Failure> {
    let mut index = index();
    if search.starts_with("| tstats") {
        index.events = vec![
            event("5", &[(DATASET, "M.D"), ("D.x", "1"), ("D.y", "2")]),
            event("6", &[(DATASET, "M.D"), ("D.x", "3")]),
        ];
    }
    let rows = Search::read(search)?.run(&index)?;
    let text = |row: &Row| {
        let fields = row.fields().map(|(name, value)| format!("{name}={}", value.texts().join(" ")));
        fields.collect::<Vec<_>>().join(", ")
    };
    Ok(rows.iter().map(text).collect())
}

#[test]
fn commands() {
    let rows: [(&str, &str, &[&str]); 24] = [
        (STATS, "* | stats count", &["count=4"]),
        (STATS, "host=nobody | stats count", &["count=0"]),
        (STATS, "host=nobody | stats count by host", &[]),
        // Rows without the field are in no group.
        (STATS, "* | stats count as c by status", &["c=1, status=", "c=1, status=200", "c=1, status=404"]),
        (STATS, "* | stats count(eval(n>1)) as c", &["c=2"]),
        (STATS, "* | stats dc(host) as d, values(host) as v", &["d=3, v=WWW1 db www2"]),
        (STATS, "* | stats max(n) as m, sum(n) as s", &["m=10, s=13"]),
        (STATS, "* | stats latest(host) as l, earliest(host) as e", &["e=WWW1, l=db"]),
        (STATS, "* | stats count by tags", &["count=1, tags=a", "count=1, tags=b"]),
        ("Search Reference: fillnull", r#"n=1 | table x | fillnull value="" x | eval y=len(x)"#, &["x=, y=0"]),
        ("Search Reference: table", "n=1 | table host n", &["host=WWW1, n=1"]),
        ("Search Reference: fields", "n=1 | table host n | fields - n", &["host=WWW1"]),
        ("Search Reference: rename", r#"n=1 | table host | rename host as "the host""#, &["the host=WWW1"]),
        ("Search Reference: sort", "n=* | table n | sort 0 -n", &["n=10", "n=2", "n=1"]),
        ("Search Reference: sort", "n=* | table n | sort 1 +n", &["n=1"]),
        ("Search Reference: head", "* | table _time | head 2", &["_time=1000", "_time=2000"]),
        // Rows without the field are dropped, or all kept.
        ("Search Reference: dedup", "* | eval x=len(host) | table x | dedup x", &["x=4", "x=2"]),
        ("Search Reference: dedup", "* | eval x=len(host) | table x | dedup keepempty=true x", &["x=4", "x=2", ""]),
        ("Search Reference: mvexpand", "tags=* | table tags | mvexpand tags", &["tags=a", "tags=b"]),
        (
            "Search Reference: join",
            "n<3 | table n | join type=left max=0 n [search n=2 | eval x=\"y\" | table n x]",
            &["n=1", "n=2, x=y"],
        ),
        (
            "Search Reference: join",
            "n<3 | table n | join type=inner max=0 n [search n=2 | eval x=\"y\" | table n x]",
            &["n=2, x=y"],
        ),
        // Rows without a field behind `by` are left out unless something stands for it.
        (
            "Search Reference: tstats",
            "| tstats count from datamodel=M.D where D.x=* by D.x D.y | rename D.* as *",
            &["count=1, x=1, y=2"],
        ),
        (
            "Search Reference: tstats",
            "| tstats summariesonly=false fillnull_value=\"unknown\" count from datamodel=M.D by D.y",
            &["D.y=2, count=1", "D.y=unknown, count=1"],
        ),
        ("Search Reference: append", "n=1 | table n | append [search n=2 | table n]", &["n=1", "n=2"]),
    ];
    for (page, search, wanted) in rows {
        let wanted: Vec<String> = wanted.iter().map(|row| (*row).to_owned()).collect();
        assert_eq!(table(search), Ok(wanted), "{search} ({page})");
    }
}

/// What Splunk answers with an error is none of the things that are not known here.
#[test]
fn what_splunk_rejects() {
    let rows = [
        // "Fields cannot be assigned a boolean result."
        (EVAL, "* | eval x=(n=1)"),
        (WHERE, r#"* | where "text""#),
        (WHERE, r"* | where host"),
        (SEARCH, r#"host="x"#),
        (SEARCH, r"(host=x"),
        ("Search Reference: multisearch", "| multisearch [search n=1 | stats count] [search n=2]"),
        (STATS, "* | stats"),
    ];
    for (page, search) in rows {
        let found = table(search);
        assert!(matches!(found, Err(Failure::Rejected(_))), "{search} ({page}): {found:?}");
    }
    for search in ["* | foreach x", "* | eval x=soundex(n)", "failed", "`macro`", "* | where n LIKE \"x\""] {
        assert!(matches!(table(search), Err(Failure::Unknown(_))), "{search}");
    }
}
