import Fuzz
import Glibc
import Testing

/// Runs a sample of the fuzzer's inputs: the corpus and some changes of it.
///
/// `FUZZ_INPUTS=100000` asks for more, `FUZZ_SEED=7` for others; `swift run -c release FuzzRunner`
/// runs the same inputs outside of the tests and survives to tell of a trap.
@Suite struct FuzzTests {
  private static func environment(_ name: String) -> Int? {
    // `getenv` is only read here, at once.
    unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
  }

  private static let corpus =
    "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fuzz/Corpus"

  @Test(arguments: FuzzTargets.all().map(\.name))
  func withstandsASample(name: String) throws {
    let target = try #require(FuzzTargets.all().first { $0.name == name })
    let seed = UInt64(Self.environment("FUZZ_SEED") ?? 1)
    let run = try FuzzRun(target, corpusFolder: Self.corpus, seed: seed)
    let count = Self.environment("FUZZ_INPUTS") ?? 40 * target.weight
    try run.run(0..<run.mutator.corpus.count + count)
  }

  /// What is refused as it stands shows little when it is changed.
  ///
  /// `fuzz_corpus.py` of the peers writes the folders of Arrow and of manifests anew.
  @Test(arguments: FuzzTargets.all().map(\.name))
  func takesMostOfItsCorpus(name: String) throws {
    let target = try #require(FuzzTargets.all().first { $0.name == name })
    let run = try FuzzRun(target, corpusFolder: Self.corpus, seed: 1)
    let count = run.mutator.corpus.count
    let taken = try run.run(0..<count)
    // A log needs columns for its roles, and nested columns are refused.
    let isWhole = target.corpus == "manifest" || name == "lexer"
    #expect(isWhole ? taken == count : 8 * taken > count, "\(taken) of \(count)")
  }

  @Test func drawsTheSameInputsForASeed() {
    let corpus = ["a,b\n1,2\n", "select 1"].map { Array($0.utf8) }
    let tokens = [Array("x".utf8)]
    let first = Mutator(corpus: corpus, tokens: tokens, seed: 5)
    let again = Mutator(corpus: corpus, tokens: tokens, seed: 5)
    let other = Mutator(corpus: corpus, tokens: tokens, seed: 6)
    let numbers = 0..<500
    #expect(numbers.allSatisfy { first.input($0) == again.input($0) })
    #expect(numbers.contains { first.input($0) != other.input($0) })
    #expect(Set(numbers.map { first.input($0) }).count > 300)
    #expect(first.input(0) == corpus[0] && first.input(1) == corpus[1])
  }

  @Test func tellsOfFailures() throws {
    final class Strict: FuzzTarget {
      let name = "strict"
      let corpus = "csv"
      let weight = 1
      let tokens: [[UInt8]] = []
      func run(_ input: [UInt8]) throws(FuzzFailure) -> Bool {
        if input.count > 40 { throw FuzzFailure("long") }
        return true
      }
    }
    let run = try FuzzRun(Strict(), corpusFolder: Self.corpus, seed: 3)
    let failure = #expect(throws: FuzzFailure.self) { try run.run(0..<200) }
    #expect(failure?.message.hasPrefix("strict, seed 3, input ") == true)
    #expect(failure?.message.hasSuffix("long") == true)
  }
}
