// The limit that bql is measured against: plain loops over plain arrays, for logs of one header.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { VIEW, CART, PURCHASE, OTHER_EVENT };
enum { MAX_THREADS = 64, MAX_TEXTS = 1 << 16, WINDOW_SECONDS = 7 * 86400, GAP_SECONDS = 30 * 60 };

// A session's identifier, its 32 hexadecimal digits in binary.
typedef struct {
  uint64_t high, low;
} SessionKey;

// The texts of a column; a code is an index, 0 stands for the empty text.
typedef struct {
  uint32_t count;
  uint32_t slots[2 * MAX_TEXTS];
  uint64_t hashes[MAX_TEXTS];
  char *texts[MAX_TEXTS];
  uint16_t lengths[MAX_TEXTS];
} Dictionary;

// The columns of a log; `rows` values each. Sessions have a key when parsed, a number when
// clustered.
typedef struct {
  size_t rows;
  uint32_t *time;
  uint8_t *event;
  uint32_t *product;
  uint64_t *category_id;
  uint16_t *category;
  uint16_t *brand;
  int32_t *cents;
  uint32_t *user;
  SessionKey *session_key;
  uint32_t *session;
} Columns;

// A log whose rows are clustered by user and sorted by time, within an instant by event, so that
// views precede carts and carts precede purchases. User u has the rows
// `offsets[u] ..< offsets[u + 1]`; its sessions are numbered in the order of their first rows,
// behind those of user u - 1.
typedef struct {
  Columns columns;
  size_t users, sessions;
  size_t *offsets;
  Dictionary *brands, *categories;
} Log;

// Runs `body(context, part)` for `part` in 0 ..< parts, each on a thread of its own.
void in_parallel(int parts, void (*body)(void *context, int part), void *context);

// Returns memory for `count` values of `size` bytes, in huge pages where there are any; ends the
// program where there is none.
void *allocate(size_t count, size_t size);
void release(void *memory, size_t count, size_t size);

// The nine columns of a file, in the file's order, the rows of each thread on their own.
typedef struct {
  int parts;
  size_t rows;
  Columns columns[MAX_THREADS];
  size_t capacities[MAX_THREADS];
  Dictionary *brands, *categories;
} Parsed;

Parsed parse_file(const char *path, int threads);
void free_parsed(Parsed *parsed);

// Moves each user's rows together and numbers sessions; frees what was parsed.
Log cluster(Parsed *parsed);
void free_log(Log *log);

// Memory for the columns of `capacity` rows; sessions as keys or as numbers.
Columns allocate_columns(size_t capacity, bool keys);
void free_columns(Columns *columns, size_t capacity);

// Returns the first user in the share of one of `parts` threads; shares are of about equal rows.
size_t first_user(const Log *log, int part, int parts);

// Returns a text's code, a new one where it is new. Texts count as equal if their 64-bit hashes
// are; 8 bytes behind the text must be readable.
uint16_t code_of(Dictionary *dictionary, const char *text, size_t length);

// Appends the rows of a text of whole lines; 64 bytes behind it must be readable.
void parse_lines(const char *text, size_t length, Columns *columns, Dictionary *brands,
                 Dictionary *categories);

// The questions; each writes its answer as JSON.
void funnel_rows(const Log *log, int threads, FILE *answer);
void funnel_runs(const Log *log, int threads, FILE *answer);
void funnel_whole(const Log *log, int threads, FILE *answer);
void funnel_by_brand(const Log *log, int threads, FILE *answer);
void funnel_by_category(const Log *log, int threads, FILE *answer);
void funnel_sessions(const Log *log, int threads, FILE *answer);
void group_brands(const Log *log, int threads, FILE *answer);
void distinct_counts(const Log *log, int threads, FILE *answer);
void count_visits(const Log *log, int threads, FILE *answer);
