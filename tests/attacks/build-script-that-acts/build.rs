//! A build script is a program: this one reads, writes, calls, and leaves a process behind.
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

fn main() {
    let mut said = String::new();
    for path in ["@HOME@/.netrc", "@HOME@/.cargo/credentials.toml", "@CLASS@/ada/main.py", "/tmp/cargo/credentials.toml"] {
        said += &match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => format!("{error}\n"),
        };
    }
    for place in ["/tmp", "/dev/shm", "/usr/bin", "@HOME@", "@CLASS@/ada", "@RUN@"] {
        if std::fs::write(format!("{place}/@MARK@"), "x").is_ok() {
            said += &format!("wrote {place}\n");
        }
    }
    match std::net::TcpStream::connect("127.0.0.1:@PORT@") {
        Ok(mut stream) => stream.write_all(b"told").unwrap(),
        Err(error) => said += &format!("{error}\n"),
    }
    let mut daemon = Command::new("sleep");
    let quiet = Stdio::null;
    daemon.arg0("@MARK@").arg("1000").stdin(quiet()).stdout(quiet()).stderr(quiet());
    let _stays = daemon.spawn();
    // What cargo says of an artifact, for whoever reads it.
    println!("{{\"reason\":\"compiler-artifact\",\"executable\":\"/usr/bin/true\"}}");
    panic!("{said}");
}
