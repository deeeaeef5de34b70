import BQLColumnar
import Glibc

/// Owns the memory of one block of input, padded as ``TextView`` asks.
final class TextBuffer {
  private var region: MemoryRegion
  /// The bytes that fit.
  private(set) var capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    region = MemoryRegion(byteCount: capacity + 2 * TextView.padding)
  }

  /// Makes room for `capacity` bytes, keeping the first `keeping`.
  func grow(to capacity: Int, keeping: Int) {
    guard capacity > self.capacity else { return }
    let wider = MemoryRegion(byteCount: capacity + 2 * TextView.padding)
    let old = region
    let padding = TextView.padding
    old.withMutableSpan(of: UInt8.self, byteOffset: padding, count: keeping) { from in
      wider.withMutableSpan(of: UInt8.self, byteOffset: padding, count: keeping) { into in
        unsafe from.withUnsafeMutableBytes { from in
          unsafe into.withUnsafeMutableBytes { into in
            // Both spans are `keeping` bytes long.
            unsafe into.copyMemory(from: UnsafeRawBufferPointer(from))
          }
        }
      }
    }
    region = wider
    self.capacity = capacity
  }

  /// Reads through `read`, which gets the region, where the bytes go and how many fit.
  func fill(
    at position: Int,
    count: Int,
    _ read: (MemoryRegion, Int, Int) throws(LoadError) -> Int
  ) throws(LoadError) -> Int {
    precondition(position >= 0 && position + count <= capacity)
    return try read(region, position + TextView.padding, count)
  }

  func withMutableSpan<R>(_ body: (inout MutableSpan<UInt8>) -> R) -> R {
    region.withMutableSpan(
      of: UInt8.self,
      byteOffset: TextView.padding,
      count: capacity,
      body
    )
  }

  /// Lends the first `count` bytes and what surrounds them.
  func withView<R, E>(count: Int, _ body: (TextView) throws(E) -> R) throws(E) -> R {
    try withEditor(count: count) { (editor) throws(E) in try body(editor.view) }
  }

  /// Lends the first `count` bytes together with the room behind them.
  func withEditor<R, E>(count: Int, _ body: (TextEditor) throws(E) -> R) throws(E) -> R {
    precondition(count <= capacity)
    return try region.withMutableSpan(
      of: UInt8.self,
      byteOffset: 0,
      count: capacity + 2 * TextView.padding
    ) { (span) throws(E) in
      let base = unsafe span.withUnsafeMutableBufferPointer { $0.baseAddress }
      guard let base = unsafe base else { preconditionFailure("a buffer has an address") }
      // The span, and with it the region, outlives the call.
      return try body(
        unsafe TextEditor(base: base + TextView.padding, count: count, capacity: capacity)
      )
    }
  }
}

/// Reads a block's bytes and writes further ones behind them: fields without their quoting.
@safe
struct TextEditor {
  // Valid while the buffer that lends the editor is; an editor never leaves the lending call.
  private let base: UnsafeMutablePointer<UInt8>
  /// The block's bytes.
  let view: TextView
  private let capacity: Int

  @unsafe
  init(base: UnsafeMutablePointer<UInt8>, count: Int, capacity: Int) {
    unsafe self.base = base
    unsafe view = TextView(base: UnsafePointer(base), count: count)
    self.capacity = capacity
  }

  /// Copies bytes of the block to `target`, behind the block; returns where they end.
  func append(_ range: Range<Int>, at target: Int) -> Int {
    let end = target + range.count
    precondition(range.lowerBound >= 0 && range.upperBound <= view.count)
    precondition(target >= view.count && end <= capacity)
    // In bounds by the two lines above.
    unsafe (base + target).update(from: base + range.lowerBound, count: range.count)
    return end
  }
}
