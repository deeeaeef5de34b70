import BQLColumnar
import Synchronization

/// Keeps what an expression gives for each entry of a text dictionary, shared by all threads.
final class DictionaryResults: Sendable {
  /// Results of one dictionary: row *i* for entry *i*, the last row for NULL.
  struct Entries: Sendable {
    let dictionary: TextDictionary
    /// nil where an entry fails, kept so that it is not tried again for each chunk.
    let results: Column?

    /// Returns the result of each row; nil where rows must be computed one by one.
    func look(up codes: [Int32], validity: Bitmap?) -> Column? {
      guard let results else { return nil }
      guard let validity else { return results.gather(codes) }
      let null = Int32(results.count - 1)
      var rows = codes
      for row in rows.indices where !validity[row] { rows[row] = null }
      return results.gather(rows)
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
