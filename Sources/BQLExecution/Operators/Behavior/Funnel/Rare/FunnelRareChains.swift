import BQLColumnar

/// Holds the chains of a block as the rare rows that they are made of.
struct FunnelRareChains {
  struct Chain: BitwiseCopyable {
    /// Where its rows stand among the entries.
    var base: Int32
    /// Its unit's first frequent row, −1 for none.
    var start: Int32
    /// The slot of its group, −1 for none.
    var slot: Int32
    /// Where the unit's rare rows end, and begin.
    var end: Int32
    var first: Int32
    var window: UInt16
    var depth: UInt8
  }

  /// The first ``count`` of these are chains.
  var chains: [Chain]
  /// The positions of a chain's rows in the lists, in step order, behind those of the chains
  /// before it; where step 1 is frequent, its row is the one before that of step 2, whose
  /// position stands in its place.
  var entries: [Int32]
  var count = 0

  init(capacity: Int, stepCount: Int) {
    let none = Chain(base: 0, start: -1, slot: -1, end: 0, first: 0, window: 0, depth: 0)
    chains = [Chain](repeating: none, count: capacity)
    entries = [Int32](repeating: 0, count: capacity * stepCount)
  }

  /// Returns the time of each matched row.
  func times<Time>(_ times: RareNumbers<Time>, startsAreFrequent: Bool) -> [Time] {
    let chains = chains.span
    let entries = entries.span
    let rows = times.rows.span
    let priors = times.priors.span
    return [Time](capacity: entries.count) { output in
      for index in 0..<count {
        let chain = chains[index]
        let base = Int(chain.base)
        for place in base..<(base + Int(chain.depth)) {
          let entry = Int(entries[place])
          output.append(startsAreFrequent && place == base ? priors[entry] : rows[entry])
        }
      }
    }
  }
}
