// libFuzzer's entry for programs that have a `main` of their own.
#ifndef C_LIB_FUZZER_H
#define C_LIB_FUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs `test` on inputs until one fails or the options in the arguments say that it is enough.
int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
                        int (*_Nonnull test)(const uint8_t *_Nullable bytes, size_t count));

#endif
