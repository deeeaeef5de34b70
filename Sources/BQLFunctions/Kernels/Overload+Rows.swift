import BQLColumnar

/// Makes overloads whose result is NULL where an argument is, from a body for one row.
///
/// They are inlined, so that a kernel's loop holds its body and calls nothing.
extension ScalarFunction.Overload {
  /// Takes one argument; the body accepts every value.
  @inline(__always)
  static func map<A: Cell, R: Cell>(
    _ parameter: DataType,
    to result: DataType,
    _ body: @escaping @Sendable (A) -> R
  ) -> Self {
    Self([parameter], to: result) { arguments, _ throws(FunctionError) in
      R.column(Rows.map(A.cells(arguments[0]), body), result, arguments[0].validity)
    }
  }

  /// Takes two arguments; the body accepts every value.
  @inline(__always)
  static func map<A: Cell, B: Cell, R: Cell>(
    _ first: DataType,
    _ second: DataType,
    to result: DataType,
    _ body: @escaping @Sendable (A, B) -> R
  ) -> Self {
    Self([first, second], to: result) { arguments, _ throws(FunctionError) in
      let cells = Rows.map(A.cells(arguments[0]), B.cells(arguments[1]), body)
      return R.column(cells, result, .allPresent(arguments))
    }
  }

  /// Takes one argument; the body may refuse it.
  @inline(__always)
  static func tryMap<A: Argument, R: Cell>(
    _ parameter: DataType,
    to result: DataType,
    _ body: @escaping @Sendable (A) throws(FunctionError) -> R
  ) -> Self {
    Self([parameter], to: result) { arguments, count throws(FunctionError) in
      let validity = arguments[0].validity
      let a = A.reader(arguments[0])
      let cells = try Rows.compute(count: count, where: validity) {
        row throws(FunctionError) in try body(a[row])
      }
      return R.column(cells, result, validity)
    }
  }

  /// Takes two arguments; the body may refuse them.
  @inline(__always)
  static func tryMap<A: Argument, B: Argument, R: Cell>(
    _ first: DataType,
    _ second: DataType,
    to result: DataType,
    _ body: @escaping @Sendable (A, B) throws(FunctionError) -> R
  ) -> Self {
    Self([first, second], to: result) { arguments, count throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      let a = A.reader(arguments[0])
      let b = B.reader(arguments[1])
      let cells = try Rows.compute(count: count, where: validity) {
        row throws(FunctionError) in try body(a[row], b[row])
      }
      return R.column(cells, result, validity)
    }
  }

  /// Takes three arguments; the body may refuse them.
  @inline(__always)
  static func tryMap<A: Argument, B: Argument, C: Argument, R: Cell>(
    _ parameters: [DataType],
    to result: DataType,
    _ body: @escaping @Sendable (A, B, C) throws(FunctionError) -> R
  ) -> Self {
    Self(parameters, to: result) { arguments, count throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      let a = A.reader(arguments[0])
      let b = B.reader(arguments[1])
      let c = C.reader(arguments[2])
      let cells = try Rows.compute(count: count, where: validity) {
        row throws(FunctionError) in try body(a[row], b[row], c[row])
      }
      return R.column(cells, result, validity)
    }
  }

  /// Takes one argument and makes a text.
  static func text<A: Argument>(
    _ parameter: DataType,
    _ body: @escaping @Sendable (A) throws(FunctionError) -> Utf8
  ) -> Self {
    Self([parameter], to: .text) { arguments, count throws(FunctionError) in
      let a = A.reader(arguments[0])
      return try Rows.texts(count: count, where: arguments[0].validity) {
        row throws(FunctionError) in try body(a[row])
      }
    }
  }

  /// Takes two arguments and makes a text.
  static func text<A: Argument, B: Argument>(
    _ first: DataType,
    _ second: DataType,
    _ body: @escaping @Sendable (A, B) throws(FunctionError) -> Utf8
  ) -> Self {
    Self([first, second], to: .text) { arguments, count throws(FunctionError) in
      let a = A.reader(arguments[0])
      let b = B.reader(arguments[1])
      return try Rows.texts(count: count, where: .allPresent(arguments)) {
        row throws(FunctionError) in try body(a[row], b[row])
      }
    }
  }

  /// Takes three arguments and makes a text.
  static func text<A: Argument, B: Argument, C: Argument>(
    _ parameters: [DataType],
    _ body: @escaping @Sendable (A, B, C) throws(FunctionError) -> Utf8
  ) -> Self {
    Self(parameters, to: .text) { arguments, count throws(FunctionError) in
      let a = A.reader(arguments[0])
      let b = B.reader(arguments[1])
      let c = C.reader(arguments[2])
      return try Rows.texts(count: count, where: .allPresent(arguments)) {
        row throws(FunctionError) in try body(a[row], b[row], c[row])
      }
    }
  }
}
