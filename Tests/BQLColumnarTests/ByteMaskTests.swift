import BQLColumnar
import BQLTestSupport
import Testing

/// Compares computations on eight rows at a time with those on one, around words and chunks.
struct ByteMaskTests {
  static let counts = [0, 1, 7, 8, 9, 63, 64, 65, 4_095, 4_096, 4_097]

  /// Masks of no, few, half, most and all rows.
  private static func masks(_ count: Int) -> [[Bool]] {
    var random = SeededGenerator(seed: UInt64(count))
    return [0, 1, 50, 99, 100].map { share in (0..<count).map { _ in random.chance(share) } }
  }

  @Test(arguments: counts) func listsTheRowsThatAreTrue(_ count: Int) {
    for mask in Self.masks(count) {
      let rows = (0..<count).filter { mask[$0] }
      #expect(ByteMask.rows(mask) == rows.map { Int32($0) })
      #expect(ByteMask.count(mask) == rows.count)
    }
  }

  @Test(arguments: counts) func combinesRowByRow(_ count: Int) {
    for first in Self.masks(count) {
      for second in Self.masks(count).map({ Array($0.reversed()) }) {
        let bits = Bitmap(bytes: second)
        #expect(ByteMask.and(first, second) == (0..<count).map { first[$0] && second[$0] })
        #expect(ByteMask.or(first, second) == (0..<count).map { first[$0] || second[$0] })
        #expect(ByteMask.and(first, bits) == (0..<count).map { first[$0] && second[$0] })
      }
    }
  }

  @Test(arguments: counts) func bitsAndBytesAreTheSame(_ count: Int) {
    for mask in Self.masks(count) {
      let bits = Bitmap(bytes: mask)
      #expect((0..<count).map { bits[$0] } == mask)
      #expect(bits.bytes == mask)
      #expect(bits.inverted.bytes == mask.map { !$0 })
      #expect(bits.setCount + bits.inverted.setCount == count)
      let rows = (0..<Int32(count)).shuffled()
      #expect(bits.gather(rows).bytes == rows.map { mask[Int($0)] })
    }
  }

  @Test(arguments: counts) func nullIsNotTrue(_ count: Int) {
    for mask in Self.masks(count) {
      let present = Array(Self.masks(count)[2].reversed())
      let column = Column(bools: mask, validity: Bitmap(bytes: present))
      let isTrue = (0..<count).map { mask[$0] && present[$0] }
      #expect(column.trueMask == isTrue)
      #expect(column.trueRows == (0..<count).filter { isTrue[$0] }.map { Int32($0) })
      var bytes: [UInt8] = [7]
      column.appendTrueBytes(to: &bytes)
      #expect(bytes == [7] + isTrue.map { $0 ? 1 : 0 })
    }
  }
}
