import Fuzz
import Glibc

/// Feeds mutated inputs to the parts of bql that read what others wrote.
@main
struct FuzzRunner {
  private var target: String?
  private var inputs = 100_000
  private var seed: UInt64 = 1
  private var only: Int?
  private var corpus = "Tests/Fuzz/Corpus"

  private static let usage = """
    usage: FuzzRunner [target] [--inputs n] [--seed n] [--only n] [--corpus folder]
    Without a target all run, each with its share of the inputs (100000 over all unless said).
    --only n prints one input and runs it.

    """

  static func main() {
    do throws(FuzzFailure) {
      let runner = try FuzzRunner(CommandLine.arguments.dropFirst())
      CrashReport.install()
      try runner.run()
    } catch {
      print("FAILED: " + error.message)
      exit(1)
    }
  }

  private init(_ arguments: ArraySlice<String>) throws(FuzzFailure) {
    var rest = arguments
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else {
        target = argument
        continue
      }
      let value = rest.popFirst() ?? ""
      switch argument {
      case "--corpus": corpus = value
      case "--inputs": inputs = try Self.number(value)
      case "--only": only = try Self.number(value)
      case "--seed": seed = UInt64(try Self.number(value))
      default: throw FuzzFailure(Self.usage)
      }
    }
  }

  private static func number(_ text: String) throws(FuzzFailure) -> Int {
    guard let number = Int(text), number >= 0 else { throw FuzzFailure(usage) }
    return number
  }

  private func run() throws(FuzzFailure) {
    let all = FuzzTargets.all()
    guard target == nil || all.contains(where: { $0.name == target }) else {
      throw FuzzFailure("the targets are \(all.map(\.name).joined(separator: ", "))")
    }
    let weights = all.reduce(0) { $0 + $1.weight }
    for (index, each) in all.enumerated() where target == nil || each.name == target {
      try run(each, index, target == nil ? inputs * each.weight / weights : inputs)
    }
  }

  private func run(_ target: any FuzzTarget, _ index: Int, _ count: Int) throws(FuzzFailure) {
    let fuzz = try FuzzRun(target, corpusFolder: corpus, seed: seed)
    if let only { print(FuzzRun.shown(fuzz.mutator.input(only))) }
    let numbers = only.map { $0..<$0 + 1 } ?? 0..<count
    let start = ContinuousClock.now
    let taken = try fuzz.run(numbers) { number, _ in
      CrashReport.note(target: index, seed: seed, number: number)
    }
    CrashReport.stopClock()
    let seconds = (ContinuousClock.now - start).components.seconds
    print(
      "\(target.name): \(numbers.count) inputs, of which it took \(taken), in \(seconds) s, "
        + "seed \(seed)"
    )
  }
}
