import ArgumentParser
import BQLColumnar
import BQLGenerator

/// Declares the words of `bql generate`.
struct GenerateOptions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bql generate",
    abstract: "Writes a made-up shop's event log as CSV to standard output.",
    discussion: """
      The log has the columns of a REES46 log and an electronics store's rates: some 90 % views, \
      6 % carts, 4 % purchases, a few removals. The same seed gives the same bytes.

        bql generate --users 10000 --seed 1 | gzip > shop.csv.gz
      """
  )

  @Option(help: ArgumentHelp("Customers, 1 to 50,000,000.", valueName: "n"))
  var users = 10_000

  @Option(help: ArgumentHelp("The first day.", valueName: "date"))
  var from = "2019-10-01"

  @Option(help: ArgumentHelp("The day after the last.", valueName: "date"))
  var to = "2020-05-01"

  @Option(help: ArgumentHelp("Chooses one of the possible shops.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Write each customer's hidden type, rates and dropout time to a CSV file.",
      valueName: "file"
    )
  )
  var truth: String?
}

extension GenerateOptions {
  /// What the generator takes; dates are checked here, the rest by the generator.
  func generatorOptions() throws(UsageMistake) -> GeneratorOptions {
    GeneratorOptions(
      users: users,
      fromDay: try Self.day(from, of: "--from"),
      toDay: try Self.day(to, of: "--to"),
      seed: seed
    )
  }

  private static func day(_ text: String, of option: String) throws(UsageMistake) -> Int {
    let utf8 = Array(text.utf8)
    guard let day = ValueText.parseDate(utf8.span) else {
      throw UsageMistake("\(option) is a date such as 2019-10-01, not '\(text)'")
    }
    return Int(day)
  }
}
