/// Names the files of a store, and knows them again: whatever else lies in the folder is not touched.
enum StoreFileName {
  /// What the files of a log begin with that change `generation` writes.
  static func log(_ generation: Int) -> String { "log-\(generation)" }

  /// What the files of a part of a log begin with that is being loaded.
  static func part(_ generation: Int) -> String { "\(log(generation))-part" }

  /// A file of an item, without its ending.
  static func item(_ generation: Int, _ number: Int) -> String {
    "item-\(generation)-\(padded(number))"
  }

  /// A number of three digits or more.
  static func padded(_ number: Int) -> String {
    number < 1000 ? String(String(number + 1000).dropFirst()) : "\(number)"
  }

  /// Whether a file's name is one that a store gives.
  static func isOwn(_ name: String) -> Bool {
    if [StoreLock.fileName, StoreManifest.fileName, StoreManifest.fileName + ".new"].contains(name)
    {
      return true
    }
    let halves = name.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return false }
    var words = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard words.count >= 3, isNumber(words[1]) else { return false }
    switch (words[0], halves[1]) {
    case ("log", "arrow"):
      if words[2] == "part" { words.remove(at: 2) }
      return words.count == 3 && (isNumber(words[2]) || words[2] == "users")
    case ("item", "arrow"), ("item", "json"): return words.count == 3 && isNumber(words[2])
    default: return false
    }
  }

  private static func isNumber(_ word: Substring) -> Bool {
    !word.isEmpty && word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
