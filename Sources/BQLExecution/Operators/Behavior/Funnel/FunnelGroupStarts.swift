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
  private(set) var first: [Int32] = []
  private(set) var last: [Int32] = []
  /// The starts that are listed, in their order; once they are sorted, also by group.
  private(set) var listed: [Start] = []
  private(set) var sorted: [Start] = []
  private var bounds: [Int] = []

  var count: Int { first.count }

  mutating func begin(capacity: Int) {
    numbers.begin(capacity: capacity)
    first.removeAll(keepingCapacity: true)
    last.removeAll(keepingCapacity: true)
    listed.removeAll(keepingCapacity: true)
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
    bounds.removeAll(keepingCapacity: true)
    for _ in 0...(count + 1) { bounds.append(0) }
    for start in listed { bounds[Int(start.group) + 2] += 1 }
    for group in bounds.indices.dropFirst() { bounds[group] += bounds[group - 1] }
    while sorted.count < listed.count { sorted.append(Start(group: 0, row: 0, loud: 0)) }
    for start in listed {
      sorted[bounds[Int(start.group) + 1]] = start
      bounds[Int(start.group) + 1] += 1
    }
  }

  /// Where the listed starts of a group stand, in their order, once they are sorted.
  func range(of group: Int) -> Range<Int> { bounds[group]..<bounds[group + 1] }
}
