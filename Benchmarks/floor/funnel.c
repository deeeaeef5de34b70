// FUNNEL view, cart, purchase WITHIN 7d: users who reach each step.
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "floor.h"

static const int64_t NEVER = -(1LL << 40);

typedef struct {
  const Log *log;
  int parts;
  size_t reached[MAX_THREADS][3];
} Counting;

static void count_rows(void *context, int part) {
  Counting *counting = context;
  const Log *log = counting->log;
  const uint32_t *time = log->columns.time;
  const uint8_t *event = log->columns.event;
  size_t first = 0, second = 0, third = 0;
  size_t last_user = first_user(log, part + 1, counting->parts);
  for (size_t user = first_user(log, part, counting->parts); user < last_user; user++) {
    int64_t view = NEVER, start = NEVER;
    bool viewed = false, carted = false, bought = false;
    for (size_t row = log->offsets[user]; row < log->offsets[user + 1]; row++) {
      int64_t now = time[row];
      switch (event[row]) {
        case VIEW:
          view = now;
          viewed = true;
          break;
        case CART:
          start = view;
          carted |= now - view <= WINDOW_SECONDS;
          break;
        case PURCHASE:
          bought |= now - start <= WINDOW_SECONDS;
          break;
      }
    }
    first += viewed, second += carted, third += bought;
  }
  counting->reached[part][0] = first;
  counting->reached[part][1] = second;
  counting->reached[part][2] = third;
}

// Sets bit i where event i of 32 is none of a view.
static inline uint32_t no_views(const uint8_t *event) {
#ifdef __AVX2__
  __m256i events = _mm256_loadu_si256((const __m256i *)event);
  return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(events, _mm256_setzero_si256()));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 32; i++) mask |= (uint32_t)(event[i] != VIEW) << i;
  return mask;
#endif
}

// As `count_rows`, but goes from one row that is no view to the next, over the views between.
static void count_runs(void *context, int part) {
  Counting *counting = context;
  const Log *log = counting->log;
  const uint32_t *time = log->columns.time;
  const uint8_t *event = log->columns.event;
  size_t first = 0, second = 0, third = 0;
  size_t last_user = first_user(log, part + 1, counting->parts);
  for (size_t user = first_user(log, part, counting->parts); user < last_user; user++) {
    size_t begin = log->offsets[user], end = log->offsets[user + 1], others = 0;
    int64_t view = NEVER, start = NEVER;
    bool carted = false, bought = false;
    for (size_t place = begin; place < end; place += 32) {
      uint32_t mask = no_views(event + place);
      if (end - place < 32) mask &= (1U << (end - place)) - 1;
      others += (size_t)__builtin_popcount(mask);
      for (; mask != 0; mask &= mask - 1) {
        size_t row = place + (size_t)__builtin_ctz(mask);
        if (row > begin && event[row - 1] == VIEW) view = time[row - 1];
        int64_t now = time[row];
        if (event[row] == CART) {
          start = view;
          carted |= now - view <= WINDOW_SECONDS;
        } else if (event[row] == PURCHASE) {
          bought |= now - start <= WINDOW_SECONDS;
        }
      }
    }
    first += others < end - begin, second += carted, third += bought;
  }
  counting->reached[part][0] = first;
  counting->reached[part][1] = second;
  counting->reached[part][2] = third;
}

// A session's state; a user's sessions may take turns.
typedef struct {
  int64_t view, start;
  bool viewed, carted, bought;
} SessionState;

static void count_sessions(void *context, int part) {
  Counting *counting = context;
  const Log *log = counting->log;
  const Columns *columns = &log->columns;
  const SessionState none = {NEVER, NEVER, false, false, false};
  size_t reached[3] = {0, 0, 0}, room = 0;
  SessionState *states = NULL;
  size_t last_user = first_user(log, part + 1, counting->parts);
  for (size_t user = first_user(log, part, counting->parts); user < last_user; user++) {
    size_t begin = log->offsets[user], end = log->offsets[user + 1];
    uint32_t first = columns->session[begin], known = 0;
    if (end - begin > room) {
      release(states, room, sizeof(SessionState));
      states = allocate(room = 2 * (end - begin), sizeof(SessionState));
    }
    for (size_t row = begin; row < end; row++) {
      uint32_t session = columns->session[row] - first;
      if (session == known) states[known++] = none;
      SessionState *state = &states[session];
      int64_t now = columns->time[row];
      switch (columns->event[row]) {
        case VIEW:
          state->view = now;
          state->viewed = true;
          break;
        case CART:
          state->start = state->view;
          state->carted |= now - state->view <= WINDOW_SECONDS;
          break;
        case PURCHASE:
          state->bought |= now - state->start <= WINDOW_SECONDS;
          break;
      }
    }
    for (uint32_t session = 0; session < known; session++) {
      reached[0] += states[session].viewed;
      reached[1] += states[session].carted;
      reached[2] += states[session].bought;
    }
  }
  release(states, room, sizeof(SessionState));
  memcpy(counting->reached[part], reached, sizeof reached);
}

static void count(const Log *log, int threads, void (*body)(void *, int), FILE *answer) {
  Counting counting = {.log = log, .parts = threads};
  in_parallel(threads, body, &counting);
  size_t reached[3] = {0, 0, 0};
  for (int part = 0; part < threads; part++) {
    for (int step = 0; step < 3; step++) reached[step] += counting.reached[part][step];
  }
  fprintf(answer, "[%zu, %zu, %zu]", reached[0], reached[1], reached[2]);
}

void funnel_rows(const Log *log, int threads, FILE *answer) {
  count(log, threads, count_rows, answer);
}

void funnel_runs(const Log *log, int threads, FILE *answer) {
  count(log, threads, count_runs, answer);
}

void funnel_sessions(const Log *log, int threads, FILE *answer) {
  count(log, threads, count_sessions, answer);
}
