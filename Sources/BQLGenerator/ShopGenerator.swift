/// Generates a shop's event log as a stream of CSV bytes, in time order.
///
/// ```
/// var generator = try ShopGenerator(options: GeneratorOptions(users: 10_000))
/// var block: [UInt8] = []
/// while generator.nextBlock(into: &block) { write(block) }
/// while generator.nextTruthBlock(into: &block) { writeTruth(block) }
/// ```
///
/// The log has the columns of the REES46 logs. Every customer's draws come from streams named by
/// seed, customer and session, so that blocks of any size hold the same bytes and a customer behaves
/// alike whoever else is there, as long as the assortment has the same size.
///
/// - Complexity: O(1) time for a row; memory is 64 bytes a user, the events of one hour, and about
///   10 MB for the largest assortment.
package struct ShopGenerator {
  private let options: GeneratorOptions
  private let blockBytes: Int
  private var customers: [Customer] = []
  private var calendar: EventCalendar
  private var simulator: SessionSimulator
  private var writer: RowWriter

  /// The slot of the calendar to be played next.
  private var nextSlot = 0
  private var visitors: [UInt32] = []
  private var visiting: [Customer] = []
  private var fresh: [ShopEvent] = []
  private var unordered: [ShopEvent] = []
  private var ordered: [ShopEvent] = []
  private var cursor = 0
  private var hasHeader = false
  private var truthCursor = -1

  /// The number of rows written so far, the header not counted.
  package private(set) var rowsWritten = 0

  /// Draws the assortment and all customers.
  ///
  /// - Parameters:
  ///   - options: Size, period and seed.
  ///   - blockBytes: About how many bytes a block has; at least 4,096 are taken.
  /// - Throws: ``GeneratorError`` when no log can be made from the options.
  /// - Complexity: O(*users*) time.
  package init(options: GeneratorOptions, blockBytes: Int = 1 << 20) throws(GeneratorError) {
    try options.validate()
    self.options = options
    let rhythm = WeeklyRhythm(fromDay: options.fromDay)
    let target = Assortment.productTarget(users: options.users)
    let assortment = AssortmentBuilder(seed: options.seed, productTarget: target).build()
    writer = RowWriter(seed: options.seed, fromDay: options.fromDay, assortment: assortment)
    simulator = SessionSimulator(seed: options.seed, rhythm: rhythm, assortment: assortment)
    self.blockBytes = max(blockBytes, 4_096)
    calendar = EventCalendar(days: options.days, customers: options.users)
    customers.reserveCapacity(options.users)
    for index in 0..<options.users {
      let customer = Customer(index: index, options: options, rhythm: rhythm)
      calendar.schedule(customer: UInt32(index), at: customer.nextStart)
      customers.append(customer)
    }
  }

  /// Replaces a block by the next bytes of the log; whole rows only.
  ///
  /// - Parameter block: OUT: header and rows; its storage is used again.
  /// - Returns: `false`, with an empty block, when the log has ended.
  package mutating func nextBlock(into block: inout [UInt8]) -> Bool {
    Self.makeRoom(blockBytes, in: &block)
    var bytes = block.mutableSpan
    var position = 0
    if !hasHeader {
      hasHeader = true
      let header = RowWriter.header
      position = RowWriter.copy(header.span, to: &bytes, at: 0)
    }
    while position + writer.longestRow <= blockBytes {
      if cursor == ordered.count {
        guard playNextSlot() else { break }
        continue
      }
      position = writer.write(ordered[cursor], to: &bytes, at: position)
      cursor += 1
      rowsWritten += 1
    }
    block.removeLast(blockBytes - position)
    return position > 0
  }

  /// Replaces a block by the next bytes of the truth: a CSV with a row for each user.
  ///
  /// If the log has not been taken to its end, its rest is played, and left out, first: who leaves
  /// after an order is known only then.
  ///
  /// - Parameter block: OUT: header and rows; its storage is used again.
  /// - Returns: `false`, with an empty block, when all users have been written.
  package mutating func nextTruthBlock(into block: inout [UInt8]) -> Bool {
    while playNextSlot() { cursor = ordered.count }
    Self.makeRoom(blockBytes, in: &block)
    var bytes = block.mutableSpan
    var position = 0
    if truthCursor < 0 {
      truthCursor = 0
      let header = TruthWriter.header
      position = RowWriter.copy(header.span, to: &bytes, at: 0)
    }
    while truthCursor < customers.count, position + TruthWriter.longestRow <= blockBytes {
      position = TruthWriter.write(
        customers[truthCursor],
        index: UInt32(truthCursor),
        endSecond: options.days * 86_400,
        using: &writer,
        to: &bytes,
        at: position
      )
      truthCursor += 1
    }
    block.removeLast(blockBytes - position)
    return position > 0
  }

  private static func makeRoom(_ count: Int, in block: inout [UInt8]) {
    block.removeAll(keepingCapacity: true)
    block.append(contentsOf: repeatElement(0, count: count))
  }

  /// Plays all sessions that start in the next slot and puts the slot's events in order.
  private mutating func playNextSlot() -> Bool {
    guard nextSlot < calendar.slots else {
      ordered.removeAll()
      cursor = 0
      return false
    }
    let end = EventCalendar.end(ofSlot: nextSlot)
    unordered.removeAll(keepingCapacity: true)
    calendar.takeWaiting(ofSlot: nextSlot, into: &unordered)
    visitors.removeAll(keepingCapacity: true)
    calendar.customers(ofSlot: nextSlot, into: &visitors)
    // Customers are gathered, played and put back: their cache misses then overlap.
    visiting.removeAll(keepingCapacity: true)
    for index in visitors { visiting.append(customers[Int(index)]) }
    for (position, index) in visitors.enumerated() {
      fresh.removeAll(keepingCapacity: true)
      repeat {
        simulator.play(&visiting[position], index: index, into: &fresh)
      } while visiting[position].nextStart < end
      for event in fresh {
        if event.second < end { unordered.append(event) } else { calendar.wait(event) }
      }
      calendar.schedule(customer: index, at: visiting[position].nextStart)
    }
    for (position, index) in visitors.enumerated() {
      customers[Int(index)] = visiting[position]
    }
    orderSlot()
    nextSlot += 1
    cursor = 0
    return true
  }

  /// Sorts the slot's events by second with a stable counting sort.
  private mutating func orderSlot() {
    let begin = nextSlot * EventCalendar.slotSeconds
    ordered.removeAll(keepingCapacity: true)
    guard let any = unordered.first else { return }
    var places = [Int](repeating: 0, count: EventCalendar.slotSeconds + 1)
    for event in unordered { places[Int(event.second) - begin + 1] += 1 }
    for second in 1..<places.count { places[second] += places[second - 1] }
    ordered.append(contentsOf: repeatElement(any, count: unordered.count))
    for event in unordered {
      let second = Int(event.second) - begin
      ordered[places[second]] = event
      places[second] += 1
    }
  }
}
