import BQLSyntax

/// Holds a command of the prompt: a word that begins with a dot, and what it does.
struct DotCommand: Sendable {
  let name: String
  /// The arguments as the help shows them; empty where there are none.
  let usage: String
  let summary: String
  /// Arguments that may be left out are told apart by `usage`.
  let argumentCount: ClosedRange<Int>
  let run: @Sendable (Repl, [String]) -> Void

  /// The commands in the order of the help.
  static let all: [DotCommand] =
    [help] + catalogCommands + outputCommands + inputCommands + [quit, exit]

  /// Holds what was typed: `.mode csv`.
  struct Call {
    let name: String
    let arguments: [String]

    /// Reads a line; nil where it is no dot command.
    ///
    /// A name in quotes may hold spaces.
    init?(_ line: String) {
      let words = Self.words(line)
      guard let first = words.first else { return nil }
      switch first.lowercased() {
      case "quit", "exit":
        guard words.count == 1 else { return nil }
        name = ".quit"
      case let word where word.hasPrefix(".") && !(word.dropFirst().first?.isNumber ?? false):
        name = word
      default: return nil
      }
      arguments = Array(words.dropFirst())
    }

    private static func words(_ line: String) -> [String] {
      var words: [String] = []
      var word: String?
      var quote: Character?
      for character in line {
        if let open = quote {
          if character == open { quote = nil } else { word?.append(character) }
        } else if character == "'" || character == "\"" {
          quote = character
          word = word ?? ""
        } else if character.isWhitespace {
          if let ended = word { words.append(ended) }
          word = nil
        } else {
          word = (word ?? "") + String(character)
        }
      }
      if let word { words.append(word) }
      return words
    }
  }

  /// Runs a command, or says what is wrong with the call.
  static func run(_ call: Call, in repl: Repl) {
    guard let command = all.first(where: { $0.name == call.name }) else {
      let near = NearestNames.nearest(to: call.name, in: all.map(\.name), limit: 1)
      let hint = near.first.map { "did you mean '\($0)'?" } ?? ".help lists the commands"
      return repl.complain("unknown command '\(call.name)'", hint: hint)
    }
    var arguments = call.arguments
    // A semicolon typed by habit is none of the command's business.
    if let last = arguments.last, last.hasSuffix(";") {
      arguments[arguments.count - 1] = String(last.dropLast())
      if last == ";" { arguments.removeLast() }
    }
    guard command.argumentCount.contains(arguments.count) else {
      return repl.complain("usage: \(command.synopsis)", hint: command.summary)
    }
    command.run(repl, arguments)
  }

  var synopsis: String { usage.isEmpty ? name : "\(name) \(usage)" }
}

extension Repl {
  /// Reports a mistake in a dot command, as errors of statements look.
  func complain(_ message: String, hint: String? = nil) {
    let hints = hint.map { [$0] } ?? []
    let diagnostic = Diagnostic(.badUsage, message, at: SourceRange(0, 0), hints: hints)
    reporter.report([diagnostic], in: Source(name: "<repl>", text: ""))
  }
}
