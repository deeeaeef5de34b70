import BQLColumnar

extension RowTimes {
  /// Returns the times of `rows`, which count from partition row `firstRow`.
  func picked(_ rows: [Int32], firstRow: Int) -> RowTimes {
    switch self {
    case .int32(let buffer, let scale):
      buffer.withSpan { times in
        .int32(Buffer(rows.map { times[Int($0) + firstRow] }), scale: scale)
      }
    case .int64(let buffer, let scale):
      buffer.withSpan { times in
        .int64(Buffer(rows.map { times[Int($0) + firstRow] }), scale: scale)
      }
    }
  }
}
