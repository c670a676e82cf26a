"""Builds `_stash`, the part of the module `stash` that the compiler checks against stash.h."""

import os

from cffi import FFI

library = os.path.dirname(os.environ["STASH_LIBRARY"])

ffi = FFI()
ffi.cdef("""
    typedef struct stash stash;
    typedef struct stash_cursor stash_cursor;
    enum { STASH_CREATE, STASH_READ_ONLY, ... };

    stash *stash_open(const char *path, uint32_t flags);
    int stash_close(stash *handle);
    int stash_put(stash *handle, const char *key, const void *value, size_t size);
    int stash_get(stash *handle, const char *key, void **value, size_t *size);
    int stash_delete(stash *handle, const char *key);
    int stash_add(stash *handle, const char *key, int64_t delta, int64_t *sum);
    size_t stash_count(stash *handle);
    uint64_t stash_fingerprint(stash *handle);
    double stash_mean_size(stash *handle);
    char *stash_dump(stash *handle);
    void stash_free(void *memory);
    typedef int (*stash_visitor)(const char *key, const void *value, size_t size, void *data);
    int stash_each(stash *handle, stash_visitor visit, void *data);
    typedef void (*stash_watcher)(const char *key, int64_t size, void *data);
    int stash_watch(stash *handle, stash_watcher watch, void *data);
    typedef void (*stash_sink)(int level, const char *line, void *data);
    int stash_log_to(stash *handle, stash_sink sink, void *data);
    int stash_log(stash *handle, int level, const char *format, ...);
    stash_cursor *stash_cursor_open(stash *handle, const char *prefix);
    int stash_cursor_next(stash_cursor *cursor, const char **key);
    void stash_cursor_close(stash_cursor *cursor);

    extern "Python" {
        int on_visit(const char *, const void *, size_t, void *);
        void on_change(const char *, int64_t, void *);
        void on_line(int, const char *, void *);
    }
""")
ffi.set_source(
    "_stash",
    '#include "stash.h"',
    include_dirs=[os.environ["STASH_INCLUDE"]],
    library_dirs=[library],
    runtime_library_dirs=[library],
    libraries=["stash"],
)

if __name__ == "__main__":
    ffi.compile(verbose=False)
