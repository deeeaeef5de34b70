import BQLColumnar

extension BlockResult {
  /// Returns the block as a single partition, its rows in source order.
  func inSourceOrder() -> BlockResult {
    var block = self
    block.partitionStarts = [0, Int32(truncatingIfNeeded: rowsKept)]
    block.places = nil
    guard let places, partitionStarts.count > 2 else { return block }
    block.columns = columns.map { $0.taking(places) }
    return block
  }
}

extension BlockColumn {
  /// Lets go of the column's memory.
  mutating func release() {
    self = BlockColumn(.bytes1(Buffer([])))
  }

  /// Returns the rows at `places`, in their order.
  func taking(_ places: [Int32]) -> BlockColumn {
    var column = self
    func pick<Raw: BitwiseCopyable & Sendable>(_ buffer: Buffer<Raw>) -> Buffer<Raw> {
      Buffer(places.map { buffer[Int($0)] })
    }
    switch numbers {
    case .bytes1(let buffer): column.numbers = .bytes1(pick(buffer))
    case .bytes2(let buffer): column.numbers = .bytes2(pick(buffer))
    case .bytes4(let buffer): column.numbers = .bytes4(pick(buffer))
    case .bytes8(let buffer): column.numbers = .bytes8(pick(buffer))
    }
    column.nulls = nulls.map { pick($0) }
    if let keys { column.reorder(keys, rowCount: places.count) }
    return column
  }

  /// Numbers the keys anew, in order of first appearance and as one partition.
  private mutating func reorder(_ keys: BlockKeys, rowCount: Int) {
    var order: [Int] = []
    var numberOf = [Int64](repeating: -1, count: keys.count)
    var fresh = [UInt32](repeating: UInt32(truncatingIfNeeded: keys.count), count: rowCount)
    forEachNumber(0..<rowCount) { row, number in
      let old = Int(truncatingIfNeeded: number)
      guard old < keys.count else { return }
      if numberOf[old] < 0 {
        numberOf[old] = Int64(order.count)
        order.append(old)
      }
      fresh[row] = UInt32(truncatingIfNeeded: numberOf[old])
    }
    numbers = .bytes4(Buffer(fresh))
    self.keys = keys.taking(order)
  }
}

extension BlockKeys {
  /// Returns the entries of `order`, in that order and as one partition; all of them are named.
  func taking(_ order: [Int]) -> BlockKeys {
    let starts = [0, Int32(truncatingIfNeeded: order.count)]
    switch values {
    case .uuids(let words):
      let taken = order.flatMap { [words[$0 * 2], words[$0 * 2 + 1]] }
      return BlockKeys(values: .uuids(Buffer(taken)), starts: starts)
    case .texts(let offsets, let bytes):
      var taken: [UInt8] = []
      var ends: [UInt32] = [0]
      for entry in order {
        for index in offsets[entry]..<offsets[entry + 1] { taken.append(bytes[Int(index)]) }
        ends.append(UInt32(truncatingIfNeeded: taken.count))
      }
      taken += [UInt8](repeating: 0, count: Self.spareByteCount)
      return BlockKeys(values: .texts(offsets: Buffer(ends), bytes: Buffer(taken)), starts: starts)
    }
  }
}
