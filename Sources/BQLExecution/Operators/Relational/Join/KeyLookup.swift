import BQLColumnar
import BQLFunctions
import Synchronization

/// Finds the dense number of a value among those of one key column of a join's smaller side.
///
/// Texts are told apart by bytes, floats by value (−0 equals 0, every NaN equals every other), as
/// `=` does. NULL has a number only where it may be equal to itself.
struct KeyLookup: Sendable {
  private enum Values: Sendable {
    case integers(IntLookup)
    case texts(TextLookup)
  }

  private let values: Values
  private let nullNumber: Int32
  /// The number of distinct values.
  let count: Int

  /// Numbers the values of `column`; `numbers` gets one a row, −1 where NULL has none.
  init(_ column: Column, matchesNull: Bool, numbers: inout [Int32]) {
    var distinct: Int
    switch column.values {
    case .texts(let codes, let dictionary):
      let lookup = TextLookup(codes, dictionary, column.validity, &numbers)
      distinct = lookup.count
      values = .texts(lookup)
    case .ints, .floats, .bools:
      let lookup = IntLookup(Self.integers(column), isValid: column.isValid, numbers: &numbers)
      distinct = lookup.count
      values = .integers(lookup)
    }
    var nullNumber: Int32 = -1
    if matchesNull, let validity = column.validity {
      nullNumber = Int32(truncatingIfNeeded: distinct)
      distinct += 1
      for row in numbers.indices where !validity[row] { numbers[row] = nullNumber }
    }
    self.nullNumber = nullNumber
    count = distinct
  }

  /// Returns the number of each row's value, −1 where it has none.
  func find(_ column: Column) -> [Int32] {
    var found: [Int32]
    switch (values, column.values) {
    case (.texts(let lookup), .texts(let codes, let dictionary)):
      found = lookup.find(codes, dictionary)
    case (.integers(let lookup), .ints), (.integers(let lookup), .floats),
      (.integers(let lookup), .bools):
      found = lookup.find(Self.integers(column))
    case (.texts, _), (.integers, _): found = [Int32](repeating: -1, count: column.count)
    }
    guard let validity = column.validity else { return found }
    for row in found.indices where !validity[row] { found[row] = nullNumber }
    return found
  }

  private static func integers(_ column: Column) -> [Int64] {
    switch column.values {
    case .ints(let ints): ints
    case .floats(let floats): floats.map(FloatOrder.key)
    case .bools(let bools): bools.map { $0 ? 1 : 0 }
    case .texts(let codes, _): codes.map { Int64($0) }
    }
  }
}

/// Finds the numbers of texts; each dictionary that is asked for is looked up once.
final class TextLookup: Sendable {
  private let texts: TextDictionaryBuilder
  private let known = Mutex<[(dictionary: TextDictionary, numbers: [Int32])]>([])

  /// A log has one dictionary a column, or one a partition; computed texts have one a chunk.
  private static let capacity = 128

  var count: Int { texts.count }

  init(
    _ codes: [Int32],
    _ dictionary: TextDictionary,
    _ validity: Bitmap?,
    _ numbers: inout [Int32]
  ) {
    var texts = TextDictionaryBuilder()
    var map = [Int32](repeating: -1, count: dictionary.count)
    numbers = [Int32](repeating: -1, count: codes.count)
    for row in codes.indices where validity.map({ $0[row] }) ?? true {
      let code = Int(codes[row])
      if map[code] < 0 { map[code] = dictionary.withText(code) { texts.code(for: $0) } }
      numbers[row] = map[code]
    }
    self.texts = texts
  }

  func find(_ codes: [Int32], _ dictionary: TextDictionary) -> [Int32] {
    let numbers = self.numbers(of: dictionary).span
    return codes.map { Int($0) < numbers.count ? numbers[Int($0)] : -1 }
  }

  private func numbers(of dictionary: TextDictionary) -> [Int32] {
    // Under the lock, so that a long dictionary is looked up by one thread alone.
    known.withLock { known in
      if let found = known.last(where: { $0.dictionary === dictionary }) { return found.numbers }
      let numbers = (0..<dictionary.count).map { code in
        dictionary.withText(code) { texts.knownCode(for: $0) ?? -1 }
      }
      if known.count >= Self.capacity { known.removeFirst() }
      known.append((dictionary, numbers))
      return numbers
    }
  }
}
