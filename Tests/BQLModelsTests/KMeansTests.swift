import BQLModels
import BQLTestSupport
import Testing

/// k-means finds what plain Lloyd finds, on any thread count, and never traps.
@Suite struct KMeansTests {
  @Test func boxesAndBoundsFindWhatPlainLloydFinds() throws {
    for seed in 0..<ModelRows.cases("KMEANS_CASES", 600) {
      var random = SeededGenerator(seed: UInt64(seed))
      let rowCount =
        random.chance(4)
        ? Int.random(in: 500...1500, using: &random) : Int.random(in: 1...80, using: &random)
      let matrix = try ModelRows.whole(
        &random,
        rows: rowCount,
        columns: Int.random(in: 1...11, using: &random),
        range: Int.random(in: 1...30, using: &random)
      )
      let rows = (0..<rowCount).map(matrix.row)
      // Equal and far-off starts leave centres without rows.
      let start = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        rows[Int.random(in: 0..<rowCount, using: &random)].map {
          random.chance(3) ? $0 + 100 : $0
        }
      }
      let limit = random.chance(20) ? 2 : 40
      let plain = PlainLloyd(rows, from: start, limit: limit)
      let fast = try KMeans(
        KMeansRows(matrix),
        from: try Matrix(
          rowCount: start.count,
          columnCount: matrix.columnCount,
          values: start.flatMap { $0 }
        ),
        KMeansOptions(clusters: start.count, tolerance: 0, maximumIterations: limit),
        threads: 2
      )
      let (labels, centres) = Self.withoutEmpty(plain)
      #expect(fast.labels == labels, "seed \(seed)")
      #expect(fast.centres.values == centres.flatMap { $0 }, "seed \(seed)")
      #expect(fast.hasFewerClusters == (centres.count < start.count), "seed \(seed)")
      let inertia = zip(rows, labels).reduce(0) {
        $0 + PlainLloyd.distance($1.0, centres[Int($1.1)])
      }
      #expect(ModelRows.areClose([fast.inertia], [inertia], 1e-12), "seed \(seed)")
    }
  }

  private static func withoutEmpty(_ plain: PlainLloyd) -> ([Int32], [[Double]]) {
    let kept = plain.centres.indices.filter { plain.labels.contains(Int32($0)) }
    let labels = plain.labels.map { label in Int32(kept.firstIndex(of: Int(label)) ?? -1) }
    return (labels, kept.map { plain.centres[$0] })
  }

  @Test func sameBitsAtAnyThreadCount() throws {
    var random = SeededGenerator(seed: 1)
    let wide = try ModelRows.whole(&random, rows: 9_000, columns: 13, range: 1000)
    for matrix in [try ModelRows.scaledCustomers(20_000, stream: 3), wide] {
      for starts in [1, 4] {
        let options = KMeansOptions(clusters: 5, starts: starts, seed: 9)
        let one = try KMeans(matrix, options, threads: 1)
        for threads in [2, 5] {
          #expect(try KMeans(matrix, options, threads: threads) == one)
        }
        var other = options
        other.seed = 10
        #expect(try KMeans(matrix, other, threads: 2).centres != one.centres)
      }
    }
  }

  @Test func labelsAreThoseOfTheNearestCentres() throws {
    let matrix = try ModelRows.scaledCustomers(5_000, stream: 4)
    let model = try KMeans(matrix, KMeansOptions(clusters: 6), threads: 2)
    #expect(try NearestCentre.assign(matrix, to: model.centres, threads: 2) == model.labels)
    #expect(model.isConverged)
    #expect(model.counts.reduce(0, +) == 5_000)
    for cluster in 0..<6 {
      #expect(model.counts[cluster] == model.labels.count { $0 == Int32(cluster) })
    }
    let missing = try Matrix(rowCount: 1, columnCount: 3, values: [0, .nan, 0])
    #expect(try NearestCentre.assign(missing, to: model.centres, threads: 1) == [-1])
  }

  @Test func fewerDistinctRowsThanClusters() throws {
    let values: [Double] = [1, 1, 2, 1, 1, 1, 2, 1, 5, 5, 1, 1]
    let matrix = try Matrix(rowCount: 6, columnCount: 2, values: values)
    let model = try KMeans(matrix, KMeansOptions(clusters: 5), threads: 2)
    #expect(model.hasFewerClusters)
    #expect(model.counts.sorted() == [1, 2, 3])
    #expect(model.inertia == 0)
    let one = try Matrix(rowCount: 1, columnCount: 2, values: [3, 4])
    let single = try KMeans(one, KMeansOptions(clusters: 3), threads: 2)
    #expect(single.centres == one)
    #expect(single.labels == [0])
    let constant = try Matrix(columns: [[7, 7, 7], [0, 0, 0]])
    let all = try KMeans(constant, KMeansOptions(clusters: 2), threads: 2)
    #expect(all.counts == [3])
    #expect(try KMeans(constant, KMeansOptions(clusters: 1), threads: 2).hasFewerClusters == false)
  }

  @Test func everyDistinctRowCanBeACluster() throws {
    for seed in 0..<40 {
      var random = SeededGenerator(seed: UInt64(seed))
      let matrix = try ModelRows.whole(&random, rows: 60, columns: 2, range: 4)
      let distinct = Set((0..<60).map(matrix.row)).count
      let model = try KMeans(
        matrix,
        KMeansOptions(clusters: distinct, seed: UInt64(seed)),
        threads: 1
      )
      #expect(model.inertia == 0, "seed \(seed)")
      #expect(model.counts.count == distinct, "seed \(seed)")
    }
  }

  @Test func whatHasNoAnswerIsAnError() throws {
    let options = KMeansOptions(clusters: 2)
    func error(_ columns: [[Double]], _ options: KMeansOptions) -> ModelError? {
      do throws(ModelError) {
        _ = try KMeans(Matrix(columns: columns), options, threads: 2)
        return nil
      } catch {
        return error
      }
    }
    #expect(error([], options) == .noColumns)
    #expect(error([[], []], options) == .noRows)
    #expect(error([[1, 2], [3]], options) == .shape(expected: 2, found: 1))
    #expect(error([[1, 2], [3, .nan]], options) == .notFinite(row: 1, column: 1))
    #expect(error([[1, -.infinity]], options) == .notFinite(row: 1, column: 0))
    #expect(error([[1, 1e200]], options) == .notFinite(row: 1, column: 0))
    #expect(error([[1, 2]], KMeansOptions(clusters: 0)) == .clusterCount(0))
    #expect(error([[1, 2]], KMeansOptions(clusters: 1, starts: 0)) == .parameter("starts"))
    #expect(error([[1e139, -1e139, 0]], options) == nil)
    #expect(error([[1e-300, 2e-300, 0]], options) == nil)
    #expect(error([[.leastNonzeroMagnitude, 0]], options) == nil)
    #expect(error([[1, 2]], KMeansOptions(clusters: .max)) == nil)
  }
}
