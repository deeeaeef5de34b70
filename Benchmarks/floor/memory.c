// Memory in huge pages, and threads for one question.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "floor.h"

void *allocate(size_t count, size_t size) {
  size_t bytes = count * size + 64;
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    fprintf(stderr, "floor: no memory for %zu bytes\n", bytes);
    exit(1);
  }
  madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

void release(void *memory, size_t count, size_t size) {
  if (memory) munmap(memory, count * size + 64);
}

typedef struct {
  void (*body)(void *, int);
  void *context;
  int part;
} Share;

static void *run_share(void *argument) {
  Share *share = argument;
  share->body(share->context, share->part);
  return NULL;
}

void in_parallel(int parts, void (*body)(void *context, int part), void *context) {
  pthread_t threads[MAX_THREADS];
  Share shares[MAX_THREADS];
  for (int part = 1; part < parts; part++) {
    shares[part] = (Share){body, context, part};
    if (pthread_create(&threads[part], NULL, run_share, &shares[part]) != 0) exit(1);
  }
  body(context, 0);
  for (int part = 1; part < parts; part++) pthread_join(threads[part], NULL);
}
