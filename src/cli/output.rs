//! Writing: standard streams without panics, files without halves.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use super::Failure;
use super::arguments::ColourChoice;
use crate::report::Colour;

/// Widest that messages are wrapped at, and the width where there is no terminal.
const WIDTH: usize = 100;

/// Prints to standard output. A reader that has gone away (`kqlift … | head`) is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("can't write the output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says something beside the output. There is nowhere to report a failure of this.
pub(super) fn complain(message: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{message}");
}

/// Prints, or writes to a file.
pub(super) fn print_or_write(text: &str, file: Option<&Path>) -> Result<(), Failure> {
    match file {
        Some(path) if path != Path::new("-") => write_file(path, text),
        _ => print(text),
    }
}

/// Replaces a file as a whole: it is the old one or the new one, never a part.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let named = path;
    let failure = |error: &io::Error| Failure::io("write", named, error);
    // What a link points to is replaced, not the link.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().ok_or_else(|| Failure(format!("{} is not a file name", path.display())))?;
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}{TEMPORARY}", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let written = write_temporary(&temporary, &path, text).and_then(|()| std::fs::rename(&temporary, &path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        failure(&error)
    })
}

/// What names of files end with that are about to replace another one. They begin with a dot, so that no walk takes them
/// for rules.
const TEMPORARY: &str = ".kqlift-tmp";

/// Age from which nobody is writing such a file any more: it takes milliseconds.
const ABANDONED: Duration = Duration::from_secs(60);

/// Removes what a killed run has left in a folder. That it can't is no failure: nothing depends on it.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = modified.and_then(|modified| modified.elapsed().ok());
        if name.starts_with('.') && name.ends_with(TEMPORARY) && age.is_some_and(|age| age >= ABANDONED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Writes a file that is to replace another one, whose permissions it takes over before it has any content.
fn write_temporary(temporary: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = std::fs::File::create(temporary)?;
    if let Ok(metadata) = std::fs::metadata(target) {
        file.set_permissions(metadata.permissions())?;
    }
    file.write_all(text.as_bytes())
}

/// Without colour, at the usual width.
pub(super) fn plain() -> Colour {
    Colour { is_on: false, width: WIDTH, has_links: false }
}

/// For what [`complain`] prints: it takes the colours out again where nobody would see them.
pub(super) fn for_complaints() -> Colour {
    Colour { is_on: true, width: WIDTH, has_links: false }
}

/// Holds for everything that is printed from here on; without a word, each stream decides for itself.
pub(super) fn choose(choice: ColourChoice) {
    match choice {
        ColourChoice::Always => anstream::ColorChoice::AlwaysAnsi.write_global(),
        ColourChoice::Never => anstream::ColorChoice::Never.write_global(),
        ColourChoice::Auto => {}
    }
}

/// As <https://no-color.org> has it: an empty value says nothing.
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Whether and how wide to draw. Files are never coloured unless it is asked for.
pub(super) fn colour(choice: ColourChoice, to_file: bool) -> Colour {
    let is_on = match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto => !to_file && io::stdout().is_terminal() && !no_color(),
    };
    // anstream strips what is printed; it has to be told too.
    let global = if is_on { anstream::ColorChoice::AlwaysAnsi } else { anstream::ColorChoice::Never };
    global.write_global();
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let has_links = is_on && !to_file && io::stdout().is_terminal();
    Colour { is_on, width: columns.unwrap_or(WIDTH).clamp(40, WIDTH), has_links }
}
