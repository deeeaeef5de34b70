// Visits: a user's rows with at most half an hour from one to the next.
#include "floor.h"

typedef struct {
  const Log *log;
  int parts;
  size_t visits[MAX_THREADS];
} Counting;

static void count_part(void *context, int part) {
  Counting *counting = context;
  const Log *log = counting->log;
  const uint32_t *time = log->columns.time;
  size_t visits = 0;
  size_t last_user = first_user(log, part + 1, counting->parts);
  for (size_t user = first_user(log, part, counting->parts); user < last_user; user++) {
    visits++;
    for (size_t row = log->offsets[user] + 1; row < log->offsets[user + 1]; row++) {
      visits += time[row] - time[row - 1] > GAP_SECONDS;
    }
  }
  counting->visits[part] = visits;
}

void count_visits(const Log *log, int threads, FILE *answer) {
  Counting counting = {.log = log, .parts = threads};
  in_parallel(threads, count_part, &counting);
  size_t visits = 0;
  for (int part = 0; part < threads; part++) visits += counting.visits[part];
  fprintf(answer, "[%zu]", visits);
}
