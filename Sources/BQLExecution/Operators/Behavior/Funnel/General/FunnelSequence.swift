/// Holds the rows that a chain needs, one after the other: a funnel's steps, each as often as it
/// is repeated, without the optional ones of some set.
///
/// A funnel with *m* optional steps is 2ᵐ sequences. A **link** is one row of a sequence.
struct FunnelSequence: Sendable {
  /// The funnel's step (0-based) of each link.
  let steps: [Int]
  /// The links that complete a step which every chain must have: where a chain may end.
  let endBits: UInt32
  /// The last link of the step before, and the gap in stored units, of links with a gap.
  let gaps: [(before: Int, limit: UInt64)?]
  /// The chains, by their last link, that rows of each exclusion end.
  let exclusionKills: [UInt32]
  let optionalCount: Int
  /// Where each link stands in the sequence that skips nothing.
  let wholeLinks: [Int]

  private let mode: FunnelModeRule
  /// The links of each step.
  private let links: [UInt32]
  /// Whether the links are the funnel's steps.
  let isIdentity: Bool

  /// The number of rows of a whole chain.
  var count: Int { steps.count }

  private init(_ specification: FunnelSpecification, skipping skipped: UInt32, timeScale: Int64) {
    var steps: [Int] = []
    var gaps: [(before: Int, limit: UInt64)?] = []
    var endBits: UInt32 = 0
    var links = [UInt32](repeating: 0, count: specification.stepCount)
    var lastLinks = [Int](repeating: -1, count: specification.stepCount)
    var optionalCount = 0
    var wholeLinks: [Int] = []
    var whole = 0
    for (step, rule) in specification.rules.enumerated() {
      defer { whole += rule.repetitions }
      guard skipped & (1 << UInt32(step)) == 0 else { continue }
      let before = steps.count - 1
      for repetition in 0..<rule.repetitions {
        wholeLinks.append(whole + repetition)
        links[step] |= 1 << UInt32(steps.count)
        steps.append(step)
        gaps.append(nil)
      }
      lastLinks[step] = steps.count - 1
      if before >= 0, let gap = rule.gapMicroseconds {
        gaps[steps.count - 1] = (before, UInt64(max(gap, 0) / max(timeScale, 1)))
      }
      if rule.isOptional {
        optionalCount += 1
      } else {
        endBits |= 1 << UInt32(steps.count - 1)
      }
    }
    self.steps = steps
    self.gaps = gaps
    self.endBits = endBits
    self.links = links
    self.optionalCount = optionalCount
    self.wholeLinks = wholeLinks
    mode = specification.mode
    isIdentity = steps == Array(0..<specification.stepCount)
    let partial = Self.bits(0..<(steps.count - 1))
    exclusionKills = specification.exclusions.map { exclusion in
      guard !exclusion.excludesUnits else { return 0 }
      guard let between = exclusion.between else { return partial }
      let from = lastLinks[between.lowerBound - 1]
      let to = lastLinks[between.upperBound - 1]
      // A chain that skips one of the two steps has nothing between them.
      return from >= 0 && to > from ? Self.bits(from..<to) : 0
    }
  }

  /// Returns the sequences of a funnel, from the one with all optional steps to the one with none.
  static func all(of specification: FunnelSpecification, timeScale: Int64) -> [FunnelSequence] {
    let optional = specification.rules.indices.filter { specification.rules[$0].isOptional }
    return (0..<(1 << optional.count)).map { choice in
      var skipped: UInt32 = 0
      for (index, step) in optional.enumerated() where choice & (1 << index) != 0 {
        skipped |= 1 << UInt32(step)
      }
      return FunnelSequence(specification, skipping: skipped, timeScale: timeScale)
    }
  }

  /// Returns the links that a row of the steps `mask` can be.
  @inline(__always)
  func links(_ mask: UInt32) -> UInt32 {
    if isIdentity { return mask }
    var mask = mask
    var found: UInt32 = 0
    while mask != 0 {
      found |= links[mask.trailingZeroBitCount]
      mask &= mask - 1
    }
    return found
  }

  /// Returns the chains, as bits of their last links, that a row ends unless it carries them on.
  ///
  /// `names` are the steps that the row is of, whether or not it may start a chain.
  @inline(__always)
  func kills(names: UInt32, exclusions: UInt32) -> UInt32 {
    var kills: UInt32 = 0
    var exclusions = exclusions
    while exclusions != 0 {
      kills |= exclusionKills[exclusions.trailingZeroBitCount]
      exclusions &= exclusions - 1
    }
    switch mode {
    case .loose, .any: break
    case .strict:
      let own = links(names)
      // Of the last link or of the next one.
      kills |= ~(own | own >> 1)
    case .noRepeat:
      let own = links(names)
      if own != 0 { kills |= ~((own & (~own &+ 1)) &- 1) }
    }
    return kills & Self.bits(0..<(count - 1))
  }

  private static func bits(_ range: Range<Int>) -> UInt32 {
    range.reduce(0) { $0 | 1 << UInt32($1) }
  }
}
