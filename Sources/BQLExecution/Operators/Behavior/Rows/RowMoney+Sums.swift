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

  private static func picked(
    _ buffer: Buffer<some Money>,
    _ rows: [Int32],
    _ firstRow: Int
  ) -> [MoneySum] {
    buffer.withSpan { amounts in rows.map { amounts[Int($0) + firstRow].sum } }
  }
}
