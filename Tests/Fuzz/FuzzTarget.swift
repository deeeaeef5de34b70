/// Names one part of the program that must withstand any input.
///
/// A new target is a file with such a class, an entry of ``FuzzTargets/all``, and a few inputs in a
/// folder of the corpus.
package protocol FuzzTarget: AnyObject {
  var name: String { get }
  /// The folder of `Tests/Fuzz/Corpus` whose files are mutated.
  var corpus: String { get }
  /// Its share of the inputs of a run over all targets.
  var weight: Int { get }
  /// Pieces that the part knows, put into inputs.
  var tokens: [[UInt8]] { get }
  /// How inputs are changed.
  var changes: Mutator.Changes { get }

  /// Feeds an input to the part and checks what comes of it.
  ///
  /// Equal inputs must do equal things: what else is chosen, such as options, is drawn from the
  /// input. Trapping, hanging and taking memory without bounds is noticed by who calls.
  ///
  /// - Returns: Whether the part took the input, and did not refuse it.
  func run(_ input: [UInt8]) throws(FuzzFailure) -> Bool
}

extension FuzzTarget {
  package var changes: Mutator.Changes { .ofText }
}

/// Says what a target did wrong.
package struct FuzzFailure: Error {
  package let message: String

  package init(_ message: String) {
    self.message = message
  }
}

/// Lists the targets.
package enum FuzzTargets {
  package static func all() -> [any FuzzTarget] {
    [
      LexerTarget(), ParserTarget(), LoadTarget<LoadedLog>(text: "load-log", weight: 5),
      LoadTarget<LoadedTable>(text: "load-table", weight: 5), ArrowTarget(),
      LoadTarget<LoadedLog>(arrow: "load-arrow-log", weight: 5),
      LoadTarget<LoadedTable>(arrow: "load-arrow-table", weight: 5), ManifestTarget(),
    ]
  }
}

/// Draws the same numbers for the same seed: SplitMix64.
package struct FuzzRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// Draws by the bytes of an input.
  package init(of input: [UInt8]) {
    state = input.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 to below `count`; 0 where that is none.
  package mutating func below(_ count: Int) -> Int {
    count > 0 ? Int(next() % UInt64(count)) : 0
  }
}
