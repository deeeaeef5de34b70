import BQLColumnar

/// Holds a batch of a column: whole, or of codes whose texts are still being collected.
enum DecodedPart {
  case column(Column)
  case codes([Int32], Bitmap?)
}

/// Holds the entries of a dictionary as they are so far.
struct DecodedDictionary {
  enum Values {
    case column(Column)
    case codes([Int32])
  }

  /// The dictionary batches that it was read from.
  var version: Range<Int>
  private(set) var values = Values.codes([])
  /// The entries with a value; nil where all have one.
  private(set) var validity: Bitmap?
  private(set) var count = 0

  init(version: Range<Int>) {
    self.version = version
  }

  /// Adds entries behind those that are there.
  mutating func append(_ part: DecodedPart, count added: Int) {
    switch part {
    case .codes(let codes, let valid):
      if case .codes(let before) = values { values = .codes(before + codes) }
      validity = Self.joined(validity, count, valid, added)
    case .column(let column):
      if case .column(let before) = values {
        values = .column(Column.concatenate([before, column], type: column.type))
      } else {
        values = .column(column)
      }
      validity = Self.joined(validity, count, column.validity, added)
    }
    count += added
  }

  private static func joined(
    _ first: Bitmap?,
    _ firstCount: Int,
    _ second: Bitmap?,
    _ secondCount: Int
  ) -> Bitmap? {
    guard first != nil || second != nil else { return nil }
    var joined = first ?? Bitmap(repeating: true, count: firstCount)
    for index in 0..<secondCount { joined.append(second?[index] ?? true) }
    return joined
  }
}

/// Collects texts under codes: each once, or each row's by itself.
struct TextCollector {
  private let keepsEach: Bool
  private var builder = TextDictionaryBuilder()
  private var offsets = [0]
  private var bytes: [UInt8] = []
  /// The dictionary as it was last asked for.
  private var made: (count: Int, dictionary: TextDictionary)?

  init(keepsEach: Bool) {
    self.keepsEach = keepsEach
  }

  var count: Int { keepsEach ? offsets.count - 1 : builder.count }

  @inline(__always)
  mutating func code(for utf8: Span<UInt8>) -> Int32 {
    guard keepsEach else { return builder.code(for: utf8) }
    // The pointer is read inside the closure only.
    unsafe utf8.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    offsets.append(bytes.count)
    return Int32(truncatingIfNeeded: offsets.count - 2)
  }

  mutating func code(forBytes utf8: [UInt8]) -> Int32 { code(for: utf8.span) }

  /// The texts that codes given so far stand for.
  var dictionary: TextDictionary {
    mutating get {
      if keepsEach {
        let isEmpty = offsets.count == 1
        return TextDictionary(offsets: isEmpty ? [0, 0] : offsets, bytes: bytes)
      }
      if let made, made.count == builder.count { return made.dictionary }
      let copy = builder
      let dictionary = copy.count == 0 ? TextDictionary([""]) : copy.finish()
      made = (builder.count, dictionary)
      return dictionary
    }
  }

  /// Forgets the rows' own texts, which the next batch begins anew.
  mutating func startBatch() {
    guard keepsEach else { return }
    offsets = [0]
    bytes = []
  }
}

/// Spells UUIDs.
enum UUIDSpelling {
  private static let digits = Array("0123456789abcdef".utf8)
  /// Where each byte's two digits stand.
  private static let places = (0..<16).map { byte in
    byte * 2 + (byte >= 4 ? 1 : 0) + (byte >= 6 ? 1 : 0) + (byte >= 8 ? 1 : 0)
      + (byte >= 10 ? 1 : 0)
  }

  /// Writes the digits of sixteen bytes between the hyphens of `text`, which is 36 bytes long.
  static func spell(_ bytes: Span<UInt8>, into text: inout [UInt8]) {
    for index in bytes.indices {
      text[places[index]] = digits[Int(bytes[index] >> 4)]
      text[places[index] + 1] = digits[Int(bytes[index] & 15)]
    }
  }
}

extension Span<UInt8> {
  /// Reads a little-endian number of 32 bits.
  func int32(at position: Int) -> Int {
    var number: UInt32 = 0
    for index in 0..<4 { number |= UInt32(self[position + index]) << UInt32(index * 8) }
    return Int(Int32(bitPattern: number))
  }
}

extension ArrowArray {
  /// The numbers of a column of fixed width, one a row or `perRow`.
  func numbers<Number: BitwiseCopyable & Sendable>(
    _ type: Number.Type,
    perRow: Int = 1
  ) throws(ArrowError) -> Buffer<Number> {
    if count == 0 { return Buffer([]) }
    guard let buffer = buffers[0].buffer(of: type, count: count * perRow) else {
      throw .damaged(reason: "a buffer is shorter than its rows need")
    }
    return buffer
  }
}

extension Column {
  /// The same values with other rows valid.
  func with(_ validity: Bitmap?) -> Column {
    switch values {
    case .bools(let bools): Column(bools: bools, validity: validity)
    case .ints(let ints): Column(type, ints: ints, validity: validity)
    case .floats(let floats): Column(floats: floats, validity: validity)
    case .texts(let codes, let dictionary):
      Column(codes: codes, dictionary: dictionary, validity: validity)
    }
  }
}
