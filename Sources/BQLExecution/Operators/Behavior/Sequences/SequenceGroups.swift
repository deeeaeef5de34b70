import BQLColumnar
import BQLPlanning
import BQLStorage

/// Gives each row the group that it counts in, and names the groups.
struct SequenceGroups: Sendable {
  private let codes: DimensionCodes?
  private let plan: BehaviorPlan
  /// Where TOP n keeps some: what code *c* becomes, at *c* + 1.
  private var map: [Int32]?
  /// The codes of the groups in the answer's order; −1 for `(other)`.
  private var named: [Int32]

  init(
    _ plan: BehaviorPlan,
    _ dimensions: [CompiledExpression],
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    self.plan = plan
    guard !dimensions.isEmpty else {
      codes = nil
      named = []
      return
    }
    let codes = try DimensionCodes(dimensions, of: plan.log, morsels, ofEveryRow: true, context)
    self.codes = codes
    named = (0..<Int32(codes.values.first?.count ?? 0)).map { $0 }
  }

  /// One group, whatever the dimensions were.
  var withoutDimensions: SequenceGroups { SequenceGroups(plan) }

  private init(_ plan: BehaviorPlan) {
    self.plan = plan
    codes = nil
    named = []
  }

  /// The group that stands for the rows of code `code`, once ranked.
  func place(_ code: Int) -> Int { map.map { Int($0[code + 1]) } ?? code }

  /// The number of groups; one without dimensions.
  var count: Int { codes == nil ? 1 : named.count }

  /// The groups' numbers, one a row of morsel `index`; empty where there is one group.
  func ofRows(_ index: Int, _ morsel: Morsel) throws(ExecutionError) -> [Int32] {
    guard let codes else { return [] }
    guard var own = try codes.rowCodes(index, plan.log.partitions[morsel.partition]) else {
      return []
    }
    if let map { own = own.mapped(by: map) }
    return own.codes(morsel.rows, firstRow: morsel.rows.lowerBound)
  }

  /// Keeps the largest groups by `sizes`, as many as TOP asks for, and drops those that are empty.
  ///
  /// Of equally large groups the one with the smaller code comes first.
  func ranked(by sizes: [Int]) -> SequenceGroups {
    guard codes != nil else { return self }
    var copy = self
    let order = sizes.indices.filter { sizes[$0] > 0 }
      .sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
    let kept = plan.top.map { Array(order.prefix($0)) } ?? order
    let hasOther = kept.count < order.count || kept.isEmpty
    // No row of the answer has an empty group; its number need only be one of a group.
    let rest = Int32(hasOther ? kept.count : kept.count - 1)
    var map = [Int32](repeating: rest, count: sizes.count + 1)
    for (place, code) in kept.enumerated() { map[code + 1] = Int32(place) }
    copy.map = map
    copy.named = kept.map { Int32($0) } + (hasOther ? [-1] : [])
    return copy
  }

  /// The cells of a group's dimensions.
  func cells(_ group: Int) -> [Value] {
    guard let codes, group < named.count else { return [] }
    let code = named[group]
    guard code >= 0 else { return codes.values.map { _ in .text("(other)") } }
    return codes.values.map { column in
      guard plan.top != nil, column.type != .text else { return column[Int(code)] }
      let cell = Column(repeating: column[Int(code)], type: column.type, count: 1)
      return cell.named(in: plan.timeZone)[0]
    }
  }
}
