import BQLColumnar

/// Holds where each row of a partition belongs: clustered by user, in time order within one.
struct PartitionDirectory: Sendable {
  let rowCount: Int
  let userOffsets: Buffer<Int32>
  let users: KeyValues
  /// The place of each row, by its position in source order.
  let places: Buffer<Int32>
  /// Session codes by place, -1 where there is none; nil without a SESSION role.
  let sessionCodes: Buffer<Int32>?
  let sessions: KeyValues?
  /// Distinct (user, session) pairs.
  let visitCount: Int
  let tiedRowCount: Int
  /// In microseconds; nil without rows.
  let timeRange: ClosedRange<Int64>?

  init(
    _ runs: PartitionRuns,
    _ blocks: [BlockResult],
    _ columns: [FileColumn],
    _ roles: RoleBinding
  ) throws(LoadError) {
    rowCount = runs.rowCount
    guard rowCount < Int(Int32.max) else {
      throw .tooLarge(reason: "one part of the log has more than 2,147,483,646 rows")
    }
    guard let user = roles[.user], let time = roles[.time] else {
      preconditionFailure("a log has USER and TIME")
    }
    let (userCodes, users) = try runs.codes(of: user, columns[user].reading, blocks)
    self.users = users
    let offsets = Self.offsets(userCodes, users.count)
    var places = Self.cluster(userCodes, offsets)
    var times = Self.times(runs, blocks, time, places)
    Self.sort(&times, &places, offsets)
    userOffsets = Buffer(offsets)
    self.places = Buffer(places)
    timeRange = times.min().flatMap { low in times.max().map { low...$0 } }
    tiedRowCount = Self.tiedRows(times, offsets)
    if let session = roles[.session] {
      let (codes, values) = try runs.codes(of: session, columns[session].reading, blocks)
      var placed = [Int32](repeating: 0, count: rowCount)
      for row in codes.indices { placed[Int(places[row])] = codes[row] }
      visitCount = Self.visits(placed, offsets, values.count)
      sessionCodes = Buffer(placed)
      sessions = values
    } else {
      sessionCodes = nil
      sessions = nil
      visitCount = 0
    }
  }

  private static func offsets(_ userCodes: [Int32], _ userCount: Int) -> [Int32] {
    var offsets = [Int32](repeating: 0, count: userCount + 1)
    for code in userCodes { offsets[Int(code) + 1] += 1 }
    for user in 0..<userCount { offsets[user + 1] += offsets[user] }
    return offsets
  }

  /// Places rows by user, in source order within one.
  private static func cluster(_ userCodes: [Int32], _ offsets: [Int32]) -> [Int32] {
    var next = offsets
    var places = [Int32](repeating: 0, count: userCodes.count)
    for row in userCodes.indices {
      let user = Int(userCodes[row])
      places[row] = next[user]
      next[user] += 1
    }
    return places
  }

  /// The times by place, in microseconds.
  private static func times(
    _ runs: PartitionRuns,
    _ blocks: [BlockResult],
    _ column: Int,
    _ places: [Int32]
  ) -> [Int64] {
    var times = [Int64](repeating: 0, count: places.count)
    var position = 0
    for run in runs.runs {
      let stored = blocks[run.block].columns[column]
      let scale = stored.isInSeconds ? TimeText.microsPerSecond : 1
      let offset = position - run.places.lowerBound
      var output = times.mutableSpan
      stored.forEachInt(run.places) { place, time in
        output[Int(places[place + offset])] = time &* scale
      }
      position += run.places.count
    }
    return times
  }

  /// Sorts the rows of each user that are not in time order, keeping source order at one instant.
  private static func sort(_ times: inout [Int64], _ places: inout [Int32], _ offsets: [Int32]) {
    var rowAtPlace: [Int32] = []
    for user in 0..<offsets.count - 1 {
      let range = Int(offsets[user])..<Int(offsets[user + 1])
      var isSorted = true
      for place in range.dropFirst() where times[place] < times[place - 1] { isSorted = false }
      if isSorted { continue }
      if rowAtPlace.isEmpty {
        rowAtPlace = [Int32](repeating: 0, count: places.count)
        for row in places.indices { rowAtPlace[Int(places[row])] = Int32(truncatingIfNeeded: row) }
      }
      let order = range.sorted { (times[$0], $0) < (times[$1], $1) }
      let sortedTimes = order.map { times[$0] }
      let rows = order.map { rowAtPlace[$0] }
      for (index, place) in range.enumerated() {
        times[place] = sortedTimes[index]
        places[Int(rows[index])] = Int32(truncatingIfNeeded: place)
      }
    }
  }

  private static func tiedRows(_ times: [Int64], _ offsets: [Int32]) -> Int {
    var tied = 0
    for user in 0..<offsets.count - 1 {
      for place in (Int(offsets[user])..<Int(offsets[user + 1])).dropFirst() {
        tied += times[place] == times[place - 1] ? 1 : 0
      }
    }
    return tied
  }

  private static func visits(_ codes: [Int32], _ offsets: [Int32], _ sessionCount: Int) -> Int {
    var lastUser = [Int32](repeating: -1, count: sessionCount)
    var visits = 0
    for user in 0..<offsets.count - 1 {
      let number = Int32(truncatingIfNeeded: user)
      for place in Int(offsets[user])..<Int(offsets[user + 1]) where codes[place] >= 0 {
        let session = Int(codes[place])
        if lastUser[session] != number {
          visits += 1
          lastUser[session] = number
        }
      }
    }
    return visits
  }
}
