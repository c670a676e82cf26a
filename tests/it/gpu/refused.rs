//! What the simulator does not know it names, with the line, and does not guess.

use std::fs;

use super::compilers::{producers, sources};
use super::crowd::{assert_none, complaints};
use super::device::Device;

#[test]
fn what_is_not_supported_is_named_with_its_line() {
    let files = sources("refused");
    let producers = producers(&["-O0", "-O2"]);
    let pieces: Vec<_> = files
        .iter()
        .flat_map(|file| producers.iter().map(move |producer| (file, *producer)))
        .collect();
    assert_none(&complaints(
        &pieces,
        |(file, producer)| format!("{} ({})", file.display(), producer.name()),
        |(file, producer)| {
            let text = fs::read_to_string(file).unwrap();
            let marked = text
                .lines()
                .position(|line| line.contains("// UNSUPPORTED"));
            let line = marked.ok_or("no line is marked UNSUPPORTED")? + 1;
            let name = file.file_name().unwrap().to_string_lossy();
            let ptx = producer.compile(file)?;
            let Err(said) = Device::new(&ptx, 1, 1).map(|_| ()) else {
                return Err("is loaded as if it were supported".to_owned());
            };
            match said.contains(&format!("{name}:{line}")) {
                true => Ok(()),
                false => Err(format!("does not name {name}:{line}: {said}")),
            }
        },
    ));
}
