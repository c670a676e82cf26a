//! A preprocessor of mdBook's: `lessons/book.toml` has pages come out as `syslab LESSON read` shows them,
//! without front matter, and with includes as [`include`](super::include) resolves them.
//!
//! mdBook starts it with `supports RENDERER`, and then with a context and a book as JSON on standard
//! input; the book that it writes is what is built. See "Preprocessors" in mdBook's documentation.

use std::io::{self, Read as _, Write as _};

use serde_json::Value;

use super::{include, pages};

/// The hidden command under which this binary is the preprocessor.
pub const COMMAND: &str = "__book";

/// Does what mdBook asks for.
///
/// # Errors
/// If the input is not what mdBook writes, or standard output fails.
pub fn main(args: &[String]) -> io::Result<()> {
    if args.first().is_some_and(|word| word == "supports") {
        // Every renderer: what goes in is Markdown, and so is what comes out.
        return Ok(());
    }
    let mut input = String::new();
    io::stdin().lock().read_to_string(&mut input)?;
    let book = preprocessed(&input)?;
    io::stdout().lock().write_all(book.as_bytes())
}

/// The book of `[context, book]`, its chapters resolved.
fn preprocessed(input: &str) -> io::Result<String> {
    let (_context, mut book): (Value, Value) = serde_json::from_str(input)?;
    resolve(&mut book);
    Ok(book.to_string())
}

/// Resolves every chapter, wherever it is: versions of mdBook call what they are in differently.
fn resolve(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(resolve),
        Value::Object(fields) => {
            let path = fields.get("path").and_then(Value::as_str);
            let path = path.map(|path| format!("lessons/{path}"));
            if let (Some(path), Some(Value::String(content))) = (path, fields.get_mut("content")) {
                *content = include::resolve(pages::without_front_matter(content), &path);
            }
            fields.values_mut().for_each(resolve);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chapters_lose_their_front_matter_and_get_their_includes() {
        let included = super::super::FILES
            .iter()
            .find(|file| file.path.starts_with("lessons/process/code/"))
            .unwrap();
        let name = included.path.strip_prefix("lessons/process/").unwrap();
        let inner = json!({"Chapter": {
            "name": "Inner", "path": "process/signals.md", "sub_items": [],
            "content": format!("{{{{#include {name}}}}}"),
        }});
        let outer = json!({"Chapter": {
            "name": "Outer", "path": "process/README.md", "sub_items": [inner],
            "content": "---\nminutes: 5\n---\n\n# Title\n",
        }});
        for items in ["sections", "items"] {
            let input = json!([{"root": "/"}, {items: [outer, "Separator"]}]);
            let book: Value =
                serde_json::from_str(&preprocessed(&input.to_string()).unwrap()).unwrap();
            let chapter = &book[items][0]["Chapter"];
            assert_eq!(chapter["content"], "\n# Title\n");
            let inner = &chapter["sub_items"][0]["Chapter"]["content"];
            assert!(!inner.as_str().unwrap().contains("{{#"), "{inner}");
            assert_eq!(book[items][1], "Separator");
        }
    }

    #[test]
    fn what_is_no_book_is_an_error() {
        for input in ["", "{}", "[1]", "[{}, {}, {}]"] {
            assert!(preprocessed(input).is_err(), "{input}");
        }
    }
}
