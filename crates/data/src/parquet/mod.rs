//! Apache Parquet, row group by row group.

mod column;
mod schema;
mod value;

use crate::error::DataError;
use crate::format::{Record, Records};
use crate::rows::Row;
use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use column::{Column, Reading};
use schema::Node;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The records of a Parquet file.
pub(crate) fn records(path: &Path) -> Result<Records, DataError> {
    let mut rows = guarded(path, 0, || Rows::open(path))?;
    let path = path.to_owned();
    Ok(Box::new(std::iter::from_fn(move || {
        let number = rows.number;
        guarded(&path, number, || rows.advance()).transpose()
    })))
}

/// How many rows a file says that it holds.
pub(crate) fn count(path: &Path) -> Result<u64, DataError> {
    guarded(path, 0, || Ok(Rows::open(path)?.total))
}

/// Does what may panic: the decoders assert that a file is as its own headers say.
fn guarded<T>(
    path: &Path,
    row: u64,
    read: impl FnOnce() -> Result<T, DataError>,
) -> Result<T, DataError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let reason = "its pages contradict their headers";
        Err(DataError::damaged(path, format_args!("after row {row}"), reason))
    })
}

struct Rows {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    root: Node,
    /// Rows that the file says it holds.
    total: u64,
    /// Rows read so far.
    number: u64,
    next_group: usize,
    /// The columns of the current row group and how many of its rows are left.
    columns: Vec<Column>,
    left: u64,
    finished: bool,
}

impl Rows {
    fn open(path: &Path) -> Result<Self, DataError> {
        let file = File::open(path).map_err(DataError::io(path))?;
        let reader = SerializedFileReader::new(file)
            .map_err(|error| fault(path, "at its end, where its contents are listed", error))?;
        let metadata = reader.metadata();
        let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
        for column in columns {
            let compression = column.compression();
            if matches!(compression, Compression::BROTLI(_) | Compression::LZO) {
                let reason = format!(
                    "its columns are compressed with {compression}, which is not read here; write \
                     it again with zstd or snappy"
                );
                return Err(DataError::Unsupported { path: path.to_owned(), reason });
            }
        }
        let rows = |rows: i64| u64::try_from(rows).unwrap_or_default();
        let total = rows(metadata.file_metadata().num_rows());
        let groups: u64 = metadata.row_groups().iter().map(|group| rows(group.num_rows())).sum();
        if groups != total {
            let reason = format!("{total} rows in all, but {groups} in its row groups");
            return Err(DataError::damaged(path, "at its end", reason));
        }
        let root = Node::root(metadata.file_metadata().schema_descr().root_schema());
        Ok(Rows {
            path: path.to_owned(),
            root,
            reader,
            total,
            number: 0,
            next_group: 0,
            columns: Vec::new(),
            left: 0,
            finished: false,
        })
    }

    fn advance(&mut self) -> Result<Option<Record>, DataError> {
        if self.finished {
            return Ok(None);
        }
        // Until the row is whole, in case that reading it fails.
        self.finished = true;
        while self.left == 0 {
            if self.next_group == self.reader.num_row_groups() {
                return Ok(None);
            }
            self.open_group().map_err(|error| self.fault(error))?;
        }
        let mut reading = Reading::new(&mut self.columns);
        let row = reading.row(&self.root);
        let malformed = reading.malformed.take();
        let row: Row = row.map_err(|error| self.fault(error))?;
        self.left -= 1;
        self.number += 1;
        self.finished = false;
        let row = malformed.map_or(Ok(row), Err);
        Ok(Some(Record::new(self.number, row)))
    }

    fn open_group(&mut self) -> Result<(), ParquetError> {
        let group = self.reader.get_row_group(self.next_group)?;
        let columns = 0..group.num_columns();
        self.columns = columns
            .map(|index| {
                Column::new(group.get_column_reader(index)?, group.metadata().column(index))
            })
            .collect::<Result<_, ParquetError>>()?;
        self.left = u64::try_from(group.metadata().num_rows()).unwrap_or_default();
        self.next_group += 1;
        Ok(())
    }

    fn fault(&self, error: ParquetError) -> DataError {
        let place = format!("after row {} of {}", self.number, self.total);
        fault(&self.path, &place, error)
    }
}

fn fault(path: &Path, place: &str, error: ParquetError) -> DataError {
    match error {
        ParquetError::NYI(reason) => DataError::Unsupported { path: path.to_owned(), reason },
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => DataError::reading(path, place, *source),
            Err(source) => DataError::damaged(path, place, source),
        },
        ParquetError::General(reason) | ParquetError::EOF(reason) => {
            DataError::damaged(path, place, reason)
        }
        other => DataError::damaged(path, place, other),
    }
}
