//! As leaky.c, but for its second thread.

use std::fs::File;
use std::io::{pipe, stdin};

#[inline(never)]
fn leak(kept: &mut Vec<File>) {
    kept.push(File::open("/etc/passwd").unwrap()); // leaks here
}

#[inline(never)]
fn fine() {
    drop(pipe().unwrap()); // closes here
}

fn main() {
    let mut kept = Vec::new();
    println!("ready");
    for line in stdin().lines() {
        match line.unwrap().as_str() {
            "leak" => leak(&mut kept),
            "fine" => fine(),
            _ => {}
        }
        println!("returns 0 signals 0");
    }
}
