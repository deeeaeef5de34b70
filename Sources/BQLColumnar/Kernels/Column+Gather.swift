extension Column {
  /// Returns the rows at `rows`, in their order; a row may be taken more than once.
  package func gather(_ rows: [Int32]) -> Column {
    let validity = validity?.gather(rows)
    switch values {
    case .bools(let bools):
      return Column(bools: Self.picked(bools, rows), validity: validity)
    case .ints(let ints):
      return Column(type, ints: Self.picked(ints, rows), validity: validity)
    case .floats(let floats):
      return Column(floats: Self.picked(floats, rows), validity: validity)
    case .texts(let codes, let dictionary):
      return Column(
        codes: Self.picked(codes, rows),
        dictionary: dictionary,
        validity: validity
      )
    }
  }

  private static func picked<Element: BitwiseCopyable>(
    _ elements: [Element],
    _ rows: [Int32]
  ) -> [Element] {
    let elements = elements.span
    let rows = rows.span
    return unsafe [Element](count: rows.count) { result in
      // As many places as rows, and one written for each; reads are checked.
      for place in rows.indices {
        unsafe result[place] = elements[Int(rows[unchecked: place])]
      }
    }
  }

  /// Returns the column with NULL in the rows that are not set in `present`, too.
  package func masked(by present: Bitmap?) -> Column {
    guard let present else { return self }
    let validity = Bitmap.intersection(validity, present)
    switch values {
    case .bools(let bools): return Column(bools: bools, validity: validity)
    case .ints(let ints): return Column(type, ints: ints, validity: validity)
    case .floats(let floats): return Column(floats: floats, validity: validity)
    case .texts(let codes, let dictionary):
      return Column(codes: codes, dictionary: dictionary, validity: validity)
    }
  }

  /// Returns the rows of `range`.
  package func slice(_ range: Range<Int>) -> Column {
    if range == 0..<count { return self }
    let validity = validity?.slice(range)
    switch values {
    case .bools(let bools): return Column(bools: Array(bools[range]), validity: validity)
    case .ints(let ints): return Column(type, ints: Array(ints[range]), validity: validity)
    case .floats(let floats): return Column(floats: Array(floats[range]), validity: validity)
    case .texts(let codes, let dictionary):
      return Column(codes: Array(codes[range]), dictionary: dictionary, validity: validity)
    }
  }
}
