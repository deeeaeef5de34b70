import BQLTestSupport
import Testing

/// Makes a folder with a small log, removed at the end of a test.
///
/// Three users view, two put something into the cart, one buys.
final class SmallShop {
  private let files = TemporaryFolder()
  var folder: String { files.path }
  let log: String

  init() throws {
    log = files.write(Self.csv, "shop.csv")
    try #require(files.names == ["shop.csv"])
  }

  /// The names of what is in a folder; none where there is no such folder.
  static func names(in folder: String) -> [String] { TemporaryFolder.names(in: folder) }

  func path(_ name: String) -> String { files.path(name) }

  func write(_ name: String, _ text: String, mode: UInt32 = 0o600) {
    files.write(text, name, mode: mode)
  }

  /// The text of a file; nil where there is none.
  func read(_ name: String) -> String? { files.text(name) }

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
