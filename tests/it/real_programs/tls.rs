//! stunnel and socat in front of cat(1), and `sockets/tls`.
//!
//! - stunnel passes. It does not close the connection of somebody who speaks HTTP before the other
//!   side does: what becomes of a stranger is not asked, only that the next client is served.
//! - socat with `fork` loses two checks by contract: SIGTERM ends it with status 143, and SIGHUP
//!   with 129 (`stops-on-sigterm`, `reloads-on-sighup`).

const STUNNEL: &str = r#"
cat > /tmp/stunnel.conf <<CONF
foreground = yes
debug = err
syslog = no
pid =
[echo]
accept = 127.0.0.1:$1
cert = $2
key = $3
exec = /bin/cat
execArgs = cat
CONF
exec stunnel /tmp/stunnel.conf"#;

const SOCAT: &str = r#"exec socat \
    "OPENSSL-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork,backlog=128,cert=$2,key=$3,verify=0" EXEC:cat"#;

#[test]
fn stunnel_passes() {
    super::passes("sockets/tls", "stunnel", STUNNEL);
}

#[test]
fn socat_loses_what_the_contract_asks_about_signals() {
    if let Some(lost) = super::lost("sockets/tls", "socat", SOCAT) {
        assert_eq!(lost, ["stops-on-sigterm", "reloads-on-sighup"]);
    }
}
