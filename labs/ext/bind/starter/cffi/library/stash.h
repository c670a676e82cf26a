/* libstash: named values in memory, kept in a file between runs.
 *
 * Names ("keys") are text: 1 to 255 bytes that end with a NUL. Values are bytes, any bytes.
 * Functions that can fail return -1 or NULL and leave the reason in errno.
 * A handle may be used by one thread at a time.
 */
#ifndef STASH_H
#define STASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct stash stash;               /* a stash; opaque */
typedef struct stash_cursor stash_cursor; /* a walk through the keys of one; opaque */

enum { STASH_CREATE = 1, STASH_READ_ONLY = 2 };

/* ---- opening and closing ---- */

/* Opens a stash. Without a path (NULL) it lives in memory only.
 * A file that is not there is ENOENT, unless flags say STASH_CREATE; a directory is EISDIR;
 * one that no stash has written is EBADMSG. With STASH_READ_ONLY it cannot be changed (EROFS).
 * Every handle has to be closed. */
stash *stash_open(const char *path, uint32_t flags);

/* Writes the file if there is one and something was changed, and frees the handle.
 * EBUSY: a call of stash_each is not over; then the stash stays open.
 * After any other error (the file cannot be written) the handle is gone all the same.
 * Close its cursors first: a cursor must not outlive its stash. */
int stash_close(stash *handle);

/* ---- values ---- */

/* Keeps a copy of `size` bytes under a key. EINVAL: the key is empty; ENAMETOOLONG: it has more than 255 bytes. */
int stash_put(stash *handle, const char *key, const void *value, size_t size);

/* Sets *value to a copy of the bytes, to be freed with stash_free, and *size to how many they are.
 * ENOENT: there is no such key; then *value is NULL. The copy of an empty value has to be freed, too. */
int stash_get(stash *handle, const char *key, void **value, size_t *size);

/* ENOENT: there is no such key. */
int stash_delete(stash *handle, const char *key);

/* Adds to the decimal number under a key (0 if there is no such key), and sets *sum to what is there now.
 * ERANGE: the sum has more than 64 bits; EINVAL: what is there is no number. */
int stash_add(stash *handle, const char *key, int64_t delta, int64_t *sum);

/* How many keys there are. */
size_t stash_count(stash *handle);

/* A number for the contents: equal stashes have equal ones. It uses all of its 64 bits. */
uint64_t stash_fingerprint(stash *handle);

/* How many bytes a value has on average; 0 if there is none. */
double stash_mean_size(stash *handle);

/* A line `key: size` for each key, as text that ends with a NUL, to be freed with stash_free. */
char *stash_dump(stash *handle);

/* Frees what stash_get and stash_dump have given. NULL is fine. */
void stash_free(void *memory);

/* ---- callbacks: `data` is handed on as it is ---- */

/* Calls visit for each key, in bytewise order, until it returns something other than 0, and returns that.
 * key and value are the stash's, and are gone when visit returns.
 * Meanwhile the stash can be read, but not changed or closed (EBUSY). */
typedef int (*stash_visitor)(const char *key, const void *value, size_t size, void *data);
int stash_each(stash *handle, stash_visitor visit, void *data);

/* From now on, watch is called after each change: with the value's new size, or -1 after stash_delete.
 * NULL: no longer. It is called until it is replaced or the stash is closed, and must live as long. */
typedef void (*stash_watcher)(const char *key, int64_t size, void *data);
int stash_watch(stash *handle, stash_watcher watch, void *data);

/* From now on, lines of the log go to sink; NULL: nowhere, as in the beginning. As long-lived as a watcher. */
typedef void (*stash_sink)(int level, const char *line, void *data);
int stash_log_to(stash *handle, stash_sink sink, void *data);

/* Writes a line to the log, formatted as by printf(3). */
int stash_log(stash *handle, int level, const char *format, ...);

/* ---- cursors ---- */

/* A cursor before the first key that begins with prefix ("" for all). */
stash_cursor *stash_cursor_open(stash *handle, const char *prefix);

/* 1: *key is the next key, the cursor's until the next call. 0: there is none.
 * -1 and ESTALE: the stash was changed since the cursor was opened. */
int stash_cursor_next(stash_cursor *cursor, const char **key);

void stash_cursor_close(stash_cursor *cursor);

#ifdef STASH_COUNTING
/* ---- what a program does with the library; only if it was built with -DSTASH_COUNTING ---- */

/* With it, handles that were closed are never used again for others; whoever uses one gets EBADF, and is counted.
 * If the environment has STASH_AUDIT=FILE, a line of JSON with these figures is appended there at exit. */
typedef struct {
    int64_t stashes;       /* open now */
    int64_t cursors;       /* open now */
    int64_t values;        /* from stash_get and stash_dump, not freed yet */
    int64_t double_closes; /* handles closed that were closed already, so far */
    int64_t double_frees;  /* stash_free of what was not alive, so far */
    int64_t stale_uses;    /* other calls with a handle that is not open, so far */
    int64_t orphans;       /* cursors that were open when their stash was closed, so far */
    int64_t opened;        /* stashes and cursors opened, so far */
    int64_t calls;         /* calls of the library, so far */
    int64_t callbacks;     /* calls made by the library, so far */
} stash_counts;

void stash_audit(stash_counts *counts);
#endif

#endif
