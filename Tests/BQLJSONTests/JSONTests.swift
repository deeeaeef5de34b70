import BQLJSON
import Testing

@Suite struct JSONTests {
  @Test func integersStayExact() throws {
    #expect(try JSONReader.read(Array("9223372036854775807".utf8)) == .int(.max))
  }
}
