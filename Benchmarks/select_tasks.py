"""The 22 shapes of SELECT: each statement means the same in bql and in DuckDB.

An answer has a few rows: one that would have more is counted, added up or cut off, so that what is
measured is the work and not the way of its rows. All orders are whole: answers can be compared.
"""

from datetime import date, datetime
from decimal import Decimal

#: Made from the log before the clock runs: an attribute of its users, a plain table of its products.
USERS = "SELECT user_id, count(*) FILTER (WHERE event_type = 'purchase') AS orders FROM events GROUP BY user_id"
PRODUCTS = """SELECT product_id, min(category_code) AS kind, max(price) AS top_price
  FROM events GROUP BY product_id"""

#: bql's way to make them.
PREPARATION = f"""LET users.orders = count(*) FILTER (WHERE event_type = 'purchase');
LET products = {PRODUCTS};
"""

SUMS = "SELECT count(*) AS n, count(brand), sum(price), sum(product_id), max(event_time) FROM events"

STATEMENTS = {
    "scan": SUMS,
    # Of the generated log's prices one in a hundred lies above 990.71, one below 6.79.
    "filter-1": f"{SUMS} WHERE price > 990.71",
    "filter-50": f"{SUMS} WHERE price > 120.16",
    "filter-99": f"{SUMS} WHERE price > 6.79",
    "filter-text": """SELECT count(*), sum(price) FROM events
      WHERE category_code LIKE '%phone%' OR brand LIKE 's%'""",
    "group-event": """SELECT event_type, count(*) AS n, sum(price) AS money, avg(price) AS mean
      FROM events GROUP BY event_type ORDER BY event_type""",
    "group-product": """SELECT product_id, count(*) AS n, sum(price) AS money
      FROM events GROUP BY product_id ORDER BY money DESC, product_id LIMIT 100""",
    "group-user": """SELECT count(*), max(n), max(money), min(latest) FROM (
        SELECT user_id, count(*) AS n, sum(price) AS money, max(event_time) AS latest
        FROM events GROUP BY user_id) AS q""",
    "group-session": """SELECT count(*), max(n), max(money) FROM (
        SELECT user_session, count(*) AS n, sum(price) AS money
        FROM events GROUP BY user_session) AS q""",
    "group-brand-event": """SELECT brand, event_type, count(*) AS n, sum(price) AS money
      FROM events GROUP BY brand, event_type ORDER BY money DESC, brand, event_type LIMIT 100""",
    "group-user-product": """SELECT count(*), max(n), max(money) FROM (
        SELECT user_id, product_id, count(*) AS n, sum(price) AS money
        FROM events GROUP BY user_id, product_id) AS q""",
    "group-day-category-event": """SELECT count(*), max(n), max(money) FROM (
        SELECT event_time::date AS day, category_code, event_type, count(*) AS n,
          sum(price) AS money
        FROM events GROUP BY day, category_code, event_type) AS q""",
    "distinct-whole": "SELECT count(DISTINCT user_id), count(DISTINCT user_session) FROM events",
    "distinct-brand": """SELECT brand, count(*) AS n, count(DISTINCT user_id) AS users
      FROM events GROUP BY brand ORDER BY users DESC, n DESC, brand LIMIT 100""",
    "join-users": """SELECT users.orders AS bought, count(*) AS n, sum(price) AS money
      FROM events JOIN users ON events.user_id = users.user_id
      GROUP BY bought ORDER BY bought""",
    "join-products": """SELECT p.kind AS kind, count(*) AS n, sum(e.price) AS money
      FROM events AS e JOIN products AS p ON e.product_id = p.product_id
      WHERE p.top_price > 100 GROUP BY p.kind ORDER BY money DESC, kind""",
    "semi-join": """SELECT event_type, count(*) AS n, sum(price) AS money FROM events
      WHERE user_id IN (SELECT user_id FROM events WHERE event_type = 'purchase')
      GROUP BY event_type ORDER BY event_type""",
    "anti-join": """SELECT count(*) AS n, sum(e.price) AS money
      FROM events AS e ANTI JOIN (
        SELECT user_id, product_id FROM events WHERE event_type = 'cart') AS c
        ON e.user_id = c.user_id AND e.product_id = c.product_id
      WHERE e.event_type = 'view'""",
    "top-n": """SELECT price, event_time, user_id, product_id FROM events
      ORDER BY price DESC, event_time, user_id, product_id LIMIT 100""",
    "window-rank": """SELECT place, count(*) AS n, sum(price) AS money FROM (
        SELECT price, rank() OVER (PARTITION BY user_id ORDER BY price DESC) AS place
        FROM events) AS q
      GROUP BY place ORDER BY place LIMIT 20""",
    "with-bands": """WITH totals AS (
        SELECT user_id, count(*) AS n, sum(price) FILTER (WHERE event_type = 'purchase') AS spent
        FROM events GROUP BY user_id),
      bands AS (
        SELECT n, spent, CASE WHEN spent IS NULL THEN 'none' WHEN spent < 100 THEN 'little'
          WHEN spent < 1000 THEN 'some' ELSE 'much' END AS band
        FROM totals)
      SELECT band, count(*) AS users, sum(n) AS events, sum(spent) AS spent
      FROM bands GROUP BY band ORDER BY band""",
    "with-days": """WITH daily AS (
        SELECT event_time::date AS day, event_type, count(*) AS n, sum(price) AS money
        FROM events GROUP BY day, event_type),
      views AS (SELECT day, n FROM daily WHERE event_type = 'view'),
      sales AS (SELECT day, n, money FROM daily WHERE event_type = 'purchase')
      SELECT count(*), max(sales.money), min(views.n), sum(sales.n), sum(views.n)
      FROM views JOIN sales ON views.day = sales.day""",
}


def plain(value):
    """Returns a value as both programs' answers can be compared: a number, a text or None."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return str(value)
    return value.removesuffix(" UTC") if isinstance(value, str) else value


def answer(rows):
    """Returns the values of an answer's rows."""
    return [list(map(plain, row)) for row in rows]
