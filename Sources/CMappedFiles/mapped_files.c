/* Reading what was cut off a mapped file ends a process with SIGBUS. All that can be done then is to
   say which file it was: the handler uses only what POSIX lets a signal handler use. */

#define _GNU_SOURCE
#include "CMappedFiles.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { capacity = 4096 };

/* An entry is free where `start` is 0, and being written where that is 1. */
struct entry {
  _Atomic uintptr_t start;
  size_t byte_count;
  char *path;
};

static struct entry entries[capacity];
static int code;

void bql_mapped_file_note(const void *start, size_t byte_count, const char *path) {
  char *copy = strdup(path);
  if (copy == NULL) return;
  for (int index = 0; index < capacity; index++) {
    uintptr_t expected = 0;
    if (!atomic_compare_exchange_strong(&entries[index].start, &expected, 1)) continue;
    entries[index].byte_count = byte_count;
    entries[index].path = copy;
    atomic_store(&entries[index].start, (uintptr_t)start);
    return;
  }
  free(copy);
}

void bql_mapped_file_forget(const void *start) {
  for (int index = 0; index < capacity; index++) {
    uintptr_t expected = (uintptr_t)start;
    if (!atomic_compare_exchange_strong(&entries[index].start, &expected, 1)) continue;
    free(entries[index].path);
    entries[index].path = NULL;
    atomic_store(&entries[index].start, 0);
    return;
  }
}

static void say(const char *text) {
  size_t left = strlen(text);
  while (left > 0) {
    ssize_t count = write(STDERR_FILENO, text, left);
    if (count <= 0) return;
    text += count;
    left -= (size_t)count;
  }
}

static void on_bus_error(int number, siginfo_t *info, void *context) {
  (void)context;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int index = 0; index < capacity; index++) {
    uintptr_t start = atomic_load(&entries[index].start);
    if (start <= 1 || address < start || address - start >= entries[index].byte_count) continue;
    say("error[B0302]: '");
    say(entries[index].path);
    say("' became shorter while it was read\n  = help: bring the file back whole, and start again\n");
    _exit(code);
  }
  signal(number, SIG_DFL);
}

void bql_mapped_files_guard(int exit_code) {
  code = exit_code;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, NULL);
}
