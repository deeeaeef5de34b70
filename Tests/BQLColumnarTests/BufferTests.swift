import BQLColumnar
import Testing

struct BufferTests {
  /// Below and past the size from which memory is mapped.
  @Test(arguments: [0, 1, 63, 64, 65, 200_000])
  func numbersReadBack(_ count: Int) {
    let numbers = (0..<count).map { Int64($0) * 3 - 7 }
    let buffer = Buffer(numbers)
    #expect(buffer.count == count)
    let isSame = buffer.withSpan { span in span.indices.allSatisfy { span[$0] == numbers[$0] } }
    #expect(isSame)
    if count > 0 { #expect(buffer[count - 1] == numbers[count - 1]) }
  }
}
