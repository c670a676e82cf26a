//! The user's editor, at a line.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Used if neither `$VISUAL` nor `$EDITOR` says otherwise; see POSIX' "Environment Variables".
const DEFAULT: &str = "vi";

/// What the user wants to edit with.
pub(super) fn wanted() -> String {
    ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|editor| !editor.trim().is_empty())
        .unwrap_or_else(|| DEFAULT.to_owned())
}

/// The command that opens a file at a line, run by the shell, since `$EDITOR` may have options.
pub(super) fn command(editor: &str, file: &Path, line: usize) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("exec {editor} \"$@\""))
        .arg("sh")
        .args(arguments(editor, file, line));
    command
}

/// How this editor is told file and line.
fn arguments(editor: &str, file: &Path, line: usize) -> Vec<OsString> {
    let program = editor.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or(program);
    // A name that begins like an option is none.
    let file = &match file.as_os_str().as_encoded_bytes().first() {
        Some(b'-' | b'+') => Path::new(".").join(file),
        _ => file.to_owned(),
    };
    let at_line = || {
        let mut word = file.as_os_str().to_owned();
        word.push(format!(":{line}"));
        word
    };
    match name {
        "code" | "code-insiders" | "codium" | "cursor" => vec!["-g".into(), at_line()],
        "subl" | "zed" | "hx" | "helix" => vec![at_line()],
        "ed" | "gedit" | "kate" | "mousepad" => vec![file.into()],
        // vi, vim, nvim, nano, emacs, emacsclient, micro, kak, joe, mg, ne.
        _ => vec![format!("+{line}").into(), file.into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_editor_is_told_the_line_its_own_way() {
        let told = |editor| {
            arguments(editor, Path::new("a b.c"), 7)
                .join(" ".as_ref())
                .into_string()
                .unwrap()
        };
        assert_eq!(told("vim -u NONE"), "+7 a b.c");
        assert_eq!(told("/usr/bin/nano"), "+7 a b.c");
        assert_eq!(told("code --wait"), "-g a b.c:7");
        assert_eq!(told("hx"), "a b.c:7");
        let option = arguments("vim", Path::new("-c:q"), 7);
        assert_eq!(option[1], "./-c:q");
    }

    #[test]
    fn a_file_is_one_word_to_the_shell() {
        let output = command("printf '%s|'", Path::new("$(id) 'x'.c"), 3)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "+3|$(id) 'x'.c|");
    }
}
