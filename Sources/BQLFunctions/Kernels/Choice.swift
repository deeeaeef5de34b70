package import BQLColumnar

/// Compares the values that several columns of one type have in one row.
struct RowOrder: Sendable {
  private enum Cells {
    case ints([Int64])
    case texts(TextCells)
  }

  private let columns: [Cells]

  init(_ columns: [Column]) {
    self.columns = columns.map { column in
      switch column.values {
      case .bools(let bools): .ints(Rows.map(bools) { $0 ? 1 : 0 })
      case .ints(let ints): .ints(ints)
      case .floats(let floats): .ints(Rows.map(floats) { FloatOrder.key($0) })
      case .texts: .texts(column.texts)
      }
    }
  }

  func precedes(_ first: Int, _ second: Int, _ row: Int) -> Bool {
    switch (columns[first], columns[second]) {
    case (.ints(let a), .ints(let b)): a[row] < b[row]
    case (.texts(let a), .texts(let b)): a.precedes(row, b, row)
    case (.ints, .texts), (.texts, .ints): false
    }
  }

  func areEqual(_ first: Int, _ second: Int, _ row: Int) -> Bool {
    switch (columns[first], columns[second]) {
    case (.ints(let a), .ints(let b)): a[row] == b[row]
    case (.texts(let a), .texts(let b)): a.equals(row, b, row)
    case (.ints, .texts), (.texts, .ints): false
    }
  }
}

/// Builds a column whose every row comes from one of several columns of one type.
package enum Choice {
  /// Returns, for row *i*, row *i* of the column `choice[i]`; NULL where that is nil.
  package static func column(_ columns: [Column], _ choice: [Int?]) -> Column {
    var validity = Bitmap(repeating: true, count: choice.count)
    for (row, index) in choice.enumerated() {
      guard let index, columns[index].isValid(row) else {
        validity[row] = false
        continue
      }
    }
    let type = columns[0].type
    switch type {
    case .bool: return fixed(columns.map(\.bools), choice, type, validity)
    case .float: return fixed(columns.map(\.floats), choice, type, validity)
    case .int, .decimal, .timestamp, .date, .interval:
      return fixed(columns.map(\.ints), choice, type, validity)
    case .text:
      let texts = columns.map(\.texts)
      if let dictionary = texts.first?.dictionary,
        texts.allSatisfy({ $0.dictionary === dictionary })
      {
        let codes = choice.enumerated().map { row, index in index.map { texts[$0].codes[row] } ?? 0
        }
        return Column(codes: codes, dictionary: dictionary, validity: validity)
      }
      var output = TextOutput(count: choice.count)
      for (row, index) in choice.enumerated() {
        if let index, validity[row] {
          output.append(texts[index][row])
        } else {
          output.appendNull()
        }
      }
      return output.finish()
    }
  }

  private static func fixed<T: Cell>(
    _ cells: [[T]],
    _ choice: [Int?],
    _ type: DataType,
    _ validity: Bitmap
  ) -> Column {
    let chosen = choice.enumerated().map { row, index in
      index.map { cells[$0][row] } ?? T.placeholder
    }
    return T.column(chosen, type, validity)
  }
}
