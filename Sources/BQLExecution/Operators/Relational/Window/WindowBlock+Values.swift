import BQLColumnar
import BQLFunctions

// Values of other rows: each is found as a place, then all are fetched at once.
extension WindowBlock {
  /// Computes `lag` and `lead`.
  func offsetValues(
    _ call: WindowCall,
    _ distance: WindowCall.Distance,
    isLead: Bool,
    otherwise: Int?
  ) -> Column {
    guard let value = call.value else {
      return Column(repeating: .null, type: call.type, count: count)
    }
    let values = column(value)
    let numbers = numbers(distance)
    let present = call.ignoresNulls ? PresentRows(values) : nil
    // Places behind the last row are those of the default.
    let missing: (Int) -> Int32 = { row in
      otherwise == nil ? -1 : Int32(truncatingIfNeeded: self.count + row)
    }
    var places = [Int32](repeating: -1, count: count)
    for partition in 0..<partitions.count - 1 {
      let range = Int(partitions[partition])..<Int(partitions[partition + 1])
      for row in range {
        guard let number = numbers.number(at: row) else { continue }
        let (ahead, overflow) =
          isLead ? (number, false) : Int64(0).subtractingReportingOverflow(number)
        guard !overflow else {
          places[row] = missing(row)
          continue
        }
        let place: Int?
        if let present, ahead != 0 {
          place = present.row(ahead, from: row, in: range)
        } else {
          let (target, isFar) = row.addingReportingOverflow(Int(ahead))
          place = !isFar && range.contains(target) ? target : nil
        }
        places[row] = place.map { Int32(truncatingIfNeeded: $0) } ?? missing(row)
      }
    }
    guard let otherwise else { return values.gather(orNull: places) }
    return Column.concatenate([values, column(otherwise)], type: call.type)
      .gather(orNull: places)
  }

  /// Computes `first_value`, `last_value` and `nth_value`.
  func frameValues(_ call: WindowCall) throws(FunctionError) -> Column {
    guard let value = call.value else {
      return Column(repeating: .null, type: call.type, count: count)
    }
    let values = column(value)
    let frames = frames(call.frame)
    let present = call.ignoresNulls ? PresentRows(values) : nil
    var places = [Int32](repeating: -1, count: count)
    var numbers = RowNumbers(constant: 1, column: nil)
    var isLast = false
    switch call.function {
    case .last: isLast = true
    case .nth(let distance): numbers = self.numbers(distance)
    default: break
    }
    for row in 0..<count {
      guard let number = numbers.number(at: row) else { continue }
      guard number >= 1 else {
        throw .badArgument("nth_value needs a number from 1 on: \(number)")
      }
      // Among all rows, or among those that are not NULL.
      let start = present?.before(Int(frames.starts[row])) ?? frames.starts[row]
      let end = present?.before(Int(frames.ends[row])) ?? frames.ends[row]
      guard Int64(end) - Int64(start) >= number else { continue }
      let place = isLast ? end - 1 : start + Int32(truncatingIfNeeded: number - 1)
      places[row] = present?.row(Int(place)) ?? place
    }
    return values.gather(orNull: places)
  }
}

/// Numbers the rows that are not NULL.
struct PresentRows {
  private let rows: [Int32]
  /// How many stand before each row, and before the end.
  private let counts: [Int32]

  init(_ column: Column) {
    var rows: [Int32] = []
    var counts: [Int32] = [0]
    counts.reserveCapacity(column.count + 1)
    for row in 0..<column.count {
      if column.isValid(row) { rows.append(Int32(truncatingIfNeeded: row)) }
      counts.append(Int32(truncatingIfNeeded: rows.count))
    }
    self.rows = rows
    self.counts = counts
  }

  func before(_ row: Int) -> Int32 { counts[row] }

  func row(_ place: Int) -> Int32 { rows[place] }

  /// Returns the row that stands so many such rows ahead, back where that is negative, within a
  /// partition; not 0.
  func row(_ ahead: Int64, from row: Int, in partition: Range<Int>) -> Int? {
    let base = ahead > 0 ? Int64(counts[row + 1]) - 1 : Int64(counts[row])
    let (place, overflow) = base.addingReportingOverflow(ahead)
    let first = Int64(counts[partition.lowerBound])
    guard !overflow, place >= first, place < Int64(counts[partition.upperBound]) else {
      return nil
    }
    return Int(rows[Int(place)])
  }
}
