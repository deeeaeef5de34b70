#define _GNU_SOURCE
#include "CProcessors.h"

int bql_processors(cpu_set_t *allowed, cpu_set_t *others) {
  if (pthread_getaffinity_np(pthread_self(), sizeof *allowed, allowed) != 0) return 0;
  int own = sched_getcpu();
  if (own < 0 || own >= CPU_SETSIZE) return 0;
  *others = *allowed;
  CPU_CLR(own, others);
  return CPU_COUNT(others) > 0;
}

void bql_keep_to_processors(pthread_t thread, const cpu_set_t *processors) {
  pthread_setaffinity_np(thread, sizeof *processors, processors);
}
