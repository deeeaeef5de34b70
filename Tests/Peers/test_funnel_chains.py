"""Every figure of FUNNEL is that of the canonical chains, found by their definition in Python."""

import math

import pytest

import chain
import logs
import program
from chain import Step, event

EXACT = {"step_no", "step", "users"}
BASIC = [event("view"), event("cart"), event("purchase")]
#: Rows that match several steps, steps that come twice, alternatives and conditions.
TANGLED = [
    [event("view"), event("view"), event("purchase")],
    [
        event("view"),
        Step("(cart|purchase)", "cart|purchase", lambda row: row.event in ("cart", "purchase")),
        event("purchase"),
    ],
    [
        Step("view[price > 9] AS dear", "dear", lambda r: r.event == "view" and (r.price or 0) > 900),
        event("view"),
        Step("(view|cart) AS more", "more", lambda row: row.event in ("view", "cart")),
    ],
    [event("cart"), event("cart"), event("cart")],
    [
        Step(
            "purchase[brand = 'x' OR brand IS NULL] AS own", "own",
            lambda row: row.event == "purchase" and row.brand in ("x", None),
        ),
        event("view"), event("purchase"),
    ],
]


def compare(ours, theirs, unit="users"):
    assert len(ours) == len(theirs)
    for row, expected in zip(ours, theirs):
        for name, value in expected.items():
            found = row[unit if name == "users" else name]
            place = f"{name} at step {expected['step_no']}"
            if name in EXACT:
                # Alternatives are labelled by their text; its spaces are free.
                assert str(found).replace(" ", "") == str(value), place
            elif value is None or found is None:
                assert found is value, place
            else:
                assert math.isclose(float(found), value, rel_tol=1e-9, abs_tol=1e-6), place


def expected(rows, steps, values, **options):
    return chain.table(chain.funnel(rows, steps, **options).get((), []), steps, values)


@pytest.mark.parametrize("within, window", [("", None), ("WITHIN 1h", 3_600), ("WITHIN 7d", 604_800)])
@pytest.mark.parametrize("unit", ["user", "session"])
@pytest.mark.parametrize("ties", ["ALLOW", "DENY"])
def test_figures(log, within, window, unit, ties):
    answer = program.answer(
        f"FUNNEL view, cart, purchase {within} PER {unit} TIES {ties}", log.path
    )
    unit_of = (lambda r: (r.user,)) if unit == "user" else (lambda r: (r.user, r.session))
    values = chain.order_values(log.rows)
    theirs = expected(
        log.rows, BASIC, values, unit=unit_of, window=window, deny=ties == "DENY"
    )
    compare(answer, theirs, unit + "s")


@pytest.mark.parametrize(
    "attribute, options",
    [
        ("FIRST", {}),
        ("EACH", {"each": True}),
        ("LAST", {"attribute": "last"}),
        ("STEP 2", {"attribute": 2}),
    ],
)
def test_groups(log, attribute, options):
    answer = program.answer(
        f"FUNNEL view, cart, purchase WITHIN 1d BY brand ATTRIBUTE {attribute}", log.path
    )
    values = chain.order_values(log.rows)
    groups = chain.funnel(
        log.rows, BASIC, window=86_400, group=lambda row: row.brand, **options
    )
    assert {row["brand"] for row in answer} == set(groups)
    for brand, chains in groups.items():
        own = [row for row in answer if row["brand"] == brand]
        compare(own, chain.table(chains, BASIC, values))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("steps", TANGLED, ids=lambda steps: ", ".join(s.text for s in steps))
def test_rows_that_match_several_steps(tmp_path, seed, steps):
    """Small logs, where every chain can be tried: windows, ties, groups and units."""
    rows = logs.crowded(seed=100 + seed, users=40, rows=300, seconds=8_000, longest=11)
    path = tmp_path / f"seed-{seed}.csv"
    logs.write(path, rows)
    values = chain.order_values(rows)
    find = chain.by_enumeration
    text = ", ".join(step.text for step in steps)
    cases = []
    for within, window in [("", None), ("WITHIN 400s", 400), ("WITHIN 401s", 401), ("WITHIN 0s", 0)]:
        for ties in ["ALLOW", "DENY"]:
            question = f"FUNNEL {text} {within} TIES {ties}"
            options = {"window": window, "deny": ties == "DENY"}
            cases.append((question, options))
    answers = program.answers([question for question, _ in cases], path)
    for (question, options), answer in zip(cases, answers):
        theirs = expected(rows, steps, values, find=find, **options)
        assert [row["users"] for row in answer] == [row["users"] for row in theirs], (seed, question)
        compare(answer, theirs)

    answer = program.answer(f"FUNNEL {text} WITHIN 800s BY brand ATTRIBUTE EACH PER session", path)
    groups = chain.funnel(
        rows, steps, unit=lambda r: (r.user, r.session), window=800, group=lambda r: r.brand,
        each=True, find=find,
    )
    for brand, chains in groups.items():
        own = [row for row in answer if row["brand"] == brand]
        compare(own, chain.table(chains, steps, values), "sessions")


def test_walking_back_finds_what_trying_all_finds():
    """The two ways to find the canonical chain agree where both work."""
    for seed in range(4):
        rows = logs.crowded(seed=seed, users=40, rows=400, seconds=8_000, longest=12)
        for window in (None, 0, 400, 1_200):
            for deny in (False, True):
                options = {"window": window, "deny": deny}
                quick = chain.funnel(rows, BASIC, **options)
                slow = chain.funnel(rows, BASIC, find=chain.by_enumeration, **options)
                assert quick == slow, (seed, window, deny)
