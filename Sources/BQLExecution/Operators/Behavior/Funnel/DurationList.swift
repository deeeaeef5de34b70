/// Keeps durations in as few bytes as they need, for exact quantiles.
///
/// A number takes four bytes, in the stored time's unit, until one needs more; then all take
/// eight, in microseconds.
struct DurationList: Sendable {
  private enum Storage {
    case narrow([UInt32], scale: Int64)
    case wide([Int64])
  }

  private var storage: Storage = .narrow([], scale: 1)

  var count: Int {
    switch storage {
    case .narrow(let durations, _): durations.count
    case .wide(let durations): durations.count
    }
  }

  /// Adds `raw` units of `scale` microseconds.
  mutating func append(_ raw: UInt64, scale: Int64) {
    if case .narrow(var durations, let own) = storage,
      own == scale || durations.isEmpty, let narrow = UInt32(exactly: raw)
    {
      storage = .wide([])  // leaves `durations` the only owner, so that it grows in place
      durations.append(narrow)
      storage = .narrow(durations, scale: scale)
      return
    }
    widen()
    guard case .wide(var durations) = storage else { return }
    storage = .wide([])
    durations.append(Self.microseconds(raw, scale))
    storage = .wide(durations)
  }

  mutating func append(contentsOf other: DurationList) {
    guard other.count > 0 else { return }
    if count == 0 {
      storage = other.storage
      return
    }
    if case .narrow(var own, let scale) = storage,
      case .narrow(let durations, let otherScale) = other.storage, scale == otherScale
    {
      storage = .wide([])
      own.append(contentsOf: durations)
      storage = .narrow(own, scale: scale)
      return
    }
    widen()
    guard case .wide(var own) = storage else { return }
    storage = .wide([])
    own.append(contentsOf: other.microseconds)
    storage = .wide(own)
  }

  /// The durations in microseconds; one too long for 64 bits is the longest that fits.
  var microseconds: [Int64] {
    switch storage {
    case .narrow(let durations, let scale): durations.map { Self.microseconds(UInt64($0), scale) }
    case .wide(let durations): durations
    }
  }

  private mutating func widen() {
    if case .narrow = storage { storage = .wide(microseconds) }
  }

  private static func microseconds(_ raw: UInt64, _ scale: Int64) -> Int64 {
    let (product, overflow) = raw.multipliedReportingOverflow(by: UInt64(max(scale, 1)))
    return overflow ? .max : Int64(clamping: product)
  }
}
