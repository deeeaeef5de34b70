import BQLColumnar

/// Orders rows along a Z-shaped curve, so that neighbours in the order are near in space.
///
/// Cells are cubes: the widest column is cut in as many as the bits allow.
///
/// Source: G. M. Morton, *A Computer Oriented Geodetic Data Base*, IBM, 1966.
enum MortonOrder {
  /// The most columns with which runs of rows are compact enough to be worth the order.
  static let maximumColumns = 8

  /// Returns the place of each row in the order's sequence; rows of one cell keep their order.
  ///
  /// - Complexity: O(*n* · *d*).
  static func order(_ matrix: Matrix) -> [Int32] {
    let columns = matrix.columnCount
    let bits = min(62 / columns, 20)
    let values = matrix.values.span
    var low = [Double](repeating: .infinity, count: columns)
    var widest = 0.0
    for column in 0..<columns {
      var (least, most) = (Double.infinity, -Double.infinity)
      var place = column
      while place < values.count {
        least = min(least, values[place])
        most = max(most, values[place])
        place &+= columns
      }
      low[column] = least
      widest = max(widest, most - least)
    }
    let last = Double((1 << bits) - 1)
    // Columns narrower than numbers can tell apart are one cell.
    let scale = widest > 0 && (last / widest).isFinite ? last / widest : 0
    var keys = [Int64](repeating: 0, count: matrix.rowCount)
    var output = keys.mutableSpan
    let lows = low.span
    for row in 0..<matrix.rowCount {
      var key: UInt64 = 0
      for column in 0..<columns {
        let cell = min((values[row &* columns &+ column] - lows[column]) * scale, last)
        key |= spread(UInt64(max(cell, 0)), columns) &<< UInt64(column)
      }
      output[row] = Int64(bitPattern: key)
    }
    var order = (0..<matrix.rowCount).map { Int32(truncatingIfNeeded: $0) }
    RadixSort.sort(&order, by: keys)
    return order
  }

  /// Moves bit `b` to place `b · stride`.
  @inline(__always)
  private static func spread(_ value: UInt64, _ stride: Int) -> UInt64 {
    if stride == 1 { return value }
    if stride == 3 {
      // 21 bits, thirds apart.
      var x = value & 0x1F_FFFF
      x = (x | x &<< 32) & 0x001F_0000_0000_FFFF
      x = (x | x &<< 16) & 0x001F_0000_FF00_00FF
      x = (x | x &<< 8) & 0x100F_00F0_0F00_F00F
      x = (x | x &<< 4) & 0x10C3_0C30_C30C_30C3
      return (x | x &<< 2) & 0x1249_2492_4924_9249
    }
    var (result, rest, place) = (UInt64(0), value, UInt64(0))
    while rest != 0 {
      result |= (rest & 1) &<< place
      rest &>>= 1
      place &+= UInt64(stride)
    }
    return result
  }
}
