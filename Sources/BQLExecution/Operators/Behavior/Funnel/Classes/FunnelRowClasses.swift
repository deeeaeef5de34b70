import BQLColumnar
import BQLStorage

/// Says what the rows of one class have in common.
struct FunnelRowClass: Hashable {
  /// See ``FunnelUnitRows/Row/mask``.
  var mask: UInt32 = 0
  /// See ``FunnelUnitRows/Row/names``.
  var names: UInt32 = 0
  /// See ``FunnelUnitRows/Row/exclusions``.
  var exclusions: UInt32 = 0
  /// Whether the rows exist for the funnel: those do not that WHERE leaves out or that are NULL
  /// where a value is needed.
  var isPresent = false
}

/// Gives each row of a morsel one byte, its **class**: rows of one class match the same steps, are
/// of the same exclusions and may all start a chain or all not.
///
/// Whatever a funnel asks for, its rows are of few classes, and most are of the **quiet** one:
/// step-1 rows, such as views, of no other step or exclusion. So a scan can skip runs of them eight
/// at a time.
struct FunnelRowClasses {
  /// Says how a scan meets the rows of a class.
  enum Kind: UInt8 {
    /// They change nothing.
    case blank
    /// They may start a chain and do nothing else.
    case quiet
    case loud
  }

  /// The class of most step-1 rows; one that no row has where there are none.
  let quiet: UInt8
  /// By byte; 256 entries.
  let classes: [FunnelRowClass]
  /// Raw values of ``Kind`` by byte; 256 entries.
  let kinds: [UInt8]
  /// Whether no row matches several steps.
  let isSingleStep: Bool
  /// The rows that are NULL where a value is needed.
  let leftOut: FunnelLeftOut

  /// The bytes are the stored event codes; nil where they are `own`.
  private let stored: Buffer<UInt8>?
  private let own: [UInt8]

  /// Classifies the rows of a morsel, whose unit codes and held values are `units` and `held`
  /// (empty where the funnel has none); nil where they are of too many classes for a byte.
  init?(
    _ specification: FunnelSpecification,
    _ input: FunnelInput,
    units: Span<Int32>,
    held: Span<Int32>
  ) {
    let period = FunnelPeriod(specification, timeScale: input.times.scale)
    var reader = ClassReader(specification)
    if input.filter == nil, !period.isBounded, !Self.hasNull(units), !Self.hasNull(held),
      let codes = reader.readCodes(input),
      let quiet = reader.classes.firstIndex(where: { reader.kind($0) == .quiet })
    {
      stored = codes
      own = []
      leftOut = FunnelLeftOut()
      self.quiet = UInt8(truncatingIfNeeded: quiet)
    } else {
      reader = ClassReader(specification)
      guard var bytes = reader.readRows(input, period) else { return nil }
      leftOut = reader.leaveOutNull(&bytes, units: units, held: held)
      let quiet = reader.classes.firstIndex { reader.kind($0) == .quiet }
      // Classes of rows are fewer than 256, so that the last byte is free.
      self.quiet = UInt8(truncatingIfNeeded: quiet ?? 255)
      stored = nil
      own = bytes
    }
    let missing = 256 - reader.classes.count
    classes = reader.classes + [FunnelRowClass](repeating: FunnelRowClass(), count: missing)
    kinds = classes.map { reader.kind($0).rawValue }
    isSingleStep = classes.allSatisfy { $0.names & ($0.names &- 1) == 0 }
  }

  /// Lends the bytes of the morsel's rows.
  func withBytes<R>(_ rows: Range<Int>, _ body: (Span<UInt8>) -> R) -> R {
    guard let stored else { return body(own.span) }
    return stored.withSpan { body($0.extracting(rows)) }
  }

  private static func hasNull(_ codes: Span<Int32>) -> Bool {
    var least: Int32 = 0
    for index in codes.indices { least = min(least, codes[index]) }
    return least < 0
  }
}

/// Finds the classes that rows are of.
private struct ClassReader {
  private let specification: FunnelSpecification
  private let stepBits: UInt32
  private(set) var classes: [FunnelRowClass] = []
  private var bytes: [FunnelRowClass: UInt8] = [:]

  init(_ specification: FunnelSpecification) {
    self.specification = specification
    stepBits = specification.stepBits
  }

  func kind(_ rows: FunnelRowClass) -> FunnelRowClasses.Kind {
    guard rows.isPresent else { return .blank }
    let endsBySteps = specification.mode == .strict || specification.mode == .noRepeat
    if rows.exclusions == 0 {
      if rows.names == 0, specification.mode != .strict { return .blank }
      if rows.names == 1, specification.rules[0].repetitions == 1 {
        if rows.mask == 1 { return .quiet }
        if !endsBySteps { return .blank }
      }
    }
    return .loud
  }

  /// Makes the event codes the classes and returns them; nil where rows are not told by them.
  mutating func readCodes(_ input: FunnelInput) -> Buffer<UInt8>? {
    guard case .codes8(let codes, let masks) = input.steps else { return nil }
    var exclusions: [UInt32] = []
    switch input.exclusions {
    case nil: break
    case .codes8(_, let masks): exclusions = masks
    case .codes16, .rows: return nil
    }
    classes = (0..<256).map { code in present(Self.entry(masks, code), Self.entry(exclusions, code))
    }
    return codes
  }

  /// Returns the class of each row of the morsel, class 0 for rows that do not exist; nil where
  /// there are too many.
  mutating func readRows(_ input: FunnelInput, _ period: FunnelPeriod) -> [UInt8]? {
    guard byte(FunnelRowClass()) != nil else { return nil }
    let rows = input.morsel.rows
    let exclusions = input.exclusions
    let read: [UInt8]?
    switch (input.steps, exclusions) {
    case (.codes8(let codes, let masks), nil):
      read = codes.withSpan { look($0.extracting(rows), up: masks, []) }
    case (.codes8(let codes, let masks), .codes8(_, let others)):
      read = codes.withSpan { look($0.extracting(rows), up: masks, others) }
    case (.codes16(let codes, let masks), nil):
      read = codes.withSpan { look($0.extracting(rows), up: masks, []) }
    case (.codes16(let codes, let masks), .codes16(_, let others)):
      read = codes.withSpan { look($0.extracting(rows), up: masks, others) }
    default:
      read = classify(input.steps.rowMasks(rows), exclusions?.rowMasks(rows) ?? [])
    }
    guard var bytes = read else { return nil }
    if period.isBounded {
      let isDone =
        switch input.times {
        case .int32(let times, _):
          times.withSpan { clearStarts(&bytes, outside: period, $0.extracting(rows)) }
        case .int64(let times, _):
          times.withSpan { clearStarts(&bytes, outside: period, $0.extracting(rows)) }
        }
      guard isDone else { return nil }
    }
    if let filter = input.filter {
      for index in bytes.indices { bytes[index] = filter[index] == 0 ? 0 : bytes[index] }
    }
    return bytes
  }

  /// Leaves out the rows that are NULL where a value is needed, and counts those that could matter.
  func leaveOutNull(
    _ bytes: inout [UInt8],
    units: Span<Int32>,
    held: Span<Int32>
  ) -> FunnelLeftOut {
    var leftOut = FunnelLeftOut()
    for index in units.indices where units[index] < 0 {
      if classes[Int(bytes[index])].isPresent { leftOut.unitlessRowCount += 1 }
      bytes[index] = 0
    }
    guard !held.isEmpty else { return leftOut }
    let matters = classes.map { rows in
      rows.isPresent
        && (rows.names | rows.exclusions != 0 || specification.mode == .strict
          || !specification.exclusions.isEmpty)
    }
    for index in held.indices where held[index] < 0 {
      if matters[Int(bytes[index])] { leftOut.valuelessRowCount += 1 }
      bytes[index] = 0
    }
    return leftOut
  }

  private func present(_ steps: UInt32, _ exclusions: UInt32) -> FunnelRowClass {
    let names = steps & stepBits
    return FunnelRowClass(mask: names, names: names, exclusions: exclusions, isPresent: true)
  }

  private static func entry(_ masks: [UInt32], _ code: Int) -> UInt32 {
    code < masks.count ? masks[code] : 0
  }

  /// Returns the byte of a class, a new one where it was not met before; nil where none is left.
  private mutating func byte(_ rows: FunnelRowClass) -> UInt8? {
    if let byte = bytes[rows] { return byte }
    guard classes.count < 255 else { return nil }
    let byte = UInt8(truncatingIfNeeded: classes.count)
    classes.append(rows)
    bytes[rows] = byte
    return byte
  }

  private mutating func look(
    _ codes: Span<some FixedWidthInteger>,
    up masks: [UInt32],
    _ exclusions: [UInt32]
  ) -> [UInt8]? {
    // Codes past both tables are of no step.
    var table: [UInt8] = []
    for code in 0...max(masks.count, exclusions.count) {
      guard let byte = byte(present(Self.entry(masks, code), Self.entry(exclusions, code))) else {
        return nil
      }
      table.append(byte)
    }
    let past = table.count - 1
    var bytes = [UInt8](repeating: 0, count: codes.count)
    for index in codes.indices { bytes[index] = table[min(Int(codes[index]), past)] }
    return bytes
  }

  private mutating func classify(_ steps: [UInt32], _ exclusions: [UInt32]) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: steps.count)
    // Classes found lately, by a hash of what tells them.
    var recent = InlineArray<64, (steps: UInt32, exclusions: UInt32, byte: UInt8)>(
      repeating: (0, 0, 0)
    )
    for index in steps.indices {
      let excluded = exclusions.isEmpty ? 0 : exclusions[index]
      let hash = ((steps[index] &+ excluded &* 31) &* 0x9E37_79B1) >> 26
      let known = recent[Int(hash)]
      if known.byte > 0, known.steps == steps[index], known.exclusions == excluded {
        bytes[index] = known.byte
      } else {
        guard let byte = byte(present(steps[index], excluded)) else { return nil }
        recent[Int(hash)] = (steps[index], excluded, byte)
        bytes[index] = byte
      }
    }
    return bytes
  }

  /// Gives rows outside the period the class of those that start nothing; false where there is no
  /// byte for it.
  private mutating func clearStarts(
    _ bytes: inout [UInt8],
    outside period: FunnelPeriod,
    _ times: Span<some FixedWidthInteger>
  ) -> Bool {
    var outside: [UInt8] = []
    for rows in classes {
      var rows = rows
      rows.mask &= ~1
      guard let byte = byte(rows) else { return false }
      outside.append(byte)
    }
    for index in bytes.indices where !period.contains(Int64(times[index])) {
      bytes[index] = outside[Int(bytes[index])]
    }
    return true
  }
}
