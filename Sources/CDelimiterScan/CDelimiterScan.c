#include "CDelimiterScan.h"

#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* One bit a byte of 64 bytes of text: bit i is byte i. */
typedef struct {
  uint64_t delimiters, newlines, quotes;
} masks;

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

/* Writes the numbers of the bits that are set, plus first: eight at a time without asking, as most
   blocks of 64 bytes hold fewer. Past the last bit the numbers mean nothing; the next ones are
   written over them. */
static inline void write_positions(uint64_t bits, size_t found, uint32_t first, uint32_t *next) {
  for (size_t done = 0; done < found; done += 8) {
    for (size_t i = 0; i < 8; i++) {
      next[done + i] = first + (uint32_t)(bits ? __builtin_ctzll(bits) : 0);
      bits &= bits - 1;
    }
  }
}

/* Defines a scan by how it gets masks and writes positions, with the instructions of `target`. */
#define DEFINE_SCAN(name, masks_of, write, target)                                                \
  target bql_scan_counts name(const uint8_t *text, size_t count, bql_scan_request request,        \
                              uint32_t *positions) {                                              \
    bql_scan_counts counts = {0, 0, 0, 0};                                                        \
    uint32_t *next = positions;                                                                   \
    size_t expected = request.columns;                                                            \
    for (size_t base = 0; base < count; base += 64) {                                             \
      masks m = masks_of(text + base, request.delimiter, request.quote);                          \
      uint64_t inside = count - base >= 64 ? ~0ULL : (1ULL << (count - base)) - 1;                \
      uint64_t quotes = m.quotes & inside;                                                        \
      uint64_t newlines = m.newlines & inside;                                                    \
      uint64_t bits = (m.delimiters & inside) | newlines | (request.with_quotes ? quotes : 0);    \
      counts.quotes += (size_t)__builtin_popcountll(quotes);                                      \
      size_t before = (size_t)(next - positions);                                                 \
      for (uint64_t rest = newlines; rest; rest &= rest - 1) {                                    \
        uint64_t upto = rest ^ (rest - 1);                                                        \
        counts.irregular |= (before + (size_t)__builtin_popcountll(bits & upto)) ^ expected;      \
        expected += request.columns;                                                              \
        counts.newlines++;                                                                        \
      }                                                                                           \
      size_t found = (size_t)__builtin_popcountll(bits);                                          \
      write(bits, found, request.offset + (uint32_t)base, next);                                  \
      next += found;                                                                              \
    }                                                                                             \
    counts.positions = (size_t)(next - positions);                                                \
    return counts;                                                                                \
  }

DEFINE_SCAN(bql_scan_delimiters_portable, portable_masks, write_positions, )

#if defined(__SSE2__)
static inline uint64_t narrow_bits(const __m128i *v, uint8_t byte) {
  __m128i pattern = _mm_set1_epi8((char)byte);
  uint64_t a = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[0], pattern));
  uint64_t b = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[1], pattern));
  uint64_t c = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[2], pattern));
  uint64_t d = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[3], pattern));
  return a | b << 16 | c << 32 | d << 48;
}

static inline masks narrow_masks(const uint8_t *text, uint8_t delimiter, uint8_t quote) {
  __m128i v[4];
  for (int i = 0; i < 4; i++) v[i] = _mm_loadu_si128((const __m128i *)(text + 16 * i));
  masks m = {narrow_bits(v, delimiter), narrow_bits(v, '\n'), narrow_bits(v, quote)};
  return m;
}

DEFINE_SCAN(bql_scan_delimiters_narrow, narrow_masks, write_positions, )

#define WIDE __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

WIDE static inline uint64_t wide_bits(__m256i low, __m256i high, uint8_t byte) {
  __m256i pattern = _mm256_set1_epi8((char)byte);
  uint64_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern));
  uint64_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern));
  return a | b << 32;
}

WIDE static inline masks wide_masks(const uint8_t *text, uint8_t delimiter, uint8_t quote) {
  __m256i low = _mm256_loadu_si256((const __m256i *)text);
  __m256i high = _mm256_loadu_si256((const __m256i *)(text + 32));
  masks m = {wide_bits(low, high, delimiter), wide_bits(low, high, '\n'),
             wide_bits(low, high, quote)};
  return m;
}

DEFINE_SCAN(scan_wide, wide_masks, write_positions, WIDE static)

#define WIDEST __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt,lzcnt")))

WIDEST static inline masks widest_masks(const uint8_t *text, uint8_t delimiter, uint8_t quote) {
  __m512i block = _mm512_loadu_si512(text);
  masks m = {_mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8((char)delimiter)),
             _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\n')),
             _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8((char)quote))};
  return m;
}

/* The same numbers, 16 at a time. */
WIDEST static inline void write_widest(uint64_t bits, size_t found, uint32_t first,
                                       uint32_t *next) {
  const __m512i numbers = _mm512_set_epi64(
      0x3F3E3D3C3B3A3938, 0x3736353433323130, 0x2F2E2D2C2B2A2928, 0x2726252423222120,
      0x1F1E1D1C1B1A1918, 0x1716151413121110, 0x0F0E0D0C0B0A0908, 0x0706050403020100);
  __m512i packed = _mm512_maskz_compress_epi8(bits, numbers);
  __m512i base = _mm512_set1_epi32((int)first);
  __m512i wide = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
  _mm512_storeu_si512(next, _mm512_add_epi32(wide, base));
  if (__builtin_expect(found > 16, 0)) {
    uint8_t rest[64];
    _mm512_storeu_si512(rest, packed);
    for (size_t i = 16; i < found; i++) next[i] = first + rest[i];
  }
}

DEFINE_SCAN(scan_widest, widest_masks, write_widest, WIDEST static)

bql_scan_counts bql_scan_delimiters_avx2(const uint8_t *text, size_t count,
                                         bql_scan_request request, uint32_t *positions) {
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
      __builtin_cpu_supports("popcnt")) {
    return scan_wide(text, count, request, positions);
  }
  return bql_scan_delimiters_narrow(text, count, request, positions);
}

bql_scan_counts bql_scan_delimiters(const uint8_t *text, size_t count, bql_scan_request request,
                                    uint32_t *positions) {
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
      __builtin_cpu_supports("bmi2")) {
    return scan_widest(text, count, request, positions);
  }
  return bql_scan_delimiters_avx2(text, count, request, positions);
}
#else
DEFINE_SCAN(bql_scan_delimiters_narrow, portable_masks, write_positions, )

bql_scan_counts bql_scan_delimiters_avx2(const uint8_t *text, size_t count,
                                         bql_scan_request request, uint32_t *positions) {
  return bql_scan_delimiters_narrow(text, count, request, positions);
}

bql_scan_counts bql_scan_delimiters(const uint8_t *text, size_t count, bql_scan_request request,
                                    uint32_t *positions) {
  return bql_scan_delimiters_narrow(text, count, request, positions);
}
#endif
