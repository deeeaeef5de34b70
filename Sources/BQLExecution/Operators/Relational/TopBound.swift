import BQLColumnar
import BQLFunctions
import BQLPlanning
import Synchronization

/// Says what the first key of a row may be at most, for the row to be among the first ones wanted.
///
/// All threads share it: as soon as one has met as many rows as are wanted, none needs to look at
/// more than the first key of rows that come after all of those. Rows equal to the bound pass, so
/// what is found does not depend on when it was set.
final class TopBound: Sendable {
  private enum Limit {
    /// NULLs are all first and as many as are wanted.
    case null
    /// In ascending order, turned over where the key descends; a NULL passes if it sorts first.
    case integer(Int64)
    case text(ArraySlice<UInt8>)
  }

  private let key: SortPlan.Key
  private let limit = Mutex<Limit?>(nil)

  init(_ key: SortPlan.Key) {
    self.key = key
  }

  /// Notes that as many rows as are wanted do not come after a row of `column`.
  func tighten(_ column: Column, row: Int) {
    guard let found = limit(column, row) else { return }
    limit.withLock { limit in
      switch (limit, found) {
      case (.null?, _): break
      case (_, .null), (nil, _): limit = found
      case (.integer(let known)?, .integer(let new)): limit = .integer(min(known, new))
      case (.text(let known)?, .text(let new)):
        let isTighter =
          key.isDescending
          ? known.lexicographicallyPrecedes(new) : new.lexicographicallyPrecedes(known)
        if isTighter { limit = found }
      case (.integer?, .text), (.text?, .integer): break
      }
    }
  }

  private func limit(_ column: Column, _ row: Int) -> Limit? {
    guard column.isValid(row) else { return key.nullsFirst ? .null : nil }
    switch column.values {
    case .ints(let ints): return .integer(directed(ints[row]))
    case .floats(let floats): return .integer(directed(FloatOrder.key(floats[row])))
    case .bools(let bools): return .integer(directed(bools[row] ? 1 : 0))
    case .texts(let codes, let dictionary): return .text(dictionary.utf8(Int(codes[row])))
    }
  }

  @inline(__always)
  private func directed(_ integer: Int64) -> Int64 { key.isDescending ? ~integer : integer }

  /// Returns the rows of the first key's column that may be among the first; nil for all.
  func passing(_ column: Column) -> [Int32]? {
    guard let limit = limit.withLock({ $0 }) else { return nil }
    let passes: [Bool]
    switch (limit, column.values) {
    case (.integer(let most), .ints(let ints)): passes = mask(ints, most) { $0 }
    case (.integer(let most), .floats(let floats)):
      passes = mask(floats, most) { FloatOrder.key($0) }
    case (.integer(let most), .bools(let bools)): passes = mask(bools, most) { $0 ? 1 : 0 }
    case (.text(let most), .texts(let codes, let dictionary)):
      passes = texts(codes, dictionary, column.validity, most)
    default: passes = [Bool](repeating: false, count: column.count)
    }
    guard let validity = column.validity else { return ByteMask.rows(passes) }
    return ByteMask.rows(
      key.nullsFirst
        ? ByteMask.or(passes, validity.inverted.bytes) : ByteMask.and(passes, validity)
    )
  }

  @inline(__always)
  private func mask<Element>(
    _ elements: [Element],
    _ most: Int64,
    _ integer: (Element) -> Int64
  ) -> [Bool] {
    let values = elements.span
    // `~x` turns the order of all integers over.
    let turn: Int64 = key.isDescending ? -1 : 0
    return unsafe [Bool](count: values.count) { result in
      // As many results as elements.
      for row in values.indices {
        unsafe result[row] = (integer(values[unchecked: row]) ^ turn) <= most
      }
    }
  }

  /// Compares each text of a chunk that occurs once.
  private func texts(
    _ codes: [Int32],
    _ dictionary: TextDictionary,
    _ validity: Bitmap?,
    _ most: ArraySlice<UInt8>
  ) -> [Bool] {
    var known: [Int32: Bool] = [:]
    var last: (code: Int32, passes: Bool)?
    return codes.indices.map { row in
      if let validity, !validity[row] { return false }
      let code = codes[row]
      if let last, last.code == code { return last.passes }
      let passes =
        known[code]
        ?? {
          let text = dictionary.utf8(Int(code))
          return key.isDescending
            ? !text.lexicographicallyPrecedes(most) : !most.lexicographicallyPrecedes(text)
        }()
      known[code] = passes
      last = (code, passes)
      return passes
    }
  }
}
