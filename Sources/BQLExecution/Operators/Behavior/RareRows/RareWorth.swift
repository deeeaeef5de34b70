/// Holds what each rare row of a block is worth in hundredths, in as few bytes as the amounts need:
/// what is told of them takes as long as it takes to bring them near.
///
/// The smallest number stands for NULL.
package enum RareWorth: Sendable {
  case int32([Int32])
  case int64([Int64])

  /// Of a log without VALUE, or where nobody asks.
  static let none = RareWorth.int32([])

  init(_ amounts: [Int64]) {
    let isNarrow = amounts.allSatisfy { $0 == .min || ($0 > Int64(Int32.min) && $0 <= Int32.max) }
    self = isNarrow ? .int32(amounts.map { Int32(clamping: $0) }) : .int64(amounts)
  }

  package var isEmpty: Bool {
    switch self {
    case .int32(let amounts): amounts.isEmpty
    case .int64(let amounts): amounts.isEmpty
    }
  }

  /// Returns what the rows at `places` are worth; nothing where no row is worth anything.
  package func picked(at places: [Int32]) -> RareWorth {
    guard !isEmpty else { return self }
    return switch self {
    case .int32(let amounts): .int32(places.map { amounts[Int($0)] })
    case .int64(let amounts): .int64(places.map { amounts[Int($0)] })
    }
  }

  var byteCount: Int {
    switch self {
    case .int32(let amounts): amounts.count * MemoryLayout<Int32>.stride
    case .int64(let amounts): amounts.count * MemoryLayout<Int64>.stride
    }
  }
}
