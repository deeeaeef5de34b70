import BQLSyntax
import Testing

/// Every form that the language's reference shows is read without error.
@Suite struct LanguageExampleTests {
  @Test(arguments: implemented) func exampleParses(_ text: String) {
    let statements = parse(text)
    #expect(!statements.isEmpty)
    for statement in statements {
      if case .unimplemented(let feature) = statement.kind { Issue.record("\(feature)") }
      if case .query(let query, _) = statement.kind, case .unimplemented(let feature) = query.kind {
        Issue.record("\(feature)")
      }
    }
  }

  @Test(arguments: unimplemented) func laterStatementIsNamed(_ text: String, feature: String) {
    let statements = parse(text)
    #expect(statements.count == 1)
    switch statements.first?.kind {
    case .unimplemented(let found): #expect(found == feature)
    case .query(let query, _):
      if case .unimplemented(let found) = query.kind {
        #expect(found == feature)
        #expect(query.range == SourceRange(0, text.utf8.count))
      } else {
        Issue.record("read as \(query.kind)")
      }
    default: Issue.record("not read")
    }
  }

  @Test func laterStatementEndsAtItsSemicolon() {
    let statements = parse("PLOT AS bar (a); FUNNEL view, cart; ERASE USER 42")
    #expect(statements.count == 3)
  }

  @Test func laterQueryEndsAtItsParenthesis() throws {
    let select = try select(
      "SELECT * FROM (SURVIVAL OF (cart|purchase){1,3}) r WHERE users = 1"
    )
    #expect(select.from?.alias?.name == "r")
    #expect(select.condition != nil)
    guard case .query(let inner) = select.from?.kind else { throw NoSuchNode() }
    #expect(inner.kind == .unimplemented(feature: "SURVIVAL"))
  }

  static let implemented = [
    "LOAD 'data/events.csv';",
    "LOAD '2019-*.csv.gz' AS events;",
    """
    LOAD 'rr/events.csv' (USER visitorid, TIME timestamp,
      EVENT event (addtocart AS cart, transaction AS purchase), ITEM itemid);
    """,
    "LOAD '-';",
    "LOAD 'customers.csv' AS TABLE customers KEY user_id;",
    "LOAD 'events.csv' DEDUP EXACT WHERE price > 0;",
    "LOAD 'events.csv' ON ERROR SKIP REJECTS INTO 'bad.csv';",
    "DESCRIBE events;   SHOW TABLES;   SUMMARIZE events BY brand;",
    "FUNNEL view, cart, purchase BY segment;",
    """
    SELECT * FROM (FUNNEL view, cart, purchase BY brand) WHERE step = 'purchase'
    ORDER BY pct_of_first DESC LIMIT 10;
    """,
    """
    WITH a AS (SELECT 1 AS x), b AS (FROM a)
    SELECT DISTINCT a.x, count(*) FILTER (WHERE b.x > 1) FROM a LEFT JOIN b ON a.x = b.x
    SEMI JOIN c USING (x) WHERE x BETWEEN 1 AND 2 GROUP BY ALL HAVING count(DISTINCT x) > 1
    QUALIFY row_number() OVER (PARTITION BY x ORDER BY y ROWS UNBOUNDED PRECEDING) = 1
    UNION ALL SELECT 2, 3 ORDER BY 1 DESC NULLS LAST LIMIT 5 OFFSET 2;
    """,
    "SELECT split_part(category_code, '.', 1), x::int, CAST(x AS float), COALESCE(a, 0) FROM t",
    """
    SELECT CASE WHEN brand ILIKE 'a%' THEN 1 ELSE 0 END FROM events
    WHERE brand ~ '^a' AND b IN ('x', 'y')
    """,
    "FROM events SELECT brand WHERE price > 5",
    "FROM events WHERE price IS NULL",
    "SELECT * FROM 'file.csv'",
    "FUNNEL view[price > 100] AS big_view, cart?, purchase PER session;",
    "FUNNEL view, cart WITHIN 1h OF PREVIOUS, purchase HOLDING product_id WITHIN (1h, 1d, 7d);",
    """
    FUNNEL view, cart, purchase WITHIN 7d MODE STRICT
    EXCLUDING remove_from_cart BETWEEN cart AND purchase BY brand TOP 10 ATTRIBUTE EACH;
    """,
    "FUNNEL view, cart, purchase SHOW TIMES BY weekday SINCE '2019-11-01' UNTIL '2019-12-01';",
    "FUNNEL view, cart, purchase SHOW DROPPED AFTER cart;",
    "FUNNEL \"Add to cart\", (cart|purchase){2}? AS done WITHIN 7 DAYS OF PREVIOUS PER (brand)",
    "FUNNEL a, b ENTRY EVERY TIES DENY TOLERANCE 2s EXCLUDING USERS WITH refund WITH TOTAL BY b",
    "FUNNEL a, b MATURE ONLY SHOW TREND week COMPARE segment = 'S1' VS segment = 'S2' FROM log",
    "FUNNEL a, b ATTRIBUTE STEP 2 SHOW USERS AT b",
    "RETENTION OF purchase FIRST RETURN ANY EVERY week FOR 12 CLOCK ROLLING",
    "RETENTION OF purchase COUNT BRACKETS (0, 1..3, 4..7) MEASURE users BY brand TOP 3",
    "RETENTION OF (view|cart)[price > 5] RECURRING RETURN purchase COUNT ON OR AFTER FROM log",
    "SELECT * FROM (RETENTION OF purchase MEASURE revenue) r WHERE period = 1",
    "LIFECYCLE OF x EVERY week PER session; ACTIVE; ACTIVE EVERY day WHERE price > 5",
    "STICKINESS EVERY day PER month; STICKINESS OF view PER (brand) PER week SINCE '2019-10-01'",
    "INTERVALS OF purchase BY brand; HEATMAP OF purchase BY hour, weekday",
    "SESSIONS; SESSIONS USING session; SESSIONS GAP 30m MAX 12h WHERE price > 5 BY brand TOP 3",
    """
    SESSIONS ON category_code
    SHOW SUMMARY FROM log SINCE '2019-10-01'
    """,
    """
    FUNNEL view, cart
    SHOW DROPPED AFTER view
    """,
    "SELECT (PATHS END AT purchase) IS NULL FROM t",
    "SELECT count(*) FROM (SESSIONS) WHERE NOT EXISTS (SESSIONS GAP 1h)",
    "TIMING view TO purchase HOLDING product_id BY brand",
    "TIMING ANY TO (cart|purchase)[price > 5] PER session SHOW CURVE AT (1h, 1d, 2 WEEKS)",
    "TIMING view TO purchase SHOW TEST BY brand; TIMING a TO b SHOW CURVE AT 7d",
    "TIMING view TO purchase AGAINST value; TIMING a TO b AGAINST value LANDMARK 7d FOR 30d",
    "SELECT max(gap), summary, to, test, against, curve, landmark, sessions, timing FROM t",
    "DESCRIBE FEATURES customer_model; SELECT * FROM (DESCRIBE FEATURES base)",
    "FEATURES; FEATURES USING customer_model AS OF :t SNAPSHOTS 3 HORIZON 4w WHERE x > 1",
    "FEATURES MARGIN 0.25 OFFER 20 KEEP BETA (2.042, 202.116) ACCEPT 0.6 FILLED FROM log",
    "FEATURES UNFILLED MINIMUM 20 PURCHASES AS OF DATE '2020-01-01'",
    "SELECT * FROM t WHERE u IN (FEATURES AS OF '2020-01-01') OR u IN (FEATURES USING rfm)",
    "SELECT features, margin, horizon, offer, minimum, filled, beta(accept) FROM snapshots",
    "SELECT count, revenue, orders, clock, retention, active FROM t",
    "PATHS ON event_type PER session STEPS 6 START AT x COMPARE a VS b AS EDGES",
    "PATHS; PATHS ON category_code, brand END AT (purchase|cart[price > 5]) KEEP 8 COLLAPSE LOOPS",
    "PATHS AROUND purchase BEFORE 2 AFTER 3 FROM log WHERE price > 0 AS SEQUENCES BY weekday TOP 3",
    "PATHS COMPARE segment = 'S1' VS REST SINCE '2019-11-01' UNTIL '2019-12-01' PER (brand)",
    "TRANSITIONS; TRANSITIONS ON brand KEEP 5 COLLAPSE LOOPS PER session BY weekday",
    "SELECT * FROM (TRANSITIONS) WHERE probability > 0.5",
    "MATCH view -> [^purchase]* -> cart WITHIN 1d",
    "MATCH view -> cart WITHIN 1h OF PREVIOUS -> purchase WITHIN :window PER session TIES SOURCE",
    "MATCH (view[price > 100]{2,5} -> [^cart|purchase]+ | \"Add to cart\"?)* -> a{2} -> b{1,}",
    "LET top = SELECT * FROM events; LET users.spend = SELECT user, sum(value) FROM events",
    "SET timezone = 'UTC'; SET unknown_events = warn; SET PARAM since = '2019-11-01';",
    "INCLUDE 'other.bq'; ASSERT (SELECT count(*) FROM events) > 0 MESSAGE 'empty';",
    "HELP; HELP FUNNEL; HELP show tables; SHOW FUNCTIONS; SHOW SETTINGS;",
    "EXPLAIN FUNNEL view, cart; EXPLAIN ANALYZE SELECT 1;",
    "FUNNEL view, cart INTO 'funnel.csv'; SELECT 1 INTO 'one.json'",
    "RFM AS OF '2020-01-01' SCORES 5; RFM FROM events WHERE price > 0 SINCE '2019-11-01'",
    "SEGMENT k=AUTO(2..10) ON rfm USING kmeans SCALE LOGZ SEED 1 AS name",
    "SEGMENT k = 4 ON rfm; SEGMENT k=AUTO ON (recency, monetary / frequency AS basket) USING gmm",
    "SEGMENT k=3 ON rfm USING gmm COVARIANCE DIAGONAL STARTS 3 AS OF '2020-01-01' AS \"of\"",
    "SEGMENT RULES big: monetary > 1000 AND frequency >= 3, \"not so\": monetary > 1, ELSE rest",
    "SEGMENT POWER AT 80%; SEGMENT POWER AT 12.5% OF revenue FROM customers WHERE time_step = 0",
    "SEGMENT k=4 ON (a, b) FROM t WHERE a > 0 VALUE revenue AS part",
    "ASSIGN segment; ASSIGN segment FROM november AS OF '2019-12-01' AS later",
    "SHOW SEGMENT segment; SHOW SEGMENT segment DIFFERENCES; SHOW SEGMENTS",
    "CORRELATE rfm WITH monetary METHOD spearman; CORRELATE customers WITH target_event",
    "CORRELATE (a, b AS c) WITH (x = 'y') METHOD mutual FROM t WHERE a > 0",
    "TRAIN churn",
    "TRAIN churn AS m HORIZON 28d SNAPSHOTS 6 USING gbdt(trees = 300, leaves = 31, rate = 0.05) "
      + "SPLIT TIME CALIBRATE SEED 7",
    "TRAIN high_value FEATURES engagement; TRAIN conversion PER session AFTER 3 EVENTS",
    "TRAIN (plan = 'pro') FROM customers FEATURES (age, country) USING logistic(penalty = 0.1) "
      + "SPLIT USER 20% WEIGHTS BALANCED",
    "TRAIN price AS p FROM t USING gbdt(loss = squared) SPLIT TIME ON sold TUNE 8 CALIBRATE PLATT",
    "EVALUATE m TOP 10%; EVALUATE m BY country, users.plan SHOW DECILES",
    "EXPLAIN MODEL m FOR USER 42 TOP 3; EXPLAIN MODEL m SHOW INTERACTIONS",
    "PREDICT m AS OF '2020-01-01' AS attribute; PREDICT m FROM t WHERE a > 1",
    "CAMPAIGN m OFFER 20 KEEP 0.1 ACCEPT BETA(6.12, 3.15) VALUE users.worth SHOW CURVE",
    "SAVE MODEL m INTO 'm.json' FORMAT xgboost; LOAD MODEL 'm.json' AS m FORMAT lightgbm",
    "SHOW MODELS; DROP MODEL m",
    "OPEN 'shop.bqs'; SHOW STORAGE; SHOW LOADS; CHECK STORE; DROP events",
    "SELECT model, models, train, predict, evaluate, campaign, save, format, split FROM events",
    "SELECT rfm, segment, scores, power, profile, scale, seed, auto FROM events",
    "SELECT time, user, step, view, session, event, item, value FROM events",
    "SELECT mode, top, by, per, within, date, timestamp, first, last FROM t",
    "SELECT mode(x), first(x), last(x), any(x), left(x, 2), date(x) FROM events",
    "SELECT * FROM t WHERE time >= DATE '2019-10-01' AND time < TIMESTAMP '2019-11-01 00:00:00'",
    "SELECT * FROM events WHERE time > :since AND price >= :min::float",
    "SUMMARIZE (SELECT * FROM events) BY brand; SUMMARIZE 'a.csv'",
    "SELECT 1_000, 2.5, 1e6, 30s, 15m, 1h, 7d, 2w, 7 DAYS, 3 MONTHS",
    "SELECT x FROM (VALUES (1, 'a'), (2, 'b')) v, LATERAL_table l CROSS JOIN w",
  ]

  static let unimplemented: [(String, String)] = [
    ("LATENT 8 ON features USING als OF view", "LATENT"),
    ("COMPARE segment = 'S1' VS REST ON features", "COMPARE"),
    ("INSIGHTS ON conversion COMPARE a VS b BY brand DEPTH 3 SUPPORT 1%", "INSIGHTS"),
    ("BASKET SUPPORT 0.01 CONFIDENCE 0.5", "BASKET"),
    ("CLV HORIZON 90d", "CLV"),
    ("SURVIVAL OF purchase BY dim", "SURVIVAL"),
    ("COX", "COX"),
    ("PLOT AS bar FUNNEL view, cart INTO 'x.svg'", "PLOT"),
    ("REPORT 'Title' ((FUNNEL view, cart), (SELECT 1)) INTO 'report.html'", "REPORT"),
  ]
}
