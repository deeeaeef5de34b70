import BQLColumnar
import BQLPlanning

/// Adds up sessions by the group of their first rows.
struct SessionSummary: Sendable {
  /// Holds what is counted of one group.
  struct Group: Sendable {
    var sessions = 0
    var users = 0
    var events = 0
    /// Sessions of one event.
    var bounces = 0
    /// Of sessions of several events.
    var durations = DurationList()
    var totalDuration: Int128 = 0
    /// Sessions with a purchase.
    var converted = 0
    var value = MoneySum()
    /// The last user that was counted, in the morsel at hand.
    fileprivate var lastUser: Int32 = -1

    /// The cells of a row; `valueType` is that of the log's money, nil where it has none.
    func cells(_ valueType: DataType?) -> [Value] {
      func rate(_ part: Int) -> Value {
        sessions == 0 ? .null : .float(Double(part) / Double(sessions))
      }
      let median = durations.quantiles(at: [0.5])[0]
      let count = Int128(durations.count)
      let mean =
        count == 0 ? nil : Int64(clamping: (2 * totalDuration + count) / (2 * count))
      var cells: [Value] = [
        .int(Int64(sessions)), .int(Int64(users)), .int(Int64(events)), .int(Int64(bounces)),
        rate(bounces), median.map { .interval($0) } ?? .null, mean.map { .interval($0) } ?? .null,
        .int(Int64(converted)), rate(converted),
      ]
      if let valueType {
        let perSession = sessions == 0 ? nil : (value.money ?? 0) / Double(sessions)
        cells += [value.value(valueType), perSession.map { .float($0) } ?? .null]
      }
      return cells
    }
  }

  private(set) var groups: [Group] = []
  private(set) var slots = GroupSlots()
  /// What the groups' codes stand for, where each morsel numbers its own.
  var keys: GroupTable?

  init(keys: GroupTable?) {
    self.keys = keys
  }

  /// Adds the sessions of a morsel; `codes` holds the group of each, and nothing without groups.
  mutating func add(_ measures: SessionMeasures, _ codes: [Int32], hasMoney: Bool) {
    let users = measures.sessions.users(measures.offsets)
    let events = measures.sessions.eventCounts
    let durations = measures.durations
    let purchases = measures.counts(SessionsPlan.counted.count - 1)
    let sums = hasMoney ? measures.purchaseSums : []
    for session in users.indices {
      let slot = slot(codes.isEmpty ? -1 : codes[session])
      groups[slot].sessions += 1
      groups[slot].events += Int(events[session])
      if events[session] == 1 {
        groups[slot].bounces += 1
      } else {
        groups[slot].durations.append(UInt64(bitPattern: durations[session]), scale: 1)
        groups[slot].totalDuration += Int128(durations[session])
      }
      if purchases[session] > 0 {
        groups[slot].converted += 1
        if hasMoney { groups[slot].value += sums[session] }
      }
      if groups[slot].lastUser != users[session] {
        groups[slot].lastUser = users[session]
        groups[slot].users += 1
      }
    }
  }

  /// Adds what `other` holds, whose morsels come behind this one's.
  mutating func combine(_ other: SessionSummary) {
    var codes: [Int32]?
    if let otherKeys = other.keys {
      var own = keys ?? otherKeys
      codes = own.groups(for: otherKeys.keyColumns(), count: otherKeys.count)
      keys = own
    }
    for (from, code) in other.slots.groups.enumerated() {
      let slot = slot(codes?[Int(code)] ?? code)
      let more = other.groups[from]
      groups[slot].sessions += more.sessions
      groups[slot].users += more.users
      groups[slot].events += more.events
      groups[slot].bounces += more.bounces
      groups[slot].durations.append(contentsOf: more.durations)
      groups[slot].totalDuration += more.totalDuration
      groups[slot].converted += more.converted
      groups[slot].value += more.value
    }
  }

  private mutating func slot(_ group: Int32) -> Int {
    let slot = slots.slot(of: group)
    if slot == groups.count { groups.append(Group()) }
    return slot
  }
}
