/// Makes inputs of those of a corpus: input *n* of a seed is always the same.
///
/// The first inputs are the corpus as it stands. Each further one is a file of it with a few changes:
/// bits and bytes, tokens, numbers at the limits of their types, pieces moved, doubled, repeated or
/// taken from another file, ends cut off.
package struct Mutator {
  /// Says how inputs are changed.
  package struct Changes: Sendable {
    /// The most changes of one input: few where a part refuses what has one mistake.
    package var most: Int
    /// Whether most changes keep every other byte in its place.
    package var keepsPlaces: Bool

    package static let ofText = Changes(most: 8, keepsPlaces: false)
    package static let ofNumbers = Changes(most: 3, keepsPlaces: true)
  }

  package let corpus: [[UInt8]]
  private let changes: Changes
  private let tokens: [[UInt8]]
  private let seed: UInt64

  /// The longest input.
  package static let byteLimit = 64 << 10

  private static let bytes =
    Array("\"'\\\n\r\t,;| \0().*-0919eE[]{}".utf8) + [0x7F, 0x80, 0xFF, 0xEF]

  private static let numbers = [
    "0", "-1", "1", "00", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "92233720368547758.07", "92233720368547758.08", "4294967296", "2147483648", "65536", "1e308",
    "1e309", "1e-320", "2.05301E+18", "0.1", "99999999999999999999999999", "17850.0", "1_000",
    "20191001", "1569888000", "1569888000123", "9999999999999999", "0001", "-0", ".5", "5.",
  ].map { Array($0.utf8) }

  package init(
    corpus: [[UInt8]],
    tokens: [[UInt8]],
    seed: UInt64,
    changes: Changes = .ofText
  ) {
    self.changes = changes
    self.corpus = corpus
    self.tokens = tokens
    self.seed = seed
  }

  package func input(_ number: Int) -> [UInt8] {
    if number < corpus.count { return corpus[number] }
    var random = FuzzRandom(seed: seed &+ UInt64(number) &* 0xA24B_AED4_963E_E407)
    var input = pick(corpus, &random)
    for _ in 0...random.below(changes.most) {
      if changes.keepsPlaces, random.below(16) != 0 {
        changeInPlace(&input, &random)
      } else {
        change(&input, &random)
      }
    }
    if input.count > Self.byteLimit { input.removeLast(input.count - Self.byteLimit) }
    return input
  }

  private func pick(_ list: [[UInt8]], _ random: inout FuzzRandom) -> [UInt8] {
    list.isEmpty ? [] : list[random.below(list.count)]
  }

  private func change(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    let place = random.below(input.count + 1)
    let piece = piece(of: input, &random)
    switch random.below(16) {
    case 0 where place < input.count: input[place] ^= 1 << UInt8(random.below(8))
    case 1 where place < input.count: input[place] = Self.bytes[random.below(Self.bytes.count)]
    case 2: input.insert(Self.bytes[random.below(Self.bytes.count)], at: place)
    case 3: input.insert(UInt8(random.below(256)), at: place)
    case 4: input.removeSubrange(piece)
    case 5, 6: input.insert(contentsOf: pick(tokens, &random), at: place)
    case 7: input.replaceSubrange(piece, with: pick(tokens, &random))
    case 8: input.replaceSubrange(run(in: input, place), with: pick(Self.numbers, &random))
    case 9: input.replaceSubrange(run(in: input, place), with: pick(tokens, &random))
    case 10: input.insert(contentsOf: Array(input[piece]), at: place)
    case 11: repeatPiece(piece, in: &input, at: place, &random)
    case 12:
      let other = pick(corpus, &random)
      input = Array(input[..<place] + other[random.below(other.count + 1)...])
    case 13:
      let other = pick(corpus, &random)
      input.insert(contentsOf: Array(other[self.piece(of: other, &random)]), at: place)
    case 14: input.removeLast(input.count - place)
    default:
      let line = line(in: input, place)
      let moved = Array(input[line])
      input.removeSubrange(line)
      input.insert(contentsOf: moved, at: random.below(input.count + 1))
    }
  }

  /// A range of an input, most often short.
  private func piece(of input: [UInt8], _ random: inout FuzzRandom) -> Range<Int> {
    let start = random.below(input.count + 1)
    let longest = random.below(8) == 0 ? input.count : 16
    return start..<min(start + 1 + random.below(longest), input.count)
  }

  private func repeatPiece(
    _ piece: Range<Int>,
    in input: inout [UInt8],
    at place: Int,
    _ random: inout FuzzRandom
  ) {
    let text = Array(input[piece])
    let most = random.below(400) == 0 ? 20_000 : 12
    let count = min(1 + random.below(most), Self.byteLimit / max(text.count, 1))
    input.insert(contentsOf: (0..<count).flatMap { _ in text }, at: place)
  }

  /// The digits, or the word, around a place.
  private func run(in input: [UInt8], _ place: Int) -> Range<Int> {
    guard place < input.count else { return place..<place }
    let isDigit = Self.isDigit(input[place])
    let belongs = { (byte: UInt8) in isDigit ? Self.isDigit(byte) : Self.isLetter(byte) }
    var (start, end) = (place, place)
    while start > 0, belongs(input[start - 1]) { start -= 1 }
    while end < input.count, belongs(input[end]) { end += 1 }
    return start..<end
  }

  private func line(in input: [UInt8], _ place: Int) -> Range<Int> {
    var (start, end) = (place, place)
    while start > 0, input[start - 1] != 10 { start -= 1 }
    while end < input.count, input[end] != 10 { end += 1 }
    return start..<min(end + 1, input.count)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || byte == 46 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte & 0xDF) || byte == 95
  }
}
