import BQLStorage
import BQLStore
import BQLTestSupport
import Testing

/// Damages the files of a store: what is read is as it was written or the damage is named, CHECK
/// STORE finds every damage, and nothing traps.
@Suite struct DamageTests {
  /// Opens, reads and checks all; returns whether something was found to be wrong.
  private func isRefused(_ store: TemporaryStore, _ log: EventLog) -> Bool {
    do {
      let open = try Store(path: store.path)
      let logs = try open.sound()
      let isSame = logs.allSatisfy { $0.hasSameRows(as: log, threads: 1) || $0.name != log.name }
      let damages = try open.damages(threads: 1) { false }.filter { $0.reason != nil }
      // Bytes that no answer depends on may differ, in the manifest and between values.
      if open.health.take().isEmpty { #expect(isSame) } else { #expect(!damages.isEmpty) }
      return !damages.isEmpty
    } catch {
      return error is StoreError
    }
  }

  @Test func everyFlippedByteOfAColumnFileIsFound() throws {
    let store = TemporaryStore()
    let log = try store.log(StoreTests.small)
    _ = try store.save(log)
    for name in try store.files.names() where name.hasSuffix(".arrow") {
      let bytes = try #require(try store.files.read(name))
      for index in bytes.indices {
        var flipped = bytes
        flipped[index] ^= UInt8(1 << (index % 8))
        store.overwrite(name, with: flipped)
        #expect(isRefused(store, log), "\(name), byte \(index)")
      }
      store.overwrite(name, with: bytes)
    }
    #expect(!isRefused(store, log))
  }

  @Test func everyTruncationIsFound() throws {
    let store = TemporaryStore()
    let log = try store.log(StoreTests.small)
    _ = try store.save(log)
    for name in try store.files.names() where name != "lock" {
      let bytes = try #require(try store.files.read(name))
      for count in stride(from: 0, to: bytes.count - 1, by: 7) {
        store.overwrite(name, with: Array(bytes[..<count]))
        #expect(isRefused(store, log), "\(name), \(count) bytes")
      }
      store.files.remove(name)
      #expect(isRefused(store, log) || name == "manifest.json", "\(name) is gone")
      store.overwrite(name, with: bytes)
    }
    #expect(!isRefused(store, log))
  }

  @Test func aManifestOfAnyBytesTrapsNothing() throws {
    let store = TemporaryStore()
    let log = try store.log(StoreTests.small)
    _ = try store.save(log)
    let bytes = try #require(try store.files.read("manifest.json"))
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2_000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<changed.count, using: &generator)
        changed[index] = UInt8.random(in: 32...126, using: &generator)
      }
      store.overwrite("manifest.json", with: changed)
      // Some changes mean nothing; the others are errors.
      for opened in (try? Store(path: store.path).contents().logs) ?? [] {
        _ = opened.log?.hasSameRows(as: log, threads: 1)
      }
    }
  }
}
