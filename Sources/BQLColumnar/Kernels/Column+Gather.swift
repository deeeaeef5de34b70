extension Column {
  /// Returns the rows at `rows`, in their order; a row may be taken more than once.
  package func gather(_ rows: [Int32]) -> Column {
    let validity = validity?.gather(rows)
    switch values {
    case .bools(let bools):
      return Column(bools: rows.map { bools[Int($0)] }, validity: validity)
    case .ints(let ints):
      return Column(type, ints: rows.map { ints[Int($0)] }, validity: validity)
    case .floats(let floats):
      return Column(floats: rows.map { floats[Int($0)] }, validity: validity)
    case .texts(let codes, let dictionary):
      return Column(
        codes: rows.map { codes[Int($0)] },
        dictionary: dictionary,
        validity: validity
      )
    }
  }

  /// Returns the rows at `rows`, in their order; NULL for a negative one.
  package func gather(orNull rows: [Int32]) -> Column {
    guard rows.contains(where: { $0 < 0 }) else { return gather(rows) }
    guard count > 0 else { return Column(repeating: .null, type: type, count: rows.count) }
    var present = Bitmap(repeating: true, count: rows.count)
    for row in rows.indices where rows[row] < 0 { present[row] = false }
    return gather(rows.map { max($0, 0) }).masked(by: present)
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

  /// The rows where a `bool` column is true; NULL counts as false, as in WHERE.
  package var trueRows: [Int32] {
    guard case .bools(let bools) = values else { return [] }
    // Writing every position and advancing by the mask keeps the loop free of branches, which on
    // random data costs a quarter of a branching loop.
    var rows = [Int32](repeating: 0, count: bools.count + 1)
    var kept = 0
    if let validity {
      for index in bools.indices {
        rows[kept] = Int32(truncatingIfNeeded: index)
        kept &+= (bools[index] && validity[index]) ? 1 : 0
      }
    } else {
      for index in bools.indices {
        rows[kept] = Int32(truncatingIfNeeded: index)
        kept &+= bools[index] ? 1 : 0
      }
    }
    rows.removeLast(rows.count - kept)
    return rows
  }
}
