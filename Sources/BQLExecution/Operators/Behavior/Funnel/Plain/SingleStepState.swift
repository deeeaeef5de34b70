/// Keeps what the fast scan knows of the unit at hand.
///
/// The latest chain of each length tells how far every window goes (see ``FunnelMatcher``): its
/// start is all that is kept of it.
protocol SingleStepState {
  init(_ limits: SingleStepLimits)

  /// Forgets the unit before.
  mutating func reset()

  /// The length of the longest chain.
  var depth: Int { get }
  /// The first row of step 1.
  var firstStart: Int { get }
  /// Whether every window has reached the last step.
  var isComplete: Bool { get }

  /// Continues the latest chain of `step` − 1 rows, if there is one, by a row of `step`.
  mutating func take(_ step: Int, row: Int, time: Int64)

  /// Makes `time` the start of the latest chain of one row, which there is.
  mutating func restart(at time: Int64)

  /// Returns the deepest step of a window, 0 where no chain lies in it.
  func reach(_ window: Int) -> Int

  /// Returns the last row of a window's chain.
  func lastRow(_ window: Int) -> Int
}

extension SingleStepState {
  /// Takes the steps of an instant in order where its rows may follow each other, so that each
  /// continues a chain that may end in it, else in reverse, each a chain from before.
  mutating func takeInstant(
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ time: Int64,
    _ ties: FunnelTieRule
  ) {
    var firstRows = InlineArray<33, Int>(repeating: -1)
    var seen: UInt32 = 0
    for row in rows {
      let step = Int(steps[Int(bytes[row])])
      guard step > 0, firstRows[step] < 0 else { continue }
      firstRows[step] = row
      seen |= 1 << UInt32(step - 1)
    }
    while seen != 0 {
      let step =
        ties == .allow ? seen.trailingZeroBitCount + 1 : 32 - seen.leadingZeroBitCount
      seen &= ~(1 << UInt32(step - 1))
      take(step, row: firstRows[step], time: time)
    }
  }
}

/// Holds the windows in stored time units.
struct SingleStepLimits {
  let stepCount: Int
  let windowCount: Int
  private(set) var limits = InlineArray<8, UInt64>(repeating: 0)

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    stepCount = specification.stepCount
    windowCount = specification.windows.count
    for (window, limit) in specification.windows.enumerated() {
      limits[window] = limit.map { UInt64($0 / max(timeScale, 1)) } ?? .max
    }
  }
}

/// Serves one window, in registers.
struct OneWindowState: SingleStepState {
  private let limit: UInt64
  private let stepCount: Int
  private(set) var depth = 0
  private(set) var firstStart = 0
  private var reach = 0
  private var lastRow = 0
  private var starts = InlineArray<33, Int64>(repeating: 0)

  init(_ limits: SingleStepLimits) {
    limit = limits.limits[0]
    stepCount = limits.stepCount
  }

  @inline(__always)
  mutating func reset() {
    depth = 0
    reach = 0
  }

  var isComplete: Bool {
    @inline(__always) get { reach == stepCount }
  }

  @inline(__always)
  mutating func take(_ step: Int, row: Int, time: Int64) {
    guard step - 1 <= depth else { return }
    let start = step == 1 ? time : starts[step - 1]
    if reach < step, UInt64(bitPattern: time &- start) <= limit {
      reach = step
      lastRow = row
    }
    if depth == 0 { firstStart = row }
    starts[step] = start
    if step > depth { depth = step }
  }

  @inline(__always)
  mutating func restart(at time: Int64) { starts[1] = time }

  @inline(__always)
  func reach(_ window: Int) -> Int { reach }

  @inline(__always)
  func lastRow(_ window: Int) -> Int { lastRow }
}

/// Serves up to eight windows.
struct WindowStates: SingleStepState {
  private let limits: SingleStepLimits
  private(set) var depth = 0
  private(set) var firstStart = 0
  private var openWindowCount: Int
  private var reach = InlineArray<8, Int>(repeating: 0)
  private var lastRows = InlineArray<8, Int>(repeating: 0)
  private var starts = InlineArray<33, Int64>(repeating: 0)

  init(_ limits: SingleStepLimits) {
    self.limits = limits
    openWindowCount = limits.windowCount
  }

  mutating func reset() {
    depth = 0
    openWindowCount = limits.windowCount
    for window in 0..<limits.windowCount { reach[window] = 0 }
  }

  var isComplete: Bool {
    @inline(__always) get { openWindowCount == 0 }
  }

  @inline(__always)
  mutating func take(_ step: Int, row: Int, time: Int64) {
    guard step - 1 <= depth else { return }
    let start = step == 1 ? time : starts[step - 1]
    for window in 0..<limits.windowCount
    where reach[window] < step && UInt64(bitPattern: time &- start) <= limits.limits[window] {
      reach[window] = step
      lastRows[window] = row
      if step == limits.stepCount { openWindowCount -= 1 }
    }
    if depth == 0 { firstStart = row }
    starts[step] = start
    if step > depth { depth = step }
  }

  @inline(__always)
  mutating func restart(at time: Int64) { starts[1] = time }

  @inline(__always)
  func reach(_ window: Int) -> Int { reach[window] }

  @inline(__always)
  func lastRow(_ window: Int) -> Int { lastRows[window] }
}
