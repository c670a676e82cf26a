//! Submissions that git cannot hold.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use nix::sys::stat::Mode;

/// Makes the submission of this name; `solution` is what is right.
pub(super) fn make(name: &str, target: &Path, solution: &Path) {
    if name == "linked-directory" {
        symlink("ada", target).unwrap();
        return;
    }
    fs::create_dir(target).unwrap();
    let program = target.join("main.py");
    let right = || fs::copy(solution.join("main.py"), &program).unwrap();
    match name {
        "linked-work" => {
            symlink("../ada/main.py", &program).unwrap();
            symlink("/", target.join("root")).unwrap();
        }
        "special-files" => {
            nix::unistd::mkfifo(&program, Mode::S_IRWXU).unwrap();
            // Its name stays when nobody listens any more. In a short path: see unix(7).
            let _listener = UnixListener::bind(target.join("s")).unwrap();
        }
        "many-files" => {
            right();
            for number in 0..20_001 {
                File::create(target.join(number.to_string())).unwrap();
            }
        }
        "sparse-file" => {
            right();
            File::create(target.join("data"))
                .unwrap()
                .set_len(1 << 40)
                .unwrap();
        }
        "deep-directories" => {
            right();
            let deep: std::path::PathBuf = std::iter::repeat_n("d", 50).collect();
            fs::create_dir_all(target.join(&deep)).unwrap();
            File::create(target.join(deep).join("file")).unwrap();
        }
        "set-user-id" => {
            right();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o6755)).unwrap();
        }
        "clashing-names" => {
            right();
            fs::write(target.join("MAIN.PY"), "print(6)\n").unwrap();
            fs::write(target.join("Main.py"), "print(6)\n").unwrap();
        }
        "odd-names" => {
            right();
            let long = "x".repeat(255);
            for odd in [
                "a\nb",
                "\u{1b}[2J",
                "evil\u{202e}yp.c",
                "-rf",
                "<script>",
                "=1+1",
                long.as_str(),
            ] {
                fs::write(target.join(odd), "x").unwrap();
            }
        }
        _ => panic!("{name} has neither files nor a recipe"),
    }
}
