//! Examples as Parquet.

use super::{Compression, Row, Rows};
use parquet::basic::{Compression as Codec, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

/// Rows that are gathered in memory and written together.
const GROUP: usize = 2048;

const SCHEMA: &str = "
    message example {
        required binary name (STRING);
        required int64 slot;
        required binary inputs (STRING);
        required binary targets (STRING);
        required group inputs_ids (LIST) { repeated group list { required int32 element; } }
        required group targets_ids (LIST) { repeated group list { required int32 element; } }
    }
";

/// Writes all rows.
pub(super) fn write(
    out: &mut BufWriter<File>,
    compression: Compression,
    rows: Rows<'_, '_>,
) -> io::Result<()> {
    let codec = match compression {
        Compression::Zstd => Codec::ZSTD(ZstdLevel::default()),
        Compression::Snappy => Codec::SNAPPY,
        Compression::None | Compression::Gzip => Codec::UNCOMPRESSED,
    };
    let properties = WriterProperties::builder()
        .set_compression(codec)
        .set_created_by(ext5_core::CODE.to_owned())
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA).map_err(io_error)?);
    let mut writer =
        SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(io_error)?;
    let mut group = Vec::with_capacity(GROUP);
    for row in rows {
        group.push(row?);
        if group.len() == GROUP {
            write_group(&mut writer, &group).map_err(io_error)?;
            group.clear();
        }
    }
    if !group.is_empty() {
        write_group(&mut writer, &group).map_err(io_error)?;
    }
    writer.close().map_err(io_error)?;
    Ok(())
}

/// An I/O error as it was, anything else in one.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}

fn write_group<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    rows: &[Row<'_>],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    let text = |text: &dyn Fn(&Row<'_>) -> ByteArray| rows.iter().map(text).collect::<Vec<_>>();
    column::<ByteArrayType>(&mut group, &text(&|row| row.name.as_bytes().to_vec().into()), None)?;
    let slots: Vec<i64> = rows.iter().map(|row| row.slot as i64).collect();
    column::<Int64Type>(&mut group, &slots, None)?;
    column::<ByteArrayType>(&mut group, &text(&|row| row.inputs.as_str().into()), None)?;
    column::<ByteArrayType>(&mut group, &text(&|row| row.targets.as_str().into()), None)?;
    list(&mut group, rows.iter().map(|row| row.inputs_ids.as_slice()))?;
    list(&mut group, rows.iter().map(|row| row.targets_ids.as_slice()))?;
    group.close()?;
    Ok(())
}

/// Definition and repetition levels.
type Levels<'a> = (&'a [i16], &'a [i16]);

/// Lists of ids. None is empty, as each ends with the end of sequence, so every level of
/// definition is 1; repetition is 0 where a list begins.
fn list<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    lists: impl Iterator<Item = &'a [u32]>,
) -> Result<(), ParquetError> {
    let (mut values, mut repetition) = (Vec::new(), Vec::new());
    for ids in lists {
        // Ids are below the size of a vocabulary, far from the sign bit.
        values.extend(ids.iter().map(|&id| id as i32));
        repetition.extend((0..ids.len()).map(|index| i16::from(index > 0)));
    }
    let definition = vec![1; values.len()];
    column::<Int32Type>(group, &values, Some((&definition, &repetition)))
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: &[T::T],
    levels: Option<Levels<'_>>,
) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("the schema has no such column".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    let (definition, repetition) = levels.unzip();
    column.typed::<T>().write_batch(values, definition, repetition)?;
    column.close()
}
