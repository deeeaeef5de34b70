import Glibc

/// Makes the assortment of a seed: categories, brands, products, prices and popularity.
///
/// - Popularity within a category falls like a Zipf law, `1 / (rank + 2)^0.95` (as clicks and sales
///   per product do: E. Brynjolfsson, Y. Hu, M. D. Smith, *Management Science* 49(11), 2003,
///   doi:10.1287/mnsc.49.11.1580).
/// - A price is lognormal: the category's median × the brand's level × the product's own part.
/// - 31 % of interest goes to categories without a code and brands are missing by department, as in
///   the REES46 sample (31 % and 13 %); 1 % of the products lose their code, and some a brand, as a
///   real shop's mistakes.
package struct AssortmentBuilder {
  private struct Brand {
    let name: String
    let popularity: Double
    let logPrice: Double
    let conversion: Double
    let departments: Set<Int>
  }

  private struct Category {
    let department: Int
    let code: String
    let identifier: Int
    let weight: Double
    let medianPrice: Double
    let brandless: Double
    let conversion: Double
  }

  private static let brandCount = 420
  private static let uncodedShare = 0.31
  private static let popularityExponent = 0.95
  private static let brandLevelSigma = 0.28
  private static let productLevelSigma = 0.42

  private let seed: UInt64
  private let productTarget: Int
  private var random: RandomStream
  private var products: [Assortment.Product] = []
  private var prefixes: [UInt8] = []
  private var choices = AliasTable()

  package init(seed: UInt64, productTarget: Int) {
    self.seed = seed
    self.productTarget = productTarget
    random = RandomStream(seed: seed, index: 0xA550, part: 0)
  }

  /// Builds the assortment.
  package consuming func build() -> Assortment {
    let brands = makeBrands()
    let categories = makeCategories()
    let rootTotal = categories.reduce(0) { $0 + $1.weight.squareRoot() }
    var leaves: [Assortment.Leaf] = []
    for (index, category) in categories.enumerated() {
      let share = category.weight.squareRoot() / rootTotal
      let count = max(3, Int(Double(productTarget) * share))
      let range = addProducts(count, of: category, leaf: index, brands: brands)
      leaves.append(Assortment.Leaf(department: category.department, products: range))
    }
    let profileRanges = TasteProfile.allCases.map { profile in
      let factors = profile.departmentFactors
      return choices.append(categories.map { $0.weight * factors[$0.department] })
    }
    return Assortment(
      seed: seed,
      products: products,
      leaves: leaves,
      rowPrefixes: prefixes,
      choices: choices,
      profileRanges: profileRanges
    )
  }

  private mutating func makeBrands() -> [Brand] {
    let shares = Department.all.map { $0.share.squareRoot() }
    var table = AliasTable()
    let range = table.append(shares)
    var rank = 0
    return BrandNames.make(count: Self.brandCount).map { name in
      rank += 1
      var departments: Set<Int> = []
      for _ in 0...random.below(3) { departments.insert(table.draw(in: range, &random)) }
      return Brand(
        name: name,
        popularity: 1 / pow(Double(rank) + 3, 0.9),
        logPrice: Self.brandLevelSigma * random.normal(),
        conversion: exp(0.28 * random.normal()),
        departments: departments
      )
    }
  }

  /// Makes each department's coded leaves, and one uncoded leaf for every two of them.
  private mutating func makeCategories() -> [Category] {
    var categories: [Category] = []
    for (position, department) in Department.all.enumerated() {
      let coded = department.leaves.map { ("\(department.name).\($0.key)", $0.value) }
      let uncoded = coded.indices.filter { $0 % 2 == 0 }.map { index in
        ("", coded[index].1 * exp(0.5 * random.normal()))
      }
      for (group, share) in [(coded, 1 - Self.uncodedShare), (uncoded, Self.uncodedShare)] {
        let weights = group.indices.map { 1 / pow(Double($0) + 1.5, 0.8) }
        let total = weights.reduce(0, +)
        for (index, (code, price)) in group.enumerated() {
          categories.append(
            Category(
              department: position,
              code: code,
              identifier: 2_053_013_552_000_000_000 + categories.count * 13_107_000_000
                + random.below(1_000_000_000),
              weight: department.share * share * weights[index] / total,
              medianPrice: price,
              brandless: department.brandless,
              conversion: department.conversion * exp(0.22 * random.normal())
            )
          )
        }
      }
    }
    return categories
  }

  /// Adds the products of a category, the most popular one first.
  private mutating func addProducts(
    _ count: Int,
    of category: Category,
    leaf: Int,
    brands: [Brand]
  ) -> Range<Int> {
    let sellers = brands.filter { $0.departments.contains(category.department) }
    var brandTable = AliasTable()
    let brandRange = brandTable.append(
      sellers.map { $0.popularity * exp(0.6 * random.normal()) }
    )
    let levelSigma =
      (Self.brandLevelSigma * Self.brandLevelSigma
      + Self.productLevelSigma * Self.productLevelSigma).squareRoot()
    // Spreading the brandless products evenly over the ranks keeps their share of views near the
    // department's, however heavy the first ranks are.
    var brandlessDebt = random.uniform()
    for rank in 0..<count {
      brandlessDebt += category.brandless
      let isBrandless = brandlessDebt >= 1 || random.chance(0.005)
      if brandlessDebt >= 1 { brandlessDebt -= 1 }
      let brand = sellers[brandTable.draw(in: brandRange, &random)]
      let logLevel =
        (isBrandless ? -0.2 : brand.logPrice) + Self.productLevelSigma * random.normal()
      let price = min(max(category.medianPrice * exp(logLevel), 0.5), 2_600)
      let start = prefixes.count
      addPrefix(
        product: (10 + leaf) * 100_000 + (rank * 48_271 + leaf * 7_919) % 99_991,
        category: category,
        code: random.chance(0.01) ? "" : category.code,
        brand: isBrandless ? "" : brand.name
      )
      products.append(
        Assortment.Product(
          leaf: UInt16(leaf),
          prefixCount: UInt16(prefixes.count - start),
          prefixStart: UInt32(start),
          cents: UInt32(price * 100),
          level: Float(logLevel / levelSigma),
          conversion: Float(category.conversion * (isBrandless ? 0.85 : brand.conversion))
        )
      )
    }
    return choices.append(
      (0..<count).map { 1 / pow(Double($0) + 2, Self.popularityExponent) }
    )
  }

  private mutating func addPrefix(product: Int, category: Category, code: String, brand: String) {
    prefixes.append(contentsOf: ",\(product),\(category.identifier),\(code),\(brand),".utf8)
  }
}
