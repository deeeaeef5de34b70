import BQLColumnar
import Synchronization

/// Lends memory for a log's columns, first of all that of blocks which are done with.
///
/// The first touch of new memory costs more than all else that is done to a column.
final class MemoryPool: Sendable {
  /// Memory that is not written yet.
  struct Piece: Sendable {
    let region: MemoryRegion
    let byteOffset: Int
  }

  private struct State: Sendable {
    var free: [MemoryRegion] = []
    /// Regions that are in use up to `used`.
    var open: [(region: MemoryRegion, used: Int)] = []
  }

  private let state = Mutex(State())
  private let slabByteCount: Int

  init(slabByteCount: Int) {
    self.slabByteCount = slabByteCount
  }

  /// Takes regions that nothing reads any more.
  func give(_ regions: [MemoryRegion]) {
    state.withLock { $0.free += regions }
  }

  /// Returns `byteCount` bytes, aligned to 64.
  func take(_ byteCount: Int) throws(LoadError) -> Piece {
    try state.withLock { state throws(LoadError) in
      if let index = state.open.firstIndex(where: { $0.region.byteCount - $0.used >= byteCount }) {
        let piece = Piece(region: state.open[index].region, byteOffset: state.open[index].used)
        state.open[index].used += (byteCount + 63) & ~63
        return piece
      }
      let region: MemoryRegion
      if let index = state.free.firstIndex(where: { $0.byteCount >= byteCount }) {
        region = state.free[index]
        state.free.swapAt(index, state.free.count - 1)
        state.free.removeLast()
      } else {
        region = try .forLoading(max(slabByteCount, byteCount))
      }
      state.open.append((region, (byteCount + 63) & ~63))
      return Piece(region: region, byteOffset: 0)
    }
  }

  /// Makes a buffer of `count` numbers, all of which `fill` writes.
  func buffer<Element: BitwiseCopyable & Sendable, R>(
    of type: Element.Type,
    count: Int,
    _ fill: (inout MutableSpan<Element>) -> R
  ) throws(LoadError) -> (buffer: Buffer<Element>, result: R) {
    let piece = try take(count * MemoryLayout<Element>.stride)
    let result = piece.region.withMutableSpan(
      of: type,
      byteOffset: piece.byteOffset,
      count: count,
      fill
    )
    return (Buffer(sharing: piece.region, byteOffset: piece.byteOffset, count: count), result)
  }
}
