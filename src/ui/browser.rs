//! A page in the user's browser: through `$BROWSER`, or what the desktop opens pages with.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// What opens a page with the browser that the user has chosen: xdg-open(1) on desktops, wslview on
/// Windows' subsystem, from the package `wslu`.
const OPENERS: [&str; 2] = ["wslview", "xdg-open"];

/// Why a file is not shown.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// There is nothing to open it with.
    #[error("there is no browser: neither $BROWSER nor xdg-open")]
    None,
    /// It did not start.
    #[error("cannot start {0}")]
    Start(String, #[source] std::io::Error),
    /// It said no.
    #[error("{0} failed ({1})")]
    Failed(String, std::process::ExitStatus),
}

/// Opens a file or a URL, and waits for whoever opens it: that one may need the terminal.
///
/// # Errors
/// If nothing opens it.
pub fn open_in_browser(page: &str) -> Result<(), BrowserError> {
    let wanted = env::var("BROWSER").unwrap_or_default();
    let words = match words(&wanted, page) {
        Some(words) => words,
        None => {
            let opener = OPENERS.into_iter().find_map(on_path);
            let opener = opener.ok_or(BrowserError::None)?;
            vec![opener.display().to_string(), page.to_owned()]
        }
    };
    let (program, arguments) = words.split_first().ok_or(BrowserError::None)?;
    let status = Command::new(program)
        .args(arguments)
        .status()
        .map_err(|error| BrowserError::Start(program.clone(), error))?;
    match status.success() {
        true => Ok(()),
        false => Err(BrowserError::Failed(program.clone(), status)),
    }
}

/// The words of the first command in `$BROWSER`, a list with colons; the page stands for `%s`, or last.
fn words(browser: &str, page: &str) -> Option<Vec<String>> {
    let first = browser.split(':').find(|one| !one.trim().is_empty())?;
    let mut words: Vec<String> = first
        .split_whitespace()
        .map(|word| word.replace("%s", page))
        .collect();
    if !first.contains("%s") {
        words.push(page.to_owned());
    }
    Some(words)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_browser_gets_the_file() {
        let of = |browser| words(browser, "/a/index.html").unwrap_or_default();
        assert_eq!(of(""), [] as [&str; 0]);
        assert_eq!(of(" : "), [] as [&str; 0]);
        assert_eq!(of("w3m:lynx"), ["w3m", "/a/index.html"]);
        assert_eq!(of("firefox -P a"), ["firefox", "-P", "a", "/a/index.html"]);
        assert_eq!(of("open %s -b"), ["open", "/a/index.html", "-b"]);
    }
}
