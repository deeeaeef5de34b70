import BQLExecution

/// Finds canonical chains by enumerating every chain.
extension FunnelOracle {
  /// The rows of a chain by link: each step of the funnel as often as it is repeated; nil where
  /// the chain has none.
  typealias Links = [Int?]

  /// The step (0-based) of each link.
  private var stepOfLink: [Int] {
    funnel.specification.rules.indices.flatMap { step in
      [Int](repeating: step, count: funnel.specification.rules[step].repetitions)
    }
  }

  /// The row of each step that a chain reaches: that of its last link.
  func steps(_ links: Links) -> [Int?] {
    let stepOfLink = stepOfLink
    guard let last = links.lastIndex(where: { $0 != nil }) else { return [] }
    return (0...(stepOfLink.isEmpty ? 0 : depthIndex(last))).map { step in
      links[(stepOfLink.lastIndex(of: step) ?? 0)]
    }
  }

  /// The step of a link; in any order, the deepest of the chain.
  private func depthIndex(_ lastLink: Int) -> Int { stepOfLink[lastLink] }

  /// Returns the canonical chain by rows of `part`: of all chains in the window that end with a
  /// step which every chain must have, the first in the order of ``precedes(_:_:)``.
  func canonical(_ part: [Int], window: Int64?, mayStart: (Int) -> Bool) -> Links? {
    var best: Links?
    enumerate(part, window: window, mayStart: mayStart) { links, isEnd in
      guard isEnd else { return }
      if let known = best, !precedes(links, known) { return }
      best = links
    }
    return best
  }

  /// Calls `visit` with every chain in the window, and whether a chain may end so.
  private func enumerate(
    _ part: [Int],
    window: Int64?,
    mayStart: (Int) -> Bool,
    _ visit: (Links, _ isEnd: Bool) -> Void
  ) {
    if funnel.specification.mode == .any {
      enumerateAny(part, window: window, mayStart: mayStart, visit)
      return
    }
    let rules = funnel.specification.rules
    let optional = rules.indices.filter { rules[$0].isOptional }
    for choice in 0..<(1 << optional.count) {
      let skipped = Set(optional.indices.filter { choice & (1 << $0) != 0 }.map { optional[$0] })
      let sequence = stepOfLink.indices.filter { !skipped.contains(stepOfLink[$0]) }
      let none = Links(repeating: nil, count: stepOfLink.count)
      extend(none, 0, sequence, part, window, mayStart, visit)
    }
  }

  private func extend(
    _ links: Links,
    _ length: Int,
    _ sequence: [Int],
    _ part: [Int],
    _ window: Int64?,
    _ mayStart: (Int) -> Bool,
    _ visit: (Links, Bool) -> Void
  ) {
    if length > 0 {
      let step = stepOfLink[sequence[length - 1]]
      let isLast = length == sequence.count || stepOfLink[sequence[length]] != step
      visit(links, isLast && !funnel.specification.rules[step].isOptional)
    }
    guard length < sequence.count else { return }
    let step = stepOfLink[sequence[length]]
    for row in part where names(row) & (1 << UInt32(step)) != 0 && !links.contains(row) {
      if length == 0 {
        guard mask(row) & 1 != 0, mayStart(row) else { continue }
      } else if !mayFollow(row, links, length, sequence, part) {
        continue
      }
      let start = funnel.rows[links[sequence[0]] ?? row].time
      if let window, (funnel.rows[row].time - start) * funnel.scale > window { continue }
      var longer = links
      longer[sequence[length]] = row
      extend(longer, length + 1, sequence, part, window, mayStart, visit)
    }
  }

  /// Whether `row` may be the link behind the `length` first of `sequence`, which `links` holds.
  private func mayFollow(
    _ row: Int,
    _ links: Links,
    _ length: Int,
    _ sequence: [Int],
    _ part: [Int]
  ) -> Bool {
    let specification = funnel.specification
    guard let before = links[sequence[length - 1]] else { return false }
    let (time, timeBefore) = (funnel.rows[row].time, funnel.rows[before].time)
    switch specification.ties {
    case .allow:
      if (timeBefore - time) * funnel.scale > specification.toleranceMicroseconds { return false }
    case .deny: if time <= timeBefore { return false }
    case .source: if row < before { return false }
    }
    let step = stepOfLink[sequence[length]]
    let isLastOfStep = length + 1 == sequence.count || stepOfLink[sequence[length + 1]] != step
    if isLastOfStep, let gap = specification.rules[step].gapMicroseconds,
      let previous = (0..<length).last(where: { stepOfLink[sequence[$0]] != step }),
      let end = links[sequence[previous]],
      (time - funnel.rows[end].time) * funnel.scale > gap
    {
      return false
    }
    return !part.contains { other in
      let between = funnel.rows[other].time
      return between > timeBefore && between < time && ends(other, length, sequence)
    }
  }

  /// Whether `row` ends a chain of the `length` first links of `sequence`.
  private func ends(_ row: Int, _ length: Int, _ sequence: [Int]) -> Bool {
    let specification = funnel.specification
    guard length < sequence.count else { return false }
    let own = stepOfLink[sequence[length - 1]]
    let next = stepOfLink[sequence[length]]
    func isMatched(_ step: Int) -> Bool {
      sequence.contains { stepOfLink[$0] == step }
        && !sequence[length...].contains { stepOfLink[$0] == step }
    }
    for (index, exclusion) in specification.exclusions.enumerated()
    where !exclusion.excludesUnits && funnel.rows[row].exclusions & (1 << UInt32(index)) != 0 {
      guard let between = exclusion.between else { return true }
      let to = between.upperBound - 1
      if isMatched(between.lowerBound - 1), !isMatched(to),
        sequence.contains(where: { stepOfLink[$0] == to })
      {
        return true
      }
    }
    switch specification.mode {
    case .loose, .any: return false
    case .strict: return names(row) & (1 << UInt32(own) | 1 << UInt32(next)) == 0
    case .noRepeat: return names(row) & ((2 << UInt32(own)) - 1) & bits(sequence) != 0
    }
  }

  private func bits(_ sequence: [Int]) -> UInt32 {
    sequence.reduce(0) { $0 | 1 << UInt32(stepOfLink[$1]) }
  }

  private func enumerateAny(
    _ part: [Int],
    window: Int64?,
    mayStart: (Int) -> Bool,
    _ visit: (Links, Bool) -> Void
  ) {
    func extend(_ links: Links, _ length: Int) {
      if length > 0 {
        let times = links.compactMap { $0 }.map { funnel.rows[$0].time }
        let (first, last) = (times.min() ?? 0, times.max() ?? 0)
        let isBroken = part.contains { row in
          let time = funnel.rows[row].time
          return time > first && time < last && isExclusion(row)
        }
        if !isBroken, window.map({ (last - first) * funnel.scale <= $0 }) ?? true {
          visit(links, true)
        }
      }
      guard length < links.count else { return }
      for row in part where mask(row) & (1 << UInt32(length)) != 0 && !links.contains(row) {
        if length == 0, !mayStart(row) { continue }
        var longer = links
        longer[length] = row
        extend(longer, length + 1)
      }
    }
    extend(Links(repeating: nil, count: stepOfLink.count), 0)
  }

  private func isExclusion(_ row: Int) -> Bool {
    let exclusions = funnel.specification.exclusions
    return exclusions.indices.contains {
      !exclusions[$0].excludesUnits && funnel.rows[row].exclusions & (1 << UInt32($0)) != 0
    }
  }

  /// The order of canonical chains: deeper; then an earlier end by (time, row); then more optional
  /// steps; then later times and then larger rows, from the last link to the first.
  func precedes(_ a: Links, _ b: Links) -> Bool {
    let (depthA, depthB) = (steps(a).count, steps(b).count)
    if depthA != depthB { return depthA > depthB }
    let (endA, endB) = (end(a), end(b))
    if endA != endB { return (endA.time, endA.row) < (endB.time, endB.row) }
    let (optionalA, optionalB) = (optionalCount(a), optionalCount(b))
    if optionalA != optionalB { return optionalA > optionalB }
    if funnel.specification.mode == .any {
      return b.reversed().map { $0 ?? -1 }.lexicographicallyPrecedes(a.reversed().map { $0 ?? -1 })
    }
    let timesA = a.reversed().map { $0.map { funnel.rows[$0].time } ?? .min }
    let timesB = b.reversed().map { $0.map { funnel.rows[$0].time } ?? .min }
    if timesA != timesB { return timesB.lexicographicallyPrecedes(timesA) }
    return b.reversed().map { $0 ?? -1 }.lexicographicallyPrecedes(a.reversed().map { $0 ?? -1 })
  }

  private func end(_ links: Links) -> (time: Int64, row: Int) {
    if funnel.specification.mode != .any {
      guard let last = links.last(where: { $0 != nil }).flatMap({ $0 }) else { return (.min, -1) }
      return (funnel.rows[last].time, last)
    }
    let ends = links.compactMap { $0 }.map { (time: funnel.rows[$0].time, row: $0) }
    return ends.max { ($0.time, $0.row) < ($1.time, $1.row) } ?? (.min, -1)
  }

  private func optionalCount(_ links: Links) -> Int {
    Set(links.indices.filter { links[$0] != nil }.map { stepOfLink[$0] }).count {
      funnel.specification.rules[$0].isOptional
    }
  }

  /// Returns the chain of each attempt: starts follow each other, each where no attempt is open.
  func attempts(
    _ part: [Int],
    _ window: Int64?,
    _ mayStart: (Int) -> Bool
  ) -> [(start: Int, links: Links)] {
    var attempts: [(start: Int, links: Links)] = []
    var left = part[...]
    while let start = left.first(where: { mask($0) & 1 != 0 && mayStart($0) }) {
      let startTime = funnel.rows[start].time
      let rows = left.filter { row in
        let elapsed = (funnel.rows[row].time - startTime) * funnel.scale
        return elapsed >= 0 && (window.map { elapsed <= $0 } ?? true)
      }
      let best = canonical(rows, window: window) { $0 == start }
      if let best { attempts.append((start, best)) }
      if let best, steps(best).count == funnel.specification.stepCount {
        let last = end(best).row
        left = left.filter { $0 > last }[...]
      } else if let ended = endOfAttempt(rows, window, start) {
        left = left.filter { funnel.rows[$0].time >= ended && $0 > start }[...]
      } else {
        left =
          left.filter { row in
            !rows.contains(row) && row > start
          }[...]
      }
    }
    return attempts
  }

  /// The first instant of `rows` at which no chain from `start` stands any more; nil for none.
  private func endOfAttempt(_ rows: [Int], _ window: Int64?, _ start: Int) -> Int64? {
    let specification = funnel.specification
    let rules = specification.rules
    let optional = rules.indices.filter { rules[$0].isOptional }
    var partial: [(last: Int64, length: Int, sequence: [Int])] = []
    let isStart = { (row: Int) in row == start }
    for choice in 0..<(1 << optional.count) {
      let skipped = Set(optional.indices.filter { choice & (1 << $0) != 0 }.map { optional[$0] })
      let sequence = stepOfLink.indices.filter { !skipped.contains(stepOfLink[$0]) }
      let none = Links(repeating: nil, count: stepOfLink.count)
      extend(none, 0, sequence, rows, window, isStart) { links, _ in
        let length = links.count { $0 != nil }
        partial.append((end(links).time, length, sequence))
      }
    }
    let instants = Set(rows.map { funnel.rows[$0].time }).sorted()
    return instants.first { instant in
      instant >= funnel.rows[start].time
        && !partial.contains { chain in
          chain.last <= instant
            && !rows.contains { row in
              let time = funnel.rows[row].time
              return time > chain.last && time <= instant && ends(row, chain.length, chain.sequence)
            }
        }
    }
  }
}
