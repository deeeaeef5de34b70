import Glibc

/// Reads and writes amounts of memory: `2GB`, `512 MB`.
package enum ByteSize {
  private static let units: [(name: String, bytes: Int)] = [
    ("TB", 1 << 40), ("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10), ("B", 1),
  ]

  /// Reads a whole number or one with a point, and a unit; 1 GB, or GiB, is 2³⁰ bytes.
  ///
  /// nil where the text is none, or is not above zero.
  package static func parse(_ text: String) -> Int? {
    let text = text.uppercased().filter { $0 != " " && $0 != "_" }.replacing("IB", with: "B")
    let digits = text.prefix { $0.isNumber && $0.isASCII || $0 == "." }
    guard let number = Double(digits), number > 0 else { return nil }
    var unit = text.dropFirst(digits.count)
    if unit.count == 1, unit != "B" { unit += "B" }
    guard let bytes = units.first(where: { $0.name == unit })?.bytes else { return nil }
    return Int(exactly: (number * Double(bytes)).rounded())
  }

  /// Writes an amount to one place: `1.5 GB`.
  package static func text(_ bytes: Int) -> String {
    let unit = units.first { bytes >= $0.bytes } ?? ("B", 1)
    let tenths = Int((Double(bytes) / Double(unit.bytes) * 10).rounded())
    let fraction = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
    return "\(tenths / 10)\(fraction) \(unit.name)"
  }

  /// Four fifths of the machine's memory: what a statement may hold where nobody said otherwise.
  package static var ofMachine: Int {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    guard pages > 0, pageSize > 0 else { return 8 << 30 }
    return pages / 5 * 4 * pageSize
  }
}
