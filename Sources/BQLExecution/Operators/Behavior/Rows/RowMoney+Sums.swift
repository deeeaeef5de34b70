import BQLColumnar

extension RowMoney {
  /// Returns what each of `rows`, which count from partition row `firstRow`, is worth.
  func sums(ofRows rows: [Int32], firstRow: Int) -> [MoneySum] {
    var sums =
      switch storage {
      case .hundredths32(let buffer): Self.picked(buffer, rows, firstRow)
      case .hundredths64(let buffer): Self.picked(buffer, rows, firstRow)
      case .floats(let buffer): Self.picked(buffer, rows, firstRow)
      }
    if let validity {
      for (index, row) in rows.enumerated() where !validity[Int(row) + firstRow] {
        sums[index] = MoneySum()
      }
    }
    return sums
  }

  /// Returns the hundredths of each of `rows`, 0 where there is no value; nil unless they are stored
  /// in 32 bits, so that no sum of them overflows 64.
  func hundredths(ofRows rows: [Int32], firstRow: Int) -> [Int64]? {
    guard case .hundredths32(let buffer) = storage else { return nil }
    var amounts = buffer.withSpan { amounts in
      rows.map { Int64(amounts[Int($0) + firstRow]) }
    }
    if let validity {
      for (index, row) in rows.enumerated() where !validity[Int(row) + firstRow] {
        amounts[index] = 0
      }
    }
    return amounts
  }

  private static func picked(
    _ buffer: Buffer<some Money>,
    _ rows: [Int32],
    _ firstRow: Int
  ) -> [MoneySum] {
    buffer.withSpan { amounts in rows.map { amounts[Int($0) + firstRow].sum } }
  }
}
