"""The files of a store: pyarrow, polars and DuckDB open them, and their rows are those of the CSV.

Which files make a log, the store's manifest says: of rows one or several a partition, and of users.
"""

import json
import random
import uuid
from datetime import datetime, timedelta

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pytest

import logs
import program

#: How each type of BQL is compared, whatever width or unit a file has: as SQL of one column.
COMPARED = {
    "int": "CAST({} AS HUGEINT)",
    "decimal": "CAST({} AS DECIMAL(38, 2))",
    "float": "CAST({} AS DOUBLE)",
    "bool": "CAST({} AS BOOLEAN)",
    "text": "CAST({} AS VARCHAR)",
    "uuid": "lower(replace(CAST({} AS VARCHAR), '-', ''))",
    "timestamp": "epoch_us(CAST({} AS TIMESTAMPTZ))",
    "date": "CAST({} AS DATE)",
}
#: The same of a column of bytes, which UUIDs are in the files.
BYTES = "lower(hex({}))"


def every_type(path):
    """Writes a log with columns of every type, NULLs in most of them."""
    draw = random.Random(5)
    ids = [str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(900)]

    def maybe(value):
        return "" if draw.random() < 0.2 else value

    rows = ["user_id,event_time,event_type,user_session,price,count,big,ratio,flag,day,word"]
    for number in range(5_000):
        user = draw.randrange(300)
        time = datetime(2019, 10, 1) + timedelta(microseconds=draw.randrange(9 * 10**11))
        cells = [
            f"user {user}", f"{time}", draw.choice(["view", "cart", "purchase"]),
            maybe(ids[user * 3 + draw.randrange(3)]),
            maybe(f"{draw.randrange(-10**6, 10**9) / 100:.2f}"), maybe(str(draw.randrange(-99, 99))),
            maybe(str(draw.randrange(-(2**63), 2**63))), maybe(repr(draw.uniform(-1, 1))),
            maybe(draw.choice(["true", "false"])), maybe(f"2020-02-{draw.randrange(1, 29):02}"),
            maybe(draw.choice(['"a, ""b"""', "Grüße, 世界".replace(", ", " "), "x" * 300, str(number)])),
        ]
        rows.append(",".join(cells))
    path.write_text("\n".join(rows) + "\n")
    return path


def few_users(path):
    """Writes a log of crowded instants whose users are UUIDs."""
    rows = logs.crowded(seed=3, users=40, rows=2_000, seconds=40_000, longest=100)
    names = {row.user: uuid.UUID(int=row.user * 7**30) for row in rows}
    logs.write(path, [row._replace(user=names[row.user]) for row in rows])
    return path


class Stored:
    """A CSV file, and what the manifest says of the log that was stored of it."""

    def __init__(self, source, folder):
        self.source = source
        self.folder = folder / "shop.bqs"
        program.run(self.folder, source, "--quiet", "-c", "SHOW STORAGE")
        (self.log,) = json.loads((self.folder / "manifest.json").read_text())["logs"]
        self.columns = self.log["columns"]
        paths = [self.folder / file["name"] for file in self.log["files"]]
        self.users = [path for path in paths if "first_row" in ipc.open_file(path).schema.names]
        self.rows = [path for path in paths if path not in self.users]
        self.duck = duckdb.connect()
        self.duck.execute("SET threads = 2; SET TimeZone = 'UTC'")
        self.duck.execute(
            f"CREATE TABLE text AS FROM read_csv('{source}', header = true, all_varchar = true, "
            "nullstr = '', quote = '\"', escape = '\"', parallel = false)"
        )

    def role(self, role):
        (column,) = [column for column in self.columns if column.get("role") == role]
        return column

    def is_bytes(self, column):
        """Whether a column of the files holds UUIDs as bytes."""
        kinds = {ipc.open_file(path).schema.field(column["name"]).type for path in self.rows}
        kinds = {kind.value_type if pa.types.is_dictionary(kind) else kind for kind in kinds}
        assert len(kinds) == 1 or column["type"] != "text", f"{column['name']}: {kinds}"
        return pa.binary(16) in kinds

    def check(self, relation):
        """Holds the rows of a relation of the DuckDB connection to those of the CSV."""
        ours, theirs = [], []
        for column in self.columns:
            name = f'"{column["name"]}"'
            is_bytes = self.is_bytes(column)
            kind = "uuid" if is_bytes else column["type"]
            theirs.append(f"{COMPARED[kind].format(name)} AS {name}")
            ours.append(f"{(BYTES if is_bytes else COMPARED[kind]).format(name)} AS {name}")
        ours, theirs = f"SELECT {', '.join(ours)} FROM {relation}", f"SELECT {', '.join(theirs)} FROM text"
        counts = [self.duck.execute(f"SELECT count(*) FROM ({query})").fetchone()[0] for query in (ours, theirs)]
        assert counts[0] == counts[1] > 0
        for first, second in [(ours, theirs), (theirs, ours)]:
            assert self.duck.execute(f"{first} EXCEPT ALL {second} LIMIT 3").fetchall() == []


@pytest.fixture(scope="module", params=["every_type", "few_users", "shop"])
def stored(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    if request.param == "shop":
        return Stored(program.SHOP, folder)
    return Stored(globals()[request.param](folder / "events.csv"), folder)


def test_the_manifest_tells_the_files(stored):
    """Each file has the size that the manifest says, and no other Arrow file lies beside them."""
    for file in stored.log["files"]:
        assert (stored.folder / file["name"]).stat().st_size == file["bytes"]
    found = {path.name for path in stored.folder.glob("*.arrow")}
    assert found == {file["name"] for file in stored.log["files"]}
    assert stored.users and stored.rows


def test_pyarrow_reads_the_rows(stored):
    tables = []
    for path in stored.rows:
        table = ipc.open_file(path).read_all()
        table.validate(full=True)
        assert table.column_names == [column["name"] for column in stored.columns]
        # Plain values: DuckDB is to compare them, not to read dictionaries.
        plain = [
            field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
            for field in table.schema
        ]
        tables.append(table.cast(pa.schema(plain)))
    stored.duck.register("by_pyarrow", pa.concat_tables(tables, promote_options="permissive"))
    stored.check("by_pyarrow")


def test_polars_reads_the_rows(stored):
    frames = [pl.read_ipc(path) for path in stored.rows]
    # Dictionaries are polars' categories; plain values again.
    texts = [frame.with_columns(pl.col(pl.Categorical).cast(pl.String)) for frame in frames]
    stored.duck.register("by_polars", pl.concat(texts, how="vertical_relaxed").to_arrow())
    stored.check("by_polars")


def test_duckdb_reads_the_rows(stored):
    parts = []
    for number, path in enumerate(stored.rows):
        # DuckDB reads the dictionaries and the narrow numbers of the mapped file itself.
        stored.duck.register(f"part_{number}", ipc.open_file(pa.memory_map(str(path))).read_all())
        parts.append(f"FROM part_{number}")
    stored.check("(" + " UNION ALL BY NAME ".join(parts) + ")")


def test_rows_are_clustered_by_user_and_in_time_order(stored):
    user, time = stored.role("user")["name"], stored.role("time")["name"]
    for path in stored.rows:
        table = ipc.open_file(path).read_all()
        users, times = table.column(user).to_pylist(), table.column(time).cast(pa.timestamp("us", "UTC"))
        places = [row for row in range(len(users)) if row == 0 or users[row] != users[row - 1]]
        assert len({users[row] for row in places}) == len(places), f"{path}: a user's rows lie apart"
        instants = times.cast(pa.int64()).to_pylist()
        late = [
            row for row in range(1, len(users))
            if users[row] == users[row - 1] and instants[row] < instants[row - 1]
        ]
        assert late == [], path


def test_the_users_are_those_of_the_rows(stored):
    name = stored.role("user")["name"]
    wanted = {row[0] for row in stored.duck.execute(f'SELECT DISTINCT "{name}" FROM text').fetchall()}
    readers = [
        lambda path: ipc.open_file(path).read_all().column(name).to_pylist(),
        lambda path: pl.read_ipc(path)[name].to_list(),
        lambda path: duckdb_column(path, name),
    ]
    for reader in readers:
        found = [plain(value) for path in stored.users for value in reader(path)]
        assert set(found) == wanted
        if len(stored.users) == 1:
            assert len(found) == len(wanted)


def duckdb_column(path, name):
    names = ipc.open_file(path).read_all()
    return [row[0] for row in duckdb.execute(f'SELECT "{name}" FROM names').fetchall()]


def plain(value):
    """A user's name as the CSV spells it."""
    return str(uuid.UUID(bytes=value)) if isinstance(value, bytes) else str(value)


def test_first_rows_are_where_users_begin(stored):
    """Where a partition is one file, the users' file says in which row each of them begins."""
    batches = [
        ipc.open_file(path).get_batch(number)
        for path in stored.users
        for number in range(ipc.open_file(path).num_record_batches)
    ]
    if len(batches) != len(stored.rows):
        return
    name = stored.role("user")["name"]
    for path, batch in zip(stored.rows, batches):
        users = ipc.open_file(path).read_all().column(name).to_pylist()
        first = batch.column("first_row").to_pylist()
        assert [users[row] for row in first] == batch.column(name).to_pylist()
        assert first == sorted(set(first)) and (first == [] or first[0] == 0)


def test_texts_of_uuids_are_bytes(stored):
    """Sessions that are UUIDs take sixteen bytes; other texts stay texts."""
    session = stored.role("session")
    spelled = stored.duck.execute(f'SELECT DISTINCT "{session["name"]}" FROM text').fetchall()
    assert stored.is_bytes(session) == all(text is None or len(text) == 36 for (text,) in spelled)
    event = stored.role("event")
    assert not stored.is_bytes(event)
    time = ipc.open_file(stored.rows[0]).schema.field(stored.role("time")["name"]).type
    assert time.tz == "UTC"
    has_fractions = any(
        "." in text[0] for text in stored.duck.execute('SELECT event_time FROM text').fetchall()
    )
    assert time.unit == ("us" if has_fractions else "s")


def test_answers_of_the_store_are_those_of_the_file(stored):
    question = "FUNNEL view, cart, purchase WITHIN 7d; SELECT count(*) AS n, sum(price) AS p FROM events"
    assert program.answers([question], stored.folder) == program.answers([question], stored.source)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A store with a table, a result and an attribute beside its log, and the log's CSV."""
    folder = tmp_path_factory.mktemp("items")
    source = every_type(folder / "events.csv")
    table = folder / "customers.csv"
    rows = [f'user {number},2020-01-{number % 28 + 1:02},{number}.25,{number % 2 == 0}' for number in range(300)]
    table.write_text("user_id,since,balance,active\n" + "\n".join(rows) + "\n")
    statements = (
        f"LOAD '{table}' AS TABLE customers KEY user_id; LET users.spent = sum(price); LET users.last_word = last(word);"
        "LET words = SELECT word, count(*) AS n, max(event_time) AS latest, avg(ratio) AS mean FROM events"
        " GROUP BY word"
    )
    program.run(folder / "shop.bqs", source, "--quiet", "-c", statements)
    manifest = json.loads((folder / "shop.bqs" / "manifest.json").read_text())
    items = {item["name"]: folder / "shop.bqs" / item["parts"][0]["name"] for item in manifest["items"]}
    (log,) = manifest["logs"]
    users = folder / "shop.bqs" / log["files"][-1]["name"]
    return folder, source, table, items, users


READERS = {
    "pyarrow": lambda path: ipc.open_file(path).read_all(),
    "polars": lambda path: pl.read_ipc(path).with_columns(pl.col(pl.Categorical).cast(pl.String)).to_arrow(),
    "duckdb": lambda path: duckdb.from_arrow(ipc.open_file(path).read_all()).to_arrow_table(),
}


@pytest.mark.parametrize("reader", READERS)
def test_tables_are_read(kept, reader):
    folder, _, table, items, _ = kept
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    duck.register("ours", READERS[reader](items["customers"]))
    theirs = f"FROM read_csv('{table}')"
    shown = "SELECT user_id::VARCHAR, since::DATE, balance::DECIMAL(18, 2), active::BOOLEAN"
    for first, second in [("FROM ours", theirs), (theirs, "FROM ours")]:
        assert duck.execute(f"{shown} {first} EXCEPT ALL {shown} {second}").fetchall() == []
    duck.register("words", READERS[reader](items["words"]))
    found = duck.execute("SELECT word::VARCHAR, n, epoch_us(latest), mean FROM words").fetchall()
    (answer,) = program.answers(["SELECT word, n, mean FROM words"], folder / "shop.bqs")
    assert len(found) == len(answer) > 1000
    means = {row["word"]: (row["n"], row["mean"]) for row in answer}
    for word, count, _, mean in found:
        assert means[word][0] == count
        assert (mean is None) == (means[word][1] is None)
        assert mean is None or abs(float(means[word][1]) - mean) < 1e-12


@pytest.mark.parametrize("reader", READERS)
def test_attributes_stand_in_the_order_of_users(kept, reader):
    _, source, _, items, users = kept
    names = ipc.open_file(users).read_all().column("user_id").to_pylist()
    spent = READERS[reader](items["spent"]).column("spent").to_pylist()
    assert len(names) == len(spent) > 100
    sums = duckdb.execute(
        "SELECT user_id, sum(price::DECIMAL(18, 2)) FROM read_csv(?, all_varchar = true, quote = '\"', escape = '\"') "
        "GROUP BY user_id",
        [str(source)],
    ).fetchall()
    assert dict(zip(names, spent)) == dict(sums)
