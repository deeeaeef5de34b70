import CDelimiterScan
import Testing

@Suite struct DelimiterScanTests {
  @Test func agreesWithItsTwinsAndAPlainLoop() {
    var state: UInt64 = 7
    for count in [0, 1, 7, 8, 63, 64, 65, 127, 128, 500] {
      for (withQuotes, offset) in [(UInt8(0), UInt32(0)), (1, 1_000)] {
        let text = (0..<count + 64).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return [44, 10, 34, 120, 13, 0, 172, 138][Int(state >> 61)] as UInt8
        }
        let wanted = (0..<count).filter {
          text[$0] == 44 || text[$0] == 10 || withQuotes == 1 && text[$0] == 34
        }
        let request = bql_scan_request(
          delimiter: 44,
          quote: 34,
          with_quotes: withQuotes,
          columns: 3,
          offset: offset
        )
        for width in ["widest", "avx2", "narrow", "portable"] {
          var positions = [UInt32](repeating: 0, count: count + 16)
          // The text has 64 bytes and the positions 16 numbers to spare, as the scan asks.
          let counts =
            unsafe width == "widest"
            ? bql_scan_delimiters(text, count, request, &positions)
            : width == "avx2"
              ? bql_scan_delimiters_avx2(text, count, request, &positions)
              : width == "narrow"
                ? bql_scan_delimiters_narrow(text, count, request, &positions)
                : bql_scan_delimiters_portable(text, count, request, &positions)
          #expect(
            positions.prefix(Int(counts.positions)).map { Int($0) - Int(offset) } == wanted
          )
          #expect(Int(counts.newlines) == wanted.count { text[$0] == 10 })
          #expect(Int(counts.quotes) == (0..<count).count { text[$0] == 34 })
        }
      }
    }
  }

  @Test(
    arguments: [
      ("a,b\nc,d\n", true), ("a,b\nc,d,e\n", false), ("a\nb,c,d\n", false), ("\na,b\n", false),
      (String(repeating: "1234567,89\n", count: 30), true),
      (String(repeating: "1234567,89\n", count: 30) + "x\n,,\n", false),
    ]
  )
  func tellsWhetherRowsAreRegular(text: String, isRegular: Bool) {
    let bytes = Array(text.utf8) + [UInt8](repeating: 10, count: 64)
    let request = bql_scan_request(delimiter: 44, quote: 34, with_quotes: 0, columns: 2, offset: 0)
    var positions = [UInt32](repeating: 0, count: text.utf8.count + 16)
    let counts = unsafe bql_scan_delimiters(bytes, text.utf8.count, request, &positions)
    #expect((counts.irregular == 0) == isRegular)
  }
}
