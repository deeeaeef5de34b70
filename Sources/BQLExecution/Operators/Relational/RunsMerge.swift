import BQLColumnar
import BQLFunctions

/// Describes the values of one column in each group, from the runs of many morsels.
///
/// The runs of a group are cut into ranges of keys of about equal numbers, by keys drawn at fixed
/// places; each range is sorted by itself, on whichever thread. Where a range begins depends on the
/// runs alone, so the answer has the same bits at any thread count.
struct RunsMerge: Sendable {
  /// Names a part of a morsel's runs.
  private struct Segment {
    let morsel: Int
    let group: Int
    let runs: Range<Int>
  }

  /// Names the runs of one group whose keys lie in one range.
  private struct Task {
    let group: Int
    var segments: [Segment]
    /// The rows in it, and in the ranges before it.
    var rows = 0
    var rowsBefore = 0
  }

  /// Runs of a range: as many as the processor's cache holds while they are sorted.
  private static let rangeRuns = 1 << 15

  let morsels: [ValueRuns]
  /// By morsel: the group of each of its groups.
  let mappings: [[Int32]]
  let groupCount: Int
  let type: DataType
  let context: ExecutionContext

  /// Returns one summary a group.
  func summaries(_ key: SummaryKeys) throws(ExecutionError) -> [ColumnSummary] {
    var segments = [[Segment]](repeating: [], count: groupCount)
    var summaries = (0..<groupCount).map { _ in ColumnSummary(type, in: context.timeZone) }
    for (morsel, mapping) in mappings.enumerated() {
      for (group, target) in mapping.enumerated() {
        let runs = morsels[morsel].starts[group]..<morsels[morsel].starts[group + 1]
        segments[Int(target)].append(Segment(morsel: morsel, group: group, runs: runs))
        summaries[Int(target)].add(morsels[morsel], group: group)
      }
    }
    let cut = segments
    let byGroup = try ParallelWork.map(count: groupCount, threads: context.threads) {
      (group) throws(ExecutionError) in
      try context.checkCancelled()
      return self.tasks(group, cut[group])
    }
    let tasks = byGroup.flatMap { $0 }
    let begun = summaries
    let ranges = try ParallelWork.map(count: tasks.count, threads: context.threads) {
      (index) throws(ExecutionError) in
      try context.checkCancelled()
      let task = tasks[index]
      var range = SummaryRange(rowsBefore: task.rowsBefore)
      range.describe(runs(task), begun[task.group], key)
      return range
    }
    for (task, range) in zip(tasks, ranges) { summaries[task.group].add(range) }
    return summaries
  }

  /// Cuts the runs of a group into ranges of keys, in ascending order.
  private func tasks(_ group: Int, _ segments: [Segment]) -> [Task] {
    let runCount = segments.reduce(0) { $0 + $1.runs.count }
    let bounds = bounds(segments, runCount)
    var tasks = (0...bounds.count).map { _ in Task(group: group, segments: []) }
    for segment in segments where !segment.runs.isEmpty {
      let runs = morsels[segment.morsel]
      var start = segment.runs.lowerBound
      for index in tasks.indices where start < segment.runs.upperBound {
        let end =
          index < bounds.count
          ? Self.firstRun(notBelow: bounds[index], runs, start..<segment.runs.upperBound)
          : segment.runs.upperBound
        guard end > start else { continue }
        let part = Segment(morsel: segment.morsel, group: segment.group, runs: start..<end)
        tasks[index].segments.append(part)
        for run in part.runs { tasks[index].rows += Int(runs.counts[run]) }
        start = end
      }
    }
    var before = 0
    for index in tasks.indices {
      tasks[index].rowsBefore = before
      before += tasks[index].rows
    }
    return tasks.filter { $0.rows > 0 }
  }

  /// Keys that cut the runs into ranges of about equal length, ascending and distinct.
  private func bounds(_ segments: [Segment], _ runCount: Int) -> [Int64] {
    let ranges = min(runCount / Self.rangeRuns + 1, 1_024)
    guard ranges > 1 else { return [] }
    // 32 keys a range; each segment gives those at its own evenly spaced places.
    let step = max(runCount / (ranges * 32), 1)
    var drawn: [Int64] = []
    for segment in segments {
      var run = segment.runs.lowerBound + step / 2
      while run < segment.runs.upperBound {
        drawn.append(morsels[segment.morsel].keys[run])
        run += step
      }
    }
    drawn.sort()
    guard !drawn.isEmpty else { return [] }
    var bounds: [Int64] = []
    for index in 1..<ranges {
      let bound = drawn[index * drawn.count / ranges]
      if bounds.last.map({ $0 < bound }) ?? true { bounds.append(bound) }
    }
    return bounds
  }

  private static func firstRun(
    notBelow key: Int64,
    _ runs: ValueRuns,
    _ range: Range<Int>
  ) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if runs.keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Sorts the runs of a task and joins those of one key.
  private func runs(_ task: Task) -> (keys: [Int64], counts: [Int]) {
    let total = task.segments.reduce(0) { $0 + $1.runs.count }
    var keys: [Int64] = []
    var counts: [Int32] = []
    keys.reserveCapacity(total)
    counts.reserveCapacity(total)
    for segment in task.segments {
      keys += morsels[segment.morsel].keys[segment.runs]
      counts += morsels[segment.morsel].counts[segment.runs]
    }
    var order = (0..<Int32(keys.count)).map { $0 }
    if task.segments.count > 1 { RadixSort.sort(&order, by: keys) }
    var joinedKeys: [Int64] = []
    var joinedCounts: [Int] = []
    joinedKeys.reserveCapacity(total)
    joinedCounts.reserveCapacity(total)
    var index = 0
    while index < order.count {
      let key = keys[Int(order[index])]
      var count = 0
      while index < order.count, keys[Int(order[index])] == key {
        count += Int(counts[Int(order[index])])
        index += 1
      }
      joinedKeys.append(key)
      joinedCounts.append(count)
    }
    return (joinedKeys, joinedCounts)
  }
}
