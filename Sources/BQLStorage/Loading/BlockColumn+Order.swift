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
    storage = .int8(Buffer([]))
    nulls = nil
  }

  /// Returns the rows at `places`, in their order.
  func taking(_ places: [Int32]) -> BlockColumn {
    var column = self
    func pick<Raw: BitwiseCopyable & Sendable>(_ buffer: Buffer<Raw>) -> Buffer<Raw> {
      Buffer(places.map { buffer[Int($0)] })
    }
    switch storage {
    case .int8(let buffer): column.storage = .int8(pick(buffer))
    case .int16(let buffer): column.storage = .int16(pick(buffer))
    case .int32(let buffer): column.storage = .int32(pick(buffer))
    case .int64(let buffer): column.storage = .int64(pick(buffer))
    case .uuids(let words):
      column.storage = .uuids(
        Buffer(places.flatMap { [words[Int($0) * 2], words[Int($0) * 2 + 1]] })
      )
    case .texts(let offsets, let bytes):
      var taken: [UInt8] = []
      var ends: [UInt32] = [0]
      for place in places {
        for index in offsets[Int(place)]..<offsets[Int(place) + 1] {
          taken.append(bytes[Int(index)])
        }
        ends.append(UInt32(truncatingIfNeeded: taken.count))
      }
      taken += [UInt8](repeating: 0, count: 8)
      column.storage = .texts(offsets: Buffer(ends), bytes: Buffer(taken))
    }
    column.nulls = nulls.map { pick($0) }
    return column
  }
}
