import BQLColumnar
import BQLOutput
import BQLTestSupport
import Glibc
import Testing

/// `INTO 'file'`: whole files or none.
@Suite struct ResultFileTests {
  @Test func writesTheFormatOfTheExtension() throws {
    let folder = TemporaryFolder()
    for (name, start) in [
      ("a.csv", "step,users"), ("a.TSV", "step\tusers"), ("a.json", "["), ("a.ndjson", "{\"step\""),
      ("a.md", "| step"), ("a.b.html", "<!doctype html>"),
    ] {
      try ResultFile.write(TestRelation.funnel, to: folder.path(name))
      #expect(folder.text(name)?.hasPrefix(start) == true, "\(name)")
    }
    #expect(folder.names == ["a.TSV", "a.b.html", "a.csv", "a.json", "a.md", "a.ndjson"])
  }

  @Test func replacesAndKeepsPermissions() throws {
    let folder = TemporaryFolder()
    let path = folder.path("a.csv")
    try ResultFile.write(TestRelation.texts(["old"]), to: path)
    #expect(unsafe chmod(path, 0o640) == 0)
    try ResultFile.write(TestRelation.texts(["new"]), to: path)
    #expect(folder.text("a.csv") == "t\nnew\n")
    var status = stat()
    #expect(unsafe stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o640)
  }

  @Test func followsASymbolicLink() throws {
    let folder = TemporaryFolder()
    try ResultFile.write(TestRelation.texts(["old"]), to: folder.path("real.csv"))
    #expect(unsafe symlink("real.csv", folder.path("link.csv")) == 0)
    try ResultFile.write(TestRelation.texts(["new"]), to: folder.path("link.csv"))
    #expect(folder.text("real.csv") == "t\nnew\n")
    #expect(folder.names == ["link.csv", "real.csv"])
  }

  @Test func unknownExtensionsNameTheKnownOnes() throws {
    let folder = TemporaryFolder()
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
    let folder = TemporaryFolder()
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
    let folder = TemporaryFolder()
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
    let folder = TemporaryFolder()
    let descriptor = unsafe open(folder.path("x"), O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    let sink = FileDescriptorSink(descriptor: descriptor, path: "x", shouldStop: { true })
    #expect(throws: OutputError.interrupted) {
      try CSVFormat().write(TestRelation.funnel, to: sink)
      try sink.flush()
    }
  }
}
