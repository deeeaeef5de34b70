import BQLStore
import BQLTestSupport
import Testing

/// Compares checksums with those of the reference program, `xxhsum -H64`.
@Suite struct ChecksumTests {
  @Test(arguments: [
    ("", 0xEF46_DB37_51D8_E999 as UInt64),
    ("a", 0xD24E_C4F1_A98C_6E5B),
    ("abc", 0x44BC_2CF5_AD77_0999),
    ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
  ])
  func isThatOfTheReference(_ text: String, _ expected: UInt64) {
    #expect(Checksum.of(Array(text.utf8).span) == expected)
  }

  @Test func doesNotDependOnPieces() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0..<200, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      var pieces = Checksum()
      var start = 0
      while start < bytes.count {
        let end = Int.random(in: start...bytes.count, using: &generator)
        pieces.update(bytes.span.extracting(start..<end))
        start = end
      }
      #expect(pieces.value == Checksum.of(bytes.span), "\(bytes)")
    }
  }
}
