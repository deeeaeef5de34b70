package import BQLColumnar

/// Describes a function of many rows: its documentation, overloads and accumulators.
package struct AggregateFunction: Sendable {
  /// Types one way to call an aggregate.
  package struct Overload: Sendable {
    /// Types of the arguments; constant parameters (the p of `quantile`) included.
    package let parameters: [DataType]
    package let result: DataType
    /// How many of the parameters are computed for each row; those behind them are constants.
    package let columnCount: Int
    /// Makes an accumulator; `constants` holds the values of the constant parameters (the p of
    /// `quantile`), in order.
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
      columnCount: Int = 1,
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
      self.columnCount = min(columnCount, parameters.count)
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
  /// Where PostgreSQL does otherwise, in sentences; empty where it does the same, or has nothing
  /// alike.
  package let differences: String
  /// What stands for the signatures where there are too many overloads to list.
  package let forms: [String]

  package init(
    name: String,
    aliases: [String] = [],
    summary: String,
    nullRule: NullRule = .ignored,
    examples: [FunctionExample],
    overloads: [Overload],
    distinctOverloads: [Overload] = [],
    differences: String = "",
    forms: [String] = []
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.nullRule = nullRule
    self.examples = examples
    self.overloads = overloads
    self.distinctOverloads = distinctOverloads
    self.differences = differences
    self.forms = forms
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

  /// Adds `count` rows that all belong to group 0, the only one: no group is looked at.
  mutating func update(whole arguments: [Column], count: Int) throws(FunctionError)

  /// Whether the result has the same bits in whatever order rows come and states are combined: then
  /// rows may be dealt to states as threads come by.
  var isOrderFree: Bool { get }

  /// Whether another accumulator, given the same rows, can be combined into this one as if this had
  /// met them: a sum and a mean collect the same.
  func collectsSame(as other: any Accumulator) -> Bool

  /// Adds another accumulator of the same kind, whose group *g* is `mapping[g]` here, or left out
  /// where that is negative; its rows come after this one's.
  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError)

  /// The pairs of a group and a value met so far, each once; nil for most aggregates.
  ///
  /// Not nil where the result is their number by group: then whoever combines accumulators may count
  /// the distinct pairs of all of them in a way of his own.
  var distinctPairs: (groups: [Int32], values: Column)? { get }

  /// Bytes of what is kept beyond a few numbers a group: values, their pairs with groups, texts.
  var byteCount: Int { get }

  /// Returns one value a group.
  func finish() throws(FunctionError) -> Column
}

extension Accumulator {
  package mutating func update(
    whole arguments: [Column],
    count: Int
  ) throws(FunctionError) {
    try update(groups: [Int32](repeating: 0, count: count), arguments: arguments)
  }

  package var isOrderFree: Bool { false }

  package func collectsSame(as other: any Accumulator) -> Bool { false }

  package var distinctPairs: (groups: [Int32], values: Column)? { nil }

  package var byteCount: Int { 0 }
}
