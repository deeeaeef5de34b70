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
    /// Computes in UTC.
    package let kernel: Kernel
    /// Makes the kernel that reads the clock of another zone; nil where no zone matters.
    package let zoned: (@Sendable (TimeZone) -> Kernel)?

    package init(
      _ parameters: [DataType],
      isVariadic: Bool = false,
      to result: DataType,
      zoned: (@Sendable (TimeZone) -> Kernel)? = nil,
      kernel: @escaping Kernel
    ) {
      self.parameters = parameters
      self.isVariadic = isVariadic
      self.result = result
      self.zoned = zoned
      self.kernel = kernel
    }

    /// Returns the kernel for times on the clock of `zone`.
    package func kernel(in zone: TimeZone) -> Kernel {
      guard !zone.isUTC, let zoned else { return kernel }
      return zoned(zone)
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
  /// Where PostgreSQL does otherwise, in sentences; empty where it does the same, or has nothing
  /// alike.
  package let differences: String
  /// The forms of the language that call it, `x LIKE pattern`, before its signatures.
  package let forms: [String]

  package init(
    name: String,
    aliases: [String] = [],
    category: FunctionCategory,
    summary: String,
    nullRule: NullRule = .propagates,
    examples: [FunctionExample],
    overloads: [Overload],
    differences: String = "",
    forms: [String] = []
  ) {
    self.name = name
    self.aliases = aliases
    self.category = category
    self.summary = summary
    self.nullRule = nullRule
    self.examples = examples
    self.overloads = overloads
    self.differences = differences
    self.forms = forms
  }
}
