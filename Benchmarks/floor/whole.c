// All that FUNNEL view, cart, purchase WITHIN 7d answers: users, exact quantiles of the times
// between steps, and money, on each user's canonical chain.
#include <string.h>

#include "floor.h"

enum { NONE = -1 };

// Counts of users by the seconds between two steps of their chains.
typedef struct {
  uint32_t to_cart[WINDOW_SECONDS + 1], to_purchase[WINDOW_SECONDS + 1];
  size_t reached[3];
  int64_t cents[3];
} Outcome;

typedef struct {
  const Log *log;
  int parts;
  Outcome *outcomes[MAX_THREADS];
} Chaining;

// Returns the money of a purchase's whole order: the session's purchases with at most 60 seconds
// from one to the next.
static int64_t order_cents(const Columns *columns, size_t begin, size_t end, size_t purchase) {
  int64_t cents = columns->cents[purchase];
  uint32_t session = columns->session[purchase], last = columns->time[purchase];
  for (size_t row = purchase; row-- > begin && last - columns->time[row] <= 60;) {
    if (columns->event[row] != PURCHASE || columns->session[row] != session) continue;
    cents += columns->cents[row];
    last = columns->time[row];
  }
  last = columns->time[purchase];
  for (size_t row = purchase + 1; row < end && columns->time[row] - last <= 60; row++) {
    if (columns->event[row] != PURCHASE || columns->session[row] != session) continue;
    cents += columns->cents[row];
    last = columns->time[row];
  }
  return cents;
}

static void find_chains(void *context, int part) {
  Chaining *chaining = context;
  const Log *log = chaining->log;
  const Columns *columns = &log->columns;
  const uint32_t *time = columns->time;
  Outcome *outcome = chaining->outcomes[part];
  size_t last_user = first_user(log, part + 1, chaining->parts);
  for (size_t user = first_user(log, part, chaining->parts); user < last_user; user++) {
    size_t begin = log->offsets[user], end = log->offsets[user + 1];
    // The latest view, the latest cart and its view; the canonical chain so far.
    int64_t view = NONE, cart = NONE, start = NONE;
    int64_t chain[3] = {NONE, NONE, NONE};
    for (size_t row = begin; row < end && chain[2] == NONE; row++) {
      switch (columns->event[row]) {
        case VIEW:
          view = (int64_t)row;
          if (chain[0] == NONE) chain[0] = view;
          break;
        case CART:
          cart = (int64_t)row, start = view;
          if (view == NONE || chain[1] != NONE) break;
          if (time[row] - time[view] <= WINDOW_SECONDS) chain[0] = view, chain[1] = cart;
          break;
        case PURCHASE:
          if (start == NONE || time[row] - time[start] > WINDOW_SECONDS) break;
          chain[0] = start, chain[1] = cart, chain[2] = (int64_t)row;
          break;
      }
    }
    if (chain[0] == NONE) continue;
    outcome->reached[0]++;
    outcome->cents[0] += columns->cents[chain[0]];
    if (chain[1] == NONE) continue;
    outcome->reached[1]++;
    outcome->cents[1] += columns->cents[chain[1]];
    outcome->to_cart[time[chain[1]] - time[chain[0]]]++;
    if (chain[2] == NONE) continue;
    outcome->reached[2]++;
    outcome->cents[2] += order_cents(columns, begin, end, (size_t)chain[2]);
    outcome->to_purchase[time[chain[2]] - time[chain[1]]]++;
  }
}

// Returns the quantile that interpolates linearly between the two nearest of `total` values.
static double quantile(const uint32_t *counts, size_t total, double share) {
  double place = share * (double)(total - 1);
  size_t low = (size_t)place, below = 0;
  uint32_t value = 0;
  while ((below += counts[value]) <= low) value++;
  uint32_t next = value;
  if (low + 1 < total && below <= low + 1) {
    do next++;
    while (counts[next] == 0);
  }
  return value + (place - (double)low) * (next - value);
}

static void print_step(FILE *answer, const uint32_t *counts, size_t reached) {
  if (reached == 0) {
    fprintf(answer, ", [0, null, null]");
    return;
  }
  double median = quantile(counts, reached, 0.5), ninth = quantile(counts, reached, 0.9);
  fprintf(answer, ", [%zu, %.17g, %.17g]", reached, median, ninth);
}

void funnel_whole(const Log *log, int threads, FILE *answer) {
  Chaining chaining = {.log = log, .parts = threads};
  for (int part = 0; part < threads; part++) {
    chaining.outcomes[part] = allocate(1, sizeof(Outcome));
  }
  in_parallel(threads, find_chains, &chaining);
  Outcome *all = chaining.outcomes[0];
  for (int part = 1; part < threads; part++) {
    const Outcome *own = chaining.outcomes[part];
    for (int second = 0; second <= WINDOW_SECONDS; second++) {
      all->to_cart[second] += own->to_cart[second];
      all->to_purchase[second] += own->to_purchase[second];
    }
    for (int step = 0; step < 3; step++) {
      all->reached[step] += own->reached[step];
      all->cents[step] += own->cents[step];
    }
  }
  fprintf(answer, "[[%zu, null, null]", all->reached[0]);
  print_step(answer, all->to_cart, all->reached[1]);
  print_step(answer, all->to_purchase, all->reached[2]);
  fprintf(answer, ", [%zd, %zd, %zd]]", (ssize_t)all->cents[0], (ssize_t)all->cents[1],
          (ssize_t)all->cents[2]);
  for (int part = 0; part < threads; part++) release(chaining.outcomes[part], 1, sizeof(Outcome));
}
