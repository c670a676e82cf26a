//! Judging traces of a few lines.

use crate::lessons::sockets::tls::experiments::{CERT, KEY};
use crate::lessons::sockets::tls::pair::Pair;
use crate::lessons::stories::experiment;
use crate::lessons::testing;
use crate::model::check::Judge;
use crate::model::{Crowd, Endpoint, Experiment, InputFile, Run, Step};

const PORT: u16 = 20_001;

/// What the judge says of a server with this trace.
pub(super) fn judged(judge: Judge, experiment: &Experiment, trace: &str) -> String {
    let trace = format!("* listening tcp:{PORT}\n{trace}");
    testing::judged(judge, experiment, &[trace])
}

/// A server that was asked something; the trace says what.
pub(super) fn asked() -> Experiment {
    let run = Run {
        steps: vec![Step::AwaitListening(Endpoint::Tcp(PORT))],
        ..Run::default()
    };
    let pair = Pair::new("first");
    experiment("a client asks", run)
        .with_file(CERT, pair.certificates.into_bytes())
        .with_file(KEY, pair.key.into_bytes())
}

/// A server whose certificate is replaced by this one, and a client "new" that comes then.
pub(super) fn replaced(certificates: &str, key: &str) -> Experiment {
    let mut experiment = asked();
    let file = |path: &str, content: &str| {
        Step::Replace(InputFile {
            path: path.to_owned(),
            content: content.as_bytes().to_vec(),
            ..InputFile::default()
        })
    };
    experiment.runs[0].steps.extend([
        file(CERT, certificates),
        file(KEY, key),
        Step::Signal(libc::SIGHUP),
        Step::Start(Crowd::new("new", Endpoint::Tcp(PORT), Vec::new())),
    ]);
    experiment
}

/// Bytes as the text form has them.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let escaped: Vec<String> = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("\"{}\"", escaped.concat())
}

mod reloads {
    use super::*;
    use crate::lessons::sockets::tls::hello;
    use crate::lessons::sockets::tls::judges::reloads_on_sighup;
    use crate::lessons::sockets::tls::pair;

    /// What is said of a server that shows this certificate after SIGHUP, and says that.
    fn said(experiment: &Experiment, shown: &[u8], message: &str) -> String {
        let trace = format!(
            "* clients \"old\" 1\n* signal SIGHUP\n{message}\n* clients \"new\" 1\n\
             * saw \"new\" 0 sent=9 received=9 open certificate={}\n\
             * saw \"old\" 0 sent=9 received=9 open",
            bytes(shown)
        );
        judged(reloads_on_sighup, experiment, &trace)
    }

    fn leaf(pem: &[u8]) -> Vec<u8> {
        pair::certificates(pem)[0].clone()
    }

    #[test]
    fn the_new_certificate_is_to_be_shown() {
        let fresh = Pair::new("fresh");
        let experiment = replaced(&fresh.certificates, &fresh.key);
        let new = leaf(fresh.certificates.as_bytes());
        let old = leaf(&experiment.files[0].content);
        assert_eq!(said(&experiment, &new, ""), "pass");
        assert!(said(&experiment, &old, "").starts_with(
            "fail: client 0 of \"new\" came after SIGHUP and was shown another certificate"
        ));
    }

    #[test]
    fn a_broken_file_changes_nothing_and_is_reported() {
        let fresh = Pair::new("fresh");
        let experiment = replaced(&fresh.certificates, "no key");
        let new = leaf(fresh.certificates.as_bytes());
        let old = leaf(&experiment.files[0].content);
        let message = "* stderr \"no key\\n\"";
        assert_eq!(said(&experiment, &old, message), "pass");
        assert!(said(&experiment, &old, "").starts_with("fail: it says nothing"));
        assert!(said(&experiment, &new, message).starts_with("fail: client 0 of \"new\""));
    }

    #[test]
    fn versions_and_chain_are_as_before() {
        let fresh = Pair::new("fresh");
        let mut experiment = replaced(&fresh.certificates, &fresh.key);
        let steps = &mut experiment.runs[0].steps;
        for crowd in ["curious, at first", "TLS 1.1, at first"] {
            steps.insert(1, start(crowd));
        }
        steps.extend(["curious, new", "TLS 1.1, new"].map(start));
        let new = leaf(fresh.certificates.as_bytes());
        let said = |crowd: &str, before: &str, after: &str| {
            let other = match crowd {
                "curious" => "TLS 1.1",
                _ => "curious",
            };
            let saw = |crowd: &str, when: &str, end: &str| {
                format!("* saw \"{crowd}, {when}\" 0 sent=9 received=9 {end}\n")
            };
            let lines = [
                saw(crowd, "at first", before),
                saw(crowd, "new", after),
                // Nobody is shown a certificate, then and now.
                saw(other, "at first", "fin"),
                saw(other, "new", "fin"),
            ];
            said(&experiment, &new, lines.concat().trim_end())
        };
        let hello = "open kept=\"\\x16\\x03\\x02\\x00\\x06\\x02\\x00\\x00\\x02\\x03\\x02\"";
        assert_eq!(said("TLS 1.1", "fin", "fin"), "pass");
        assert_eq!(said("TLS 1.1", hello, hello), "pass");
        assert!(said("TLS 1.1", "fin", hello).starts_with(
            "fail: after SIGHUP, who knows no more than TLS 1.1: it says hello, with version 0x0302"
        ));
        assert_eq!(said("curious", "fin", "fin"), "pass");
        let chain = shown(&pair::certificates(&experiment.files[0].content));
        let shown = format!("open kept={}", bytes(&chain));
        assert!(
            said("curious", &shown, "fin")
                .starts_with("fail: after SIGHUP, under TLS 1.2 it shows no certificate")
        );
    }

    fn start(crowd: &str) -> Step {
        Step::Start(Crowd::new(crowd, Endpoint::Tcp(PORT), Vec::new()))
    }

    /// A message that shows these certificates.
    fn shown(chain: &[Vec<u8>]) -> Vec<u8> {
        let behind_length = |bytes: Vec<u8>| {
            let length = (bytes.len() as u32).to_be_bytes();
            [&length[1..], &bytes].concat()
        };
        let list: Vec<u8> = chain.iter().cloned().flat_map(behind_length).collect();
        let message = [&[11], &behind_length(behind_length(list))[..]].concat();
        hello::record(22, &message)
    }

    #[test]
    fn whoever_was_there_before_stays() {
        let fresh = Pair::new("fresh");
        let experiment = replaced(&fresh.certificates, &fresh.key);
        let trace = format!(
            "* clients \"old\" 1\n* signal SIGHUP\n* clients \"new\" 1\n\
             * saw \"new\" 0 sent=9 received=9 open certificate={}\n\
             * saw \"old\" 0 sent=18 received=9 cut doing=4",
            bytes(&leaf(fresh.certificates.as_bytes()))
        );
        let said = judged(reloads_on_sighup, &experiment, &trace);
        assert!(said.starts_with("fail: client 0 of \"old\""), "{said}");
    }
}

mod hostile {
    use proptest::sample::select;

    use super::{asked, replaced};
    use crate::lessons::sockets::tls::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* clients "new" 4294967295"#,
        r#"* clients "old" 1"#,
        r#"* clients "TLS 1.2" 1"#,
        r#"* saw "TLS 1.2" 0 sent=9 received=9 open"#,
        r#"* saw "curious" 0 sent=9 received=9 open kept="\x16\x03\x02\x00\x06\x02\x00\x00\xff\x03\x02""#,
        r#"* saw "curious" 0 sent=9 received=9 fin kept="\x15\xff\xff\xff\xff" kept="\x16""#,
        r#"* saw "goodbye" 0-2 sent=9 received=9 cut"#,
        r#"* saw "goodbye" 3 sent=9 received=9 fin"#,
        r#"* saw "next" 0 sent=18446744073709551615 received=0 tls "why" doing=7"#,
        r#"* saw "next" 0 sent=0 received=0 ECONNREFUSED doing=0"#,
        r#"* saw "others" 0-4 sent=9 received=10 open differs=9"#,
        r#"* saw "old" 0 sent=9 received=9 open certificate="\x30""#,
        r#"* saw "new" 0 sent=9 received=9 connecting"#,
        r#"* measured memory=18446744073709551615 tasks=0 descriptors=5"#,
        "* measured memory=0 tasks=1 descriptors=18446744073709551615",
        "* signal SIGHUP",
        "* signal SIGTERM",
        r#"* replaced "/lab/cert.pem""#,
        r#"* stderr "x""#,
        "2 +++ exit 0",
        "2 +++ signal SIGKILL",
        r#"2 write(4<socket:[7]>, "x", 1) ..."#,
        "2 ... write = 3",
        "* limit stuck 0",
        "* limit tasks 18446744073709551615",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            select(vec![asked(), replaced("nothing", "")]),
        );
    }
}
