"""Writes the fuzzer's inputs that only other programs make: `fuzz_corpus.py`, no arguments.

`Tests/Fuzz/Corpus/arrow` are small Arrow files and streams of pyarrow, polars and bql, of every type and
compression; `Tests/Fuzz/Corpus/manifest` the manifests of stores that bql writes. They are made anew where
what is read changes; `FuzzTests` says when a manifest of the corpus is no longer one.
"""

import datetime as dt
import decimal
import shutil
import tempfile
import uuid
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc

import program

CORPUS = program.ROOT / "Tests/Fuzz/Corpus"
UTC = dt.timezone.utc
INSTANT = dt.datetime(2019, 10, 1, 3, 4, 5, 250_000, tzinfo=UTC)
LOG = """event_time,event_type,product_id,category_code,brand,price,user_id,user_session
2019-10-01 00:00:00 UTC,view,1,,acme,10.50,7,26dd6e6e-4dac-4778-8d2c-92e149dab885
2019-10-01 00:00:05 UTC,cart,1,,acme,10.50,7,26dd6e6e-4dac-4778-8d2c-92e149dab885
2019-10-01 00:01:00 UTC,purchase,1,a.b,,10.50,7,26dd6e6e-4dac-4778-8d2c-92e149dab885
2019-10-02 00:00:00 UTC,view,2,a.b,"x, y",,9,0011aabb-4dac-4778-8d2c-92e149dab885
"""


def numbers():
    columns = {}
    for bits in [8, 16, 32, 64]:
        columns[f"i{bits}"] = pa.array([1, None, -(2 ** (bits - 1))], f"int{bits}")
        columns[f"u{bits}"] = pa.array([None, 0, 2 ** min(bits, 63) - 1], f"uint{bits}")
    columns["h"] = pa.array([0.5, None, -2.0], pa.float16())
    columns["f"] = pa.array([0.5, 1e10, float("nan")], pa.float32())
    columns["d"] = pa.array([0.1, -1e300, None], pa.float64())
    columns["b"] = pa.array([True, False, None], pa.bool_())
    return pa.table(columns)


def texts():
    words = ["", "ü", None, "a text of more than twelve bytes"]
    columns = {
        name: pa.array(words, kind)
        for name, kind in [("t", pa.string()), ("l", pa.large_string()), ("v", pa.string_view())]
    }
    columns["y"] = pa.array([word and word.encode() for word in words], pa.binary())
    columns["id"] = pa.array([uuid.UUID(int=n * 7**40).bytes for n in range(3)] + [None], pa.binary(16))
    columns["n"] = pa.nulls(4)
    return pa.table(columns)


def times():
    columns = {}
    for unit in ["s", "ms", "us", "ns"]:
        columns[f"z{unit}"] = pa.array([INSTANT.replace(microsecond=0), None], pa.timestamp(unit, "UTC"))
        columns[f"d{unit}"] = pa.array([dt.timedelta(days=-3), None], pa.duration(unit))
    columns["date32"] = pa.array([dt.date(2019, 10, 1), None], pa.date32())
    columns["date64"] = pa.array([None, dt.date(1960, 2, 29)], pa.date64())
    columns["t32"] = pa.array([dt.time(3, 4, 5), None], pa.time32("ms"))
    columns["t64"] = pa.array([dt.time(3, 4, 5), None], pa.time64("ns"))
    columns["i"] = pa.array([pa.MonthDayNano([0, 2, 5_000]), None], pa.month_day_nano_interval())
    return pa.table(columns)


def decimals():
    money = [decimal.Decimal("1.25"), None, decimal.Decimal("-99999.99")]
    kinds = [pa.decimal32(9, 2), pa.decimal64(12, 2), pa.decimal128(12, 2), pa.decimal256(40, 2)]
    columns = {f"m{kind.bit_width}": pa.array(money, kind) for kind in kinds}
    columns["tenths"] = pa.array([decimal.Decimal("1.5"), None, None], pa.decimal128(12, 1))
    columns["whole"] = pa.array([None, decimal.Decimal(77), None], pa.decimal128(12, 0))
    columns["fine"] = pa.array([decimal.Decimal("1.2345"), None, None], pa.decimal128(12, 4))
    return pa.table(columns)


def dictionaries():
    columns = {
        index: pa.array(["a", None, "b", "a"]).cast(
            pa.dictionary(pa.type_for_alias(index), pa.string())
        )
        for index in ["int8", "uint16", "int32", "int64"]
    }
    columns["coded"] = pa.array([5, -7, None, 5], pa.int64()).dictionary_encode()
    ids = pa.array([uuid.UUID(int=n).bytes for n in [1, 2]], pa.binary(16))
    columns["ids"] = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 1], pa.int32()), ids)
    return pa.table(columns)


def log():
    return pa.table(
        {
            "event_time": pa.array([INSTANT + dt.timedelta(seconds=n) for n in range(6)]),
            "event_type": pa.array(["view", "cart", "view", "purchase", "view", None]).dictionary_encode(),
            "product_id": pa.array([1, 1, 2, 1, 3, 3], pa.int64()),
            "brand": pa.array(["x", "x", None, "", "with, comma", "y\nz"]),
            "price": pa.array([decimal.Decimal(f"{n}.25") for n in range(6)], pa.decimal64(12, 2)),
            "rate": pa.array([0.5, 1e300, float("inf"), None, -0.0, 1.0]),
            "user_id": pa.array([7, 7, 8, 7, 9, None], pa.int32()),
            "user_session": pa.array([uuid.UUID(int=5 + n % 2).bytes for n in range(6)], pa.binary(16)),
        }
    )


def growing(deltas):
    words = [["a", "b"], ["a", "b", "c"]] + ([] if deltas else [["z", "a"]])
    return [
        pa.record_batch(
            {"t": pa.DictionaryArray.from_arrays(pa.array([0, None, len(some) - 1]), pa.array(some))}
        )
        for some in words
    ]


def write(name, batches, **options):
    """Writes a table, or batches, as a file (.arrow) or a stream (.arrows)."""
    new = ipc.new_file if name.endswith(".arrow") else ipc.new_stream
    schema = batches.schema if isinstance(batches, pa.Table) else batches[0].schema
    with new(CORPUS / "arrow" / name, schema, options=ipc.IpcWriteOptions(**options)) as writer:
        if isinstance(batches, pa.Table):
            return writer.write_table(batches)
        for batch in batches:
            writer.write_batch(batch)


def write_nulls():
    """Writes a column of NULL alone beside a packed one, and one that says it has more rows than that."""
    count = 1_000
    table = pa.table({"n": pa.nulls(count), "x": pa.array([7] * count, pa.int16())})
    write("nulls.arrows", table, compression="zstd")
    path = CORPUS / "arrow/nulls.arrows"
    many = path.read_bytes().replace(count.to_bytes(8, "little"), (2**28).to_bytes(8, "little"))
    (CORPUS / "arrow/false_nulls.arrows").write_bytes(many)


def write_arrow():
    for table in [numbers, texts, times, decimals, dictionaries, log]:
        write(f"{table.__name__}.arrow", table())
    write("log.arrows", log(), compression="zstd")
    repeated = pa.concat_tables([log()] * 9).combine_chunks()
    for codec in ["zstd", "lz4"]:
        write(f"packed_{codec}.arrow", repeated.select(["product_id", "brand", "price"]), compression=codec)
    write("batches.arrow", log().select(["user_id", "event_time", "brand"]).to_batches(max_chunksize=2))
    write("batches.arrows", texts().select(["t", "v", "id"]).to_batches(max_chunksize=1))
    write("deltas.arrow", growing(True), emit_dictionary_deltas=True)
    write("deltas.arrows", growing(True), emit_dictionary_deltas=True)
    write("replaced.arrows", growing(False))
    older = dict(use_legacy_format=True, metadata_version=ipc.MetadataVersion.V4)
    write("older.arrow", numbers().select(["i32", "d", "b"]), **older)
    write("empty.arrow", log().slice(0, 0))
    write_nulls()
    write("nested.arrow", pa.table({"x": pa.array([[1], None])}))
    frame = pl.DataFrame({"n": [1, None], "t": ["x", "a text of more than twelve bytes"]})
    frame = frame.with_columns(c=pl.col("t").cast(pl.Categorical))
    frame.write_ipc(CORPUS / "arrow/polars.arrow", compression="zstd")


def write_stores(folder):
    """Writes what bql makes of a small log: an answer, and stores of one log, of two, of none."""
    source = folder / "events.csv"
    source.write_text(LOG)
    program.run(source, "-c", f"SELECT * FROM events INTO '{CORPUS}/arrow/answer.arrow'")
    program.run(source, "-c", f"SELECT * FROM events INTO '{CORPUS}/arrow/answer.arrows'")
    for name, script in [
        ("one", f"LOAD '{source}'"),
        ("two", f"LOAD '{source}'; LOAD '{source}' AS \"other \"\"ü\"\" log\""),
        ("none", f"LOAD '{source}'; DROP events"),
    ]:
        store = folder / f"{name}.bqs"
        program.run(store, "-c", script)
        text = (store / "manifest.json").read_text().replace(str(folder), "/shop")
        (CORPUS / "manifest" / f"{name}.json").write_text(text)
    for file in sorted((folder / "one.bqs").glob("*.arrow")):
        shutil.copy(file, CORPUS / "arrow" / f"store_{file.stem.split('-')[-1]}.arrow")


def main():
    for name in ["arrow", "manifest"]:
        (CORPUS / name).mkdir(exist_ok=True)
    write_arrow()
    with tempfile.TemporaryDirectory() as folder:
        write_stores(Path(folder))


if __name__ == "__main__":
    main()
