/* The driver API's types, as far as its functions here need them; CUDA Driver API, "Data types used by
 * CUDA driver". */
#ifndef SYSLAB_DRIVER_H
#define SYSLAB_DRIVER_H

#include <stddef.h>
#include <stdint.h>

typedef int CUresult;
typedef int CUdevice;
typedef uint64_t CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;

#define DRIVER_VERSION 12000

struct about;

/* Begins a call that needs a context. */
int enter_context(const char *name, const struct about *about);

#endif
