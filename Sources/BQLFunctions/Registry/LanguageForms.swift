/// Describes the forms of expressions that are words of the language, not functions, so that HELP
/// and the reference know them too.
enum LanguageForms {
  static let references: [FunctionReference] = [
    FunctionReference(
      name: "cast",
      category: .conversion,
      signatures: ["CAST(x AS type)", "x::type"],
      summary:
        "Turns a value into another type: bool, int, float, decimal, text, timestamp, date or "
        + "interval; what cannot be turned is an error.",
      nullRule: "NULL stays NULL.",
      examples: [
        FunctionExample("'12'::int + 1", "13"), FunctionExample("CAST(2.5 AS int)", "3"),
        FunctionExample("'2019-10-01'::date", "2019-10-01"),
        FunctionExample("(2h + 30m)::int", "9000"),
      ],
      differences:
        "decimal has two decimals whatever is said; an interval becomes its seconds; a bool becomes "
        + "no decimal or float."
    ),
    FunctionReference(
      name: "try_cast",
      category: .conversion,
      signatures: ["TRY_CAST(x AS type)"],
      summary: "Turns a value into another type; what cannot be turned becomes NULL.",
      nullRule: "NULL stays NULL.",
      examples: [
        FunctionExample("try_cast('12' AS int)", "12"),
        FunctionExample("try_cast('a dozen' AS int)", ""),
      ],
      differences: "PostgreSQL has no such form."
    ),
    FunctionReference(
      name: "case",
      category: .conditional,
      signatures: [
        "CASE WHEN condition THEN value … [ELSE value] END",
        "CASE x WHEN value THEN value … [ELSE value] END",
      ],
      summary:
        "Returns the value behind the first condition that is true, or behind the first value equal "
        + "to x; without ELSE NULL where none is. What is not reached is not computed.",
      examples: [
        FunctionExample("CASE WHEN 1 > 2 THEN 'more' ELSE 'less' END", "less"),
        FunctionExample("CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", "two"),
      ]
    ),
    FunctionReference(
      name: "and",
      aliases: ["or"],
      category: .conditional,
      signatures: ["a AND b", "a OR b"],
      summary:
        "Joins conditions; of a row that the first decides the second is not computed. NULL where "
        + "an unknown decides.",
      examples: [
        FunctionExample("NULL AND false", "false"), FunctionExample("NULL OR true", "true"),
        FunctionExample("NULL AND true", ""),
      ],
      differences: "PostgreSQL promises no order; here it is from left to right."
    ),
    FunctionReference(
      name: "between",
      category: .comparison,
      signatures: ["x [NOT] BETWEEN low AND high"],
      summary: "Tells whether a value lies between two others or equals one of them.",
      nullRule: "NULL where an unknown decides.",
      examples: [FunctionExample("5 BETWEEN 1 AND 5", "true")]
    ),
    FunctionReference(
      name: "in",
      category: .comparison,
      signatures: ["x [NOT] IN (value, …)", "x [NOT] IN (query)"],
      summary: "Tells whether a value is one of some others, or of a query's.",
      nullRule: "NULL where it is none of them and one of them is NULL.",
      examples: [
        FunctionExample("'cart' IN ('view', 'cart')", "true"),
        FunctionExample("1 IN (2, NULL)", ""),
      ]
    ),
    FunctionReference(
      name: "is",
      category: .comparison,
      signatures: [
        "x IS [NOT] NULL", "x IS [NOT] TRUE | FALSE", "x IS [NOT] DISTINCT FROM y",
      ],
      summary: "Tests for NULL, for truth, or for equality in which two NULLs are equal.",
      nullRule: "Never NULL.",
      examples: [
        FunctionExample("NULL IS NULL", "true"), FunctionExample("(1 = NULL) IS TRUE", "false"),
        FunctionExample("NULL IS DISTINCT FROM 1", "true"),
      ]
    ),
    FunctionReference(
      name: "interval",
      category: .time,
      signatures: ["30s, 15m, 1h, 7d, 2w", "7 DAYS, 3 MONTHS", "INTERVAL '1 month 2 days'"],
      summary:
        "Writes a span of time. Months, quarters and years have no fixed length: they stand next to a "
        + "time alone, in + and -, or times a number there.",
      examples: [
        FunctionExample("TIMESTAMP '2020-01-31 10:00:00' + 1 MONTH", "2020-02-29 10:00:00"),
        FunctionExample("DATE '2019-10-01' - INTERVAL '1 year 2 days'", "2018-09-29 00:00:00"),
        FunctionExample("INTERVAL '90 minutes'", "5400"),
      ],
      differences:
        "An interval is a number of microseconds: it prints as seconds in CSV and JSON, `m` is a "
        + "minute, and the difference of two timestamps is exact."
    ),
  ]
}
