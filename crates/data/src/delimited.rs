//! Comma- and tab-separated values.

use crate::compression::{self, BUFFER, Bytes};
use crate::error::DataError;
use crate::format::{Record, Records};
use crate::lines::too_long;
use crate::rows::Row;
use csv_core::ReadRecordResult;
use serde_json::Value;
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// What sets CSV and TSV apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    delimiter: u8,
    quoting: bool,
}

/// After RFC 4180.
pub(crate) const CSV: Dialect = Dialect { delimiter: b',', quoting: true };
/// Published TSV files have quotation marks that mean nothing.
pub(crate) const TSV: Dialect = Dialect { delimiter: b'\t', quoting: false };

/// The records of a file whose first record names the columns.
pub(crate) fn records(path: &Path, limit: usize, dialect: Dialect) -> Result<Records, DataError> {
    let mut fields = Fields::open(path, limit, dialect)?;
    if !fields.advance()? {
        return Ok(Box::new(std::iter::empty()));
    }
    let columns = columns(&fields)?;
    Ok(Box::new(std::iter::from_fn(move || match fields.advance() {
        Ok(true) => Some(Ok(Record::new(fields.line, fields.row(&columns)))),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    })))
}

/// How many rows a file holds.
pub(crate) fn count(path: &Path, bytes: Bytes, dialect: Dialect) -> Result<u64, DataError> {
    let mut fields = Fields::new(path, bytes, 0, dialect);
    let mut records = 0u64;
    while fields.advance()? {
        records += 1;
    }
    Ok(records.saturating_sub(1))
}

/// The names of the columns, from the header.
fn columns(header: &Fields) -> Result<Vec<String>, DataError> {
    let names = header.texts().map_err(|reason| header.layout(format!("header: {reason}")))?;
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(**name)) {
        let reason = format!("header: two columns are named `{twice}`; rename one");
        return Err(header.layout(reason));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// The records of a file as fields, of bounded length.
struct Fields {
    path: PathBuf,
    reader: BufReader<Bytes>,
    core: csv_core::Reader,
    limit: usize,
    /// Where the current record starts, from 1.
    line: u64,
    /// Where the record after it starts, blank lines not counted.
    next_line: u64,
    /// The fields of the current record, one after the other, without their quotes, and room.
    text: Vec<u8>,
    /// Where each ends, and room.
    ends: Vec<usize>,
    /// How many fields the current record has.
    fields: usize,
    /// Bytes of the current record.
    length: usize,
    /// Why the current record cannot be used.
    fault: Option<String>,
}

impl Fields {
    fn open(path: &Path, limit: usize, dialect: Dialect) -> Result<Self, DataError> {
        Ok(Fields::new(path, compression::open(path)?, limit, dialect))
    }

    fn new(path: &Path, bytes: Bytes, limit: usize, dialect: Dialect) -> Self {
        let core = csv_core::ReaderBuilder::new()
            .delimiter(dialect.delimiter)
            .quoting(dialect.quoting)
            .build();
        Fields {
            path: path.to_owned(),
            reader: BufReader::with_capacity(BUFFER, bytes),
            core,
            limit,
            line: 0,
            next_line: 1,
            text: Vec::new(),
            ends: Vec::new(),
            fields: 0,
            length: 0,
            fault: None,
        }
    }

    /// Goes to the next record; `false` at the end of the file.
    fn advance(&mut self) -> Result<bool, DataError> {
        if !self.skip_blank()? {
            return Ok(false);
        }
        self.line = self.next_line;
        self.fault = None;
        self.length = 0;
        let mut record = Parsed::default();
        let mut fields = 0;
        loop {
            let buffer = compression::fill(&mut self.reader).map_err(|error| {
                let place = format!("after line {}", self.next_line);
                DataError::reading(&self.path, place, error)
            })?;
            let at_end = buffer.is_empty();
            // A line end closes any record but one with an open quote.
            let input = if at_end { b"\n" } else { buffer };
            // Full buffers grow; what is above the limit is dropped before that.
            grow(&mut self.text, record.text);
            grow(&mut self.ends, record.ends);
            let (result, read, written, ended) = self.core.read_record(
                input,
                &mut self.text[record.text..],
                &mut self.ends[record.ends..],
            );
            record.text += written;
            record.ends += ended;
            fields += ended;
            if !at_end {
                self.length += read;
                self.next_line += memchr::memchr_iter(b'\n', &buffer[..read]).count() as u64;
                self.reader.consume(read);
            }
            if self.length > self.limit || record.ends * size_of::<usize>() > self.limit.max(1024) {
                record = Parsed { text: 0, ends: 0, overflow: true };
            }
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::InputEmpty if at_end => {
                    self.unclosed()?;
                    break;
                }
                ReadRecordResult::InputEmpty
                | ReadRecordResult::OutputFull
                | ReadRecordResult::OutputEndsFull => {}
            }
        }
        self.fields = record.ends;
        if record.overflow {
            self.fault = Some(match self.length > self.limit {
                true => too_long("row", self.length as u64, self.limit),
                false => format!("a row of {fields} fields"),
            });
        }
        Ok(true)
    }

    /// Goes to the first byte of the next record; `false` at the end of the file.
    fn skip_blank(&mut self) -> Result<bool, DataError> {
        loop {
            let buffer = compression::fill(&mut self.reader).map_err(|error| {
                let place = format!("after line {}", self.next_line);
                DataError::reading(&self.path, place, error)
            })?;
            match buffer.first() {
                None => return Ok(false),
                Some(b'\n') => self.next_line += 1,
                Some(b'\r') => {}
                Some(_) => return Ok(true),
            }
            self.reader.consume(1);
        }
    }

    /// The file ends within quotes. That spoils one row, or all rows after it.
    fn unclosed(&mut self) -> Result<(), DataError> {
        let lost = self.next_line - self.line;
        if lost > 1 {
            return Err(self.layout(format!(
                "a quote in this row is never closed, which makes one row of the {lost} lines to \
                 the end of the file; double or remove it"
            )));
        }
        self.fault = Some("a quote is never closed".to_owned());
        Ok(())
    }

    /// The fields as text.
    fn texts(&self) -> Result<Vec<&str>, String> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut start = 0;
        let mut texts = Vec::with_capacity(self.fields);
        for (index, &end) in self.ends.iter().take(self.fields).enumerate() {
            let text = std::str::from_utf8(&self.text[start..end]).map_err(|error| {
                let byte = error.valid_up_to() + 1;
                format!("not UTF-8 at byte {byte} of column {}", index + 1)
            })?;
            texts.push(text);
            start = end;
        }
        Ok(texts)
    }

    fn row(&self, columns: &[String]) -> Result<Row, String> {
        let texts = self.texts()?;
        if texts.len() != columns.len() {
            let lines = (self.next_line - self.line).max(1);
            let over = if lines > 1 { format!(" over {lines} lines") } else { String::new() };
            let (expected, found) = (columns.len(), texts.len());
            return Err(format!("expected {expected} fields, found {found}{over}"));
        }
        let values = texts.into_iter().map(|text| Value::String(text.to_owned()));
        Ok(columns.iter().cloned().zip(values).collect())
    }

    fn layout(&self, reason: String) -> DataError {
        DataError::Layout { path: self.path.clone(), line: self.line, reason }
    }
}

/// How much of a record is kept so far.
#[derive(Default)]
struct Parsed {
    text: usize,
    ends: usize,
    /// It is above the limit: what is read of it is not kept.
    overflow: bool,
}

/// Makes sure that a buffer has room after its first `used` items.
fn grow<T: Clone + Default>(buffer: &mut Vec<T>, used: usize) {
    if buffer.len() == used {
        buffer.resize((2 * used).max(256), T::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], limit: usize, dialect: Dialect) -> Result<Vec<String>, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        records(&path, limit, dialect)?
            .map(|record| {
                let record = record?;
                let value = match record.value {
                    Ok(row) => serde_json::to_string(&row).unwrap(),
                    Err(reason) => reason,
                };
                Ok(format!("{}: {value}", record.line))
            })
            .collect()
    }

    #[test]
    fn quotes_hold_commas_lines_and_quotes() {
        let text = b"\xEF\xBB\xBF\na,b\r\n\n1,\"x, \"\"y\"\"\r\nz\"\r\n\r\n2,5\" pipe\n3,\"last\"";
        let expected = [
            r#"4: {"a":"1","b":"x, \"y\"\r\nz"}"#,
            r#"7: {"a":"2","b":"5\" pipe"}"#,
            r#"8: {"a":"3","b":"last"}"#,
        ];
        assert_eq!(read(text, 100, CSV).unwrap(), expected);
    }

    #[test]
    fn tabs_separate_and_quotes_mean_nothing() {
        let text = b"a\tb\n\"1\tx\"y\"\n\" \t\r\n";
        let expected = [r#"2: {"a":"\"1","b":"x\"y\""}"#, r#"3: {"a":"\" ","b":""}"#];
        assert_eq!(read(text, 100, TSV).unwrap(), expected);
    }

    #[test]
    fn faults_are_explained_and_passed_over() {
        let long = "y".repeat(3 * BUFFER);
        let many = ",".repeat(3 * BUFFER);
        let text = format!("a,b\n1\n1,\"2\n\",3\n{long},\n{many}\nx,\"\u{FF}\",\n1,2\n\"1,2");
        let text = text.replace('\u{FF}', "?").into_bytes();
        let text: Vec<u8> = text.into_iter().map(|b| if b == b'?' { 0xFF } else { b }).collect();
        let expected = [
            "2: expected 2 fields, found 1".to_owned(),
            "3: expected 2 fields, found 3 over 2 lines".to_owned(),
            format!("5: a row of {} bytes, above the limit of 16", 3 * BUFFER + 2),
            format!("6: a row of {} bytes, above the limit of 16", 3 * BUFFER + 1),
            "7: not UTF-8 at byte 1 of column 2".to_owned(),
            r#"8: {"a":"1","b":"2"}"#.to_owned(),
            "9: a quote is never closed".to_owned(),
        ];
        assert_eq!(read(&text, 16, CSV).unwrap(), expected);
    }

    #[test]
    fn rows_lost_in_a_quote_are_an_error() {
        let error = read(b"a,b\n1,2\n1,\"2\n1,2\n1,2\n", 100, CSV).unwrap_err().to_string();
        assert!(error.contains("a.csv:3: a quote in this row is never closed"), "{error}");
        assert!(error.contains("of the 3 lines"), "{error}");
    }

    #[test]
    fn headers_name_each_column_once() {
        let error = read(b"a,b,a\n", 100, CSV).unwrap_err().to_string();
        assert!(error.contains("a.csv:1: header: two columns are named `a`"), "{error}");
        let error = read(b"a,\xFF\n", 100, CSV).unwrap_err().to_string();
        assert!(error.contains("header: not UTF-8 at byte 1 of column 2"), "{error}");
        assert_eq!(read(b"", 100, CSV).unwrap(), [""; 0]);
    }
}
