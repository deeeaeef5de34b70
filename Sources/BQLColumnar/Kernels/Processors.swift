import CProcessors
import Glibc

/// Knows the processors on which a thread may run, and which of them was its own when it asked.
///
/// A scheduler may leave a thread that wakes up on the processor of the one that woke it, although
/// others are idle: it expects that one to sleep soon, or saves energy, or packs the processors of a
/// virtual machine. Only some milliseconds later does it part the two, and a statement may be over
/// by then. So a thread that helps another is told to begin on some other processor.
struct Processors: Sendable {
  private var allowed = cpu_set_t()
  private var others = cpu_set_t()

  /// Asks for those of the calling thread; nil where it has no other than its own, or where the
  /// system does not tell.
  init?() {
    guard unsafe bql_processors(&allowed, &others) != 0 else { return nil }
  }

  /// Has `thread` run on the others.
  func place(_ thread: pthread_t) {
    var others = others
    unsafe bql_keep_to_processors(thread, &others)
  }

  /// Lets the calling thread run on all again, as the thread may that asked.
  func spread() {
    var allowed = allowed
    unsafe bql_keep_to_processors(pthread_self(), &allowed)
  }
}
