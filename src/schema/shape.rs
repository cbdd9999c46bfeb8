//! What the values of a column look like.

/// The shape of a column's values, for findings about constants that can never occur in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnShape {
    /// A file name without a folder.
    Name,
    /// A path of folder and file name.
    Path,
    /// A folder.
    Folder,
    /// A command line.
    CommandLine,
    /// One hexadecimal digest.
    Hash,
    /// `user@domain`
    Upn,
    /// `DOMAIN\user`
    Account,
    /// The user part of an account alone.
    AccountName,
    /// A security identifier.
    Sid,
    /// A host name, short or qualified.
    Host,
    /// An IP address as text.
    Ip,
    /// A URL or part of one.
    Url,
    /// A registry key.
    RegistryKey,
    /// One of a closed list of words.
    Enumeration,
    /// Free text.
    Text,
}

impl ColumnShape {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "name" => Self::Name,
            "path" => Self::Path,
            "folder" => Self::Folder,
            "cmdline" => Self::CommandLine,
            "hash" => Self::Hash,
            "upn" => Self::Upn,
            "account" => Self::Account,
            "account_name" => Self::AccountName,
            "sid" => Self::Sid,
            "host" => Self::Host,
            "ip" => Self::Ip,
            "url" => Self::Url,
            "registry_key" => Self::RegistryKey,
            "enum" => Self::Enumeration,
            "text" => Self::Text,
            _ => return None,
        })
    }
}
