import BQLColumnar
import BQLTestSupport
import Glibc
import Testing

/// Maps files and reads numbers where they lie.
struct MappedRegionTests {
  /// Maps a file that is removed before it is read.
  private static func map(_ bytes: [UInt8]) throws -> MemoryRegion {
    let folder = TemporaryFolder()
    return try withExtendedLifetime(folder) {
      try MemoryRegion(mappingFileAt: folder.write(bytes))
    }
  }

  @Test(arguments: [0, 1, 8, 4_095, 4_096, 100_000])
  func bytesReadBack(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let region = try Self.map(bytes)
    #expect(region.isReadOnly)
    #expect(region.byteCount == count)
    #expect(MemorySlice(region).bytes == bytes)
    #expect(MemorySlice(region).copied().bytes == bytes)
    #expect(!MemorySlice(region).copied().region.isReadOnly)
  }

  /// The map ends with the last buffer that reads it, not before.
  @Test func buffersOutliveTheRegion() throws {
    func buffer() throws -> Buffer<UInt32>? {
      try MemorySlice(Self.map([1, 0, 0, 0, 2, 0, 0, 0, 3])).buffer(of: UInt32.self, count: 2)
    }
    let numbers = try #require(try buffer())
    #expect((numbers[0], numbers[1]) == (1, 2))
  }

  @Test func slicesStayInside() throws {
    let slice = MemorySlice(try Self.map([UInt8](repeating: 1, count: 16)))
    #expect(slice.slice(from: 8, count: 8)?.byteOffset == 8)
    for (start, count) in [(8, 9), (-1, 2), (17, 0), (0, -1), (.max, .max), (1, .max)] {
      #expect(slice.slice(from: start, count: count) == nil)
    }
    #expect(slice.slice(from: 1, count: 8)?.buffer(of: UInt32.self, count: 1) == nil)
    #expect(slice.buffer(of: UInt64.self, count: 3) == nil)
    #expect(slice.buffer(of: UInt64.self, count: -1) == nil)
  }

  @Test func refusesWhatIsNoFile() {
    #expect(throws: MappingError(code: ENOENT)) { try MemoryRegion(mappingFileAt: "/tmp/none/x") }
    #expect(throws: MappingError(code: EISDIR)) { try MemoryRegion(mappingFileAt: "/tmp") }
    #expect(throws: MappingError.self) { try MemoryRegion(mappingFileAt: "/dev/null") }
  }

  @Test func nobodyWrites() async {
    await #expect(processExitsWith: .failure) {
      let region = try MappedRegionTests.map([1, 2, 3])
      region.withMutableSpan(of: UInt8.self, byteOffset: 0, count: 1) { $0[0] = 9 }
    }
  }
}
