/// Reads civil times fast where they look like the row before: the same length, day and zone.
struct TimeCache {
  private var dayText: UInt64 = 0
  private var monthText: UInt64 = 0
  private var daySeconds: Int64 = 0
  private var tailText: UInt64 = 0
  private var length = 0
  private var isCivil: Bool
  /// Says whether values are in seconds; times with fractions need microseconds.
  var isInSeconds = true
  /// Says that values are in seconds and a time was met that is no whole second.
  private(set) var needsMicros = false

  let format: TimeFormat

  init(_ format: TimeFormat) {
    self.format = format
    if case .civil = format { isCivil = true } else { isCivil = false }
  }

  /// Returns what ``TimeText/micros(_:_:_:_:)`` does, or whole seconds.
  @inline(__always)
  mutating func value(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    // 2019-10-01 00:00:00 UTC
    // |date    ||clock ||tail (at most 8 bytes; none of them is a fraction)
    if end - start == length, text.word(start) == monthText,
      text.word(start + 3) == dayText, tail(text, start, end) == tailText,
      let seconds = clockSeconds(text.word(start + 11))
    {
      let value = daySeconds &+ seconds
      return isInSeconds ? value : value &* TimeText.microsPerSecond
    }
    return slow(text, start, end)
  }

  @inline(__always)
  private func tail(_ text: TextView, _ start: Int, _ end: Int) -> UInt64 {
    let count = end - start - 19
    return count > 0 ? text.word(start + 19) & (UInt64.max >> UInt64(64 - 8 * count)) : 0
  }

  /// The seconds that `00:00:00` spells; nil for anything else.
  @inline(__always)
  private func clockSeconds(_ word: UInt64) -> Int64? {
    let digits = word ^ 0x3030_3A30_303A_3030
    // Colons and the high halves of digits must vanish; then each digit has its limit.
    guard digits & 0xF0F0_FFF0_F0FF_F0F0 == 0,
      (digits &+ 0x0606_0006_0600_0606) & 0xF0F0_00F0_F000_F0F0 == 0
    else { return nil }
    let pairs = digits &* 10 &+ digits >> 8
    let hours = Int64(pairs & 0xFF)
    let minutes = Int64(pairs >> 24 & 0xFF)
    let seconds = Int64(pairs >> 48 & 0xFF)
    guard hours < 24, minutes < 60, seconds < 60 else { return nil }
    return hours &* 3_600 &+ minutes &* 60 &+ seconds
  }

  private mutating func slow(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    guard let micros = TimeText.micros(text, start, end, format) else { return nil }
    let (wholeSeconds, fraction) = micros.quotientAndRemainder(
      dividingBy: TimeText.microsPerSecond
    )
    if fraction != 0, isInSeconds { needsMicros = true }
    let value = isInSeconds ? wholeSeconds : micros
    let tailCount = end - start - 19
    guard isCivil, (0...8).contains(tailCount), fraction == 0,
      tailCount == 0 || text[start + 19] != UInt8(ascii: "."),
      let seconds = clockSeconds(text.word(start + 11))
    else { return value }
    length = end - start
    monthText = text.word(start)
    dayText = text.word(start + 3)
    tailText = tail(text, start, end)
    daySeconds = wholeSeconds - seconds
    return value
  }
}
