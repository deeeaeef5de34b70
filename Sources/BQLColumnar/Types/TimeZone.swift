/// Maps instants to the clock on the wall of a place, and back.
///
/// It holds stretches of one offset from UTC. A wall-clock time that a change of clocks leaves out
/// is read with the offset before the change, and of two instants with one wall-clock time the
/// later is meant, as in PostgreSQL: both say that the offset behind a change holds from the
/// wall-clock time on that the clocks show right after it.
package struct TimeZone: Sendable {
  /// One stretch: the offset that holds from an instant on.
  package struct Stretch: Hashable, Sendable {
    /// Microseconds since 1970-01-01 00:00:00 UTC; that of the first stretch is not looked at.
    package var start: Int64
    /// Seconds east of UTC.
    package var offset: Int32
    /// `CET`; empty where the zone names none.
    package var abbreviation: String

    package init(start: Int64, offset: Int32, abbreviation: String) {
      self.start = start
      self.offset = offset
      self.abbreviation = abbreviation
    }
  }

  package let name: String
  /// Whether the wall clock shows UTC at all times, so that nothing needs converting.
  package let isUTC: Bool
  /// The instants at which stretches begin; the first is before every instant.
  private let starts: [Int64]
  /// What the wall clock shows at ``starts``.
  private let localStarts: [Int64]
  /// Microseconds east of UTC, one a stretch.
  private let offsets: [Int64]
  private let abbreviations: [String]

  /// Coordinated universal time.
  package static let utc = TimeZone(
    name: "UTC",
    stretches: [Stretch(start: .min, offset: 0, abbreviation: "UTC")]
  )

  /// Makes a zone of at least one stretch, in ascending order of their starts; offsets are less than
  /// two days.
  package init(name: String, stretches: [Stretch]) {
    precondition(!stretches.isEmpty, "a time zone has an offset")
    self.name = name
    isUTC = stretches.allSatisfy { $0.offset == 0 }
    offsets = stretches.map { Int64($0.offset) * Microseconds.perSecond }
    abbreviations = stretches.map(\.abbreviation)
    starts = [.min] + stretches.dropFirst().map(\.start)
    var locals = [Int64.min]
    for (stretch, offset) in zip(stretches, offsets).dropFirst() {
      let (sum, overflow) = stretch.start.addingReportingOverflow(offset)
      locals.append(max(overflow ? .max : sum, locals[locals.count - 1]))
    }
    localStarts = locals
  }

  /// Returns what the wall clock shows at an instant, in microseconds as if it were UTC.
  package func local(_ instant: Int64) -> Int64 {
    instant &+ offsets[Self.place(of: instant, in: starts)]
  }

  /// Returns the instant at which the wall clock shows `local`.
  package func instant(ofLocal local: Int64) -> Int64 {
    local &- offsets[Self.place(of: local, in: localStarts)]
  }

  /// Returns microseconds east of UTC at an instant.
  package func offset(at instant: Int64) -> Int64 {
    offsets[Self.place(of: instant, in: starts)]
  }

  /// Returns the short name of the time at an instant: `CEST`.
  package func abbreviation(at instant: Int64) -> String {
    abbreviations[Self.place(of: instant, in: starts)]
  }

  /// Returns what the wall clock shows at each instant; one comparison or two a row while rows stay
  /// in a stretch.
  package func locals(_ instants: [Int64]) -> [Int64] {
    shifted(instants, by: starts) { $0 &+ $1 }
  }

  /// Returns the instants at which the wall clock shows each of `locals`.
  package func instants(ofLocals locals: [Int64]) -> [Int64] {
    shifted(locals, by: localStarts) { $0 &- $1 }
  }

  @inline(__always)
  private func shifted(
    _ values: [Int64],
    by bounds: [Int64],
    _ shift: (Int64, Int64) -> Int64
  ) -> [Int64] {
    if isUTC { return values }
    let values = values.span
    var cursor = Cursor(bounds: bounds, offsets: offsets)
    return [Int64](capacity: values.count) { (output: inout OutputSpan<Int64>) in
      for index in values.indices {
        output.append(shift(values[index], cursor.offset(at: values[index])))
      }
    }
  }

  /// Makes a cursor that finds the offsets of instants, quickly where they follow each other.
  package func cursor() -> Cursor { Cursor(bounds: starts, offsets: offsets) }

  /// Remembers the stretch that the last instant lay in.
  package struct Cursor {
    private let bounds: [Int64]
    private let offsets: [Int64]
    private var low: Int64
    /// The last value of the stretch.
    private var high: Int64
    private var offset: Int64

    fileprivate init(bounds: [Int64], offsets: [Int64]) {
      self.bounds = bounds
      self.offsets = offsets
      low = .min
      high = bounds.count > 1 ? bounds[1] &- 1 : .max
      offset = offsets[0]
    }

    /// Returns microseconds east of UTC.
    @inline(__always)
    package mutating func offset(at value: Int64) -> Int64 {
      if value < low || value > high { move(to: value) }
      return offset
    }

    private mutating func move(to value: Int64) {
      let place = TimeZone.place(of: value, in: bounds)
      low = bounds[place]
      high = place + 1 < bounds.count ? bounds[place + 1] &- 1 : .max
      offset = offsets[place]
    }
  }

  /// The last place whose bound is not above `value`; the first bound is below every value.
  private static func place(of value: Int64, in bounds: [Int64]) -> Int {
    var low = 0
    var high = bounds.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }
}

extension TimeZone: Hashable {
  package static func == (a: TimeZone, b: TimeZone) -> Bool {
    a.name == b.name && a.starts == b.starts && a.offsets == b.offsets
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
  }
}
