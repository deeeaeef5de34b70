import BQLColumnar

/// Adds up columns in fixed lanes: faster than one by one, and the same bits every time.
enum BlockSums {
  /// Returns the sum, over eight interleaved lanes that are then added pairwise.
  static func sum(_ values: Span<Double>) -> Double {
    var lanes = SIMD8<Double>()
    var place = 0
    while place &+ 8 <= values.count {
      var next = SIMD8<Double>()
      for lane in 0..<8 { next[lane] = values[place &+ lane] }
      lanes += next
      place &+= 8
    }
    var rest = 0.0
    while place < values.count {
      rest += values[place]
      place &+= 1
    }
    let four = lanes.lowHalf + lanes.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y + rest
  }

  /// Adds lists of one length, first to last.
  static func combined(_ parts: [[Double]]) -> [Double] {
    guard var total = parts.first else { return [] }
    for part in parts.dropFirst() {
      for index in total.indices { total[index] += part[index] }
    }
    return total
  }
}
