import BQLColumnar
import BQLFunctions

extension WindowBlock {
  /// Computes where each row stands in its partition.
  func ranking(_ kind: WindowFunction.Kind) -> Column {
    switch kind {
    case .percentRank, .cumulativeDistribution: return shares(kind)
    default: break
    }
    let isFirstPeer = isFirstPeer
    let partitions = partitions
    let ranks = [Int64](capacity: count) { (output: inout OutputSpan<Int64>) in
      for partition in 0..<partitions.count - 1 {
        let start = Int(partitions[partition])
        let end = Int(partitions[partition + 1])
        var rank: Int64 = 0
        switch kind {
        case .rank:
          for row in start..<end {
            if isFirstPeer[row] { rank = Int64(row &- start &+ 1) }
            output.append(rank)
          }
        case .denseRank:
          for row in start..<end {
            if isFirstPeer[row] { rank &+= 1 }
            output.append(rank)
          }
        default:
          for _ in start..<end {
            rank &+= 1
            output.append(rank)
          }
        }
      }
    }
    return Column(ints: ranks)
  }

  /// Computes `percent_rank`, or `cume_dist`.
  private func shares(_ kind: WindowFunction.Kind) -> Column {
    var shares = [Double](repeating: 0, count: count)
    for partition in 0..<partitions.count - 1 {
      let range = Int(partitions[partition])..<Int(partitions[partition + 1])
      var start = range.lowerBound
      while start < range.upperBound {
        var end = start + 1
        while end < range.upperBound, !isFirstPeer[end] { end += 1 }
        let share: Double
        if kind == .cumulativeDistribution {
          share = Double(end - range.lowerBound) / Double(range.count)
        } else {
          share =
            range.count > 1 ? Double(start - range.lowerBound) / Double(range.count - 1) : 0
        }
        for row in start..<end { shares[row] = share }
        start = end
      }
    }
    return Column(floats: shares)
  }

  /// Deals the rows of each partition to parts, larger ones first.
  func tiles(_ distance: WindowCall.Distance) throws(FunctionError) -> Column {
    let counts = numbers(distance)
    var tiles = [Int64](repeating: 0, count: count)
    var validity = Bitmap(repeating: true, count: count)
    for partition in 0..<partitions.count - 1 {
      let range = Int(partitions[partition])..<Int(partitions[partition + 1])
      guard let parts = counts.number(at: range.lowerBound) else {
        for row in range { validity[row] = false }
        continue
      }
      guard parts >= 1 else { throw .badArgument("ntile needs a number from 1 on: \(parts)") }
      // More parts than rows leave the last ones empty.
      let used = Int(min(parts, Int64(range.count)))
      let (size, larger) = range.count.quotientAndRemainder(dividingBy: used)
      var row = range.lowerBound
      for tile in 0..<used {
        let end = row + size + (tile < larger ? 1 : 0)
        for place in row..<end { tiles[place] = Int64(tile + 1) }
        row = end
      }
    }
    return Column(ints: tiles, validity: validity)
  }

  /// Returns what a distance is at each row.
  func numbers(_ distance: WindowCall.Distance) -> RowNumbers {
    switch distance {
    case .constant(let number): return RowNumbers(constant: number, column: nil)
    case .null: return RowNumbers(constant: nil, column: nil)
    case .input(let input): return RowNumbers(constant: nil, column: column(input))
    }
  }
}

/// Gives a number of each row, NULL as nil.
struct RowNumbers {
  let constant: Int64?
  private let ints: [Int64]
  private let validity: Bitmap?

  init(constant: Int64?, column: Column?) {
    self.constant = constant
    validity = column?.validity
    if case .ints(let ints) = column?.values { self.ints = ints } else { ints = [] }
  }

  @inline(__always)
  func number(at row: Int) -> Int64? {
    if ints.isEmpty { return constant }
    if let validity, !validity[row] { return nil }
    return ints[row]
  }
}
