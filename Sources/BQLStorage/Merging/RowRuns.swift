import BQLColumnar

/// Says where the rows of a joined partition come from: runs of rows of its parts.
struct RowRuns: Sendable {
  private(set) var runs: [Run] = []
  private(set) var rowCount = 0
  /// Each user's rows in the joined partition, as in ``Partition/userOffsets``.
  private(set) var userOffsets: [Int32] = [0]

  struct Run: Sendable {
    /// The place of the part among those of the partition.
    var part: Int32
    var start: Int32
    var count: Int32
    /// Which log the part is of.
    var input: Int32
  }

  /// Puts each user's rows of all parts in order: by time, then by part.
  ///
  /// `codes` tells, by part, the number of each of its users; `times` the times of the part's rows.
  init(
    _ parts: [MergePart],
    _ codes: [[Int32]],
    userCount: Int,
    times: [[Int64]]
  ) {
    // The users of each part, listed by their number in the whole: parts stay in order.
    var starts = [Int](repeating: 0, count: userCount + 1)
    for codes in codes { for code in codes { starts[Int(code) + 1] += 1 } }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    var next = starts
    var members = [(part: Int, user: Int)](repeating: (0, 0), count: starts[userCount])
    for (part, codes) in codes.enumerated() {
      for (position, code) in codes.enumerated() {
        members[next[Int(code)]] = (part, position)
        next[Int(code)] += 1
      }
    }
    userOffsets.reserveCapacity(userCount + 1)
    var pieces: [Piece] = []
    for user in 0..<userCount {
      pieces.removeAll(keepingCapacity: true)
      for (part, own) in members[starts[user]..<starts[user + 1]] {
        let offsets = parts[part].partition.userOffsets
        let (start, end) = (Int(offsets[own]), Int(offsets[own + 1]))
        if start < end { pieces.append(Piece(part: part, start: start, end: end)) }
      }
      appendInOrder(&pieces, parts, times)
      userOffsets.append(Int32(truncatingIfNeeded: rowCount))
    }
  }

  /// A user's rows of one part.
  private struct Piece {
    var part: Int
    var start: Int
    var end: Int
  }

  private mutating func appendInOrder(
    _ pieces: inout [Piece],
    _ parts: [MergePart],
    _ times: [[Int64]]
  ) {
    let isInOrder = zip(pieces, pieces.dropFirst()).allSatisfy { earlier, later in
      times[earlier.part][earlier.end - 1] <= times[later.part][later.start]
    }
    if isInOrder {
      for piece in pieces { append(piece.part, parts, piece.start, piece.end - piece.start) }
      return
    }
    while let first = pieces.indices.min(by: {
      let (one, other) = (pieces[$0], pieces[$1])
      return (times[one.part][one.start], $0) < (times[other.part][other.start], $1)
    }) {
      append(pieces[first].part, parts, pieces[first].start, 1)
      pieces[first].start += 1
      // Parts stay in order: the earlier one comes first at one instant.
      if pieces[first].start == pieces[first].end { pieces.remove(at: first) }
    }
  }

  private mutating func append(_ part: Int, _ parts: [MergePart], _ start: Int, _ count: Int) {
    rowCount += count
    if let last = runs.indices.last, Int(runs[last].part) == part,
      Int(runs[last].start + runs[last].count) == start
    {
      runs[last].count += Int32(truncatingIfNeeded: count)
      return
    }
    runs.append(
      Run(
        part: Int32(truncatingIfNeeded: part),
        start: Int32(truncatingIfNeeded: start),
        count: Int32(truncatingIfNeeded: count),
        input: Int32(truncatingIfNeeded: parts[part].input)
      )
    )
  }

  /// Keeps of places in the joined partition, ascending, those of rows that log `input` or one behind it
  /// gave.
  func places(_ places: [Int32], from input: Int) -> [Int32] {
    var kept: [Int32] = []
    var index = 0
    var row = 0
    for run in runs {
      let end = row + Int(run.count)
      while index < places.count, Int(places[index]) < end {
        if Int(run.input) >= input { kept.append(places[index]) }
        index += 1
      }
      row = end
    }
    return kept
  }
}
