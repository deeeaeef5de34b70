import BQLColumnar

/// Makes one dictionary of the workers' for a column, in order of first appearance in the text.
struct DictionaryMerge: Sendable {
  let dictionary: TextDictionary
  /// The code in `dictionary` of each worker's codes, one worker after the other; 0 (NULL) becomes
  /// `count`.
  let codes: [Int32]
  /// Where each worker's codes begin.
  let codeStarts: [Int]
  /// The number of texts; also the code that stands for NULL until validity is known.
  let count: Int

  /// Merges the dictionaries of a column: first the `declared` texts, whether rows have them or
  /// not; `aliases` are texts that stand for others.
  init(
    _ result: LoadPass.Result,
    column: Int,
    declared: [String] = [],
    aliases: [(value: String, name: String)] = []
  ) throws(LoadError) {
    let dictionaries = result.dictionaries.map { $0.isEmpty ? FieldDictionary() : $0[column] }
    var entries: [(block: Int32, worker: Int, index: Int)] = []
    for (worker, dictionary) in dictionaries.enumerated() {
      for index in 0..<dictionary.count {
        entries.append((dictionary.firstBlocks[index], worker, index))
      }
    }
    // A block belongs to one worker, whose entries are in order: this is the order of the text.
    entries.sort { ($0.block, $0.index) < ($1.block, $1.index) }
    try LoadLimits.checkDistinct(entries.count + declared.count)
    var builder = TextDictionaryBuilder()
    for name in declared { _ = builder.code(for: name) }
    var codes = dictionaries.map { [Int32](repeating: 0, count: $0.count + 1) }
    let names = aliases.map { (Array($0.value.utf8), $0.name) }
    for entry in entries {
      let dictionary = dictionaries[entry.worker]
      let range = dictionary.offsets[entry.index]..<dictionary.offsets[entry.index + 1]
      let code: Int32
      if let alias = names.first(where: { $0.0.elementsEqual(dictionary.bytes[range]) }) {
        code = builder.code(for: alias.1)
      } else {
        code = builder.code(for: dictionary.bytes.span.extracting(range))
      }
      codes[entry.worker][entry.index + 1] = code
    }
    count = builder.count
    var starts: [Int] = []
    var joined: [Int32] = []
    for worker in codes.indices {
      codes[worker][0] = Int32(truncatingIfNeeded: count)
      starts.append(joined.count)
      joined += codes[worker]
    }
    self.codes = joined
    codeStarts = starts
    dictionary = builder.count == 0 ? TextDictionary([""]) : builder.finish()
  }
}
