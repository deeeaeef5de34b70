/// Holds one column of a chunk: values of one type, and which of them are present.
///
/// A slot whose validity bit is clear holds an arbitrary value (a code stays a legal code where the
/// dictionary has one, else 0). A column is a value; copying it copies references.
package struct Column: Sendable {
  /// The representation in memory; the case follows from the type.
  package enum Values: Sendable {
    case bools([Bool])
    /// `int`, `decimal` (hundredths), `timestamp` and `interval` (µs), `date` (days).
    case ints([Int64])
    case floats([Double])
    case texts(codes: [Int32], dictionary: TextDictionary)
  }

  package let type: DataType
  package let values: Values
  /// The rows that hold a value; nil when all do.
  package let validity: Bitmap?
  package let count: Int

  private init(_ type: DataType, _ values: Values, _ count: Int, _ validity: Bitmap?) {
    precondition(validity == nil || validity?.count == count, "one validity bit a row")
    self.type = type
    self.values = values
    self.count = count
    self.validity = validity.flatMap { $0.allSet ? nil : $0 }
  }

  /// Makes a `bool` column.
  package init(bools: [Bool], validity: Bitmap? = nil) {
    self.init(.bool, .bools(bools), bools.count, validity)
  }

  /// Makes a column of one of the types held in `Int64`.
  package init(_ type: DataType = .int, ints: [Int64], validity: Bitmap? = nil) {
    precondition(type != .bool && type != .float && type != .text, "not an integer type")
    self.init(type, .ints(ints), ints.count, validity)
  }

  /// Makes a `float` column.
  package init(floats: [Double], validity: Bitmap? = nil) {
    self.init(.float, .floats(floats), floats.count, validity)
  }

  /// Makes a `text` column; codes are places in the dictionary.
  package init(codes: [Int32], dictionary: TextDictionary, validity: Bitmap? = nil) {
    self.init(.text, .texts(codes: codes, dictionary: dictionary), codes.count, validity)
  }

  /// Says whether row `index` holds a value.
  package func isValid(_ index: Int) -> Bool { validity.map { $0[index] } ?? true }

  /// The number of rows without a value.
  package var nullCount: Int { validity.map { count - $0.setCount } ?? 0 }

  /// Returns the cell at `index`; for printing and tests, never in a loop over rows.
  package subscript(index: Int) -> Value {
    guard isValid(index) else { return .null }
    switch values {
    case .bools(let bools): return .bool(bools[index])
    case .floats(let floats): return .float(floats[index])
    case .texts(let codes, let dictionary): return .text(dictionary[Int(codes[index])])
    case .ints(let ints):
      switch type {
      case .decimal: return .decimal(ints[index])
      case .timestamp: return .timestamp(ints[index])
      case .date: return .date(ints[index])
      case .interval: return .interval(ints[index])
      case .int, .bool, .float, .text: return .int(ints[index])
      }
    }
  }
}
