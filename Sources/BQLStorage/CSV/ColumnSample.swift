import BQLColumnar

/// Gathers what a sample of a column's values can be read as.
struct ColumnSample {
  private(set) var valueCount = 0
  private(set) var isInt = true
  private(set) var isPaddedInt = true
  private var decimalMisfits = 0
  private var floatMisfits = 0
  /// Values with marks between thousands or a comma for the point.
  private var localNumbers = LocalNumberSample()
  private(set) var isBool = true
  private(set) var isDate = true
  private(set) var isUUID = true
  private(set) var isUTF8 = true
  /// There are values such as `2.05301E+18`, whose last digits are lost.
  private var isScientific = false
  /// Whole numbers that a double would round.
  private(set) var hasLongInt = false
  private(set) var hasPointZero = false
  /// The formats that times were met in, each with its first example and how many there were.
  private(set) var timeFormats: [(format: TimeFormat, example: String, count: Int)] = []
  private(set) var untimely: (example: String, count: Int)?
  /// The first value that is no number.
  private(set) var textExample: String?

  mutating func add(_ text: TextView, _ range: Range<Int>) {
    let (start, end) = (range.lowerBound, range.upperBound)
    guard start < end else { return }
    valueCount += 1
    addNumber(text, start, end)
    if isBool { isBool = NumberText.bool(text, start, end) != nil }
    if isDate { isDate = TimeText.days(text, start, end) != nil }
    if isUUID { isUUID = UUIDText.words(text, start, end) != nil }
    if isUTF8, range.contains(where: { text[$0] >= 128 }) {
      isUTF8 = String(validating: range.map { text[$0] }, as: UTF8.self) != nil
    }
    addTime(text, start, end)
  }

  /// Adds what another file's sample of the same column has met.
  mutating func merge(_ other: ColumnSample) {
    valueCount += other.valueCount
    isInt = isInt && other.isInt
    isPaddedInt = isPaddedInt && other.isPaddedInt
    decimalMisfits += other.decimalMisfits
    floatMisfits += other.floatMisfits
    localNumbers.merge(other.localNumbers)
    isBool = isBool && other.isBool
    isDate = isDate && other.isDate
    isUUID = isUUID && other.isUUID
    isUTF8 = isUTF8 && other.isUTF8
    isScientific = isScientific || other.isScientific
    hasLongInt = hasLongInt || other.hasLongInt
    hasPointZero = hasPointZero || other.hasPointZero
    for met in other.timeFormats {
      if let index = timeFormats.firstIndex(where: { $0.format == met.format }) {
        timeFormats[index].count += met.count
      } else {
        timeFormats.append(met)
      }
    }
    if let own = untimely {
      untimely = (own.example, own.count + (other.untimely?.count ?? 0))
    } else {
      untimely = other.untimely
    }
    textExample = textExample ?? other.textExample
  }

  private mutating func addNumber(_ text: TextView, _ start: Int, _ end: Int) {
    if let int = NumberText.int(text, start, end) {
      if int.magnitude > 1 << 53 { hasLongInt = true }
      if int.magnitude > UInt64(Int64.max / 100) { decimalMisfits += 1 }
      return
    }
    isInt = false
    localNumbers.add(text, start, end)
    if isPaddedInt {
      isPaddedInt = NumberText.paddedInt(text, start, end) != nil
      if isPaddedInt { hasPointZero = true }
    }
    if NumberText.decimal(text, start, end) != nil { return }
    decimalMisfits += 1
    guard let value = NumberText.float(text, start, end) else {
      floatMisfits += 1
      if textExample == nil { textExample = text.text(start..<min(end, start + 60)) }
      return
    }
    if !isScientific, value.magnitude >= 1e10 {
      isScientific = NumberText.isScientific(text, start, end)
    }
  }

  private mutating func addTime(_ text: TextView, _ start: Int, _ end: Int) {
    guard let format = TimeText.format(of: text, start, end) else {
      if untimely == nil { untimely = (text.text(start..<min(end, start + 60)), 0) }
      untimely?.count += 1
      return
    }
    if let index = timeFormats.firstIndex(where: { $0.format == format }) {
      timeFormats[index].count += 1
    } else {
      timeFormats.append((format, text.text(start..<end), 1))
    }
  }

  /// Says whether an id's digits were lost: whole ids among numbers in scientific notation.
  func losesDigits(name: String) -> Bool {
    isScientific && (hasLongInt || name.lowercased().hasSuffix("id"))
  }

  /// Says whether the column's numbers are ids: by their name, or as far as they are whole.
  func isOfIds(name: String) -> Bool {
    hasLongInt || name.lowercased().hasSuffix("id") || isInt && valueCount > 0
  }

  /// Returns how to read a column without a role.
  func reading(name: String, _ options: CSVOptions) -> ColumnReading {
    if valueCount == 0 { return .text }
    if isInt { return .int(acceptsPointZero: false) }
    if options.decimalMark == .comma, let local = localNumbers.reading(.comma) { return local }
    if losesDigits(name: name) { return .text }
    if decimalMisfits == 0 { return .decimal }
    // A double would round whole numbers above 2^53: ids stay as they are spelled.
    if floatMisfits == 0, !hasLongInt { return .float }
    if isBool { return .bool }
    if isDate { return .date }
    if timeFormats.count == 1, untimely == nil, case .civil = timeFormats[0].format {
      return .time(timeFormats[0].format)
    }
    return .text
  }

  /// Returns how to read a column with a role.
  func reading(
    name: String,
    role: Role,
    _ request: LoadRequest
  ) throws(LoadError) -> ColumnReading {
    switch role {
    case .time: return .time(try timeFormat(name: name, request.options.dateOrder))
    case .event: return .text
    case .user, .session:
      if valueCount == 0 { return .localText }
      if isInt { return .int(acceptsPointZero: false) }
      if isPaddedInt { return .int(acceptsPointZero: true) }
      return isUUID ? .uuid : .localText
    case .item:
      if valueCount == 0 { return .text }
      if isInt { return .int(acceptsPointZero: false) }
      return isPaddedInt ? .int(acceptsPointZero: true) : .text
    case .value:
      if let local = localReading(request.options) { return local }
      if decimalMisfits == 0 { return .decimal }
      if floatMisfits == 0 { return .float }
      if !LoadLimits.areTooMany(decimalMisfits, of: valueCount) { return .decimal }
      if !LoadLimits.areTooMany(floatMisfits, of: valueCount) { return .float }
      if request.onError == .null {
        if decimalMisfits * 2 <= valueCount { return .decimal }
        if floatMisfits * 2 <= valueCount { return .float }
      }
      // A few texts among the numbers are bad rows; a column of them is another column.
      throw .unfitRole(
        role: .value,
        column: name,
        example: textExample ?? "",
        reason: "it is not a number"
      )
    }
  }

  /// How to read a VALUE column of numbers such as `1,234.56` or `0,50`; nil for any other.
  private func localReading(_ options: CSVOptions) -> ColumnReading? {
    if options.decimalMark == .comma { return localNumbers.reading(.comma) }
    guard decimalMisfits > 0 else { return nil }
    let marks: [DecimalMark] = options.decimalMark == .point ? [.point] : [.point, .comma]
    for mark in marks where localNumbers.isShown(mark) { return localNumbers.reading(mark) }
    return nil
  }

  /// The one format of the column's times, `digits(.unknown)` where day and month may be either.
  private func timeFormat(name: String, _ order: DateOrder?) throws(LoadError) -> TimeFormat {
    let ordered = settled(order).sorted { $0.count > $1.count }
    let untimely = untimely ?? ("", 0)
    guard let best = ordered.first, best.count >= untimely.count else {
      if untimely.count == 0 { return .civil(hasZone: false) }
      throw .badTimes(
        column: name,
        example: untimely.example,
        reason: Self.explain(untimely.example)
      )
    }
    if LoadLimits.areTooMany(valueCount - best.count, of: valueCount) {
      // Texts without digits are no times at all: bad rows.
      let isTime = untimely.example.utf8.contains { TimeText.isDigit($0) }
      if let second = ordered.dropFirst().first, !isTime || second.count >= untimely.count {
        let isInOrder =
          timeFormats.first {
            $0.example == best.example || $0.example == second.example
          }?.example == best.example
        throw .mixedTimes(
          column: name,
          first: isInOrder ? best.example : second.example,
          second: isInOrder ? second.example : best.example
        )
      }
      if isTime {
        throw .mixedTimes(column: name, first: best.example, second: untimely.example)
      }
    }
    return best.format
  }

  /// The formats, with dates whose day and month may be either counted as those that tell, or as
  /// `order` says.
  private func settled(
    _ order: DateOrder?
  ) -> [(format: TimeFormat, example: String, count: Int)] {
    guard let index = timeFormats.firstIndex(where: { $0.format == .digits(.unknown) }) else {
      return timeFormats
    }
    var formats = timeFormats
    let unknown = formats.remove(at: index)
    let told = formats.indices.filter {
      [.digits(.dayFirst), .digits(.monthFirst)].contains(formats[$0].format)
    }
    if let order {
      formats.append((.digits(order), unknown.example, unknown.count))
      for place in told where formats[place].format == .digits(order) {
        formats[formats.count - 1].count += formats[place].count
        formats[place].count = 0
      }
    } else if let most = told.max(by: { formats[$0].count < formats[$1].count }) {
      formats[most].count += unknown.count
    } else {
      formats.append(unknown)
    }
    return formats.filter { $0.count > 0 }
  }

  /// Says what is wrong with a time in no known format.
  private static func explain(_ example: String) -> String {
    let parts = example.split(separator: ":", omittingEmptySubsequences: false)
    let isMinutes =
      parts.count == 2
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isNumber || $0 == "." } }
    return isMinutes
      ? "Excel saved minutes and seconds only; the date and the hour are lost, so the file must be "
        + "made again from its source"
      : "not a known way to write times"
  }
}
