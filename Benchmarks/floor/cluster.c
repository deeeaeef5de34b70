// Moves each user's rows together: a table of users, a counted place for every row, and one move of
// whole rows, a cache line each.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

// A row on its way, of one cache line.
typedef struct {
  SessionKey session;
  uint64_t category_id;
  uint32_t time, product, user;
  int32_t cents;
  uint16_t category, brand;
  uint8_t event, unused[19];
} Row;

typedef struct {
  Parsed *parsed;
  Log *log;
  // A user's slot in a table of open addressing, plus 1; 0 where a slot is free.
  _Atomic uint32_t *users;
  size_t slots;
  // Each thread's rows in a slot, then the place of its next one.
  uint32_t *places[MAX_THREADS];
  uint32_t *slot_of_row[MAX_THREADS];
  Row *rows;
  size_t sessions[MAX_THREADS];
} Clustering;

enum { AHEAD = 32 };

static inline size_t home(uint32_t user, size_t slots) {
  return (size_t)((uint64_t)user * 0x9E3779B97F4A7C15 >> 32) & (slots - 1);
}

static inline size_t slot_of(Clustering *clustering, uint32_t user) {
  size_t slots = clustering->slots;
  for (size_t slot = home(user, slots);; slot = (slot + 1) & (slots - 1)) {
    uint32_t found = atomic_load_explicit(&clustering->users[slot], memory_order_relaxed);
    if (found == user + 1) return slot;
    if (found != 0) continue;
    if (atomic_compare_exchange_strong(&clustering->users[slot], &found, user + 1)) return slot;
    if (found == user + 1) return slot;
  }
}

static void count_rows(void *context, int part) {
  Clustering *clustering = context;
  const Columns *columns = &clustering->parsed->columns[part];
  uint32_t *counts = clustering->places[part], *slots = clustering->slot_of_row[part];
  for (size_t row = 0; row < columns->rows; row++) {
    if (row + AHEAD < columns->rows) {
      size_t next = home(columns->user[row + AHEAD], clustering->slots);
      __builtin_prefetch(&clustering->users[next]);
      __builtin_prefetch(&counts[next], 1);
    }
    size_t slot = slot_of(clustering, columns->user[row]);
    slots[row] = (uint32_t)slot;
    counts[slot]++;
  }
}

// Turns counts into places, slot by slot and within a slot thread by thread: the file's order.
static void place_rows(Clustering *clustering) {
  Log *log = clustering->log;
  uint32_t next = 0;
  for (size_t slot = 0; slot < clustering->slots; slot++) {
    if (clustering->users[slot] == 0) continue;
    log->offsets[log->users++] = next;
    for (int part = 0; part < clustering->parsed->parts; part++) {
      uint32_t count = clustering->places[part][slot];
      clustering->places[part][slot] = next;
      next += count;
    }
  }
  log->offsets[log->users] = next;
}

static void move_rows(void *context, int part) {
  typedef uint64_t Line __attribute__((vector_size(64)));
  Clustering *clustering = context;
  const Columns *columns = &clustering->parsed->columns[part];
  uint32_t *places = clustering->places[part];
  const uint32_t *slots = clustering->slot_of_row[part];
  for (size_t row = 0; row < columns->rows; row++) {
    if (row + AHEAD < columns->rows) __builtin_prefetch(&places[slots[row + AHEAD]], 1);
    union {
      Row row;
      Line line;
    } moved = {.row = {
                   .session = columns->session_key[row],
                   .category_id = columns->category_id[row],
                   .time = columns->time[row],
                   .product = columns->product[row],
                   .user = columns->user[row],
                   .cents = columns->cents[row],
                   .category = columns->category[row],
                   .brand = columns->brand[row],
                   .event = columns->event[row],
               }};
    Line *target = (Line *)&clustering->rows[places[slots[row]]++];
#if defined(__clang__)
    __builtin_nontemporal_store(moved.line, target);
#else
    *target = moved.line;
#endif
  }
}

// Sorts a user's rows by time and event; they mostly are, but for the events of an instant.
static void sort_rows(Row *rows, size_t count) {
  for (size_t i = 1; i < count; i++) {
    Row row = rows[i];
    uint64_t key = (uint64_t)row.time << 8 | row.event;
    size_t j = i;
    for (; j > 0 && ((uint64_t)rows[j - 1].time << 8 | rows[j - 1].event) > key; j--) {
      rows[j] = rows[j - 1];
    }
    if (j != i) rows[j] = row;
  }
}

static inline bool same_session(SessionKey first, SessionKey second) {
  return first.high == second.high && first.low == second.low;
}

// Numbers a user's sessions in the order of their first rows; returns how many there are.
static uint32_t number_sessions(const Row *rows, size_t count, uint32_t *numbers, uint32_t first,
                                SessionKey **keys, size_t *room) {
  uint32_t known = 0, current = 0;
  for (size_t i = 0; i < count; i++) {
    SessionKey key = rows[i].session;
    if (i == 0 || !same_session(rows[i - 1].session, key)) {
      uint32_t found = known;
      while (found > 0 && !same_session((*keys)[found - 1], key)) found--;
      if (found == 0) {
        if (known == *room) *keys = realloc(*keys, (*room = *room * 2 + 64) * sizeof(SessionKey));
        (*keys)[known++] = key;
        found = known;
      }
      current = found - 1;
    }
    numbers[i] = first + current;
  }
  return known;
}

static void spread_rows(void *context, int part) {
  Clustering *clustering = context;
  Log *log = clustering->log;
  Columns *columns = &log->columns;
  SessionKey *keys = NULL;
  size_t room = 0, sessions = 0;
  int parts = clustering->parsed->parts;
  size_t last = first_user(log, part + 1, parts);
  for (size_t user = first_user(log, part, parts); user < last; user++) {
    size_t start = log->offsets[user], count = log->offsets[user + 1] - start;
    Row *rows = clustering->rows + start;
    sort_rows(rows, count);
    sessions += number_sessions(rows, count, columns->session + start, (uint32_t)sessions, &keys,
                                &room);
    for (size_t i = 0; i < count; i++) {
      size_t row = start + i;
      columns->time[row] = rows[i].time;
      columns->event[row] = rows[i].event;
      columns->product[row] = rows[i].product;
      columns->category_id[row] = rows[i].category_id;
      columns->category[row] = rows[i].category;
      columns->brand[row] = rows[i].brand;
      columns->cents[row] = rows[i].cents;
      columns->user[row] = rows[i].user;
    }
  }
  free(keys);
  clustering->sessions[part] = sessions;
}

// Moves the numbers of a thread's sessions behind those of the threads before it.
static void shift_sessions(void *context, int part) {
  Clustering *clustering = context;
  Log *log = clustering->log;
  uint32_t before = 0;
  for (int other = 0; other < part; other++) before += (uint32_t)clustering->sessions[other];
  if (before == 0) return;
  size_t row = log->offsets[first_user(log, part, clustering->parsed->parts)];
  size_t end = log->offsets[first_user(log, part + 1, clustering->parsed->parts)];
  for (; row < end; row++) log->columns.session[row] += before;
}

Log cluster(Parsed *parsed) {
  Log log = {.brands = parsed->brands, .categories = parsed->categories};
  Clustering clustering = {.parsed = parsed, .log = &log, .slots = 1 << 16};
  // Generated customers have 20 rows on average; a table of as many users as rows would be slow.
  while (clustering.slots < parsed->rows / 4) clustering.slots *= 2;
  clustering.users = allocate(clustering.slots, sizeof(uint32_t));
  log.offsets = allocate(clustering.slots + 1, sizeof(size_t));
  for (int part = 0; part < parsed->parts; part++) {
    clustering.places[part] = allocate(clustering.slots, sizeof(uint32_t));
    clustering.slot_of_row[part] = allocate(parsed->columns[part].rows, sizeof(uint32_t));
  }
  in_parallel(parsed->parts, count_rows, &clustering);
  place_rows(&clustering);
  clustering.rows = allocate(parsed->rows, sizeof(Row));
  in_parallel(parsed->parts, move_rows, &clustering);
  for (int part = 0; part < parsed->parts; part++) {
    release(clustering.places[part], clustering.slots, sizeof(uint32_t));
    release(clustering.slot_of_row[part], parsed->columns[part].rows, sizeof(uint32_t));
  }
  free_parsed(parsed);
  log.columns = allocate_columns(parsed->rows, false);
  log.columns.rows = parsed->rows;
  in_parallel(parsed->parts, spread_rows, &clustering);
  in_parallel(parsed->parts, shift_sessions, &clustering);
  for (int part = 0; part < parsed->parts; part++) log.sessions += clustering.sessions[part];
  release((void *)clustering.users, clustering.slots, sizeof(uint32_t));
  release(clustering.rows, parsed->rows, sizeof(Row));
  return log;
}

void free_log(Log *log) { free_columns(&log->columns, log->columns.rows); }

size_t first_user(const Log *log, int part, int parts) {
  if (part == parts) return log->users;
  size_t wanted = log->columns.rows * (size_t)part / (size_t)parts, low = 0, high = log->users;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (log->offsets[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
