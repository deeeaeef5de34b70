import ArgumentParser
import Synchronization

/// Declares the words of the command line: names, help and parsing in one place.
struct Options: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bql",
    abstract: "Answers questions about shop behaviour from event logs.",
    usage: """
      bql [STORE.bqs] [FILE.csv | SCRIPT.bq ...] [-c 'statements'] [-f script.bq] [options]
      bql generate [options] > log.csv
      """,
    discussion: """
      Data files are loaded as the log 'events'; '-' is standard input. A store (a folder *.bqs) is \
      opened first and keeps what is loaded. Without -c, -f or a script, statements come from \
      standard input: typed at a prompt on a terminal, read from a pipe.

        bql shop.csv.gz -c 'FUNNEL view, cart, purchase WITHIN 7d' | column -s, -t

      'bql generate' writes a made-up log ('bql generate --help'); a file of that name is \
      './generate'.

      Exit codes: 0 done, 1 a statement failed, 2 usage or syntax, 3 data or a file, 130 interrupted.
      """,
    version: "bql \(Program.version)"
  )

  @Argument(help: ArgumentHelp("Data files, a store that ends in .bqs, scripts that end in .bq.", valueName: "file"))
  var files: [String] = []

  @Option(
    name: .customShort("c", allowingJoined: true),
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Run statements; with -f in the order given.", valueName: "statements"),
    transform: { Task(.statements($0)) }
  )
  var statements: [Task] = []

  @Option(
    name: .customShort("f", allowingJoined: true),
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Run a script; '-' is standard input.", valueName: "script"),
    transform: { Task(.script($0)) }
  )
  var scripts: [Task] = []

  @Option(
    name: .customShort("p", allowingJoined: true),
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Give the parameter :name a value.", valueName: "name=value")
  )
  var parameters: [String] = []

  @Option(
    help: ArgumentHelp(
      "table, csv, tsv, json, ndjson, md, html or arrow.",
      discussion: "Without it: table on a terminal, csv elsewhere."
    )
  )
  var format: String?

  @Option(help: ArgumentHelp("text or json: errors as text, or one JSON object a line."))
  var errors: String = "text"

  @Option(help: ArgumentHelp("json: columns, types and notes of each result on standard error."))
  var meta: String?

  @Option(help: ArgumentHelp("Worker threads; without it, one a processor.", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "What one statement may hold beside the tables: 512MB, 2GB; without it, 80 % of the machine's.",
      valueName: "amount"
    )
  )
  var memory: String?

  @Flag(help: "No reports, notes or progress; errors stay.")
  var quiet = false
}

extension Options {
  /// Holds one `-c` or `-f` with its place among all of them, which two arrays would lose.
  struct Task: Sendable {
    enum Kind: Sendable {
      case statements(String)
      case script(String)
    }

    var kind: Kind
    var place: Int

    init(_ kind: Kind) {
      self.kind = kind
      // Values are transformed in the order in which they stand.
      place = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
    }

    private static let counter = Atomic<Int>(0)
  }

  /// The `-c` and `-f` options in the order given.
  var tasks: [Task] { (statements + scripts).sorted { $0.place < $1.place } }
}
