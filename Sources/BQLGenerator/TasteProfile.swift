/// Names the latent tastes; every customer is a mixture of them.
///
/// A profile multiplies the shares of departments and shifts the price level looked for. The log
/// shows only which products a customer meets, so factorization has something to find.
/// Mixture weights are Dirichlet, as in D. M. Blei, A. Y. Ng, M. I. Jordan, *JMLR* 3, 2003,
/// <https://www.jmlr.org/papers/v3/blei03a.html>.
package enum TasteProfile: Int, CaseIterable {
  case tech
  case home
  case fashion
  case family
  case outdoor
  case maker

  /// The Dirichlet parameter before the profile's share: small, so one taste dominates most people.
  package static let concentration = 1.6

  /// Share of the profile among all customers.
  package var share: Double {
    switch self {
    case .tech: 0.40
    case .home: 0.18
    case .fashion: 0.13
    case .family: 0.12
    case .outdoor: 0.08
    case .maker: 0.09
    }
  }

  /// Shift of the price level looked for, in deviations of a category's log price.
  package var priceShift: Double {
    switch self {
    case .tech: 0.5
    case .home: 0.1
    case .fashion: 0.3
    case .family: -0.5
    case .outdoor: 0
    case .maker: -0.3
    }
  }

  /// Factors on department shares, in the order of ``Department/all``.
  package var departmentFactors: [Double] {
    //  electr appli compu appar furni tools kids  auto  acces sport garde healt stati
    switch self {
    case .tech: [2.2, 0.3, 2.8, 0.2, 0.1, 0.3, 0.1, 0.4, 0.3, 0.2, 0.1, 0.3, 1.2]
    case .home: [0.5, 3.6, 0.3, 0.4, 4.5, 0.8, 0.5, 0.2, 0.3, 0.2, 2.0, 0.9, 0.5]
    case .fashion: [0.6, 0.3, 0.2, 7.0, 0.6, 0.1, 0.5, 0.2, 8.0, 0.8, 0.1, 2.8, 0.4]
    case .family: [0.6, 1.0, 0.3, 1.4, 0.9, 0.2, 9.0, 0.3, 0.5, 0.8, 0.4, 2.4, 3.0]
    case .outdoor: [0.6, 0.3, 0.2, 0.9, 0.2, 0.6, 0.5, 8.0, 0.8, 11.0, 3.0, 0.5, 0.2]
    case .maker: [0.6, 0.6, 0.9, 0.2, 0.7, 10.0, 0.2, 3.0, 0.2, 0.4, 6.0, 0.2, 0.7]
    }
  }
}
