import BQLColumnar
import Synchronization

/// Keeps what an expression gives for each entry of a text dictionary, shared by all threads.
final class DictionaryResults: Sendable {
  /// Results of one dictionary: row *i* for entry *i*, the last row for NULL.
  struct Entries: Sendable {
    let dictionary: TextDictionary
    /// nil where an entry fails, kept so that it is not tried again for each chunk.
    let results: Column?
  }

  /// Looks results of entries up by the codes of a chunk.
  struct LookUp {
    let results: Column
    let codes: [Int32]
    let validity: Bitmap?

    /// The result of each row.
    var column: Column {
      guard let validity else { return results.gather(codes) }
      let null = Int32(truncatingIfNeeded: results.count - 1)
      var rows = codes
      for (index, word) in validity.words.enumerated() where word != .max {
        for row in index << 6..<min(index << 6 + 64, rows.count)
        where word >> UInt64(row & 63) & 1 == 0 { rows[row] = null }
      }
      return results.gather(rows)
    }

    /// Where a condition is true.
    var trueMask: [Bool] {
      let table = results.trueMask
      let found = table.span
      let codes = codes.span
      let mask = unsafe [Bool](count: codes.count) { result in
        // As many results as codes; the table is read with a check.
        for row in codes.indices {
          unsafe result[row] = found[Int(codes[unchecked: row])]
        }
      }
      guard let validity else { return mask }
      let present = ByteMask.and(mask, validity)
      // What is true of NULL is true of all rows without a value.
      return table[table.count - 1] ? ByteMask.or(present, validity.inverted.bytes) : present
    }
  }

  /// A log has one dictionary a column, or one a partition; computed texts have one a chunk, whose
  /// results are not worth keeping for long.
  private static let capacity = 128

  private let kept = Mutex<[Entries]>([])

  func find(_ dictionary: TextDictionary) -> Entries? {
    kept.withLock { kept in kept.last { $0.dictionary === dictionary } }
  }

  /// Keeps results, or returns those that another thread kept first: one dictionary, one result.
  func insert(_ dictionary: TextDictionary, _ results: Column?) -> Entries {
    kept.withLock { kept in
      if let known = kept.last(where: { $0.dictionary === dictionary }) { return known }
      if kept.count >= Self.capacity { kept.removeFirst() }
      let entries = Entries(dictionary: dictionary, results: results)
      kept.append(entries)
      return entries
    }
  }
}

/// Makes the column of a literal, keeping the last one: chunks mostly have one length.
final class RepeatedColumn: Sendable {
  private let value: Value
  private let type: DataType
  private let last = Mutex<Column?>(nil)

  init(_ value: Value, _ type: DataType) {
    self.value = value
    self.type = type
  }

  func column(count: Int) -> Column {
    last.withLock { last in
      if let last, last.count == count { return last }
      let made = Column(repeating: value, type: type, count: count)
      last = made
      return made
    }
  }
}
