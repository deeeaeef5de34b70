import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

/// Holds the calls over one PARTITION BY and ORDER BY, their expressions compiled.
struct CompiledWindow: Sendable {
  /// Computes one column that keys or calls read.
  struct Input: Sendable {
    let expression: CompiledExpression
    /// The input, before this one, whose rows alone are computed: a FILTER.
    let filter: Int?
  }

  /// Orders the rows of a partition by one input.
  struct Key: Sendable {
    let input: Int
    let isDescending: Bool
    let nullsFirst: Bool
  }

  let inputs: [Input]
  let partition: [Int]
  let order: [Key]
  let calls: [WindowCall]

  /// Computes the inputs of a chunk; NULL in the rows that a FILTER leaves out.
  func evaluate(_ chunk: Chunk) throws(ExecutionError) -> [Column] {
    var columns: [Column] = []
    for input in inputs {
      let expression = input.expression
      let kept = input.filter.map { columns[$0].trueRows }
      guard let kept, kept.count < chunk.count else {
        columns.append(try expression.evaluate(chunk))
        continue
      }
      var places = [Int32](repeating: -1, count: chunk.count)
      for (place, row) in kept.enumerated() {
        places[Int(row)] = Int32(truncatingIfNeeded: place)
      }
      let some = try expression.evaluate(expression.input(chunk, rows: kept))
      columns.append(some.gather(orNull: places))
    }
    return columns
  }
}

/// Holds one call; arguments are places among the window's inputs.
struct WindowCall: Sendable {
  /// Says how far a row lies away, or which of the frame's rows is meant.
  enum Distance: Sendable {
    case constant(Int64)
    case null
    case input(Int)
  }

  enum Function: Sendable {
    case ranking(WindowFunction.Kind)
    /// The number of parts, taken from the first row of each partition.
    case tile(Distance)
    /// The row a number of rows before, behind where it is negative.
    case offset(Distance, isLead: Bool, otherwise: Int?)
    case first
    case last
    case nth(Distance)
    case aggregate(Aggregate)
  }

  struct Aggregate: Sendable {
    let overload: AggregateFunction.Overload
    let constants: [Value]
    let arguments: [Int]
    let filter: Int?
  }

  let function: Function
  /// What ``Function/offset(_:isLead:otherwise:)`` and those behind it return a value of.
  let value: Int?
  let ignoresNulls: Bool
  let frame: WindowFrame
  let type: DataType
  let range: SourceRange

  /// The inputs that the call reads.
  var inputs: [Int] {
    let own: [Int?] =
      switch function {
      case .ranking, .first, .last: []
      case .tile(let distance), .nth(let distance): [distance.input]
      case .offset(let distance, _, let otherwise): [distance.input, otherwise]
      case .aggregate(let aggregate): aggregate.arguments + [aggregate.filter]
      }
    return ([value] + own).compactMap { $0 }
  }

  /// Whether rows equal in ORDER BY must be known.
  var needsPeers: Bool {
    switch function {
    case .ranking(.rowNumber), .tile, .offset: false
    case .ranking: true
    case .first, .last, .nth, .aggregate: frame.needsPeers
    }
  }
}

extension WindowCall.Distance {
  fileprivate var input: Int? {
    if case .input(let input) = self { input } else { nil }
  }
}

extension WindowFrame {
  fileprivate var needsPeers: Bool {
    switch unit {
    case .rows: false
    case .groups: true
    case .range: start != .unboundedPreceding || end != .unboundedFollowing
    }
  }

  /// Whether the frame is the partition, whatever the row.
  var isWhole: Bool { start == .unboundedPreceding && end == .unboundedFollowing }

  /// The frame where rows have no order: all rows of a partition are equal.
  var withoutOrder: WindowFrame {
    guard unit == .range else { return self }
    return WindowFrame(
      unit: unit,
      start: start == .currentRow ? .unboundedPreceding : start,
      end: end == .currentRow ? .unboundedFollowing : end
    )
  }
}
