import BQLColumnar
import BQLPlanning
import BQLStorage
import Synchronization

/// Holds what features of one snapshot measure against, of all users together.
struct FeatureFrame: Sendable {
  static let period = 4 * Microseconds.perWeek

  let snapshot: FeaturesPlan.Snapshot
  /// The latest start of a session up to the cutoff; `Int64.min` where there is none.
  let lastStart: Int64
  /// Where the last period of four weeks ends, itself not in it: a second behind the last session's
  /// start.
  let periodEnd: Int64
  /// The periods from the first session's to the last.
  let periodCount: Int

  fileprivate init(_ snapshot: FeaturesPlan.Snapshot, _ bounds: FeatureBounds) {
    self.snapshot = snapshot
    lastStart = bounds.last.load(ordering: .relaxed)
    let first = bounds.first.load(ordering: .relaxed)
    periodEnd = lastStart == .min ? .min : lastStart + Microseconds.perSecond
    periodCount = lastStart == .min ? 0 : Int((periodEnd - first - 1) / Self.period) + 1
  }

  /// Finds the frames of all snapshots.
  ///
  /// Of most users only the last row is looked at: sessions are found for those alone who may have a
  /// later one than was met before. The result does not depend on the order of users.
  static func frames(
    of plan: FeaturesPlan,
    _ reader: FeatureReader,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [FeatureFrame] {
    let bounds = plan.snapshots.map { _ in FeatureBounds() }
    // Orders are counted without a frame.
    guard plan.set != .rfm else {
      return zip(plan.snapshots, bounds).map { FeatureFrame($0, $1) }
    }
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let search = try BoundSearch(reader, morsels[index])
      for (snapshot, bounds) in zip(plan.snapshots, bounds) {
        search.widen(bounds, to: snapshot.cutoff)
      }
    }
    return zip(plan.snapshots, bounds).map { FeatureFrame($0, $1) }
  }
}

/// Holds the bounds that all threads widen.
private final class FeatureBounds: Sendable {
  let first = Atomic<Int64>(.max)
  let last = Atomic<Int64>(.min)
}

/// Looks for the first and last session starts in a morsel.
private struct BoundSearch {
  private let morsel: Morsel
  private let offsets: [Int32]
  private let times: [Int64]
  private let kept: [UInt8]?
  private let codes: RowCodes

  init(_ reader: FeatureReader, _ morsel: Morsel) throws(ExecutionError) {
    self.morsel = morsel
    offsets = reader.partition(morsel).userOffsets(of: morsel)
    times = reader.times(morsel)
    kept = try reader.rows.filterBytes(morsel)
    guard let codes = reader.rows.units(morsel) else {
      throw .internal("features without sessions")
    }
    self.codes = codes
  }

  func widen(_ bounds: FeatureBounds, to cutoff: Int64) {
    var firstStart = bounds.first.load(ordering: .relaxed)
    var lastStart = bounds.last.load(ordering: .relaxed)
    for user in 0..<(offsets.count - 1) {
      let start = Int(offsets[user])
      let end = Int(FeatureRows.end(of: start..<Int(offsets[user + 1]), in: times, at: cutoff))
      guard start < end, times[start] < firstStart || times[end - 1] > lastStart,
        let found = sessions(start..<end)
      else { continue }
      firstStart = min(firstStart, found.first)
      lastStart = max(lastStart, found.last)
    }
    bounds.first.min(firstStart, ordering: .relaxed)
    bounds.last.max(lastStart, ordering: .relaxed)
  }

  /// The first and last session starts among rows of one user; nil where they have no session.
  private func sessions(_ rows: Range<Int>) -> (first: Int64, last: Int64)? {
    let firstRow = morsel.rows.lowerBound
    let own = codes.codes(
      (rows.lowerBound + firstRow)..<(rows.upperBound + firstRow),
      firstRow: firstRow
    )
    let found = SessionIds.sessions(
      own.span,
      [0, Int32(truncatingIfNeeded: rows.count)],
      keeping: kept.map { Array($0[rows]) }
    )
    guard let first = found.firsts.first, let last = found.firsts.last else { return nil }
    return (times[rows.lowerBound + Int(first)], times[rows.lowerBound + Int(last)])
  }
}
