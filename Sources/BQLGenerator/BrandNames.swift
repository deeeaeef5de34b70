/// Invents brand names from syllables.
///
/// The list is the same for every seed, so that it can be read through once; ``avoided`` holds what
/// was struck out.
enum BrandNames {
  private static let onsets: [String] = [
    "br", "dr", "kv", "fl", "gl", "gr", "kl", "kr", "m", "n", "pl", "pr", "qu", "sk", "sl", "sn",
    "st", "sv", "tr", "tw", "v", "vr", "w", "z", "zh", "th", "h", "j", "l", "r",
  ]
  private static let vowels: [String] = ["a", "e", "i", "o", "u", "ae", "io", "ou"]
  private static let middles: [String] = [
    "bb", "ld", "lf", "lm", "mb", "nd", "ng", "nk", "nt", "pt", "rb", "rd", "rg", "rk", "rm", "rv",
    "sk", "sp", "vv", "zz",
  ]
  /// Names that came up and sound like a company.
  private static let avoided: Set<String> = [
    "lombix", "mambux", "markane", "rentin", "vintux", "zentix",
  ]
  private static let endings: [String] = [
    "a", "ane", "ax", "eck", "eff", "el", "enne", "ero", "ett", "ian", "iko", "il", "in", "ish",
    "iva", "ix", "oll", "om", "ona", "oo", "or", "osk", "oth", "um", "un", "ux", "yl", "yst",
  ]

  /// Makes distinct lower-case names of six to twelve letters.
  ///
  /// - Complexity: O(*count*) expected; `count` must stay far below the 134,400 combinations.
  static func make(count: Int) -> [String] {
    var random = RandomStream(seed: 0x42_51_4C, index: 0, part: 0)
    var seen: Set<String> = []
    var names: [String] = []
    while names.count < count {
      let name =
        onsets[random.below(onsets.count)] + vowels[random.below(vowels.count)]
        + middles[random.below(middles.count)] + endings[random.below(endings.count)]
      if name.utf8.count >= 6, !avoided.contains(name), seen.insert(name).inserted {
        names.append(name)
      }
    }
    return names
  }
}
