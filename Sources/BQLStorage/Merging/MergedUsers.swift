import BQLColumnar

/// Holds the users of a partition of the joined log, in order of first appearance.
struct MergedUsers {
  /// One row a user.
  let values: StoredColumn
  /// By part: what number each of its users has here.
  let codes: [[Int32]]

  var count: Int { values.count }

  init(_ parts: [MergePart], _ inputs: [MergeInput], column: Int, _ kind: UserKind) {
    let names = parts.map { part in
      part.partition.userValues(inputs[part.input].places[column])
    }
    var codes: [[Int32]] = []
    switch kind {
    case .ints:
      var interner = IntInterner()
      for names in names {
        codes.append(names.wideInts().map { interner.code($0) })
      }
      let keys = interner.keys
      let range = (keys.min() ?? 0)...(keys.max() ?? 0)
      values = StoredColumn(ints: keys, width: IntegerWidth(range))
    case .uuids:
      var interner = UUIDInterner()
      for names in names {
        guard let uuids = names.codeDictionary?.texts.uuids else {
          codes.append([])
          continue
        }
        codes.append(
          names.wideInts().map {
            let code = Int($0)
            return interner.code(uuids[code * 2], uuids[code * 2 + 1])
          }
        )
      }
      values = Self.identity(KeyValues.uuids(interner.words))
    case .texts:
      var builder = TextDictionaryBuilder()
      for names in names {
        guard let texts = names.codeDictionary?.texts else {
          codes.append([])
          continue
        }
        codes.append(
          names.wideInts().map { texts.withText(Int($0)) { builder.code(for: $0) } }
        )
      }
      values = Self.identity(KeyValues.texts(builder.finish()))
    }
    self.codes = codes
  }

  /// A column that holds each key once, in order.
  private static func identity(_ keys: KeyValues) -> StoredColumn {
    let codes = Buffer((0..<keys.count).map { Int32(truncatingIfNeeded: $0) })
    let dictionary = keys.dictionary ?? CodeDictionary(TextDictionary([""]))
    return StoredColumn(type: .text, storage: .codes32(codes, dictionary), count: keys.count)
  }
}
