//! What benches of servers share: processors, nginx, connections.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Which processor the server runs on, and which its client.
pub(crate) const PROCESSORS: [&str; 2] = ["0", "1"];

/// A port of the loopback interface that is free now.
pub(crate) fn free_port() -> Option<u16> {
    let free = TcpListener::bind("127.0.0.1:0").ok()?;
    Some(free.local_addr().ok()?.port())
}

/// What starts nginx on its processor and a port, with the files of `root`; `more` is put into its
/// configuration.
pub(crate) fn nginx(place: &Path, root: &Path, port: u16, more: &str) -> Command {
    let config = format!(
        "daemon off; master_process off; pid {place}/pid; error_log {place}/errors;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; sendfile on; keepalive_requests 1000000000; {more}\n\
         client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};\n\
         uwsgi_temp_path {place}; scgi_temp_path {place};\n\
         server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; }} }}\n",
        place = place.display(),
        root = root.display()
    );
    let file = place.join("nginx.conf");
    fs::write(&file, config).expect("the temporary directory is writable");
    // Debian keeps it where ordinary users do not look.
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("taskset");
    command
        .env("PATH", format!("{path}:/usr/sbin"))
        .args(["-c", PROCESSORS[0], "nginx", "-c"])
        .arg(&file)
        .stderr(Stdio::null());
    command
}

/// A connection, once there is somebody to connect to; `None` if the server ends instead.
pub(crate) fn connect(server: &mut Child, port: u16) -> Option<TcpStream> {
    loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            return Some(stream);
        }
        if server.try_wait().ok()?.is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
