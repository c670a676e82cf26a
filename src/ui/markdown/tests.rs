//! What pages look like.

use insta::assert_snapshot;

use super::render;
use crate::ui::Look;

fn plain(source: &str, width: usize) -> String {
    render(
        source,
        Look {
            color: false,
            width: Some(width),
        },
    )
}

#[test]
fn a_page_reads_well_without_colour() {
    let page = "\
# Signals

A *signal* is **delivered**, not `called`: see [signal(7)](https://man7.org/signal.7.html) and
[orphans](orphans.md).

## What SIGTERM asks

1. Stop reading.
2. Finish the record
   in hand.
   - or drop it
   - never both
3. Exit.

```c
int main(void) {
\treturn 0;
}
```

### Deeper

> Nobody reads
> the manual.

- loose

- items

---

<!-- not shown -->
End.
";
    assert_snapshot!(plain(page, 60));
}

#[test]
fn a_table_fits_the_screen() {
    let page = "\
| call | durable when it returns | cost |
|:--|---|--:|
| `write` | no: the page cache has it, and the disk does not, for up to thirty seconds | 1 |
| `fsync` | yes | 1200 |
";
    assert_snapshot!(plain(page, 50));
    assert_snapshot!(plain(page, 200));
}

#[test]
fn colour_replaces_the_marks() {
    let look = Look {
        color: true,
        width: Some(60),
    };
    let shown = render("## A `b`\n\nc *d e* **f** `g h`\n", look);
    assert_snapshot!(shown.replace('\x1b', "^"));
}

#[test]
fn hostile_text_is_harmless() {
    let shown = plain("a\u{202e}b\n\n```\nc\x1b[31m\td\n```\n", 60);
    assert_snapshot!(shown.replace('\t', "<tab>"));
}
