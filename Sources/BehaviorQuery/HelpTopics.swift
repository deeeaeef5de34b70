/// Explains one statement: its form, what it does, an example.
struct HelpTopic {
  let name: String
  let form: [String]
  let text: String
  let example: String

  /// Every topic, in the order in which an analyst meets them.
  static let all: [HelpTopic] = [
    HelpTopic(
      name: "LOAD",
      form: [
        "LOAD 'file', … [AS log] [(USER column, TIME column, EVENT column (value AS name, …),",
        "  SESSION column, ITEM column, VALUE column)]",
        "  [WHERE condition] [DEDUP EXACT] [FORCE] [ON ERROR STOP|SKIP|NULL] [REJECTS INTO 'bad.csv']",
        "  [CSV (DELIMITER ';', QUOTE '''', ESCAPE '\\', HEADER TRUE|FALSE, SKIP n, NULLS 'NA',",
        "  DATES DMY|MDY, DECIMALS ',')];",
        "LOAD 'file' AS TABLE name [KEY column];",
      ],
      text: "reads CSV, TSV or Arrow, plain, .gz or .zst, globs and '-' for standard input; as the "
        + "event log 'events' unless AS names another",
      example: "LOAD 'data/shop.csv.gz';"
    ),
    HelpTopic(
      name: "OPEN",
      form: [
        "OPEN 'folder.bqs';   CHECK STORE;   SHOW STORAGE;   SHOW LOADS;   DROP log;",
        "COMPACT [log];   ERASE USER user;",
      ],
      text: "opens a store: what it holds is there at once, and what LOAD, LET, SEGMENT and TRAIN "
        + "make is kept in it for the next run, rows beside those that are there; CHECK STORE "
        + "compares every byte with what was written, COMPACT writes a log as small as it gets, "
        + "ERASE takes a user out of every file",
      example: "OPEN 'shop.bqs';"
    ),
    HelpTopic(
      name: "FUNNEL",
      form: [
        "FUNNEL step, step, … [FROM log] [WHERE condition] [PER user|session|(column, …)]",
        "  [SINCE time] [UNTIL time] [WITHIN 7d | WITHIN (1h, 1d, 7d)] [HOLDING column, …]",
        "  [MODE LOOSE|STRICT|NOREPEAT|ANY] [ENTRY ANY|FIRST|EVERY] [TIES ALLOW|SOURCE|DENY]",
        "  [EXCLUDING event [BETWEEN step AND step]] [EXCLUDING USERS WITH event] [TOLERANCE 2s]",
        "  [BY dimension, … [TOP n] [WITH TOTAL] [ATTRIBUTE FIRST|EACH|HELD|LAST|STEP n]]",
        "  [SHOW STEPS|TIMES|LIFT|LOSS|TREND week|USERS AT step|DROPPED BEFORE|AFTER step]",
        "  [COMPARE condition VS condition|REST] [MATURE ONLY];",
        "EXPLAIN FUNNEL … FOR USER x;   says row by row why a user counts or does not",
        "a step: view   view[price > 100] AS big_view   (cart|purchase)   view{2}   cart?",
        "        cart WITHIN 1h OF PREVIOUS",
      ],
      text: "counts how many users reach each step, in order, and where they drop off",
      example: "FUNNEL view, cart, purchase WITHIN 7d BY split_part(category_code, '.', 1) TOP 5;"
    ),
    HelpTopic(
      name: "RETENTION",
      form: [
        "RETENTION OF event [FIRST|RECURRING] [RETURN event|ANY] [EVERY day|week|month] [FOR 12]",
        "  [CLOCK CALENDAR|ROLLING] [COUNT ON|ON OR AFTER|BRACKETS (0, 1..3, 4..7)]",
        "  [MEASURE users|revenue|orders] [FROM log] [WHERE condition] [PER user|session|(column, …)]",
        "  [SINCE time] [UNTIL time] [BY dimension, … [TOP n]];",
      ],
      text: "counts how many of those who start in a period come back in the periods behind it",
      example: "RETENTION OF purchase EVERY month FOR 4;"
    ),
    HelpTopic(
      name: "LIFECYCLE",
      form: ["LIFECYCLE [OF event] [EVERY day|week|month] [clauses as those of RETENTION];"],
      text: "tells, period by period, who is new, returning, resurrecting and dormant",
      example: "LIFECYCLE OF purchase EVERY month;"
    ),
    HelpTopic(
      name: "STICKINESS",
      form: [
        "STICKINESS [OF event] [EVERY day|week] [PER week|month] [clauses as those of RETENTION];"
      ],
      text: "counts in how many days of a month users are active",
      example: "STICKINESS EVERY day PER month SINCE '2020-01-01';"
    ),
    HelpTopic(
      name: "ACTIVE",
      form: ["ACTIVE [OF event] [EVERY day|week|month] [clauses as those of RETENTION];"],
      text: "counts the active users of a day, a week and a month, and their ratios",
      example: "ACTIVE EVERY week SINCE '2020-01-01';"
    ),
    HelpTopic(
      name: "INTERVALS",
      form: ["INTERVALS OF event [BY dimension, … [TOP n]] [clauses as those of RETENTION];"],
      text: "measures the gaps from order to order and suggests after how long a user is gone",
      example: "INTERVALS OF purchase;"
    ),
    HelpTopic(
      name: "HEATMAP",
      form: ["HEATMAP OF event [BY hour, weekday] [clauses as those of RETENTION];"],
      text: "counts an event by hour and weekday, or by any dimensions",
      example: "HEATMAP OF purchase BY hour, weekday;"
    ),
    HelpTopic(
      name: "PATHS",
      form: [
        "PATHS [ON column, …] [STEPS n] [START AT x] [END AT y] [AROUND x BEFORE 2 AFTER 3]",
        "  [KEEP n] [COLLAPSE LOOPS] [COMPARE condition VS condition|REST]",
        "  [AS STEPS|EDGES|SEQUENCES] [FROM log] [WHERE condition]",
        "  [PER user|session|(column, …)] [SINCE time] [UNTIL time] [BY dimension, … [TOP n]];",
      ],
      text: "shows what users do one step after the other: first, or before and after an event",
      example: "PATHS PER session START AT cart STEPS 4;"
    ),
    HelpTopic(
      name: "TRANSITIONS",
      form: [
        "TRANSITIONS [ON column, …] [KEEP n] [COLLAPSE LOOPS] [FROM log] [WHERE condition]",
        "  [PER user|session|(column, …)] [SINCE time] [UNTIL time] [BY dimension, … [TOP n]];",
      ],
      text: "counts how often one event follows another, with its probability and the time between",
      example: "TRANSITIONS PER session;"
    ),
    HelpTopic(
      name: "MATCH",
      form: [
        "MATCH item -> item -> … [WITHIN duration] [TIES ALLOW|SOURCE] [FROM log]",
        "  [WHERE condition] [PER user|session|(column, …)] [SINCE time] [UNTIL time]",
        "  [BY dimension, … [TOP n]];",
        "an item: view   view[price > 100]   [^purchase]   (cart|view -> view)   with * + ? {n,m}",
        "  behind it, and a limit of its own: -> cart WITHIN 1h OF PREVIOUS",
      ],
      text: "counts the users whose events a regular expression describes",
      example: "MATCH view -> [^purchase]* -> cart WITHIN 1d;"
    ),
    HelpTopic(
      name: "RFM",
      form: [
        "RFM [AS OF time] [SCORES n] [FROM log] [WHERE condition] [SINCE time];"
      ],
      text: "gives each user who bought recency, frequency and monetary value, their scores from 1 "
        + "to 5 and the name of a group",
      example: "SELECT rfm_group, count(*) FROM (RFM) GROUP BY rfm_group;"
    ),
    HelpTopic(
      name: "SEGMENT",
      form: [
        "SEGMENT k=4 | k=AUTO(2..10) ON rfm|features|(column, …) [USING kmeans|gmm|quantiles]",
        "  [SCALE LOGZ|ZSCORE|ROBUST|NONE] [COVARIANCE FULL|DIAGONAL] [SEED n] [STARTS n]",
        "  [FROM log|table] [WHERE condition] [AS OF time] [VALUE expression] [AS name];",
        "SEGMENT RULES name: condition, …, ELSE name [ON …] [FROM …] [AS name];",
        "SEGMENT POWER AT 80% [OF expression] [FROM …] [AS name];",
        "SHOW SEGMENT name [PROFILE|DIFFERENCES|SELECTION|CENTRES];   SHOW SEGMENTS;",
        "ASSIGN name [FROM log] [AS OF time] [AS name];   puts users into groups that were learnt",
      ],
      text:
        "divides users into groups, tells what sets each apart, and makes the group an attribute "
        + "of users: S1 is worth most a user, S0 bought nothing",
      example: "SEGMENT k=4 ON rfm; FUNNEL view, cart, purchase BY segment;"
    ),
    HelpTopic(
      name: "CORRELATE",
      form: [
        "CORRELATE rfm|features|table|(column, …) WITH target [METHOD pearson|spearman|mutual]",
        "  [FROM log|table] [WHERE condition] [AS OF time];",
      ],
      text: "tells how far each column goes with a target, and which are constant, often missing, "
        + "equal to another or nearly so",
      example: "CORRELATE rfm WITH monetary METHOD spearman;"
    ),
    HelpTopic(
      name: "TRAIN",
      form: [
        "TRAIN churn|high_value|revenue|return [AS name] [HORIZON 28d] [SNAPSHOTS n] [WHERE …]",
        "  [FEATURES set|(column, …)] [USING gbdt(trees = 500, …)|logistic(penalty = …)]",
        "  [SPLIT TIME|USER 25%] [CALIBRATE ISOTONIC|PLATT] [WEIGHTS BALANCED]",
        "  [MONOTONE column UP|DOWN, …] [TUNE n] [SEED n];",
        "TRAIN conversion [AFTER 3 EVENTS] …;",
        "TRAIN column|(condition) FROM table [FEATURES (column, …)] [SPLIT TIME ON column] …;",
        "SHOW MODELS;   DROP MODEL name;",
      ],
      text:
        "learns who will leave, come back, spend or convert from what is known at a cutoff, and tells "
        + "how good that is on rows that training was not shown, beside simple rules",
      example: "TRAIN churn;"
    ),
    HelpTopic(
      name: "EVALUATE",
      form: [
        "EVALUATE model [TOP 10%] [BY attribute, …]",
        "  [SHOW MEASURES|DECILES|CALIBRATION|THRESHOLDS];",
      ],
      text: "tells how good a model is on rows that training was not shown, with intervals",
      example: "TRAIN churn; EVALUATE churn SHOW DECILES;"
    ),
    HelpTopic(
      name: "EXPLAIN MODEL",
      form: [
        "EXPLAIN MODEL model [SHOW IMPORTANCE|DEPENDENCE|INTERACTIONS] [TOP k];",
        "EXPLAIN MODEL model FOR USER key [TOP k];",
      ],
      text: "tells what a model goes by, and what speaks for and against one user",
      example: "TRAIN churn; EXPLAIN MODEL churn TOP 10;"
    ),
    HelpTopic(
      name: "PREDICT",
      form: ["PREDICT model [FROM table] [AS OF time] [WHERE condition] [AS attribute];"],
      text: "tells what a model says of each user or row, and makes it an attribute of users",
      example: "TRAIN churn; PREDICT churn AS risk;"
    ),
    HelpTopic(
      name: "CAMPAIGN",
      form: [
        "CAMPAIGN model OFFER cost [KEEP chance] [ACCEPT chance] [VALUE expression]",
        "  [AS OF time] [SHOW USERS|CURVE|SUMMARY];",
      ],
      text: "chooses the users whom an offer is worth making to, by a model of churn",
      example: "TRAIN churn; CAMPAIGN churn OFFER 20;"
    ),
    HelpTopic(
      name: "SAVE MODEL",
      form: [
        "SAVE MODEL model INTO 'file' [FORMAT bql|xgboost|lightgbm];",
        "LOAD MODEL 'file' [AS model] [FORMAT bql|xgboost|lightgbm];",
      ],
      text: "writes a model into a file, reads one from a file",
      example: "TRAIN churn; SAVE MODEL churn INTO 'churn.json';"
    ),
    HelpTopic(
      name: "FEATURES",
      form: [
        "FEATURES [USING base|rfm|engagement|customer_model] [AS OF time] [FILLED|UNFILLED]",
        "  [MARGIN 0.2] [MINIMUM n PURCHASES] [FROM log] [WHERE condition];",
        "FEATURES USING customer_model [SNAPSHOTS n] [HORIZON 4w] [OFFER 20]",
        "  [KEEP share|BETA (a, b)] [ACCEPT share|BETA (a, b)] …;",
        "DESCRIBE FEATURES set;   gives each column's definition, unit, NULL rule and reach in time",
      ],
      text: "tells in a row for each user what the user's sessions are like: the input of segments "
        + "and models; customer_model adds targets, at several times",
      example: "FEATURES USING engagement AS OF '2020-02-01';"
    ),
    HelpTopic(
      name: "SESSIONS",
      form: [
        "SESSIONS [USING column | GAP 30m [MAX 12h]] [ON expression] [SHOW SESSIONS|SUMMARY]",
        "  [FROM log] [WHERE condition] [SINCE time] [UNTIL time] [BY dimension, … [TOP n]];",
      ],
      text: "gives a row for each session: when, how long, how many events, what was bought, where "
        + "it began and ended; with BY or SHOW SUMMARY a row for each group: bounce and "
        + "conversion rates, durations, money",
      example: "SESSIONS GAP 30m BY hour;"
    ),
    HelpTopic(
      name: "TIMING",
      form: [
        "TIMING event TO event [HOLDING column, …] [SHOW SUMMARY|CURVE [AT (1h, 1d, 7d)]|TEST]",
        "  [AGAINST value [LANDMARK 7d] [FOR 30d]] [clauses as those of RETENTION];",
      ],
      text: "estimates how long it takes from one event to another, counting those who have not "
        + "got there yet (Kaplan–Meier), and tests whether groups differ (log-rank)",
      example: "TIMING view TO purchase BY split_part(category_code, '.', 1) TOP 3;"
    ),
    HelpTopic(
      name: "SELECT",
      form: [
        "SELECT [DISTINCT] expression [AS name], … FROM table|(query)|'file' [WHERE condition]",
        "  [GROUP BY expression, … | ALL] [HAVING condition] [QUALIFY condition]",
        "  [ORDER BY expression [DESC] [NULLS FIRST|LAST], …] [LIMIT n] [OFFSET m];",
        "FROM table [SELECT …] [WHERE …] …;",
      ],
      text: "asks in SQL; SHOW FUNCTIONS lists what expressions may call",
      example: "SELECT brand, count(*), sum(price) FROM events GROUP BY brand ORDER BY 2 DESC "
        + "LIMIT 5;"
    ),
    HelpTopic(
      name: "OVER",
      form: [
        "function(…) [IGNORE NULLS] [FILTER (WHERE condition)] OVER ([PARTITION BY expression, …]",
        "  [ORDER BY expression [DESC] [NULLS FIRST|LAST], …]",
        "  [ROWS|RANGE|GROUPS [BETWEEN] bound [AND bound]])",
        "a bound: UNBOUNDED PRECEDING, n PRECEDING, CURRENT ROW, n FOLLOWING, UNBOUNDED FOLLOWING",
      ],
      text: "gives each row a value from the rows of its partition: a rank, a value of another "
        + "row, an aggregate; QUALIFY filters on it",
      example: "SELECT user, brand, price FROM events "
        + "QUALIFY row_number() OVER (PARTITION BY user ORDER BY price DESC) = 1;"
    ),
    HelpTopic(
      name: "DESCRIBE",
      form: ["DESCRIBE table|users;   DESCRIBE FEATURES set;"],
      text: "lists a table's columns with types, roles and missing values, or users' attributes",
      example: "DESCRIBE events;"
    ),
    HelpTopic(
      name: "SUMMARIZE",
      form: ["SUMMARIZE table|(query) [BY dimension, …];"],
      text: "describes each column: missing, distinct, quartiles, mean, commonest values",
      example: "SUMMARIZE events BY event_type;"
    ),
    HelpTopic(
      name: "SHOW",
      form: ["SHOW TABLES|FUNCTIONS|SETTINGS|SEGMENTS|MODELS;"],
      text: "lists what is loaded, what may be called, what may be set",
      example: "SHOW TABLES;"
    ),
    HelpTopic(
      name: "LET",
      form: ["LET name = query;", "LET users.name = …;      see HELP users"],
      text: "answers a query once and gives the result a name",
      example: "LET by_brand = FUNNEL view, cart, purchase BY brand TOP 10;"
    ),
    HelpTopic(
      name: "USERS",
      form: [
        "LET users.name = expression [FROM log] [WHERE condition] [SINCE time] [UNTIL time];",
        "LET users.name = query of two columns: the user, the value;",
        "query INTO users;      each column but the user's becomes an attribute",
        "LOAD 'file' AS TABLE name KEY user_id;      so do the table's columns",
        "DESCRIBE users;   SELECT … FROM users;   DROP users.name;",
      ],
      text:
        "gives each user an attribute, which BY and WHERE of every statement over a log may name, "
        + "bare or as users.name; computed once, and refused when its log has changed",
      example: "LET users.spent = sum(price) FILTER (WHERE event = 'purchase');"
    ),
    HelpTopic(
      name: "DROP",
      form: ["DROP users.name;   DROP MODEL name;   DROP table;"],
      text: "forgets an attribute of users, a model, or a table; what the open store keeps is gone "
        + "for good",
      example: "DROP users.spent;"
    ),
    HelpTopic(
      name: "SET",
      form: ["SET setting = value;", "SET PARAM name = value;"],
      text: "changes a setting, or gives the parameter :name a value, which -p overrides",
      example: "SET unknown_events = error;"
    ),
    HelpTopic(
      name: "INCLUDE",
      form: ["INCLUDE 'other.bq';"],
      text: "runs another script, found next to the one that names it",
      example: "INCLUDE 'setup.bq';"
    ),
    HelpTopic(
      name: "ASSERT",
      form: ["ASSERT condition [MESSAGE 'text'];"],
      text: "stops the script unless the condition is true: a script as a test of data",
      example: "ASSERT (SELECT count(*) FROM events) > 0 MESSAGE 'the log is empty';"
    ),
    HelpTopic(
      name: "EXPLAIN",
      form: ["EXPLAIN [ANALYZE] query;", "EXPLAIN FUNNEL … FOR USER x;"],
      text: "shows the plan of a query; with ANALYZE it runs, with rows and time by operator",
      example: "EXPLAIN ANALYZE SELECT brand, count(*) FROM events GROUP BY brand;"
    ),
    HelpTopic(
      name: "INTO",
      form: [
        "query INTO 'file.csv|tsv|json|ndjson|md|html|arrow|arrows';",
        "query INTO users;      see HELP users",
      ],
      text: "writes the answer to a file, replacing it in one step",
      example: "FUNNEL view, cart, purchase INTO 'funnel.csv';"
    ),
  ]
}
