import BQLSyntax
import BehaviorQuery

/// Says what is wrong with the words after `bql`.
struct UsageMistake: Error {
  /// One sentence; the word at fault stands between the first pair of quotes.
  var message: String
  var hint: String?
  var code: DiagnosticCode

  init(
    _ message: String,
    hint: String? = nil,
    code: DiagnosticCode = .badUsage
  ) {
    self.message = message
    self.hint = hint ?? (code == .badUsage ? "bql --help lists the options" : nil)
    self.code = code
  }

  /// Makes a mistake of the argument parser's sentences.
  ///
  /// `Unknown option '--x'. Did you mean '--y'?` becomes a message and a hint.
  init(parserMessage: String) {
    var sentences = parserMessage.split(separator: ". ", maxSplits: 1).map(String.init)
    let first = sentences.isEmpty ? "the command line is not understood" : sentences.removeFirst()
    var message = first.prefix(1).lowercased() + first.dropFirst()
    while message.last == "." || message.last == "\n" { message.removeLast() }
    if let second = sentences.first {
      self.init(message, hint: second.prefix(1).lowercased() + second.dropFirst())
    } else {
      self.init(message)
    }
  }

  /// Makes the error that points at the word at fault in the command line.
  func error(in arguments: [String]) -> BQLError {
    let source = Source(
      name: "<command line>",
      text: (["bql"] + arguments.map(Self.quoted)).joined(separator: " ")
    )
    let diagnostic = Diagnostic(
      code,
      message,
      at: range(in: arguments, source),
      hints: hint.map { [$0] } ?? []
    )
    return BQLError(kind: .usage, diagnostics: [diagnostic], source: source)
  }

  private func range(in arguments: [String], _ source: Source) -> SourceRange {
    let quotes = message.split(separator: "'", omittingEmptySubsequences: false)
    if quotes.count >= 3 {
      let word = String(quotes[1])
      var start = "bql ".utf8.count
      for argument in arguments {
        let length = Self.quoted(argument).utf8.count
        if argument == word || argument.hasPrefix(word + "=") || argument == "-" + word {
          return SourceRange(start, start + length)
        }
        start += length + 1
      }
    }
    return SourceRange(0, source.text.utf8.count)
  }

  /// Spells an argument as a shell would take it, on one line.
  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0)
        || "-_=./:,+%@~*?".unicodeScalars.contains($0)
    }
    if isPlain && !argument.isEmpty { return argument }
    return "'" + argument.map { $0.isNewline ? " " : String($0) }.joined() + "'"
  }
}
