package import BQLColumnar
import Glibc

extension LoadPlan {
  /// Reads the files into an event log.
  ///
  /// `filter` is LOAD's WHERE: rows for which it is not true are left out and counted.
  ///
  /// Where the rows take more memory than `spilling` allows, those so far are handed on as a log of
  /// their own, again and again; the last ones are returned, and what the report tells of rows is of
  /// these alone, but for what was rejected and left out.
  package func loadLog(
    filter: RowFilter? = nil,
    spilling: LoadSpilling? = nil
  ) throws(LoadError) -> EventLog {
    let clock = Stopwatch()
    var run = try readAll(filter, partitionCount: 64, spilling)
    var report = try account(run)
    let builder = LogBuilder(plan: self, columns: run.columns)
    return try builder.build(&run.result, &report, &run.oddTimes) { $0.seconds = clock.seconds }
  }

  /// Reads the files into a plain table, its rows in the order of the files.
  package func loadTable(
    filter: RowFilter? = nil
  ) throws(LoadError) -> (relation: Relation, report: LoadReport) {
    if let inputs = arrowInputs { return try loadArrowTable(inputs, filter: filter) }
    let clock = Stopwatch()
    let run = try readAll(filter, partitionCount: 1, nil)
    var report = try account(run)
    let builder = TableBuilder(plan: self, columns: run.columns)
    let relation = try builder.build(run.result, &report)
    report.seconds = clock.seconds
    return (relation, report)
  }

  /// What the last pass read, and as what.
  struct Run {
    var result: LoadPass.Result
    /// What became of the blocks, in the order of the text: those of earlier parts have no rows.
    var blocks: [BlockResult]
    var columns: [FileColumn]
    var account: RowAccount
    /// Those of the parts before the last.
    var oddTimes: OddTimes
    /// Says that REJECTS INTO gets all rejected rows.
    var isEveryRejectKept: Bool
  }

  /// Reads the files once, and again with wider types or more careful cuts where that is needed.
  private func readAll(
    _ filter: RowFilter?,
    partitionCount: Int,
    _ spilling: LoadSpilling?
  ) throws(LoadError) -> Run {
    var columns = columns
    // Reading again costs as much as was read. Three times it starts at the first misfit, which is
    // most often near the beginning; then it collects the misfits of the whole text.
    for attempt in 0... {
      let budget = request.rejectsInto.map { _ in RejectsBudget() }
      var choice: RowChoice?
      if let filter { choice = try filter(Self.schema(columns, constantEvent)) }
      var pass = LoadPass(
        plan: PassPlan(
          dialect: dialect,
          columns: columns,
          roles: roles,
          onError: request.onError,
          rejectsBudget: budget,
          columnOrders: files.map(\.columnOrder),
          filter: choice,
          constantEvent: constantEvent,
          partitionCount: partitionCount,
          slabByteCount: slabByteCount
        ),
        files: files,
        request: request,
        stopsToWiden: attempt < 3
      )
      if let spilling { pass.partByteCount = spilling.byteCount }
      switch try read(pass, columns, spilling) {
      case .wider(let readings):
        for (column, reading) in readings { columns[column].reading = reading }
      case .done(let result, let earlier, let oddTimes):
        let blocks = earlier + result.blocks
        let account = RowAccount(blocks, files: files, columns: columns)
        if var first = account.rejections.first, request.onError == .stop {
          // How many more of its block were met depends on where blocks are cut.
          first.rowCount = 1
          throw .badRow(first)
        }
        if widen(&columns, account) { continue }
        return Run(
          result: result,
          blocks: blocks,
          columns: columns,
          account: account,
          oddTimes: oddTimes,
          isEveryRejectKept: budget?.isSpent != true
        )
      }
    }
    preconditionFailure("a column widens a few times at most")
  }

  private enum Reading {
    /// The last part, and the blocks and odd times of those before it.
    case done(LoadPass.Result, earlier: [BlockResult], OddTimes)
    case wider([Int: ColumnReading])
  }

  /// Reads all parts of a pass and hands on all but the last.
  private func read(
    _ pass: LoadPass,
    _ columns: [FileColumn],
    _ spilling: LoadSpilling?
  ) throws(LoadError) -> Reading {
    spilling?.start()
    var place = LoadPass.Place()
    var earlier: [BlockResult] = []
    var oddTimes = OddTimes(now: Stopwatch.microsSince1970)
    while true {
      switch try pass.run(&place) {
      case .wider(let readings): return .wider(readings)
      case .done(var result):
        if place.isAtEnd { return .done(result, earlier: earlier, oddTimes) }
        earlier += result.blocks.map(\.withoutRows)
        var report = LoadReport()
        let builder = LogBuilder(plan: self, columns: columns)
        try spilling?.spill(
          try builder.build(&result, &report, &oddTimes) { _ in }
        )
      }
    }
  }

  /// Widens the columns that too many values do not fit; says whether there were any.
  private func widen(_ columns: inout [FileColumn], _ account: RowAccount) -> Bool {
    var isWidened = false
    for index in columns.indices
    where account.badValues[index].count > 0
      && LoadLimits.areTooMany(account.badValues[index].count, of: account.rowsRead)
    {
      guard let wider = columns[index].reading.wider(role: columns[index].role) else { continue }
      columns[index].reading = wider
      isWidened = true
    }
    return isWidened
  }

  /// Begins the report, writes the rejected rows, and stops where they are too many.
  private func account(_ run: Run) throws(LoadError) -> LoadReport {
    var report = LoadReport()
    let account = run.account
    report.files = files.map(\.path)
    report.byteCount = files.reduce(0) { $0 + ($1.file.byteCount ?? 0) }
    report.rowsRead = account.rowsRead
    report.rejections = account.rejections
    report.filteredRows = account.filteredRows
    report.outOfOrderRows = account.outOfOrderRows
    report.warnings = warnings + account.warnings + nulled(account, run.columns)
    report.warnings += findings(account, run.columns)
    report.warnings += files.flatMap { $0.arrow?.notes ?? [] }
    if let path = request.rejectsInto {
      let rows = account.rejectedRows(run.blocks, files)
      try RejectsFile.write(rows, to: path)
      report.rejectsFile = path
      if !run.isEveryRejectKept {
        report.warnings.append(
          "'\(path)' holds \(rows.count) of the rejected rows only: the others were too much to keep"
        )
      }
    }
    let bad = account.badRowCount
    if bad > 0, LoadLimits.areTooMany(bad, of: account.rowsRead) {
      if let error = mixedTimes(account, run.columns) { throw error }
      if let open = account.rejection(.fault(.longQuote)) {
        throw .openQuote(open, rejected: bad, read: account.rowsRead)
      }
      throw .tooManyBadRows(rejected: bad, read: account.rowsRead, rejections: account.rejections)
    }
    return report
  }

  /// Tells of values that ON ERROR NULL emptied: they are no rejections, and must not pass for
  /// empty fields.
  private func nulled(_ account: RowAccount, _ columns: [FileColumn]) -> [String] {
    guard request.onError == .null else { return [] }
    return columns.indices.compactMap { column in
      let reason = RejectionReason.badValue(column: column)
      let bad = account.badValues[column]
      guard bad.count > 0, account.rejection(reason) == nil else { return nil }
      let values = bad.count == 1 ? "1 value" : "\(bad.count) values"
      let place = "\(bad.firstFile):\(bad.firstLine)"
      return "\(reason.text(columns)) in \(values), first at \(place), loaded as NULL"
    }
  }

  /// Tells of values that are loaded and that a reader of the numbers should know of.
  private func findings(_ account: RowAccount, _ columns: [FileColumn]) -> [String] {
    var warnings: [String] = []
    for column in idColumns.sorted() {
      guard let found = account.damagedIds[column] else { continue }
      let name = columns[column].name
      let rows = found.rowCount == 1 ? "1 row" : "\(found.rowCount) rows"
      warnings.append(
        "\(name) holds numbers in scientific notation in \(rows), first at \(found.place) "
          + "('\(found.example)'): digits were lost before this file was written, and different ids "
          + "may have become one; export it again with \(name) as text, not through a spreadsheet, "
          + "or ask nothing of \(name)"
      )
    }
    if let found = account.negativeValues {
      let rows = found.rowCount == 1 ? "1 row" : "\(found.rowCount) rows"
      warnings.append(
        "\(columns[found.column].name) is negative in \(rows), first at \(found.place): sums count "
          + "them as they are"
      )
    }
    return warnings
  }

  /// The error to raise where most bad rows have times in another format than the sample.
  private func mixedTimes(_ account: RowAccount, _ columns: [FileColumn]) -> LoadError? {
    guard let column = roles[.time], let timeExample,
      let rejection = account.rejection(.badValue(column: column)),
      rejection.rowCount * 2 > account.badRowCount
    else { return nil }
    let buffer = TextBuffer(capacity: rejection.example.utf8.count)
    buffer.withMutableSpan { span in
      for (index, byte) in rejection.example.utf8.enumerated() { span[index] = byte }
    }
    let format = buffer.withView(count: buffer.capacity) {
      TimeText.format(of: $0, 0, $0.count)
    }
    // A text without digits is no time at all.
    guard format != nil || rejection.example.utf8.contains(where: { TimeText.isDigit($0) }) else {
      return nil
    }
    return .mixedTimes(
      column: columns[column].name,
      first: timeExample,
      second: rejection.example
    )
  }

  /// Regions of this size take in a column's blocks: large for large files, for huge pages.
  var slabByteCount: Int {
    let total = files.reduce(0) { $0 + ($1.textByteCount ?? 1 << 30) }
    // A partition's share of the widest column should fit into one; huge pages are of 2 MB.
    let pages = min(4, (total >> 20) / 512)
    let wanted = max(64 << 10, min(2 << 20, total / 64), pages << 21)
    // Each column of each thread has a region of its own: thousands of them take small ones.
    return min(wanted, max(4 << 10, (256 << 20) / max(columns.count, 1)))
  }
}

/// Measures how long a load takes.
struct Stopwatch {
  private let start = Self.now

  var seconds: Double { Self.now - start }

  static var microsSince1970: Int64 { Int64(time(nil)) * TimeText.microsPerSecond }

  private static var now: Double {
    var time = timespec()
    // The call fills the struct that it is given.
    unsafe _ = clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
