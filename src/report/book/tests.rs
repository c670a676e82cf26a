//! What pages of the book look like to a browser.

use super::{Book, Chapter, Leaf, pages};

fn leaf(slug: &'static str, markdown: &str, headings: &[&str]) -> Leaf {
    Leaf {
        slug,
        title: "A < B".into(),
        markdown: markdown.into(),
        headings: headings.iter().map(|&name| name.to_owned()).collect(),
        is_handout: false,
    }
}

fn book(markdown: &str, headings: &[&str]) -> Book {
    let second = leaf("second", markdown, headings);
    Book {
        chapters: vec![Chapter {
            slug: "process",
            title: "Processes & signals",
            leaves: vec![leaf("README", "First.\n", &[]), second],
        }],
        pictures: vec![("process".into(), "shutdown".into())],
    }
}

/// The second page.
fn page(markdown: &str, headings: &[&str]) -> String {
    let files = pages(&book(markdown, headings));
    let found = files
        .into_iter()
        .find(|(path, _)| path == "process/second.html");
    found.unwrap().1
}

#[test]
fn headings_have_the_names_that_read_takes() {
    let html = page(
        "# What `fsync` says\n\n## More\n",
        &["what-fsync-says", "more"],
    );
    let heading = "<h1 id=\"what-fsync-says\">What <code>fsync</code> says</h1>";
    assert!(html.contains(heading), "{html}");
    assert!(html.contains("<h2 id=\"more\">More</h2>"), "{html}");
}

#[test]
fn links_lead_to_pages_of_the_book() {
    let html = page(
        "[a](waiting.md) [b](../fds/README.md#tables) [c](#here) [d](https://man7.org/x.md)\n",
        &[],
    );
    for link in [
        "href=\"waiting.html\"",
        "href=\"../fds/index.html#tables\"",
        "href=\"#here\"",
        "href=\"https://man7.org/x.md\"",
        "href=\"../process/index.html\"",
    ] {
        assert!(html.contains(link), "{link}: {html}");
    }
}

#[test]
fn nothing_of_the_text_is_markup() {
    let html = page(
        "a <b>c</b>\n\n<script>x</script>\n\n```c\na < b && \"c\"\n```\n",
        &[],
    );
    assert!(
        !html.contains("<script>") && !html.contains("<b>"),
        "{html}"
    );
    assert!(html.contains("a &lt; b &amp;&amp; "), "{html}");
    assert!(html.contains("<title>A &lt; B</title>"), "{html}");
    assert!(html.contains("Processes &amp; signals"), "{html}");
}

#[test]
fn a_demo_that_there_is_a_picture_of_shows_it() {
    let shown = page(
        "```console\n$ syslab process demo shutdown --quick\n```\n",
        &[],
    );
    assert!(
        shown.contains("src=\"../demos/process-shutdown.svg\""),
        "{shown}"
    );
    // Named in prose, and shown once.
    let prose =
        "`syslab process demo shutdown` shows it.\n\nAgain: `syslab process demo shutdown`.\n";
    assert_eq!(page(prose, &[]).matches("<img").count(), 1);
    for other in [
        "$ syslab process demo signals",
        "$ syslab fds demo shutdown",
        "syslab demo",
    ] {
        let html = page(&format!("```console\n{other}\n```\n"), &[]);
        assert!(!html.contains("<img"), "{html}");
    }
}

#[test]
fn the_language_of_code_is_named_alone() {
    let html = page("```rust,ignore\nfn main() {}\n```\n", &[]);
    assert!(html.contains("<code class=\"language-rust\">"), "{html}");
}
