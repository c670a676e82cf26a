//! A process that opens a file, shares it and lets it go, as it is told.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter, Read, Write};

use anyhow::{Context, bail};

use crate::lessons::player::{answer, order};
use crate::sys::process;

/// Does with the file what it is told. `open NAME`, `dup NAME NEW`, `read NAME COUNT`,
/// `close NAME`, `fork`, `child-read NAME COUNT`, `unlink`.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [path] = args else {
        bail!("which file?");
    };
    let mut held: HashMap<String, File> = HashMap::new();
    let mut child: Option<Child> = None;
    answer("ready")?;
    while let Some(order) = order()? {
        let words: Vec<&str> = order.split(' ').collect();
        match words.as_slice() {
            ["open", name] => {
                held.insert((*name).to_owned(), File::open(path)?);
            }
            ["dup", name, new] => {
                let copy = held.get(*name).context("not open")?.try_clone()?;
                held.insert((*new).to_owned(), copy);
            }
            ["read", name, count] => {
                let file = held.get(*name).context("not open")?;
                read(file, count.parse()?)?;
            }
            ["close", name] => {
                held.remove(*name);
            }
            ["unlink"] => fs::remove_file(path)?,
            ["fork"] => {
                let forked = Child::fork(&held)?;
                answer(&forked.pid.to_string())?;
                child = Some(forked);
                continue;
            }
            ["child-read", name, count] => {
                let child = child.as_mut().context("there is no child")?;
                child.read(name, count.parse()?)?;
            }
            _ => bail!("{order:?} is no order"),
        }
        answer("done")?;
    }
    if let Some(child) = child {
        drop(child.orders);
        process::reap_one(true)?;
    }
    Ok(())
}

fn read(mut file: &File, count: u8) -> io::Result<()> {
    file.read_exact(&mut vec![0; usize::from(count)])
}

/// The parent's hold on its child.
struct Child {
    pid: i32,
    orders: PipeWriter,
    answers: PipeReader,
}

impl Child {
    /// Forks; only the parent returns.
    fn fork(held: &HashMap<String, File>) -> io::Result<Self> {
        let (mut theirs, orders) = io::pipe()?;
        let (answers, mut told) = io::pipe()?;
        if let Some(pid) = process::fork()? {
            return Ok(Self {
                pid: pid.as_raw(),
                orders,
                answers,
            });
        }
        // Held on to, the pipe would never come to its end.
        drop(orders);
        let mut order = [0; 2];
        while theirs.read_exact(&mut order).is_ok() {
            let [length, count] = order;
            let mut name = vec![0; usize::from(length)];
            let done = theirs.read_exact(&mut name).is_ok()
                && held
                    .get(&*String::from_utf8_lossy(&name))
                    .is_some_and(|file| read(file, count).is_ok());
            if told.write_all(&[u8::from(done)]).is_err() {
                break;
            }
        }
        std::process::exit(0);
    }

    /// Lets it read from the descriptor with this name.
    fn read(&mut self, name: &str, count: u8) -> anyhow::Result<()> {
        let length = u8::try_from(name.len())?;
        self.orders.write_all(&[length, count])?;
        self.orders.write_all(name.as_bytes())?;
        let mut done = [0];
        self.answers.read_exact(&mut done)?;
        if done == [0] {
            bail!("the child cannot read {name}");
        }
        Ok(())
    }
}
