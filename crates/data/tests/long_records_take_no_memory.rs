//! A record above the limit is malformed and passed over, in memory that does not grow with it.

mod support;

use ext5_core::testing::Counting;
use ext5_data::{Documents, Format, Layout, RECORD_LIMIT, Rows, Tolerance};
use std::fs;
use std::io::Write;
use std::path::Path;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LONG: usize = 50 << 20;
const LIMIT: usize = 1 << 20;
/// Well below the long record, and above the limit, buffers and a decoder.
const MEMORY: usize = 6 << 20;

fn write(path: &Path, parts: [&[u8]; 3]) {
    let mut file = fs::File::create(path).unwrap();
    file.write_all(parts[0]).unwrap();
    for _ in 0..LONG / parts[1].len() {
        file.write_all(parts[1]).unwrap();
    }
    file.write_all(parts[2]).unwrap();
}

fn check(format: Format, path: &Path, line: u64) {
    let used = Counting::most_of(|| {
        let rows = Rows::new(format, vec![path.to_owned()], Tolerance::ANY);
        let mut rows = rows.with_limit(LIMIT);
        assert_eq!(rows.by_ref().map(Result::unwrap).count(), 2, "{path:?}");
        let tally = rows.tally();
        assert_eq!((tally.rows, tally.malformed, tally.first[0].line), (3, 1, line), "{path:?}");
        let reason = &tally.first[0].reason;
        assert!(reason.contains("bytes, above the limit of 1048576"), "{reason}");
    });
    assert!(used < MEMORY, "{path:?} took {used} bytes");
}

// One test: what another thread takes would count.
#[test]
fn fifty_megabytes_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let block = [b'x'; 1 << 16];

    write(&path("a.jsonl"), [b"{\"a\": 1}\n{\"a\": \"", &block, b"\"}\n{\"a\": 2}\n"]);
    check(Format::Jsonl, &path("a.jsonl"), 2);
    check(Format::Text, &path("a.jsonl"), 2);
    write(&path("a.csv"), [b"a\n1\n\"", &block, b"\n\"\n2\n"]);
    check(Format::Csv, &path("a.csv"), 3);
    write(&path("fields.csv"), [b"a\n1\n", &[b','; 1 << 16], b"\n2\n"]);
    check(Format::Csv, &path("fields.csv"), 3);
    write(&path("a.tsv"), [b"a\n1\n", &block, b"\n2\n"]);
    check(Format::Tsv, &path("a.tsv"), 3);
    let records = [vec![], vec![0; LONG], vec![]].map(|bytes| support::framed(&bytes)).concat();
    fs::write(path("empty.tfrecord"), records).unwrap();
    check(Format::TfRecord, &path("empty.tfrecord"), 2);

    let plain = fs::read(path("a.jsonl")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    fs::write(path("a.jsonl.gz"), gzip.finish().unwrap()).unwrap();
    fs::write(path("a.jsonl.zst"), zstd::encode_all(&*plain, 1).unwrap()).unwrap();
    drop(plain);
    check(Format::Jsonl, &path("a.jsonl.gz"), 2);
    check(Format::Jsonl, &path("a.jsonl.zst"), 2);

    // Documents too, in each layout.
    write(&path("a.txt"), [b"one\n\n", &block, b"\n\ntwo\n"]);
    let documents = |layout, limit| {
        let documents = Documents::new(vec![path("a.txt")], Tolerance::ANY);
        documents.with_layout(layout).with_limit(limit).map(|d| d.unwrap().text).collect::<Vec<_>>()
    };
    let rows = Layout::Rows { column: "text".to_owned() };
    let used = Counting::most_of(|| {
        assert_eq!(documents(Layout::EmptyLines, LIMIT), ["one", "two"]);
        assert_eq!(documents(rows, LIMIT), ["one", "two"]);
        assert_eq!(documents(Layout::File, LIMIT), [""; 0]);
    });
    assert!(used < MEMORY, "documents took {used} bytes");

    // The limit that holds when none is stated.
    const { assert!(LONG > RECORD_LIMIT) };
    let mut rows = Rows::new(None, vec![path("a.jsonl")], Tolerance::ANY);
    assert!(rows.by_ref().all(|row| row.is_ok()));
    assert_eq!(rows.tally().malformed, 1);
}
