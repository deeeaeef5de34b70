import BQLColumnar

/// Lists the window functions that say where a row stands in its partition.
enum RankFunctions {
  static let functions = [rowNumber, rank, denseRank, percentRank, cumulativeDistribution, tile]

  private typealias Overload = WindowFunction.Overload

  private static let rowNumber = WindowFunction(
    .rowNumber,
    name: "row_number",
    summary: "Numbers the rows of a partition from 1; rows of one rank in the order they come in.",
    examples: [
      FunctionExample(
        "row_number() OVER (ORDER BY column1) FROM (VALUES (20), (10), (20))",
        "2, 1, 3"
      )
    ],
    overloads: [Overload([], to: .int)],
    forms: ["()"]
  )

  private static let rank = WindowFunction(
    .rank,
    name: "rank",
    summary: "Returns 1 and the number of rows that come before; equal rows share a rank.",
    examples: [
      FunctionExample("rank() OVER (ORDER BY column1) FROM (VALUES (20), (10), (20))", "2, 1, 2"),
      FunctionExample("rank() OVER (ORDER BY column1) FROM (VALUES (5), (5), (7))", "1, 1, 3"),
    ],
    overloads: [Overload([], to: .int)],
    forms: ["()"]
  )

  private static let denseRank = WindowFunction(
    .denseRank,
    name: "dense_rank",
    summary: "Returns 1 and the number of different keys that come before: ranks without gaps.",
    examples: [
      FunctionExample(
        "dense_rank() OVER (ORDER BY column1) FROM (VALUES (5), (5), (7))",
        "1, 1, 2"
      )
    ],
    overloads: [Overload([], to: .int)],
    forms: ["()"]
  )

  private static let percentRank = WindowFunction(
    .percentRank,
    name: "percent_rank",
    summary: "Returns (rank - 1) / (rows - 1), from 0 to 1; 0 for a single row.",
    examples: [
      FunctionExample(
        "percent_rank() OVER (ORDER BY column1) FROM (VALUES (1), (3), (2))",
        "0.0, 1.0, 0.5"
      )
    ],
    overloads: [Overload([], to: .float)],
    forms: ["()"]
  )

  private static let cumulativeDistribution = WindowFunction(
    .cumulativeDistribution,
    name: "cume_dist",
    summary: "Returns the share of rows that come before the row or equal it.",
    examples: [
      FunctionExample(
        "cume_dist() OVER (ORDER BY column1) FROM (VALUES (1), (2), (2), (4))",
        "0.25, 0.75, 0.75, 1.0"
      )
    ],
    overloads: [Overload([], to: .float)],
    forms: ["()"]
  )

  private static let tile = WindowFunction(
    .tile,
    name: "ntile",
    summary:
      "Deals the rows of a partition, in order, to n parts of sizes that differ by one at most.",
    nullRule: .propagates,
    examples: [
      FunctionExample(
        "ntile(2) OVER (ORDER BY column1) FROM (VALUES (10), (20), (30))",
        "1, 1, 2"
      )
    ],
    overloads: [Overload([.int], to: .int)],
    forms: ["(parts)"]
  )
}
