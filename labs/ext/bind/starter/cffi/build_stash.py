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
    size_t stash_count(stash *handle);
    /* TODO: the other functions, and extern "Python" functions for the callbacks. */
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
