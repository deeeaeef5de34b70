extension Column {
  /// Returns the rows at `rows`, in their order; NULL where a row is negative.
  package func gather(orNull rows: [Int32]) -> Column {
    var present = Bitmap(repeating: true, count: rows.count)
    var places = rows
    for position in rows.indices where rows[position] < 0 {
      present[position] = false
      places[position] = 0
    }
    if present.allSet { return gather(rows) }
    guard count > 0 else { return Column(repeating: .null, type: type, count: rows.count) }
    let values = gather(places)
    let validity = Bitmap.intersection(present, values.validity)
    switch values.values {
    case .bools(let bools): return Column(bools: bools, validity: validity)
    case .ints(let ints): return Column(type, ints: ints, validity: validity)
    case .floats(let floats): return Column(floats: floats, validity: validity)
    case .texts(let codes, let dictionary):
      return Column(codes: codes, dictionary: dictionary, validity: validity)
    }
  }
}
