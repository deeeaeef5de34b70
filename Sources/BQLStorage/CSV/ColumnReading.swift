import BQLColumnar

/// Says how the fields of a column are read, and so what they are.
enum ColumnReading: Hashable, Sendable {
  /// `acceptsPointZero` reads `17850.0` as 17850, for ids.
  case int(acceptsPointZero: Bool)
  case decimal
  case float
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
    case .bool: .bool
    case .date: .date
    case .time: .timestamp
    case .text, .uuid, .localText: .text
    }
  }

  /// What the column is read as when too many values do not fit; nil where nothing is wider.
  func wider(role: Role?) -> ColumnReading? {
    switch role {
    case .time, .event: return nil
    case .value: return self == .decimal ? .float : nil
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
      case .float, .bool, .date, .time: return .text
      case .text, .uuid, .localText: return nil
      }
    }
  }
}

/// Names one column of a file and how it is read.
struct FileColumn: Hashable, Sendable {
  var name: String
  var reading: ColumnReading
  var role: Role?
}
