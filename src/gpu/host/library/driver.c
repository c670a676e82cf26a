/* The CUDA driver API: initialisation, devices, contexts, modules; CUDA Driver API, chapters
 * of these names. There is one device and one context. */

#define _GNU_SOURCE
#include "library.h"
#include "driver.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_initialized;
static unsigned int retained;
static _Thread_local bool is_current;
/* What a context's handle points at. */
static char the_context[16];

int enter_context(const char *name, const struct about *about)
{
    int error = enter(name, about);
    if (error == 0 && !is_initialized)
        error = cudaErrorInitializationError;
    if (error == 0 && !is_current)
        error = cudaErrorDeviceUninitialized;
    return error;
}

/* Where the driver needs no context. */
static int enter_driver(const char *name)
{
    int error = enter(name, NULL);
    return error == 0 && !is_initialized ? (int)cudaErrorInitializationError : error;
}

/* ---- errors and initialisation ---- */

EXPORTED CUresult cuGetErrorName(CUresult error, const char **name)
{
    *name = error_name(error, true);
    return *name == NULL ? cudaErrorInvalidValue : 0;
}

EXPORTED CUresult cuGetErrorString(CUresult error, const char **text)
{
    *text = error_text(error);
    return *text == NULL ? cudaErrorInvalidValue : 0;
}

EXPORTED CUresult cuInit(unsigned int flags)
{
    int error = enter(__func__, NULL);
    if (error == 0 && flags != 0)
        error = cudaErrorInvalidValue;
    is_initialized |= error == 0;
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuDriverGetVersion(int *version)
{
    if (version == NULL)
        return cudaErrorInvalidValue;
    *version = DRIVER_VERSION;
    return 0;
}

/* ---- devices ---- */

EXPORTED CUresult cuDeviceGetCount(int *count)
{
    int error = enter_driver(__func__);
    if (error == 0)
        *count = 1;
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuDeviceGet(CUdevice *device, int ordinal)
{
    int error = enter_driver(__func__);
    if (error == 0 && ordinal != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0)
        *device = 0;
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuDeviceGetName(char *name, int len, CUdevice device)
{
    int error = enter_driver(__func__);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0 && len > 0)
        snprintf(name, (size_t)len, "%s", DEVICE_NAME);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device)
{
    int error = enter_driver(__func__);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0)
        error = device_attribute(attribute, value);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device)
{
    int error = enter_driver(__func__);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0)
        *bytes = DEVICE_MEMORY;
    return leave_driver(__func__, error);
}

/* ---- contexts ---- */

EXPORTED CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device)
{
    int error = enter_driver(__func__);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0) {
        retained++;
        *context = (CUcontext)the_context;
    }
    return leave_driver(__func__, error);
}

/* With its context goes all that is in it. */
static void end_context(void)
{
    forget_streams();
    forget_memory();
    forget_sticky();
    is_current = false;
}

EXPORTED CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
    int error = enter_driver(__func__);
    if (error != 0 && error == sticky_error())
        error = 0;
    if (error == 0 && (device != 0 || retained == 0))
        error = device != 0 ? cudaErrorInvalidDevice : cudaErrorDeviceUninitialized;
    if (error == 0 && --retained == 0)
        end_context();
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuCtxCreate_v2(CUcontext *context, unsigned int flags, CUdevice device)
{
    (void)flags;
    int error = enter_driver(__func__);
    if (error == 0 && device != 0)
        error = cudaErrorInvalidDevice;
    if (error == 0) {
        retained++;
        is_current = true;
        *context = (CUcontext)the_context;
    }
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuCtxDestroy_v2(CUcontext context)
{
    int error = enter_driver(__func__);
    if (error != 0 && error == sticky_error())
        error = 0;
    if (error == 0 && (context != (CUcontext)the_context || retained == 0))
        error = cudaErrorDeviceUninitialized;
    if (error == 0 && --retained == 0)
        end_context();
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuCtxSetCurrent(CUcontext context)
{
    int error = enter_driver(__func__);
    bool is_known = context == NULL || (context == (CUcontext)the_context && retained > 0);
    if (error == 0 && !is_known)
        error = cudaErrorDeviceUninitialized;
    if (error == 0)
        is_current = context != NULL;
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuCtxGetCurrent(CUcontext *context)
{
    int error = enter_driver(__func__);
    if (error == 0)
        *context = is_current ? (CUcontext)the_context : NULL;
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuCtxPushCurrent_v2(CUcontext context)
{
    return cuCtxSetCurrent(context);
}

EXPORTED CUresult cuCtxPopCurrent_v2(CUcontext *context)
{
    CUresult error = cuCtxGetCurrent(context);
    if (error == 0)
        is_current = false;
    return error;
}

EXPORTED CUresult cuCtxGetDevice(CUdevice *device)
{
    int error = enter_context(__func__, NULL);
    if (error == 0)
        *device = 0;
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuCtxSynchronize(void)
{
    int error = enter_context(__func__, NULL);
    if (error == 0)
        error = wait_for_all(__func__);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest)
{
    int error = enter_context(__func__, NULL);
    if (error == 0 && least != NULL)
        *least = 0;
    if (error == 0 && greatest != NULL)
        *greatest = -1;
    return leave_driver(__func__, error);
}

/* ---- modules ---- */

static CUresult load(const char *name, CUmodule *module, const char *image)
{
    int error = enter_context(name, NULL);
    struct module *made = NULL;
    if (error == 0)
        error = image == NULL ? (int)cudaErrorInvalidValue : module_load(image, &made);
    if (error == 0)
        *module = (CUmodule)made;
    return leave_driver(name, error);
}

EXPORTED CUresult cuModuleLoadData(CUmodule *module, const void *image)
{
    return load(__func__, module, image);
}

EXPORTED CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int count,
                                     int *options, void **values)
{
    (void)count;
    (void)options;
    (void)values;
    return load(__func__, module, image);
}

/* The text of a file, with a zero behind it; NULL if it cannot be read. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *text = NULL;
    size_t len = 0, room = 0;
    for (;;) {
        if (room - len < 2) {
            room = 2 * room + 4096;
            char *grown = realloc(text, room);
            if (grown == NULL) {
                len = 0;
                break;
            }
            text = grown;
        }
        size_t got = fread(text + len, 1, room - len - 1, file);
        if (got == 0)
            break;
        len += got;
    }
    fclose(file);
    if (text != NULL)
        text[len] = 0;
    return text;
}

EXPORTED CUresult cuModuleLoad(CUmodule *module, const char *path)
{
    int error = enter_context(__func__, NULL);
    struct module *made = NULL;
    char *text = error == 0 ? read_file(path) : NULL;
    if (error == 0)
        error = text == NULL ? (int)cudaErrorFileNotFound : module_load(text, &made);
    if (error == 0)
        *module = (CUmodule)made;
    free(text);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuModuleUnload(CUmodule module)
{
    int error = enter_context(__func__, NULL);
    struct module *found = module_of(module);
    if (error == 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle : module_unload(found);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name)
{
    int error = enter_context(__func__, NULL);
    struct module *found = module_of(module);
    if (error == 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle
                              : function_find(found, name, (struct function **)function);
    return leave_driver(__func__, error);
}

EXPORTED CUresult cuModuleGetGlobal_v2(CUdeviceptr *at, size_t *bytes, CUmodule module,
                                       const char *name)
{
    int error = enter_context(__func__, NULL);
    struct module *found = module_of(module);
    device_pointer begin = 0;
    uint64_t len = 0;
    if (error == 0)
        error = found == NULL ? (int)cudaErrorInvalidResourceHandle
                              : module_global(found, name, &begin, &len);
    if (error == 0 && at != NULL)
        *at = begin;
    if (error == 0 && bytes != NULL)
        *bytes = len;
    return leave_driver(__func__, error);
}

/* ---- names without a version, as a header's macros would have them ---- */

EXPORTED CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device)
    __attribute__((alias("cuDeviceTotalMem_v2")));
EXPORTED CUresult cuDevicePrimaryCtxRelease(CUdevice device)
    __attribute__((alias("cuDevicePrimaryCtxRelease_v2")));
EXPORTED CUresult cuCtxCreate(CUcontext *context, unsigned int flags, CUdevice device)
    __attribute__((alias("cuCtxCreate_v2")));
EXPORTED CUresult cuCtxDestroy(CUcontext context)
    __attribute__((alias("cuCtxDestroy_v2")));
EXPORTED CUresult cuCtxPushCurrent(CUcontext context)
    __attribute__((alias("cuCtxPushCurrent_v2")));
EXPORTED CUresult cuCtxPopCurrent(CUcontext *context)
    __attribute__((alias("cuCtxPopCurrent_v2")));
EXPORTED CUresult cuModuleGetGlobal(CUdeviceptr *at, size_t *bytes, CUmodule module, const char
    *name)
    __attribute__((alias("cuModuleGetGlobal_v2")));

/* ---- functions by name ---- */

EXPORTED CUresult cuGetProcAddress_v2(const char *name, void **function, int version,
                                      uint64_t flags, int *status)
{
    (void)version;
    (void)flags;
    char versioned[128];
    snprintf(versioned, sizeof versioned, "%s_v2", name);
    void *self = dlopen(NULL, RTLD_LAZY);
    Dl_info here;
    if (dladdr((void *)cuInit, &here) != 0) {
        void *library = dlopen(here.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
        if (library != NULL)
            self = library;
    }
    *function = dlsym(self, versioned);
    if (*function == NULL)
        *function = dlsym(self, name);
    if (status != NULL)
        *status = *function == NULL ? 1 : 0;
    return *function == NULL ? cudaErrorSymbolNotFound : cudaSuccess;
}

EXPORTED CUresult cuGetProcAddress(const char *name, void **function, int version, uint64_t flags)
{
    return cuGetProcAddress_v2(name, function, version, flags, NULL);
}
