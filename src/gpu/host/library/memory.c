/* Which bytes are whose, and how they get from one to the other. */

#define _GNU_SOURCE
#include "library.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct area {
    enum owner owner;
    uint64_t begin, bytes;
    bool is_ours;      /* made here, and not only registered */
    struct area *next;
};

static struct area *areas;

static struct area **find(uint64_t address)
{
    for (struct area **at = &areas; *at != NULL; at = &(*at)->next) {
        uint64_t len = (*at)->bytes == 0 ? 1 : (*at)->bytes;
        if (address >= (*at)->begin && address - (*at)->begin < len)
            return at;
    }
    return NULL;
}

/* The area that begins there. */
static struct area **find_begin(uint64_t address, enum owner owner)
{
    struct area **at = find(address);
    return at != NULL && (*at)->begin == address && (*at)->owner == owner ? at : NULL;
}

static int add(enum owner owner, uint64_t begin, uint64_t bytes, bool is_ours)
{
    struct area *area = malloc(sizeof *area);
    if (area == NULL)
        return cudaErrorMemoryAllocation;
    *area = (struct area){owner, begin, bytes, is_ours, areas};
    areas = area;
    return 0;
}

static void take_out(struct area **at)
{
    struct area *area = *at;
    *at = area->next;
    free(area);
}

enum owner owner_of(uint64_t address, uint64_t *begin, uint64_t *bytes)
{
    struct area **at = find(address);
    if (at == NULL)
        return OWNER_HOST;
    if (begin != NULL)
        *begin = (*at)->begin;
    if (bytes != NULL)
        *bytes = (*at)->bytes;
    return (*at)->owner;
}

void tell_made(enum request_kind kind, const char *what, uint64_t id, uint64_t bytes,
               const char *name)
{
    struct message message;
    message_begin(&message, kind);
    message_text(&message, what);
    message_u64(&message, id);
    message_u64(&message, bytes);
    message_text(&message, name);
    exchange(&message, NULL);
}

int device_alloc(uint64_t bytes, const char *name, device_pointer *made)
{
    struct message message;
    struct answer answer;
    message_begin(&message, REQUEST_ALLOC);
    message_u64(&message, bytes);
    message_text(&message, name);
    int error = exchange(&message, &answer);
    if (error != 0)
        return error;
    *made = answer_u64(&answer);
    return add(OWNER_DEVICE, *made, bytes, true);
}

int device_release(device_pointer pointer, const char *name)
{
    struct message message;
    message_begin(&message, REQUEST_FREE);
    message_u64(&message, pointer);
    message_text(&message, name);
    return exchange(&message, NULL);
}

int device_free_later(device_pointer pointer)
{
    struct area **at = find_begin(pointer, OWNER_DEVICE);
    if (at == NULL)
        return cudaErrorInvalidValue;
    take_out(at);
    return 0;
}

int device_free(device_pointer pointer, const char *name)
{
    /* Also what is not there is told: the device knows why. */
    int error = device_free_later(pointer);
    int answer = device_release(pointer, name);
    return error != 0 ? error : answer;
}

int locked_alloc(uint64_t bytes, const char *name, void **made)
{
    if (bytes == 0) {
        *made = NULL;
        return 0;
    }
    if (bytes > DEVICE_MEMORY)
        return cudaErrorMemoryAllocation;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return cudaErrorMemoryAllocation;
    /* What is in new memory is not promised to be zero. */
    memset(memory, 0xc7, bytes);
    int error = add(OWNER_LOCKED, (uint64_t)memory, bytes, true);
    if (error != 0) {
        munmap(memory, bytes);
        return error;
    }
    tell_made(REQUEST_MADE, "page-locked memory", (uint64_t)memory, bytes, name);
    *made = memory;
    return 0;
}

int locked_free(void *pointer)
{
    struct area **at = find_begin((uint64_t)pointer, OWNER_LOCKED);
    if (at == NULL || !(*at)->is_ours) {
        tell_made(REQUEST_GONE, "page-locked memory", (uint64_t)pointer, 0, "");
        return cudaErrorInvalidValue;
    }
    munmap(pointer, (*at)->bytes);
    take_out(at);
    tell_made(REQUEST_GONE, "page-locked memory", (uint64_t)pointer, 0, "");
    return 0;
}

int locked_register(void *pointer, uint64_t bytes)
{
    if (pointer == NULL || bytes == 0)
        return cudaErrorInvalidValue;
    if (find((uint64_t)pointer) != NULL)
        return cudaErrorHostMemoryAlreadyRegistered;
    int error = add(OWNER_LOCKED, (uint64_t)pointer, bytes, false);
    if (error == 0)
        tell_made(REQUEST_MADE, "registration of host memory", (uint64_t)pointer, bytes,
                  "cudaHostRegister");
    return error;
}

int locked_unregister(void *pointer)
{
    struct area **at = find_begin((uint64_t)pointer, OWNER_LOCKED);
    if (at == NULL || (*at)->is_ours)
        return cudaErrorHostMemoryNotRegistered;
    take_out(at);
    tell_made(REQUEST_GONE, "registration of host memory", (uint64_t)pointer, 0, "");
    return 0;
}

void forget_memory(void)
{
    while (areas != NULL) {
        if (areas->owner == OWNER_DEVICE)
            device_release(areas->begin, "cudaDeviceReset");
        else if (areas->is_ours)
            munmap((void *)areas->begin, areas->bytes);
        if (areas->owner == OWNER_LOCKED)
            tell_made(REQUEST_GONE,
                      areas->is_ours ? "page-locked memory" : "registration of host memory",
                      areas->begin, 0, "cudaDeviceReset");
        take_out(&areas);
    }
}

uint64_t device_memory_used(void)
{
    uint64_t used = 0;
    for (const struct area *area = areas; area != NULL; area = area->next)
        if (area->owner == OWNER_DEVICE)
            used += area->bytes;
    return used < DEVICE_MEMORY ? used : DEVICE_MEMORY;
}

static uint64_t piece(uint64_t bytes)
{
    return bytes < PIECE ? bytes : PIECE;
}

int device_write(device_pointer to, const void *from, uint64_t bytes)
{
    const uint8_t *next = from;
    while (bytes > 0) {
        uint64_t len = piece(bytes);
        struct message message;
        message_begin(&message, REQUEST_WRITE);
        message_u64(&message, to);
        message_bytes(&message, next, len);
        int error = exchange(&message, NULL);
        if (error != 0)
            return error;
        next += len;
        to += len;
        bytes -= len;
    }
    return 0;
}

int device_read(void *to, device_pointer from, uint64_t bytes)
{
    uint8_t *next = to;
    while (bytes > 0) {
        uint64_t len = piece(bytes);
        struct message message;
        struct answer answer;
        message_begin(&message, REQUEST_READ);
        message_u64(&message, from);
        message_u64(&message, len);
        int error = exchange(&message, &answer);
        if (error != 0)
            return error;
        if (answer.len - answer.at != len)
            return cudaErrorUnknown;
        memcpy(next, answer.bytes + answer.at, len);
        next += len;
        from += len;
        bytes -= len;
    }
    return 0;
}

int device_copy(device_pointer to, device_pointer from, uint64_t bytes)
{
    struct message message;
    message_begin(&message, REQUEST_COPY);
    message_u64(&message, to);
    message_u64(&message, from);
    message_u64(&message, bytes);
    return exchange(&message, NULL);
}

int device_fill(device_pointer to, uint32_t pattern, uint32_t width, uint64_t count)
{
    struct message message;
    message_begin(&message, REQUEST_FILL);
    message_u64(&message, to);
    message_u32(&message, pattern);
    message_u32(&message, width);
    message_u64(&message, count);
    return exchange(&message, NULL);
}
