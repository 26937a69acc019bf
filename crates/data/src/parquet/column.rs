//! From columns to rows: Dremel's record assembly.

use super::schema::Node;
use super::value::{Kind, Leaf, Physical};
use crate::rows::Row;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ColumnChunkMetaData;
use serde_json::Value;

/// Rows of a column that are decoded at once.
const BATCH: usize = 256;

/// The values of one column of a row group, with their levels, some rows at a time.
pub(super) struct Column {
    name: String,
    source: Box<dyn Source>,
    /// The definition level of a value that is there.
    defined: i16,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    /// How many levels are decoded, and how many of these are used up.
    decoded: usize,
    level: usize,
    /// How many values are used up: those that are there.
    value: usize,
}

impl Column {
    pub(super) fn new(
        reader: ColumnReader,
        metadata: &ColumnChunkMetaData,
    ) -> Result<Self, ParquetError> {
        let description = metadata.column_descr();
        let kind = Kind::of(description);
        fn source<T: DataType>(reader: ColumnReaderImpl<T>, kind: Kind) -> Box<dyn Source>
        where
            T::T: Physical,
        {
            Box::new(Typed { reader, kind, values: Vec::new() })
        }
        Ok(Column {
            name: description.path().string(),
            source: match reader {
                ColumnReader::BoolColumnReader(reader) => source(reader, kind),
                ColumnReader::Int32ColumnReader(reader) => source(reader, kind),
                ColumnReader::Int64ColumnReader(reader) => source(reader, kind),
                ColumnReader::Int96ColumnReader(reader) => source(reader, kind),
                ColumnReader::FloatColumnReader(reader) => source(reader, kind),
                ColumnReader::DoubleColumnReader(reader) => source(reader, kind),
                ColumnReader::ByteArrayColumnReader(reader) => source(reader, kind),
                ColumnReader::FixedLenByteArrayColumnReader(reader) => source(reader, kind),
            },
            defined: description.max_def_level(),
            definitions: Vec::new(),
            repetitions: Vec::new(),
            decoded: 0,
            level: 0,
            value: 0,
        })
    }

    /// Makes sure that the next row is decoded.
    fn load(&mut self) -> Result<(), ParquetError> {
        if self.level < self.decoded {
            return Ok(());
        }
        self.definitions.clear();
        self.repetitions.clear();
        (self.level, self.value) = (0, 0);
        self.decoded = self.source.read(&mut self.definitions, &mut self.repetitions)?;
        match self.decoded {
            0 => Err(self.ends()),
            _ => Ok(()),
        }
    }

    /// The definition level of what comes next.
    fn definition(&self) -> i16 {
        self.definitions.get(self.level).copied().unwrap_or_default()
    }

    /// The repetition level of what comes next. Whole rows are decoded, so after the last level
    /// comes a new row.
    fn repetition(&self) -> i16 {
        self.repetitions.get(self.level).copied().unwrap_or_default()
    }

    /// The next value.
    fn take(&mut self) -> Result<Leaf, ParquetError> {
        let present = self.definition() == self.defined;
        self.skip()?;
        if !present {
            return Ok(Leaf::Value(Value::Null));
        }
        self.value += 1;
        self.source.value(self.value - 1).ok_or_else(|| self.ends())
    }

    fn skip(&mut self) -> Result<(), ParquetError> {
        if self.level == self.decoded {
            return Err(self.ends());
        }
        self.level += 1;
        Ok(())
    }

    fn ends(&self) -> ParquetError {
        ParquetError::General(format!("column {} has fewer values than rows", self.name))
    }
}

/// The decoder of a column, whatever its type.
trait Source: Send {
    /// Decodes some rows; how many levels they have.
    fn read(
        &mut self,
        definitions: &mut Vec<i16>,
        repetitions: &mut Vec<i16>,
    ) -> Result<usize, ParquetError>;

    /// A value of the rows that are decoded.
    fn value(&self, index: usize) -> Option<Leaf>;
}

struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    kind: Kind,
    values: Vec<T::T>,
}

impl<T: DataType> Source for Typed<T>
where
    T::T: Physical,
{
    fn read(
        &mut self,
        definitions: &mut Vec<i16>,
        repetitions: &mut Vec<i16>,
    ) -> Result<usize, ParquetError> {
        self.values.clear();
        let (_, _, levels) = self.reader.read_records(
            BATCH,
            Some(definitions),
            Some(repetitions),
            &mut self.values,
        )?;
        Ok(levels)
    }

    fn value(&self, index: usize) -> Option<Leaf> {
        self.values.get(index).map(|value| value.leaf(&self.kind))
    }
}

/// The reading of one row.
pub(super) struct Reading<'a> {
    columns: &'a mut [Column],
    /// Why the row is malformed, though it could be read past.
    pub(super) malformed: Option<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(columns: &'a mut [Column]) -> Self {
        Reading { columns, malformed: None }
    }

    /// # Errors
    /// When the columns contradict each other or the file.
    pub(super) fn row(&mut self, root: &Node) -> Result<Row, ParquetError> {
        self.columns.iter_mut().try_for_each(Column::load)?;
        match self.value(root)? {
            Some(Value::Object(row)) => Ok(row),
            _ => Ok(Row::new()),
        }
    }

    /// `None` stands for bytes that are not UTF-8, and for lists that hold such.
    fn value(&mut self, node: &Node) -> Result<Option<Value>, ParquetError> {
        match node {
            Node::Leaf(index) => self.leaf(*index),
            Node::Optional { present, leaf, child } => {
                if self.columns[*leaf].definition() >= *present {
                    return self.value(child);
                }
                self.skip(child)?;
                Ok(Some(Value::Null))
            }
            Node::Group(fields) => {
                let mut object = Row::new();
                for (name, field) in fields {
                    if let Some(value) = self.value(field)? {
                        object.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Object(object)))
            }
            Node::List { present, level, leaf, element } => {
                let mut list = Some(Vec::new());
                self.repeated(*present, *level, *leaf, node, |reading| {
                    match (reading.value(element)?, &mut list) {
                        (Some(value), Some(list)) => list.push(value),
                        _ => list = None,
                    }
                    Ok(())
                })?;
                Ok(list.map(Value::Array))
            }
            Node::Map { present, level, leaf, key, value } => {
                let mut map = Row::new();
                self.repeated(*present, *level, *leaf, node, |reading| {
                    let key = match reading.value(key)? {
                        Some(Value::String(key)) => Some(key),
                        Some(other) => Some(other.to_string()),
                        None => None,
                    };
                    if let (Some(key), Some(value)) = (key, reading.value(value)?) {
                        map.insert(key, value);
                    }
                    Ok(())
                })?;
                Ok(Some(Value::Object(map)))
            }
        }
    }

    /// Reads what is repeated, once for each element.
    fn repeated(
        &mut self,
        present: i16,
        level: i16,
        leaf: usize,
        node: &Node,
        mut element: impl FnMut(&mut Self) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        if self.columns[leaf].definition() < present {
            return self.skip(node);
        }
        loop {
            let before = self.columns[leaf].level;
            element(self)?;
            let column = &self.columns[leaf];
            if column.level == before || column.repetition() < level {
                return Ok(());
            }
        }
    }

    fn leaf(&mut self, index: usize) -> Result<Option<Value>, ParquetError> {
        Ok(match self.columns[index].take()? {
            Leaf::Value(value) => Some(value),
            Leaf::Binary => None,
            Leaf::Malformed(reason) => {
                let name = &self.columns[index].name;
                self.malformed.get_or_insert_with(|| format!("column {name}: {reason}"));
                None
            }
        })
    }

    /// Passes over what is not there: each column has one level for it.
    fn skip(&mut self, node: &Node) -> Result<(), ParquetError> {
        let mut result = Ok(());
        node.leaves(&mut |leaf| {
            if result.is_ok() {
                result = self.columns[leaf].skip();
            }
        });
        result
    }
}
