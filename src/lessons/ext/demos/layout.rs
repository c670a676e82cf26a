//! How an array of NumPy lies in memory: its header, what views are, what copies cost, and what a
//! BLAS makes of it.
//!
//! See NumPy's documentation, "Internal organization of NumPy arrays" and "The N-dimensional array";
//! dlsym(3), by which its dgemm is found.

use std::io::Write;

use serde::Deserialize;

use super::workshop::Workshop;
use crate::lessons::columns::{Align, head, narrow, prose, two_digits};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "layout",
    title: "an array of NumPy in memory: header, strides, views, copies, order, dgemm",
    run,
};

/// What the matrices have for rows: that is copied, that all multiply, that the fast ones do; and
/// how often it is done. And in the quick version.
const AMOUNT: ([&str; 4], [&str; 4]) = (["2048", "128", "1024", "9"], ["512", "64", "256", "3"]);

/// What the helper says.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    Found(Box<Found>),
    NotShown { why: String },
}

#[derive(Debug, Deserialize)]
struct Found {
    /// None where the object is built in another way.
    header: Option<Header>,
    views: Vec<View>,
    copies: Copies,
    products: Products,
    /// What could not be tried, and why.
    missing: Vec<String>,
    numpy: String,
}

#[derive(Debug, Deserialize)]
struct Header {
    rows: Vec<Field>,
    /// Bytes of the object, and of its elements.
    object: u64,
    elements: u64,
}

#[derive(Debug, Deserialize)]
struct Field {
    offset: u32,
    field: String,
    value: String,
    says: String,
}

#[derive(Debug, Deserialize)]
struct View {
    view: String,
    shape: Vec<i64>,
    strides: Vec<i64>,
    /// For each place in the memory of the whole, the how manieth element of the view is there;
    /// none if the memory is another.
    order: Option<Vec<Option<u32>>>,
}

#[derive(Debug, Deserialize)]
struct Copies {
    bytes: u64,
    rows: Vec<Copied>,
}

#[derive(Debug, Deserialize)]
struct Copied {
    what: String,
    ns: f64,
    /// How many were asked for.
    bytes: f64,
}

#[derive(Debug, Deserialize)]
struct Products {
    rows: Vec<Product>,
    /// By which name it was found.
    dgemm: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Product {
    what: String,
    /// Rows and columns.
    n: u64,
    ns: f64,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "An array is a small object and a row of elements elsewhere. The object is read here \
                 word by word; then the same elements are looked at in other ways, copied, and \
                 multiplied.";
    opening(out, "An array in memory", story, options)?;
    let Some(workshop) = Workshop::open(out, options)? else {
        return Ok(());
    };
    workshop.put("triple.c", include_str!("layout/triple.c"))?;
    let args = match options.quick {
        true => AMOUNT.1,
        false => AMOUNT.0,
    };
    let found = match workshop.ask(include_str!("layout/layout.py"), &args, options)? {
        Answer::Found(found) => found,
        Answer::NotShown { why } => {
            let text = format!(
                "Not shown here: {}. scripts/setup makes a virtual environment that has it.",
                visible(&why)
            );
            out.write_all(prose(&text).as_bytes())?;
            return Ok(());
        }
    };
    writeln!(out, "With NumPy {}.\n", visible(&found.numpy))?;
    for what in &found.missing {
        let text = format!("Left out here: {}.\n", visible(what));
        out.write_all(prose(&text).as_bytes())?;
    }
    if let Some(header) = &found.header {
        let meaning = format!(
            "Shape and strides are on the heap as well. {} bytes of objects are for {} bytes of \
             elements here, and for a million elements they would be the same.",
            header.object, header.elements
        );
        let title = "The object: numpy.arange(12).reshape(3, 4)";
        section(out, title, &fields(header), &meaning, options)?;
    }
    let title = "Views of it, and where their elements are";
    section(out, title, &views(&found.views), VIEWS, options)?;
    let title = format!("A matrix of {} MiB", found.copies.bytes >> 20);
    section(out, &title, &copies(&found.copies), COPIES, options)?;
    let title = "A product of matrices of doubles, on one thread";
    let meaning = dgemm(&found.products);
    section(out, title, &products(&found.products), &meaning, options)?;
    let read_on = "Read on: `syslab ext read buffers` for what a function in C sees of an array, and \
                   `syslab ext read cost`. Strides are asked for in the lab `ext/dot`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What follows from the picture.
const VIEWS: &str = "The twelve places are the memory, from its start, and what stands at one is which \
                     element of the view lies there, counted as a loop over the view finds them. A \
                     view is another header with another start, shape and strides (in bytes). Where \
                     no header can say it, the elements were copied.";

/// What follows from the table.
const COPIES: &str = "GB/s of what was asked for. The processor fetches 64 bytes at a time, whatever \
                      is needed of them: one double of eight, if the next one that is wanted is a row \
                      further. A view costs nothing, and what is done with it may: the order of the \
                      loop should be that of the memory. (Each sum is a call of its own.)";

fn fields(header: &Header) -> String {
    let mut rows = vec![head(["offset", "field", "value", "what it says"])];
    rows.extend(header.rows.iter().map(|row| {
        vec![
            row.offset.to_string(),
            row.field.clone(),
            row.value.clone(),
            visible(&row.says),
        ]
    }));
    narrow(&[Align::Right], &rows)
}

fn views(views: &[View]) -> String {
    let list = |values: &[i64]| {
        let words: Vec<String> = values.iter().map(i64::to_string).collect();
        words.join(",")
    };
    let mut rows = vec![head(["view", "shape", "strides", "its elements"])];
    for view in views {
        let places = match &view.order {
            None => "elsewhere: a copy".to_owned(),
            Some(order) => {
                let places: Vec<String> = order
                    .iter()
                    .map(|place| match place {
                        Some(nth) => format!("{nth:>2}"),
                        None => " .".to_owned(),
                    })
                    .collect();
                places.join(" ")
            }
        };
        rows.push(vec![
            view.view.clone(),
            list(&view.shape),
            list(&view.strides),
            places,
        ]);
    }
    narrow(&[], &rows)
}

fn copies(copies: &Copies) -> String {
    let mut rows = vec![head(["what is done", "ms", "GB/s"])];
    for row in &copies.rows {
        rows.push(vec![
            row.what.clone(),
            milliseconds(row.ns),
            match row.bytes > 0.0 {
                true => two_digits(row.bytes / row.ns),
                false => "nothing is touched".to_owned(),
            },
        ]);
    }
    narrow(&[Align::Left, Align::Right], &rows)
}

/// Operations in a second, in thousand millions: a product takes a multiplication and an addition
/// for each element of each row and each column.
fn gigaflops(product: &Product) -> f64 {
    2.0 * (product.n as f64).powi(3) / product.ns
}

fn products(products: &Products) -> String {
    let mut rows = vec![head(["who", "rows", "ms", "GFLOP/s"])];
    for row in &products.rows {
        let rate = gigaflops(row);
        rows.push(vec![
            row.what.clone(),
            row.n.to_string(),
            milliseconds(row.ns),
            match rate < 1.0 {
                true => format!("{rate:.3}"),
                false => two_digits(rate),
            },
        ]);
    }
    let align = [Align::Left, Align::Right, Align::Right, Align::Right];
    narrow(&align, &rows)
}

fn milliseconds(ns: f64) -> String {
    match ns / 1e6 {
        ms if ms < 0.1 => format!("{ms:.4}"),
        ms if ms < 10.0 => format!("{ms:.2}"),
        ms => format!("{ms:.0}"),
    }
}

/// What follows from the products, and from those that there are.
fn dgemm(products: &Products) -> String {
    let mut said = Vec::new();
    if let Some(name) = &products.dgemm {
        said.push(format!(
            "{} is in the library that NumPy brings; ctypes finds it through NumPy's own module, and \
             gives it the address of the elements. It is told that a matrix is in Fortran order, and \
             copies nothing for it.",
            visible(name)
        ));
    }
    let find = |what: &str| products.rows.iter().find(|row| row.what == what);
    if let (Some(loops), Some(turned)) = (find("three loops in C"), find("the inner two exchanged"))
    {
        said.push(format!(
            "In C the order of the loops alone makes a factor of {}: the inner loop goes along the rows of \
             both matrices, and not down a column.",
            two_digits(loops.ns / turned.ns)
        ));
    }
    if let (Some(loops), Some(product)) = (find("three loops in Python"), find("a @ b")) {
        said.push(format!(
            "From Python's loops to a @ b it is a factor of {}.",
            two_digits(loops.ns / product.ns)
        ));
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_drawn_over_the_memory() {
        let found = [
            View {
                view: "a[:, 1]".to_owned(),
                shape: vec![2],
                strides: vec![16],
                order: Some(vec![None, Some(0), None, Some(1)]),
            },
            View {
                view: "a[[0]]".to_owned(),
                shape: vec![1, 2],
                strides: vec![16, 8],
                order: None,
            },
        ];
        insta::assert_snapshot!(views(&found), @r"
        view     shape  strides  its elements
        a[:, 1]  2      16        .  0  .  1
        a[[0]]   1,2    16,8     elsewhere: a copy
        ");
    }

    #[test]
    fn a_product_is_a_rate_and_a_view_is_none() {
        let product = |what: &str, ns| Product {
            what: what.to_owned(),
            n: 100,
            ns,
        };
        let found = Products {
            rows: vec![
                product("three loops in Python", 50e6),
                product("a @ b", 50e3),
            ],
            dgemm: None,
        };
        insta::assert_snapshot!(products(&found), @r"
        who                    rows      ms  GFLOP/s
        three loops in Python   100      50    0.040
        a @ b                   100  0.0500       40
        ");
        assert_eq!(
            dgemm(&found),
            "From Python's loops to a @ b it is a factor of 1000."
        );
        let copied = Copied {
            what: "a view".to_owned(),
            ns: 400.0,
            bytes: 0.0,
        };
        let found = Copies {
            bytes: 1 << 20,
            rows: vec![copied],
        };
        assert!(copies(&found).ends_with("0.0004  nothing is touched\n"));
    }
}
