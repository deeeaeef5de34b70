import Glibc

/// Feeds inputs to one target, one after the other.
package struct FuzzRun {
  package let target: any FuzzTarget
  package let mutator: Mutator
  package let seed: UInt64
  /// A peak of memory above this is a failure.
  package var memoryLimit = 2 << 30

  /// Reads the corpus of the target.
  package init(_ target: any FuzzTarget, corpusFolder: String, seed: UInt64) throws(FuzzFailure) {
    self.target = target
    self.seed = seed
    let files = try CorpusFolder.read(corpusFolder + "/" + target.corpus)
    mutator = Mutator(
      corpus: files,
      tokens: target.tokens,
      seed: seed,
      changes: target.changes
    )
  }

  /// Runs the inputs of these numbers; `before` is told of each.
  ///
  /// - Returns: How many of them the part took and did not refuse.
  /// - Throws: The first failure, with the seed and the number that make the input again.
  @discardableResult
  package func run(
    _ numbers: Range<Int>,
    before: (_ number: Int, _ input: [UInt8]) -> Void = { _, _ in }
  ) throws(FuzzFailure) -> Int {
    var taken = 0
    for number in numbers {
      let input = mutator.input(number)
      before(number, input)
      do throws(FuzzFailure) {
        if try target.run(input) { taken += 1 }
      } catch {
        throw FuzzFailure(describe(number, input) + error.message)
      }
      if number % 64 == 0, Self.peakByteCount > memoryLimit {
        let peak = Self.peakByteCount >> 20
        throw FuzzFailure(describe(number, input) + "the peak of memory is \(peak) MB by now")
      }
    }
    return taken
  }

  private func describe(_ number: Int, _ input: [UInt8]) -> String {
    "\(target.name), seed \(seed), input \(number): \(Self.shown(input))\n"
  }

  /// An input as text that can be read and copied, cut where it is long.
  package static func shown(_ input: [UInt8]) -> String {
    var text = "\""
    for byte in input.prefix(2_000) {
      switch byte {
      case 10: text += "\\n"
      case 13: text += "\\r"
      case 9: text += "\\t"
      case 34, 92: text += "\\" + String(Unicode.Scalar(byte))
      case 32...126: text += String(Unicode.Scalar(byte))
      default: text += "\\u{" + String(byte, radix: 16) + "}"
      }
    }
    return text + (input.count > 2_000 ? "\" … (\(input.count) bytes)" : "\"")
  }

  /// The most memory that the process has had.
  private static var peakByteCount: Int {
    var usage = rusage()
    // The call fills the struct that it is given.
    unsafe _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}

/// Reads the inputs that a corpus keeps.
package enum CorpusFolder {
  /// Returns the files of a folder in the order of their names.
  package static func read(_ path: String) throws(FuzzFailure) -> [[UInt8]] {
    // `opendir` only reads the path.
    guard let folder = unsafe opendir(path) else { throw FuzzFailure("no corpus in \(path)") }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        // `d_name` is a C string inside the entry.
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    let files = names.sorted().compactMap { bytes(of: path + "/" + $0) }
    guard !files.isEmpty else { throw FuzzFailure("the corpus in \(path) is empty") }
    return files
  }

  private static func bytes(of path: String) -> [UInt8]? {
    // The stream is open until the end of the function.
    guard let stream = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(stream), byte != EOF { bytes.append(UInt8(byte)) }
    return bytes
  }
}
