import BQLArrow
import BQLColumnar
import Synchronization

/// Holds one file of Arrow data to load: mapped, its columns known.
final class ArrowInput: Sendable {
  let path: String
  let reader: ArrowReader
  /// The columns with the types that they are read as.
  let schema: Schema
  /// What the last reading of the text found, for the report.
  private let found = Mutex<[String]>([])

  /// Opens the Arrow data of an open file.
  init(_ file: OpenFile) throws(LoadError) {
    path = file.path
    let region = try file.map()
    do throws(ArrowError) {
      reader = try ArrowReader(region, decompress: ArrowCodecs.decompress)
      schema = try reader.relationSchema
    } catch {
      throw LoadError(error, path: file.path)
    }
  }

  /// Begins to read the rows as delimited text.
  func makeTextReader() throws(LoadError) -> any ByteReader {
    found.withLock { $0 = [] }
    return try ArrowTextReader(self)
  }

  /// Keeps what a reader of the text found.
  func report(_ notes: [String]) {
    found.withLock { $0 = notes }
  }

  /// What the last reading of the text found.
  var notes: [String] { found.withLock { $0 } }

  /// Returns how a column is read that the text's sample would read as `reading`.
  ///
  /// Arrow says what a column is, and what merely looks like numbers stays text; money and times
  /// in numbers are told from the sample, as in CSV.
  func reading(_ column: FileColumn, at index: Int) -> ColumnReading {
    let type = schema[index].type
    switch column.role {
    case .time, .event, .value: return column.reading
    case .user, .session:
      guard type == .text, case .int = column.reading else { return column.reading }
      return .localText
    case .item: return type == .text ? .text : column.reading
    case nil: break
    }
    switch type {
    case .bool: return .bool
    case .int: return .int(acceptsPointZero: false)
    // A text has no durations: they are their seconds, as in CSV.
    case .float, .interval: return .float
    case .decimal: return .decimal
    case .text: return .text
    case .timestamp: return .time(.civil(hasZone: false))
    case .date: return .date
    }
  }
}

extension LoadError {
  /// Names the file that an error of Arrow's is about.
  init(_ error: ArrowError, path: String) {
    switch error {
    case .damaged(let reason):
      self = .unfitFile(path: path, reason: "it is damaged: \(reason)", hint: nil)
    case .unsupported(let column, let what, let hint):
      let subject = column.map { "column \($0) holds" } ?? "it holds"
      self = .unfitFile(path: path, reason: "\(subject) \(what), which are not read", hint: hint)
    case .unfitValue(let column, let row, let reason):
      self = .unfitFile(
        path: path,
        reason: "column \(column) has a value in row \(row) that cannot be loaded: \(reason)",
        hint: "cast the column to text before writing the file"
      )
    case .system(let code): self = .unreadable(path: path, reason: OpenFile.reason(code))
    case .missingLibrary(let library, let package):
      self = .missingLibrary(library: library, package: package, path: path)
    case .cancelled: self = .cancelled
    }
  }
}

extension LoadPlan {
  /// Returns the columns as Arrow files type them, where all files are such.
  static func typed(_ columns: [FileColumn], _ files: [InputFile]) throws(LoadError) -> [FileColumn]
  {
    let inputs = files.compactMap(\.arrow)
    guard let first = inputs.first, inputs.count == files.count else { return columns }
    for (input, file) in zip(inputs, files) {
      for index in columns.indices {
        // A file may have the columns of the first in another order.
        let type = input.schema[file.columnOrder?[index] ?? index].type
        if type == first.schema[index].type { continue }
        throw .unfitFile(
          path: input.path,
          reason:
            "its column \(columns[index].name) is \(type.rawValue), that of "
            + "'\(first.path)' \(first.schema[index].type.rawValue)",
          hint: "load files of one shape together, the others by themselves"
        )
      }
    }
    var typed = columns
    for index in typed.indices { typed[index].reading = first.reading(typed[index], at: index) }
    return typed
  }
}
