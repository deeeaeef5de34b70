/// Holds the stored times that lie in a half-open period.
struct StoredPeriod: Sendable {
  /// Empty when `first` > `last`.
  let first: Int64
  let last: Int64

  /// - Parameters:
  ///   - since: In microseconds, inclusive; nil for no bound.
  ///   - until: In microseconds, exclusive; nil for no bound.
  ///   - scale: Microseconds of a stored unit.
  init(since: Int64?, until: Int64?, scale: Int64) {
    let scale = max(scale, 1)
    first = since.map { PeriodGrid.ceilingQuotient($0, scale) } ?? .min
    last = until.map { PeriodGrid.ceilingQuotient($0, scale) - 1 } ?? .max
  }

  var isBounded: Bool { first != .min || last != .max }

  @inline(__always)
  func contains(_ time: Int64) -> Bool {
    if time < first { return false }
    return time <= last
  }
}
