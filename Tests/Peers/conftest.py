"""Fixtures of all comparisons; a test that is skipped fails, so that nothing goes unchecked."""

import os
from pathlib import Path

import duckdb
import pytest

import logs
import program


def _refuse_skips(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which no comparison may be: {report.longrepr}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    _refuse_skips(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    _refuse_skips(outcome.get_result())


def pytest_configure(config):
    if not os.access(program.PROGRAM, os.X_OK):
        raise pytest.UsageError(f"no program at {program.PROGRAM}: swift build -c release")


class LogFile:
    """A log's file, its rows as Python reads them, and as DuckDB reads them in table `log`."""

    def __init__(self, path):
        self.path = Path(path)
        self._rows = None
        self._duck = None

    @property
    def rows(self):
        if self._rows is None:
            self._rows = logs.read(self.path)
        return self._rows

    @property
    def duck(self):
        if self._duck is None:
            self._duck = duckdb.connect()
            self._duck.execute("SET threads = 2")
            # As in PostgreSQL, and here.
            self._duck.execute("SET default_null_order = 'nulls_last_on_asc_first_on_desc'")
            logs.load_duckdb(self._duck, self.path)
        return self._duck


@pytest.fixture(scope="session")
def shop():
    assert program.SHOP.exists(), f"the shipped log is missing: {program.SHOP}"
    return LogFile(program.SHOP)


@pytest.fixture(scope="session")
def crowded(tmp_path_factory):
    """A made-up log with what shops' logs have few of: ties, disorder, blanks, doubled rows."""
    path = tmp_path_factory.mktemp("logs") / "crowded.csv"
    logs.write(path, logs.crowded(seed=11, users=400, rows=6_000, seconds=40_000))
    return LogFile(path)


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """A generated log of another seed and period than the shipped one."""
    path = tmp_path_factory.mktemp("logs") / "generated.csv"
    options = ["--users", "3000", "--from", "2020-02-01", "--to", "2020-03-15", "--seed", "77"]
    path.write_text(program.run("generate", *options))
    return LogFile(path)


@pytest.fixture(params=["shop", "crowded", "generated"])
def log(request):
    return request.getfixturevalue(request.param)
