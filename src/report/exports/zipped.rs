//! Files as a zip: APPNOTE.TXT of PKWARE.

use std::io::{self, Cursor, Write as _};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::ExportFile;

/// Modes of files in a zip; see inode(7).
const PLAIN: u32 = 0o100_644;
const PROGRAM: u32 = 0o100_755;

/// The files, packed, with nothing around them.
///
/// # Errors
/// If one is too large for the format.
pub fn zipped(files: &[ExportFile]) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchiveWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let mode = if file.is_executable { PROGRAM } else { PLAIN };
        let (mut entry, config) = archive
            .new_file(EntryPath::verbatim(file.path.as_bytes()))
            .compression_method(CompressionMethod::DEFLATE)
            .unix_permissions(mode)
            .start()
            .map_err(io::Error::other)?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
        writer.write_all(&file.content)?;
        let (encoder, descriptor) = writer.finish().map_err(io::Error::other)?;
        encoder.finish()?;
        entry.finish(descriptor).map_err(io::Error::other)?;
    }
    let whole = archive.finish().map_err(io::Error::other)?;
    Ok(whole.into_inner())
}
