#ifndef C_ALLOCATOR_H
#define C_ALLOCATOR_H

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/*
 * Has the process keep memory that it frees, up to some hundreds of megabytes.
 *
 * Statements take and give back arrays of some megabytes; pages that go back to the system each
 * time, to be cleared and mapped anew, cost more than what is computed in them. For programs, not
 * for libraries: it holds for the whole process. Swift's Glibc module lacks malloc.h.
 */
static inline void bql_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

#endif
