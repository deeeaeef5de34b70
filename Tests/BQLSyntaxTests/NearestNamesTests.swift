import BQLSyntax
import BQLTestSupport
import Testing

@Suite struct NearestNamesTests {
  private let events = ["view", "cart", "remove_from_cart", "purchase"]

  @Test(arguments: [
    ("purchse", ["purchase"]), ("PURCHASE", ["purchase"]), ("veiw", ["view"]), ("carts", ["cart"]),
    ("remove_cart", []), ("remove", ["remove_from_cart"]), ("x", []), ("", []), ("refund", []),
    ("car", ["cart"]), ("purchases_total", ["purchase"]),
  ])
  func events(_ name: String, expected: [String]) {
    #expect(NearestNames.nearest(to: name, in: events) == expected)
  }

  @Test func closestFirstThenInOrder() {
    let names = ["brands", "bran", "grand", "brand_id", "brandy", "Brand"]
    #expect(
      NearestNames.nearest(to: "brand", in: names, limit: 10)
        == ["Brand", "brands", "bran", "grand", "brandy", "brand_id"]
    )
    #expect(NearestNames.nearest(to: "brand", in: names, limit: 2) == ["Brand", "brands"])
    #expect(NearestNames.nearest(to: "brand", in: ["brand", "brands", "brands"]) == ["brands"])
  }

  /// The bounded distance equals the textbook recurrence wherever it is within the bound.
  @Test func distanceEqualsItsPlainTwin() {
    for seed in 0..<3000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      func word() -> [Unicode.Scalar] {
        (0..<Int.random(in: 0...7, using: &random)).map { _ in
          ["a", "b", "c"].randomElement(using: &random) ?? "a"
        }
      }
      let first = word()
      let second = word()
      let plain = plainDistance(first[...], second[...])
      for bound in 0...4 {
        let found = NearestNames.distance(first, second, atMost: bound)
        #expect(found == (plain <= bound ? plain : nil), "seed \(seed), bound \(bound)")
      }
    }
  }

  private func plainDistance(
    _ first: ArraySlice<Unicode.Scalar>,
    _ second: ArraySlice<Unicode.Scalar>
  ) -> Int {
    guard let a = first.last, let b = second.last else { return first.count + second.count }
    var best = min(
      plainDistance(first.dropLast(), second) + 1,
      plainDistance(first, second.dropLast()) + 1,
      plainDistance(first.dropLast(), second.dropLast()) + (a == b ? 0 : 1)
    )
    let shorter = (first.dropLast(), second.dropLast())
    if shorter.0.last == b, shorter.1.last == a {
      best = min(best, plainDistance(shorter.0.dropLast(), shorter.1.dropLast()) + 1)
    }
    return best
  }
}
