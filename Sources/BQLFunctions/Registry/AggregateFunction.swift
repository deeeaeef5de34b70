package import BQLColumnar

/// Describes a function of many rows: its documentation, overloads and accumulators.
package struct AggregateFunction: Sendable {
  /// Types one way to call an aggregate.
  package struct Overload: Sendable {
    /// Types of the arguments; constant parameters (the p of `quantile`) included.
    package let parameters: [DataType]
    package let result: DataType
    /// Makes an accumulator; `constants` holds the values of the parameters past the first where
    /// the call gives literals (the p of `quantile`), in order.
    package let makeAccumulator:
      @Sendable (_ constants: [Value]) throws(FunctionError) -> any Accumulator
    /// Makes an accumulator for an argument that is clustered; nil where that helps nothing.
    ///
    /// It gives the same where no value is NULL and equal ones follow each other, all in one of the
    /// accumulators that are combined: users, in a log in store order.
    package let makeClustered: (@Sendable () -> any Accumulator)?
    /// Makes what computes the aggregate over frames; nil where each frame is collected anew.
    ///
    /// It gives what accumulators give, floats to 1e-12.
    package let makeFramed:
      (@Sendable (_ constants: [Value]) throws(FunctionError) -> any FramedAggregate)?

    package init(
      _ parameters: [DataType],
      to result: DataType,
      makeClustered: (@Sendable () -> any Accumulator)? = nil,
      makeFramed: (
        @Sendable (_ constants: [Value]) throws(FunctionError) -> any FramedAggregate
      )? = nil,
      makeAccumulator:
        @escaping @Sendable (_ constants: [Value]) throws(FunctionError) -> any Accumulator
    ) {
      self.parameters = parameters
      self.result = result
      self.makeClustered = makeClustered
      self.makeFramed = makeFramed
      self.makeAccumulator = makeAccumulator
    }
  }

  package let name: String
  package let aliases: [String]
  package let summary: String
  package let nullRule: NullRule
  package let examples: [FunctionExample]
  package let overloads: [Overload]
  /// The overloads of `f(DISTINCT x)`; empty where DISTINCT is refused.
  package let distinctOverloads: [Overload]

  package init(
    name: String,
    aliases: [String] = [],
    summary: String,
    nullRule: NullRule = .ignored,
    examples: [FunctionExample],
    overloads: [Overload],
    distinctOverloads: [Overload] = []
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.nullRule = nullRule
    self.examples = examples
    self.overloads = overloads
    self.distinctOverloads = distinctOverloads
  }
}

/// Collects rows into one state a group.
///
/// Laws, held by tests: `combine` is associative; updating by chunks of any size gives the same
/// integers and decimals, and floats to 1e-12; states combined in morsel order give the same bits
/// at any thread count.
package protocol Accumulator: Sendable {
  /// Makes room for groups 0..<`groupCount`; the new ones are empty.
  mutating func grow(to groupCount: Int)

  /// Adds rows: row *i* belongs to group `groups[i]`; negative groups are left out (rows that a
  /// FILTER removed).
  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError)

  /// Adds another accumulator of the same kind, whose group *g* is `mapping[g]` here, or left out
  /// where that is negative; its rows come after this one's.
  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError)

  /// The pairs of a group and a value met so far, each once; nil for most aggregates.
  ///
  /// Not nil where the result is their number by group: then whoever combines accumulators may count
  /// the distinct pairs of all of them in a way of his own.
  var distinctPairs: (groups: [Int32], values: Column)? { get }

  /// Returns one value a group.
  func finish() throws(FunctionError) -> Column
}

extension Accumulator {
  package var distinctPairs: (groups: [Int32], values: Column)? { nil }
}
