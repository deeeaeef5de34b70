import BQLOutput
import BehaviorQuery
import Glibc

/// Takes the results of several statements, one after the other: `.output file`, `.once file`.
final class ResultStreamFile {
  let path: String
  private let descriptor: Int32
  private let sink: FileDescriptorSink
  /// The format that the path's extension names; nil leaves it to `.mode`.
  private let format: FormatName?
  private var resultCount = 0
  private var isOpen = true

  /// Creates the file, or empties it.
  init(path: String) throws(OutputError) {
    let name = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    format =
      name == "arrows"
      ? .arrow : FormatName(rawValue: name).flatMap { FormatName.ofFiles.contains($0) ? $0 : nil }
    // The path is bridged for the call alone.
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw .system(errno, path: path) }
    self.path = path
    sink = FileDescriptorSink(descriptor: descriptor, path: path)
  }

  func write(_ result: QueryResult, fallback: FormatName) throws(OutputError) {
    let writer: any ResultFormat =
      format == .arrow
      ? try ResultFile.format(of: path) : try (format ?? fallback).format(table: TableStyle())
    if format == .arrow, resultCount > 0, !path.lowercased().hasSuffix(".arrows") {
      throw .oneResultOnly(path: path)
    }
    if resultCount > 0 { try writer.writeSeparator(to: sink) }
    resultCount += 1
    try writer.write(result.relation, in: result.timeZone, to: sink)
    try sink.flush()
  }

  func close() {
    if isOpen { _ = Glibc.close(descriptor) }
    isOpen = false
  }
}
