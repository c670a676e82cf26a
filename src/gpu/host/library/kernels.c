/* Modules, functions and launches; CUDA Driver API, "Module Management" and "Execution Control". */

#define _GNU_SOURCE
#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A parameter list is no longer than this; CUDA C++ Programming Guide, "__global__ function parameters". */
#define LONGEST_PARAMETERS 4096

struct module {
    uint32_t id;
    bool is_loaded;
    struct module *next;
};

struct function {
    struct module *module;
    char *name;
    uint32_t max_threads, shared_bytes, count;
    uint32_t required[3];
    uint32_t *sizes;
    struct function *next;
};

struct launch {
    uint32_t module;
    char *function;
    struct shape shape;
    uint32_t count;
    uint32_t *sizes;
    uint8_t *values;
    size_t values_len;
};

static struct module *modules;
static struct function *functions;

int module_load(const char *ptx, struct module **made)
{
    struct message message;
    struct answer answer;
    message_begin(&message, REQUEST_LOAD);
    message_text(&message, ptx);
    int error = exchange(&message, &answer);
    if (error != 0)
        return error;
    struct module *module = calloc(1, sizeof *module);
    if (module == NULL)
        return cudaErrorMemoryAllocation;
    module->id = answer_u32(&answer);
    module->is_loaded = true;
    module->next = modules;
    modules = module;
    *made = module;
    return 0;
}

struct module *module_of(const void *handle)
{
    for (struct module *module = modules; module != NULL; module = module->next)
        if (module == handle && module->is_loaded)
            return module;
    return NULL;
}

int module_unload(struct module *module)
{
    struct message message;
    message_begin(&message, REQUEST_UNLOAD);
    message_u32(&message, module->id);
    module->is_loaded = false;
    return exchange(&message, NULL);
}

int module_global(struct module *module, const char *name, device_pointer *at, uint64_t *bytes)
{
    struct message message;
    struct answer answer;
    message_begin(&message, REQUEST_GLOBAL);
    message_u32(&message, module->id);
    message_text(&message, name);
    int error = exchange(&message, &answer);
    if (error != 0)
        return error;
    *at = answer_u64(&answer);
    *bytes = answer_u64(&answer);
    return 0;
}

static struct function *known(const struct module *module, const char *name)
{
    for (struct function *function = functions; function != NULL; function = function->next)
        if (function->module == module && strcmp(function->name, name) == 0)
            return function;
    return NULL;
}

int function_find(struct module *module, const char *name, struct function **found)
{
    *found = known(module, name);
    if (*found != NULL)
        return 0;
    struct message message;
    struct answer answer;
    message_begin(&message, REQUEST_FUNCTION);
    message_u32(&message, module->id);
    message_text(&message, name);
    int error = exchange(&message, &answer);
    if (error != 0)
        return error;
    struct function *function = calloc(1, sizeof *function);
    if (function == NULL)
        return cudaErrorMemoryAllocation;
    function->max_threads = answer_u32(&answer);
    function->shared_bytes = answer_u32(&answer);
    for (int i = 0; i < 3; i++)
        function->required[i] = answer_u32(&answer);
    function->count = answer_u32(&answer);
    function->name = strdup(name);
    function->sizes = calloc((size_t)function->count + 1, sizeof *function->sizes);
    for (uint32_t i = 0; function->sizes != NULL && i < function->count; i++)
        function->sizes[i] = answer_u32(&answer);
    if (function->name == NULL || function->sizes == NULL || answer.is_broken) {
        free(function->name);
        free(function->sizes);
        free(function);
        return cudaErrorUnknown;
    }
    function->module = module;
    function->next = functions;
    functions = function;
    *found = function;
    return 0;
}

struct function *function_of(const void *handle)
{
    for (struct function *function = functions; function != NULL; function = function->next)
        if (function == handle && function->module->is_loaded)
            return function;
    return NULL;
}

uint32_t function_max_threads(const struct function *function)
{
    return function->max_threads == 0 ? MAX_THREADS : function->max_threads;
}

uint32_t function_shared_bytes(const struct function *function)
{
    return function->shared_bytes;
}

int shape_error(const struct function *function, const struct shape *shape)
{
    static const uint32_t most_blocks[3] = {0x7fffffff, 65535, 65535};
    static const uint32_t most_threads[3] = {1024, 1024, 64};
    uint64_t threads = 1;
    for (int i = 0; i < 3; i++) {
        if (shape->grid[i] == 0 || shape->grid[i] > most_blocks[i] || shape->block[i] == 0 ||
            shape->block[i] > most_threads[i])
            return cudaErrorInvalidConfiguration;
        if (function->required[0] != 0 && shape->block[i] != function->required[i])
            return cudaErrorInvalidConfiguration;
        threads *= shape->block[i];
    }
    if (threads > MAX_THREADS)
        return cudaErrorInvalidConfiguration;
    if (threads > function_max_threads(function))
        return cudaErrorLaunchOutOfResources;
    if ((uint64_t)shape->shared_bytes + function->shared_bytes > SHARED_BYTES)
        return cudaErrorInvalidValue;
    return 0;
}

/* Where a parameter of this size lies among those before it: at a multiple of its size, up to 16. */
static size_t aligned(size_t at, uint32_t size)
{
    size_t step = size >= 16 && size % 16 == 0 ? 16
                  : size % 8 == 0              ? 8
                  : size % 4 == 0              ? 4
                  : size % 2 == 0              ? 2
                                               : 1;
    return (at + step - 1) / step * step;
}

static struct launch *launch_new(const struct function *function, const struct shape *shape,
                                 void **arguments, const uint8_t *packed, size_t packed_len)
{
    size_t len = 0;
    for (uint32_t i = 0; i < function->count; i++)
        len += function->sizes[i];
    if (len > LONGEST_PARAMETERS)
        return NULL;
    struct launch *launch = calloc(1, sizeof *launch);
    if (launch == NULL)
        return NULL;
    launch->module = function->module->id;
    launch->function = strdup(function->name);
    launch->shape = *shape;
    launch->count = function->count;
    launch->sizes = calloc((size_t)function->count + 1, sizeof *launch->sizes);
    launch->values = malloc(len + 1);
    launch->values_len = len;
    if (launch->function == NULL || launch->sizes == NULL || launch->values == NULL) {
        launch_drop(launch);
        return NULL;
    }
    uint8_t *to = launch->values;
    size_t at = 0;
    for (uint32_t i = 0; i < function->count; i++) {
        uint32_t size = launch->sizes[i] = function->sizes[i];
        at = aligned(at, size);
        if (arguments != NULL)
            memcpy(to, arguments[i], size);
        else if (packed != NULL && at + size <= packed_len)
            memcpy(to, packed + at, size);
        else
            memset(to, 0, size);
        at += size;
        to += size;
    }
    return launch;
}

int launch_issue(const char *name, struct function *function, const struct shape *shape,
                 void **arguments, const uint8_t *packed, size_t packed_len,
                 struct stream *stream)
{
    if (stream == NULL)
        return cudaErrorInvalidResourceHandle;
    if (function->count > 0 && arguments == NULL && packed == NULL)
        return cudaErrorInvalidValue;
    int error = shape_error(function, shape);
    if (error != 0)
        return error;
    struct work *work = work_new(WORK_LAUNCH, name);
    if (work == NULL)
        return cudaErrorMemoryAllocation;
    work->launch = launch_new(function, shape, arguments, packed, packed_len);
    if (work->launch == NULL) {
        free(work);
        return cudaErrorMemoryAllocation;
    }
    return work_issue(work, stream, false);
}

int launch_run(struct launch *launch)
{
    struct message message;
    struct answer answer;
    message_begin(&message, REQUEST_LAUNCH);
    message_u32(&message, launch->module);
    message_text(&message, launch->function);
    for (int i = 0; i < 3; i++)
        message_u32(&message, launch->shape.grid[i]);
    for (int i = 0; i < 3; i++)
        message_u32(&message, launch->shape.block[i]);
    message_u32(&message, launch->shape.shared_bytes);
    message_u32(&message, launch->count);
    for (uint32_t i = 0; i < launch->count; i++)
        message_u32(&message, launch->sizes[i]);
    message_bytes(&message, launch->values, launch->values_len);
    int error = exchange(&message, &answer);
    /* What the kernel has printed comes out when somebody has waited for it. */
    if (error == 0 && answer.len > answer.at)
        fwrite(answer.bytes + answer.at, 1, answer.len - answer.at, stdout);
    return error;
}

void launch_drop(struct launch *launch)
{
    if (launch == NULL)
        return;
    free(launch->function);
    free(launch->sizes);
    free(launch->values);
    free(launch);
}
