import BQLColumnar

/// Runs a body over the rows of a kernel's arguments.
///
/// A body that cannot fail runs on every slot, so that the loop has no branch; one that can runs
/// only where `validity` is set, since the slot of a NULL holds any value.
enum Rows {
  @inline(__always)
  static func map<A, R: BitwiseCopyable>(_ a: [A], _ body: (A) -> R) -> [R] {
    let a = a.span
    return unsafe [R](count: a.count) { result in
      // As many results as arguments.
      for index in a.indices { unsafe result[index] = body(a[unchecked: index]) }
    }
  }

  @inline(__always)
  static func map<A, B, R: BitwiseCopyable>(
    _ a: [A],
    _ b: [B],
    _ body: (A, B) -> R
  ) -> [R] {
    let a = a.span
    let b = b.span
    precondition(a.count == b.count, "the arguments of a kernel have one length")
    return unsafe [R](count: a.count) { result in
      // As many results as there are arguments of each kind.
      for index in a.indices {
        unsafe result[index] = body(a[unchecked: index], b[unchecked: index])
      }
    }
  }

  /// Runs a body that says beside each result whether it is out of range.
  ///
  /// - Throws: ``FunctionError/overflow(_:)`` with `operation` when a present row's result is.
  @inline(__always)
  static func checked<A, B, R: BitwiseCopyable>(
    _ a: [A],
    _ b: [B],
    where validity: Bitmap?,
    _ operation: String,
    _ body: (A, B) -> (partialValue: R, overflow: Bool)
  ) throws(FunctionError) -> [R] {
    var hasOverflow = false
    let results = map(a, b) { x, y in
      let (value, overflow) = body(x, y)
      hasOverflow = hasOverflow || overflow
      return value
    }
    // Looking at validity only now keeps the loop above short; the slot of a NULL may overflow.
    if hasOverflow {
      for index in a.indices where validity.isSet(index) && body(a[index], b[index]).overflow {
        throw .overflow(operation)
      }
    }
    return results
  }

  /// Computes one number a row whose arguments are all present.
  @inline(__always)
  static func compute<R: Cell>(
    count: Int,
    where validity: Bitmap?,
    _ body: (Int) throws(FunctionError) -> R
  ) throws(FunctionError) -> [R] {
    try [R](capacity: count) { (output: inout OutputSpan<R>) throws(FunctionError) in
      for index in 0..<count {
        output.append(validity.isSet(index) ? try body(index) : R.placeholder)
      }
    }
  }

  /// Computes one text a row whose arguments are all present.
  @inline(__always)
  static func texts(
    count: Int,
    where validity: Bitmap?,
    _ body: (Int) throws(FunctionError) -> Utf8
  ) throws(FunctionError) -> Column {
    var output = TextOutput(count: count)
    for index in 0..<count {
      if validity.isSet(index) {
        output.append(try body(index))
      } else {
        output.appendNull()
      }
    }
    return output.finish()
  }
}
