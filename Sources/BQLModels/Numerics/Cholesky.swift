/// Factors a symmetric positive definite matrix into a lower triangle and its transpose.
enum Cholesky {
  /// Returns `L` with `A = L Lᵀ`, row by row with zeros above; nil unless all pivots are positive.
  ///
  /// - Complexity: O(*d*³).
  static func factor(_ matrix: [Double], size: Int) -> [Double]? {
    var lower = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        var sum = matrix[row * size + column]
        for inner in 0..<column {
          sum -= lower[row * size + inner] * lower[column * size + inner]
        }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          lower[row * size + row] = sum.squareRoot()
        } else {
          lower[row * size + column] = sum / lower[column * size + column]
        }
      }
    }
    return lower
  }

  /// Returns the inverse of a lower triangle, a lower triangle too.
  static func inverse(_ lower: [Double], size: Int) -> [Double] {
    var inverse = [Double](repeating: 0, count: size * size)
    for column in 0..<size {
      inverse[column * size + column] = 1 / lower[column * size + column]
      for row in column + 1..<max(size, column + 1) {
        var sum = 0.0
        for inner in column..<row {
          sum -= lower[row * size + inner] * inverse[inner * size + column]
        }
        inverse[row * size + column] = sum / lower[row * size + row]
      }
    }
    return inverse
  }
}
