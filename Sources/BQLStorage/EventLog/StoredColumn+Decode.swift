package import BQLColumnar

extension StoredColumn {
  /// Returns the rows of `rows`, widened to the representation of a chunk's column.
  ///
  /// Columns decoded from one dictionary share one `TextDictionary`, the same object each time.
  ///
  /// - Complexity: O(`rows.count`), and O(log users) to find the first user of a `perUser` column.
  package func decode(_ rows: Range<Int>) -> Column {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows of the partition")
    let validity = validity?.slice(rows)
    switch storage {
    case .int8(let buffer): return ints(buffer, rows, validity)
    case .int16(let buffer): return ints(buffer, rows, validity)
    case .int32(let buffer): return ints(buffer, rows, validity)
    case .int64(let buffer): return ints(buffer, rows, validity)
    case .float(let buffer):
      return Column(floats: buffer.withSpan { copy($0, rows) { $0 } }, validity: validity)
    case .bool(let buffer):
      return Column(bools: buffer.withSpan { copy($0, rows) { $0 != 0 } }, validity: validity)
    case .codes8(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .codes16(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .codes32(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .perUser(let values, let offsets): return Self.expand(values, offsets, rows)
    }
  }

  /// Returns the rows at `rows`, in their order, widened to a chunk's column; a row may be taken
  /// more than once.
  ///
  /// - Complexity: O(`rows.count`); for a `perUser` column O(`rows.count` log users) at worst, and
  ///   linear when the rows ascend.
  package func gather(rows: [Int32]) -> Column {
    let validity = validity?.gather(rows)
    switch storage {
    case .int8(let buffer): return ints(buffer, rows, validity)
    case .int16(let buffer): return ints(buffer, rows, validity)
    case .int32(let buffer): return ints(buffer, rows, validity)
    case .int64(let buffer): return ints(buffer, rows, validity)
    case .float(let buffer):
      return Column(floats: buffer.withSpan { pick($0, rows) { $0 } }, validity: validity)
    case .bool(let buffer):
      return Column(bools: buffer.withSpan { pick($0, rows) { $0 != 0 } }, validity: validity)
    case .codes8(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .codes16(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .codes32(let buffer, let dictionary): return texts(buffer, dictionary, rows, validity)
    case .perUser(let values, let offsets):
      return values.gather(rows: Self.owners(of: rows, offsets))
    }
  }

  // MARK: - Runs of rows

  private func ints<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>,
    _ rows: Range<Int>,
    _ validity: Bitmap?
  ) -> Column {
    let scale = scale
    let widened = buffer.withSpan { raw in
      scale == 1
        ? copy(raw, rows) { Int64(truncatingIfNeeded: $0) }
        : copy(raw, rows) { Int64(truncatingIfNeeded: $0) &* scale }
    }
    return Column(type, ints: widened, validity: validity)
  }

  private func texts<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>,
    _ dictionary: CodeDictionary,
    _ rows: Range<Int>,
    _ validity: Bitmap?
  ) -> Column {
    let codes = buffer.withSpan { raw in copy(raw, rows) { Int32(truncatingIfNeeded: $0) } }
    return Column(codes: codes, dictionary: dictionary.texts, validity: validity)
  }

  private func copy<Raw, Wide>(
    _ raw: Span<Raw>,
    _ rows: Range<Int>,
    _ widen: (Raw) -> Wide
  ) -> [Wide] {
    [Wide](capacity: rows.count) { (output: inout OutputSpan<Wide>) in
      let run = raw.extracting(rows)
      for index in run.indices { output.append(widen(run[index])) }
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

  private static func repeating<Element>(
    _ elements: [Element],
    _ users: Range<Int>,
    _ offsets: Buffer<Int32>,
    _ rows: Range<Int>
  ) -> [Element] {
    [Element](capacity: rows.count) { (output: inout OutputSpan<Element>) in
      offsets.withSpan { offsets in
        var row = rows.lowerBound
        for user in users {
          let element = elements[user - users.lowerBound]
          let end = min(Int(offsets[user + 1]), rows.upperBound)
          while row < end {
            output.append(element)
            row &+= 1
          }
        }
      }
    }
  }

  // MARK: - Rows by position

  private func ints<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>,
    _ rows: [Int32],
    _ validity: Bitmap?
  ) -> Column {
    let scale = scale
    let widened = buffer.withSpan { raw in
      scale == 1
        ? pick(raw, rows) { Int64(truncatingIfNeeded: $0) }
        : pick(raw, rows) { Int64(truncatingIfNeeded: $0) &* scale }
    }
    return Column(type, ints: widened, validity: validity)
  }

  private func texts<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>,
    _ dictionary: CodeDictionary,
    _ rows: [Int32],
    _ validity: Bitmap?
  ) -> Column {
    let codes = buffer.withSpan { raw in pick(raw, rows) { Int32(truncatingIfNeeded: $0) } }
    return Column(codes: codes, dictionary: dictionary.texts, validity: validity)
  }

  private func pick<Raw, Wide>(
    _ raw: Span<Raw>,
    _ rows: [Int32],
    _ widen: (Raw) -> Wide
  ) -> [Wide] {
    [Wide](capacity: rows.count) { (output: inout OutputSpan<Wide>) in
      for row in rows { output.append(widen(raw[Int(row)])) }
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
