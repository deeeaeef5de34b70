import BQLColumnar
import BQLSyntax
import BQLTestSupport

/// Holds one drawn call over a window, as text and as parts that an oracle can follow.
struct WindowCase {
  struct Key {
    var column: Int
    var isDescending: Bool
    var nullsFirst: Bool
  }

  enum Bound: Equatable {
    case unboundedPreceding
    case preceding(String)
    case currentRow
    case following(String)
    case unboundedFollowing

    var text: String {
      switch self {
      case .unboundedPreceding: "UNBOUNDED PRECEDING"
      case .preceding(let distance): "\(distance) PRECEDING"
      case .currentRow: "CURRENT ROW"
      case .following(let distance): "\(distance) FOLLOWING"
      case .unboundedFollowing: "UNBOUNDED FOLLOWING"
      }
    }

    var rank: Int {
      switch self {
      case .unboundedPreceding: 0
      case .preceding: 1
      case .currentRow: 2
      case .following: 3
      case .unboundedFollowing: 4
      }
    }
  }

  var name: String
  /// Columns that the call reads, then its constants as text.
  var columns: [Int]
  var constants: [String]
  var isDistinct = false
  var ignoresNulls = false
  /// Whether only rows with a brand count.
  var isFiltered = false
  var partition: [Int]
  var order: [Key]
  var frame: (unit: Window.Frame.Unit, start: Bound, end: Bound)?

  static func column(_ index: Int) -> String { "\"\(RandomTable.schema[index].name)\"" }

  var text: String {
    let arguments = columns.map(Self.column) + constants
    var text = "\(name)(\(isDistinct ? "DISTINCT " : "")"
    text += name == "count" && columns.isEmpty ? "*)" : arguments.joined(separator: ", ") + ")"
    if ignoresNulls { text += " IGNORE NULLS" }
    if isFiltered { text += " FILTER (WHERE brand IS NOT NULL)" }
    var parts: [String] = []
    if !partition.isEmpty {
      parts.append("PARTITION BY " + partition.map(Self.column).joined(separator: ", "))
    }
    if !order.isEmpty {
      let keys = order.map {
        Self.column($0.column) + ($0.isDescending ? " DESC" : "")
          + ($0.nullsFirst ? " NULLS FIRST" : " NULLS LAST")
      }
      parts.append("ORDER BY " + keys.joined(separator: ", "))
    }
    if let frame {
      parts.append("\(frame.unit.rawValue) BETWEEN \(frame.start.text) AND \(frame.end.text)")
    }
    return text + " OVER (" + parts.joined(separator: " ") + ")"
  }

  /// Draws a window and a call over it.
  init(_ random: inout SeededGenerator) {
    func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
    partition = pick([[], [0], [0], [0, 2], [2], [7], [3], [2, 7], [8, 6]])
    let keyCount = pick([0, 1, 1, 1, 2, 3])
    order = (0..<keyCount).map { _ in
      Key(
        column: Int.random(in: 1..<RandomTable.schema.count, using: &random),
        isDescending: random.chance(40),
        nullsFirst: random.chance(50)
      )
    }
    let any = Int.random(in: 0..<RandomTable.schema.count, using: &random)
    let tiles = pick(["1", "3", "1000000"])
    let offset = pick(["2", "0", "-1", "9223372036854775807"])
    let lead = pick(["2", "-9223372036854775808"])
    let forms: [(String, [Int], [String])] = [
      ("row_number", [], []), ("rank", [], []), ("dense_rank", [], []), ("percent_rank", [], []),
      ("cume_dist", [], []), ("ntile", [], [tiles]), ("lag", [any], []),
      ("lead", [any], []), ("lag", [any], [offset]),
      ("lead", [5], [lead, "7"]), ("lag", [3], ["1", "'none'"]),
      ("first_value", [any], []), ("last_value", [any], []), ("nth_value", [any], ["2"]),
      ("count", [], []), ("count", [any], []), ("count", [any], []), ("sum", [4], []),
      ("sum", [6], []), ("avg", [4], []), ("avg", [5], []), ("min", [any], []), ("max", [any], []),
      ("first", [any], []), ("last", [any], []), ("mode", [any], []), ("median", [4], []),
      ("quantile", [6], ["0.3"]), ("stddev", [4], []), ("var_pop", [4], []), ("corr", [4, 6], []),
      ("bool_and", [7], []), ("string_agg", [2], ["','"]),
    ]
    (name, columns, constants) = pick(forms)
    let isRow = ["lag", "lead", "first_value", "last_value", "nth_value"].contains(name)
    let isRanking = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"]
      .contains(name)
    if isRow { ignoresNulls = random.chance(30) }
    if !isRow, !isRanking {
      isFiltered = random.chance(25)
      let takesDistinct = ["count", "sum", "avg", "min", "max", "median", "stddev", "string_agg"]
      isDistinct = !columns.isEmpty && takesDistinct.contains(name) && random.chance(25)
    }
    if random.chance(70) { drawFrame(&random) }
  }

  private mutating func drawFrame(_ random: inout SeededGenerator) {
    func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
    var unit: Window.Frame.Unit = pick([.rows, .rows, .range, .range, .groups])
    if unit == .groups, order.isEmpty { unit = .rows }
    var distances = ["0", "1", "2", "5", "70", "9223372036854775807"]
    if unit == .range {
      switch order.count == 1 ? order[0].column : -1 {
      case 1: distances = ["0s", "2s", "50s", "1 MONTHS"]
      case 4: distances = ["0", "0.70", "14.01"]
      case 5: distances = ["0", "3", "96", "9223372036854775807"]
      case 6: distances = ["0", "1.5", "3.7505"]
      case 8: distances = ["0s", "36h", "9 DAYS", "1 MONTHS", "13 MONTHS"]
      default: distances = []
      }
    }
    func bound() -> Bound {
      let distance = distances.isEmpty ? nil : pick(distances)
      switch (Int.random(in: 0..<5, using: &random), distance) {
      case (0, _): return .unboundedPreceding
      case (1, let distance?): return .preceding(distance)
      case (3, let distance?): return .following(distance)
      case (4, _): return .unboundedFollowing
      default: return .currentRow
      }
    }
    var start = bound()
    var end = bound()
    if start.rank > end.rank { (start, end) = (end, start) }
    if start == .unboundedFollowing { start = .currentRow }
    if end == .unboundedPreceding { end = .currentRow }
    frame = (unit, start, end)
  }
}
