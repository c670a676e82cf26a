from _bound import ffi, lib

successor = lib.successor


def byte_sum(data):
    with ffi.from_buffer("unsigned char[]", data) as view:
        return lib.byte_sum(view, len(view))
