import BQLColumnar
import BQLStorage

/// Gives each row of a morsel one byte that says which step it matches, where no row matches
/// several: what the fast scan reads.
struct FunnelStepBytes {
  /// The most windows that the fast scan keeps count of.
  static let maximumWindowCount = 8

  /// The byte of most step-1 rows.
  let quiet: UInt8
  /// The step (1-based, 0 for none) of each byte; 256 entries.
  let stepOfByte: [UInt8]
  /// The bytes are the stored event codes; nil where they are `own`.
  private let stored: Buffer<UInt8>?
  private let own: [UInt8]

  /// Reads a funnel's steps; nil for a funnel that only the general scan answers.
  init?(_ specification: FunnelSpecification, _ input: FunnelInput) {
    guard specification.isPlain, specification.attribution != .each,
      specification.attribution != .held,
      specification.windows.count <= Self.maximumWindowCount,
      specification.windows.allSatisfy({ $0.map { $0 >= 0 } ?? true })
    else { return nil }
    let period = FunnelPeriod(specification, timeScale: input.times.scale)
    if case .codes8(let codes, let masks) = input.steps, input.filter == nil, !period.isBounded {
      guard let steps = Self.steps(masks, specification), steps.count <= 256,
        let quiet = steps.firstIndex(of: 1)
      else { return nil }
      self.quiet = UInt8(truncatingIfNeeded: quiet)
      // A full table needs no check of a code against its end.
      stepOfByte = steps + [UInt8](repeating: 0, count: 256 - steps.count)
      stored = codes
      own = []
      return
    }
    guard let own = Self.bytes(specification, input, period) else { return nil }
    self.own = own
    stored = nil
    quiet = 1
    stepOfByte = (0...255).map { $0 <= specification.stepCount ? UInt8($0) : 0 }
  }

  /// Lends the bytes of the morsel's rows.
  func withBytes<R>(_ rows: Range<Int>, _ body: (Span<UInt8>) -> R) -> R {
    guard let stored else { return body(own.span) }
    return stored.withSpan { body($0.extracting(rows)) }
  }

  /// Returns the one step of each mask; nil where a mask has several.
  static func steps(_ masks: [UInt32], _ specification: FunnelSpecification) -> [UInt8]? {
    var steps: [UInt8] = []
    steps.reserveCapacity(masks.count)
    for mask in masks {
      let mask = mask & specification.stepBits
      guard mask & (mask &- 1) == 0 else { return nil }
      steps.append(mask == 0 ? 0 : UInt8(truncatingIfNeeded: mask.trailingZeroBitCount + 1))
    }
    return steps
  }

  /// Returns the step of each row of the morsel, 0 for rows that the filter leaves out and for
  /// step-1 rows outside the period; nil where a row matches several.
  private static func bytes(
    _ specification: FunnelSpecification,
    _ input: FunnelInput,
    _ period: FunnelPeriod
  ) -> [UInt8]? {
    let range = input.morsel.rows
    var bytes: [UInt8]
    switch input.steps {
    case .codes8(let codes, let masks):
      guard let steps = steps(masks, specification) else { return nil }
      bytes = codes.withSpan { look($0.extracting(range), up: steps) }
    case .codes16(let codes, let masks):
      guard let steps = steps(masks, specification) else { return nil }
      bytes = codes.withSpan { look($0.extracting(range), up: steps) }
    case .rows(let masks):
      guard let steps = steps(masks, specification) else { return nil }
      bytes = steps
    }
    if let filter = input.filter {
      for index in bytes.indices { bytes[index] = filter[index] == 0 ? 0 : bytes[index] }
    }
    if period.isBounded {
      switch input.times {
      case .int32(let times, _):
        times.withSpan { period.clearStarts(&bytes, $0.extracting(range)) }
      case .int64(let times, _):
        times.withSpan { period.clearStarts(&bytes, $0.extracting(range)) }
      }
    }
    return bytes
  }

  private static func look(
    _ codes: Span<some FixedWidthInteger>,
    up steps: [UInt8]
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: codes.count)
    for index in codes.indices {
      let code = Int(codes[index])
      if code < steps.count { bytes[index] = steps[code] }
    }
    return bytes
  }
}

/// Holds the stored times between which a chain may start.
struct FunnelPeriod {
  /// Empty when `first` > `last`.
  let first: Int64
  let last: Int64

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    let scale = max(timeScale, 1)
    first = specification.since.map { Self.ceilingQuotient($0, scale) } ?? .min
    if let until = specification.until {
      let end = Self.ceilingQuotient(until, scale)
      last = end == .min ? .min : end - 1
    } else {
      last = .max
    }
  }

  var isBounded: Bool { first != .min || last != .max }

  func contains(_ time: Int64) -> Bool { time >= first && time <= last }

  /// Clears the bytes of step 1 (1) outside the period.
  func clearStarts(_ bytes: inout [UInt8], _ times: Span<some FixedWidthInteger>) {
    for index in bytes.indices where bytes[index] == 1 {
      if !contains(Int64(times[index])) { bytes[index] = 0 }
    }
  }

  private static func ceilingQuotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder > 0 ? quotient + 1 : quotient
  }
}
