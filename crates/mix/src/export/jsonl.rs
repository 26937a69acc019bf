//! Examples as JSON, one object a line.

use super::{Compression, Row, Rows};
use flate2::GzBuilder;
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Zstandard's own default.
const ZSTD_LEVEL: i32 = 3;

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    slot: u64,
    inputs: &'a str,
    targets: &'a str,
    inputs_ids: &'a [u32],
    targets_ids: &'a [u32],
}

/// Writes all rows.
pub(super) fn write(
    out: &mut BufWriter<File>,
    compression: Compression,
    rows: Rows<'_, '_>,
) -> io::Result<()> {
    match compression {
        Compression::None | Compression::Snappy => lines(out, rows),
        Compression::Gzip => {
            // No time of writing in the header: the same examples are the same bytes.
            let level = flate2::Compression::default();
            let mut encoder = BufWriter::new(GzBuilder::new().mtime(0).write(out, level));
            lines(&mut encoder, rows)?;
            encoder.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?;
            Ok(())
        }
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(out, ZSTD_LEVEL)?;
            encoder.include_checksum(true)?;
            let mut encoder = BufWriter::new(encoder);
            lines(&mut encoder, rows)?;
            encoder.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?;
            Ok(())
        }
    }
}

fn lines(out: &mut impl Write, rows: Rows<'_, '_>) -> io::Result<()> {
    for row in rows {
        let Row { name, slot, inputs, targets, inputs_ids, targets_ids } = row?;
        let line = Line {
            name,
            slot,
            inputs: &inputs,
            targets: &targets,
            inputs_ids: &inputs_ids,
            targets_ids: &targets_ids,
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
