import BQLTestSupport

/// Makes sources of logs with columns of every kind.
enum RandomLog {
  static func text(seed: Int, rowCount: Int? = nil) -> String {
    var generator = SeededGenerator(seed: UInt64(seed))
    let count = rowCount ?? Int.random(in: 0...60, using: &generator)
    let userKind = seed % 3
    let sessionKind = seed / 3 % 3
    let nulls = Double.random(in: 0...0.5, using: &generator)
    let magnitude = [100, 30_000, 2_000_000_000, Int(Int64.max / 2)].randomElement(
      using: &generator
    )
    let userCount = max(count / 4, 1)
    let isFractional = seed % 2 == 1
    var text = "user_id,event_time,event_type,user_session,price,number,ratio,flag,day,word\n"
    for _ in 0..<count {
      func maybe(_ value: String) -> String {
        Double.random(in: 0..<1, using: &generator) < nulls ? "" : value
      }
      let user = Int.random(in: 0..<userCount, using: &generator)
      let second = Int.random(in: 0..<60, using: &generator)
      let time =
        "2019-1\(Int.random(in: 0...2, using: &generator))-0\(1 + user % 9) 10:00:"
        + (second < 10 ? "0\(second)" : "\(second)") + (isFractional ? ".\(100_000 + second)" : "")
      let cells = [
        name(user, userKind), time,
        ["view", "cart", "purchase"].randomElement(using: &generator) ?? "view",
        maybe(name(user * 3 + second % 3, sessionKind)),
        maybe("\(Int.random(in: 0...999_999_999, using: &generator)).\(10 + second)"),
        maybe("\(Int.random(in: -(magnitude ?? 1)...(magnitude ?? 1), using: &generator))"),
        maybe("\(Double.random(in: -1...1, using: &generator))"),
        maybe(second % 2 == 0 ? "true" : "false"), maybe("2020-02-1\(second % 10)"),
        maybe("\"w, \(second % 7)ü\""),
      ]
      text += cells.joined(separator: ",") + "\n"
    }
    return text
  }

  /// A number, a UUID or a word.
  private static func name(_ number: Int, _ kind: Int) -> String {
    switch kind {
    case 0: return "\(number + 1)"
    case 1:
      let digits = String(number + 0x1000_0000, radix: 16)
      return "\(digits.suffix(8))-4dac-4778-8d2c-92e149dab885"
    default: return "name of \(number)"
    }
  }
}
