"""Asks DuckDB and ClickHouse for the reach of a funnel whose steps are different events."""

import chdb


def reach(
    duck, steps, window=None, deny=False, unit="user_id", period=None, group=None, each=False
):
    """Returns {group: [units at step 1, 2, …]} from SQL's window functions; () without a group.

    `s1` is a row's own time where it is step 1. `s2` of a step-2 row is the latest `s1` until its
    instant: the latest start of a chain that ends there. `s3` goes on from `s2` in the same way. A
    unit reaches a step if one of the step's rows has a start that lies in the window. With ties
    denied only earlier instants count.
    """
    frame = "RANGE BETWEEN UNBOUNDED PRECEDING AND " + ("1 PRECEDING" if deny else "CURRENT ROW")
    units = unit.replace(" ", "").split(",")
    given = " AND ".join(f"{column} IS NOT NULL" for column in units)
    start = f"event_type = '{steps[0]}'"
    if period is not None:
        start += f" AND t >= {period[0]} AND t < {period[1]}"
    source = f"SELECT {unit}, t, place, event_type, {group or 'NULL'} AS g, {start} AS starts FROM log"
    source += f" WHERE {given}"
    keys = list(units)
    if each:
        # A copy of the unit's rows for each value that one of its step-1 rows has.
        own = ", ".join(f"l.{column}" for column in units)
        same = " AND ".join(f"l.{column} = v.{column}" for column in units)
        source = f"""
          WITH l AS ({source}), v AS (SELECT DISTINCT {unit}, g FROM l WHERE starts)
          SELECT {own}, l.t, l.place, l.event_type, v.g,
            l.starts AND l.g IS NOT DISTINCT FROM v.g AS starts
          FROM l JOIN v ON {same}
        """
        keys.append("g")
    by = ", ".join(keys)
    tables = [f"c1 AS (SELECT *, CASE WHEN starts THEN t END AS s1 FROM ({source}))"]
    for number, name in enumerate(steps[1:], start=2):
        tables.append(
            f"""c{number} AS (SELECT *, CASE WHEN event_type = '{name}' THEN
              max(s{number - 1}) OVER (PARTITION BY {by} ORDER BY t {frame}) END AS s{number}
              FROM c{number - 1})"""
        )
    limit = 1 << 60 if window is None else window
    deep = [
        f"bool_or(s{number} IS NOT NULL AND t - s{number} <= {limit}) AS r{number}"
        for number in range(1, len(steps) + 1)
    ]
    value = "any_value(g)" if each else "min_by(struct_pack(g := g), (t, place)) FILTER (starts)"
    counts = ", ".join(f"count(*) FILTER (r{number})" for number in range(1, len(steps) + 1))
    query = f"""
      WITH {", ".join(tables)},
        u AS (SELECT {by if not each else ", ".join(units) + ", g"}, {value} AS gv, {", ".join(deep)}
          FROM c{len(steps)} GROUP BY {by})
      SELECT {"g" if each else "gv.g"} AS value, {counts} FROM u WHERE r1 GROUP BY ALL
    """
    found = {row[0]: list(row[1:]) for row in duck.execute(query).fetchall()}
    return found if group else {(): found.get(None, [0] * len(steps))}


def window_funnel(path, steps, window, unit="user_id", mode=""):
    """Returns the units at each step by ClickHouse's windowFunnel."""
    conditions = ", ".join(f"event_type = '{name}'" for name in steps)
    given = " AND ".join(f"notEmpty({column})" for column in unit.split(", "))
    columns = ", ".join(
        f"{name} String"
        for name in (
            "event_time event_type product_id category_id category_code brand price user_id"
            " user_session"
        ).split()
    )
    counts = ", ".join(f"countIf(level >= {number})" for number in range(1, len(steps) + 1))
    mode = f", '{mode}'" if mode else ""
    query = f"""
      SELECT {counts} FROM (
        SELECT {unit}, windowFunnel({window}{mode})(
          toUInt32(parseDateTimeBestEffort(event_time, 'UTC')), {conditions}) AS level
        FROM file('{path}', 'CSVWithNames', '{columns}')
        WHERE {given} GROUP BY {unit})
    """
    text = str(chdb.query(query, "TabSeparated"))
    return [int(cell) for cell in text.split()]
