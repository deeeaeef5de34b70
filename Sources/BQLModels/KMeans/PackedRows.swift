/// Lends rows and centres as groups of four numbers, the last group of a row filled up with zeros.
///
/// Row `r` is `groups[r * width ..< (r + 1) * width]`. Distances add group by group, then the lanes
/// as `(0 + 2) + (1 + 3)`: one order of operations everywhere, so that ties are ties everywhere.
enum PackedRows {
  static func width(_ columns: Int) -> Int { (columns + 3) / 4 }

  static func pack(_ values: [Double], rows: Int, columns: Int) -> [SIMD4<Double>] {
    let width = width(columns)
    var packed = [SIMD4<Double>](repeating: .zero, count: rows * width)
    var output = packed.mutableSpan
    let input = values.span
    for row in 0..<rows {
      for column in 0..<columns {
        output[row &* width &+ column / 4][column % 4] = input[row &* columns &+ column]
      }
    }
    return packed
  }

  static func unpack(_ packed: [SIMD4<Double>], rows: Int, columns: Int) -> [Double] {
    let width = width(columns)
    var values: [Double] = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns { values.append(packed[row * width + column / 4][column % 4]) }
    }
    return values
  }

  @inline(__always)
  static func sum(_ lanes: SIMD4<Double>) -> Double {
    let pair = lanes.lowHalf + lanes.highHalf
    return pair.x + pair.y
  }

  /// Returns the squared distance of the rows at two places.
  @inline(__always)
  static func squaredDistance(
    _ a: Span<SIMD4<Double>>,
    _ first: Int,
    _ b: Span<SIMD4<Double>>,
    _ second: Int,
    _ width: Int
  ) -> Double {
    if width == 1 {
      let difference = a[first] - b[second]
      return sum(difference * difference)
    }
    var lanes = SIMD4<Double>.zero
    for group in 0..<width {
      let difference = a[first &* width &+ group] - b[second &* width &+ group]
      lanes += difference * difference
    }
    return sum(lanes)
  }
}
