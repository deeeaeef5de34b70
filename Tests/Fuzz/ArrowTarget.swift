import BQLArrow
import BQLColumnar
import BQLStorage

/// Reads any bytes as an Arrow file or stream; what can be read is written again, as a file and as a
/// stream, and read back as the same.
final class ArrowTarget: FuzzTarget {
  let name = "arrow"
  let corpus = "arrow"
  let weight = 10
  let tokens: [[UInt8]] = []
  let changes = Mutator.Changes.ofNumbers

  func run(_ input: [UInt8]) throws(FuzzFailure) -> Bool {
    guard let table = Self.read(input) else { return false }
    for framing in [ArrowFraming.file, .stream] {
      var written: [UInt8] = []
      ArrowEncoder.write(table, as: framing) { (piece) throws(Never) in
        for index in piece.indices { written.append(piece[index]) }
      }
      guard let again = Self.read(written) else {
        throw FuzzFailure("what is written as a \(framing) cannot be read")
      }
      guard again.hasSameCells(as: table) else {
        throw FuzzFailure("what is written as a \(framing) is read as another table")
      }
    }
    return true
  }

  /// Reads all cells; nil where that is an error.
  private static func read(_ bytes: [UInt8]) -> Relation? {
    do throws(ArrowError) {
      let region = ArrowBytes.uint8s(bytes).slice.region
      let reader = try ArrowReader(region, decompress: ArrowCodecs.decompress)
      return try reader.relation(threads: 1).relation
    } catch {
      return nil
    }
  }
}
