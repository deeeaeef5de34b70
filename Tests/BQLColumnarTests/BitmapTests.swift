import BQLColumnar
import Testing

/// The lengths around the 64 bits of a word.
let wordBoundaries = [0, 1, 63, 64, 65, 130]

struct BitmapTests {
  @Test(arguments: wordBoundaries)
  func repeatedBitsCountThemselves(_ count: Int) {
    #expect(Bitmap(repeating: true, count: count).setCount == count)
    #expect(Bitmap(repeating: true, count: count).allSet)
    #expect(Bitmap(repeating: false, count: count).setCount == 0)
  }

  @Test(arguments: wordBoundaries)
  func paddingIsClear(_ count: Int) {
    let full = Bitmap(repeating: true, count: count)
    let words = [UInt64](repeating: .max, count: (count + 63) / 64)
    #expect(Bitmap(words: words, count: count) == full)
    #expect(full.words.reduce(0) { $0 + $1.nonzeroBitCount } == count)
  }

  @Test(arguments: wordBoundaries)
  func appendingSettingAndReadingAgree(_ count: Int) {
    let bits = (0..<count).map { $0 % 3 == 1 }
    var appended = Bitmap(repeating: false, count: 0)
    for bit in bits { appended.append(bit) }
    var assigned = Bitmap(repeating: true, count: count)
    for (index, bit) in bits.enumerated() { assigned[index] = bit }
    #expect(appended == assigned)
    #expect((0..<count).map { appended[$0] } == bits)
  }

  @Test(arguments: wordBoundaries)
  func intersectionIsBitwise(_ count: Int) {
    var a = Bitmap(repeating: false, count: count)
    var b = a
    for index in 0..<count {
      a[index] = index % 2 == 0
      b[index] = index % 3 == 0
    }
    let both = a.intersection(b)
    #expect((0..<count).allSatisfy { both[$0] == ($0 % 6 == 0) })
    #expect(Bitmap.intersection(a, nil) == a)
    #expect(Bitmap.intersection(nil, b) == b)
    #expect(Bitmap.intersection(nil, nil) == nil)
  }

  @Test(arguments: wordBoundaries)
  func gatherAndSliceKeepOrder(_ count: Int) {
    var bitmap = Bitmap(repeating: false, count: count)
    for index in stride(from: 0, to: count, by: 5) { bitmap[index] = true }
    let rows = (0..<count).reversed().map { Int32($0) }
    let gathered = bitmap.gather(rows)
    #expect(rows.indices.allSatisfy { gathered[$0] == bitmap[Int(rows[$0])] })
    for start in [0, count / 3] {
      let slice = bitmap.slice(start..<count)
      #expect(slice.count == count - start)
      #expect((0..<slice.count).allSatisfy { slice[$0] == bitmap[start + $0] })
    }
  }
}
