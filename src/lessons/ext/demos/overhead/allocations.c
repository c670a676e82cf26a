/* Counts what the interpreter asks its allocators for; see PyMem_SetAllocator in the documentation.
   The structure is part of the API, and declared here so that no header is needed. */
#include <stddef.h>

typedef struct {
    void *context;
    void *(*malloc)(void *context, size_t size);
    void *(*calloc)(void *context, size_t count, size_t size);
    void *(*realloc)(void *context, void *block, size_t size);
    void (*free)(void *context, void *block);
} PyMemAllocatorEx;

enum { MEM = 1, OBJ = 2 };

void PyMem_GetAllocator(int domain, PyMemAllocatorEx *allocator);
void PyMem_SetAllocator(int domain, PyMemAllocatorEx *allocator);

static PyMemAllocatorEx real[OBJ + 1];
static unsigned long long counted;

static void *count_malloc(void *context, size_t size)
{
    PyMemAllocatorEx *next = context;
    counted++;
    return next->malloc(next->context, size);
}

static void *count_calloc(void *context, size_t count, size_t size)
{
    PyMemAllocatorEx *next = context;
    counted++;
    return next->calloc(next->context, count, size);
}

static void *count_realloc(void *context, void *block, size_t size)
{
    PyMemAllocatorEx *next = context;
    counted++;
    return next->realloc(next->context, block, size);
}

static void pass_free(void *context, void *block)
{
    PyMemAllocatorEx *next = context;
    next->free(next->context, block);
}

void start(void)
{
    counted = 0;
    for (int domain = MEM; domain <= OBJ; domain++) {
        PyMemAllocatorEx counting = {&real[domain], count_malloc, count_calloc, count_realloc, pass_free};
        PyMem_GetAllocator(domain, &real[domain]);
        PyMem_SetAllocator(domain, &counting);
    }
}

unsigned long long stop(void)
{
    for (int domain = MEM; domain <= OBJ; domain++)
        PyMem_SetAllocator(domain, &real[domain]);
    return counted;
}
