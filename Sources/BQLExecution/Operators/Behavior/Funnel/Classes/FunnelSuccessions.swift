/// Tells which loud row of a unit follows another on a chain, where each row matches one step and
/// other rows may come between.
///
/// A chain from a start goes on soonest by the next row of each step. So the rows that it reaches
/// depend only on where among the loud rows it starts: a table of the next rows answers for all
/// starts, and one of the latest rows before answers for the chains' way back.
struct FunnelSuccessions {
  private let ties: FunnelTieRule
  private let stepCount: Int
  /// In stored time units, by window; nil holds no chain at all.
  private let limits: [UInt64?]

  // By loud row: what it is, and the loud rows of its instant.
  private var rows = RefilledArray<Int32>()
  private var steps = RefilledArray<Int32>()
  private var times = RefilledArray<Int64>()
  private var instantFirst = RefilledArray<Int32>()
  private var instantEnd = RefilledArray<Int32>()
  /// The latest row of the step before; −1 where there is none.
  private var before = RefilledArray<Int32>()
  /// The first row of step *s* from row *r* on at `next[(s - 2) * (count + 1) + r]`, `count` for none.
  private var next = RefilledArray<Int32>()
  /// By step, while tables are made.
  private var latest: [Int32]

  /// The best chain of each window: its depth and, deeper than step 1, its last loud row.
  private(set) var depths: [Int]
  private var ends: [Int32]

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    ties = specification.ties
    stepCount = specification.stepCount
    limits = specification.windows.map { window in
      guard let window else { return UInt64.max }
      return window < 0 ? nil : UInt64(window / max(timeScale, 1))
    }
    latest = [Int32](repeating: -1, count: specification.stepCount + 1)
    depths = [Int](repeating: 0, count: specification.windows.count)
    ends = [Int32](repeating: 0, count: specification.windows.count)
  }

  var count: Int { rows.count }

  /// Returns the row of the morsel of a loud row.
  func row(_ loud: Int) -> Int { Int(rows[loud]) }

  func time(_ loud: Int) -> Int64 { times[loud] }

  mutating func removeAll() {
    rows.removeAll()
    steps.removeAll()
    times.removeAll()
    instantFirst.removeAll()
  }

  /// Adds a row of a step from 2 on, behind all others.
  @inline(__always)
  mutating func append(_ row: Int, step: Int, time: Int64) {
    let index = Int32(truncatingIfNeeded: rows.count)
    let isTied = rows.count > 0 ? times[rows.count - 1] == time : false
    instantFirst.append(isTied ? instantFirst[rows.count - 1] : index)
    rows.append(Int32(truncatingIfNeeded: row))
    steps.append(Int32(truncatingIfNeeded: step))
    times.append(time)
  }

  /// Makes the tables, once all rows are there.
  mutating func connect() {
    let count = Int32(truncatingIfNeeded: rows.count)
    instantEnd.fill(count, count: rows.count)
    before.fill(-1, count: rows.count)
    for index in rows.indices.dropLast().reversed() {
      instantEnd[index] =
        times[index] == times[index + 1]
        ? instantEnd[index + 1] : Int32(truncatingIfNeeded: index + 1)
    }
    for step in 0...stepCount { latest[step] = -1 }
    var index = 0
    while index < rows.count {
      let end = ties == .source ? index + 1 : Int(instantEnd[index])
      if ties == .allow { keepLatest(index..<end) }
      for row in index..<end { before[row] = latest[Int(steps[row]) - 1] }
      if ties != .allow { keepLatest(index..<end) }
      index = end
    }
    next.fill(count, count: (max(stepCount, 2) - 1) * (rows.count + 1))
    for step in 2...max(stepCount, 2) {
      let base = (step - 2) * (rows.count + 1)
      for row in rows.indices.reversed() {
        next[base + row] =
          Int(steps[row]) == step ? Int32(truncatingIfNeeded: row) : next[base + row + 1]
      }
    }
  }

  private mutating func keepLatest(_ range: Range<Int>) {
    for row in range { latest[Int(steps[row])] = Int32(truncatingIfNeeded: row) }
  }

  /// Returns the first loud row that may follow a start, behind `loud` of them, at `time`.
  @inline(__always)
  func firstBehind(_ loud: Int, _ time: Int64) -> Int {
    switch ties {
    case .source: return loud
    case .allow:
      guard loud > 0, times[loud - 1] == time else { return loud }
      return Int(instantFirst[loud - 1])
    case .deny:
      guard loud < rows.count, times[loud] == time else { return loud }
      return Int(instantEnd[loud])
    }
  }

  /// Forgets the chains found so far.
  mutating func begin() {
    for window in limits.indices { depths[window] = limits[window] == nil ? 0 : 1 }
  }

  /// Considers the chains of a start at `time` that loud rows from `first` on may follow.
  ///
  /// Starts are considered in their order: of equal ends any will do.
  @inline(__always)
  mutating func consider(_ time: Int64, _ first: Int) {
    var step = 2
    var from = first
    while step <= stepCount {
      let loud = Int(next[(step - 2) * (rows.count + 1) + from])
      guard loud < rows.count else { return }
      let elapsed = UInt64(bitPattern: times[loud] &- time)
      var isNear = false
      for window in limits.indices {
        guard let limit = limits[window], elapsed <= limit else { continue }
        isNear = true
        guard depths[window] <= step else { continue }
        if depths[window] == step, Int(ends[window]) <= loud { continue }
        depths[window] = step
        ends[window] = Int32(truncatingIfNeeded: loud)
      }
      guard isNear else { return }
      switch ties {
      case .source: from = loud + 1
      case .allow: from = Int(instantFirst[loud])
      case .deny: from = Int(instantEnd[loud])
      }
      step += 1
    }
  }

  /// Whether no start can go on from `first` or later.
  @inline(__always)
  func isEnd(_ first: Int) -> Bool {
    stepCount < 2 ? true : Int(next[first]) == rows.count
  }

  /// Returns the loud row at `step` of the best chain of a window, given the one behind it; of its
  /// last step without one.
  @inline(__always)
  func loud(_ window: Int, before loud: Int?) -> Int {
    guard let loud else { return Int(ends[window]) }
    return Int(before[loud])
  }
}
