import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Testing

/// Defines all that a store keeps, opens the store anew, and asks the same questions.
@Suite struct StoredItemTests {
  /// A log of many users with brands, prices and gaps, so that segments and models find something.
  private static let log: String = {
    var text =
      "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
    var random = SeededGenerator(seed: 11)
    for user in 1...400 {
      let isKeen = user % 3 == 0
      for day in stride(from: 1, through: 28, by: isKeen ? 2 : 5 + user % 4) {
        let hour = Int.random(in: 0...9, using: &random)
        let price = Int.random(in: 1...(isKeen ? 400 : 60), using: &random)
        let brand = ["apple", "", "sony", "zoë"][Int.random(in: 0...3, using: &random)]
        for event in ["view", "cart", "purchase"].prefix(isKeen ? 3 : 1 + day % 3) {
          text += "2019-10-\(day < 10 ? "0" : "")\(day) 0\(hour):00:00 UTC,\(event),\(day),7,"
          text += "electronics.audio,\(brand),\(price).50,\(user),s\(user)-\(day)\n"
        }
      }
    }
    return text
  }()

  private static let customers =
    "user_id,name,since,balance\n"
    + (1...400).map {
      "\($0),the name of \($0)!,2018-01-\($0 % 28 < 9 ? "0" : "")\($0 % 28 + 1),\($0).5\n"
    }
    .joined()

  private static let definitions = """
    LOAD 'CUSTOMERS' AS TABLE customers KEY user_id;
    LET users.spent = sum(price) FILTER (WHERE event_type = 'purchase');
    LET users.loved = mode(brand);
    SELECT user_id, count(*) AS rows_of, max(event_time) AS latest FROM events GROUP BY user_id
      INTO users;
    LET brands = SELECT brand, count(*) AS n, sum(price) AS s, min(event_time) AS first_seen
      FROM events GROUP BY brand ORDER BY brand NULLS LAST;
    LET nobody = SELECT * FROM events WHERE price < 0;
    SEGMENT k=3 ON rfm AS worth;
    SEGMENT k=2 ON (recency, frequency) USING gmm AS mixed;
    SEGMENT k=4 ON (monetary) USING quantiles AS quarter;
    SEGMENT POWER AT 80% AS power;
    SEGMENT RULES rich: balance > 200, ELSE poor FROM customers AS wealth;
    TRAIN churn AS leaving HORIZON 7d;
    PREDICT leaving AS risk;
    """

  private static let questions = [
    "SHOW TABLES", "DESCRIBE users", "SHOW MODELS", "SHOW SEGMENTS", "DESCRIBE customers",
    "SELECT * FROM customers", "SELECT * FROM brands", "SELECT * FROM nobody",
    "SELECT * FROM users ORDER BY user_id LIMIT 100",
    "SELECT worth, count(*) AS n, sum(spent) AS s FROM users GROUP BY worth ORDER BY worth",
    "FUNNEL view, cart, purchase BY loved", "SHOW SEGMENT worth", "SHOW SEGMENT worth CENTRES",
    "SHOW SEGMENT mixed", "SHOW SEGMENT quarter", "SHOW SEGMENT power", "SHOW SEGMENT wealth",
    "EVALUATE leaving", "EVALUATE leaving SHOW DECILES", "EXPLAIN MODEL leaving TOP 5",
    "CAMPAIGN leaving OFFER 5 KEEP 0.2 SHOW SUMMARY",
    "SELECT * FROM (PREDICT leaving) LIMIT 50", "ASSIGN worth AS again",
    "ASSIGN mixed AS mixed_again", "ASSIGN quarter AS quarter_again", "ASSIGN power AS power_again",
    "SELECT again, mixed_again, quarter_again, power_again, count(*) AS n FROM users "
      + "GROUP BY ALL ORDER BY n, again, mixed_again, quarter_again, power_again",
    "DROP users.again", "DROP users.mixed_again", "DROP users.quarter_again",
    "DROP users.power_again",
  ]

  private func answers(_ questions: [String], _ workspace: Workspace) -> [String] {
    questions.map { question in
      do {
        let answers = try workspace.run(question + ";")
        return answers.map { $0.text(width: 200) }.joined(separator: "\n")
      } catch {
        return "\(error)"
      }
    }
  }

  /// A store with all of it, and what it answers.
  private func filled(_ folder: TemporaryFolder) throws -> (store: String, answers: [String]) {
    let log = folder.write(Self.log, "log.csv")
    let customers = folder.write(Self.customers, "customers.csv")
    let store = folder.path("shop.bqs")
    let workspace = Workspace()
    _ = try workspace.run("OPEN '\(store)'; LOAD '\(log)';")
    let statements = Self.definitions.replacing("CUSTOMERS", with: customers)
    _ = try workspace.run(statements)
    return (store, answers(Self.questions, workspace))
  }

  private func opened(_ store: String) throws -> Workspace {
    let workspace = Workspace()
    _ = try workspace.run("OPEN '\(store)';")
    return workspace
  }

  @Test func allIsThereWhenTheProgramStartsAgain() throws {
    let folder = TemporaryFolder()
    let (store, expected) = try filled(folder)
    for answer in expected { #expect(!answer.contains("BQLError"), "\(answer)") }
    // The second time from a store that ASSIGN has changed.
    for _ in 0..<2 {
      let found = answers(Self.questions, try opened(store))
      for (question, (found, expected)) in zip(Self.questions, zip(found, expected)) {
        #expect(found == expected, "\(question)")
      }
    }
  }

  @Test func compactingChangesNothing() throws {
    let folder = TemporaryFolder()
    let (store, expected) = try filled(folder)
    _ = try opened(store).run("COMPACT;")
    #expect(answers(Self.questions, try opened(store)) == expected)
  }

  @Test func whatIsOutOfDateIsNotUsed() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    let more = folder.write(
      Self.log.prefix { $0 != "\n" }
        + "\n2019-11-01 00:00:00 UTC,view,1,7,electronics.audio,apple,1.50,1,later\n",
      "more.csv"
    )
    _ = try opened(store).run("LOAD '\(more)';")
    for workspace in [try opened(store), try opened(store)] {
      for question in [
        "SELECT spent FROM users", "FUNNEL view, purchase BY loved", "EVALUATE leaving",
      ] {
        #expect(throws: BQLError.self, "\(question)") { try workspace.run(question) }
      }
      // Results and tables are what they were; a model predicts the present.
      #expect(try workspace.run("SELECT count(*) AS n FROM brands")[0].rowCount == 1)
      #expect(
        try workspace.run("SELECT name FROM users WHERE name = 'the name of 7!'")[0].rowCount == 1
      )
      #expect(try workspace.run("SELECT * FROM (PREDICT leaving) LIMIT 5")[0].rowCount == 5)
      // Computed anew, an attribute is good again.
      _ = try workspace.run("LET users.loved = mode(brand);")
    }
    #expect(try opened(store).run("FUNNEL view, purchase BY loved")[0].rowCount > 0)
  }

  @Test func whatIsDroppedIsGone() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    _ = try opened(store).run(
      """
      DROP customers; DROP users.power; DROP brands; DROP nobody; DROP MODEL leaving; DROP users.worth; DROP users.mixed;
      DROP users.quarter; DROP users.spent; DROP users.loved; DROP users.rows_of; DROP users.latest;
      DROP users.risk;
      """
    )
    let items = TemporaryFolder.names(in: store).filter { $0.hasPrefix("item-") }
    #expect(items.isEmpty, "\(items)")
    let workspace = try opened(store)
    for list in ["SHOW SEGMENTS", "SHOW MODELS"] {
      #expect(try workspace.run(list)[0].rowCount == 0, "\(list)")
    }
    #expect(try workspace.run("SHOW TABLES")[0].rowCount == 1)
  }

  @Test func anErasedUserIsInNoFile() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    _ = try opened(store).run(
      "LET chosen = SELECT user_id, 'secret' AS word FROM events WHERE user_id = 9;"
    )
    _ = try opened(store).run("ERASE USER 9;")
    let workspace = try opened(store)
    let count = "SELECT count(*) AS n FROM"
    for (table, rows) in [("customers", 399), ("chosen", 0)] {
      let answer = try workspace.run("\(count) \(table)")[0]
      #expect(answer.relation.rows == [[.int(Int64(rows))]], "\(table)")
    }
    #expect(throws: BQLError.self) { try workspace.run("SELECT spent FROM users") }
    for name in TemporaryFolder.names(in: store) {
      let bytes = try #require(folder.read("shop.bqs/" + name))
      for word in ["secret", "s9-1", "the name of 9!"] {
        #expect(!bytes.contains(Array(word.utf8)), "\(word) in \(name)")
      }
    }
  }

  /// Somebody whom a table knows and no log.
  @Test func whoIsInATableOnlyCanBeErased() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    let path = folder.write("user_id,word\n7001,here\n7002,there\n", "others.csv")
    _ = try opened(store).run("LOAD '\(path)' AS TABLE others KEY user_id;")
    _ = try opened(store).run("ERASE USER 7001;")
    #expect(try opened(store).run("SELECT word FROM others")[0].rowCount == 1)
    // Attributes hold on: the log is as it was.
    #expect(try opened(store).run("SELECT spent FROM users LIMIT 1")[0].rowCount == 1)
    #expect(throws: BQLError.self) { try opened(store).run("ERASE USER 7001;") }
  }

  /// KEYs of other types than the log's users, and a value that is left of an attribute whose log is gone.
  @Test func anErasedUserIsInNoTableOfAnotherType() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    let texts = folder.write("user_id,word\n9,here\nnobody,there\n", "texts.csv")
    let floats = folder.write("user_id,word\n9.0,here\n10.5,there\n", "floats.csv")
    _ = try opened(store).run(
      """
      LOAD '\(texts)' AS TABLE texts KEY user_id; LOAD '\(floats)' AS TABLE floats KEY user_id;
      SELECT user_id, max(user_id)::text || '-th' AS nth FROM events GROUP BY user_id INTO users;
      """
    )
    _ = try opened(store).run("LOAD '\(folder.path("log.csv"))' AS copy FORCE; DROP events;")
    _ = try opened(store).run("ERASE USER 9;")
    let workspace = try opened(store)
    #expect(try workspace.run("SELECT word FROM texts")[0].rowCount == 1)
    #expect(try workspace.run("SELECT word FROM floats")[0].rowCount == 1)
    for name in TemporaryFolder.names(in: store) {
      let bytes = try #require(folder.read("shop.bqs/" + name))
      #expect(!bytes.contains(Array("9-th".utf8)), "\(name)")
    }
    _ = try opened(store).run("DROP copy;")
    _ = try opened(store).run("ERASE USER 'nobody';")
    #expect(try opened(store).run("SELECT word FROM texts")[0].rowCount == 0)
  }

  /// What could not be erased or stored while another program wrote is erased and stored later.
  @Test func whatFailedIsDoneLater() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    var writer: Workspace? = try opened(store)
    _ = try writer?.run("LET held = SELECT 1 AS x;")
    let workspace = try opened(store)
    _ = try workspace.run("LET names = SELECT user_id FROM events GROUP BY user_id;")
    #expect(throws: BQLError.self) { try workspace.run("ERASE USER 9;") }
    writer = nil
    _ = try workspace.run("ERASE USER 9;")
    _ = try workspace.run("LET users.visits = count(*); COMPACT;")
    let again = try opened(store)
    for (table, count) in [("customers", 399), ("names", 399), ("events", 0)] {
      let rows =
        "SELECT count(*) AS n FROM \(table)"
        + (table == "events" ? " WHERE user_id = 9" : "")
      #expect(try again.run(rows)[0].relation.rows == [[.int(Int64(count))]], "\(table)")
    }
    #expect(try again.run("SELECT visits FROM users LIMIT 2")[0].rowCount == 2)
  }

  @Test func aLoadWithoutRowsChangesNothing() throws {
    let folder = TemporaryFolder()
    let (store, expected) = try filled(folder)
    _ = try opened(store).run("LOAD '\(folder.path("log.csv"))' FORCE DEDUP EXACT;")
    let found = answers(Self.questions, try opened(store))
    #expect(found.dropFirst() == expected.dropFirst())
  }

  @Test func manyAttributesAreStoredAtOnce() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    let columns = (0..<1_010).map { "count(*) + \($0) AS c\($0)" }.joined(separator: ", ")
    _ = try opened(store).run(
      "SELECT user_id, \(columns) FROM events GROUP BY user_id INTO users;"
    )
    let answer = try opened(store).run("SELECT sum(c1009 - c3), sum(c0 - c999) FROM users")[0]
    let expected: [Value] = [.int(402_400), .int(-399_600)]
    #expect(answer.relation.rows == [expected])
  }

  /// Each file in turn: what is damaged is named, everything else is there, and it can be dropped.
  @Test func damageIsNamed() throws {
    let folder = TemporaryFolder()
    let (store, expected) = try filled(folder)
    let names = TemporaryFolder.names(in: store).filter { $0.hasPrefix("item-") }.sorted()
    #expect(names.count > 15)
    for (number, name) in names.enumerated() {
      let file = "shop.bqs/" + name
      let bytes = try #require(folder.read(file))
      var damaged = bytes
      if number % 3 == 0 {
        damaged.removeLast(min(damaged.count, 9))
      } else {
        damaged[damaged.count / 2] ^= 0x21
      }
      folder.write(damaged, file)
      let found = answers(Self.questions, try opened(store))
      let same = zip(found, expected).count { $0 == $1 }
      #expect(same >= 3 && same < expected.count, "\(name): \(same)")
      #expect(throws: BQLError.self) { try opened(store).run("ERASE USER 9;") }
      let check = try opened(store).run("CHECK STORE;")[0]
      let unsound = check.relation.rows.filter { $0[3] != .text("sound") }
      #expect(unsound.map { $0[1] } == [.text(name)])
      folder.write(bytes, file)
    }
    #expect(answers(Self.questions, try opened(store)) == expected)
  }

  @Test func whoCannotStoreIsWarned() throws {
    let folder = TemporaryFolder()
    let (store, _) = try filled(folder)
    let (first, second) = (try opened(store), try opened(store))
    _ = try first.run("LET mine = SELECT 1 AS x;")
    // The second one has an older state: it works on, and changes nothing.
    _ = try second.run("LET yours = SELECT 2 AS x;")
    #expect(try second.run("SELECT x FROM yours")[0].rowCount == 1)
    let third = try opened(store)
    #expect(try third.run("SELECT x FROM mine")[0].rowCount == 1)
    #expect(throws: BQLError.self) { try third.run("SELECT x FROM yours") }
  }
}

extension [UInt8] {
  /// Whether the bytes have those of `part` in a row.
  fileprivate func contains(_ part: [UInt8]) -> Bool {
    guard let first = part.first, count >= part.count else { return false }
    return indices.dropLast(part.count - 1).contains { start in
      self[start] == first && self[start..<start + part.count].elementsEqual(part)
    }
  }
}
