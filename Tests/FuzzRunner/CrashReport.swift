import Fuzz
import Glibc
import Synchronization

/// Tells, when the process dies of an input or is at it for too long, which input that was.
enum CrashReport {
  /// The seconds that one input may take.
  static let secondLimit: UInt32 = 20

  private static let seed = Atomic<UInt64>(0)
  private static let number = Atomic<Int>(0)
  private static let target = Atomic<Int>(0)

  /// Names the input that comes next, and winds the clock.
  static func note(target index: Int, seed next: UInt64, number count: Int) {
    target.store(index, ordering: .relaxed)
    seed.store(next, ordering: .relaxed)
    number.store(count, ordering: .relaxed)
    alarm(secondLimit)
  }

  static func stopClock() { alarm(0) }

  /// The targets' names, by index.
  private static let names = FuzzTargets.all().map(\.name)

  /// Catches the signals of traps, with a stack of its own so that an overflowing one is caught too.
  static func install() {
    _ = names
    let size = 256 << 10
    // The stack lives as long as the process.
    var stack = unsafe stack_t(ss_sp: malloc(size), ss_flags: 0, ss_size: size)
    unsafe _ = sigaltstack(&stack, nil)
    for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { CrashReport.tell($0) }
      action.sa_flags = SA_ONSTACK | Int32(bitPattern: UInt32(SA_RESETHAND))
      unsafe _ = sigaction(signal, &action, nil)
    }
  }

  private static func tell(_ signal: Int32) {
    let index = target.load(ordering: .relaxed)
    let name = names.indices.contains(index) ? names[index] : "target \(index)"
    let what = signal == SIGALRM ? "took more than \(secondLimit) s" : "died of signal \(signal)"
    let seed = seed.load(ordering: .relaxed)
    let number = number.load(ordering: .relaxed)
    let text =
      "fuzz: \(name) \(what)\nthe input again: FuzzRunner \(name) --seed \(seed) --only \(number)\n"
    unsafe _ = text.withCString { unsafe write(STDERR_FILENO, $0, text.utf8.count) }
    _exit(70)
  }
}
