import BQLColumnar

/// Gives the cells of a column row by row.
protocol RowReader {
  associatedtype Element
  subscript(row: Int) -> Element { get }
}

extension Array: RowReader {}

/// Marks what a kernel's body may take as an argument: a number, a bool, or a text's bytes.
protocol Argument: Sendable {
  associatedtype Reader: RowReader where Reader.Element == Self

  static func reader(_ column: Column) -> Reader
}

/// Holds the UTF-8 bytes of one text.
typealias Utf8 = ArraySlice<UInt8>

extension Utf8: Argument {
  static func reader(_ column: Column) -> TextCells { TextCells(column) }
}

/// Marks the element types of the fixed-width arrays of a column, so that one generic kernel serves
/// them; it is specialized inside this module.
protocol Cell: Argument, BitwiseCopyable where Reader == [Self] {
  /// What stands in the slot of a NULL.
  static var placeholder: Self { get }

  /// Returns the array of a column of the right representation; any other is a binder's mistake.
  static func cells(_ column: Column) -> [Self]

  static func column(_ cells: [Self], _ type: DataType, _ validity: Bitmap?) -> Column
}

extension Cell {
  static func reader(_ column: Column) -> [Self] { cells(column) }
}

extension Int64: Cell {
  static var placeholder: Int64 { 0 }

  static func cells(_ column: Column) -> [Int64] {
    guard case .ints(let ints) = column.values else {
      preconditionFailure("a kernel for ints got a column of type \(column.type)")
    }
    return ints
  }

  static func column(_ cells: [Int64], _ type: DataType, _ validity: Bitmap?) -> Column {
    Column(type, ints: cells, validity: validity)
  }
}

extension Double: Cell {
  static var placeholder: Double { 0 }

  static func cells(_ column: Column) -> [Double] {
    guard case .floats(let floats) = column.values else {
      preconditionFailure("a kernel for floats got a column of type \(column.type)")
    }
    return floats
  }

  static func column(_ cells: [Double], _ type: DataType, _ validity: Bitmap?) -> Column {
    Column(floats: cells, validity: validity)
  }
}

extension Bool: Cell {
  static var placeholder: Bool { false }

  static func cells(_ column: Column) -> [Bool] {
    guard case .bools(let bools) = column.values else {
      preconditionFailure("a kernel for bools got a column of type \(column.type)")
    }
    return bools
  }

  static func column(_ cells: [Bool], _ type: DataType, _ validity: Bitmap?) -> Column {
    Column(bools: cells, validity: validity)
  }
}

extension Column {
  var ints: [Int64] { Int64.cells(self) }
  var floats: [Double] { Double.cells(self) }
  var bools: [Bool] { Bool.cells(self) }
  var texts: TextCells { TextCells(self) }
}

extension Bitmap? {
  /// Returns the rows that are present in every column.
  static func allPresent(_ columns: [Column]) -> Bitmap? {
    columns.reduce(nil) { Bitmap.intersection($0, $1.validity) }
  }

  /// Says whether row `index` is present; nil stands for "all are".
  @inline(__always)
  func isSet(_ index: Int) -> Bool {
    switch self {
    case .none: true
    case .some(let bitmap): bitmap[index]
    }
  }
}
