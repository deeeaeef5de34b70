/// Numbers groups in the order of their first appearance.
struct GroupSlots: Sendable {
  /// Codes below this are looked up in an array, which grows with the largest code met; the
  /// others, of funnels by something like a product, in a table.
  private static let arrayCount = 1 << 16

  /// The group of each slot.
  private(set) var groups: [Int32] = []
  /// The slot of each code, NULL's (−1) first; −1 for one that was not met.
  private var slots: [Int32] = []
  private var table: [Int32: Int32] = [:]

  /// Returns the slot of a group, a new one where it was not met before.
  @inline(__always)
  mutating func slot(of group: Int32) -> Int {
    let index = Int(group) + 1
    if index < slots.count, slots[index] >= 0 { return Int(slots[index]) }
    return newSlot(of: group)
  }

  private mutating func newSlot(of group: Int32) -> Int {
    let index = Int(group) + 1
    let slot = Int32(truncatingIfNeeded: groups.count)
    if index < Self.arrayCount {
      if index >= slots.count {
        let count = min(max(index + 1, 2 * slots.count, 64), Self.arrayCount)
        slots += [Int32](repeating: -1, count: count - slots.count)
      }
      slots[index] = slot
    } else {
      if let slot = table[group] { return Int(slot) }
      table[group] = slot
    }
    groups.append(group)
    return Int(slot)
  }

  /// Forgets the slots; `groups` remain.
  mutating func close() {
    slots = []
    table = [:]
  }
}
