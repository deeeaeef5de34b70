package import BQLColumnar

/// Holds what is known of a load before its rows are read: its files, columns, types and roles.
package struct LoadPlan: Sendable {
  package let request: LoadRequest
  /// The columns as the sample has them; a later value may widen a column's type.
  package var schema: Schema { Self.schema(columns, constantEvent) }
  /// Empty for a table.
  package let roles: RoleBinding
  /// What was guessed or looks odd so far.
  package let warnings: [String]

  let files: [InputFile]
  let dialect: Dialect
  let columns: [FileColumn]
  /// Columns in which numbers in scientific notation are damaged ids.
  let idColumns: Set<Int>
  /// The name of the EVENT column that is added where the file has none: all rows are purchases.
  let constantEvent: String?
  /// A time as the file spells it; nil without a TIME column or rows.
  let timeExample: String?
  /// Event names that count as known though no row has them, in order.
  let declaredEvents: [String]

  static func schema(_ columns: [FileColumn], _ constantEvent: String?) -> Schema {
    Schema(
      columns.map { Field($0.name, $0.reading.type) }
        + (constantEvent.map { [Field($0, .text)] } ?? [])
    )
  }

  private static func checkKey(_ key: String?, _ columns: [String]) throws(LoadError) {
    guard let key, !columns.contains(where: { $0.lowercased() == key.lowercased() }) else { return }
    throw .unknownColumn(name: key, columns: columns)
  }

  /// The columns whose values name something, so that digits which are lost matter.
  private static func idColumns(_ columns: [FileColumn], _ samples: [ColumnSample]) -> Set<Int> {
    Set(
      columns.indices.filter { index in
        let role = columns[index].role
        return role == .user || role == .session || role == .item
          || samples[index].isOfIds(name: columns[index].name)
      }
    )
  }

  /// The files, patterns resolved.
  package var paths: [String] { files.map(\.path) }

  /// Opens and samples the files of `request`.
  init(preparing request: LoadRequest) throws(LoadError) {
    self.request = request
    let paths = try PathPattern.expand(request.paths)
    guard let firstPath = paths.first else { throw .fileNotFound(path: "", nearby: []) }
    var files = [try InputFile(path: firstPath)]
    let head = try FileHead(&files[0], options: request.options)
    files[0].textStart = head.textStart
    files[0].lineStart = head.lineStart
    // A column's type fits the samples of all files, whatever their order.
    var samples = head.samples
    var notes: [String] = []
    for path in paths.dropFirst() {
      let (file, own) = try Self.follow(path, head, firstPath, request.options, &notes)
      files.append(file)
      for index in samples.indices { samples[index].merge(own[index]) }
    }
    if let rejects = request.rejectsInto { try RejectsFile.check(rejects, isNoneOf: paths) }
    self.files = files
    dialect = head.dialect
    var warnings = head.warnings + notes
    var columnOfRole: [Role: Int] = [:]
    var declared: [String] = []
    switch request.kind {
    case .log(let given, let aliases):
      let resolver = try RoleResolver(
        given: given,
        columns: head.columns,
        path: firstPath,
        hasHeader: head.hasHeader
      )
      columnOfRole = resolver.columnOfRole
      warnings += resolver.warnings
      declared = resolver.declaredEvents(aliases)
    case .table(let key): try Self.checkKey(key, head.columns)
    }
    var columns = try Self.columns(head.columns, samples, columnOfRole, request, &warnings)
    if let time = columnOfRole[.time] {
      columns[time].reading = try Self.dateOrder(
        columns[time],
        samples[time],
        DateOrderScan(
          files: files,
          dialect: head.dialect,
          columnCount: columns.count,
          isCancelled: request.isCancelled
        ),
        column: time,
        request.options,
        &warnings
      )
    }
    self.columns = try Self.typed(columns, files)
    idColumns = Self.idColumns(columns, samples)
    if head.sampledRowCount == 0 { warnings.append("'\(firstPath)' has a header and no rows") }
    if case .log = request.kind, columnOfRole[.event] == nil {
      let isTaken = head.columns.contains { $0.lowercased() == "event" }
      constantEvent = isTaken ? "event_type" : "event"
      columnOfRole[.event] = columns.count
      warnings.append("no column is known to be EVENT: every row counts as a purchase")
      if !declared.contains("purchase") { declared.append("purchase") }
    } else {
      constantEvent = nil
    }
    roles = RoleBinding(columnOfRole)
    timeExample = columnOfRole[.time].flatMap { samples[$0].timeFormats.first?.example }
    declaredEvents = declared
    self.warnings = warnings
  }

  /// Opens a further file of the same log and checks that it has the first one's columns.
  private static func follow(
    _ path: String,
    _ head: FileHead,
    _ firstPath: String,
    _ options: CSVOptions,
    _ notes: inout [String]
  ) throws(LoadError) -> (file: InputFile, samples: [ColumnSample]) {
    var file = try InputFile(path: path)
    let own = try FileHead(&file, options: options, sampleByteCount: 256 << 10)
    let wanted = head.columns.map { $0.lowercased() }
    let folded = own.columns.map { $0.lowercased() }
    let order = wanted.compactMap { folded.firstIndex(of: $0) }
    guard own.hasHeader == head.hasHeader, own.dialect == head.dialect,
      folded.count == wanted.count, order.count == wanted.count
    else {
      throw .differentColumns(
        path: path,
        columns: own.columns,
        first: firstPath,
        expected: head.columns,
        delimiters: own.dialect == head.dialect
          ? nil : [head.dialect.delimiter, own.dialect.delimiter]
      )
    }
    file.textStart = own.textStart
    file.lineStart = own.lineStart
    if folded != wanted {
      file.columnOrder = order
      notes.append("'\(path)' has the columns of '\(firstPath)' in another order")
    }
    return (file, order.map { own.samples[$0] })
  }

  private static func columns(
    _ names: [String],
    _ samples: [ColumnSample],
    _ columnOfRole: [Role: Int],
    _ request: LoadRequest,
    _ warnings: inout [String]
  ) throws(LoadError) -> [FileColumn] {
    var roleOfColumn: [Int: Role] = [:]
    for (role, column) in columnOfRole { roleOfColumn[column] = role }
    var columns: [FileColumn] = []
    for (index, name) in names.enumerated() {
      let sample = samples[index]
      let role = roleOfColumn[index]
      let reading =
        if let role { try sample.reading(name: name, role: role, request) } else {
          sample.reading(name: name, request.options)
        }
      if reading == .int(acceptsPointZero: true), sample.hasPointZero {
        warnings.append("\(name) holds whole numbers written like 17850.0; they are read as 17850")
      }
      if case .local(let number, _) = reading, request.options.decimalMark == nil {
        let mark = number.mark == .comma ? "1.234,56" : "1,234.56"
        warnings.append("\(name) holds numbers written like \(mark)")
      }
      let joined = request.joinedTypes[name.lowercased()]
      columns.append(
        FileColumn(name: name, reading: reading.widened(to: joined, role: role), role: role)
      )
    }
    return columns
  }

  /// The reading of a TIME column whose dates are digits, in the order that a date of it shows.
  private static func dateOrder(
    _ column: FileColumn,
    _ sample: ColumnSample,
    _ scan: DateOrderScan,
    column index: Int,
    _ options: CSVOptions,
    _ warnings: inout [String]
  ) throws(LoadError) -> ColumnReading {
    guard case .time(.digits(let order)) = column.reading, options.dateOrder == nil,
      order != .yearFirst
    else { return column.reading }
    if order != .unknown {
      let example = sample.timeFormats.first { $0.format == .digits(order) }?.example ?? ""
      warnings.append(orderNote(column.name, order, example))
      return column.reading
    }
    guard let found = try scan.order(column: index) else {
      throw .unknownDateOrder(
        column: column.name,
        example: sample.timeFormats.first { $0.format == .digits(.unknown) }?.example ?? ""
      )
    }
    warnings.append(orderNote(column.name, found.order, found.example))
    return .time(.digits(found.order))
  }

  private static func orderNote(_ name: String, _ order: DateOrder, _ example: String) -> String {
    "\(name) is read as \(order.text), as in '\(example)'; CSV (DATES DMY|MDY) says otherwise"
  }
}

/// Loads files into event logs and tables.
package enum Loader {
  /// Opens the files of a request and tells their columns, types and roles, before any is loaded.
  ///
  /// - Complexity: Reads at most 4 MB of text of the first file and 256 KB of each other; standard
  ///   input from a pipe is copied to a temporary file.
  package static func prepare(_ request: LoadRequest) throws(LoadError) -> LoadPlan {
    try LoadPlan(preparing: request)
  }
}
