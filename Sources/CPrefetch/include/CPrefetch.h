#ifndef C_PREFETCH_H
#define C_PREFETCH_H

/*
 * Asks the processor to bring the cache line of address near, and goes on at once.
 *
 * A hint: it never faults, and nothing depends on it. Swift has no such function of its own.
 */
static inline void bql_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
