import BQLColumnar
import BQLOutput
import Glibc
import Testing

/// `INTO 'file'`: whole files or none.
@Suite struct ResultFileTests {
  @Test func writesTheFormatOfTheExtension() throws {
    let folder = try TemporaryFolder()
    for (name, start) in [
      ("a.csv", "step,users"), ("a.TSV", "step\tusers"), ("a.json", "["), ("a.ndjson", "{\"step\""),
      ("a.md", "| step"), ("a.b.html", "<!doctype html>"),
    ] {
      try ResultFile.write(TestRelation.funnel, to: folder.path(name))
      #expect(folder.read(name).hasPrefix(start), "\(name)")
    }
    #expect(folder.names == ["a.TSV", "a.b.html", "a.csv", "a.json", "a.md", "a.ndjson"])
  }

  @Test func replacesAndKeepsPermissions() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.csv")
    try ResultFile.write(TestRelation.texts(["old"]), to: path)
    #expect(unsafe chmod(path, 0o640) == 0)
    try ResultFile.write(TestRelation.texts(["new"]), to: path)
    #expect(folder.read("a.csv") == "t\nnew\n")
    var status = stat()
    #expect(unsafe stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o640)
  }

  @Test func followsASymbolicLink() throws {
    let folder = try TemporaryFolder()
    try ResultFile.write(TestRelation.texts(["old"]), to: folder.path("real.csv"))
    #expect(unsafe symlink("real.csv", folder.path("link.csv")) == 0)
    try ResultFile.write(TestRelation.texts(["new"]), to: folder.path("link.csv"))
    #expect(folder.read("real.csv") == "t\nnew\n")
    #expect(folder.names == ["link.csv", "real.csv"])
  }

  @Test func unknownExtensionsNameTheKnownOnes() throws {
    let folder = try TemporaryFolder()
    for name in ["a.xlsx", "a", ".csv", "a.table"] {
      let path = folder.path(name)
      let known = ["csv", "tsv", "json", "ndjson", "md", "html", "arrow"]
      let expected = OutputError.unknownExtension(path: path, known: known)
      #expect(throws: expected) { try ResultFile.write(TestRelation.funnel, to: path) }
      #expect(throws: expected) { try ResultFile.check(path: path) }
      #expect(expected.hint?.contains(".csv") == true)
    }
    #expect(throws: OutputError.notImplemented(format: "parquet")) {
      try ResultFile.check(path: folder.path("a.parquet"))
    }
    #expect(folder.names == [])
  }

  @Test func missingFoldersAndFoldersAsFiles() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path("none/a.csv")
    let expected = OutputError.unwritable(path: missing, reason: "no such file or directory")
    #expect(throws: expected) { try ResultFile.check(path: missing) }
    #expect(throws: expected) { try ResultFile.write(TestRelation.funnel, to: missing) }
    #expect(unsafe mkdir(folder.path("d.csv"), 0o700) == 0)
    #expect(throws: OutputError.unwritable(path: folder.path("d.csv"), reason: "is a directory")) {
      try ResultFile.write(TestRelation.funnel, to: folder.path("d.csv"))
    }
    #expect(folder.names == ["d.csv"])
  }

  @Test func aFullDeviceIsToldAndLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("full.csv")
    #expect(unsafe symlink("/dev/full", path) == 0)
    #expect(throws: OutputError.diskFull(path: path)) {
      try ResultFile.write(TestRelation.funnel, to: path)
    }
    #expect(folder.names == ["full.csv"])
  }

  @Test func aClosedPipeIsItsOwnError() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    #expect(unsafe pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let sink = FileDescriptorSink(descriptor: ends[1], path: "pipe")
    #expect(throws: OutputError.closedPipe) {
      try CSVFormat().write(TestRelation.funnel, to: sink)
      try sink.flush()
    }
  }

  @Test func anInterruptStopsTheOutput() throws {
    let folder = try TemporaryFolder()
    let descriptor = unsafe open(folder.path("x"), O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    let sink = FileDescriptorSink(descriptor: descriptor, path: "x", shouldStop: { true })
    #expect(throws: OutputError.interrupted) {
      try CSVFormat().write(TestRelation.funnel, to: sink)
      try sink.flush()
    }
  }
}

/// Makes a folder that is removed with its files at the end of a test.
struct TemporaryFolder: ~Copyable {
  private let root: String

  init() throws {
    var template = Array("/tmp/bql-output-XXXXXX".utf8CString)
    // The X are replaced in place.
    try #require(unsafe mkdtemp(&template) != nil)
    root = String(
      decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
      as: UTF8.self
    )
  }

  deinit {
    for name in names {
      _ = unsafe unlink(path(name))
      _ = unsafe rmdir(path(name))
    }
    _ = unsafe rmdir(root)
  }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  /// The names in the folder, hidden ones too, in order.
  var names: [String] {
    var names: [String] = []
    // The stream is closed below; each entry is copied before the next is read.
    guard let stream = unsafe opendir(root) else { return [] }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func read(_ name: String) -> String {
    let descriptor = unsafe open(path(name), O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    // The kernel writes at most `count` bytes.
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
