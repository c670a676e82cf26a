//! dnsmasq passes `sockets/dns`, but for one check.
//!
//! It answers a header that counts no question with NXDOMAIN. RFC 9619 says FORMERR, and so does the
//! contract: `rejects-malformed` is lost.
//!
//! Every line of the zone becomes one line of its configuration, so that the number of a line that
//! it cannot read is the zone's. `run` itself has to look at addresses: dnsmasq takes what is none
//! for a further name.
//!
//! What the contract had to leave open for it:
//!
//! - It sets AA where it gives records, and not with NXDOMAIN or an empty answer.
//! - It refuses a zone in which aliases run in a circle, which RFC 1034, 3.6.2, calls an error.
//! - It follows a pointer that leads forward, as long as there is an end, and reads names of more
//!   than 255 bytes. Neither is what RFC 1035 says, and neither does harm.
//! - It takes SIGTERM for a failure to start until it waits for its first packet, and has bound its
//!   socket before: a signal comes only when it has answered.

const RUN: &str = r##"
awk '
    function is_ipv4(text,   parts, count, at) {
        count = split(text, parts, ".")
        for (at = 1; at <= count; at++)
            if (parts[at] !~ /^[0-9]+$/ || parts[at] > 255) return 0
        return count == 4
    }
    function is_name(text,   parts, count, at) {
        sub(/[.]$/, "", text)
        count = split(text, parts, ".")
        for (at = 1; at <= count; at++)
            if (length(parts[at]) < 1 || length(parts[at]) > 63) return 0
        return count > 0
    }
    /^[ \t]*(#.*)?$/ { print "#"; next }
    {
        name = $1; type = $2; value = $0
        sub(/^[ \t]*[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", value)
        sub(/[ \t]+$/, "", value)
        if (NF < 3 || !is_name(name)) print "cannot-be-read"
        else if (type == "A" && is_ipv4(value)) print "host-record=" name "," value
        else if (type == "AAAA" && value ~ /:/) print "host-record=" name "," value
        else if (type == "CNAME") print "cname=" name "," value
        else if (type == "TXT" && length(value) < 256) print "txt-record=" name ",\"" value "\""
        else print "cannot-be-read"
    }' "$2" > /tmp/dnsmasq.conf
exec /usr/sbin/dnsmasq --keep-in-foreground --conf-file=/tmp/dnsmasq.conf --port="$1" \
    --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --local=/#/ \
    --user= --group= --pid-file= --log-facility=-"##;

#[test]
fn dnsmasq_loses_what_it_says_to_no_question() {
    if let Some(lost) = super::lost("sockets/dns", "/usr/sbin/dnsmasq", RUN) {
        assert_eq!(lost, ["rejects-malformed"]);
    }
}
