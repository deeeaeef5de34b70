import CDelimiterScan
import Testing

@Suite struct DelimiterScanTests {
  @Test func agreesWithThePortableTwinAndAPlainLoop() {
    var state: UInt64 = 7
    for count in [0, 1, 7, 8, 63, 64, 65, 127, 128, 500] {
      for withQuotes in [Int32(0), 1] {
        let text = (0..<count + 64).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return [44, 10, 34, 120, 13, 0, 172, 138][Int(state >> 61)] as UInt8
        }
        let wanted = (0..<count).filter {
          text[$0] == 44 || text[$0] == 10 || withQuotes == 1 && text[$0] == 34
        }
        for isPortable in [false, true] {
          var positions = [UInt32](repeating: 0, count: count + 8)
          // The text has 64 bytes and the positions 8 numbers to spare, as the scan asks.
          let counts =
            unsafe isPortable
            ? bql_scan_delimiters_portable(text, count, 44, 34, withQuotes, &positions)
            : bql_scan_delimiters(text, count, 44, 34, withQuotes, &positions)
          #expect(positions.prefix(Int(counts.positions)).map(Int.init) == wanted)
          #expect(Int(counts.newlines) == wanted.count { text[$0] == 10 })
          #expect(Int(counts.quotes) == (0..<count).count { text[$0] == 34 })
        }
      }
    }
  }
}
