import BQLStore

/// Reads any text as the manifest of a store; what can be read is written and read back as the same.
final class ManifestTarget: FuzzTarget {
  let name = "manifest"
  let corpus = "manifest"
  let weight = 10
  let changes = Mutator.Changes(most: 2, keepsPlaces: false)
  let tokens = [
    "{}", "[]", "null", "true", "\"\"", ",", ":", "\"logs\":[]", "\"role\":\"user\"",
    "\"type\":\"text\"", "\"name\":\"\\ud83d\\ude00\"", "\\u0000", "\"xxh64\":\"0\"", "[4,2]",
    "\"version\":2", "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{\"a\":", "../",
  ].map { Array($0.utf8) }

  func run(_ input: [UInt8]) throws(FuzzFailure) -> Bool {
    guard let manifest = Self.read(input) else { return false }
    guard Self.read(manifest.bytes) == manifest else {
      throw FuzzFailure("what is written is read as another manifest")
    }
    guard manifest.fileNames.allSatisfy({ !$0.contains("/") && !$0.isEmpty }) else {
      throw FuzzFailure("a file lies outside of the store")
    }
    return true
  }

  private static func read(_ bytes: [UInt8]) -> StoreManifest? {
    do throws(StoreError) {
      return try StoreManifest(bytes, of: "shop.bqs")
    } catch {
      return nil
    }
  }
}
