import BQLArrow
import BQLColumnar
import BQLStorage

/// Says how hard columns are compressed when they are written.
///
/// A compressed column is smaller on the disk and has to be decompressed into memory when it is
/// first asked for; the others are read where they lie.
enum CompressionEffort: Hashable, Sendable {
  /// Compresses nothing: what is gone again when the program ends.
  case none
  /// Compresses wide columns that shrink much, quickly: what LOAD does.
  case light
  /// Compresses whatever shrinks: what COMPACT does.
  case full

  private var level: Int32 { self == .light ? -1 : 9 }

  /// A column is compressed if a sample of it shrinks to this share or below.
  private var largestShare: Double { self == .light ? 0.45 : 0.9 }

  /// Bytes a row from which on a column is worth it.
  private var narrowest: Int { self == .light ? 4 : 1 }

  private static let sampleByteCount = 32 << 10

  /// Chooses among columns; nil where none is worth it.
  func compression(of arrays: [ArrowArray]) -> ArrowCompression? {
    if self == .none { return nil }
    let columns = arrays.indices.filter { isWorthIt(arrays[$0]) }
    if columns.isEmpty { return nil }
    return ArrowCompression(codec: .zstd, columns: Set(columns)) { [level] bytes in
      ArrowCodecs.zstd(bytes, level: level)
    }
  }

  private func isWorthIt(_ array: ArrowArray) -> Bool {
    // The texts of a dictionary are read whole: they are compressed by COMPACT only.
    guard let values = array.buffers.last, array.count > 0,
      self == .full || array.buffers.count == 1
    else { return false }
    let byteCount = values.byteCount
    guard byteCount / array.count >= narrowest else { return false }
    let size = min(byteCount, Self.sampleByteCount)
    guard let sample = values.slice.slice(from: (byteCount - size) / 128 * 64, count: size),
      let compressed = ArrowCodecs.zstd(.slice(sample), level: 1)
    else { return false }
    return Double(compressed.byteCount) <= Double(size) * largestShare
  }
}
