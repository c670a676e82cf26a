//! Web servers that people use pass `sockets/http`, as far as they fit it.
//!
//! What the contract had to leave open for them:
//!
//! - nginx calls an orderly end SIGQUIT; at SIGTERM it cuts off what is under way. The `run` passes
//!   on the one for the other, as a container does whose image says STOPSIGNAL SIGQUIT, and limits
//!   it to the second that the contract gives.
//! - nginx follows symbolic links unless it is told not to (`disable_symlinks`). A server that
//!   follows those that lead out of its root is what the check is about.
//! - nginx refuses a header that is too long, and goes on reading for seconds, so that its answer
//!   is not overtaken by a reset (`lingering_close`): refused is who has the answer, whether or not
//!   the connection is closed.
//!
//! busybox httpd does not fit: it answers a HEAD with the whole file, and has no connection that
//! stays open. Two checks that it does fit are made with it.

use super::{examined, passes};

const NGINX: &str = r#"mkdir -p /tmp/nginx
cat > /tmp/nginx/conf <<END
daemon off;
pid /tmp/nginx/pid;
error_log stderr crit;
worker_shutdown_timeout 900ms;
events { worker_connections 1000; }
http {
    access_log off;
    sendfile on;
    client_body_temp_path /tmp/nginx/body;
    proxy_temp_path /tmp/nginx/proxy;
    fastcgi_temp_path /tmp/nginx/fastcgi;
    uwsgi_temp_path /tmp/nginx/uwsgi;
    scgi_temp_path /tmp/nginx/scgi;
    server {
        listen 127.0.0.1:$1 backlog=1024;
        root $2;
        disable_symlinks on from=\$document_root;
    }
}
END
trap 'kill -QUIT $nginx' TERM
/usr/sbin/nginx -e stderr -c /tmp/nginx/conf &
nginx=$!
# The first wait ends when the signal comes, the second with nginx.
wait $nginx
wait $nginx"#;

#[test]
fn nginx_passes() {
    passes("sockets/http", "/usr/sbin/nginx", NGINX);
}

#[test]
fn busybox_httpd_serves_files_and_says_what_is_not_there() {
    let line = "exec busybox httpd -f -p 127.0.0.1:$1 -h \"$2\"";
    let options: Vec<&str> = BUSYBOX_KEEPS.iter().flat_map(|id| ["--only", id]).collect();
    let Some(checked) = examined("sockets/http", "busybox", line, &options) else {
        return;
    };
    let text = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{text}");
}

/// The checks that it passes.
const BUSYBOX_KEEPS: &[&str] = &["serves-files", "says-not-found"];
