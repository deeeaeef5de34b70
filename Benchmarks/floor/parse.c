// Parses a file on several threads, each its own range of lines.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "floor.h"

// A block stays in the processor's own cache. No line is longer, and none shorter than the second.
enum { BLOCK_BYTES = 1 << 18, LEAST_LINE_BYTES = 36 };

typedef struct {
  int file;
  size_t bytes;
  Parsed *parsed;
  Dictionary *brands[MAX_THREADS], *categories[MAX_THREADS];
  uint16_t *brand_codes[MAX_THREADS], *category_codes[MAX_THREADS];
} Parsing;

Columns allocate_columns(size_t capacity, bool keys) {
  return (Columns){
      .time = allocate(capacity, sizeof(uint32_t)),
      .event = allocate(capacity, sizeof(uint8_t)),
      .product = allocate(capacity, sizeof(uint32_t)),
      .category_id = allocate(capacity, sizeof(uint64_t)),
      .category = allocate(capacity, sizeof(uint16_t)),
      .brand = allocate(capacity, sizeof(uint16_t)),
      .cents = allocate(capacity, sizeof(int32_t)),
      .user = allocate(capacity, sizeof(uint32_t)),
      .session_key = keys ? allocate(capacity, sizeof(SessionKey)) : NULL,
      .session = keys ? NULL : allocate(capacity, sizeof(uint32_t)),
  };
}

void free_columns(Columns *columns, size_t capacity) {
  release(columns->time, capacity, sizeof(uint32_t));
  release(columns->event, capacity, sizeof(uint8_t));
  release(columns->product, capacity, sizeof(uint32_t));
  release(columns->category_id, capacity, sizeof(uint64_t));
  release(columns->category, capacity, sizeof(uint16_t));
  release(columns->brand, capacity, sizeof(uint16_t));
  release(columns->cents, capacity, sizeof(int32_t));
  release(columns->user, capacity, sizeof(uint32_t));
  release(columns->session_key, capacity, sizeof(SessionKey));
  release(columns->session, capacity, sizeof(uint32_t));
}

// Fills a buffer from a place of the file; ends the program where it cannot.
static size_t read_at(int file, char *buffer, size_t bytes, size_t place) {
  size_t filled = 0;
  while (filled < bytes) {
    ssize_t got = pread(file, buffer + filled, bytes - filled, (off_t)(place + filled));
    if (got < 0) {
      perror("floor");
      exit(1);
    }
    if (got == 0) break;
    filled += (size_t)got;
  }
  return filled;
}

// Returns where the first line begins at or behind a place; the header is no line.
static size_t line_start(int file, char *buffer, size_t place, size_t bytes) {
  if (place >= bytes) return bytes;
  size_t before = place == 0 ? 0 : place - 1;
  size_t got = read_at(file, buffer, BLOCK_BYTES, before);
  char *end = memchr(buffer, '\n', got);
  return end ? before + (size_t)(end - buffer) + 1 : bytes;
}

static void parse_part(void *context, int part) {
  Parsing *parsing = context;
  size_t bytes = parsing->bytes, parts = (size_t)parsing->parsed->parts;
  char *buffer = allocate(BLOCK_BYTES, 1);
  size_t place = line_start(parsing->file, buffer, bytes * (size_t)part / parts, bytes);
  size_t end = line_start(parsing->file, buffer, bytes * (size_t)(part + 1) / parts, bytes);
  size_t capacity = (end - place) / LEAST_LINE_BYTES + 1;
  Columns columns = allocate_columns(capacity, true);
  while (place < end) {
    size_t wanted = end - place < BLOCK_BYTES ? end - place : BLOCK_BYTES;
    size_t got = read_at(parsing->file, buffer, wanted, place);
    char *last = memrchr(buffer, '\n', got);
    if (!last) {
      fprintf(stderr, "floor: a line has no end\n");
      exit(1);
    }
    size_t length = (size_t)(last - buffer) + 1;
    parse_lines(buffer, length, &columns, parsing->brands[part], parsing->categories[part]);
    place += length;
  }
  release(buffer, BLOCK_BYTES, 1);
  parsing->parsed->columns[part] = columns;
  parsing->parsed->capacities[part] = capacity;
}

// Adds the texts of another thread's dictionary to the first thread's; returns their codes there.
static uint16_t *merge(Dictionary *all, Dictionary *own) {
  uint16_t *codes = calloc((size_t)own->count + 1, sizeof(uint16_t));
  for (uint32_t code = 1; code <= own->count; code++) {
    codes[code] = code_of(all, own->texts[code], own->lengths[code]);
    free(own->texts[code]);
  }
  release(own, 1, sizeof(Dictionary));
  return codes;
}

static void translate(void *context, int part) {
  Parsing *parsing = context;
  if (part == 0) return;
  Columns *columns = &parsing->parsed->columns[part];
  for (size_t row = 0; row < columns->rows; row++) {
    columns->brand[row] = parsing->brand_codes[part][columns->brand[row]];
    columns->category[row] = parsing->category_codes[part][columns->category[row]];
  }
}

Parsed parse_file(const char *path, int threads) {
  Parsed parsed = {.parts = threads};
  struct stat facts;
  Parsing parsing = {.file = open(path, O_RDONLY), .parsed = &parsed};
  if (parsing.file < 0 || fstat(parsing.file, &facts) != 0) {
    perror(path);
    exit(1);
  }
  parsing.bytes = (size_t)facts.st_size;
  for (int part = 0; part < threads; part++) {
    parsing.brands[part] = allocate(1, sizeof(Dictionary));
    parsing.categories[part] = allocate(1, sizeof(Dictionary));
  }
  in_parallel(threads, parse_part, &parsing);
  for (int part = 1; part < threads; part++) {
    parsing.brand_codes[part] = merge(parsing.brands[0], parsing.brands[part]);
    parsing.category_codes[part] = merge(parsing.categories[0], parsing.categories[part]);
  }
  in_parallel(threads, translate, &parsing);
  for (int part = 0; part < threads; part++) {
    parsed.rows += parsed.columns[part].rows;
    free(parsing.brand_codes[part]);
    free(parsing.category_codes[part]);
  }
  parsed.brands = parsing.brands[0];
  parsed.categories = parsing.categories[0];
  close(parsing.file);
  return parsed;
}

void free_parsed(Parsed *parsed) {
  for (int part = 0; part < parsed->parts; part++) {
    free_columns(&parsed->columns[part], parsed->capacities[part]);
  }
}
