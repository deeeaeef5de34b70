/// Says why bytes could not be written.
package enum OutputError: Error, Hashable, Sendable {
  /// The reader at the other end of the pipe went away: no error to a user.
  case closedPipe
  /// No room is left on the device (or within the quota) that holds `path`.
  case diskFull(path: String)
  /// The system refused; `reason` is its own text.
  case unwritable(path: String, reason: String)
  /// The file name's ending names no format.
  case unknownExtension(path: String, known: [String])
  /// A format of the language that this version does not write.
  case notImplemented(format: String)
  /// The format is no text, and the output is a terminal.
  case binaryOnTerminal(format: String)
  /// A file of the format holds one result, and another came.
  case oneResultOnly(path: String)
  /// Ctrl-C while a result was printed.
  case interrupted

  /// The error in one sentence, values last.
  package var message: String {
    switch self {
    case .closedPipe: "the reader of the output went away"
    case .diskFull(let path): "no space is left on the device for '\(path)'"
    case .unwritable(let path, let reason): "cannot write '\(path)': \(reason)"
    case .unknownExtension(let path, _): "no format is known by the name of '\(path)'"
    case .notImplemented(let format): "not implemented yet: the format '\(format)'"
    case .binaryOnTerminal(let format): "a terminal cannot show the format '\(format)'"
    case .oneResultOnly(let path): "an Arrow file holds one result, and '\(path)' has one"
    case .interrupted: "interrupted"
    }
  }

  /// What to do next, or nil where the message says it all.
  package var hint: String? {
    switch self {
    case .unknownExtension(_, let known):
      "a file's name ends in one of: " + known.map { "." + $0 }.joined(separator: ", ")
    case .binaryOnTerminal(let format):
      "send it to a file or a program: bql … --format \(format) | python3 …; or INTO 'file.\(format)'"
    case .oneResultOnly: "write the results into files of their own, or into 'file.arrows'"
    case .closedPipe, .diskFull, .unwritable, .notImplemented, .interrupted: nil
    }
  }
}
