/// Keeps the gaps that are not short, each with the cell of its transition, in 64 bits.
struct LongGaps: Sendable {
  private static let gapBits: UInt64 = 51
  /// The most cells, and the longest gap.
  static let maximumCellCount = 1 << (64 - gapBits)
  static let maximumGap: UInt64 = (1 << gapBits) - 1

  /// Longer than what is in use, so that adding never grows it.
  private var entries: [UInt64] = []
  private(set) var count = 0

  /// Lends the entries to `body`, with room for `rowCount` more behind the first `count`; it returns
  /// how many there are then.
  @inline(__always)
  mutating func add(_ rowCount: Int, _ body: (inout MutableSpan<UInt64>, _ count: Int) -> Int) {
    let missing = count + rowCount - entries.count
    if missing > 0 {
      // Half as much again, so that growing moves an entry only now and then.
      let room = max(missing, entries.count / 2)
      entries.append(contentsOf: repeatElement(0, count: room))
    }
    let known = count
    var all = entries.mutableSpan
    let added = body(&all, known)
    count = added
  }

  @inline(__always)
  static func entry(_ cell: Int, _ gap: UInt64) -> UInt64 {
    UInt64(truncatingIfNeeded: cell) &<< gapBits | gap
  }

  /// Hands each entry from `start` on to `take`.
  @inline(__always)
  func visit(from start: Int = 0, _ take: (_ cell: Int, _ gap: UInt64) -> Void) {
    let span = entries.span
    for index in start..<count {
      let entry = span[index]
      take(Int(truncatingIfNeeded: entry &>> Self.gapBits), entry & Self.maximumGap)
    }
  }
}
