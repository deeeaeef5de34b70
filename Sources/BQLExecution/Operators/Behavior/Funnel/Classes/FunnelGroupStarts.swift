/// Brings the starts of a unit together by group.
struct FunnelGroupStarts {
  struct Start {
    var group: Int32
    var row: Int32
    /// The number of loud rows before it.
    var loud: Int32
  }

  var numbers = CodeNumbers()
  /// The first and the last start of each group, in the order of the first.
  private(set) var first = RefilledArray<Int32>()
  private(set) var last = RefilledArray<Int32>()
  /// The starts that are listed, in their order; once they are sorted, also by group.
  private(set) var listed = RefilledArray<Start>()
  private(set) var sorted = RefilledArray<Start>()
  private var bounds = RefilledArray<Int>()

  var count: Int { first.count }

  mutating func begin(capacity: Int) {
    numbers.begin(capacity: capacity)
    first.removeAll()
    last.removeAll()
    listed.removeAll()
  }

  /// Takes a start, behind `loud` loud rows; true for the first one of its group.
  @inline(__always)
  mutating func takeStart(_ row: Int, of code: Int32, loud: Int, isListed: Bool) -> Bool {
    let group = numbers.number(of: code)
    let start = Int32(truncatingIfNeeded: row)
    if isListed {
      let loud = Int32(truncatingIfNeeded: loud)
      listed.append(Start(group: Int32(truncatingIfNeeded: group), row: start, loud: loud))
    }
    if group < first.count {
      last[group] = start
      return false
    }
    first.append(start)
    last.append(start)
    return true
  }

  /// Brings the listed starts of each group together.
  mutating func sort() {
    bounds.fill(0, count: count + 2)
    for index in listed.indices { bounds[Int(listed[index].group) + 2] += 1 }
    for group in bounds.indices.dropFirst() { bounds[group] += bounds[group - 1] }
    sorted.fill(Start(group: 0, row: 0, loud: 0), count: listed.count)
    for index in listed.indices {
      let start = listed[index]
      sorted[bounds[Int(start.group) + 1]] = start
      bounds[Int(start.group) + 1] += 1
    }
  }

  /// Where the listed starts of a group stand, in their order, once they are sorted.
  func range(of group: Int) -> Range<Int> { bounds[group]..<bounds[group + 1] }
}
