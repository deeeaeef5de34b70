/// Reads delimited text byte by byte into rows of fields: the obvious twin of the fast reader.
struct RowByRowReader {
  enum Fault: Equatable {
    case tooFew
    case tooMany
    case textAfterQuote
    case unclosed
  }

  struct Row: Equatable {
    /// 1-based line on which the row starts.
    var line: Int
    var fields: [String]
    var fault: Fault?
  }

  let bytes: [UInt8]
  let delimiter: UInt8

  /// Returns all rows, the header among them; rows whose length is not `columnCount` are faulty.
  func rows(columnCount: Int) -> [Row] {
    var rows: [Row] = []
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 1
    while position < bytes.count {
      var (row, end) = row(from: position)
      row.line = line
      let isBlank = end.textEnd == position
      line += bytes[position..<end.next].filter { $0 == 10 }.count
      position = end.next
      if isBlank { continue }
      if row.fault == nil, row.fields.count != columnCount {
        row.fault = row.fields.count < columnCount ? .tooFew : .tooMany
      }
      rows.append(row)
    }
    return rows
  }

  private func row(from start: Int) -> (Row, (textEnd: Int, next: Int)) {
    var fields: [[UInt8]] = [[]]
    var fault: Fault?
    var position = start
    var isFieldStart = true
    var isAfterQuote = false
    while position < bytes.count, bytes[position] != 10 {
      let byte = bytes[position]
      if byte == delimiter {
        fields.append([])
        isFieldStart = true
        isAfterQuote = false
        position += 1
        continue
      }
      if byte == 34, isFieldStart {
        var inside: [UInt8] = []
        var quote = position + 1
        while quote < bytes.count {
          if bytes[quote] == 34 {
            guard quote + 1 < bytes.count, bytes[quote + 1] == 34 else { break }
            quote += 1
          }
          inside.append(bytes[quote])
          quote += 1
        }
        guard quote < bytes.count else {
          // Never closed: the row ends with its first line.
          let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
          return (Row(line: 0, fields: [], fault: .unclosed), (end, min(end + 1, bytes.count)))
        }
        fields[fields.count - 1] = inside
        position = quote + 1
        isAfterQuote = true
        isFieldStart = false
        continue
      }
      isFieldStart = false
      let endsLine = byte == 13 && (position + 1 == bytes.count || bytes[position + 1] == 10)
      if isAfterQuote, !endsLine { fault = .textAfterQuote }
      if !isAfterQuote { fields[fields.count - 1].append(byte) }
      position += 1
    }
    var textEnd = position
    if textEnd > start, bytes[textEnd - 1] == 13 {
      textEnd -= 1
      if fields[fields.count - 1].last == 13, !isAfterQuote {
        fields[fields.count - 1].removeLast()
      }
    }
    let texts = fields.map { String(decoding: $0, as: UTF8.self) }
    return (Row(line: 0, fields: texts, fault: fault), (textEnd, min(position + 1, bytes.count)))
  }
}
