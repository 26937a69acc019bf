"""Golden files for ext5-data: TFRecord, Parquet, gzip and zstd as Python's packages write them.

    python tools/oracles/sources_golden.py crates/data/tests/golden

Needs pyarrow, zstandard and crc32c; their versions are in the output, `sources.json`, which also
holds the rows that every file must be read as. tf.Example messages are put together here by the
protocol buffer documentation, so that TensorFlow is not needed.
"""

import datetime
import decimal
import gzip
import io
import json
import struct
import sys
import uuid
import zlib
from importlib import metadata
from pathlib import Path

import crc32c
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

OUT = Path(sys.argv[1])
decimal.getcontext().prec = 100
TEXTS = ["one", "naïve café", "東京 👩‍👩‍👧", 'a "quoted", field', "two\nlines", "", "tab\there"]
ROWS = [{"id": n, "text": text} for n, text in enumerate(TEXTS)]
EXPECTED = {}


def write(name, data, rows):
    (OUT / name).write_bytes(data)
    EXPECTED[name] = rows


def jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def compressed():
    """One member or frame, and several."""
    plain = jsonl(ROWS)
    half = len(jsonl(ROWS[:3]))
    write("plain.jsonl", plain, ROWS)
    write("one.jsonl.gz", gzip.compress(plain, mtime=0), ROWS)
    members = [gzip.compress(part, mtime=0) for part in (plain[:half], b"", plain[half:])]
    write("members.jsonl.gz", b"".join(members), ROWS)
    write("misnamed.jsonl", members[0] + members[2], ROWS)
    compressor = zstandard.ZstdCompressor(write_checksum=True)
    write("one.jsonl.zst", compressor.compress(plain), ROWS)
    skippable = struct.pack("<II", 0x184D2A50, 4) + b"skip"
    frames = [compressor.compress(plain[:half]), skippable, compressor.compress(plain[half:])]
    write("frames.jsonl.zst", b"".join(frames), ROWS)


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def feature(values):
    if isinstance(values[0], bytes):
        return field(1, b"".join(field(1, value) for value in values))
    if isinstance(values[0], float):
        return field(2, field(1, struct.pack(f"<{len(values)}f", *values)))
    return field(3, field(1, b"".join(varint(value) for value in values)))


def example(features):
    entries = (field(1, field(1, k.encode()) + field(2, feature(v))) for k, v in features.items())
    return field(1, b"".join(entries))


def masked(data):
    crc = crc32c.crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data):
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def tf_record():
    examples, rows = [], []
    for n, text in enumerate(TEXTS):
        examples.append({
            "text": [text.encode()],
            "answers": [text.encode(), b"x"],
            "label": [n - 3],
            "big": [2**63 - 1, -(2**63), 0],
            "score": [n / 8],
            "scores": [0.1, -2.5],
            "image": [b"\xff\xd8\xff" * 4],
        })
        rows.append({
            "text": text, "answers": [text, "x"], "label": n - 3,
            "big": [2**63 - 1, -(2**63), 0], "score": n / 8, "scores": [0.1, -2.5],
        })
    data = b"".join(record(example(features)) for features in examples)
    write("example.tfrecord", data, rows)
    write("example.tfrecord-00000-of-00001.gz", gzip.compress(data, mtime=0), rows)


def parquet_types():
    """Every logical type, nested columns, nulls; several row groups and pages."""
    utc = datetime.timezone.utc
    moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 123456)
    count = 700
    numbers = list(range(count))

    def some(value, n):
        return None if n % 5 == 3 else value

    columns = {
        "string": (pa.string(), [some(TEXTS[n % 7], n) for n in numbers], None),
        "large": (pa.large_string(), [TEXTS[n % 7] for n in numbers], None),
        "dictionary": (pa.dictionary(pa.int32(), pa.string()), [TEXTS[n % 3] for n in numbers], None),
        "flag": (pa.bool_(), [n % 2 == 0 for n in numbers], None),
        "int8": (pa.int8(), [n % 256 - 128 for n in numbers], None),
        "uint8": (pa.uint8(), [n % 256 for n in numbers], None),
        "uint32": (pa.uint32(), [2**32 - 1 - n for n in numbers], None),
        "int64": (pa.int64(), [some(-(2**63) + n, n) for n in numbers], None),
        "uint64": (pa.uint64(), [2**64 - 1 - n for n in numbers], None),
        "half": (pa.float16(), [n / 4 for n in numbers], None),
        "float": (pa.float32(), [float("nan") if n == 1 else n / 8 for n in numbers],
                  [None if n == 1 else n / 8 for n in numbers]),
        "double": (pa.float64(), [n / 3 for n in numbers], None),
        "bytes": (pa.binary(), [TEXTS[n % 7].encode() for n in numbers], [TEXTS[n % 7] for n in numbers]),
        "fixed": (pa.binary(3), [b"abc"] * count, ["abc"] * count),
        "date": (pa.date32(), [datetime.date(1969, 12, 31)] * count, ["1969-12-31"] * count),
        "time_ms": (pa.time32("ms"), [datetime.time(1, 2, 3, 4000)] * count, ["01:02:03.004"] * count),
        "time_us": (pa.time64("us"), [datetime.time(1, 2, 3, 4)] * count, ["01:02:03.000004"] * count),
        "ms": (pa.timestamp("ms", "UTC"), [moment.replace(microsecond=0, tzinfo=utc)] * count,
               ["2024-02-29T23:59:59Z"] * count),
        "us": (pa.timestamp("us"), [moment] * count, ["2024-02-29T23:59:59.123456"] * count),
        "ns": (pa.timestamp("ns"), [some(1709251199123456789, n) for n in numbers],
               [some("2024-02-29T23:59:59.123456789", n) for n in numbers]),
        "decimal": (pa.decimal128(9, 2), [decimal.Decimal(n - 9) / 4 for n in numbers],
                    [f"{(n - 9) / 4:.2f}" for n in numbers]),
        "wide": (pa.decimal256(60, 3), [decimal.Decimal(-(10**40)) - n for n in numbers],
                 [f"{-(10**40) - n}.000" for n in numbers]),
        "list": (pa.list_(pa.string()), [some([TEXTS[(n + i) % 7] for i in range(n % 4)], n) for n in numbers], None),
        "nulls": (pa.list_(pa.int64()), [[None, n][: n % 3] for n in numbers], None),
        "nested": (pa.list_(pa.list_(pa.int32())), [[list(range(i)) for i in range(n % 4)] for n in numbers], None),
        "struct": (
            pa.struct([("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int32()))]),
            [some({"text": ["x"] * (n % 3), "answer_start": [n] * (n % 3)}, n) for n in numbers], None,
        ),
        "turns": (
            pa.list_(pa.struct([("speaker", pa.string()), ("acts", pa.list_(pa.string()))])),
            [[{"speaker": some("A", i), "acts": ["p"] * (i % 3)} for i in range(n % 5)] for n in numbers], None,
        ),
        "map": (
            pa.map_(pa.string(), pa.list_(pa.int32())),
            [list({f"k{i}": list(range(i)) for i in range(n % 3)}.items()) for n in numbers],
            [{f"k{i}": list(range(i)) for i in range(n % 3)} for n in numbers],
        ),
        "nothing": (pa.null(), [None] * count, None),
    }
    table = pa.table({name: pa.array(values, type) for name, (type, values, _) in columns.items()})
    expected = {name: values if want is None else want for name, (_, values, want) in columns.items()}
    rows = [{name: values[n] for name, values in expected.items()} for n in numbers]
    for compression, version in [
        ("none", "1.0"), ("snappy", "2.0"), ("gzip", "2.0"), ("zstd", "1.0"), ("lz4", "2.0"),
    ]:
        if compression != "snappy":
            # All columns once; the codecs on few of them, to keep the files small.
            part = table.select(["string", "int64", "list"]).slice(0, 100)
            want = [{k: row[k] for k in ("string", "int64", "list")} for row in rows[:100]]
        else:
            part, want = table, rows
        out = io.BytesIO()
        pq.write_table(
            part, out, compression=compression, data_page_version=version, row_group_size=300,
            data_page_size=512, write_page_checksum=True, store_schema=False,
        )
        write(f"{compression}.parquet", out.getvalue(), want)


def parquet_others():
    """What needs a file of its own: old timestamps, no rows, UUIDs, bytes that are no text."""
    out = io.BytesIO()
    moment = datetime.datetime(1960, 1, 2, 3, 4, 5, 678000)
    table = pa.table({"old": pa.array([moment, None], pa.timestamp("ms"))})
    pq.write_table(table, out, use_deprecated_int96_timestamps=True)
    write("int96.parquet", out.getvalue(), [{"old": "1960-01-02T03:04:05.678"}, {"old": None}])

    out = io.BytesIO()
    value = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    table = pa.table({
        "uuid": pa.array([value.bytes], pa.uuid()),
        "json": pa.array(['{"a": [1, null]}'], pa.json_()),
        "image": pa.array([b"\xff\xd8"], pa.binary()),
        "images": pa.array([[b"\xff\xd8", b"x"]], pa.list_(pa.binary())),
        "caption": pa.array(["a cat"]),
    })
    pq.write_table(table, out)
    write("others.parquet", out.getvalue(), [{"uuid": str(value), "json": {"a": [1, None]}, "caption": "a cat"}])

    out = io.BytesIO()
    pq.write_table(table.slice(0, 0), out)
    write("no_rows.parquet", out.getvalue(), [])

    # A column of strings with bytes that are none: arrow does not look, the reader must.
    data = pa.py_buffer(b"good\xff\xfemore")
    offsets = pa.py_buffer(struct.pack("<4i", 0, 4, 6, 10))
    out = io.BytesIO()
    bad = pa.Array.from_buffers(pa.string(), 3, [None, offsets, data])
    pq.write_table(pa.table({"n": [1, 2, 3], "text": bad, "m": [4, 5, 6]}), out)
    write("not_utf8.parquet", out.getvalue(), [
        {"n": 1, "text": "good", "m": 4}, None, {"n": 3, "text": "more", "m": 6},
    ])

    out = io.BytesIO()
    pq.write_table(pa.table({"n": [1]}), out, compression="brotli")
    (OUT / "brotli.parquet").write_bytes(out.getvalue())


compressed()
tf_record()
parquet_types()
parquet_others()
PACKAGES = ["pyarrow", "zstandard", "crc32c"]
result = {
    "versions": {
        "python": sys.version.split()[0],
        "zlib": zlib.ZLIB_VERSION,
        **{package: metadata.version(package) for package in PACKAGES},
    },
    "files": {name: len(rows) for name, rows in EXPECTED.items()},
}
(OUT / "sources.json").write_text(json.dumps(result, indent=1) + "\n")
for name, rows in EXPECTED.items():
    # One row a line, compressed as a whole: the expected rows are larger than the files.
    (OUT / "rows" / f"{name}.json.gz").parent.mkdir(exist_ok=True)
    (OUT / "rows" / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(rows).encode(), mtime=0))
