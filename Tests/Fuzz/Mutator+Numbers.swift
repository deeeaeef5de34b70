extension Mutator {
  /// Changes bytes where they stand, so that what is found by its place is still found.
  func changeInPlace(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    guard !input.isEmpty else { return }
    let place = random.below(input.count)
    switch random.below(8) {
    case 0, 1: input[place] ^= 1 << UInt8(random.below(8))
    case 2: input[place] = UInt8(random.below(256))
    case 3, 4: changeNumber(&input, &random)
    case 5: copyPiece(&input, &random)
    case 6: clear(&input, place, byteCount: 1 << random.below(7))
    default: copyNumber(&input, &random)
    }
  }

  /// Numbers at the limits of types and of sizes.
  private static let limits: [UInt64] = [
    0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 65, 127, 128, 255, 256, 1 << 15, 1 << 16, 1 << 20, 1 << 24,
    (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, (1 << 63) - 1, 1 << 63, .max,
    .max - 1, .max - 7,
  ]

  /// Sets an aligned number to one at a limit, or near what it was, or to the length of the input.
  private func changeNumber(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    let width = [1, 2, 4, 8][random.below(4)]
    let place = random.below(input.count) / width * width
    let number =
      switch random.below(4) {
      case 0: Self.number(in: input, place, width) &+ UInt64(random.below(17)) &- 8
      case 1: UInt64(input.count) &+ UInt64(random.below(17)) &- 8
      default: Self.limits[random.below(Self.limits.count)]
      }
    Self.put(number, &input, place, width)
  }

  /// Sets an aligned number to another one of the input.
  private func copyNumber(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    let width = [2, 4, 8][random.below(3)]
    let from = random.below(input.count) / width * width
    let to = random.below(input.count) / width * width
    Self.put(Self.number(in: input, from, width), &input, to, width)
  }

  /// Copies a piece of the input, or of another file, over bytes of the input.
  private func copyPiece(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    let other = corpus.isEmpty || random.below(2) == 0 ? input : corpus[random.below(corpus.count)]
    guard !other.isEmpty else { return }
    let from = random.below(other.count) & ~7
    let to = random.below(input.count) & ~7
    let count = min(8 << random.below(6), other.count - from, input.count - to)
    for index in 0..<max(count, 0) { input[to + index] = other[from + index] }
  }

  private func clear(_ input: inout [UInt8], _ place: Int, byteCount: Int) {
    for index in place..<min(place + byteCount, input.count) { input[index] = 0 }
  }

  private static func number(in input: [UInt8], _ place: Int, _ width: Int) -> UInt64 {
    (place..<min(place + width, input.count)).reversed().reduce(0) { $0 << 8 | UInt64(input[$1]) }
  }

  private static func put(_ number: UInt64, _ input: inout [UInt8], _ place: Int, _ width: Int) {
    for index in place..<min(place + width, input.count) {
      input[index] = UInt8(truncatingIfNeeded: number >> UInt64((index - place) * 8))
    }
  }
}
