import BQLColumnar
import BQLModels
import BQLPlanning

/// Holds the clusters that a segmentation settles for.
struct ClusterChoice: Sendable {
  /// The cluster of each point.
  let labels: [Int32]
  /// In scaled units.
  let centres: Matrix
  /// One row a number of clusters that was tried.
  let selection: Relation
  let notes: [String]

  init(labels: [Int32], centres: Matrix, selection: Relation, notes: [String]) {
    self.labels = labels
    self.centres = centres
    self.selection = selection
    self.notes = notes
  }

  /// Finds so many clusters.
  init(
    _ points: Matrix,
    _ count: Int,
    _ options: KMeansOptions,
    _ context: ExecutionContext
  ) throws(ModelError) {
    let threads = context.threads
    var options = options
    options.clusters = count
    let model = try KMeans(
      points,
      options,
      threads: threads,
      interruption: context.interruption
    )
    let dispersion = try ClusterDispersion(points, model.labels, threads: threads)
    let silhouette = try SimplifiedSilhouette.mean(
      points,
      model.labels,
      model.centres,
      threads: threads
    )
    labels = model.labels
    centres = model.centres
    let cells: [Value] = [
      .int(Int64(model.counts.count)), .float(model.inertia), Self.cell(silhouette), .null,
      Self.cell(dispersion.calinskiHarabasz), Self.cell(dispersion.daviesBouldin), .null, .null,
      .null, .bool(true),
    ]
    selection = Relation(schema: Self.schema, rows: [cells])
    notes = Self.notes(model, options) + Self.fewer(model, asked: count)
  }

  /// Tries several numbers of clusters and takes the smallest that is nearly the best.
  init(
    _ points: Matrix,
    among counts: ClosedRange<Int>,
    _ options: KMeansOptions,
    _ context: ExecutionContext
  ) throws(ModelError) {
    let found = try ClusterCountSelection(
      points,
      counts: counts,
      options,
      threads: context.threads,
      interruption: context.interruption
    )
    let chosen = found.candidates[found.chosen]
    labels = chosen.model.labels
    centres = chosen.model.centres
    selection = Relation(
      schema: Self.schema,
      rows: found.candidates.enumerated().map { index, candidate in
        [
          .int(Int64(candidate.clusters)), .float(candidate.model.inertia),
          Self.cell(candidate.simplifiedSilhouette), Self.cell(candidate.sampledSilhouette),
          Self.cell(candidate.calinskiHarabasz), Self.cell(candidate.daviesBouldin),
          .float(candidate.stability.mean), .float(candidate.stability.low),
          .float(candidate.stability.high), .bool(index == found.chosen),
        ]
      }
    )
    let best = found.candidates.compactMap(\.simplifiedSilhouette).max()
    var notes = Self.notes(chosen.model, options)
    if let best, let own = chosen.simplifiedSilhouette {
      notes.append(
        "k = \(chosen.clusters) is the smallest number whose simplified silhouette, "
          + "\(Self.rounded(own)), is within 5 % of the best, \(Self.rounded(best)); SHOW SEGMENT … "
          + "SELECTION has all indices"
      )
    }
    if found.hasFewerClusters {
      notes.append("there are no more than \(found.candidates.last?.clusters ?? 0) distinct points")
    }
    self.notes = notes
  }

  static let schema = Schema([
    Field("k", .int), Field("inertia", .float), Field("simplified_silhouette", .float),
    Field("sampled_silhouette", .float), Field("calinski_harabasz", .float),
    Field("davies_bouldin", .float), Field("stability", .float), Field("stability_low", .float),
    Field("stability_high", .float), Field("chosen", .bool),
  ])

  static func cell(_ number: Double?) -> Value { number.map { .float($0) } ?? .null }

  /// A number as it stands in a note: three places.
  static func rounded(_ number: Double) -> String {
    ValueText.text(.float((number * 1_000).rounded() / 1_000))
  }

  private static func notes(_ model: KMeans, _ options: KMeansOptions) -> [String] {
    var note =
      "k-means of \(model.labels.count) points, \(options.starts) starts, seed \(options.seed); "
      + "inertia \(rounded(model.inertia))"
    if !model.isConverged { note += "; not at rest after \(model.iterations) iterations" }
    return [note]
  }

  private static func fewer(_ model: KMeans, asked: Int) -> [String] {
    guard model.hasFewerClusters else { return [] }
    let count = model.counts.count
    return ["there are \(count) distinct points, so \(count) segments, not \(asked)"]
  }
}
