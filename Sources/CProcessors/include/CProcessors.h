#ifndef C_PROCESSORS_H
#define C_PROCESSORS_H

#include <pthread.h>
#include <sched.h>

/*
 * Where threads may run. Swift's Glibc module lacks these functions, which are not of POSIX.
 */

/* Tells on which processors the calling thread may run, and on which but its own of this moment.

   Returns 0 where there are no others, or where the system does not tell. */
int bql_processors(cpu_set_t *allowed, cpu_set_t *others);

/* Has a thread run on some processors alone; where the system refuses, it runs as before. */
void bql_keep_to_processors(pthread_t thread, const cpu_set_t *processors);

#endif
