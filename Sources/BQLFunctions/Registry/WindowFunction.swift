package import BQLColumnar

/// Describes a function of a row among the rows of its partition: its documentation and overloads.
///
/// Its kernel is an operator's, as it works on the order of rows and not on values.
package struct WindowFunction: Sendable {
  /// Says what the function computes.
  package enum Kind: Hashable, Sendable, CaseIterable {
    case rowNumber
    case rank
    case denseRank
    case percentRank
    case cumulativeDistribution
    case tile
    case lag
    case lead
    case firstValue
    case lastValue
    case nthValue
  }

  /// Types one way to call a window function.
  package struct Overload: Sendable {
    package let parameters: [DataType]
    package let result: DataType

    package init(_ parameters: [DataType], to result: DataType) {
      self.parameters = parameters
      self.result = result
    }
  }

  package let kind: Kind
  package let name: String
  package let summary: String
  package let nullRule: NullRule
  package let examples: [FunctionExample]
  package let overloads: [Overload]
  /// The arguments in words, as one overload a type says little: `(value, offset)`.
  package let forms: [String]
  /// Whether IGNORE NULLS may stand behind it.
  package let mayIgnoreNulls: Bool

  package init(
    _ kind: Kind,
    name: String,
    summary: String,
    nullRule: NullRule = .special,
    examples: [FunctionExample],
    overloads: [Overload],
    forms: [String],
    mayIgnoreNulls: Bool = false
  ) {
    self.kind = kind
    self.name = name
    self.summary = summary
    self.nullRule = nullRule
    self.examples = examples
    self.overloads = overloads
    self.forms = forms
    self.mayIgnoreNulls = mayIgnoreNulls
  }
}
