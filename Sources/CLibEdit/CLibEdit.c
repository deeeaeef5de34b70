#include "CLibEdit.h"

#include "../CLibEditSystem/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

// Interrupts come through a pipe: a signal that arrives just before the editor waits for a key, or
// on another thread, still ends the wait.
static int interrupts[2] = {-1, -1};

void bql_line_editor_interrupt(void) {
  int saved = errno;
  if (interrupts[1] >= 0) (void)!write(interrupts[1], "", 1);
  errno = saved;
}

void bql_line_editor_forget_interrupts(void) {
  char bytes[64];
  if (interrupts[0] >= 0) while (read(interrupts[0], bytes, sizeof bytes) > 0) {}
}

static int open_interrupts(void) {
  if (interrupts[0] >= 0) return 0;
  if (pipe(interrupts) != 0) return -1;
  for (int end = 0; end < 2; end++) {
    fcntl(interrupts[end], F_SETFD, FD_CLOEXEC);
    fcntl(interrupts[end], F_SETFL, O_NONBLOCK);
  }
  return 0;
}

struct bql_line_editor {
  EditLine *edit;
  History *history;
  void *context;
  bql_prompt_callback prompt;
  bql_completion_callback complete;
};

static bql_line_editor *editor_of(EditLine *edit) {
  void *editor = NULL;
  el_get(edit, EL_CLIENTDATA, &editor);
  return editor;
}

static char *prompt(EditLine *edit) {
  bql_line_editor *editor = editor_of(edit);
  // libedit reads the text only, though its type says otherwise.
  return (char *)editor->prompt(editor->context);
}

static unsigned char complete(EditLine *edit, int key) {
  (void)key;
  bql_line_editor *editor = editor_of(edit);
  const LineInfo *line = el_line(edit);
  size_t length = (size_t)(line->lastchar - line->buffer);
  size_t cursor = (size_t)(line->cursor - line->buffer);
  switch (editor->complete(editor->context, line->buffer, length, cursor)) {
  case BQL_COMPLETION_INSERTED:
    return CC_REFRESH;
  case BQL_COMPLETION_LISTED:
    return CC_REDISPLAY;
  case BQL_COMPLETION_NONE:
    break;
  }
  return CC_ERROR;
}

// Reads one byte of a key. Returns 1, 0 at the end of the input, or -1 with `errno` set.
static int read_byte(char *byte) {
  struct pollfd waits[2] = {{STDIN_FILENO, POLLIN, 0}, {interrupts[0], POLLIN, 0}};
  for (;;) {
    if (poll(waits, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    if (waits[1].revents & POLLIN) {
      bql_line_editor_forget_interrupts();
      errno = EINTR;
      return -1;
    }
    if (waits[0].revents) {
      ssize_t count = read(STDIN_FILENO, byte, 1);
      if (count < 0 && errno == EINTR) continue;
      return (int)count;
    }
  }
}

// Reads one character, as libedit's own function does, but for the interrupts.
static int read_character(EditLine *edit, wchar_t *character) {
  (void)edit;
  mbstate_t state;
  memset(&state, 0, sizeof state);
  for (;;) {
    char byte;
    int count = read_byte(&byte);
    if (count <= 0) {
      *character = L'\0';
      return count;
    }
    size_t length = mbrtowc(character, &byte, 1, &state);
    if (length == (size_t)-2) continue;
    if (length == (size_t)-1) {
      // No character of the locale: left out, and the next one begins anew.
      memset(&state, 0, sizeof state);
      continue;
    }
    return 1;
  }
}

static void bind_keys(EditLine *edit) {
  el_set(edit, EL_ADDFN, "bql-complete", "Complete a word of BQL", complete);
  el_set(edit, EL_BIND, "^I", "bql-complete", NULL);
  el_set(edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
  // Keys that terminals send and libedit does not look up: Delete, Home, End, Ctrl-arrows.
  el_set(edit, EL_BIND, "\\e[3~", "ed-delete-next-char", NULL);
  el_set(edit, EL_BIND, "\\e[H", "ed-move-to-beg", NULL);
  el_set(edit, EL_BIND, "\\e[F", "ed-move-to-end", NULL);
  el_set(edit, EL_BIND, "\\e[1~", "ed-move-to-beg", NULL);
  el_set(edit, EL_BIND, "\\e[4~", "ed-move-to-end", NULL);
  el_set(edit, EL_BIND, "\\e[1;5C", "em-next-word", NULL);
  el_set(edit, EL_BIND, "\\e[1;5D", "ed-prev-word", NULL);
}

bql_line_editor *bql_line_editor_open(int draws_on_error, void *context,
                                      bql_prompt_callback prompt_callback,
                                      bql_completion_callback complete_callback) {
  bql_line_editor *editor = calloc(1, sizeof *editor);
  if (editor == NULL) return NULL;
  editor->context = context;
  editor->prompt = prompt_callback;
  editor->complete = complete_callback;
  editor->edit = el_init("bql", stdin, draws_on_error ? stderr : stdout, stderr);
  editor->history = history_init();
  if (editor->edit == NULL || editor->history == NULL || open_interrupts() != 0) {
    bql_line_editor_close(editor);
    return NULL;
  }
  HistEvent event;
  history(editor->history, &event, H_SETSIZE, 10000);
  history(editor->history, &event, H_SETUNIQUE, 1);
  el_set(editor->edit, EL_CLIENTDATA, editor);
  el_set(editor->edit, EL_PROMPT, prompt);
  el_set(editor->edit, EL_EDITOR, "emacs");
  // The program handles signals: libedit's own handler would let Ctrl-C end the process.
  el_set(editor->edit, EL_SIGNAL, 0);
  el_set(editor->edit, EL_GETCFN, read_character);
  el_set(editor->edit, EL_HIST, history, editor->history);
  bind_keys(editor->edit);
  // ~/.editrc, where there is one, has the last word.
  el_source(editor->edit, NULL);
  return editor;
}

void bql_line_editor_close(bql_line_editor *editor) {
  if (editor == NULL) return;
  if (editor->edit != NULL) el_end(editor->edit);
  if (editor->history != NULL) history_end(editor->history);
  free(editor);
}

bql_line_status bql_line_editor_read(bql_line_editor *editor, const char **text, int *length) {
  // libedit draws the prompt before it takes over the terminal: Ctrl-D typed in between was lost.
  el_set(editor->edit, EL_PREP_TERM, 1);
  errno = 0;
  *length = 0;
  *text = el_gets(editor->edit, length);
  if (*text != NULL && *length > 0) return BQL_LINE_READ;
  if (*length < 0 && errno == EINTR) {
    el_reset(editor->edit);
    clearerr(stdin);
    return BQL_LINE_INTERRUPTED;
  }
  return BQL_LINE_END;
}

void bql_line_editor_remember(bql_line_editor *editor, const char *entry) {
  HistEvent event;
  history(editor->history, &event, H_ENTER, entry);
}

void bql_line_editor_resize(bql_line_editor *editor) { el_resize(editor->edit); }

void bql_line_editor_delete(bql_line_editor *editor, int count) {
  el_deletestr(editor->edit, count);
}

int bql_line_editor_insert(bql_line_editor *editor, const char *text) {
  return el_insertstr(editor->edit, text);
}
