import Glibc

/// Holds everything that the shop sells: leaf categories, products, and how each is chosen.
///
/// Its size depends on the number of users only in coarse steps (``productTarget(users:)``), and
/// never on the rows.
package struct Assortment {
  /// Describes a leaf category; `products` indexes ``Assortment/products``.
  package struct Leaf {
    let department: Int
    let products: Range<Int>
  }

  /// Describes a product.
  package struct Product {
    let leaf: UInt16
    /// Bytes of ``Assortment/rowPrefixes`` that belong to the product.
    let prefixCount: UInt16
    let prefixStart: UInt32
    /// The undiscounted price in cents.
    let cents: UInt32
    /// Deviation of the log price from the category's median, in standard deviations.
    let level: Float
    /// Factor of category and brand on the chance of a cart or a purchase.
    let conversion: Float
  }

  /// Holds the price of a product in a certain week.
  package struct Offer {
    let cents: UInt32
    let isPromotion: Bool
  }

  private let seed: UInt64
  package let products: [Product]
  package let leaves: [Leaf]
  /// Per product `,product_id,category_id,category_code,brand,`, so that a row is mostly copied.
  package let rowPrefixes: [UInt8]
  private let choices: AliasTable
  /// For each taste profile, the part of `choices` that draws leaves.
  private let profileRanges: [Range<Int>]

  /// Assembles an assortment; `choices` starts with one entry for each product, in order.
  package init(
    seed: UInt64,
    products: [Product],
    leaves: [Leaf],
    rowPrefixes: [UInt8],
    choices: AliasTable,
    profileRanges: [Range<Int>]
  ) {
    self.seed = seed
    self.products = products
    self.leaves = leaves
    self.rowPrefixes = rowPrefixes
    self.choices = choices
    self.profileRanges = profileRanges
  }

  /// Gives the number of products aimed at: 4,000 up to 20,000 users, then doubled for every
  /// fourfold number of users, up to 64,000.
  ///
  /// Steps, so that a few more users change nothing for the others. The electronics store has
  /// 53,453 products for 407,283 users.
  package static func productTarget(users: Int) -> Int {
    var products = 4_000
    var limit = 20_000
    while users > limit, products < 64_000 {
      products *= 2
      limit *= 4
    }
    return products
  }

  /// The bytes of the longest row prefix.
  package var longestPrefix: Int { products.reduce(0) { max($0, Int($1.prefixCount)) } }

  /// Draws the category that a customer with the given taste looks into.
  package func drawLeaf(taste: Int, _ random: inout RandomStream) -> Int {
    choices.draw(in: profileRanges[taste], &random)
  }

  /// Draws a product of a category: the better of two popular ones for the wanted price level.
  package func drawProduct(leaf: Int, priceLevel: Double, _ random: inout RandomStream) -> Int {
    let range = leaves[leaf].products
    let first = range.lowerBound + choices.draw(in: range, &random)
    let second = range.lowerBound + choices.draw(in: range, &random)
    let firstMiss = abs(Double(products[first].level) - priceLevel)
    let secondMiss = abs(Double(products[second].level) - priceLevel)
    return firstMiss <= secondMiss ? first : second
  }

  /// Gives the price of a product in a week since the start of the log.
  ///
  /// Prices move by up to 3 % from week to week; in 7 % of the weeks a product is on promotion,
  /// 12 to 22 % cheaper.
  package func offer(product: Int, week: Int) -> Offer {
    let bits = RandomStream.key(seed: seed ^ 0x0FFE, index: UInt64(product), part: UInt64(week))
    let isPromotion = bits & 0xFFFF < 4_588
    let noise = (bits >> 16) & 0xFFFF
    let perMille = isPromotion ? 780 + noise * 100 / 65_536 : 970 + noise * 60 / 65_536
    let cents = UInt64(products[product].cents) * perMille / 1_000
    return Offer(cents: UInt32(max(cents, 1)), isPromotion: isPromotion)
  }
}
