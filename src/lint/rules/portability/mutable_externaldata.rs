//! PRT008: the rule reads a file that somebody else can change at any time.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::schema::Value;
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRT008",
    name: "mutable-externaldata",
    category: Category::Portability,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("mutable_externaldata.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let mut found: Vec<(Span, String)> = Vec::new();
    for expr in cx.expressions() {
        let ExprKind::ExternalData { urls, .. } = &expr.kind else { continue };
        for url in urls {
            let Some(constant) = cx.facts().constant(url) else { continue };
            let Value::String(text) = &constant.value else { continue };
            let place = constant.items.first().map_or(url.span, |item| item.span);
            let Some(owner) = owner(text) else { continue };
            found.push((place, owner));
        }
    }
    let Some(((first, owner), others)) = found.split_first() else { return };
    // A hunt is read by somebody, and a fresh feed may be what is wanted.
    let (severity, what) = match cx.kind() {
        RuleKind::Scheduled | RuleKind::Nrt | RuleKind::CustomDetection => (Severity::Warning, "rule"),
        RuleKind::Hunting | RuleKind::Function | RuleKind::Snippet | RuleKind::Sigma => (Severity::Info, "query"),
    };
    let mut report =
        cx.report(*first, format!("{owner} decides what this {what} finds: the file can change at any time"));
    report
        .severity(severity)
        .label("not pinned to a version")
        .help("pin a fixed list to a commit or copy it into a watchlist; ingest a feed as threat intelligence");
    for (other, owner) in others {
        report.related(*other, format!("so does {owner} here"));
    }
}

/// Who can change what an address points to; `None` if nobody can, or if it may be a store of one's own.
fn owner(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let mut parts = rest.split('/');
    let host = parts.next()?.to_ascii_lowercase();
    let path: Vec<&str> = parts.collect();
    match host.as_str() {
        "raw.githubusercontent.com" => {
            let (owner, reference) = (path.first()?, path.get(2)?);
            (!is_commit(reference)).then(|| format!("`{owner}` on GitHub"))
        }
        "gist.githubusercontent.com" | "gist.github.com" => {
            let owner = path.first()?;
            (!path.iter().skip(2).any(|part| is_commit(part))).then(|| format!("`{owner}` on GitHub"))
        }
        "github.com" => {
            let owner = path.first()?;
            let is_pinned = path.iter().any(|part| is_commit(part));
            (!is_pinned).then(|| format!("`{owner}` on GitHub"))
        }
        _ if is_own_store(&host) => None,
        _ => Some(format!("`{host}`")),
    }
}

/// Whether a reference is the hash of a commit.
fn is_commit(reference: &str) -> bool {
    reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Storage that Kusto can be given rights to, usually the reader's own.
fn is_own_store(host: &str) -> bool {
    host.ends_with(".core.windows.net") || host.ends_with(".fabric.microsoft.com")
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn addresses_that_can_change() {
        let of = |url: &str| owner(url).unwrap_or_default();
        assert_eq!(of("https://raw.githubusercontent.com/o/r/main/list.csv"), "`o` on GitHub");
        assert_eq!(of("https://github.com/o/r/raw/main/list.csv"), "`o` on GitHub");
        assert_eq!(of("https://feeds.example/list.txt"), "`feeds.example`");
    }

    #[test]
    fn addresses_that_stay() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(owner(&format!("https://raw.githubusercontent.com/o/r/{commit}/list.csv")), None);
        assert_eq!(owner("https://own.blob.core.windows.net/lists/allow.csv"), None);
        assert_eq!(owner("abfss://x"), None);
    }
}
