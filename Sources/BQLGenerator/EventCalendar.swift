/// Keeps customers and events in time order: one list for every hour of the log.
///
/// This is a calendar queue with fixed slots. A customer stands in the list of the hour in which its
/// next session starts; events that a session leaves for later hours wait in a pool. Scheduling is
/// O(1) and nothing is compared, where a heap of millions would miss the cache at each level.
///
/// Source: R. Brown, *CACM* 31(10), 1988, doi:10.1145/63039.63045.
struct EventCalendar {
  static let slotSeconds = 3_600
  /// Ends a list.
  private static let none = UInt32.max

  /// Links waiting events of a slot, oldest first.
  private struct Waiting {
    let event: ShopEvent
    var next: UInt32
  }

  let slots: Int
  private var firstCustomer: [UInt32]
  /// For each customer the next one in the list of its slot.
  private var nextCustomer: [UInt32]
  private var firstWaiting: [UInt32]
  private var lastWaiting: [UInt32]
  private var pool: [Waiting] = []
  private var firstFree = none

  init(days: Int, customers: Int) {
    slots = days * 86_400 / Self.slotSeconds
    firstCustomer = Array(repeating: Self.none, count: slots)
    nextCustomer = Array(repeating: Self.none, count: customers)
    firstWaiting = firstCustomer
    lastWaiting = firstCustomer
  }

  /// Gives the first second after a slot.
  static func end(ofSlot slot: Int) -> Int32 { Int32((slot + 1) * slotSeconds) }

  /// Puts a customer into the slot of its next session; one beyond the log is forgotten.
  mutating func schedule(customer: UInt32, at second: Int32) {
    let slot = Int(second) / Self.slotSeconds
    guard slot < slots else { return }
    nextCustomer[Int(customer)] = firstCustomer[slot]
    firstCustomer[slot] = customer
  }

  /// Lists the customers of a slot, the last one scheduled first.
  func customers(ofSlot slot: Int, into indices: inout [UInt32]) {
    var index = firstCustomer[slot]
    while index != Self.none {
      indices.append(index)
      index = nextCustomer[Int(index)]
    }
  }

  /// Keeps an event for its slot; one beyond the log is forgotten.
  mutating func wait(_ event: ShopEvent) {
    let slot = Int(event.second) / Self.slotSeconds
    guard slot < slots else { return }
    let entry = Waiting(event: event, next: Self.none)
    var place = firstFree
    if place == Self.none {
      place = UInt32(pool.count)
      pool.append(entry)
    } else {
      firstFree = pool[Int(place)].next
      pool[Int(place)] = entry
    }
    if firstWaiting[slot] == Self.none {
      firstWaiting[slot] = place
    } else {
      pool[Int(lastWaiting[slot])].next = place
    }
    lastWaiting[slot] = place
  }

  /// Moves the waiting events of a slot to the end of `events`, in the order they came.
  mutating func takeWaiting(ofSlot slot: Int, into events: inout [ShopEvent]) {
    var place = firstWaiting[slot]
    while place != Self.none {
      let entry = pool[Int(place)]
      events.append(entry.event)
      pool[Int(place)].next = firstFree
      firstFree = place
      place = entry.next
    }
    firstWaiting[slot] = Self.none
  }
}
