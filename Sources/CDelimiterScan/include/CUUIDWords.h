#ifndef C_UUID_WORDS_H
#define C_UUID_WORDS_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* The two halves of a UUID as big-endian words. */
typedef struct {
  uint64_t high, low;
  int is_valid; /* 0 if the text is anything but 36 characters of a UUID in lower case */
} bql_uuid;

static inline uint32_t bql_half_word(const uint8_t *text) {
  uint32_t word;
  memcpy(&word, text, 4);
  return word;
}

static inline uint64_t bql_word(const uint8_t *text) {
  uint64_t word;
  memcpy(&word, text, 8);
  return word;
}

#if defined(__SSE2__)
/* The values of 16 hexadecimal digits, a byte each; sets *wrong where one is none. */
static inline __m128i bql_nibbles(__m128i digits, __m128i *wrong) {
  __m128i is_letter = _mm_cmpgt_epi8(digits, _mm_set1_epi8('9'));
  __m128i nibbles = _mm_sub_epi8(
      digits, _mm_add_epi8(_mm_set1_epi8('0'), _mm_and_si128(is_letter, _mm_set1_epi8(39))));
  /* A letter must be 10 … 15, a digit 0 … 9: as signed bytes, none is below its least value. */
  __m128i least = _mm_and_si128(is_letter, _mm_set1_epi8(10));
  *wrong = _mm_or_si128(*wrong, _mm_or_si128(_mm_cmpgt_epi8(least, nibbles),
                                             _mm_cmpgt_epi8(nibbles, _mm_set1_epi8(15))));
  return nibbles;
}

/*
 * Reads the UUID at text[0 ..< 36].
 */
static inline bql_uuid bql_uuid_words(const uint8_t *text) {
  bql_uuid uuid;
  __m128i wrong = _mm_setzero_si128();
  __m128i first = _mm_set_epi64x(
      (long long)(bql_half_word(text + 9) | (uint64_t)bql_half_word(text + 14) << 32),
      (long long)bql_word(text));
  __m128i second = _mm_set_epi64x(
      (long long)bql_word(text + 28),
      (long long)(bql_half_word(text + 19) | (uint64_t)bql_half_word(text + 24) << 32));
  __m128i a = bql_nibbles(first, &wrong);
  __m128i b = bql_nibbles(second, &wrong);
  /* Each pair of nibbles, the first one higher, into the low byte of its 16 bits. */
  __m128i low_bytes = _mm_set1_epi16(0xFF);
  a = _mm_and_si128(_mm_or_si128(_mm_slli_epi16(a, 4), _mm_srli_epi16(a, 8)), low_bytes);
  b = _mm_and_si128(_mm_or_si128(_mm_slli_epi16(b, 4), _mm_srli_epi16(b, 8)), low_bytes);
  __m128i bytes = _mm_packus_epi16(a, b);
  uuid.high = __builtin_bswap64((uint64_t)_mm_cvtsi128_si64(bytes));
  uuid.low = __builtin_bswap64((uint64_t)_mm_cvtsi128_si64(_mm_srli_si128(bytes, 8)));
  uuid.is_valid = _mm_movemask_epi8(wrong) == 0 && text[8] == '-' && text[13] == '-' &&
                  text[18] == '-' && text[23] == '-';
  return uuid;
}
#else
static inline bql_uuid bql_uuid_words(const uint8_t *text) {
  bql_uuid uuid = {0, 0, 1};
  int digits = 0;
  for (int i = 0; i < 36; i++) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') uuid.is_valid = 0;
      continue;
    }
    uint64_t value = text[i] >= '0' && text[i] <= '9'   ? (uint64_t)(text[i] - '0')
                     : text[i] >= 'a' && text[i] <= 'f' ? (uint64_t)(text[i] - 'a' + 10)
                                                        : 16;
    if (value == 16) uuid.is_valid = 0;
    if (digits++ < 16) {
      uuid.high = uuid.high << 4 | (value & 15);
    } else {
      uuid.low = uuid.low << 4 | (value & 15);
    }
  }
  return uuid;
}
#endif

#endif
