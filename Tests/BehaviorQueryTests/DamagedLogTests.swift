import BQLTestSupport
import BehaviorQuery
import Testing

/// Damages one log of a store: whatever becomes of questions to it, the others are answered.
@Suite struct DamagedLogTests {
  private static let rows = """
    event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session
    2019-10-01 00:00:00 UTC,view,1,10,electronics.audio,apple,10.50,1,a
    2019-10-01 00:00:10 UTC,cart,1,10,electronics.audio,apple,10.50,1,a
    2019-10-01 00:01:00 UTC,purchase,1,10,electronics.audio,apple,10.50,1,a
    2019-10-01 01:00:00 UTC,view,2,20,,sony,20.00,2,b

    """

  private func total(of table: String, _ workspace: Workspace) throws -> String {
    let question = "SELECT sum(price) AS total, count(brand) AS brands FROM \(table)"
    let answer = try #require(try workspace.run(question).first)
    return answer.text(width: 100)
  }

  @Test func theOtherLogsAnswer() throws {
    let folder = TemporaryFolder()
    let path = folder.write(Self.rows, "day.csv")
    let store = folder.path("shop.bqs")
    let sound: String
    do {
      let workspace = Workspace()
      _ = try workspace.run("OPEN '\(store)'; LOAD '\(path)' AS events; LOAD '\(path)' AS other;")
      sound = try total(of: "other", workspace)
      #expect(try total(of: "events", workspace) == sound)
    }
    let file = "shop.bqs/log-1-000.arrow"
    let bytes = try #require(folder.read(file))
    var failures = 0
    for place in stride(from: 0, to: bytes.count, by: 5) {
      var damaged = bytes
      damaged[place] ^= 0x10
      folder.write(damaged, file)
      let workspace = Workspace()
      _ = try workspace.run("OPEN '\(store)'")
      do {
        #expect(try total(of: "events", workspace) == sound, "byte \(place)")
      } catch let error as BQLError {
        failures += 1
        // Asked again it fails again, and never reads zeros.
        #expect(throws: BQLError.self) { try total(of: "events", workspace) }
        #expect("\(error)".contains("log-1-000.arrow"), "byte \(place): \(error)")
      }
      #expect(try total(of: "other", workspace) == sound, "byte \(place)")
      _ = try workspace.run("LOAD '\(path)' FORCE AS third; DROP third;")
      folder.write(bytes, file)
    }
    #expect(failures > 10)
  }
}
