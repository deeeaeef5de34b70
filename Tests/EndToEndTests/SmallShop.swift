import Glibc
import Testing

/// Makes a folder with a small log, removed at the end of a test.
///
/// Three users view, two put something into the cart, one buys.
final class SmallShop {
  let folder: String
  let log: String

  init() throws {
    var template = Array("/tmp/bql-end-to-end-XXXXXX".utf8CString)
    // The X are replaced in place.
    try #require(unsafe mkdtemp(&template) != nil)
    let bytes = template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    folder = String(decoding: bytes, as: UTF8.self)
    log = folder + "/shop.csv"
    write("shop.csv", Self.csv)
  }

  deinit { Self.remove(folder) }

  /// Removes a folder with all that is in it.
  private static func remove(_ folder: String) {
    for name in names(in: folder) where unsafe unlink("\(folder)/\(name)") != 0 {
      remove("\(folder)/\(name)")
    }
    _ = unsafe rmdir(folder)
  }

  /// The names of what is in a folder; none where there is no such folder.
  static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func write(_ name: String, _ text: String, mode: mode_t = 0o600) {
    let descriptor = unsafe open(path(name), O_WRONLY | O_CREAT | O_TRUNC, mode)
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
    _ = fchmod(descriptor, mode)
  }

  /// The text of a file; nil where there is none.
  func read(_ name: String) -> String? {
    let descriptor = unsafe open(path(name), O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    // The kernel writes at most `count` bytes.
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  static let header =
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"

  static let csv =
    header + """
      2019-10-01 00:00:00 UTC,view,1,10,electronics.audio,apple,10.50,1,a
      2019-10-01 00:00:10 UTC,cart,1,10,electronics.audio,apple,10.50,1,a
      2019-10-01 00:01:00 UTC,purchase,1,10,electronics.audio,apple,10.50,1,a
      2019-10-01 01:00:00 UTC,view,2,20,,sony,20.00,2,b
      2019-10-01 01:00:30 UTC,cart,2,20,,sony,20.00,2,b
      2019-10-02 00:00:00 UTC,view,1,10,electronics.audio,apple,10.50,3,c

      """

  /// A log of as many views, each of another user.
  static func views(_ count: Int) -> String {
    header
      + (0..<count).map { "2019-10-01 00:00:00 UTC,view,1,10,audio,apple,1.00,\($0 + 1),s\($0)\n" }
      .joined()
  }
}
