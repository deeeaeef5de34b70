package import BQLColumnar

/// Reads a compiled time zone: TZif of the versions 1 to 4.
///
/// Of version 2 on the second block, of 64-bit times, is read, and the rule behind it for the times
/// after its last change. Nothing of the bytes is trusted: a count, an index or an order that does
/// not fit is an error.
///
/// Source: A. Olson, P. Eggert, K. Murchison, "The Time Zone Information Format (TZif)", RFC 9636.
package enum TZifFile {
  private struct Header {
    var version: UInt8
    var utcMarks: Int
    var standardMarks: Int
    var leaps: Int
    var times: Int
    var types: Int
    var characters: Int

    /// The bytes of the block behind the header.
    func size(timeSize: Int) -> Int {
      times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standardMarks
        + utcMarks
    }
  }

  private static let headerSize = 44
  /// The largest file that is looked at; those of the system have some kilobytes.
  package static let sizeLimit = 1 << 20

  /// Makes the zone that `bytes` describe.
  package static func read(
    _ bytes: [UInt8],
    named name: String
  ) throws(TimeZoneError) -> TimeZone {
    func damaged(_ what: String) -> TimeZoneError { .damaged(name, what) }
    guard bytes.count <= sizeLimit else { throw damaged("it is larger than a time zone") }
    guard let first = header(bytes, at: 0) else { throw damaged("it has no TZif header") }
    var header = first
    var start = headerSize
    var timeSize = 4
    if first.version >= UInt8(ascii: "2") {
      let second = headerSize + first.size(timeSize: 4)
      guard let found = self.header(bytes, at: second) else {
        throw damaged("its second block is missing")
      }
      header = found
      start = second + headerSize
      timeSize = 8
    }
    let end = start + header.size(timeSize: timeSize)
    guard end <= bytes.count else { throw damaged("it is cut short") }
    guard header.types >= 1, header.types <= 256, header.characters >= 1 else {
      throw damaged("it has no offset")
    }
    if header.leaps > 0 { throw damaged("it counts leap seconds, which no log does") }
    let indexStart = start + header.times * timeSize
    let typeStart = indexStart + header.times
    let names = bytes[(typeStart + header.types * 6)...].prefix(header.characters)
    var types: [(offset: Int32, abbreviation: String)] = []
    for index in 0..<header.types {
      let place = typeStart + index * 6
      let offset = Int32(truncatingIfNeeded: integer(bytes, place, 4))
      let nameIndex = Int(bytes[place + 5])
      guard abs(Int(offset)) <= 26 * 3_600, nameIndex < header.characters else {
        throw damaged("offset \(index + 1) is out of range")
      }
      let letters = names[(names.startIndex + nameIndex)...].prefix { $0 != 0 }
      types.append((offset, String(decoding: letters, as: UTF8.self)))
    }
    var stretches = [stretch(.min, types[0])]
    var previous = Int64.min
    for index in 0..<header.times {
      let second = integer(bytes, start + index * timeSize, timeSize)
      guard index == 0 || second > previous else { throw damaged("its changes are out of order") }
      previous = second
      let type = Int(bytes[indexStart + index])
      guard type < types.count else { throw damaged("change \(index + 1) has no offset") }
      append(stretch(second, types[type]), to: &stretches)
    }
    if timeSize == 8 {
      let footer = bytes[end...]
      guard footer.first == 10, let last = footer.dropFirst().firstIndex(of: 10) else {
        throw damaged("its rule for later years is missing")
      }
      let text = String(decoding: footer[(footer.startIndex + 1)..<last], as: UTF8.self)
      if !text.isEmpty {
        guard let rule = PosixTimeZone(text) else { throw damaged("its rule is none: '\(text)'") }
        rule.extend(&stretches, after: previous)
      }
    }
    return TimeZone(name: name, stretches: stretches)
  }

  /// Adds a change; one before the first year moves the beginning.
  static func append(_ stretch: TimeZone.Stretch, to stretches: inout [TimeZone.Stretch]) {
    guard stretch.start >= TimeLimits.timestamps.lowerBound else {
      stretches = [
        TimeZone.Stretch(start: .min, offset: stretch.offset, abbreviation: stretch.abbreviation)
      ]
      return
    }
    guard stretch.start <= TimeLimits.timestamps.upperBound + Microseconds.perWeek else { return }
    stretches.append(stretch)
  }

  private static func stretch(
    _ second: Int64,
    _ type: (offset: Int32, abbreviation: String)
  ) -> TimeZone.Stretch {
    let (start, overflow) = second.multipliedReportingOverflow(by: Microseconds.perSecond)
    return TimeZone.Stretch(
      start: overflow ? (second < 0 ? .min : .max) : start,
      offset: type.offset,
      abbreviation: type.abbreviation
    )
  }

  private static func header(_ bytes: [UInt8], at start: Int) -> Header? {
    guard start + headerSize <= bytes.count,
      bytes[start..<start + 4].elementsEqual("TZif".utf8)
    else { return nil }
    let counts = (0..<6).map { integer(bytes, start + 20 + $0 * 4, 4) }
    // More than the largest file has bytes fits nothing.
    guard counts.allSatisfy({ $0 >= 0 && $0 <= sizeLimit }) else { return nil }
    return Header(
      version: bytes[start + 4],
      utcMarks: Int(counts[0]),
      standardMarks: Int(counts[1]),
      leaps: Int(counts[2]),
      times: Int(counts[3]),
      types: Int(counts[4]),
      characters: Int(counts[5])
    )
  }

  /// Reads a signed number of `size` bytes, the highest first.
  private static func integer(_ bytes: [UInt8], _ start: Int, _ size: Int) -> Int64 {
    var value: UInt64 = bytes[start] >= 0x80 ? .max : 0
    for byte in bytes[start..<start + size] { value = value << 8 | UInt64(byte) }
    return Int64(bitPattern: value)
  }
}
