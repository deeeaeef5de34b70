// Answers questions on standard input, `task<tab>formulation` a line, with a JSON object a line:
// the seconds, by the clock and of the processors, and the answer. Usage: floor FILE THREADS
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "floor.h"

typedef struct {
  const char *task, *formulation;
  void (*ask)(const Log *, int, FILE *);
} Question;

static const Question questions[] = {
    {"funnel", "every row", funnel_rows},
    {"funnel", "over runs of views", funnel_runs},
    {"funnel-times", "counts, times, money", funnel_whole},
    {"funnel-brand", "counts", funnel_by_brand},
    {"funnel-category", "counts", funnel_by_category},
    {"funnel-session", "counts", funnel_sessions},
    {"group-brand", "last user of a brand", group_brands},
    {"distinct", "changes and bits", distinct_counts},
    {"sessionize", "count", count_visits},
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

// Seconds by the clock, and of the processors.
typedef struct {
  double clock, cpu;
} Moment;

static double read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static Moment now(void) {
  return (Moment){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_PROCESS_CPUTIME_ID)};
}

static Moment since(Moment start) {
  Moment end = now();
  return (Moment){end.clock - start.clock, end.cpu - start.cpu};
}

// Parses the file anew, and clusters it if asked to; returns what it took.
static Moment load(const char *path, int threads, bool clustered, FILE *answer) {
  Moment start = now(), taken;
  Parsed parsed = parse_file(path, threads);
  size_t rows = parsed.rows;
  int64_t cents = 0;
  if (clustered) {
    Log log = cluster(&parsed);
    for (size_t row = 0; row < rows; row++) cents += log.columns.cents[row];
    taken = since(start);
    free_log(&log);
  } else {
    for (int part = 0; part < parsed.parts; part++) {
      const Columns *columns = &parsed.columns[part];
      for (size_t row = 0; row < columns->rows; row++) cents += columns->cents[row];
    }
    taken = since(start);
    free_parsed(&parsed);
  }
  fprintf(answer, "[%zu, %zd]", rows, (ssize_t)cents);
  return taken;
}

static const Log *log_of(const char *path, int threads) {
  static Log log;
  static bool loaded;
  if (!loaded) {
    Parsed parsed = parse_file(path, threads);
    log = cluster(&parsed);
    loaded = true;
  }
  return &log;
}

static void answer_question(const char *line, const char *path, int threads) {
  char *text = NULL;
  size_t length = 0;
  FILE *answer = open_memstream(&text, &length);
  const char *tab = strchr(line, '\t');
  size_t task = tab ? (size_t)(tab - line) : 0;
  Moment taken = {0, 0};
  if (task == 4 && strncmp(line, "load", 4) == 0) {
    taken = load(path, threads, strcmp(tab + 1, "parse and cluster") == 0, answer);
  }
  for (int i = 0; tab && i < QUESTIONS; i++) {
    const Question *question = &questions[i];
    if (strlen(question->task) != task || strncmp(question->task, line, task) != 0) continue;
    if (strcmp(question->formulation, tab + 1) != 0) continue;
    const Log *log = log_of(path, threads);
    Moment start = now();
    question->ask(log, threads, answer);
    fflush(answer);
    taken = since(start);
  }
  fclose(answer);
  if (length == 0) {
    fprintf(stderr, "floor: no question '%s'\n", line);
    exit(2);
  }
  printf("{\"seconds\": %.9f, \"cpu\": %.9f, \"answer\": %s}\n", taken.clock, taken.cpu, text);
  fflush(stdout);
  free(text);
}

int main(int count, char **arguments) {
  int threads = count == 3 ? atoi(arguments[2]) : 0;
  if (threads < 1 || threads > MAX_THREADS) {
    fprintf(stderr, "usage: floor FILE THREADS\n");
    return 2;
  }
  printf("{\"version\": \"C\", \"tasks\": {\"load\": [\"parse\", \"parse and cluster\"");
  for (int i = 0; i < QUESTIONS; i++) {
    bool same = i > 0 && strcmp(questions[i].task, questions[i - 1].task) == 0;
    if (same) printf(", \"%s\"", questions[i].formulation);
    else printf("], \"%s\": [\"%s\"", questions[i].task, questions[i].formulation);
  }
  printf("]}}\n");
  fflush(stdout);
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&line, &room, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    answer_question(line, arguments[1], threads);
  }
  free(line);
  return 0;
}
