#ifndef C_DELIMITER_SCAN_H
#define C_DELIMITER_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* What a scan met. */
typedef struct {
  size_t positions; /* numbers written */
  size_t newlines;  /* line feeds among them */
  size_t quotes;    /* quotes, written or not */
} bql_scan_counts;

/*
 * Writes the positions of delimiters and line feeds in text[0 ..< count], and of quotes as well if
 * with_quotes is not 0, in ascending order.
 *
 * It may read up to 63 bytes past the end of text, which must be readable, and writes up to 8
 * numbers past the last one: positions must have room for count + 8. count is below 2^32.
 * Vector instructions are used where every machine of the target has them (SSE2 on x86-64);
 * bql_scan_delimiters_portable is the same with plain 64-bit arithmetic.
 */
bql_scan_counts bql_scan_delimiters(const uint8_t *text, size_t count, uint8_t delimiter,
                                    uint8_t quote, int with_quotes, uint32_t *positions);

bql_scan_counts bql_scan_delimiters_portable(const uint8_t *text, size_t count, uint8_t delimiter,
                                             uint8_t quote, int with_quotes, uint32_t *positions);

#endif
