package import BQLColumnar

extension StoredColumn {
  /// Returns the rows of `rows`, widened to the representation of a chunk's column.
  ///
  /// Columns decoded from one dictionary share one `TextDictionary`, the same object each time.
  ///
  /// - Complexity: O(`rows.count`), and O(log users) to find the first user of a `perUser` column.
  package func decode(_ rows: Range<Int>) -> Column {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows of the partition")
    return read(.run(rows), validity: validity?.slice(rows))
  }

  /// Returns the rows at `rows`, in their order, widened to a chunk's column; a row may be taken
  /// more than once.
  ///
  /// - Complexity: O(`rows.count`); for a `perUser` column O(`rows.count` log users) at worst, and
  ///   linear when the rows ascend.
  package func gather(rows: [Int32]) -> Column {
    read(.places(rows, from: 0), validity: validity?.gather(rows))
  }

  /// Returns those rows of `run` that are `places` behind its first, as ``gather(rows:)`` does.
  package func gather(_ places: [Int32], of run: Range<Int>) -> Column {
    precondition(run.lowerBound >= 0 && run.upperBound <= count, "rows of the partition")
    let near = validity?.slice(run)
    let validity = near.flatMap { $0.allSet ? nil : $0.gather(places) }
    return read(.places(places, from: run.lowerBound), validity: validity)
  }

  /// Names the rows to read: a run, or places behind a row, in any order.
  private enum Rows {
    case run(Range<Int>)
    case places([Int32], from: Int)
  }

  private func read(_ rows: Rows, validity: Bitmap?) -> Column {
    switch storage {
    case .int8(let buffer): return ints(buffer, rows, validity)
    case .int16(let buffer): return ints(buffer, rows, validity)
    case .int32(let buffer): return ints(buffer, rows, validity)
    case .int64(let buffer): return ints(buffer, rows, validity)
    case .float(let buffer): return Column(floats: floats(buffer, rows), validity: validity)
    case .bool(let buffer): return Column(bools: bools(buffer, rows), validity: validity)
    case .codes8(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .codes16(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .codes32(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .perUser(let values, let offsets):
      switch rows {
      case .run(let rows): return Self.expand(values, offsets, rows)
      case .places(let places, let first):
        let rows = first == 0 ? places : places.map { $0 + Int32(truncatingIfNeeded: first) }
        return values.gather(rows: Self.owners(of: rows, offsets))
      }
    }
  }

  // MARK: - Numbers of one width

  private func ints<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>,
    _ rows: Rows,
    _ validity: Bitmap?
  ) -> Column {
    let scale = scale
    let widened = buffer.withSpan { raw in
      scale == 1
        ? Self.widened(raw, rows) { Int64(truncatingIfNeeded: $0) }
        : Self.widened(raw, rows) { Int64(truncatingIfNeeded: $0) &* scale }
    }
    return Column(type, ints: widened, validity: validity)
  }

  private func texts<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>,
    _ dictionary: CodeDictionary,
    _ rows: Rows,
    _ validity: Bitmap?
  ) -> Column {
    let codes = buffer.withSpan { raw in
      Self.widened(raw, rows) { Int32(truncatingIfNeeded: $0) }
    }
    return Column(codes: codes, dictionary: dictionary.texts, validity: validity)
  }

  private func floats(_ buffer: Buffer<Double>, _ rows: Rows) -> [Double] {
    buffer.withSpan { Self.widened($0, rows) { $0 } }
  }

  private func bools(_ buffer: Buffer<UInt8>, _ rows: Rows) -> [Bool] {
    buffer.withSpan { Self.widened($0, rows) { $0 != 0 } }
  }

  @inline(__always)
  private static func widened<Raw: BitwiseCopyable, Wide: BitwiseCopyable>(
    _ raw: Span<Raw>,
    _ rows: Rows,
    _ widen: (Raw) -> Wide
  ) -> [Wide] {
    switch rows {
    case .run(let rows):
      let run = raw.extracting(rows)
      return unsafe [Wide](count: run.count) { result in
        // As many places as numbers of the run.
        for index in run.indices { unsafe result[index] = widen(run[unchecked: index]) }
      }
    case .places(let places, let first):
      let places = places.span
      let near = raw.extracting(first..<raw.count)
      return unsafe [Wide](count: places.count) { result in
        // As many places in the result as are asked for; reads are checked.
        for index in places.indices {
          unsafe result[index] = widen(near[Int(places[unchecked: index])])
        }
      }
    }
  }

  /// Repeats each user's value over those of the user's rows that lie in `rows`.
  private static func expand(
    _ values: StoredColumn,
    _ offsets: Buffer<Int32>,
    _ rows: Range<Int>
  ) -> Column {
    guard !rows.isEmpty else { return values.decode(0..<0) }
    let users = offsets.withSpan { offsets in
      owner(of: rows.lowerBound, offsets)..<owner(of: rows.upperBound - 1, offsets) + 1
    }
    let decoded = values.decode(users)
    switch decoded.values {
    case .ints(let ints):
      let repeated = repeating(ints, users, offsets, rows)
      guard decoded.validity != nil else { return Column(decoded.type, ints: repeated) }
    case .texts(let codes, let dictionary):
      let repeated = repeating(codes, users, offsets, rows)
      guard decoded.validity != nil else { return Column(codes: repeated, dictionary: dictionary) }
    case .bools, .floats: break
    }
    return decoded.gather(repeating((0..<Int32(users.count)).map { $0 }, users, offsets, rows))
  }

  private static func repeating<Element: BitwiseCopyable>(
    _ elements: [Element],
    _ users: Range<Int>,
    _ offsets: Buffer<Int32>,
    _ rows: Range<Int>
  ) -> [Element] {
    unsafe [Element](count: rows.count) { result in
      offsets.withSpan { offsets in
        var row = 0
        for user in users {
          let element = elements[user - users.lowerBound]
          // Ends do not pass that of `rows`, which is where the last user's lies or before it.
          let end = min(Int(offsets[user + 1]), rows.upperBound) - rows.lowerBound
          while row < end {
            unsafe result[row] = element
            row &+= 1
          }
        }
        precondition(row == rows.count, "the users of some rows own all of them")
      }
    }
  }

  /// Returns the user that owns each of `rows`.
  private static func owners(of rows: [Int32], _ offsets: Buffer<Int32>) -> [Int32] {
    offsets.withSpan { offsets in
      var user = 0
      return rows.map { row in
        // Rows mostly ascend: the next one belongs to the same user or to the one after.
        if row >= offsets[user], user + 1 < offsets.count - 1, row >= offsets[user + 1] {
          user += 1
        }
        if row < offsets[user] || row >= offsets[user + 1] { user = owner(of: Int(row), offsets) }
        return Int32(truncatingIfNeeded: user)
      }
    }
  }

  /// Returns the user whose row range holds `row`, by binary search.
  private static func owner(of row: Int, _ offsets: Span<Int32>) -> Int {
    var low = 0
    var high = offsets.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(offsets[middle]) <= row { low = middle } else { high = middle }
    }
    return low
  }
}
