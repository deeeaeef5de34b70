#ifndef C_DELIMITER_SCAN_H
#define C_DELIMITER_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "CUUIDWords.h"

/* What a scan looks for. */
typedef struct {
  uint8_t delimiter;
  uint8_t quote;
  uint8_t with_quotes; /* not 0: the positions of quotes are written as well */
  uint32_t columns;    /* positions that a regular row has, its line feed among them */
  uint32_t offset;     /* added to every position that is written */
} bql_scan_request;

/* What a scan met. */
typedef struct {
  size_t positions; /* numbers written */
  size_t newlines;  /* line feeds among them */
  size_t quotes;    /* quotes, written or not */
  /* 0 if every line feed is the last of `columns` positions, counted from the one before it. */
  size_t irregular;
} bql_scan_counts;

/*
 * Writes the positions of delimiters and line feeds in text[0 ..< count], and of quotes as well if
 * asked, in ascending order.
 *
 * It may read up to 63 bytes past the end of text, which must be readable, and writes up to 16
 * numbers past the last one: positions must have room for count + 16. count + offset is below 2^32.
 * Vector instructions are used where the machine has them (AVX-512 with VBMI2 or AVX2, found out at
 * run time, and SSE2 on x86-64). The other functions are the same with no more than AVX2, than every
 * machine of the target has, and than plain 64-bit arithmetic.
 */
bql_scan_counts bql_scan_delimiters(const uint8_t *text, size_t count, bql_scan_request request,
                                    uint32_t *positions);

bql_scan_counts bql_scan_delimiters_avx2(const uint8_t *text, size_t count,
                                         bql_scan_request request, uint32_t *positions);

bql_scan_counts bql_scan_delimiters_narrow(const uint8_t *text, size_t count,
                                           bql_scan_request request, uint32_t *positions);

bql_scan_counts bql_scan_delimiters_portable(const uint8_t *text, size_t count,
                                             bql_scan_request request, uint32_t *positions);

#endif
