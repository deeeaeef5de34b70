import BQLColumnar

/// Holds what the rows that ``RareRows`` lists hold in one column, side by side: read in order
/// where the column itself would be a miss of the cache a row.
struct RareNumbers<Number: FixedWidthInteger & BitwiseCopyable & Sendable>: Sendable {
  /// Of the first frequent row of each unit that has one.
  let starts: [Number]
  /// Of the rare rows.
  let rows: [Number]
  /// Of the latest frequent row before each; where there is none, of any row.
  private(set) var priors: [Number]

  init() {
    starts = []
    rows = []
    priors = []
  }

  /// Reads the column whose rows of the morsel begin at `firstRow`; rows that `validity` leaves
  /// out hold `null`.
  init(
    _ column: Span<Number>,
    _ lists: RareRows,
    firstRow: Int,
    validity: Bitmap? = nil,
    null: Number = 0
  ) {
    func picked(_ rows: [Int32]) -> [Number] {
      let rows = rows.span
      return [Number](capacity: rows.count) { output in
        for index in rows.indices { output.append(column[max(Int(rows[index]), 0) + firstRow]) }
      }
    }
    var lent = [picked(lists.starts), picked(lists.rows), picked(lists.priors)]
    if let validity {
      for (list, rows) in [lists.starts, lists.rows, lists.priors].enumerated() {
        for (index, row) in rows.enumerated() where !validity[max(Int(row), 0) + firstRow] {
          lent[list][index] = null
        }
      }
    }
    starts = lent[0]
    rows = lent[1]
    priors = lent[2]
  }

  /// Reads the column at rows of a morsel that begins at `firstRow`, as priors; where there is no row
  /// (−1), or no value, the smallest number.
  init(priors rows: [Int32], _ column: Span<Number>, firstRow: Int, validity: Bitmap? = nil) {
    starts = []
    self.rows = []
    let listed = rows.span
    priors = [Number](capacity: listed.count) { output in
      for index in listed.indices {
        let row = Int(listed[index])
        output.append(row < 0 ? .min : column[row + firstRow])
      }
    }
    guard let validity else { return }
    for (index, row) in rows.enumerated() where row >= 0 && !validity[Int(row) + firstRow] {
      priors[index] = .min
    }
  }

  var byteCount: Int {
    (starts.count + rows.count + priors.count) * MemoryLayout<Number>.stride
  }

  /// Whether each listed row's number is as `condition` asks.
  func allSatisfy(_ condition: (Number) -> Bool) -> Bool {
    starts.allSatisfy(condition) && rows.allSatisfy(condition) && priors.allSatisfy(condition)
  }

  /// Returns the numbers with `none` for each prior that there is not; `priors` says where.
  func replacingPriors(_ priors: [Int32], by none: Number) -> RareNumbers {
    var copy = self
    for (index, row) in priors.enumerated() where row < 0 { copy.priors[index] = none }
    return copy
  }
}

/// Holds the times of listed rows in the width in which the log stores them.
enum RareTimes: Sendable {
  case int32(RareNumbers<Int32>)
  case int64(RareNumbers<Int64>)

  var byteCount: Int {
    switch self {
    case .int32(let numbers): numbers.byteCount
    case .int64(let numbers): numbers.byteCount
    }
  }
}

/// Holds the exact hundredths of listed rows; the smallest number stands for NULL.
enum RareMoney: Sendable {
  case int32(RareNumbers<Int32>)
  case int64(RareNumbers<Int64>)

  var byteCount: Int {
    switch self {
    case .int32(let numbers): numbers.byteCount
    case .int64(let numbers): numbers.byteCount
    }
  }
}
