//! What a terminal showed, as an SVG picture.

use anstyle_svg::Term;

/// Pixels that a picture is wide at least: that of 80 columns, at 8.4 pixels each.
const NARROWEST: usize = 672;

/// The picture of a text with the escape sequences of its colours; see console_codes(4).
///
/// Whatever else a terminal would obey, and what XML cannot hold, is left out.
pub fn terminal_picture(shown: &str) -> String {
    let is_shown = |c: &char| match *c {
        '\n' | '\t' | '\x1b' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    };
    let shown: String = shown.chars().filter(is_shown).collect();
    Term::new()
        .min_width_px(NARROWEST)
        .render_svg(shown.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{Look, Tone};

    fn texts(svg: &str) -> String {
        let document = roxmltree::Document::parse(svg).unwrap();
        let shown = document
            .descendants()
            .filter(|node| node.has_tag_name("text"))
            .flat_map(|node| node.descendants())
            .filter(roxmltree::Node::is_text);
        shown.filter_map(|node| node.text()).collect()
    }

    #[test]
    fn a_picture_has_the_text_and_its_colours() {
        let look = Look {
            color: true,
            width: None,
        };
        let shown = format!("$ syslab\n{} a < b & c\n", look.paint(Tone::Bad, "lost"));
        let svg = terminal_picture(&shown);
        assert!(texts(&svg).contains("lost a < b & c"), "{svg}");
        assert!(svg.contains("class=\"fg-red\""), "{svg}");
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        let svg = terminal_picture("a\u{0}\u{7}\u{ffff}b\x1b]8;;x\x1b\\c\u{9b}31m\n\td\n\n");
        assert!(texts(&svg).contains("ab"), "{svg}");
    }
}
