/// Numbers the cells (group, period) that are met, in the order of their first appearance.
///
/// Without groups a cell is found in an array; with groups, of which there may be as many as
/// products, in a table.
struct CellSlots: Sendable {
  /// Names a cell; group −1 is NULL's, or that of a question without groups.
  struct Cell: Hashable, Sendable {
    var group: Int32
    var period: Int32
  }

  private(set) var cells: [Cell] = []
  private var plain: [Int32]
  private var table: [Cell: Int32] = [:]

  /// Makes slots for periods below `periodCount`.
  init(periodCount: Int, isGrouped: Bool) {
    plain = isGrouped ? [] : [Int32](repeating: -1, count: periodCount)
  }

  var count: Int { cells.count }

  /// Returns the slot of a cell, `count` where it was not met before.
  @inline(__always)
  mutating func slot(_ group: Int32, _ period: Int) -> Int {
    if period < plain.count, plain[period] >= 0 { return Int(plain[period]) }
    return tableSlot(Cell(group: group, period: Int32(truncatingIfNeeded: period)))
  }

  private mutating func tableSlot(_ cell: Cell) -> Int {
    let slot = Int32(truncatingIfNeeded: cells.count)
    if plain.isEmpty {
      if let known = table[cell] { return Int(known) }
      table[cell] = slot
    } else {
      plain[Int(cell.period)] = slot
    }
    cells.append(cell)
    return Int(slot)
  }
}

/// Counts by cell: `width` numbers for each (group, period) that is met.
struct CellCounts: Sendable {
  private(set) var slots: CellSlots
  let width: Int
  private(set) var numbers: [Int] = []

  init(width: Int, periodCount: Int, isGrouped: Bool) {
    self.width = width
    slots = CellSlots(periodCount: periodCount, isGrouped: isGrouped)
  }

  /// Adds `amount` to number `index` of a cell.
  @inline(__always)
  mutating func add(_ amount: Int, _ group: Int32, _ period: Int, _ index: Int) {
    let slot = slots.slot(group, period)
    if (slot + 1) * width > numbers.count {
      numbers += [Int](repeating: 0, count: (slot + 1) * width - numbers.count)
    }
    numbers[slot * width + index] += amount
  }

  /// Adds the numbers of `other`.
  mutating func combine(_ other: CellCounts) {
    for (slot, cell) in other.slots.cells.enumerated() {
      for index in 0..<width where other.numbers[slot * width + index] != 0 {
        add(other.numbers[slot * width + index], cell.group, Int(cell.period), index)
      }
    }
  }

  /// The slots of each group.
  var slotsByGroup: [Int32: [Int]] {
    var found: [Int32: [Int]] = [:]
    for (slot, cell) in slots.cells.enumerated() { found[cell.group, default: []].append(slot) }
    return found
  }

  /// Returns the numbers of a group's slots, period by period; cells that were not met hold
  /// zeros.
  func numbers(of slots: [Int], _ periodCount: Int) -> [Int] {
    var found = [Int](repeating: 0, count: periodCount * width)
    for slot in slots {
      let period = Int(self.slots.cells[slot].period)
      for index in 0..<width { found[period * width + index] = numbers[slot * width + index] }
    }
    return found
  }
}
