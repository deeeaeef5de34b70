/// Holds the chains of a block in one window as the rare rows that they are made of.
struct FunnelRareChains {
  struct Chain: BitwiseCopyable {
    /// The position of its last row in the lists.
    var last: Int32
    /// Its unit's first frequent row, −1 for none.
    var start: Int32
    var depth: Int32
  }

  /// The first ``count`` of these are chains; what stands behind them means nothing.
  var chains: [Chain]
  var count = 0
  /// For each listed row that is of a step, the row of the step before that a chain through it
  /// has; of no meaning where no chain goes through it, or where the step before is of frequent rows.
  var befores: [Int32]

  init() {
    chains = []
    befores = []
  }

  /// Forgets the chains and makes room for those of another block.
  mutating func makeRoom(forUnits unitCount: Int, rows rowCount: Int) {
    count = 0
    if chains.count < unitCount {
      chains = [Chain](repeating: Chain(last: 0, start: -1, depth: 0), count: unitCount)
    }
    if befores.count < rowCount { befores = [Int32](repeating: 0, count: rowCount) }
  }
}
