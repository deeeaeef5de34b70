import BQLColumnar

/// Numbers the distinct visits or users of one block: one worker's memory, used again for each.
///
/// A visit that is met with users of two partitions gets a number in each.
struct KeyNumbering {
  /// By row: the number of its key, the count of numbers where it has none.
  private(set) var numbers: [Int64] = []
  /// By number: the row that has the key first.
  private(set) var firstRows: [Int32] = []
  /// Partition *p* has numbers `starts[p]..<starts[p + 1]`.
  private(set) var starts: [Int32] = []

  /// Open addressing: the order of first appearance + 1, or 0.
  private var slots = [UInt32](repeating: 0, count: 1_024)
  private var found: [Entry] = []

  /// A key: the row that has it first, the partition of its user, its hash.
  private struct Entry {
    let row: Int32
    let partition: UInt8
    let hash: UInt64

    init(row: Int, partition: UInt8, hash: UInt64) {
      self.row = Int32(truncatingIfNeeded: row)
      self.partition = partition
      self.hash = hash
    }
  }

  /// Numbers the keys of the rows that `partitions` has a partition below `partitionCount` for.
  ///
  /// `hash` is nil where a row has no key; `areSame` compares the keys of two rows.
  @inline(__always)
  mutating func number(
    _ partitions: [UInt8],
    partitionCount: Int,
    hash: (Int) -> UInt64?,
    areSame: (Int, Int) -> Bool
  ) {
    let rowCount = partitions.count
    if numbers.count < rowCount { numbers = [Int64](repeating: 0, count: rowCount) }
    found.removeAll(keepingCapacity: true)
    // Local for the loop: a stored property would be checked for exclusive access at each row.
    var numbers: [Int64] = []
    var slots: [UInt32] = []
    var found: [Entry] = []
    swap(&numbers, &self.numbers)
    swap(&slots, &self.slots)
    swap(&found, &self.found)
    for index in slots.indices { slots[index] = 0 }
    var output = numbers.mutableSpan
    for row in 0..<rowCount {
      guard Int(partitions[row]) < partitionCount, let hash = hash(row) else {
        output[row] = -1
        continue
      }
      var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
      while true {
        let entry = Int(slots[slot]) &- 1
        if entry < 0 {
          found.append(Entry(row: row, partition: partitions[row], hash: hash))
          slots[slot] = UInt32(truncatingIfNeeded: found.count)
          output[row] = Int64(found.count &- 1)
          if found.count * 2 > slots.count { slots = Self.slots(slots.count * 4, found) }
          break
        }
        let known = found[entry]
        if known.hash == hash, known.partition == partitions[row], areSame(Int(known.row), row) {
          output[row] = Int64(entry)
          break
        }
        slot = (slot &+ 1) & (slots.count &- 1)
      }
    }
    swap(&numbers, &self.numbers)
    swap(&slots, &self.slots)
    swap(&found, &self.found)
    sort(rowCount, partitionCount)
  }

  /// A table of `count` slots that holds the keys in `found`.
  private static func slots(_ count: Int, _ found: [Entry]) -> [UInt32] {
    var slots = [UInt32](repeating: 0, count: count)
    for (index, entry) in found.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & (count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (count - 1) }
      slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }
    return slots
  }

  /// Numbers by partition instead of by first appearance alone.
  private mutating func sort(_ rowCount: Int, _ partitionCount: Int) {
    starts = [Int32](repeating: 0, count: partitionCount + 1)
    for entry in found { starts[Int(entry.partition) + 1] += 1 }
    for partition in 0..<partitionCount { starts[partition + 1] += starts[partition] }
    var next = starts
    // The last one stands for rows without a key.
    var ranks = [Int64](repeating: Int64(found.count), count: found.count + 1)
    firstRows = [Int32](repeating: 0, count: found.count)
    for (index, entry) in found.enumerated() {
      let rank = next[Int(entry.partition)]
      next[Int(entry.partition)] += 1
      ranks[index] = Int64(rank)
      firstRows[Int(rank)] = entry.row
    }
    let none = found.count
    var output = numbers.mutableSpan
    for row in 0..<rowCount {
      output[row] = ranks[output[row] < 0 ? none : Int(output[row])]
    }
  }
}
