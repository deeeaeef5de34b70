package import BQLColumnar

/// Describes a function or operator of values: its name, documentation, overloads and kernels.
package struct ScalarFunction: Sendable {
  /// Computes one chunk.
  ///
  /// Gets one column an argument, all of `count` rows, and decides validity itself by the
  /// function's ``NullRule``. It must not throw for a row whose result is NULL.
  package typealias Kernel = @Sendable ([Column], Int) throws(FunctionError) -> Column

  /// Types one way to call a function; the binder picks the one that needs the fewest casts.
  package struct Overload: Sendable {
    package let parameters: [DataType]
    /// Whether the last parameter may repeat, one time or more.
    package let isVariadic: Bool
    package let result: DataType
    package let kernel: Kernel

    package init(
      _ parameters: [DataType],
      isVariadic: Bool = false,
      to result: DataType,
      kernel: @escaping Kernel
    ) {
      self.parameters = parameters
      self.isVariadic = isVariadic
      self.result = result
      self.kernel = kernel
    }
  }

  /// Lower case, or the operator's sign: `split_part`, `+`.
  package let name: String
  package let aliases: [String]
  package let category: FunctionCategory
  package let summary: String
  package let nullRule: NullRule
  package let examples: [FunctionExample]
  package let overloads: [Overload]

  package init(
    name: String,
    aliases: [String] = [],
    category: FunctionCategory,
    summary: String,
    nullRule: NullRule = .propagates,
    examples: [FunctionExample],
    overloads: [Overload]
  ) {
    self.name = name
    self.aliases = aliases
    self.category = category
    self.summary = summary
    self.nullRule = nullRule
    self.examples = examples
    self.overloads = overloads
  }
}
