//! The log as TensorBoard reads it: scalars in event files.
//!
//! An event file is a TFRecord file of `tensorflow.Event` messages. Source of the fields and their
//! numbers: TensorFlow, `core/util/event.proto` and `core/framework/summary.proto`.

use crate::log::{Line, Tally};
use ext5_data::tf_record::framed;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a reader of event files looks for in their names.
const NAME: &str = "events.out.tfevents";

/// An open event file.
#[derive(Debug)]
pub struct Events {
    file: File,
}

impl Events {
    /// Begins a new file in the folder of a run that stands at `step`. Readers drop what older files
    /// say of later steps: a killed process wrote that after its last checkpoint.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(run: &Path, step: u64) -> io::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Readers take files in the order of their names.
        let name = format!("{NAME}.{:010}.{:09}.ext5", now.as_secs(), now.subsec_nanos());
        let mut events = Events { file: File::create_new(run.join(name))? };
        // The first version whose readers know of restarts.
        events.write(0, |event| event.bytes(3, b"brain.Event:2"))?;
        let mut start = Message::default();
        start.varint(1, 1);
        if step > 0 {
            events.write(step + 1, |event| event.bytes(7, &start.0))?;
        }
        Ok(events)
    }

    /// Appends what a line of the log says.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn line(&mut self, line: &Line) -> io::Result<()> {
        let mut summary = Message::default();
        for (tag, value) in scalars(line) {
            let mut scalar = Message::default();
            scalar.bytes(1, tag.as_bytes());
            scalar.float(2, value as f32);
            summary.bytes(1, &scalar.0);
        }
        self.write(line.step(), |event| event.bytes(5, &summary.0))
    }

    fn write(&mut self, step: u64, fill: impl FnOnce(&mut Message)) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut event = Message::default();
        event.double(1, now.as_secs_f64());
        event.varint(2, step);
        fill(&mut event);
        self.file.write_all(&framed(&event.0))
    }
}

/// Tags and values of a line.
fn scalars(line: &Line) -> Vec<(String, f64)> {
    let mut found: Vec<(String, f64)> = Vec::new();
    let mut add = |tag: String, value: f64| found.push((tag, value));
    let mut losses = |kind: &str, parts: [(&str, &Tally); 2], entries, families| {
        let groups = parts.map(|(name, tally)| (name.to_owned(), tally)).into_iter();
        let named = |group: &'static str| {
            move |(name, tally)| -> (String, &Tally) { (format!("{group}/{name}"), tally) }
        };
        let entries: &crate::log::Tallies = entries;
        let families: &crate::log::Tallies = families;
        let all = groups
            .chain(families.iter().map(named("family")))
            .chain(entries.iter().map(named("entry")));
        for (name, tally) in all.filter(|(_, tally)| tally.tokens > 0) {
            add(format!("{kind}/{name}"), tally.loss());
        }
    };
    match line {
        Line::Train {
            rate,
            gradient_norm,
            denoising,
            supervised,
            entries,
            families,
            skipped,
            fill,
            tokens_per_second,
            waiting,
            ..
        } => {
            let parts = [("denoising", denoising), ("supervised", supervised)];
            losses("train", parts, entries, families);
            add("run/rate".to_owned(), *rate);
            if let Some(norm) = gradient_norm {
                add("run/gradient_norm".to_owned(), *norm);
            }
            add("run/skipped".to_owned(), *skipped as f64);
            add("run/fill".to_owned(), *fill);
            add("run/tokens_per_second".to_owned(), *tokens_per_second);
            add("run/waiting".to_owned(), *waiting);
        }
        Line::Evaluation { denoising, supervised, entries, families, scores, .. } => {
            let parts = [("denoising", denoising), ("supervised", supervised)];
            losses("held_out", parts, entries, families);
            for score in scores {
                add(format!("score/{}/{}", score.task, score.metric), score.value);
            }
        }
        Line::Skipped { in_a_row, .. } => {
            add("run/skipped_in_a_row".to_owned(), *in_a_row as f64);
        }
    }
    found
}

/// A protocol buffer message in the making.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn tag(&mut self, field: u64, wire_type: u64) {
        self.raw_varint(field << 3 | wire_type);
    }

    fn raw_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn varint(&mut self, field: u64, value: u64) {
        self.tag(field, 0);
        self.raw_varint(value);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.tag(field, 1);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.tag(field, 2);
        self.raw_varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn float(&mut self, field: u64, value: f32) {
        self.tag(field, 5);
        self.0.extend_from_slice(&value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as protoc's encoding of the same message.
    #[test]
    fn messages() {
        let mut message = Message::default();
        message.varint(2, 300);
        message.bytes(3, b"ab");
        message.float(2, 1.5);
        assert_eq!(message.0, [0x10, 0xAC, 0x02, 0x1A, 2, b'a', b'b', 0x15, 0, 0, 0xC0, 0x3F]);
    }

    #[test]
    fn one_file_a_start() {
        let folder = tempfile::tempdir().unwrap();
        for step in [0, 7] {
            Events::open(folder.path(), step).unwrap();
        }
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names.len(), 2);
        assert!(names.iter().all(|name| name.starts_with(NAME)));
    }
}
