// Questions by group: the funnel by the first view's brand or category, brands with their users.
#include <stdlib.h>
#include <string.h>

#include "floor.h"

static const int64_t NEVER = -(1LL << 40);

typedef struct {
  size_t reached[3];
} Reach;

typedef struct {
  const Log *log;
  int parts;
  const uint16_t *group;
  Reach *groups[MAX_THREADS];
} Grouping;

static void count_groups(void *context, int part) {
  Grouping *grouping = context;
  const Log *log = grouping->log;
  const uint32_t *time = log->columns.time;
  const uint8_t *event = log->columns.event;
  Reach *groups = grouping->groups[part];
  size_t last_user = first_user(log, part + 1, grouping->parts);
  for (size_t user = first_user(log, part, grouping->parts); user < last_user; user++) {
    int64_t view = NEVER, start = NEVER;
    bool carted = false, bought = false;
    size_t first = SIZE_MAX;
    for (size_t row = log->offsets[user]; row < log->offsets[user + 1]; row++) {
      int64_t now = time[row];
      switch (event[row]) {
        case VIEW:
          view = now;
          if (first == SIZE_MAX) first = row;
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
    if (first == SIZE_MAX) continue;
    Reach *group = &groups[grouping->group[first]];
    group->reached[0]++;
    group->reached[1] += carted;
    group->reached[2] += bought;
  }
}

// Returns the reach of each code, the threads' added up.
static Reach *reach_of_codes(const Log *log, int threads, const uint16_t *group, uint32_t codes) {
  Grouping grouping = {.log = log, .parts = threads, .group = group};
  for (int part = 0; part < threads; part++) {
    grouping.groups[part] = calloc((size_t)codes + 1, sizeof(Reach));
  }
  in_parallel(threads, count_groups, &grouping);
  Reach *all = grouping.groups[0];
  for (int part = 1; part < threads; part++) {
    for (uint32_t code = 0; code <= codes; code++) {
      for (int step = 0; step < 3; step++) {
        all[code].reached[step] += grouping.groups[part][code].reached[step];
      }
    }
    free(grouping.groups[part]);
  }
  return all;
}

static void print_reach(FILE *answer, const char *between, const char *text, size_t length,
                        const Reach *reach) {
  fprintf(answer, "%s\"%.*s\": [%zu, %zu, %zu]", between, (int)length, text, reach->reached[0],
          reach->reached[1], reach->reached[2]);
}

void funnel_by_brand(const Log *log, int threads, FILE *answer) {
  uint32_t codes = log->brands->count;
  Reach *reach = reach_of_codes(log, threads, log->columns.brand, codes);
  const char *between = "{";
  for (uint32_t code = 0; code <= codes; code++) {
    if (reach[code].reached[0] == 0) continue;
    const char *text = log->brands->texts[code];
    print_reach(answer, between, text, log->brands->lengths[code], &reach[code]);
    between = ", ";
  }
  fprintf(answer, "}");
  free(reach);
}

// Counts by the whole category and adds up those whose text is alike to the first full stop.
void funnel_by_category(const Log *log, int threads, FILE *answer) {
  const Dictionary *texts = log->categories;
  uint32_t codes = texts->count;
  Reach *reach = reach_of_codes(log, threads, log->columns.category, codes);
  const char *between = "{";
  for (uint32_t code = 0; code <= codes; code++) {
    if (reach[code].reached[0] == 0) continue;
    const char *text = texts->texts[code];
    const char *stop = code == 0 ? NULL : memchr(text, '.', texts->lengths[code]);
    size_t length = stop ? (size_t)(stop - text) : texts->lengths[code];
    for (uint32_t other = code + 1; other <= codes; other++) {
      const char *second = texts->texts[other];
      bool alike = texts->lengths[other] >= length && memcmp(text, second, length) == 0 &&
                   (texts->lengths[other] == length || second[length] == '.');
      if (code == 0 || !alike) continue;
      for (int step = 0; step < 3; step++) {
        reach[code].reached[step] += reach[other].reached[step];
        reach[other].reached[step] = 0;
      }
    }
    print_reach(answer, between, text, length, &reach[code]);
    between = ", ";
  }
  fprintf(answer, "}");
  free(reach);
}

typedef struct {
  uint64_t rows, users;
  int64_t cents;
  size_t last_user;
} Brand;

typedef struct {
  const Log *log;
  int parts;
  Brand *brands[MAX_THREADS];
} BrandGrouping;

static void group_rows(void *context, int part) {
  BrandGrouping *grouping = context;
  const Log *log = grouping->log;
  Brand *brands = grouping->brands[part];
  size_t last_user = first_user(log, part + 1, grouping->parts);
  for (size_t user = first_user(log, part, grouping->parts); user < last_user; user++) {
    for (size_t row = log->offsets[user]; row < log->offsets[user + 1]; row++) {
      Brand *brand = &brands[log->columns.brand[row]];
      brand->rows++;
      brand->cents += log->columns.cents[row];
      brand->users += brand->last_user != user + 1;
      brand->last_user = user + 1;
    }
  }
}

void group_brands(const Log *log, int threads, FILE *answer) {
  uint32_t codes = log->brands->count;
  BrandGrouping grouping = {.log = log, .parts = threads};
  for (int part = 0; part < threads; part++) {
    grouping.brands[part] = calloc((size_t)codes + 1, sizeof(Brand));
  }
  in_parallel(threads, group_rows, &grouping);
  const char *between = "{";
  for (uint32_t code = 0; code <= codes; code++) {
    Brand all = {0};
    for (int part = 0; part < threads; part++) {
      all.rows += grouping.brands[part][code].rows;
      all.users += grouping.brands[part][code].users;
      all.cents += grouping.brands[part][code].cents;
    }
    if (all.rows == 0) continue;
    fprintf(answer, "%s\"%.*s\": [%zu, %zd, %zu]", between, (int)log->brands->lengths[code],
            log->brands->texts[code], (size_t)all.rows, (ssize_t)all.cents, (size_t)all.users);
    between = ", ";
  }
  fprintf(answer, "}");
  for (int part = 0; part < threads; part++) free(grouping.brands[part]);
}

typedef struct {
  const Log *log;
  int parts;
  size_t users[MAX_THREADS];
  uint64_t *sessions[MAX_THREADS];
} Distinct;

static void mark_values(void *context, int part) {
  Distinct *distinct = context;
  const Log *log = distinct->log;
  size_t row = log->offsets[first_user(log, part, distinct->parts)];
  size_t end = log->offsets[first_user(log, part + 1, distinct->parts)], users = 0;
  uint64_t *seen = distinct->sessions[part];
  uint32_t last = row < end ? ~log->columns.user[row] : 0;
  for (; row < end; row++) {
    users += log->columns.user[row] != last;
    last = log->columns.user[row];
    seen[log->columns.session[row] / 64] |= 1ULL << (log->columns.session[row] % 64);
  }
  distinct->users[part] = users;
}

// Counts users by the changes from row to row, sessions by a bit each.
void distinct_counts(const Log *log, int threads, FILE *answer) {
  Distinct distinct = {.log = log, .parts = threads};
  size_t words = log->sessions / 64 + 1, users = 0, sessions = 0;
  for (int part = 0; part < threads; part++) distinct.sessions[part] = calloc(words, 8);
  in_parallel(threads, mark_values, &distinct);
  for (size_t word = 0; word < words; word++) {
    uint64_t seen = 0;
    for (int part = 0; part < threads; part++) seen |= distinct.sessions[part][word];
    sessions += (size_t)__builtin_popcountll(seen);
  }
  for (int part = 0; part < threads; part++) {
    users += distinct.users[part];
    free(distinct.sessions[part]);
  }
  fprintf(answer, "[%zu, %zu]", users, sessions);
}
