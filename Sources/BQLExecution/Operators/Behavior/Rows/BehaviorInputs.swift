import BQLColumnar
import BQLPlanning
import BQLStorage

/// Holds the compiled expressions of the clauses that behaviour statements share, and the events
/// that a question names.
struct BehaviorExpressions: Sendable {
  let filter: CompiledExpression?
  let dimensions: [CompiledExpression]
  let marks: EventMarks

  /// Compiles the clauses; selection *i* is bit *i* of a row's marks.
  init(_ behavior: BehaviorPlan, _ selections: [EventSelection]) throws(ExecutionError) {
    let types = behavior.log.schema.fields.map(\.type)
    filter = try behavior.filter.map { predicate throws(ExecutionError) in
      try CompiledExpression(predicate, inputTypes: types)
    }
    var dimensions: [CompiledExpression] = []
    for dimension in behavior.dimensions {
      dimensions.append(try CompiledExpression(dimension.expression, inputTypes: types))
    }
    self.dimensions = dimensions
    marks = try EventMarks(selections, of: behavior.log, types)
  }
}

/// Reads the marked rows of morsels and the groups that they count in.
struct BehaviorInputs: Sendable {
  let rows: LogRows
  let groups: DimensionCodes
  /// What the codes of groups become; nil keeps them.
  var groupMap: [Int32]?
  private let marks: EventMarks
  private let context: ExecutionContext

  init(
    _ behavior: BehaviorPlan,
    _ expressions: BehaviorExpressions,
    _ groups: DimensionCodes,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    rows = try LogRows(behavior, expressions.filter, context)
    marks = expressions.marks
    self.groups = groups
    self.context = context
  }

  func partition(_ morsel: Morsel) -> Partition { rows.behavior.log.partitions[morsel.partition] }

  /// Returns the marks of a morsel's rows; those that WHERE leaves out keep only `unfiltered`.
  func marks(
    _ morsel: Morsel,
    unfiltered: UInt8 = 0
  ) throws(ExecutionError) -> [UInt8] {
    var bytes = try marks.bytes(partition(morsel), morsel, context)
    if let filter = try rows.filterBytes(morsel) {
      for row in bytes.indices where filter[row] == 0 { bytes[row] &= unfiltered }
    }
    return bytes
  }

  /// Applies SINCE and UNTIL to marks: rows before the period keep only `before`, rows behind it
  /// none.
  func clip(_ marks: inout [UInt8], _ morsel: Morsel, before: UInt8) {
    let times = rows[morsel.partition].times
    let behavior = rows.behavior
    let period = StoredPeriod(since: behavior.since, until: behavior.until, scale: times.scale)
    guard period.isBounded else { return }
    switch times {
    case .int32(let buffer, _):
      buffer.withSpan { Self.clip(&marks, $0.extracting(morsel.rows), period, before) }
    case .int64(let buffer, _):
      buffer.withSpan { Self.clip(&marks, $0.extracting(morsel.rows), period, before) }
    }
  }

  private static func clip(
    _ marks: inout [UInt8],
    _ times: Span<some FixedWidthInteger>,
    _ period: StoredPeriod,
    _ before: UInt8
  ) {
    for row in marks.indices where marks[row] != 0 {
      let time = Int64(times[row])
      if time > period.last {
        marks[row] = 0
      } else if time < period.first {
        marks[row] &= before
      }
    }
  }

  /// The group of each row of a morsel, the one at `index` of all; nil where none is known for
  /// every row.
  func rowCodes(_ index: Int, _ morsel: Morsel) throws(ExecutionError) -> RowCodes? {
    let codes = try groups.rowCodes(index, partition(morsel))
    guard let groupMap else { return codes }
    return codes?.mapped(by: groupMap)
  }

  /// Returns the groups of `rows` of a morsel, and what they stand for where the morsel numbers
  /// its own; no groups without dimensions.
  func codes(
    ofRows rows: [Int32],
    _ index: Int,
    _ morsel: Morsel
  ) throws(ExecutionError) -> (codes: [Int32], keys: GroupTable?) {
    if let reader = groups.ofChains {
      let found = try reader.codes(ofRows: rows, morsel)
      return (found.codes, found.table)
    }
    guard let codes = try rowCodes(index, morsel) else { return ([], nil) }
    return (codes.codes(ofRows: rows, firstRow: morsel.rows.lowerBound), nil)
  }
}
