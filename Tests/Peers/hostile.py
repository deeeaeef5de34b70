"""Draws statements of models, rows and files of models that nobody should write."""

import copy
import json
from datetime import datetime, timedelta

HEADER = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"


def log(draw, kind):
    """A log in which something that models need is missing, or is too much."""
    rows = []

    def add(day, second, event, user, session, price="1.00"):
        time = datetime(2020, 1, 1) + timedelta(days=day, seconds=second)
        rows.append(f"{time:%Y-%m-%d %H:%M:%S} UTC,{event},1,2,a.b,x,{price},{user},{session}")

    def scattered(events, prices, users=range(200), days=120):
        for number in range(3000):
            day, second = draw.randrange(days), draw.randrange(80_000)
            add(day, second, draw.choice(events), draw.choice(users), number, draw.choice(prices))

    both = ["view", "cart", "purchase"]
    if kind == "one row":
        add(0, 0, "view", 1, 1)
    elif kind == "one user":
        scattered(both, ["1.00", "9.50"], users=[1])
    elif kind == "no purchases":
        scattered(["view"], ["1.00"])
    elif kind == "purchases alone":
        scattered(["purchase"], ["1.00"], users=range(20))
    elif kind == "no prices":
        scattered(both, [""])
    elif kind == "huge prices":
        scattered(both, ["1e300", "-5", "999999999999", "0", "1e18"])
    elif kind == "one instant":
        scattered(both, ["1.00"], days=1)
    elif kind == "texts":
        scattered(both, ["1.00"], users=[f"u'{number}" for number in range(150)])
    elif kind == "customers":
        for user in range(400):
            gap = draw.choice([3, 9, 30])
            day = draw.randrange(gap)
            while day < 120:
                for step in range(draw.randrange(1, 5)):
                    price = f"{draw.randrange(1, 9999) / 100:.2f}"
                    add(day, step * 40 + user, draw.choice(both), user, f"{user}-{day}", price)
                day += draw.randrange(1, gap + 1)
    return "\n".join([HEADER, *rows]) + "\n"


LOGS = [
    "no rows", "one row", "one user", "no purchases", "purchases alone", "no prices", "huge prices",
    "one instant", "texts", "customers", "customers", "customers", "customers",
]


def table(draw):
    """Rows with every kind of column that is of no use."""
    lines = ['id,y,a,empty,same,big,word,key,"""q"" x",three,answer,at,rare']
    for row in range(400):
        lines.append(
            f"{row},{draw.randrange(2)},{draw.gauss(0, 1)},,7,{1e200 * (row % 3)},"
            f"{draw.choice('abcdefg')},k{row},{row % 5},{row % 3},{draw.choice(['no', 'yes'])},"
            f"{datetime(2020, 1, 1) + timedelta(days=row // 4)},{'' if row % 4 else row % 8 // 4}"
        )
    return "\n".join(lines) + "\n"


LEARNERS = [
    "", "USING gbdt(trees = 5)", "USING gbdt(trees = 3, leaves = 131072, min_rows = 1)",
    "USING gbdt(trees = 5, patience = 0, rate = 1, l2 = 0)", "USING logistic",
    "USING logistic(penalty = 0)", "USING logistic(penalty = 1e12, l1_share = 1)",
    "USING gbdt(loss = quantile, trees = 4)", "USING gbdt(loss = poisson, trees = 4)",
    "USING gbdt(trees = 4, bins = 2, depth = 1, row_share = 0.001, column_share = 0.001)",
    "USING gbdt(trees = 4, min_hessian = 1e12)", "USING gbdt(trees = 2, min_rows = 1e9)",
]
OF_LOGS = [
    ["HORIZON 14d", "HORIZON 14d SNAPSHOTS 3", "HORIZON 0d", "HORIZON 100000d", "SNAPSHOTS 1", ""],
    ["", "FEATURES engagement", "FEATURES (purchase_recency_min)", "FEATURES (target_event)"],
    LEARNERS,
    ["", "SPLIT USER", "SPLIT USER 0%", "SPLIT USER 0.001%", "SPLIT USER 99.99%", "SPLIT TIME"],
    ["", "", "CALIBRATE", "CALIBRATE PLATT"],
    ["", "", "WEIGHTS BALANCED"],
    ["", "", "", "TUNE 1", "TUNE 0", "TUNE 3"],
    ["", "", "WHERE price > 1", "WHERE false"],
    ["", "", "MONOTONE session_recency_min UP", "MONOTONE nosuch UP"],
]
OF_TABLES = [
    ["", "FEATURES (a)", "FEATURES (empty)", "FEATURES (same)", "FEATURES (big, a)",
     "FEATURES (key, word)", 'FEATURES ("""q"" x", a)', "FEATURES (a * 2, y)", "FEATURES (a / 0)"],
    LEARNERS,
    ["", "", "SPLIT TIME ON id", "SPLIT TIME ON same", "SPLIT TIME ON empty", "SPLIT USER 50%"],
    ["", "CALIBRATE", "CALIBRATE PLATT"],
    ["", "TUNE 2", "WEIGHTS BALANCED"],
    ["", "", "MONOTONE a UP", "MONOTONE word DOWN", "MONOTONE same UP, a DOWN"],
]
LABELS = ["y", "y", "three", "answer", "rare", "a", "same", "empty", "at", "(a > 0)", "key", "y + 1"]
QUESTIONS = [
    "EVALUATE m", "EVALUATE m TOP 0%", "EVALUATE m TOP 0.0001%", "EVALUATE m TOP 100%",
    "EVALUATE m SHOW DECILES", "EVALUATE m SHOW CALIBRATION", "EVALUATE m SHOW THRESHOLDS",
    "EVALUATE m BY k", "EVALUATE m BY k SHOW DECILES", "EXPLAIN MODEL m", "EXPLAIN MODEL m TOP 0",
    "EXPLAIN MODEL m TOP 1000000", "EXPLAIN MODEL m SHOW DEPENDENCE TOP 2",
    "EXPLAIN MODEL m SHOW INTERACTIONS TOP 3", "EXPLAIN MODEL m FOR USER 7",
    "EXPLAIN MODEL m FOR USER 'x'", "EXPLAIN MODEL m FOR USER -1", "EXPLAIN MODEL m FOR USER NULL",
    "EXPLAIN MODEL m FOR USER 1.5", "PREDICT m", "PREDICT m AS OF '1900-01-01'",
    "PREDICT m AS OF '2999-01-01'", "PREDICT m AS OF 'x'", "PREDICT m WHERE false",
    "PREDICT m FROM t", "PREDICT m FROM nosuch", "PREDICT m AS risk", "SUMMARIZE (PREDICT m)",
    "CAMPAIGN m OFFER -5", "CAMPAIGN m OFFER 1e12", "CAMPAIGN m OFFER NULL",
    "CAMPAIGN m OFFER 0 SHOW CURVE", "CAMPAIGN m OFFER 1 KEEP 2", "CAMPAIGN m OFFER 1 ACCEPT -1",
    "CAMPAIGN m OFFER 1 KEEP BETA (1e-300, 1e-300) SHOW SUMMARY",
    "CAMPAIGN m OFFER 1 VALUE users.k * 1e300", "CAMPAIGN m OFFER 1 VALUE NULL",
    "SHOW MODELS", "DROP MODEL m", "DROP users.k", "EXPLAIN ANALYZE PREDICT m",
    "SAVE MODEL m INTO '/nonexistent/m.json'", "LET p = PREDICT m",
]
NAMES = ["m", "m", "m", '"x y"', '"a""b"', '"it\'s"', '"select"']


def script(draw, folder):
    """Statements, the first ones LOAD and TRAIN; most of them are to fail."""
    name = draw.choice(NAMES)

    def train(target, clauses):
        words = [word for word in map(draw.choice, clauses) if word]
        draw.shuffle(words)
        return " ".join([f"TRAIN {target} AS {name}", *words])

    if draw.random() < 0.35:
        statements = [
            f"LOAD '{folder}/table.csv' AS TABLE t",
            train(draw.choice(LABELS), [["FROM t"], *OF_TABLES]),
        ]
        sound = f"TRAIN y AS {name} FROM t FEATURES (a, word) USING gbdt(trees = 3)"
    else:
        target = draw.choice(["churn", "return", "high_value", "revenue", "conversion"])
        statements = [
            f"LOAD '{folder}/{draw.choice(LOGS)}.csv'",
            "LET users.k = count(*)",
            train(target, OF_LOGS),
        ]
        sound = f"TRAIN churn AS {name} HORIZON 14d SNAPSHOTS 3 USING gbdt(trees = 3)"
    if draw.random() < 0.7:
        statements.append(sound)
    for question in draw.sample(QUESTIONS, 5):
        statements.append(question.replace(" m", f" {name}", 1))
    return statements


VALUES = [
    None, -1, 0, 1, 1e308, -1e308, 2**31, 2**63 - 1, -(2**63), 2**64, 0.5, "x", "NaN", "inf", "",
    True, [], {}, [1], {"a": 1}, 1e-320,
]
WORDS = ["-1", "0", "999999999", "1e308", "nan", "inf", "x", "", "-9223372036854775808", "0.5"]


def places(value, path=()):
    if path:
        yield path
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def mutated(draw, written):
    """A model's file with bits turned, its end cut off, or members and fields exchanged."""
    how = draw.randrange(5)
    if how == 0:
        return written[: draw.randrange(len(written))]
    if how == 1:
        changed = bytearray(written)
        for _ in range(draw.choice([1, 3, 10])):
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        return bytes(changed)
    if written.startswith(b"{"):
        document = json.loads(written)
        *path, last = draw.choice(list(places(document)))
        owner = document
        for key in path:
            owner = owner[key]
        if draw.random() < 0.3:
            del owner[last]
        else:
            owner[last] = copy.deepcopy(draw.choice(VALUES))
        return json.dumps(document).encode()
    lines = written.decode().split("\n")
    place = draw.choice([number for number, line in enumerate(lines) if "=" in line])
    name, _, words = lines[place].partition("=")
    words = words.split(" ")
    words[draw.randrange(len(words))] = draw.choice(WORDS)
    lines[place] = f"{name}={' '.join(words)}"
    return "\n".join(lines).encode()
