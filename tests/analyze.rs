//! What the analysis finds in small queries: columns, origins, predicates, constants, time bounds, names.

use std::time::{Duration, Instant};

use kqlift::analyze::{Facts, Predicate, PredicateOp, UnresolvedKind, analyze};
use kqlift::parse::parse;
use kqlift::schema::{Origin, Schema, Value};
use kqlift::span::Span;

fn facts(query: &str) -> Facts {
    let parsed = parse(query);
    assert!(parsed.errors.is_empty(), "{:.200}: {:?}", query, parsed.errors);
    analyze(&parsed.query, &Schema::builtin())
}

fn columns(query: &str) -> String {
    let result = facts(query).result.expect("the query gives rows");
    let names: Vec<String> = result.columns.iter().map(|c| format!("{}:{}", c.name, c.ty.as_str())).collect();
    names.join(" ") + if result.is_open { " …" } else { "" }
}

fn predicate(query: &str, text: &str) -> Predicate {
    let found = facts(query).predicates.into_iter().find(|predicate| predicate.span.slice(query) == text);
    found.unwrap_or_else(|| panic!("no predicate `{text}` in `{query}`"))
}

fn unresolved(query: &str) -> Vec<(UnresolvedKind, String)> {
    facts(query).unresolved.into_iter().map(|name| (name.kind, name.name)).collect()
}

fn texts(predicate: &Predicate) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => format!("{other:?}"),
    };
    predicate.values.iter().map(|item| text(&item.value)).collect()
}

#[test]
fn operators_name_their_columns() {
    for (query, expected) in [
        (
            "print a=1, d=dynamic({}) | project d.x.y, d[0], tostring(d['k']), a+1",
            "d_x_y:dynamic d_0:dynamic d_k:string Column1:long",
        ),
        (
            "print a=1 | summarize count(), count(), dcount(a), make_set(a)",
            "count_:long count_1:long dcount_a:long set_a:dynamic",
        ),
        ("print a=1, t=now(), s='x' | summarize arg_max(t, *) by s", "s:string t:datetime a:long"),
        ("print a=1, b=2 | join kind=inner (print a=1, b='x') on a", "a:long b:long a1:long b1:string"),
        ("print a=1, b=2 | lookup (print a=1, c='x') on a", "a:long b:long c:string"),
        ("print a=1 | join kind=leftanti (print a=1, b='x') on a", "a:long"),
        ("print a=1, b=2 | union (print b='x')", "a:long b_long:long b_string:string"),
        ("print a=1 | count", "Count:long"),
        ("print s='x' | parse s with * 'k=' k:long ' ' rest", "s:string k:long rest:string"),
        ("print d=dynamic([1]) | mv-expand with_itemindex=i d to typeof(long)", "d:long i:long"),
        ("print d=dynamic([1]), n=1 | mv-apply d on (summarize total=count())", "n:long total:long"),
        ("print d=dynamic({}), n=1 | evaluate bag_unpack(d)", "n:long …"),
        ("print d=dynamic({}), n=1 | evaluate bag_unpack(d) : (*, x:int)", "n:long x:int"),
        ("print a1=1, b=2 | project-away *1 | project-rename c=b", "c:long"),
    ] {
        assert_eq!(columns(query), expected, "{query}");
    }
}

#[test]
fn functions_are_followed() {
    let wrap = "let f = (T:(*), n:long) { T | extend n = n }; print a='x' | invoke f(1)";
    assert_eq!(columns(wrap), "a:string n:long");
    let named = "let f = (table_name:string) { table(table_name) | project Computer }; f('SecurityEvent')";
    assert_eq!(columns(named), "Computer:string");
    assert_eq!(facts(named).tables[0].name, "SecurityEvent");
    assert_eq!(columns("let f = (n:long) { tostring(n) }; print f(1)"), "print_0:string");
}

#[test]
fn origins_lead_back_to_table_columns() {
    let query =
        "DeviceProcessEvents | extend Lower = tolower(strcat(FileName, FolderPath)) | project Name = FileName, Lower
        | join kind=inner (DeviceFileEvents | project Name = FileName, SHA1) on Name";
    let result = facts(query).result.expect("the query gives rows");
    let origin = |name: &str| result.find(name).map(|column| column.origin.clone());
    let table = |table: &str, column: &str, through_join| {
        Some(Origin::Table { table: table.to_owned(), column: column.to_owned(), through_join })
    };
    assert_eq!(origin("Name"), table("DeviceProcessEvents", "FileName", false));
    assert_eq!(origin("SHA1"), table("DeviceFileEvents", "SHA1", true));
    let Some(Origin::Computed { inputs, .. }) = origin("Lower") else { panic!("it is computed") };
    let inputs: Vec<&str> = inputs.iter().map(|(_, column)| column.as_str()).collect();
    assert_eq!(inputs, ["FileName", "FolderPath"]);
}

#[test]
fn predicates_have_subject_values_and_polarity() {
    let query = r#"let names = dynamic(["a.exe", "b.exe"]);
        DeviceProcessEvents
        | where not(tolower(FileName) in (names)) and ProcessId !between (1 .. 5)
        | extend IsLong = strlen(ProcessCommandLine) > 100, IsShell = iff(FileName == "cmd.exe", 1, 0)
        | where isempty(FolderPath) == false or "x" =~ AccountName"#;
    let list = predicate(query, "tolower(FileName) in (names)");
    assert_eq!(texts(&list), ["a.exe", "b.exe"]);
    assert_eq!(list.values[0].span.slice(query), "\"a.exe\"");
    assert_eq!(list.list_span.map(|span: Span| span.slice(query)), Some("(names)"));
    assert!(list.is_negated && list.is_filter && list.is_complete);
    assert_eq!(list.subject.functions, ["tolower"]);
    assert_eq!(list.subject.column.as_ref().map(|column| column.name.as_str()), Some("FileName"));
    assert!(list.subject.plain_column().is_none());

    let range = predicate(query, "ProcessId !between (1 .. 5)");
    assert!(range.op == PredicateOp::NotBetween && range.is_negated && range.values.len() == 2);
    assert!(!predicate(query, "strlen(ProcessCommandLine) > 100").is_filter);
    assert!(!predicate(query, r#"FileName == "cmd.exe""#).is_filter);
    let empty = predicate(query, "isempty(FolderPath)");
    assert!(empty.op == PredicateOp::Function && empty.is_negated && empty.is_filter);
    assert!(predicate(query, r#""x" =~ AccountName"#).subject.plain_column().is_some());
    assert!(!facts(query).predicates.iter().any(|p| p.span.slice(query) == "isempty(FolderPath) == false"));
}

#[test]
fn exclusions_are_what_is_taken_away() {
    let query = "let known = DeviceFileEvents | where FileName == 'a';
        let both = DeviceFileEvents | where FileName == 'b';
        DeviceProcessEvents | where FileName == 'c'
        | join kind=leftanti known on FileName
        | join kind=leftanti (DeviceEvents | where FileName == 'd') on FileName
        | where SHA1 !in ((DeviceEvents | where FileName == 'e' | project SHA1))
        | join kind=leftanti both on FileName | join both on FileName";
    let is_excluded = |letter: &str| predicate(query, &format!("FileName == '{letter}'")).is_in_exclusion;
    assert_eq!(["a", "b", "c", "d", "e"].map(is_excluded), [true, false, false, true, true]);
    let right = "DeviceProcessEvents | where FileName == 'a' | join kind=rightanti (DeviceEvents | where FileName == 'b') on FileName";
    assert!(predicate(right, "FileName == 'a'").is_in_exclusion);
    assert!(!predicate(right, "FileName == 'b'").is_in_exclusion);
}

#[test]
fn lookbacks_are_in_seconds() {
    let query = "let period = 14d; let f = (back:timespan) { T | where t > ago(back) };
        print ago(period), now(-1h), now() - 90m, datetime_add('day', -2, now()), ago(1500ms), now() + 1d";
    let seconds: Vec<i64> = facts(query).lookbacks.iter().map(|lookback| lookback.seconds).collect();
    assert_eq!(seconds, [1_209_600, 3_600, 5_400, 172_800, 2]);
}

#[test]
fn unknown_names_are_reported_only_where_nothing_is_open() {
    use UnresolvedKind::{Column, Function, Table};
    let name = |kind, name: &str| (kind, name.to_owned());
    assert_eq!(unresolved("DeviceEvents | where FileNam == 'x'"), [name(Column, "FileNam")]);
    assert_eq!(unresolved("DeviceEvent | where FileNam == 'x'"), [name(Table, "DeviceEvent")]);
    assert_eq!(unresolved("DeviceEvents | extend x = tosting(1)"), [name(Function, "tosting")]);
    assert_eq!(unresolved("DeviceEvents | project FileName | where SHA1 == ''"), [name(Column, "SHA1")]);
    for quiet in [
        "union isfuzzy=true DeviceEvents, Missing | where Foo == 1",
        "workspace('w').SecurityEvent | where Foo == 1",
        "_GetWatchlist('w') | where Foo == 1",
        "print d=dynamic({}) | evaluate bag_unpack(d) | where Foo == 1",
        "DeviceEvents | invoke FileProfile(SHA1, 1000) | where GlobalPrevalence < 10",
        "let f = (T:(*)) { T | where Foo == 1 }; f((DeviceEvents | extend Foo = 1))",
    ] {
        assert_eq!(unresolved(quiet), [], "{quiet}");
    }
}

#[test]
fn deep_and_long_queries_are_walked() {
    let deep = |open: &str, inside: &str, close: &str, levels: usize| {
        format!("print x = {}{inside}{}", open.repeat(levels), close.repeat(levels))
    };
    for query in [
        deep("(", "1", ")", 240),
        deep("iff(true, ", "1", ", 2)", 240),
        deep("toscalar(print y = ", "1", ")", 240),
        deep("tolower(", "'X'", ")", 240),
        deep("array_length(pack_array(", "1", "))", 120),
    ] {
        assert!(facts(&query).result.is_some());
    }
    let long = format!("print a=1 | where {}", vec!["a == 1"; 900].join(" or "));
    assert_eq!(facts(&long).predicates.len(), 900);
}

#[test]
fn queries_that_multiply_themselves_end() {
    let started = Instant::now();
    let joins: Vec<String> = (1..30).map(|n| format!("let t{n} = t{} | join t{} on a;", n - 1, n - 1)).collect();
    facts(&format!("let t0 = print a=1, b=2; {} t29", joins.concat()));
    let call = |n: usize| format!("let f{n} = (T:(*)) {{ f{}(T) | union (f{}(T)) }};", n - 1, n - 1);
    let calls: Vec<String> = (1..30).map(call).collect();
    facts(&format!("let f0 = (T:(*)) {{ T | extend x = 1 }}; {} f29((print a=1))", calls.concat()));
    let lets: Vec<String> = (0..20_000).map(|n| format!("let v{n} = 1;")).collect();
    facts(&format!("{} print v1", lets.concat()));
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

/// Whether a row that passes the first test of a query is a row more of its result.
fn is_steady(query: &str) -> bool {
    facts(query).predicates.first().is_some_and(|predicate| !predicate.is_unclear)
}

#[test]
fn a_row_more_stays_a_row_more() {
    for query in [
        "DeviceEvents | where FileName == 'a' | project DeviceId",
        "DeviceEvents | where FileName == 'a' | summarize n = count() by DeviceName | where n > 5",
        "DeviceEvents | where FileName == 'a' | summarize by DeviceName | where DeviceName has 'x'",
        "DeviceEvents | where FileName == 'a' | join kind=inner (DeviceInfo) on DeviceId | where IsAzureADJoined",
        "let P = DeviceEvents | where FileName == 'a'; P | project DeviceId",
    ] {
        assert!(is_steady(query), "{query}");
    }
}

#[test]
fn rows_that_are_counted_ranked_or_compared() {
    for query in [
        "DeviceEvents | where FileName == 'a' | summarize n = count() by DeviceName | where n < 5",
        "DeviceEvents | where FileName == 'a' | summarize dcount(DeviceId) by AccountName | where dcount_DeviceId == 1",
        "DeviceEvents | where FileName == 'a' | summarize arg_max(Timestamp, *) by DeviceId | where ActionType has 'x'",
        "DeviceEvents | where FileName == 'a' | top 5 by Timestamp",
        "DeviceEvents | where FileName == 'a' | sort by Timestamp | extend d = Timestamp - prev(Timestamp) | where d < 1m",
        "let P = DeviceEvents | where FileName == 'a'; P | join kind=leftanti (P) on DeviceName",
        "let R = DeviceEvents | where FileName == 'a' | summarize n = count() by DeviceId | where n < 5; DeviceInfo | where DeviceId in (R)",
        "let c = toscalar(DeviceEvents | where FileName == 'a' | count); DeviceInfo | where 3 < c",
    ] {
        assert!(!is_steady(query), "{query}");
    }
}
