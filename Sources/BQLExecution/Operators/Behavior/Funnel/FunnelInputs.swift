import BQLColumnar
import BQLPlanning
import BQLStorage

/// Makes the kernel's input for each morsel of a log.
struct FunnelInputs: Sendable {
  private let rows: LogRows
  private let steps: FunnelStepReader
  private let exclusions: FunnelStepReader?
  private let holding: [Int]
  private let tellsValue: Bool
  private let groups: DimensionCodes
  private let context: ExecutionContext
  private var groupMap: [Int32]?

  init(
    _ funnel: FunnelOperator,
    _ groups: DimensionCodes,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    rows = try LogRows(funnel.plan.behavior, funnel.filter, context)
    steps = funnel.steps
    exclusions = funnel.plan.exclusions.isEmpty ? nil : funnel.exclusions
    holding = funnel.plan.holding
    tellsValue = funnel.plan.tellsValue
    self.groups = groups
    self.context = context
  }

  /// Returns inputs whose groups are those of `map`.
  func mappingGroups(_ map: [Int32]) -> FunnelInputs {
    var copy = self
    copy.groupMap = map
    return copy
  }

  /// Returns the input of `morsel`, the one at `index` of all.
  func input(_ index: Int, _ morsel: Morsel) throws(ExecutionError) -> FunnelInput {
    let partition = rows.behavior.log.partitions[morsel.partition]
    let shared = rows[morsel.partition]
    var codes = try groups.rowCodes(index, partition)
    if let groupMap { codes = codes?.mapped(by: groupMap) }
    var input = FunnelInput(
      morsel: morsel,
      userOffsets: partition.userOffsets,
      steps: try steps.masks(partition, morsel, context),
      times: shared.times,
      filter: try rows.filterBytes(morsel),
      units: rows.units(morsel),
      groups: codes,
      values: tellsValue ? shared.money : nil,
      purchases: shared.purchases
    )
    input.held = holding.isEmpty ? nil : rows.codes(holding, morsel)
    input.exclusions = try exclusions?.masks(partition, morsel, context)
    return input
  }
}
