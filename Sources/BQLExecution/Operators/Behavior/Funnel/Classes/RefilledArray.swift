/// Holds numbers that are forgotten and told anew for each unit.
///
/// What it holds no longer stays in memory, so that to forget costs nothing, unlike with an array.
struct RefilledArray<Element> {
  private var storage: [Element] = []
  private(set) var count = 0

  var indices: Range<Int> { 0..<count }

  @inline(__always)
  subscript(index: Int) -> Element {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  @inline(__always)
  mutating func removeAll() { count = 0 }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count < storage.count {
      storage[count] = element
    } else {
      storage.append(element)
    }
    count += 1
  }

  /// Makes every one of `count` elements `element`.
  mutating func fill(_ element: Element, count: Int) {
    while storage.count < count { storage.append(element) }
    for index in 0..<count { storage[index] = element }
    self.count = count
  }
}
