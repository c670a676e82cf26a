"""Builds the module _stdio with cffi: `python cffi_build.py [DIRECTORY]`."""

import sys

import cffi

# ANCHOR: build
builder = cffi.FFI()
builder.cdef("""
    typedef struct _IO_FILE FILE;
    FILE *fopen(const char *path, const char *mode);
    int fclose(FILE *stream);
    size_t fread(void *to, size_t size, size_t count, FILE *stream);
""")
builder.set_source("_stdio", "#include <stdio.h>")
# ANCHOR_END: build

if __name__ == "__main__":
    builder.compile(tmpdir=sys.argv[1] if sys.argv[1:] else ".")
