/// Cuts rows into blocks that do not depend on the number of threads.
///
/// Sums are made within a block in row order, and over blocks in block order: the same bits at any
/// thread count.
enum RowBlocks {
  /// Rows of a block; it is part of what a result's last bits are made of.
  static let size = 4096

  static func count(_ rows: Int) -> Int { (max(rows, 0) + size - 1) / size }

  static func rows(_ block: Int, of count: Int) -> Range<Int> {
    let start = min(block * size, count)
    return start..<min(start + size, count)
  }
}
