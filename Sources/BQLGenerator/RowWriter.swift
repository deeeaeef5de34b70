import BQLColumnar

/// Writes rows as bytes at a position of a block; no text is built on the way.
///
/// The block must have room: ``longestRow`` bytes for a row.
struct RowWriter {
  static let header = Array(
    ("event_time,event_type,product_id,category_id,category_code,brand,price,user_id,"
      + "user_session\n").utf8
  )

  private static let kinds: [[UInt8]] = [",view", ",cart", ",remove_from_cart", ",purchase"]
    .map { Array($0.utf8) }

  private let seed: UInt64
  private let fromDay: Int
  private let assortment: Assortment
  let longestRow: Int
  /// The second that `time` shows.
  private var timeSecond: Int32 = -1
  private var timeDay = -1
  private var time = Array("0000-00-00 00:00:00 UTC".utf8)

  init(seed: UInt64, fromDay: Int, assortment: Assortment) {
    self.seed = seed
    self.fromDay = fromDay
    self.assortment = assortment
    // Time, kind, prefix, price with its comma, user with its comma, session, line feed.
    longestRow = 23 + 17 + assortment.longestPrefix + 14 + 10 + 36 + 1
  }

  /// Writes a row and returns the position after it.
  mutating func write(
    _ event: ShopEvent,
    to bytes: inout MutableSpan<UInt8>,
    at start: Int
  ) -> Int {
    var position = writeTime(event.second, to: &bytes, at: start)
    let kind = Self.kinds[Int(event.kind.rawValue)]
    position = Self.copy(kind.span, to: &bytes, at: position)
    let product = assortment.products[Int(event.product)]
    let prefixStart = Int(product.prefixStart)
    let prefix = assortment.rowPrefixes.span.extracting(
      prefixStart..<prefixStart + Int(product.prefixCount)
    )
    position = Self.copy(prefix, to: &bytes, at: position)
    position = Self.writeDecimal(UInt64(event.cents), places: 2, to: &bytes, at: position)
    bytes[position] = UInt8(ascii: ",")
    position = Self.writeInteger(
      UInt64(UserIdentity.number(ofCustomer: event.customer)),
      to: &bytes,
      at: position + 1
    )
    bytes[position] = UInt8(ascii: ",")
    position = writeSession(event, to: &bytes, at: position + 1)
    bytes[position] = UInt8(ascii: "\n")
    return position + 1
  }

  /// Writes a time such as `2019-10-01 00:00:00 UTC`.
  mutating func writeTime(
    _ second: Int32,
    to bytes: inout MutableSpan<UInt8>,
    at position: Int
  ) -> Int {
    if second != timeSecond { showTime(Int(second)) }
    return Self.copy(time.span, to: &bytes, at: position)
  }

  /// Writes the session's id, shaped like a random UUID (RFC 9562, version 4).
  private func writeSession(
    _ event: ShopEvent,
    to bytes: inout MutableSpan<UInt8>,
    at start: Int
  ) -> Int {
    let (high, low) = UserIdentity.session(seed: seed, event.customer, event.session)
    let first = Self.hexDigits(of: UInt32(truncatingIfNeeded: high >> 32))
    let second = Self.hexDigits(of: UInt32(truncatingIfNeeded: high))
    let third = Self.hexDigits(of: UInt32(truncatingIfNeeded: low >> 32))
    let fourth = Self.hexDigits(of: UInt32(truncatingIfNeeded: low))
    Self.store(first, count: 8, to: &bytes, at: start)
    bytes[start + 8] = UInt8(ascii: "-")
    Self.store(second, count: 4, to: &bytes, at: start + 9)
    bytes[start + 13] = UInt8(ascii: "-")
    Self.store(second >> 32, count: 4, to: &bytes, at: start + 14)
    bytes[start + 18] = UInt8(ascii: "-")
    Self.store(third, count: 4, to: &bytes, at: start + 19)
    bytes[start + 23] = UInt8(ascii: "-")
    Self.store(third >> 32, count: 4, to: &bytes, at: start + 24)
    Self.store(fourth, count: 8, to: &bytes, at: start + 28)
    return start + 36
  }

  /// Spreads 32 bits to eight lower-case hexadecimal digits; the first digit is the lowest byte.
  private static func hexDigits(of word: UInt32) -> UInt64 {
    var nibbles = UInt64(word)
    nibbles = (nibbles << 16 | nibbles) & 0x0000_FFFF_0000_FFFF
    nibbles = (nibbles << 8 | nibbles) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles << 4 | nibbles) & 0x0F0F_0F0F_0F0F_0F0F
    // 1 in each byte that needs a letter; "a" is 0x27 further than the digits go on.
    let letters = ((nibbles &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).byteSwapped
  }

  /// Stores the lowest bytes of a word, the lowest one first.
  private static func store(
    _ word: UInt64,
    count: Int,
    to bytes: inout MutableSpan<UInt8>,
    at start: Int
  ) {
    for index in 0..<count {
      bytes[start + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
    }
  }

  private mutating func showTime(_ second: Int) {
    let day = second / 86_400
    if day != timeDay {
      timeDay = day
      let date = CivilDate(daysSince1970: fromDay + day)
      setPair(0, date.year / 100)
      setPair(2, date.year % 100)
      setPair(5, date.month)
      setPair(8, date.day)
    }
    let inDay = second % 86_400
    setPair(11, inDay / 3_600)
    setPair(14, inDay / 60 % 60)
    setPair(17, inDay % 60)
    timeSecond = Int32(second)
  }

  private mutating func setPair(_ position: Int, _ value: Int) {
    time[position] = UInt8(ascii: "0") + UInt8(value / 10)
    time[position + 1] = UInt8(ascii: "0") + UInt8(value % 10)
  }

  /// Copies bytes and returns the position after them.
  static func copy(
    _ source: Span<UInt8>,
    to bytes: inout MutableSpan<UInt8>,
    at start: Int
  ) -> Int {
    let end = start + source.count
    precondition(start >= 0 && end <= bytes.count, "a row exceeds its block")
    // Unsafe, since spans have no bulk copy yet and half of the log's bytes pass here; the line above
    // keeps the copy inside the block.
    unsafe bytes.withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { unsafe target[start..<end].copyBytes(from: $0) }
    }
    return end
  }

  /// Writes digits without leading zeros and returns the position after them.
  static func writeInteger(
    _ value: UInt64,
    to bytes: inout MutableSpan<UInt8>,
    at start: Int
  ) -> Int {
    var count = 1
    var power: UInt64 = 10
    while value >= power {
      count += 1
      power &*= 10
    }
    var rest = value
    for index in stride(from: start + count - 1, through: start, by: -1) {
      bytes[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    return start + count
  }

  /// Writes `value / 10^places` with exactly `places` decimals.
  static func writeDecimal(
    _ value: UInt64,
    places: Int,
    to bytes: inout MutableSpan<UInt8>,
    at start: Int
  ) -> Int {
    var scale: UInt64 = 1
    for _ in 0..<places { scale *= 10 }
    var position = writeInteger(value / scale, to: &bytes, at: start)
    bytes[position] = UInt8(ascii: ".")
    // A leading one keeps the zeros after the point; the point then takes its place.
    position = writeInteger(scale + value % scale, to: &bytes, at: position)
    bytes[position - places - 1] = UInt8(ascii: ".")
    return position
  }
}
