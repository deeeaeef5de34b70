import BQLColumnar

/// Explains margins by features: exact Shapley values of trees.
///
/// Features that a coalition lacks are averaged over as the training rows went at each split
/// (path-dependent TreeSHAP). A leaf's contributions depend only on which of its features' conditions
/// a row meets: they are computed once for each pattern that can occur, and looked up for each row.
///
/// Sources: S. M. Lundberg et al., *Nature Machine Intelligence* 2, 2020,
/// doi:10.1038/s42256-019-0138-9; J. Yang, *Fast TreeSHAP*, 2021, doi:10.48550/arXiv.2109.09847 (the
/// patterns); P. Yu et al., *Linear TreeSHAP*, *NeurIPS* 2022, doi:10.48550/arXiv.2209.08192 (the
/// polynomial).
package struct TreeExplainer: Sendable {
  private let model: BoostedTrees
  private let trees: [TreePaths]
  /// The mean margin over the training rows, by the trees' own counts.
  package let expected: Double

  /// Ways of more features are computed row by row.
  private static let tableFeatures = 10
  /// Contributions that are kept for the leaves of a tree, at most; beyond it goes row by row.
  private static let tableValues = 1 << 22
  /// Trees of more leaves ask at every row whether to stop.
  private static let manyLeaves = 64
  /// Rows that are explained together.
  private static let blockRows = 2048

  /// Prepares a model.
  ///
  /// - `interruption`: Asked at every tree.
  /// - Throws: ``ModelError/parameter(_:)`` where a tree does not know its training rows,
  ///   ``ModelError/interrupted``.
  package init(
    _ model: BoostedTrees,
    interruption: Interruption = .none
  ) throws(ModelError) {
    self.model = model
    var trees: [TreePaths] = []
    for tree in model.trees {
      try interruption.check()
      trees.append(try TreePaths(tree))
    }
    self.trees = trees
    expected = trees.reduce(model.start) { $0 + $1.expected }
  }

  /// Returns what each feature adds to the margin of each row.
  ///
  /// - `interruption`: Asked at every tree of a block of rows, and within large trees.
  /// - Throws: ``ModelError/shape(expected:found:)`` where the table has not the model's columns,
  ///   ``ModelError/interrupted``.
  /// - Complexity: O(*n* · *trees* · *leaves* · *d*) with `d` features on a way, and once O(2ᵈ *d*²)
  ///   a leaf.
  package func values(
    of table: FeatureTable,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) -> ShapValues {
    try model.check(table)
    let width = table.columns.count
    let blocks = (table.rowCount + Self.blockRows - 1) / Self.blockRows
    let parts = try ParallelWork.map(
      count: blocks,
      threads: threads
    ) { (block) throws(ModelError) -> [Double] in
      let first = block * Self.blockRows
      let rows = first..<min(first + Self.blockRows, table.rowCount)
      return try self.values(table, rows, interruption)
    }
    let values = parts.flatMap { $0 }
    let margins = try TreePredictor(model).margins(table, threads: threads, interruption)
    var gap = 0.0
    for row in margins.indices {
      let sum = values[row * width..<(row + 1) * width].reduce(expected, +)
      gap = max(gap, abs(sum - margins[row]) / max(1, abs(margins[row])))
    }
    return ShapValues(
      values: Matrix(trusted: values, rowCount: table.rowCount, columnCount: width),
      expected: expected,
      largestGap: gap
    )
  }

  private func values(
    _ table: FeatureTable,
    _ rows: Range<Int>,
    _ interruption: Interruption
  ) throws(ModelError) -> [Double] {
    let width = table.columns.count
    let turned = Self.turned(table, rows)
    var values = [Double](repeating: 0, count: rows.count * width)
    var contributions = PathContributions()
    for paths in trees where !paths.splits.isEmpty {
      let tables = try PatternTables(paths, rows.count, &contributions, interruption)
      try add(paths, tables, turned, width, rows.count, &contributions, &values, interruption)
    }
    return values
  }

  /// Contributions of leaves by the pattern of conditions that are met.
  private struct PatternTables {
    /// Where the table of each leaf starts, −1 of those without; shape of a table `[2ᵈ * d]`.
    var starts: [Int] = []
    var values: [Double] = []

    init(
      _ paths: TreePaths,
      _ rows: Int,
      _ contributions: inout PathContributions,
      _ interruption: Interruption
    ) throws(ModelError) {
      for leaf in paths.leaves {
        try interruption.check()
        let count = leaf.elements.count
        // A table pays where rows are more than patterns.
        guard count <= TreeExplainer.tableFeatures, 1 << count <= rows,
          values.count + (count << count) <= TreeExplainer.tableValues
        else {
          starts.append(-1)
          continue
        }
        starts.append(values.count)
        for pattern in 0..<1 << count {
          let isMet = (0..<count).map { pattern >> $0 & 1 == 1 }
          values += contributions.values(leaf.value, paths.shares[leaf.elements], isMet)
        }
      }
    }
  }

  private func add(
    _ paths: TreePaths,
    _ tables: PatternTables,
    _ turned: [Double],
    _ width: Int,
    _ rows: Int,
    _ contributions: inout PathContributions,
    _ values: inout [Double],
    _ interruption: Interruption
  ) throws(ModelError) {
    let rowsBetweenChecks = paths.leaves.count > Self.manyLeaves ? 1 : Self.manyLeaves
    var decisions = [UInt64](repeating: 0, count: paths.wordCount)
    let input = turned.span
    let (features, known) = (paths.features.span, tables.values.span)
    let conditions = paths.conditions.span
    let isSmall = paths.isSmall
    for row in 0..<rows {
      if row % rowsBetweenChecks == 0 { try interruption.check() }
      var words = decisions.mutableSpan
      paths.decide(input, row &* width, &words)
      let first = words[0]
      for (index, leaf) in paths.leaves.enumerated() {
        let start = tables.starts[index]
        let elements = leaf.elements
        if start < 0 {
          let isMet = elements.map { paths.isMet($0, words.span) }
          let own = contributions.values(leaf.value, paths.shares[elements], isMet)
          for (place, element) in elements.enumerated() {
            values[row * width + Int(features[element])] += own[place]
          }
          continue
        }
        var pattern = 0
        if isSmall {
          var bit = 1
          for element in elements {
            let condition = conditions[element]
            let isMet = (first ^ condition.expected) & condition.mask == 0
            pattern |= isMet ? bit : 0
            bit <<= 1
          }
        } else {
          for element in elements where paths.isMet(element, words.span) {
            pattern |= 1 << (element - elements.lowerBound)
          }
        }
        var output = values.mutableSpan
        var place = start &+ pattern &* elements.count
        for element in elements {
          output[row &* width &+ Int(features[element])] += known[place]
          place &+= 1
        }
      }
    }
  }

  /// Returns the values of rows, row by row.
  private static func turned(_ table: FeatureTable, _ rows: Range<Int>) -> [Double] {
    let width = table.columns.count
    var turned = [Double](repeating: 0, count: rows.count * width)
    for (place, column) in table.columns.enumerated() {
      for (index, row) in rows.enumerated() { turned[index * width + place] = column.values[row] }
    }
    return turned
  }

  /// Returns of one row what each pair of features adds beyond what both add alone.
  ///
  /// Half of it stands in each order of the pair, and on the diagonal what is left of each; shape
  /// `[features, features]`. A feature's row sums to its Shapley value.
  ///
  /// - Throws: As ``values(of:threads:)``; ``ModelError/parameter(_:)`` where there is no such row.
  /// - Complexity: O(*trees* · *leaves* · *d*⁴).
  ///
  /// Source: S. M. Lundberg et al., 2020 (above), on SHAP interaction values.
  package func interactions(
    of table: FeatureTable,
    row: Int,
    interruption: Interruption = .none
  ) throws(ModelError) -> Matrix {
    try model.check(table)
    guard row >= 0, row < table.rowCount else { throw .parameter("row") }
    let width = table.columns.count
    let turned = Self.turned(table, row..<row + 1)
    var values = [Double](repeating: 0, count: width * width)
    var contributions = PathContributions()
    for paths in trees where !paths.splits.isEmpty {
      var decisions = [UInt64](repeating: 0, count: paths.wordCount)
      var words = decisions.mutableSpan
      paths.decide(turned.span, 0, &words)
      for leaf in paths.leaves {
        try interruption.check()
        let isMet = leaf.elements.map { paths.isMet($0, words.span) }
        let shares = paths.shares[leaf.elements]
        let own = contributions.values(leaf.value, shares, isMet)
        let pairs = contributions.pairs(leaf.value, shares, isMet)
        let features = paths.features[leaf.elements].map(Int.init)
        for (i, feature) in features.enumerated() {
          values[feature * width + feature] += own[i]
          for (j, other) in features.enumerated() where j != i {
            let share = pairs[i * features.count + j]
            values[feature * width + other] += share
            values[feature * width + feature] -= share
          }
        }
      }
    }
    return Matrix(trusted: values, rowCount: width, columnCount: width)
  }
}
