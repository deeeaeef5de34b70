import BQLColumnar
import BQLOutput
import Testing

/// Reads back what the CSV writer wrote, with a slow and obvious reader of RFC 4180.
@Suite struct CSVRoundTripTests {
  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func everyTextComesBack(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let alphabet = Array(",\"\n\r \tab'\\é日🙂;|").map(String.init)
    let columnCount = 1 + Int(random.next() % 4)
    let rows: [[String?]] = (0..<Int(random.next() % 200)).map { _ in
      (0..<columnCount).map { _ in
        if random.next() % 8 == 0 { return nil }
        let length = Int(random.next() % 6)
        return (0..<length)
          .map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }.joined()
      }
    }
    let schema = Schema((0..<columnCount).map { Field("column \($0)", .text) })
    let relation = Relation(
      schema: schema,
      rows: rows.map { $0.map { $0.map { .text($0) } ?? .null } }
    )
    let records = Self.records(Array(try CSVFormat().text(relation).utf8))
    #expect(records.count == rows.count + 1, "seed \(seed)")
    for (record, row) in zip(records.dropFirst(), rows) {
      // The lone NULL of a one-column result is written as the empty text, by design.
      let expected = columnCount == 1 && row == [nil] ? [""] : row
      #expect(record == expected, "seed \(seed)")
    }
  }

  /// Returns the records; an empty field without quotes is nil.
  private static func records(_ bytes: [UInt8]) -> [[String?]] {
    var records: [[String?]] = []
    var record: [String?] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuoted = false
    var index = 0
    func text() -> String? {
      field.isEmpty && !wasQuoted ? nil : String(decoding: field, as: UTF8.self)
    }
    while index < bytes.count {
      let byte = bytes[index]
      if isQuoted {
        if byte == UInt8(ascii: "\"") {
          if index + 1 < bytes.count, bytes[index + 1] == byte {
            field.append(byte)
            index += 1
          } else {
            isQuoted = false
          }
        } else {
          field.append(byte)
        }
      } else if byte == UInt8(ascii: "\"") {
        isQuoted = true
        wasQuoted = true
      } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") {
        record.append(text())
        field = []
        wasQuoted = false
        if byte == UInt8(ascii: "\n") {
          records.append(record)
          record = []
        }
      } else {
        field.append(byte)
      }
      index += 1
    }
    return records
  }
}

/// Draws the same numbers for the same seed (Steele, Lea & Flood, OOPSLA 2014).
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
