//! Writing: standard streams without panics, files without halves.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

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
    let failure = |error: &io::Error| Failure::io("write", path, error);
    let name = path.file_name().ok_or_else(|| Failure(format!("{} is not a file name", path.display())))?;
    let mut temporary = name.to_os_string();
    temporary.push(format!(".kqlift-{}", std::process::id()));
    let temporary = path.with_file_name(temporary);
    std::fs::write(&temporary, text).map_err(|error| failure(&error))?;
    std::fs::rename(&temporary, path).map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        failure(&error)
    })
}

/// Without colour, at the usual width.
pub(super) fn plain() -> Colour {
    Colour { is_on: false, width: WIDTH }
}

/// For what [`complain`] prints: it takes the colours out again where nobody would see them.
pub(super) fn for_complaints() -> Colour {
    Colour { is_on: true, width: WIDTH }
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
    Colour { is_on, width: columns.unwrap_or(WIDTH).clamp(40, WIDTH) }
}
