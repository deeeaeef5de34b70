#ifndef BQL_MAPPED_FILES_H
#define BQL_MAPPED_FILES_H

#include <stddef.h>

/* Remembers that `byte_count` bytes from `start` on are those of the file at `path`.

   Where too many files are mapped at once the further ones are not remembered. */
void bql_mapped_file_note(const void *start, size_t byte_count, const char *path);

/* Forgets what stands at `start`. */
void bql_mapped_file_forget(const void *start);

/* Ends the process with the file's name and `exit_code` when a mapped file turns out to have become
   shorter while it is read; other bus errors end it as they would. */
void bql_mapped_files_guard(int exit_code);

#endif
