import BQLColumnar

/// Says how the fields of a column are read, and so what they are.
enum ColumnReading: Hashable, Sendable {
  /// `acceptsPointZero` reads `17850.0` as 17850, for ids.
  case int(acceptsPointZero: Bool)
  case decimal
  case float
  /// Numbers with marks between thousands or a comma for the point; `isExact` as decimals.
  case local(LocalNumber, isExact: Bool)
  case bool
  case date
  case time(TimeFormat)
  /// Coded by a dictionary that all partitions share.
  case text
  /// UUIDs of visits or users, coded within a partition.
  case uuid
  /// Other texts of visits or users, coded within a partition.
  case localText

  var type: DataType {
    switch self {
    case .int: .int
    case .decimal: .decimal
    case .float: .float
    case .local(_, let isExact): isExact ? .decimal : .float
    case .bool: .bool
    case .date: .date
    case .time: .timestamp
    case .text, .uuid, .localText: .text
    }
  }

  /// Orders the readings that one column may take while it widens.
  var breadth: Int {
    switch self {
    case .bool, .date, .time, .uuid, .int(acceptsPointZero: false): 0
    case .int(acceptsPointZero: true): 1
    case .decimal, .local(_, isExact: true): 2
    case .float, .local(_, isExact: false): 3
    case .text, .localText: 4
    }
  }

  /// Says whether a field that is not empty can be read so.
  func fits(_ text: TextView, _ start: Int, _ end: Int) -> Bool {
    switch self {
    case .int(acceptsPointZero: false): NumberText.int(text, start, end) != nil
    case .int(acceptsPointZero: true): NumberText.paddedInt(text, start, end) != nil
    case .decimal: NumberText.decimal(text, start, end) != nil
    case .float: NumberText.float(text, start, end) != nil
    case .local(let number, isExact: true): number.decimal(text, start, end) != nil
    case .local(let number, isExact: false): number.float(text, start, end) != nil
    case .bool: NumberText.bool(text, start, end) != nil
    case .date: TimeText.days(text, start, end) != nil
    case .time(let format): TimeText.micros(text, start, end, format) != nil
    case .uuid: UUIDText.words(text, start, end) != nil
    case .text, .localText: true
    }
  }

  /// What the column is read as when too many values do not fit; nil where nothing is wider.
  func wider(role: Role?) -> ColumnReading? {
    switch role {
    case .time, .event: return nil
    case .value:
      switch self {
      case .decimal: return .float
      case .local(let number, isExact: true): return .local(number, isExact: false)
      default: return nil
      }
    case .user, .session:
      switch self {
      case .int(acceptsPointZero: false): return .int(acceptsPointZero: true)
      case .localText: return nil
      default: return .localText
      }
    case .item:
      switch self {
      case .int(acceptsPointZero: false): return .int(acceptsPointZero: true)
      case .text: return nil
      default: return .text
      }
    case nil:
      switch self {
      case .int: return .decimal
      case .decimal: return .float
      case .local(let number, isExact: true): return .local(number, isExact: false)
      case .float, .local, .bool, .date, .time: return .text
      case .text, .uuid, .localText: return nil
      }
    }
  }
}

extension ColumnReading {
  /// Returns the reading of a type, where this one widens to it; else this one.
  func widened(to type: DataType?, role: Role?) -> ColumnReading {
    var reading = self
    while reading.type != type, let wider = reading.wider(role: role) { reading = wider }
    return reading.type == type ? reading : self
  }
}

/// Names one column of a file and how it is read.
struct FileColumn: Hashable, Sendable {
  var name: String
  var reading: ColumnReading
  var role: Role?

  /// Says that a value which does not fit changes how the whole column is read, and is no bad value.
  ///
  /// A column without a role is what its values are, unless ON ERROR NULL empties those that do not
  /// fit the sampled type; visits and users that are no UUIDs are texts.
  func widens(onError: LoadRequest.OnError) -> Bool {
    reading == .uuid || role == nil && onError != .null && reading.wider(role: nil) != nil
  }
}
