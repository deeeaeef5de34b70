import ArgumentParser
import BQLOutput
import BQLSyntax
import BehaviorQuery

/// Holds what one start of the program is asked to do, checked.
struct Invocation {
  enum Parsed {
    case invocation(Invocation)
    /// Help or the version, asked for.
    case text(String)
    case failure(BQLError)
  }

  /// Data files in the order given; `-` is standard input.
  var dataFiles: [String] = []
  /// The store to open first; nil without one.
  var store: String?
  /// Scripts and statements in the order they run: positional scripts first.
  var tasks: [Options.Task.Kind] = []
  var parameters: [String: String] = [:]
  /// Nil chooses by where standard output goes.
  var format: FormatName?
  var describesResults = false
  var threads: Int?
  /// Bytes that a statement may hold; nil: as much as the library finds fit.
  var memoryBytes: Int?
  var isQuiet = false

  static func parse(_ arguments: [String]) -> Parsed {
    do {
      let options = try Options.parse(arguments)
      return try .invocation(Invocation(options))
    } catch let mistake as UsageMistake {
      return .failure(mistake.error(in: arguments))
    } catch {
      if Options.exitCode(for: error).isSuccess {
        return .text(Options.fullMessage(for: error) + "\n")
      }
      return .failure(UsageMistake(parserMessage: Options.message(for: error)).error(in: arguments))
    }
  }

  private init(_ options: Options) throws(UsageMistake) {
    try take(files: options.files)
    tasks += options.tasks.map(\.kind)
    for parameter in options.parameters { try take(parameter: parameter) }
    if let format = options.format { try take(format: format) }
    try take(choice: options.errors, of: "--errors", among: ["text", "json"])
    if let meta = options.meta {
      try take(choice: meta, of: "--meta", among: ["json"])
      describesResults = true
    }
    if let threads = options.threads {
      guard (1...1_024).contains(threads) else {
        throw UsageMistake("--threads is a number from 1 to 1024, not '\(threads)'")
      }
      self.threads = threads
    }
    if let memory = options.memory {
      guard let bytes = WorkspaceOptions.byteCount(memory) else {
        throw UsageMistake("--memory is an amount such as 512MB or 2GB, not '\(memory)'")
      }
      memoryBytes = bytes
    }
    isQuiet = options.quiet
    if readsStandardInputAsData && tasks.isEmpty {
      throw UsageMistake(
        "standard input cannot be data and statements at once: '-'",
        hint: "give the statements with -c or -f"
      )
    }
  }

  private var readsStandardInputAsData: Bool { dataFiles.contains("-") }

  private mutating func take(files: [String]) throws(UsageMistake) {
    for file in files {
      if file.hasSuffix(".bq") {
        tasks.append(.script(file))
      } else if file.hasSuffix(".bqs") || file.hasSuffix(".bqs/") {
        guard store == nil else { throw UsageMistake("one store at a time, not also '\(file)'") }
        store = file
      } else {
        dataFiles.append(file)
      }
    }
    if dataFiles.filter({ $0 == "-" }).count > 1 {
      throw UsageMistake("standard input can be read once only: '-'")
    }
  }

  private mutating func take(parameter: String) throws(UsageMistake) {
    guard let equals = parameter.firstIndex(of: "="), equals > parameter.startIndex else {
      throw UsageMistake(
        "-p takes name=value, not '\(parameter)'",
        hint: "for example: -p brand=apple"
      )
    }
    let name = parameter[..<equals].drop { $0 == ":" }
    parameters[String(name)] = String(parameter[parameter.index(after: equals)...])
  }

  private mutating func take(format name: String) throws(UsageMistake) {
    guard let format = FormatName(rawValue: name.lowercased()) else {
      throw UsageMistake(
        "unknown format '\(name)'",
        hint: "formats: " + FormatName.written.map(\.rawValue).joined(separator: ", ")
      )
    }
    do throws(OutputError) {
      _ = try format.format(table: TableStyle())
    } catch {
      throw UsageMistake(error.message, code: .notImplemented)
    }
    self.format = format
  }

  private func take(
    choice: String,
    of option: String,
    among known: [String]
  ) throws(UsageMistake) {
    if !known.contains(choice) {
      throw UsageMistake(
        "\(option) is \(known.joined(separator: " or ")), not '\(choice)'"
      )
    }
  }
}
