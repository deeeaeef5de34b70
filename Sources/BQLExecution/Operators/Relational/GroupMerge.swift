import BQLColumnar

/// Finds which groups of all morsels are the same, on several threads.
///
/// Groups are dealt to parts by a hash of their keys; each part looks for equal ones in a table of
/// its own, which stays in a processor's cache. Final groups are numbered in order of first
/// appearance: by morsel, then by the morsel's own order. Nothing depends on threads.
struct GroupMerge: Sendable {
  /// By morsel: the final group of each of its groups.
  let mappings: [[Int32]]
  /// By morsel: those of its groups that no morsel before it has, ascending.
  let firsts: [[Int32]]
  let count: Int

  /// Merges the groups of morsels, given by their key columns, at least one, and their number.
  init(
    _ keys: [(columns: [Column], count: Int)],
    columnCount: Int,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    let total = keys.reduce(0) { $0 + $1.count }
    guard total < Int(Int32.max) else {
      throw .notImplemented("grouping into more than 2,147,483,646 groups of single morsels")
    }
    let threads = total < 1 << 14 ? 1 : context.threads
    let shape = KeyShape(keys.map(\.columns), columnCount: columnCount)
    let partCount = Self.partCount(total)
    let dealt = try ParallelWork.map(count: keys.count, threads: threads) {
      (morsel) throws(ExecutionError) in
      try context.checkCancelled()
      let (columns, count) = keys[morsel]
      return DealtKeys(
        GroupKeys(columns, count: count, shape: shape),
        partCount: partCount,
        stride: shape.wordCount
      )
    }
    let parts = try ParallelWork.map(count: partCount, threads: threads) {
      (part) throws(ExecutionError) in
      try context.checkCancelled()
      return MergedPart(dealt, part: part, shape: shape)
    }
    let found = ParallelWork.map(count: keys.count, threads: threads) { morsel in
      FirstGroups(parts, morsel: morsel, count: keys[morsel].count)
    }
    let bases: [Int32] = found.reduce(into: [0]) { bases, first in
      bases.append(bases[bases.count - 1] + Int32(first.count))
    }
    let numbers = ParallelWork.map(count: partCount, threads: threads) { part in
      parts[part].numbers(found, bases)
    }
    mappings = ParallelWork.map(count: keys.count, threads: threads) { morsel in
      var mapping = [Int32](repeating: 0, count: keys[morsel].count)
      for part in 0..<partCount {
        var next = parts[part].targetStarts[morsel]
        for group in dealt[morsel].groups(of: part) {
          mapping[Int(group)] = numbers[part][Int(parts[part].targets[next])]
          next += 1
        }
      }
      return mapping
    }
    firsts = found.map(\.groups)
    count = Int(bases[keys.count])
  }

  /// A power of two, so that a part's table has some ten thousand groups.
  private static func partCount(_ total: Int) -> Int {
    var count = 1
    while count < 256, total >> 13 > count { count *= 2 }
    return count
  }
}

/// Holds the groups of one morsel, dealt to parts by the low bits of their hashes.
///
/// Their keys are copied in that order, so that a part reads what is its own in one go.
private struct DealtKeys: Sendable {
  let columns: [Column]
  /// Part by part, ascending within one: the group, its hash and its words.
  private(set) var order: [Int32]
  private(set) var hashes: [UInt64]
  private(set) var words: [UInt64]
  private let starts: [Int]

  init(_ keys: GroupKeys, partCount: Int, stride: Int) {
    columns = keys.columns
    let mask = UInt64(partCount - 1)
    var starts = [Int](repeating: 0, count: partCount + 1)
    for hash in keys.hashes { starts[Int(hash & mask) + 1] += 1 }
    for part in 0..<partCount { starts[part + 1] += starts[part] }
    self.starts = starts
    order = [Int32](repeating: 0, count: keys.count)
    hashes = [UInt64](repeating: 0, count: keys.count)
    words = [UInt64](repeating: 0, count: keys.words.count)
    let (fromHashes, fromWords) = (keys.hashes, keys.words)
    for group in 0..<keys.count {
      let hash = fromHashes[group]
      let place = starts[Int(hash & mask)]
      starts[Int(hash & mask)] = place + 1
      order[place] = Int32(truncatingIfNeeded: group)
      hashes[place] = hash
      for word in 0..<stride { words[place &* stride &+ word] = fromWords[group &* stride &+ word] }
    }
  }

  /// The places of a part's groups.
  func places(of part: Int) -> Range<Int> { starts[part]..<starts[part + 1] }

  func groups(of part: Int) -> ArraySlice<Int32> { order[places(of: part)] }
}

/// Holds the distinct groups of one part.
private struct MergedPart: Sendable {
  /// The entry of each of the part's groups, morsel by morsel.
  private(set) var targets: [Int32] = []
  /// Where the targets of each morsel start.
  private(set) var targetStarts: [Int] = []
  /// Where the entries that each morsel brought start; one more at the end.
  private(set) var entryStarts: [Int] = []
  /// The morsel's group that brought each entry.
  private(set) var entryGroups: [Int32] = []
  private var entryMorsels: [Int32] = []
  private var entryWords: [UInt64] = []
  /// The upper half of the hash above entry + 1; 0 is empty.
  private var slots = [UInt64](repeating: 0, count: 256)

  init(_ dealt: [DealtKeys], part: Int, shape: KeyShape) {
    let total = dealt.reduce(0) { $0 + $1.groups(of: part).count }
    targets.reserveCapacity(total)
    for (morsel, morselKeys) in dealt.enumerated() {
      targetStarts.append(targets.count)
      entryStarts.append(entryGroups.count)
      add(morselKeys.places(of: part), of: morsel, morselKeys, dealt, shape)
    }
    entryStarts.append(entryGroups.count)
  }

  /// Looks up groups of one morsel, adding an entry for each that is new.
  private mutating func add(
    _ places: Range<Int>,
    of morsel: Int,
    _ keys: DealtKeys,
    _ dealt: [DealtKeys],
    _ shape: KeyShape
  ) {
    let (order, hashes, words) = (keys.order, keys.hashes, keys.words)
    let stride = shape.wordCount
    let comparesTexts = !shape.hashedColumns.isEmpty
    for place in places {
      let upper = hashes[place] & 0xFFFF_FFFF_0000_0000
      let first = place &* stride
      var slot = Int(upper >> 32) & (slots.count &- 1)
      var target: Int32 = -1
      while slots[slot] != 0 {
        if slots[slot] & 0xFFFF_FFFF_0000_0000 == upper {
          let entry = Int(slots[slot] & 0xFFFF_FFFF) &- 1
          var isSame = true
          for word in 0..<stride where entryWords[entry &* stride &+ word] != words[first &+ word] {
            isSame = false
          }
          if isSame, comparesTexts {
            isSame = isSameText(entry, dealt, keys.columns, order[place], shape)
          }
          if isSame {
            target = Int32(truncatingIfNeeded: entry)
            break
          }
        }
        slot = (slot &+ 1) & (slots.count &- 1)
      }
      if target < 0 {
        target = Int32(truncatingIfNeeded: entryGroups.count)
        entryGroups.append(order[place])
        entryMorsels.append(Int32(truncatingIfNeeded: morsel))
        for word in first..<first + stride { entryWords.append(words[word]) }
        slots[slot] = upper | UInt64(truncatingIfNeeded: entryGroups.count)
        if entryGroups.count * 2 > slots.count { grow() }
      }
      targets.append(target)
    }
  }

  private func isSameText(
    _ entry: Int,
    _ dealt: [DealtKeys],
    _ columns: [Column],
    _ group: Int32,
    _ shape: KeyShape
  ) -> Bool {
    let known = dealt[Int(entryMorsels[entry])].columns
    let row = Int(entryGroups[entry])
    return shape.hashedColumns.allSatisfy { column in
      known[column].isSameText(row, columns[column], Int(group))
    }
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    var grown = [UInt64](repeating: 0, count: slots.count * 2)
    for entry in slots where entry != 0 {
      var slot = Int(entry >> 32) & mask
      while grown[slot] != 0 { slot = (slot + 1) & mask }
      grown[slot] = entry
    }
    slots = grown
  }

  /// Returns the final group of each entry.
  func numbers(_ found: [FirstGroups], _ bases: [Int32]) -> [Int32] {
    entryGroups.indices.map { entry in
      let morsel = Int(entryMorsels[entry])
      return bases[morsel] + found[morsel].rank(Int(entryGroups[entry]))
    }
  }
}

/// Marks those groups of a morsel that no morsel before it has.
private struct FirstGroups: Sendable {
  private var isFirst: Bitmap
  /// The number of marked groups before each word of the bitmap.
  private var before: [Int32] = []
  private(set) var count = 0

  init(_ parts: [MergedPart], morsel: Int, count groupCount: Int) {
    isFirst = Bitmap(repeating: false, count: groupCount)
    for part in parts {
      for entry in part.entryStarts[morsel]..<part.entryStarts[morsel + 1] {
        isFirst[Int(part.entryGroups[entry])] = true
      }
    }
    for word in isFirst.words {
      before.append(Int32(truncatingIfNeeded: count))
      count += word.nonzeroBitCount
    }
  }

  /// The number of marked groups before `group`.
  func rank(_ group: Int) -> Int32 {
    let below = isFirst.words[group >> 6] & ((1 &<< UInt64(group & 63)) - 1)
    return before[group >> 6] + Int32(truncatingIfNeeded: below.nonzeroBitCount)
  }

  /// The marked groups, ascending.
  var groups: [Int32] {
    var groups: [Int32] = []
    groups.reserveCapacity(count)
    for (index, word) in isFirst.words.enumerated() {
      var bits = word
      while bits != 0 {
        groups.append(Int32(truncatingIfNeeded: index << 6 + bits.trailingZeroBitCount))
        bits &= bits - 1
      }
    }
    return groups
  }
}
