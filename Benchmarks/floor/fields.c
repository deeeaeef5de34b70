// Reads the lines of a log: delimiters by vectors, digits eight at a time.
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "floor.h"

static inline uint64_t load8(const char *text) {
  uint64_t word;
  memcpy(&word, text, 8);
  return word;
}

// Sets bit i where byte i of 64 is a comma or the end of a line.
static inline uint64_t delimiters(const char *text) {
#if defined(__AVX2__)
  uint64_t mask = 0;
  for (int half = 0; half < 2; half++) {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + 32 * half));
    __m256i commas = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(','));
    __m256i ends = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'));
    uint32_t found = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(commas, ends));
    mask |= (uint64_t)found << (32 * half);
  }
  return mask;
#elif defined(__SSE2__)
  uint64_t mask = 0;
  for (int part = 0; part < 4; part++) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + 16 * part));
    __m128i commas = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(','));
    __m128i ends = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
    uint64_t found = (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(commas, ends));
    mask |= found << (16 * part);
  }
  return mask;
#else
  uint64_t mask = 0;
  for (int i = 0; i < 64; i++) mask |= (uint64_t)(text[i] == ',' || text[i] == '\n') << i;
  return mask;
#endif
}

// Reads up to 8 digits.
static inline uint64_t short_number(const char *text, size_t length) {
  if (length == 0) return 0;
  uint64_t word = load8(text) << (64 - 8 * length) & 0x0F0F0F0F0F0F0F0F;
  word = word * 2561 >> 8 & 0x00FF00FF00FF00FF;
  word = word * 6553601 >> 16 & 0x0000FFFF0000FFFF;
  return word * 42949672960001 >> 32;
}

static inline uint64_t number(const char *text, size_t length) {
  uint64_t value = 0;
  while (length > 8) {
    value = value * 100000000 + short_number(text, 8);
    text += 8, length -= 8;
  }
  static const uint64_t powers[] = {1,      10,      100,      1000,     10000,
                                    100000, 1000000, 10000000, 100000000};
  return value * powers[length] + short_number(text, length);
}

// Reads an amount of at most two decimals.
static inline int32_t hundredths(const char *text, size_t length) {
  if (length > 3 && text[length - 3] == '.') {
    uint64_t whole = number(text, length - 3);
    return (int32_t)(whole * 100 + short_number(text + length - 2, 2));
  }
  if (length > 2 && text[length - 2] == '.') {
    return (int32_t)(number(text, length - 2) * 100 + 10 * (uint64_t)(text[length - 1] - '0'));
  }
  return (int32_t)(number(text, length) * 100);
}

static inline uint32_t two_digits(const char *text) {
  return (uint32_t)(text[0] * 10 + text[1] - '0' * 11);
}

// Days since 1970-01-01 of `YYYY-MM-DD`, in the proleptic Gregorian calendar.
static uint32_t days(const char *text) {
  int year = (int)(two_digits(text) * 100 + two_digits(text + 2));
  int month = (int)two_digits(text + 5), day = (int)two_digits(text + 8);
  year -= month <= 2;
  int cycle = year / 400, in_cycle = year % 400;
  int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int of_cycle = in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + of_year;
  return (uint32_t)(cycle * 146097 + of_cycle - 719468);
}

// Packs 8 hexadecimal digits into 32 bits, in an order of their own.
static inline uint64_t hexadecimal(uint64_t word) {
  word = (word & 0x0F0F0F0F0F0F0F0F) + (word >> 6 & 0x0101010101010101) * 9;
  word = (word | word >> 4) & 0x00FF00FF00FF00FF;
  word = (word | word >> 8) & 0x0000FFFF0000FFFF;
  return (word | word >> 16) & 0xFFFFFFFF;
}

static inline uint64_t hash_of(const char *text, size_t length) {
  uint64_t hash = length;
  for (; length >= 8; text += 8, length -= 8) {
    hash = (hash ^ load8(text)) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  }
  uint64_t rest = length ? load8(text) << (64 - 8 * length) : 0;
  hash = (hash ^ rest) * 0x9E3779B97F4A7C15;
  return hash ^ hash >> 32;
}

static inline SessionKey session_key(const char *text, size_t length) {
  if (length != 36) return (SessionKey){length, hash_of(text, length)};
  uint32_t parts[3];
  memcpy(&parts[0], text + 9, 4);
  memcpy(&parts[1], text + 14, 4);
  memcpy(&parts[2], text + 19, 4);
  uint64_t second = parts[0] | (uint64_t)parts[1] << 32;
  uint32_t last;
  memcpy(&last, text + 32, 4);
  uint64_t fourth = parts[2] | (uint64_t)last << 32;
  return (SessionKey){
      hexadecimal(load8(text)) << 32 | hexadecimal(second),
      hexadecimal(load8(text + 24)) << 32 | hexadecimal(fourth),
  };
}

uint16_t code_of(Dictionary *dictionary, const char *text, size_t length) {
  if (length == 0) return 0;
  uint64_t hash = hash_of(text, length);
  const uint32_t last = 2 * MAX_TEXTS - 1;
  for (uint32_t slot = (uint32_t)(hash >> 20) & last;; slot = (slot + 1) & last) {
    uint32_t code = dictionary->slots[slot];
    if (code != 0 && dictionary->hashes[code] == hash) return (uint16_t)code;
    if (code != 0) continue;
    code = ++dictionary->count;
    if (code >= MAX_TEXTS) {
      fprintf(stderr, "floor: a column has more than %d texts\n", MAX_TEXTS);
      exit(1);
    }
    dictionary->slots[slot] = code;
    dictionary->hashes[code] = hash;
    dictionary->lengths[code] = (uint16_t)length;
    dictionary->texts[code] = malloc(length + 8);
    memcpy(dictionary->texts[code], text, length);
    return (uint16_t)code;
  }
}

// A line being read: where its fields end.
typedef struct {
  uint32_t ends[9];
  uint32_t start;
} Line;

static inline void add_row(const char *text, const Line *line, Columns *columns,
                           Dictionary *brands, Dictionary *categories, uint64_t date[3]) {
  const char *field[9];
  size_t length[9];
  for (int i = 0; i < 9; i++) {
    uint32_t start = i == 0 ? line->start : line->ends[i - 1] + 1;
    field[i] = text + start, length[i] = line->ends[i] - start;
  }
  size_t row = columns->rows++;
  // Consecutive rows are mostly of one day.
  uint64_t first = load8(field[0]), second = load8(field[0] + 2);
  if (first != date[0] || second != date[1]) {
    date[0] = first, date[1] = second, date[2] = days(field[0]) * 86400ULL;
  }
  columns->time[row] = (uint32_t)date[2] + two_digits(field[0] + 11) * 3600 +
                       two_digits(field[0] + 14) * 60 + two_digits(field[0] + 17);
  char initial = *field[1];
  columns->event[row] = length[1] == 4   ? (initial == 'v' ? VIEW : CART)
                        : length[1] == 8 ? PURCHASE
                                         : OTHER_EVENT;
  columns->product[row] = (uint32_t)number(field[2], length[2]);
  columns->category_id[row] = number(field[3], length[3]);
  columns->category[row] = code_of(categories, field[4], length[4]);
  columns->brand[row] = code_of(brands, field[5], length[5]);
  columns->cents[row] = hundredths(field[6], length[6]);
  columns->user[row] = (uint32_t)number(field[7], length[7]);
  columns->session_key[row] = session_key(field[8], length[8]);
}

void parse_lines(const char *text, size_t length, Columns *columns, Dictionary *brands,
                 Dictionary *categories) {
  Line line = {.start = 0};
  int fields = 0;
  uint64_t date[3] = {0, 0, 0};
  for (size_t place = 0; place < length; place += 64) {
    uint64_t mask = delimiters(text + place);
    if (length - place < 64) mask &= (1ULL << (length - place)) - 1;
    for (; mask != 0; mask &= mask - 1) {
      line.ends[fields++] = (uint32_t)(place + (size_t)__builtin_ctzll(mask));
      if (fields < 9) continue;
      add_row(text, &line, columns, brands, categories, date);
      line.start = line.ends[8] + 1;
      fields = 0;
    }
  }
}
