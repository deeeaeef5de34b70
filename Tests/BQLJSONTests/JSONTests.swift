import BQLJSON
import BQLTestSupport
import Testing

@Suite struct JSONReaderTests {
  private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)) }

  private func error(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONReader.read(bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test func scalars() throws {
    #expect(try read(" null ") == .null)
    #expect(try read("true") == .bool(true))
    #expect(try read("false") == .bool(false))
    #expect(try read("\"\"") == .string(""))
  }

  @Test func integersStayExact() throws {
    #expect(try read("9223372036854775807") == .int(.max))
    #expect(try read("-9223372036854775808") == .int(.min))
    #expect(try read("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(try read("0") == .int(0))
    #expect(try read("1.0") == .number(1))
    #expect(try read("1e2") == .number(100))
    #expect(try read("-2.5E-1") == .number(-0.25))
    guard case .number(let zero) = try read("-0") else {
      Issue.record("-0 lost its sign")
      return
    }
    #expect(zero.sign == .minus)
  }

  @Test func stringsAndEscapes() throws {
    let text = #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00 名""#
    #expect(try read(text) == .string("\"\\/\u{8}\u{C}\n\r\té😀 名"))
    #expect(try read(#""\u0000""#) == .string("\0"))
  }

  @Test func nestedValuesKeepTheirOrder() throws {
    let value = try read(#"{"b": [1, {"x": null}], "a": {}, "b": 2}"#)
    #expect(
      value
        == .object([
          JSONMember("b", .array([.int(1), .object([JSONMember("x", .null)])])),
          JSONMember("a", .object([])), JSONMember("b", .int(2)),
        ])
    )
    #expect(value["b"]?.elements?.count == 2)
    #expect(value["c"] == nil)
    #expect(value["a"]?.members == [])
  }

  @Test(arguments: [
    ("", JSONError.Reason.unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
    ("[1", .unexpectedEnd, 2), ("{\"a\"", .unexpectedEnd, 4), ("\"a", .unexpectedEnd, 2),
    ("tru", .unexpectedEnd, 3), ("trux", .unexpectedByte, 3), ("[1,]", .unexpectedByte, 3),
    ("{,}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5), ("[1 2]", .unexpectedByte, 3),
    ("{\"a\":1,}", .unexpectedByte, 7), ("NaN", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0),
    ("1 2", .trailingBytes, 2), ("[] x", .trailingBytes, 3), ("01", .badNumber, 0),
    ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1.x", .badNumber, 2),
    ("1e+", .unexpectedEnd, 3), (".5", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
    ("1e999", .numberTooLarge, 0), ("\"\\x\"", .badEscape, 1), ("\"\\u12g4\"", .badEscape, 5),
    ("\"\\uD800\"", .badEscape, 1), ("\"\\uDC00\"", .badEscape, 1),
    ("\"\\uD800\\u0041\"", .badEscape, 1), ("\"a\u{1}\"", .controlCharacter, 2),
    ("/* a */ 1", .unexpectedByte, 0), ("\u{FEFF}1", .unexpectedByte, 0),
  ])
  func errors(_ text: String, reason: JSONError.Reason, offset: Int) {
    #expect(error(Array(text.utf8)) == JSONError(reason, at: offset))
  }

  @Test func badUTF8IsRefused() {
    #expect(error([0x22, 0xFF, 0x22]) == JSONError(.badUTF8, at: 0))
    #expect(error([0x22, 0xED, 0xA0, 0x80, 0x22]) == JSONError(.badUTF8, at: 0))
  }

  @Test func depthIsBounded() throws {
    let open = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(error(open) == JSONError(.tooDeep, at: JSONReader.depthLimit))
    let text = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
    _ = try read(text)
    #expect(throws: JSONError(.tooDeep, at: 1)) {
      try JSONReader.read(Array("[[]]".utf8), depthLimit: 1)
    }
    // Depth is given back: many neighbours are no nesting.
    _ = try JSONReader.read(Array("[[],[],{\"a\":[]},[]]".utf8), depthLimit: 3)
  }

  @Test func anyBytesAreSafe() {
    let alphabet = Array("{}[]\",:\\u0123tfn-+.eE \n".utf8) + [0x00, 0x80, 0xC3, 0xFF]
    for seed in 0..<5000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let count = Int.random(in: 0...30, using: &random)
      let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      if let error = error(bytes) {
        #expect(0 <= error.offset && error.offset <= count, "seed \(seed)")
      }
    }
  }
}

@Suite struct JSONWriterTests {
  private func text(_ value: JSONValue) -> String {
    var writer = JSONWriter()
    writer.value(value)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test func values() {
    #expect(
      text(
        .object([
          JSONMember("a", .array([.null, .bool(true), .bool(false), .int(-5), .number(0.1)])),
          JSONMember("b", .object([])), JSONMember("c", .array([])), JSONMember("d", .string("e")),
        ])
      ) == #"{"a":[null,true,false,-5,0.1],"b":{},"c":[],"d":"e"}"#
    )
  }

  @Test func escapes() {
    #expect(text(.string("\"\\/\u{8}\n\r\t\u{1}\u{1F}é名")) == #""\"\\/\u0008\n\r\t\u0001\u001fé名""#)
  }

  @Test func nonFiniteNumbersAreNull() {
    #expect(
      text(.array([.number(.nan), .number(.infinity), .number(-.infinity)])) == "[null,null,null]"
    )
  }

  @Test func linesAreDocuments() {
    var writer = JSONWriter()
    for number in 0..<2 {
      writer.beginObject()
      writer.name("n")
      writer.int(number)
      writer.endObject()
      writer.endLine()
    }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"n\":0}\n{\"n\":1}\n")
  }

  @Test func doublesReadBackAsThemselves() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      var bytes: [UInt8] = []
      JSONWriter.append(value, to: &bytes)
      #expect(try JSONReader.read(bytes).double?.bitPattern == value.bitPattern)
    }
  }

  @Test func randomValuesReadBackAsThemselves() throws {
    for seed in 0..<1000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let value = Self.value(4, &random)
      var writer = JSONWriter()
      writer.value(value)
      #expect(try JSONReader.read(writer.bytes) == value, "seed \(seed)")
    }
  }

  private static func value(_ depth: Int, _ random: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2: .int(Int64(bitPattern: random.next()))
    case 3: .number(Double.random(in: -1e9...1e9, using: &random))
    case 4, 5: .string(["", "a\"\\", "é\u{0}\u{7F}", "名\n"].randomElement(using: &random) ?? "")
    case 6:
      .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth - 1, &random) })
    default:
      .object(
        (0..<Int.random(in: 0...3, using: &random)).map {
          JSONMember("k\($0)", value(depth - 1, &random))
        }
      )
    }
  }
}
