#include "CDelimiterScan.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* One bit a byte of 64 bytes of text: bit i is byte i. */
typedef struct {
  uint64_t delimiters, newlines, quotes;
} masks;

typedef masks (*mask_function)(const uint8_t *text, uint8_t delimiter, uint8_t quote);

/* Sets bit i where byte i of a little-endian word equals the byte repeated in pattern. */
static inline uint64_t equal_bits(uint64_t word, uint64_t pattern) {
  const uint64_t low = 0x7F7F7F7F7F7F7F7FULL;
  uint64_t x = word ^ pattern;
  /* The top bit of a byte is set exactly where the byte of x is 0. */
  uint64_t zero = ~(((x & low) + low) | x | low);
  /* Gathers the eight top bits into the top byte. */
  return (zero >> 7) * 0x0102040810204080ULL >> 56;
}

static inline uint64_t repeated(uint8_t byte) { return byte * 0x0101010101010101ULL; }

static inline uint64_t little_endian_word(const uint8_t *text) {
  uint64_t word;
  memcpy(&word, text, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

static inline masks portable_masks(const uint8_t *text, uint8_t delimiter, uint8_t quote) {
  masks m = {0, 0, 0};
  for (int i = 0; i < 8; i++) {
    uint64_t word = little_endian_word(text + 8 * i);
    m.delimiters |= equal_bits(word, repeated(delimiter)) << (8 * i);
    m.newlines |= equal_bits(word, repeated('\n')) << (8 * i);
    m.quotes |= equal_bits(word, repeated(quote)) << (8 * i);
  }
  return m;
}

#if defined(__SSE2__)
static inline uint64_t vector_bits(const __m128i *v, __m128i pattern) {
  uint64_t a = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[0], pattern));
  uint64_t b = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[1], pattern));
  uint64_t c = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[2], pattern));
  uint64_t d = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[3], pattern));
  return a | b << 16 | c << 32 | d << 48;
}

static inline masks vector_masks(const uint8_t *text, uint8_t delimiter, uint8_t quote) {
  __m128i v[4];
  for (int i = 0; i < 4; i++) v[i] = _mm_loadu_si128((const __m128i *)(text + 16 * i));
  masks m = {vector_bits(v, _mm_set1_epi8((char)delimiter)), vector_bits(v, _mm_set1_epi8('\n')),
             vector_bits(v, _mm_set1_epi8((char)quote))};
  return m;
}
#endif

__attribute__((always_inline)) static inline bql_scan_counts scan(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, int with_quotes,
    uint32_t *positions, mask_function masks_of) {
  bql_scan_counts counts = {0, 0, 0};
  uint32_t *next = positions;
  for (size_t base = 0; base < count; base += 64) {
    masks m = masks_of(text + base, delimiter, quote);
    uint64_t inside = count - base >= 64 ? ~0ULL : (1ULL << (count - base)) - 1;
    m.quotes &= inside;
    uint64_t bits = ((m.delimiters | m.newlines) & inside) | (with_quotes ? m.quotes : 0);
    counts.newlines += (size_t)__builtin_popcountll(m.newlines & inside);
    counts.quotes += (size_t)__builtin_popcountll(m.quotes);
    size_t found = (size_t)__builtin_popcountll(bits);
    /* Eight at a time without asking: most blocks of 64 bytes hold fewer. */
    for (size_t done = 0; done < found; done += 8) {
      for (size_t i = 0; i < 8; i++) {
        next[done + i] = (uint32_t)(base + (bits ? (size_t)__builtin_ctzll(bits) : 0));
        bits &= bits - 1;
      }
    }
    next += found;
  }
  counts.positions = (size_t)(next - positions);
  return counts;
}

bql_scan_counts bql_scan_delimiters_portable(const uint8_t *text, size_t count, uint8_t delimiter,
                                             uint8_t quote, int with_quotes, uint32_t *positions) {
  return scan(text, count, delimiter, quote, with_quotes, positions, portable_masks);
}

bql_scan_counts bql_scan_delimiters(const uint8_t *text, size_t count, uint8_t delimiter,
                                    uint8_t quote, int with_quotes, uint32_t *positions) {
#if defined(__SSE2__)
  return scan(text, count, delimiter, quote, with_quotes, positions, vector_masks);
#else
  return scan(text, count, delimiter, quote, with_quotes, positions, portable_masks);
#endif
}
