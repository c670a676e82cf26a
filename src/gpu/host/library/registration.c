/* What a compiler's code for CUDA C++ calls: it registers kernels and variables before main, and a
 * launch is a configuration that is pushed and popped, and a call of cudaLaunchKernel.
 *
 * Clang, "CGCUDANV.cpp"; the program's PTX lies in its fat binary as clang's
 * -fcuda-include-gpubinary has put it there. */

#include "library.h"
#include "../include/cuda_runtime_api.h"

#include <stdlib.h>
#include <string.h>

/* The wrapper around a fat binary. */
struct fat_binary {
    int32_t magic, version;
    const char *data;
    void *unused;
};
#define FAT_BINARY_MAGIC 0x466243b1

/* A fat binary of the program; loaded when something of it is needed. */
struct image {
    const char *ptx;
    struct module *module;
    int error;
};

/* A kernel or a variable of the program, by the address that stands for it on the host. */
struct symbol {
    const void *host;
    const char *name;
    struct image *image;
    struct symbol *next;
};

static struct symbol *symbols;

EXPORTED void **__cudaRegisterFatBinary(const struct fat_binary *binary)
{
    struct image *image = calloc(1, sizeof *image);
    if (image != NULL && binary != NULL && binary->magic == FAT_BINARY_MAGIC)
        image->ptx = binary->data;
    return (void **)image;
}

EXPORTED void __cudaRegisterFatBinaryEnd(void **image)
{
    (void)image;
}

EXPORTED void __cudaUnregisterFatBinary(void **image)
{
    /* The device unloads it when the program ends. */
    (void)image;
}

static void add(struct image *image, const void *host, const char *name)
{
    struct symbol *symbol = malloc(sizeof *symbol);
    if (symbol == NULL || image == NULL)
        return;
    *symbol = (struct symbol){host, name, image, symbols};
    symbols = symbol;
}

EXPORTED int __cudaRegisterFunction(void **image, const char *host, char *device_function,
                                    const char *name, int thread_limit, void *thread,
                                    void *block, void *block_size, void *grid_size,
                                    int *warp_size)
{
    (void)device_function;
    (void)thread_limit;
    (void)thread;
    (void)block;
    (void)block_size;
    (void)grid_size;
    (void)warp_size;
    enter_quietly();
    add((struct image *)image, host, name);
    leave_quietly();
    return 0;
}

EXPORTED void __cudaRegisterVar(void **image, char *host, char *address, const char *name,
                                int is_extern, size_t bytes, int is_constant, int is_global)
{
    (void)address;
    (void)is_extern;
    (void)bytes;
    (void)is_constant;
    (void)is_global;
    enter_quietly();
    add((struct image *)image, host, name);
    leave_quietly();
}

static const struct symbol *symbol_of(const void *host)
{
    for (const struct symbol *symbol = symbols; symbol != NULL; symbol = symbol->next)
        if (symbol->host == host)
            return symbol;
    return NULL;
}

static int load(struct image *image)
{
    if (image->module == NULL && image->error == 0)
        image->error = image->ptx == NULL ? cudaErrorInvalidKernelImage
                                          : module_load(image->ptx, &image->module);
    return image->error;
}

static int find_kernel(const void *host, struct function **found)
{
    const struct symbol *symbol = symbol_of(host);
    if (symbol == NULL)
        return cudaErrorInvalidDeviceFunction;
    int error = load(symbol->image);
    return error != 0 ? error : function_find(symbol->image->module, symbol->name, found);
}

static int find_variable(const void *host, device_pointer *at, uint64_t *bytes)
{
    const struct symbol *symbol = symbol_of(host);
    if (symbol == NULL)
        return cudaErrorInvalidSymbol;
    int error = load(symbol->image);
    return error != 0 ? error : module_global(symbol->image->module, symbol->name, at, bytes);
}

/* ---- launches ---- */

struct configuration {
    dim3 grid, block;
    size_t shared_bytes;
    cudaStream_t stream;
};

#define DEEPEST 16
static _Thread_local struct configuration configurations[DEEPEST];
static _Thread_local unsigned int depth;

EXPORTED unsigned int __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t sharedBytes,
                                                  cudaStream_t stream)
{
    if (depth == DEEPEST)
        return cudaErrorMissingConfiguration;
    configurations[depth++] = (struct configuration){grid, block, sharedBytes, stream};
    return 0;
}

EXPORTED cudaError_t __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *sharedBytes,
                                                void *stream)
{
    if (depth == 0)
        return cudaErrorMissingConfiguration;
    const struct configuration *top = &configurations[--depth];
    *grid = top->grid;
    *block = top->block;
    *sharedBytes = top->shared_bytes;
    *(cudaStream_t *)stream = top->stream;
    return cudaSuccess;
}

EXPORTED cudaError_t cudaLaunchKernel(const void *function, dim3 grid, dim3 block,
                                      void **arguments, size_t sharedBytes, cudaStream_t stream)
{
    struct about about = {
        .stream = stream_id(stream), .work = "kernel", .is_asynchronous = true};
    int error = enter(__func__, &about);
    struct function *found = NULL;
    if (error == 0)
        error = find_kernel(function, &found);
    if (error == 0) {
        struct shape shape = {
            .grid = {grid.x, grid.y, grid.z},
            .block = {block.x, block.y, block.z},
            .shared_bytes = sharedBytes > UINT32_MAX ? UINT32_MAX : (uint32_t)sharedBytes};
        error = launch_issue(__func__, found, &shape, arguments, NULL, 0, stream_of(stream));
    }
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes *attributes,
                                           const void *function)
{
    int error = enter(__func__, NULL);
    struct function *found = NULL;
    if (error == 0)
        error = attributes == NULL ? cudaErrorInvalidValue : (cudaError_t)find_kernel(function, &found);
    if (error == 0) {
        memset(attributes, 0, sizeof *attributes);
        attributes->maxThreadsPerBlock = (int)function_max_threads(found);
        attributes->sharedSizeBytes = function_shared_bytes(found);
        attributes->ptxVersion = attributes->binaryVersion = 75;
        attributes->maxDynamicSharedSizeBytes = SHARED_BYTES - (int)function_shared_bytes(found);
    }
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks,
                                                                   const void *function,
                                                                   int blockSize,
                                                                   size_t sharedBytes)
{
    int error = enter(__func__, NULL);
    struct function *found = NULL;
    if (error == 0)
        error = blocks == NULL || blockSize <= 0 ? (int)cudaErrorInvalidValue
                                                 : find_kernel(function, &found);
    if (error == 0) {
        size_t shared = sharedBytes + function_shared_bytes(found);
        *blocks = blockSize > MAX_THREADS ? 0 : THREADS_OF_PROCESSOR / blockSize;
        if (shared > 0 && *blocks > (int)(SHARED_BYTES / shared))
            *blocks = (int)(SHARED_BYTES / shared);
    }
    return leave(__func__, error);
}

/* ---- variables ---- */

static cudaError_t copy_symbol(const char *name, const void *symbol, uint64_t host, size_t bytes,
                               size_t offset, enum direction direction, enum cudaMemcpyKind kind)
{
    struct about about = {.bytes = bytes,
                          .host = host,
                          .work = direction == DIRECTION_IN ? "copy-in" : "copy-out"};
    int error = enter(name, &about);
    device_pointer at = 0;
    uint64_t len = 0;
    if (error == 0)
        error = find_variable(symbol, &at, &len);
    if (error == 0 && (offset > len || bytes > len - offset))
        error = cudaErrorInvalidValue;
    bool is_in = direction == DIRECTION_IN;
    enum cudaMemcpyKind right = is_in ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost;
    if (error == 0 && kind != right && kind != cudaMemcpyDefault)
        error = cudaErrorInvalidMemcpyDirection;
    if (error == 0)
        error = copy_issue(name, is_in ? at + offset : host, is_in ? host : at + offset, bytes,
                           direction, false, stream_of(NULL));
    return leave(name, error);
}

EXPORTED cudaError_t cudaMemcpyToSymbol(const void *symbol, const void *from, size_t bytes,
                                        size_t offset, enum cudaMemcpyKind kind)
{
    return copy_symbol(__func__, symbol, (uint64_t)from, bytes, offset, DIRECTION_IN, kind);
}

EXPORTED cudaError_t cudaMemcpyFromSymbol(void *to, const void *symbol, size_t bytes,
                                          size_t offset, enum cudaMemcpyKind kind)
{
    return copy_symbol(__func__, symbol, (uint64_t)to, bytes, offset, DIRECTION_OUT, kind);
}

EXPORTED cudaError_t cudaGetSymbolAddress(void **pointer, const void *symbol)
{
    int error = enter(__func__, NULL);
    device_pointer at = 0;
    uint64_t bytes = 0;
    if (error == 0)
        error = find_variable(symbol, &at, &bytes);
    if (error == 0)
        *pointer = (void *)at;
    return leave(__func__, error);
}

EXPORTED cudaError_t cudaGetSymbolSize(size_t *bytes, const void *symbol)
{
    int error = enter(__func__, NULL);
    device_pointer at = 0;
    uint64_t len = 0;
    if (error == 0)
        error = find_variable(symbol, &at, &len);
    if (error == 0)
        *bytes = len;
    return leave(__func__, error);
}
