#ifndef BQL_CLIBEDIT_H
#define BQL_CLIBEDIT_H

#include <stddef.h>

// A line editor over libedit, whose calls with a variable number of arguments Swift cannot make.

typedef struct bql_line_editor bql_line_editor;

/// What came of reading a line.
typedef enum {
  /// A line was read; its text ends with a line feed unless the input ended in it.
  BQL_LINE_READ,
  /// Ctrl-D on an empty line, or the end of the input.
  BQL_LINE_END,
  /// A signal arrived: Ctrl-C.
  BQL_LINE_INTERRUPTED,
} bql_line_status;

/// What a completion did.
typedef enum {
  /// Nothing fits: the terminal beeps.
  BQL_COMPLETION_NONE,
  /// Text was inserted.
  BQL_COMPLETION_INSERTED,
  /// Candidates were printed: the line is drawn again below them.
  BQL_COMPLETION_LISTED,
} bql_completion;

/// Returns the prompt; the text must live until the next call.
typedef const char *(*bql_prompt_callback)(void *context);

/// Completes the line at `cursor` (bytes from its start) with the functions below.
typedef bql_completion (*bql_completion_callback)(void *context, const char *line, size_t length,
                                                  size_t cursor);

/// Opens an editor on standard input. It draws on standard output, or on standard error where
/// `draws_on_error` is not 0. Returns NULL where libedit cannot start. `context` is passed to the
/// callbacks.
bql_line_editor *bql_line_editor_open(int draws_on_error, void *context,
                                      bql_prompt_callback prompt,
                                      bql_completion_callback complete);
void bql_line_editor_close(bql_line_editor *editor);

/// Reads a line. `*text` and `*length` are set where one was read; the text is valid until the next
/// call.
bql_line_status bql_line_editor_read(bql_line_editor *editor, const char **text, int *length);

/// Makes the present or the next read return `BQL_LINE_INTERRUPTED`. May be called from a signal
/// handler, and before any editor is open.
void bql_line_editor_interrupt(void);

/// Forgets interrupts that no read has seen.
void bql_line_editor_forget_interrupts(void);

/// Adds an entry to the history that the arrow keys walk.
void bql_line_editor_remember(bql_line_editor *editor, const char *entry);

/// Takes over the terminal's present size.
void bql_line_editor_resize(bql_line_editor *editor);

/// Removes `count` characters before the cursor; for use in a completion.
void bql_line_editor_delete(bql_line_editor *editor, int count);

/// Inserts text at the cursor, and returns 0 on success; for use in a completion.
int bql_line_editor_insert(bql_line_editor *editor, const char *text);

#endif
