//! The only room that prints: colour, widths, pages, progress.
