import BQLColumnar
import BQLPlanning
import BQLStorage

/// Lists the units whose canonical chains end, or come past, a step: SHOW USERS and SHOW DROPPED.
struct FunnelUnitList {
  let plan: FunnelPlan
  let selection: FunnelAnswer.UnitSelection
  let dimensions: [CompiledExpression]
  let context: ExecutionContext

  /// Returns the list's rows for the chains of a morsel, in store order.
  func chunk(_ blocks: [FunnelChainBlock], of input: FunnelInput) throws(ExecutionError) -> Chunk {
    let chains = picked(blocks)
    let log = plan.behavior.log
    let partition = log.partitions[input.morsel.partition]
    let firstRow = Int32(truncatingIfNeeded: input.morsel.rows.lowerBound)
    let starts = chains.rows.map { $0[0] + firstRow }
    var columns = plan.unitColumns.map { partition.columns[$0].gather(rows: starts) }

    let reader = PartitionReader(partition: partition)
    let needed = Array(Set(dimensions.flatMap(\.columns)))
    let groupRows = reader.gather(chains.groupRows.map { $0 + firstRow }, columns: needed)
    for dimension in dimensions { columns.append(try dimension.evaluate(groupRows)) }

    if !plan.windows.isEmpty {
      columns.append(Column(.interval, ints: chains.windows.map { plan.windows[$0].microseconds }))
    }
    for step in plan.listedSteps {
      columns.append(times(of: chains.rows.map { step < $0.count ? $0[step] : -1 }, input))
    }
    if let type = plan.valueType {
      let rows = chains.rows.map { $0[selection.reached - 1] }
      let worths = FunnelWorth(input).sums(rows: rows, users: chains.users)
      columns.append(Column(worths.map { $0.cell(type) }, type: type))
    }
    return Chunk(columns, count: chains.users.count)
  }

  /// The chains that are listed; rows count within the morsel, −1 is a step that a chain skips.
  private struct Picked {
    var users: [Int] = []
    var windows: [Int] = []
    var groupRows: [Int32] = []
    var rows: [[Int32]] = []
  }

  private func picked(_ blocks: [FunnelChainBlock]) -> Picked {
    var picked = Picked()
    for block in blocks {
      var base = 0
      for header in block.headers {
        let rows = block.rows[base..<(base + Int(header.depth))]
        base = rows.endIndex
        guard rows.count >= selection.reached, rows.count < selection.missing ?? .max,
          rows[rows.startIndex + selection.reached - 1] >= 0,
          dimensions.isEmpty ? header.isTotal : header.groupRow >= 0
        else { continue }
        picked.users.append(Int(header.user))
        picked.windows.append(Int(header.window))
        picked.groupRows.append(max(header.groupRow, 0))
        picked.rows.append(Array(rows))
      }
    }
    return picked
  }

  /// The times of `rows` of the morsel, NULL where a row is below 0.
  private func times(of rows: [Int32], _ input: FunnelInput) -> Column {
    let firstRow = input.morsel.rows.lowerBound
    var validity = Bitmap(repeating: true, count: rows.count)
    let times = rows.enumerated().map { index, row -> Int64 in
      guard row >= 0 else {
        validity[index] = false
        return 0
      }
      return input.times.raw(Int(row) + firstRow) * input.times.scale
    }
    return Column(.timestamp, ints: times, validity: validity)
  }
}

/// Tells what matched rows are worth: a purchase its whole order, any other row its VALUE.
struct FunnelWorth {
  private let input: FunnelInput

  init(_ input: FunnelInput) {
    self.input = input
  }

  /// Returns the worth of each of `rows` of the morsel, which are the users' at the same places.
  func sums(rows: [Int32], users: [Int]) -> [MoneySum] {
    switch input.times {
    case .int32(let times, _):
      times.withSpan { sums(rows, users, $0.extracting(input.morsel.rows)) }
    case .int64(let times, _):
      times.withSpan { sums(rows, users, $0.extracting(input.morsel.rows)) }
    }
  }

  private func sums(
    _ rows: [Int32],
    _ users: [Int],
    _ times: Span<some FixedWidthInteger>
  ) -> [MoneySum] {
    guard let values = input.values else { return rows.map { _ in MoneySum() } }
    switch values.storage {
    case .hundredths32(let money):
      return money.withSpan { sums(rows, users, times, $0.extracting(input.morsel.rows)) }
    case .hundredths64(let money):
      return money.withSpan { sums(rows, users, times, $0.extracting(input.morsel.rows)) }
    case .floats(let money):
      return money.withSpan { sums(rows, users, times, $0.extracting(input.morsel.rows)) }
    }
  }

  private func sums(
    _ rows: [Int32],
    _ users: [Int],
    _ times: Span<some FixedWidthInteger>,
    _ money: Span<some Money>
  ) -> [MoneySum] {
    let validity = input.values?.validity
    let firstRow = input.morsel.rows.lowerBound
    func own(_ row: Int) -> MoneySum {
      if let validity, !validity[row + firstRow] { return MoneySum() }
      return money[row].sum
    }
    guard var orders = OrderSums(input) else { return rows.map { own(Int($0)) } }
    let lender = orders
    return lender.withRows { bytes, code, sessions in
      var sums: [MoneySum] = []
      for index in rows.indices {
        let row = Int(rows[index])
        if bytes[row] == code {
          sums.append(
            orders.sum(row, users[index], bytes, code, sessions, times, money, validity)
          )
        } else {
          sums.append(own(row))
        }
      }
      return sums
    }
  }
}

extension MoneySum {
  /// The sum as a cell; NULL where no row held a value.
  fileprivate func cell(_ type: DataType) -> Value { money == nil ? .null : value(type) }
}
