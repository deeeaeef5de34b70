import BQLModels
import BQLTestSupport
import Testing

/// Indices of clusterings agree with slow twins, and choose what they say.
@Suite struct ClusterIndexTests {
  @Test func silhouettesAgreeWithAllPairs() throws {
    for seed in 0..<60 {
      var random = SeededGenerator(seed: UInt64(seed))
      let rowCount = Int.random(in: 1...200, using: &random)
      let matrix = try ModelRows.whole(
        &random,
        rows: rowCount,
        columns: Int.random(in: 1...6, using: &random),
        range: 6
      )
      let clusters = Int32.random(in: 1...5, using: &random)
      let labelings = (0..<2).map { _ in
        (0..<rowCount).map { _ in 2 * Int32.random(in: 0..<clusters, using: &random) }
          .map { min($0, Int32(rowCount - 1)) }
      }
      let sample = try SilhouetteSample(matrix, seed: 3)
      #expect(sample.rows.count == rowCount)
      let found = try sample.means(of: labelings, threads: 2)
      for (labels, mean) in zip(labelings, found) {
        let plain = Self.silhouette((0..<rowCount).map(matrix.row), labels)
        #expect((mean == nil) == (plain == nil), "seed \(seed)")
        if let mean, let plain {
          #expect(ModelRows.areClose([mean], [plain], 1e-12), "seed \(seed)")
        }
      }
    }
  }

  private static func silhouette(_ rows: [[Double]], _ labels: [Int32]) -> Double? {
    let clusters = Set(labels)
    guard clusters.count >= 2, clusters.count < rows.count else { return nil }
    var total = 0.0
    for row in rows.indices {
      func mean(_ cluster: Int32) -> Double? {
        let others = rows.indices.filter { labels[$0] == cluster && $0 != row }
        guard !others.isEmpty else { return nil }
        let sum = others.reduce(0) {
          $0 + PlainLloyd.distance(rows[row], rows[$1]).squareRoot()
        }
        return sum / Double(others.count)
      }
      guard let a = mean(labels[row]),
        let b = clusters.filter({ $0 != labels[row] }).compactMap(mean).min()
      else { continue }
      total += max(a, b) > 0 ? (b - a) / max(a, b) : 0
    }
    return total / Double(rows.count)
  }

  @Test func sampleIsSeededAndWithoutReplacement() throws {
    let matrix = try ModelRows.scaledCustomers(500, stream: 8)
    let sample = try SilhouetteSample(matrix, size: 100, seed: 4)
    #expect(sample.rows.count == 100)
    #expect(Set(sample.rows).count == 100)
    #expect(try SilhouetteSample(matrix, size: 100, seed: 4).rows == sample.rows)
    #expect(try SilhouetteSample(matrix, size: 100, seed: 5).rows != sample.rows)
    let labels = try KMeans(matrix, KMeansOptions(clusters: 3), threads: 2).labels
    let chosen = matrix.selecting(sample.rows)
    let own = sample.rows.map { labels[Int($0)] }
    let whole = try SilhouetteSample(chosen).means(of: [own], threads: 1)
    #expect(try sample.means(of: [labels], threads: 2) == whole)
  }

  @Test func simplifiedSilhouetteCountsEveryRow() throws {
    let matrix = try ModelRows.scaledCustomers(300, stream: 8)
    let model = try KMeans(matrix, KMeansOptions(clusters: 4), threads: 2)
    let centres = (0..<4).map(model.centres.row)
    var total = 0.0
    for row in 0..<300 {
      let distances = centres.map { PlainLloyd.distance(matrix.row(row), $0).squareRoot() }
      let own = Int(model.labels[row])
      let next = distances.indices.filter { $0 != own }.map { distances[$0] }.min() ?? 0
      total += (next - distances[own]) / max(next, distances[own])
    }
    let mean = try SimplifiedSilhouette.mean(matrix, model.labels, model.centres, threads: 2)
    #expect(abs((mean ?? 0) - total / 300) < 1e-12)
    let one = try KMeans(matrix, KMeansOptions(clusters: 1), threads: 2)
    #expect(try SimplifiedSilhouette.mean(matrix, one.labels, one.centres, threads: 1) == nil)
  }

  @Test func sameBitsAtAnyThreadCount() throws {
    let matrix = try ModelRows.scaledCustomers(20_000, stream: 9)
    let model = try KMeans(matrix, KMeansOptions(clusters: 4, starts: 2), threads: 2)
    let (labels, centres) = (model.labels, model.centres)
    let sample = try SilhouetteSample(matrix, size: 1000)
    let one = try ClusterDispersion(matrix, labels, threads: 1)
    let simplified = try SimplifiedSilhouette.mean(matrix, labels, centres, threads: 1)
    let sampled = try sample.means(of: [labels], threads: 1)
    let options = KMeansOptions(clusters: 4)
    let stability = try ClusterStability(matrix, labels, options, threads: 1)
    for threads in [2, 5] {
      #expect(try ClusterDispersion(matrix, labels, threads: threads) == one)
      let again = try SimplifiedSilhouette.mean(matrix, labels, centres, threads: threads)
      #expect(again == simplified)
      #expect(try sample.means(of: [labels], threads: threads) == sampled)
      #expect(try ClusterStability(matrix, labels, options, threads: threads) == stability)
      #expect(try NearestCentre.assign(matrix, to: centres, threads: threads) == labels)
    }
  }

  @Test func randIndexCountsPairs() throws {
    for seed in 0..<100 {
      var random = SeededGenerator(seed: UInt64(seed))
      let count = Int.random(in: 2...40, using: &random)
      let top = Int32.random(in: 1...5, using: &random)
      let (a, b) = (
        (0..<count).map { _ in Int32.random(in: -1..<top, using: &random) },
        (0..<count).map { _ in Int32.random(in: 0..<top, using: &random) * 1000 }
      )
      var pairs = [0.0, 0.0, 0.0, 0.0]
      for i in 0..<count {
        for j in 0..<i where a[i] >= 0 && a[j] >= 0 {
          pairs[(a[i] == a[j] ? 0 : 2) + (b[i] == b[j] ? 0 : 1)] += 1
        }
      }
      let (both, first, second, none) = (pairs[0], pairs[1], pairs[2], pairs[3])
      let found = try AdjustedRand.index(a, b)
      if a.allSatisfy({ $0 < 0 }) {
        #expect(found == nil)
      } else if first == 0, second == 0 {
        #expect(found == 1, "seed \(seed)")
      } else {
        let expected =
          2 * (both * none - first * second)
          / ((both + first) * (first + none) + (both + second) * (second + none))
        #expect(abs((found ?? -9) - expected) < 1e-12, "seed \(seed)")
      }
    }
  }

  @Test func selectionFindsSeparatedClusters() throws {
    var random = SeededGenerator(seed: 2)
    var values: [Double] = []
    for row in 0..<900 {
      let (x, y) = [(0.0, 0.0), (50, 0), (0, 50)][row % 3]
      values += [
        x + Double.random(in: 0...5, using: &random), y + Double.random(in: 0...5, using: &random),
      ]
    }
    let matrix = try Matrix(rowCount: 900, columnCount: 2, values: values)
    let options = KMeansOptions(clusters: 1, seed: 3)
    let one = try ClusterCountSelection(matrix, counts: 2...6, options, threads: 1)
    #expect(one.candidates.map(\.clusters) == [2, 3, 4, 5, 6])
    #expect(one.candidates[one.chosen].clusters == 3)
    let three = one.candidates[1]
    #expect(three.stability.mean == 1)
    #expect((three.simplifiedSilhouette ?? 0) > 0.9)
    #expect(three.stability.mean > one.candidates[4].stability.mean)
    for threads in [2, 5] {
      let other = try ClusterCountSelection(matrix, counts: 2...6, options, threads: threads)
      #expect(other.candidates == one.candidates)
    }
  }

  @Test func selectionStopsAtTheDistinctRows() throws {
    let matrix = try Matrix(columns: [[1, 1, 4, 4, 9]])
    let options = KMeansOptions(clusters: 1)
    let found = try ClusterCountSelection(matrix, counts: 2...10, options, threads: 2)
    #expect(found.candidates.map(\.clusters) == [2, 3])
    #expect(found.hasFewerClusters)
    let constant = try Matrix(columns: [[1, 1, 1]])
    let single = try ClusterCountSelection(constant, counts: 2...4, options, threads: 2)
    #expect(single.candidates.map(\.clusters) == [1])
    #expect(single.candidates[0].simplifiedSilhouette == nil)
    #expect(throws: ModelError.clusterCount(0)) {
      try ClusterCountSelection(constant, counts: 0...4, options, threads: 2)
    }
  }
}
