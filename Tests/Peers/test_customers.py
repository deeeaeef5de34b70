"""FEATURES and RFM tell of each customer what pandas computes from the definitions."""

import io

import numpy
import pandas
import pytest

import customer_model
import customer_reference
import logs
import program
import rfm
from conftest import LogFile

#: Values that differ by no more than this, or by no more than this share, are the same.
TOLERANCE = 1e-9
MARGIN = 0.25
DAY = 86_400


@pytest.fixture(scope="session")
def boundaries(tmp_path_factory):
    """A log of 200 crowded days with events at, just before and just behind every boundary."""
    path = tmp_path_factory.mktemp("logs") / "boundaries.csv"
    rows = [row._replace(place=0) for row in logs.crowded(7, 300, 5_000, 200 * DAY)]
    last = max(row.time for row in rows)
    # The Sunday on or before the last event: 1970-01-04 was one.
    end = ((last // DAY - 3) // 7 * 7 + 3) * DAY
    starts = {}
    for row in rows:
        if row.session is not None:
            key = (row.user, row.session)
            starts[key] = min(starts.get(key, row.time), row.time)
    instants = [end - 28 * DAY * step for step in range(4)]
    for limit in (last, *instants):
        # The last start of each feature window, and what lies whole periods before it.
        start = max(time for time in starts.values() if time <= limit)
        instants += [start + 1 - 28 * DAY * back for back in range(1, 4)]
    draw = 900_000
    for place, instant in enumerate(instants):
        for shift in (-1, 0, 1):
            for event in ("view", "purchase"):
                user = min(starts)[0] + (place if event == "view" else 0)
                rows.append(
                    logs.Row(0, instant + shift, event, 1_001, "a.b", "x", draw, user, f"b{draw}")
                )
                draw += 1
    logs.write(path, rows)
    return LogFile(path)


@pytest.fixture(params=["shop", "generated", "crowded", "boundaries"])
def any_log(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["shop", "boundaries"])
def long_log(request):
    return request.getfixturevalue(request.param)


def asked(log, statement):
    """Returns the answer to a statement as a frame; numbers keep all their digits."""
    text = program.run(log.path, "--format", "csv", "--quiet", "-c", statement)
    return pandas.read_csv(io.StringIO(text))


def oracle_log(log):
    if not hasattr(log, "frame"):
        log.frame = customer_model.read(log.path)
    return log.frame


def differences(ours, theirs):
    """Returns [how much too far apart, column, key, ours, theirs] of values that differ."""
    ours, theirs = ours.astype(float), theirs.astype(float)
    apart = (ours - theirs).abs()
    allowed = TOLERANCE * numpy.maximum(1, theirs.abs())
    wrong = (ours.isna() != theirs.isna()) | (apart > allowed)
    found = []
    for column in theirs.columns[wrong.any()]:
        excess = (apart / allowed)[column].fillna(numpy.inf)[wrong[column]]
        key = excess.idxmax()
        found.append(
            (excess.max(), column, key, ours.at[key, column], theirs.at[key, column], len(excess))
        )
    return sorted(found, key=lambda row: -row[0])


def compare(ours, theirs, keys, is_ordered=True):
    """Compares frames by their keys: the same keys, the same columns, the same values."""
    columns = [name for name in theirs.columns if name not in keys]
    named = [name for name in ours.columns if name not in keys]
    assert (named if is_ordered else sorted(named)) == (columns if is_ordered else sorted(columns))
    assert not ours.duplicated(keys).any(), "a key stands twice"
    ours, theirs = ours.set_index(keys).sort_index(), theirs.set_index(keys).sort_index()
    lacking, strange = theirs.index.difference(ours.index), ours.index.difference(theirs.index)
    assert not len(lacking) and not len(strange), (
        f"{len(lacking)} rows are missing ({list(lacking[:3])}), "
        f"{len(strange)} too many ({list(strange[:3])})"
    )
    assert len(theirs) > 0
    found = differences(ours[columns], theirs[columns])
    told = "\n".join(
        f"{column}: {count} of {len(theirs)} rows; at {key} {own!r}, not {other!r}"
        for _, column, key, own, other, count in found[:20]
    )
    assert not found, f"{len(found)} of {len(columns)} columns differ, the worst:\n{told}"


def compare_model(log, words, snapshots, **options):
    ours = asked(log, f"FEATURES USING customer_model SNAPSHOTS {snapshots} {words}")
    theirs = customer_model.customer_model(oracle_log(log), snapshots, **options)
    assert list(ours.columns) == customer_model.CUSTOMER_MODEL
    assert ours["row_id"].is_unique
    compare(
        ours.drop(columns="row_id"), theirs.drop(columns="row_id"), ["user_id", "time_step"]
    )


def by_user(frame):
    return frame.copy().rename_axis("user_id").reset_index()


def compare_users(log, statement, theirs, is_ordered=True):
    ours = asked(log, statement)
    ours = ours.rename(columns={ours.columns[0]: "user_id"})
    compare(ours, by_user(theirs), ["user_id"], is_ordered)


# FEATURES.


def test_customer_model(long_log):
    compare_model(long_log, f"MARGIN {MARGIN}", 3, margin=MARGIN)


def test_one_snapshot(generated):
    compare_model(generated, "MARGIN 0.4", 1, margin=0.4)


def test_frequent_buyers(long_log):
    compare_model(long_log, f"MARGIN {MARGIN} MINIMUM 2 PURCHASES", 2, margin=MARGIN, least=2)


def test_unfilled_model(long_log):
    compare_model(long_log, f"MARGIN {MARGIN} UNFILLED", 2, margin=MARGIN, is_filled=False)


def test_horizon(long_log):
    horizon = pandas.Timedelta(weeks=2)
    compare_model(long_log, f"MARGIN {MARGIN} HORIZON 2w", 3, margin=MARGIN, horizon=horizon)


def test_base(any_log):
    theirs = customer_model.base(oracle_log(any_log), MARGIN)
    compare_users(any_log, f"FEATURES USING base MARGIN {MARGIN}", theirs)


def test_unfilled(any_log):
    theirs = customer_model.base(oracle_log(any_log), MARGIN, is_filled=False)
    compare_users(any_log, f"FEATURES USING base MARGIN {MARGIN} UNFILLED", theirs)


def test_base_as_of(long_log):
    log = oracle_log(long_log)
    instant = log["time"].sort_values().iloc[len(log) // 2]
    theirs = customer_model.base(log[log["time"] < instant], MARGIN)
    compare_users(
        long_log, f"FEATURES USING base MARGIN {MARGIN} AS OF '{instant}'", theirs
    )


def test_base_where(any_log):
    log = oracle_log(any_log)
    theirs = customer_model.base(log[log["price"] > 50], MARGIN)
    compare_users(any_log, f"FEATURES USING base MARGIN {MARGIN} WHERE price > 50", theirs)


def test_engagement(any_log):
    theirs = customer_model.engagement(oracle_log(any_log))
    compare_users(any_log, "FEATURES USING engagement", theirs, is_ordered=False)


def test_rfm_features(any_log):
    """Who has bought nothing has no recency, and neither orders nor money."""
    log = oracle_log(any_log)
    found = rfm.rfm(log)[["recency", "frequency", "monetary"]]
    users = pandas.Index(sorted(log["user"].unique()))
    theirs = found.reindex(users)
    theirs[["frequency", "monetary"]] = theirs[["frequency", "monetary"]].fillna(0)
    compare_users(any_log, "FEATURES USING rfm", theirs)


def test_reference_is_current(shop):
    """What `swift test` compares with is what pandas computes now."""
    for name, text in customer_reference.files(oracle_log(shop)).items():
        kept = pandas.read_csv(customer_reference.FOLDER / name)
        made = pandas.read_csv(io.StringIO(text))
        keys = [key for key in ("user_id", "time_step", "column") if key in made.columns]
        compare(kept, made, keys)


# RFM.


def compare_rfm(log, words, theirs):
    ours = asked(log, f"RFM{words}")
    # The user comes first, whatever the log calls it, and the named group last.
    ours = ours.rename(columns={ours.columns[0]: "user_id"})
    assert ours.pop("rfm_group").notna().all()
    compare(ours, by_user(theirs), ["user_id"])


def test_rfm(any_log):
    compare_rfm(any_log, "", rfm.rfm(oracle_log(any_log)))


@pytest.mark.parametrize("levels", [2, 3, 10])
def test_scores(any_log, levels):
    theirs = rfm.rfm(oracle_log(any_log), levels=levels)
    compare_rfm(any_log, f" SCORES {levels}", theirs)


def test_rfm_as_of(any_log):
    """Of rows at the instant itself none is read."""
    log = oracle_log(any_log)
    bought = log[log["event"] == "purchase"]["time"].sort_values()
    instant = bought.iloc[len(bought) // 2]
    theirs = rfm.rfm(log, as_of=instant)
    compare_rfm(any_log, f" AS OF '{instant}'", theirs)
