//! SGC019: a file whose name does not begin as its log source wants.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC019",
    name: "file-name-prefix",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("file_name_prefix.md"),
    check: |cx| sigma::check(cx, check),
};

/// Product, category or service, and the prefix.
const PREFIXES: &[(&str, &str, &str)] = &[
    ("", "antivirus", "av_"),
    ("", "proxy", "proxy_"),
    ("", "webserver", "web_"),
    ("aws", "cloudtrail", "aws_"),
    ("azure", "", "azure_"),
    ("gcp", "", "gcp_"),
    ("linux", "auditd", "lnx_auditd_"),
    ("linux", "file_event", "file_event_lnx_"),
    ("linux", "network_connection", "net_connection_lnx_"),
    ("linux", "process_creation", "proc_creation_lnx_"),
    ("macos", "file_event", "file_event_macos_"),
    ("macos", "process_creation", "proc_creation_macos_"),
    ("okta", "", "okta_"),
    ("windows", "application", "win_"),
    ("windows", "create_remote_thread", "create_remote_thread_win_"),
    ("windows", "create_stream_hash", "create_stream_hash_"),
    ("windows", "dns_query", "dns_query_win_"),
    ("windows", "driver_load", "driver_load_win_"),
    ("windows", "file_access", "file_access_win_"),
    ("windows", "file_delete", "file_delete_win_"),
    ("windows", "file_event", "file_event_win_"),
    ("windows", "image_load", "image_load_"),
    ("windows", "network_connection", "net_connection_win_"),
    ("windows", "pipe_created", "pipe_created_"),
    ("windows", "process_access", "proc_access_win_"),
    ("windows", "process_creation", "proc_creation_win_"),
    ("windows", "ps_classic_start", "posh_pc_"),
    ("windows", "ps_module", "posh_pm_"),
    ("windows", "ps_script", "posh_ps_"),
    ("windows", "registry_add", "registry_add_"),
    ("windows", "registry_delete", "registry_delete_"),
    ("windows", "registry_event", "registry_event_"),
    ("windows", "registry_set", "registry_set_"),
    ("windows", "security", "win_security_"),
    ("windows", "system", "win_system_"),
    ("windows", "windefend", "win_defender_"),
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let name = rule.file_name();
    let prefix = match rule.kind {
        Kind::Correlation => Some("correlation_"),
        Kind::Detection => prefix(rule),
        Kind::Filter => None,
    };
    if let Some(prefix) = prefix.filter(|prefix| !name.is_empty() && name != "-" && !name.starts_with(prefix)) {
        cx.report(rule.head(), format!("the name `{name}` does not begin with `{prefix}`"))
            .label("in this file")
            .help("begin the name with what the rule looks at");
    }
}

fn prefix(rule: &Outline<'_>) -> Option<&'static str> {
    let source = &rule.log_source;
    let product = source.product.map_or("", |word| word.text);
    let kind = source.category.or(source.service).map_or("", |word| word.text);
    let is_it = |(of, what, _): &&(&str, &str, &str)| *of == product && (what.is_empty() || *what == kind);
    PREFIXES.iter().find(is_it).map(|(_, _, prefix)| *prefix)
}
