import BQLColumnar

/// Says what users are named by, which decides the partition that one belongs to.
enum UserKind: Hashable, Sendable {
  case ints
  case uuids
  case texts

  /// Finds the kind that all logs have.
  ///
  /// A log that is not cut into partitions yet may be read as another: UUIDs are texts too.
  init(_ logs: [EventLog], partitionCount: Int) throws(MergeError) {
    guard let user = logs[0].roles[.user] else { preconditionFailure("a log has USER") }
    if logs[0].schema[user].type != .text {
      self = .ints
      return
    }
    var kinds: Set<UserKind> = []
    var cut: Set<UserKind> = []
    for log in logs {
      guard let user = log.roles[.user] else { preconditionFailure("a log has USER") }
      for partition in log.partitions where partition.userCount > 0 {
        let dictionary = partition.columns[user].codeDictionary
        let kind = dictionary?.texts.uuids != nil ? UserKind.uuids : .texts
        kinds.insert(kind)
        if log.partitions.count == partitionCount, partitionCount > 1 { cut.insert(kind) }
      }
    }
    let kind = kinds == [.uuids] ? UserKind.uuids : .texts
    guard cut.isSubset(of: [kind]) else {
      throw .differentUsers(column: logs[0].schema[user].name)
    }
    self = kind
  }

  /// The partition, of 64, of each user: the top six bits of the hash by which LOAD parts them.
  func partitions(of users: StoredColumn) -> [UInt8] {
    switch self {
    case .ints:
      return users.wideInts().map {
        UInt8(truncatingIfNeeded: TextView.mix(UInt64(bitPattern: $0)) >> 58)
      }
    case .uuids:
      guard let uuids = users.codeDictionary?.texts.uuids else { return [] }
      return users.wideInts().map { code in
        let (high, low) = (uuids[Int(code) * 2], uuids[Int(code) * 2 + 1])
        return UInt8(truncatingIfNeeded: TextView.mix(high ^ (low &* 31)) >> 58)
      }
    case .texts:
      guard let texts = users.codeDictionary?.texts else { return [] }
      let codes = users.wideInts()
      // A view reads whole words, also before and behind the text.
      let padding = [UInt8](repeating: 0, count: TextView.padding)
      let offsets = texts.offsets
      return unsafe (padding + texts.bytes + padding).withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return [] }
        // The view is used inside the closure only, and has its padding on both sides.
        let view = unsafe TextView(base: base + TextView.padding, count: texts.bytes.count)
        return codes.map { code in
          let (start, end) = (offsets[Int(code)], offsets[Int(code) + 1])
          return UInt8(truncatingIfNeeded: view.hash(start, count: end - start) >> 58)
        }
      }
    }
  }
}
