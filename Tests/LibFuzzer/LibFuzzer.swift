import CLibFuzzer
import Fuzz
import Glibc

/// Feeds a target of the fuzzer with inputs that libFuzzer makes: it keeps those that reach code
/// which no other one did, and changes them further.
///
/// The first argument names the target, the others are libFuzzer's own.
@main
struct LibFuzzer {
  /// Chosen before the first input, and used by one thread.
  private nonisolated(unsafe) static var target: (any FuzzTarget)?

  static func main() {
    let name = CommandLine.arguments.dropFirst().first ?? ""
    let targets = FuzzTargets.all()
    guard let chosen = targets.first(where: { $0.name == name }) else {
      print("the targets are \(targets.map(\.name).joined(separator: ", "))")
      exit(2)
    }
    unsafe target = chosen
    // The arguments behind the target's name; they live as long as the process.
    var count = CommandLine.argc - 1
    var arguments = unsafe CommandLine.unsafeArgv + 1
    exit(
      unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
        // libFuzzer lends the bytes for the call.
        let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
        do throws(FuzzFailure) {
          _ = try unsafe LibFuzzer.target?.run(input)
        } catch {
          print("FAILED: " + error.message)
          abort()
        }
        return 0
      }
    )
  }
}
