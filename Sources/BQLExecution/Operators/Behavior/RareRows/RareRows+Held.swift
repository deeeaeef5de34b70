package import BQLColumnar
package import BQLStorage

extension RareRows {
  /// Lists the rare rows of a morsel value by value; see ``init(_:_:held:)``.
  package init(
    _ all: RareRows,
    _ morsel: Morsel,
    events: Buffer<UInt8>,
    validity: Bitmap?,
    held: Span<Int32>
  ) {
    self = events.withSpan { events in
      guard let validity else { return RareRows(all, events.extracting(morsel.rows), held: held) }
      // Rows without an event may hold any code, but are of none.
      let bytes = morsel.rows.map { validity[$0] ? events[$0] : Self.noEvent }
      return RareRows(all, bytes.span, held: held)
    }
  }

  /// Lists the rare rows of `all` anew, those of a unit that hold one value side by side, each with
  /// the latest frequent row of the value; each value counts as a unit, and values of a unit have one
  /// start.
  ///
  /// Rare rows before the first frequent row of their value are left out. Units are users, and `held`
  /// holds each row's value: none is NULL.
  ///
  /// - Complexity: O(rows of the users with rare rows).
  init(
    _ all: RareRows,
    _ bytes: Span<UInt8>,
    held: Span<Int32>
  ) {
    self.init(starts: all.starts, frequent: all.frequent)
    var values = CodeNumbers()
    var first = 0
    for unit in all.units {
      let entries = first..<Int(unit.end)
      first = entries.upperBound
      guard unit.start >= 0 else { continue }
      values.begin(capacity: entries.count)
      for entry in entries { _ = values.number(of: held[Int(all.rows[entry])]) }
      let start = Int(all.starts[Int(unit.start)])
      let priors = Self.priors(entries, start, all, bytes, held, values)
      append(unit.start, entries, priors, all, held, &values)
    }
  }

  /// Returns, entry by entry, the latest frequent row of its value that is no later; −1 for none.
  private static func priors(
    _ entries: Range<Int>,
    _ start: Int,
    _ all: RareRows,
    _ bytes: Span<UInt8>,
    _ held: Span<Int32>,
    _ values: CodeNumbers
  ) -> [Int32] {
    var latest = [Int32](repeating: -1, count: values.count)
    var found: [Int32] = []
    found.reserveCapacity(entries.count)
    var next = start
    for entry in entries {
      let row = Int(all.rows[entry])
      // Up to the end of the row's instant, which is of its user where it is frequent: the first
      // row of another user may have its time too.
      let end = max(row, Int(all.priors[entry])) + 1
      while next < end {
        if bytes[next] == all.frequent, let value = values.known(held[next]) {
          latest[value] = Int32(truncatingIfNeeded: next)
        }
        next += 1
      }
      found.append(values.known(held[row]).map { latest[$0] } ?? -1)
    }
    return found
  }

  private mutating func append(
    _ start: Int32,
    _ entries: Range<Int>,
    _ priors: [Int32],
    _ all: RareRows,
    _ held: Span<Int32>,
    _ values: inout CodeNumbers
  ) {
    // Entries by value, in their order within one.
    var bounds = [Int](repeating: 0, count: values.count + 1)
    var numbers: [Int] = []
    numbers.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      let number = values.number(of: held[Int(all.rows[entry])])
      numbers.append(priors[index] < 0 ? -1 : number)
      if priors[index] >= 0 { bounds[number + 1] += 1 }
    }
    for number in 0..<values.count { bounds[number + 1] += bounds[number] }
    var places = bounds
    var sorted = [Int](repeating: 0, count: bounds[values.count])
    for (index, number) in numbers.enumerated() where number >= 0 {
      sorted[places[number]] = index
      places[number] += 1
    }
    for number in 0..<values.count where bounds[number] < bounds[number + 1] {
      for index in sorted[bounds[number]..<bounds[number + 1]] {
        let entry = entries.lowerBound + index
        append(row: all.rows[entry], all.codes[entry], prior: priors[index], origin: entry)
      }
      close(start: start)
    }
  }
}
