import BQLColumnar
import BQLFunctions
import BQLStorage

extension LoadReport {
  /// The report as a person reads it.
  func lines(name: String) -> [String] {
    var lines: [String] = []
    var first = "\(name): \(counted(rowsLoaded, "row"))"
    if userCount > 0 { first += ", \(counted(userCount, "user"))" }
    if let sessionCount { first += ", \(counted(sessionCount, "session"))" }
    if let timeRange { first += ", \(time(timeRange.lowerBound)) to \(time(timeRange.upperBound))" }
    lines.append(first)
    if rowsRead != rowsLoaded {
      lines.append("read \(counted(rowsRead, "row")), loaded \(grouped(rowsLoaded))")
    }
    for rejection in rejections {
      lines.append(
        "rejected \(grouped(rejection.rowCount)): \(rejection.reason), first at "
          + "\(rejection.firstFile):\(rejection.firstLine): \(rejection.example)"
      )
    }
    if let rejectsFile, !rejections.isEmpty { lines.append("rejected rows: \(rejectsFile)") }
    if filteredRows > 0 { lines.append("left out by WHERE: \(grouped(filteredRows))") }
    if duplicateRows > 0 {
      lines.append(
        "\(counted(duplicateRows, "exact duplicate"))"
          + (duplicatesRemoved ? ": removed" : ": kept (DEDUP EXACT removes them)")
      )
    }
    let empty = nullCounts.filter { $0.rowCount > 0 }
    if !empty.isEmpty, rowsLoaded > 0 {
      let parts = empty.map { "\($0.column) \(share($0.rowCount))" }
      lines.append("empty fields: \(parts.joined(separator: ", "))")
    }
    if outOfOrderRows > 0 {
      lines.append("\(share(outOfOrderRows)) of the rows stood out of time order: sorted")
    }
    if tiedRows > 0 {
      lines.append(
        "\(share(tiedRows)) of the rows share their instant with the user's previous row"
      )
    }
    return lines
  }

  /// What a reader of a file in FROM must know of it: rows that it lacks, and warnings.
  func notes(path: String) -> [String] {
    let lost = rejections.map { rejection in
      "'\(path)': left out \(counted(rejection.rowCount, "row")): \(rejection.reason), first at "
        + "\(rejection.firstFile):\(rejection.firstLine)"
    }
    return lost + warnings.map { "'\(path)': \($0)" }
  }

  private func share(_ count: Int) -> String {
    let share = Double(count) / Double(max(rowsLoaded, 1)) * 100
    if count > 0, share < 0.1 { return "\(grouped(count)) (under 0.1 %)" }
    return "\((share * 10).rounded() / 10) %"
  }

  private func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  private func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0, digits[index - 1] != "-" { text += "," }
      text.append(digit)
    }
    return text
  }

  private func time(_ microseconds: Int64) -> String {
    let column = Column(.timestamp, ints: [microseconds])
    guard let cast = try? Cast.convert(column, to: .text), case .text(let text) = cast[0] else {
      return "\(microseconds)"
    }
    return text
  }
}
