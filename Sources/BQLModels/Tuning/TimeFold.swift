/// Holds the rows of one step through time: training before validation.
package struct TimeFold: Hashable, Sendable {
  package let training: [Int32]
  package let validation: [Int32]

  /// Cuts rows by their times: each of the last `folds` different times is validated by a model of
  /// the rows before it.
  ///
  /// - `times`: Such as the number of each row's cutoff, ascending with time; shape `[rows]`.
  /// - `folds`: At least 1; fewer are made where there are not so many different times less one.
  /// - `gap`: Different times left out between the newest training row and the validation rows, at
  ///   least 0: those whose labels were not known yet.
  /// - Throws: ``ModelError/parameter(_:)``.
  /// - Returns: The oldest first; none where there are too few different times.
  package static func folds(
    times: [Int64],
    folds: Int,
    gap: Int = 0
  ) throws(ModelError) -> [TimeFold] {
    guard folds >= 1 else { throw .parameter("folds") }
    guard gap >= 0 else { throw .parameter("gap") }
    guard times.count < Int(Int32.max) else { throw .tooLarge }
    let different = Set(times).sorted()
    let first = max(different.count - folds, min(gap, different.count) + 1)
    guard first < different.count else { return [] }
    return (first..<different.count).map { place in
      let (own, last) = (different[place], different[place - 1 - gap])
      let rows = times.indices.map { Int32(truncatingIfNeeded: $0) }
      return TimeFold(
        training: rows.filter { times[Int($0)] <= last },
        validation: rows.filter { times[Int($0)] == own }
      )
    }
  }
}
