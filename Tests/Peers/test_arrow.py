"""Arrow files and streams: pyarrow, polars and DuckDB read ours, and we read theirs."""

import datetime as dt
import decimal
import random
import subprocess
import uuid

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc as ipc
import pytest

import program

UTC = dt.timezone.utc
#: One column of each type, with NULLs; `row` keeps the order.
TYPES = """
SELECT row,
  CASE WHEN row % 3 = 0 THEN NULL ELSE row % 2 = 0 END AS flag,
  CASE WHEN row % 5 = 1 THEN NULL ELSE row * 1000003 END AS number,
  CASE WHEN row % 7 = 2 THEN NULL ELSE row / 8.0 END AS fraction,
  CASE WHEN row % 4 = 3 THEN NULL ELSE CAST(row * 0.25 AS decimal) END AS money,
  CASE WHEN row % 6 = 0 THEN NULL WHEN row % 6 = 1 THEN '' ELSE 'text ' || (row % 11) END AS word,
  CASE WHEN row % 9 = 4 THEN NULL ELSE TIMESTAMP '2019-10-01 12:00:00.25' + row * 1h END AS instant,
  CASE WHEN row % 8 = 5 THEN NULL ELSE CAST(DATE '2019-10-01' + row * 1d AS date) END AS day,
  CASE WHEN row % 10 = 6 THEN NULL ELSE row * 90s END AS wait
FROM (SELECT product_id % 1000 AS row FROM events GROUP BY 1) ORDER BY row
"""


def cells(table):
    return [tuple(row.values()) for row in table.to_pylist()]


def wanted_types():
    """The rows that TYPES asks for, worked out here."""
    start = dt.datetime(2019, 10, 1, 12, 0, 0, 250_000, tzinfo=UTC)
    for row in range(1000):
        yield (
            row,
            None if row % 3 == 0 else row % 2 == 0,
            None if row % 5 == 1 else row * 1_000_003,
            None if row % 7 == 2 else row / 8,
            None if row % 4 == 3 else decimal.Decimal(row * 25) / 100,
            None if row % 6 == 0 else "" if row % 6 == 1 else f"text {row % 11}",
            None if row % 9 == 4 else start + dt.timedelta(hours=row),
            None if row % 8 == 5 else dt.date(2019, 10, 1) + dt.timedelta(days=row),
            None if row % 10 == 6 else dt.timedelta(seconds=90 * row),
        )


@pytest.fixture(scope="module")
def types_file(tmp_path_factory):
    """The table of TYPES as bql writes it, and its path."""
    folder = tmp_path_factory.mktemp("arrow")
    log = folder / "log.csv"
    rows = [f"{n},view,2019-10-01 00:00:00,{n}" for n in range(1000)]
    log.write_text("user_id,event_type,event_time,product_id\n" + "\n".join(rows) + "\n")
    path = folder / "types.arrow"
    program.run(log, "--quiet", "-c", TYPES.strip() + f" INTO '{path}'")
    return path


def test_pyarrow_reads_every_type(types_file):
    table = ipc.open_file(types_file).read_all()
    table.validate(full=True)
    assert [str(field.type) for field in table.schema] == [
        "int64", "bool", "int64", "double", "decimal128(19, 2)",
        "dictionary<values=string, indices=int32, ordered=0>", "timestamp[us, tz=UTC]",
        "date32[day]", "duration[us]",
    ]
    assert cells(table) == list(wanted_types())


def test_polars_reads_every_type(types_file):
    frame = pl.read_ipc(types_file)
    assert frame.rows() == list(wanted_types())


def test_duckdb_reads_every_type(types_file):
    written = ipc.open_file(types_file).read_all()
    rows = duckdb.sql("SELECT * REPLACE (epoch_us(instant) AS instant) FROM written").fetchall()
    assert len(rows) == written.num_rows
    epoch = dt.datetime(1970, 1, 1, tzinfo=UTC)
    wanted = [
        row[:6] + (row[6] and (row[6] - epoch) // dt.timedelta(microseconds=1),) + row[7:]
        for row in wanted_types()
    ]
    assert rows == wanted


def test_answers_equal_those_in_csv(shop, tmp_path):
    question = "SELECT brand, event_type, count(*) AS n, sum(price) AS money FROM events GROUP BY ALL"
    path = tmp_path / "answer.arrow"
    program.run(shop.path, "--quiet", "-c", f"{question} ORDER BY 1, 2 INTO '{path}'")
    text = program.run(shop.path, "--quiet", "--format", "csv", "-c", f"{question} ORDER BY 1, 2")
    spelled = [
        ",".join("" if cell is None else str(cell) for cell in row)
        for row in cells(ipc.open_file(path).read_all())
    ]
    assert spelled == text.splitlines()[1:]


def test_streams_follow_one_another(shop):
    done = subprocess.run(
        [
            program.PROGRAM, str(shop.path), "--quiet", "--format", "arrow",
            "-c", "SELECT 1 AS a; SELECT brand FROM events LIMIT 3; SELECT 2 AS a WHERE false",
        ],
        capture_output=True, check=True,
    )
    source = pa.BufferReader(done.stdout)
    tables = []
    while source.tell() < len(done.stdout):
        tables.append(ipc.open_stream(source).read_all())
    assert [(table.num_rows, table.column_names) for table in tables] == [
        (1, ["a"]), (3, ["brand"]), (0, ["a"]),
    ]


def test_a_log_written_and_loaded_is_the_same(shop, tmp_path):
    questions = [
        "FUNNEL view, cart, purchase WITHIN 7d BY brand TOP 5",
        "RETENTION OF purchase EVERY month FOR 3",
        "SELECT count(*) AS n, count(brand) AS b, sum(price) AS p, min(event_time) AS t FROM events",
    ]
    wanted = program.answers(questions, shop.path)
    for name in ["log.arrow", "log.arrows"]:
        path = tmp_path / name
        program.run(shop.path, "--quiet", "-c", f"SELECT * FROM events INTO '{path}'")
        assert program.answers(questions, path) == wanted


# What others write


def foreign_table(draw, rows):
    """A table of every type that others write and we read, and its rows as we should have them."""

    def some(values):
        return [draw.choice([None, *values]) for _ in range(rows)]

    instants = [dt.datetime(2019, 10, 1, 3, 4, 5, tzinfo=UTC), dt.datetime(1969, 12, 31, tzinfo=UTC)]
    days = [dt.date(2019, 10, 1), dt.date(1960, 2, 29)]
    texts = ["", "a", "ü", "a text of more than twelve bytes", "b\nc"]
    spans = [dt.timedelta(seconds=5), dt.timedelta(days=-3)]
    columns = {}
    for bits in [8, 16, 32, 64]:
        columns[f"int{bits}"] = pa.array(some([0, -1, 2 ** (bits - 1) - 1]), f"int{bits}")
        top = 2 ** min(bits, 63) - 1
        columns[f"uint{bits}"] = pa.array(some([0, 1, top]), f"uint{bits}")
    columns["half"] = pa.array(some([0.5, -2.0]), pa.float16())
    columns["single"] = pa.array(some([0.5, 1e10]), pa.float32())
    columns["double"] = pa.array(some([0.1, -1e300]), pa.float64())
    columns["flag"] = pa.array(some([True, False]), pa.bool_())
    for name, kind in [
        ("utf8", pa.string()), ("large_utf8", pa.large_string()), ("view", pa.string_view()),
    ]:
        columns[name] = pa.array(some(texts), kind)
    for name, kind in [("binary", pa.binary()), ("large_binary", pa.large_binary())]:
        columns[name] = pa.array([t and t.encode() for t in some(texts)], kind)
    for index in ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]:
        kind = pa.dictionary(pa.type_for_alias(index), pa.string())
        columns[f"by_{index}"] = pa.array(some(texts), pa.string()).cast(kind)
    columns["ordered"] = pa.DictionaryArray.from_arrays(
        pa.array(some([0, 1]), pa.int8()), pa.array(["low", "high"]), ordered=True
    )
    columns["coded"] = pa.array(some([5, -7]), pa.int64()).dictionary_encode()
    for unit in ["s", "ms", "us", "ns"]:
        columns[f"zoned_{unit}"] = pa.array(some(instants), pa.timestamp(unit, "America/New_York"))
        naive = [i and i.replace(tzinfo=None) for i in some(instants)]
        columns[f"naive_{unit}"] = pa.array(naive, pa.timestamp(unit))
        columns[f"span_{unit}"] = pa.array(some(spans), pa.duration(unit))
    columns["date32"] = pa.array(some(days), pa.date32())
    columns["date64"] = pa.array(some(days), pa.date64())
    money = [decimal.Decimal("1.25"), decimal.Decimal("-99999999.99")]
    for name, kind in [
        ("money", pa.decimal128(12, 2)), ("money64", pa.decimal64(12, 2)),
        ("money256", pa.decimal256(40, 2)),
    ]:
        columns[name] = pa.array(some(money), kind)
    columns["tenths"] = pa.array(some([decimal.Decimal("1.5")]), pa.decimal128(12, 1))
    columns["whole"] = pa.array(some([decimal.Decimal(77)]), pa.decimal128(12, 0))
    columns["fine"] = pa.array(some([decimal.Decimal("1.2345")]), pa.decimal128(12, 4))
    columns["id"] = pa.array([uuid.UUID(int=draw.getrandbits(128)).bytes for _ in range(rows)], pa.binary(16))
    columns["nothing"] = pa.nulls(rows)
    return pa.table(columns)


def plain(value):
    """A value of pyarrow as bql spells it in JSON."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value)) if len(value) == 16 else value.decode()
    if isinstance(value, dt.datetime):
        text = value.astimezone(UTC) if value.tzinfo else value
        return text.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return int(value.total_seconds())
    if isinstance(value, float):
        return decimal.Decimal(repr(value))
    return value


def same(ours, theirs):
    """Whether a cell of bql's JSON is pyarrow's."""
    theirs = plain(theirs)
    if isinstance(theirs, decimal.Decimal) and ours is not None:
        return decimal.Decimal(str(ours)) == theirs
    return ours == theirs


def check(path, table):
    found = program.answer(f"SELECT * FROM '{path}'")
    assert len(found) == table.num_rows
    for number, (ours, theirs) in enumerate(zip(found, table.to_pylist())):
        for name, value in theirs.items():
            assert same(ours[name], value), f"{path}, row {number}, {name}: {ours[name]} for {value}"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_files_of_pyarrow(tmp_path, seed, compression):
    table = foreign_table(random.Random(seed), [0, 1, 7, 64, 300, 1000][seed])
    options = ipc.IpcWriteOptions(compression=compression, unify_dictionaries=True)
    path = tmp_path / "table.arrow"
    with ipc.new_file(path, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=100)
    check(path, table)
    stream = tmp_path / "table.arrows"
    options = ipc.IpcWriteOptions(compression=compression)
    with ipc.new_stream(stream, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=33)
    check(stream, table)


def test_slices_of_pyarrow(tmp_path):
    """Bitmaps and offsets that do not start at the first row."""
    table = foreign_table(random.Random(77), 500)
    for start, count in [(1, 499), (3, 100), (13, 64), (499, 1), (250, 0)]:
        path = tmp_path / f"slice-{start}.arrow"
        part = table.slice(start, count)
        with ipc.new_file(path, part.schema) as writer:
            writer.write_table(part)
        check(path, part)


@pytest.mark.parametrize("deltas", [False, True])
def test_dictionaries_that_grow_and_change(tmp_path, deltas):
    texts = [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]] + ([] if deltas else [["z", "a"]])
    batches = [
        pa.record_batch(
            {"t": pa.DictionaryArray.from_arrays(pa.array([0, None, 1, len(words) - 1]), pa.array(words))}
        )
        for words in texts
    ]
    options = ipc.IpcWriteOptions(emit_dictionary_deltas=deltas)
    path = tmp_path / "growing.arrows"
    with ipc.new_stream(path, batches[0].schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
    wanted = [value for words in texts for value in (words[0], None, words[1], words[-1])]
    assert [row["t"] for row in program.answer(f"SELECT * FROM '{path}'")] == wanted
    if deltas:
        with ipc.new_file(tmp_path / "growing.arrow", batches[0].schema, options=options) as writer:
            for batch in batches:
                writer.write_batch(batch)
        found = program.answer(f"SELECT * FROM '{tmp_path}/growing.arrow'")
        assert [row["t"] for row in found] == wanted


def test_feather_and_older_formats(tmp_path):
    table = foreign_table(random.Random(5), 50)
    # As pandas' to_feather: compressed with LZ4.
    pyarrow.feather.write_feather(table.drop_columns(["half"]), tmp_path / "a.feather")
    check(tmp_path / "a.feather", table.drop_columns(["half"]))
    old = table.drop_columns(["view"])
    options = ipc.IpcWriteOptions(
        use_legacy_format=True, metadata_version=ipc.MetadataVersion.V4, unify_dictionaries=True
    )
    with ipc.new_file(tmp_path / "old.arrow", old.schema, options=options) as writer:
        writer.write_table(old)
    check(tmp_path / "old.arrow", old)


@pytest.mark.parametrize("compression", ["uncompressed", "zstd", "lz4"])
def test_files_of_polars(tmp_path, compression):
    draw = random.Random(3)
    words = ["", "x", "a text of more than twelve bytes", None]
    frame = pl.DataFrame(
        {
            "n": [draw.choice([None, 1, -5]) for _ in range(500)],
            "t": [draw.choice(words) for _ in range(500)],
            "c": pl.Series([draw.choice(words) for _ in range(500)], dtype=pl.Categorical),
            "e": pl.Series([draw.choice(["lo", "hi", None]) for _ in range(500)], dtype=pl.Enum(["lo", "hi"])),
            "d": [dt.date(2019, 10, 1) + dt.timedelta(days=draw.randrange(99)) for _ in range(500)],
            "i": [dt.datetime(2019, 10, 1, draw.randrange(24)) for _ in range(500)],
            "b": [draw.choice([True, False, None]) for _ in range(500)],
            "f": [draw.choice([0.5, None]) for _ in range(500)],
            "s": [dt.timedelta(seconds=draw.randrange(9999)) for _ in range(500)],
        }
    )
    for level in ["oldest", "newest"]:
        path = tmp_path / f"{level}.arrow"
        frame.write_ipc(path, compression=compression, compat_level=getattr(pl.CompatLevel, level)())
        check(path, frame.to_arrow())
        stream = tmp_path / f"{level}.arrows"
        frame.write_ipc_stream(
            stream, compression=compression, compat_level=getattr(pl.CompatLevel, level)()
        )
        check(stream, frame.to_arrow())


def test_a_log_of_pyarrow_is_that_of_its_csv(shop, tmp_path):
    """Prices as doubles and times as instants, as data frames have them."""
    import pyarrow.csv

    table = pyarrow.csv.read_csv(shop.path)
    table = table.set_column(
        table.column_names.index("event_time"),
        "event_time",
        pa.array(
            dt.datetime.strptime(str(text)[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            for text in table.column("event_time").to_pylist()
        ),
    )
    path = tmp_path / "shop.arrow"
    with ipc.new_file(path, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    questions = [
        "FUNNEL view, cart, purchase WITHIN 1d BY category_code TOP 4",
        "SELECT event_type, count(*) AS n, sum(price) AS p FROM events GROUP BY 1 ORDER BY 1",
        "DESCRIBE events",
    ]
    assert program.answers(questions, path) == program.answers(questions, shop.path)


@pytest.mark.parametrize(
    "column, words",
    [
        (pa.array([[1], [2]]), ["column x holds lists", "leave the column out"]),
        (pa.array([{"a": 1}, {"a": 2}]), ["column x holds structs"]),
        (pa.array([2**63, 1], pa.uint64()), ["column x", "row 1", "9,223,372,036,854,775,807"]),
        (pa.array([1, 2**62], pa.timestamp("s")), ["column x", "row 2", "0001 to 9999"]),
        (pa.array([b"abc", b"def"], pa.binary(3)), ["column x holds binary values of 3 bytes"]),
        (pa.array([(1, 0, 0), (0, 0, 0)], pa.month_day_nano_interval()), ["column x", "row 1", "months"]),
        (pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())), ["column x holds maps"]),
    ],
)
def test_what_is_refused_is_named(tmp_path, column, words):
    table = pa.table({"ok": [1, 2], "x": column})
    path = tmp_path / "refused.arrow"
    with ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(program.ProgramError) as refusal:
        program.answer(f"SELECT * FROM '{path}'")
    for word in words:
        assert word in str(refusal.value)


def test_standard_input(tmp_path):
    table = pa.table({"user_id": [1, 1, 2], "event_time": ["2019-10-01"] * 3, "event_type": ["a", "b", "a"]})
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    done = subprocess.run(
        [program.PROGRAM, "-", "--quiet", "-c", "SELECT count(*) FROM events"],
        input=sink.getvalue().to_pybytes(), capture_output=True, check=True,
    )
    assert done.stdout == b"count(*)\n3\n"
