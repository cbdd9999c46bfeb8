//! Schema files of users: tables, watchlists, saved functions, external tables; and imports of `getschema`.

mod run;

use kqlift::analyze::analyze;
use kqlift::parse::parse;
use kqlift::schema::{Overlay, Schema, import_schema};
use run::{kqlift, scratch};

const FILE: &str = r#"
[tables.Gateway_CL]
columns = ["TimeGenerated:datetime", "User_s", "Bytes_d:real"]

[tables.SecurityEvent]
extends = true
columns = ["Site_CF"]

[watchlists.VipUsers]
columns = ["UserPrincipalName"]

[functions.FailedSignIns]
parameters = "user:string, back:timespan = 1d"
query = "SigninLogs | where UserPrincipalName =~ user | summarize Failures = count() by Address = IPAddress"

[functions.WorstAddress]
query = "FailedSignIns('a') | top 1 by Failures | project Address"

[external_tables.Assets]
columns = ["Host", "Owner"]
"#;

/// Names and types of the result, and the names that are unknown.
fn columns(query: &str, schema: &Schema) -> (String, Vec<String>) {
    let parsed = parse(query);
    assert!(parsed.is_accepted(), "{query}");
    let facts = analyze(&parsed.query, schema);
    let result = facts.result.expect("the query has a result");
    let columns: Vec<String> =
        result.columns.iter().map(|column| format!("{}:{}", column.name, column.ty.as_str())).collect();
    let unknown = facts.unresolved.into_iter().map(|name| name.name).collect();
    (columns.join(" ") + if result.is_open { " …" } else { "" }, unknown)
}

#[test]
fn tables_watchlists_and_external_tables_have_the_declared_columns() {
    let overlay = Overlay::parse(FILE).expect("the file is well formed");
    let schema = Schema::builtin().with_overlay(&overlay);
    let (result, unknown) = columns("Gateway_CL | project User_s, Bytes_d, User", &schema);
    assert_eq!((result.as_str(), unknown), ("User_s:string Bytes_d:real User:unknown", vec!["User".to_owned()]));
    let (result, unknown) = columns("SecurityEvent | project Site_CF, EventID", &schema);
    assert_eq!((result.as_str(), unknown.len()), ("Site_CF:string EventID:int", 0));
    let (_, unknown) = columns("_GetWatchlist('VipUsers') | project UserPrincipalName, SearchKey, Other", &schema);
    assert_eq!(unknown, ["Other"]);
    // Nothing is known about the columns of other watchlists.
    let (_, unknown) = columns("_GetWatchlist('Hosts') | project Other", &schema);
    assert!(unknown.is_empty());
    let (result, _) = columns("external_table('Assets')", &schema);
    assert_eq!(result, "Host:string Owner:string");
}

#[test]
fn saved_functions_give_what_their_text_gives() {
    let folder = scratch("overlay-functions");
    std::fs::write(folder.join("own.toml"), FILE).expect("the folder is there");
    std::fs::write(folder.join("rule.kql"), "WorstAddress\n| extend x = strlen(Address), y = Failures\n")
        .expect("the folder is there");
    let run = kqlift(&folder, &["lint", "--select", "SCH", "--format", "concise", "--schema", "own.toml", "rule.kql"]);
    assert!(run.stdout.starts_with("rule.kql:2:35: error SCH002 unknown-column"), "{}", run.stdout);
    assert!(run.stdout.contains("Found 1 finding"), "{}", run.stdout);
    let run = kqlift(&folder, &["schema", "show", "FailedSignIns", "--schema", "own.toml"]);
    assert_eq!(run.stdout, "Address:string\nFailures:long\n");
    let run = kqlift(&folder, &["schema", "list", "Gateway", "--schema", "own.toml"]);
    assert_eq!(run.stdout, "Gateway_CL\n");
}

#[test]
fn mistakes_in_a_file_are_named() {
    let folder = scratch("overlay-mistakes");
    std::fs::write(folder.join("own.toml"), "[tables.A_CL]\ncolumns = [\"x:text\"]\n").expect("the folder is there");
    std::fs::write(folder.join("rule.kql"), "A_CL\n").expect("the folder is there");
    let run = kqlift(&folder, &["lint", "--schema", "own.toml", "rule.kql"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stderr, "kqlift: own.toml: A_CL: `text` is no type of KQL, in `x:text`\n");
    assert_eq!(kqlift(&folder, &["schema", "show", "securityevent"]).code, Some(2));
}

#[test]
fn exports_become_files_that_are_read_again() {
    let wanted = vec![("App_CL".to_owned(), vec!["TimeGenerated:datetime".to_owned(), "User, name_s".to_owned()])];
    let csv = "ColumnName,ColumnOrdinal,DataType,ColumnType\r\nTimeGenerated,0,System.DateTime,datetime\r\n\"User, name_s\",1,System.String,string\r\n";
    assert_eq!(import_schema(csv, "App_CL"), Ok(wanted));
    let tables = vec![("App_CL".to_owned(), vec!["TimeGenerated:datetime".to_owned(), "User_s".to_owned()])];
    let tsv =
        "TableName\tColumnName\tDataType\nApp_CL\tTimeGenerated\tSystem.DateTime\nApp_CL\tUser_s\tSystem.String\n";
    let objects =
        r#"[{"ColumnName":"TimeGenerated","ColumnType":"datetime"},{"ColumnName":"User_s","ColumnType":"string"}]"#;
    let answer = r#"{"tables":[{"columns":[{"name":"ColumnName"},{"name":"ColumnType"}],"rows":[["TimeGenerated","datetime"],["User_s","string"]]}]}"#;
    for export in [tsv, objects, answer] {
        assert_eq!(import_schema(export, "App_CL").as_ref(), Ok(&tables), "{export}");
    }
    let text = Overlay::write_tables(&tables);
    assert_eq!(text, "[tables.App_CL]\ncolumns = [\n  \"TimeGenerated:datetime\",\n  \"User_s\",\n]\n");
    let again = Overlay::parse(&text).expect("what is written can be read");
    assert_eq!(again.tables["App_CL"].columns, tables[0].1);
    assert!(import_schema("Name,Type\na,string\n", "T").is_err());
}

/// Workspaces add columns to some tables: what is compiled in is not all there is, what a user declares is.
#[test]
fn tables_that_grow_have_other_columns_too() {
    let unknown = |table: &str, schema: &Schema| {
        let query = format!("{table} | where requestUri_s has 'login'");
        let parsed = parse(&query);
        analyze(&parsed.query, schema).unresolved.len()
    };
    let builtin = Schema::builtin();
    let declared = builtin.with_overlay(&Overlay::parse(FILE).expect("the file is right"));
    assert_eq!(unknown("AzureDiagnostics", &builtin), 0);
    assert_eq!(unknown("GitHubAuditLogsV2_CL", &builtin), 0);
    assert_eq!(unknown("Gateway_CL", &declared), 1);
    assert_eq!(unknown("SecurityEvent", &builtin), 1);
}
