/* libstash: see stash.h.
 *
 *     cc -shared -fPIC -O2 -g -Wall -Wl,-soname,libstash.so -o libstash.so stash.c
 *
 * With -DSTASH_COUNTING it keeps count of what its callers do.
 */
#define _GNU_SOURCE
#include "stash.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_MAX = 255 };

typedef struct {
    char *key;
    void *value;
    size_t size;
} entry;

struct stash {
    struct stash *next; /* of those that are open */
    char *path;
    uint32_t flags;
    bool changed;
    uint64_t version; /* counts changes */
    int visits;       /* calls of stash_each that are not over */
    entry *entries;   /* in bytewise order of their keys */
    size_t count, room;
    stash_watcher watch;
    void *watch_data;
    stash_sink sink;
    void *sink_data;
};

struct stash_cursor {
    struct stash_cursor *next; /* of those that are open */
    stash *stash;
    uint64_t version;
    size_t at;
    char prefix[KEY_MAX + 1], key[KEY_MAX + 1];
};

/* ---- counting ---- */

#ifdef STASH_COUNTING
typedef struct alive {
    struct alive *next;
    void *memory;
} alive;

static stash_counts counts;
static stash *open_stashes, *closed_stashes;
static stash_cursor *open_cursors, *closed_cursors;
static alive *values;

#define COUNT(figure) (counts.figure++)
#define HAS(list, what) ({ __typeof__(list) at_ = list; while (at_ && at_ != (what)) at_ = at_->next; at_ != NULL; })
#define MOVE(what, from, to)                                   \
    ({                                                         \
        __typeof__(from) *at_ = &from;                         \
        while (*at_ != (what))                                 \
            at_ = &(*at_)->next;                               \
        *at_ = (what)->next;                                   \
        (what)->next = to;                                     \
        to = (what);                                           \
    })
/* Returns from a function that was given a handle that is not open. */
#define ENTER(list, handle, failure)                           \
    do {                                                       \
        COUNT(calls);                                          \
        if (!HAS(list, handle)) {                              \
            COUNT(stale_uses);                                 \
            errno = EBADF;                                     \
            return failure;                                    \
        }                                                      \
    } while (0)

static void *given(void *memory)
{
    alive *one = malloc(sizeof *one);
    if (one && memory) {
        *one = (alive){values, memory};
        values = one;
        COUNT(values);
    } else {
        free(one);
    }
    return memory;
}

static bool taken_back(void *memory)
{
    for (alive **at = &values; *at; at = &(*at)->next)
        if ((*at)->memory == memory) {
            alive *one = *at;
            *at = one->next;
            free(one);
            counts.values--;
            return true;
        }
    COUNT(double_frees);
    return false;
}

void stash_audit(stash_counts *into)
{
    *into = counts;
}

__attribute__((destructor)) static void audit_at_exit(void)
{
    const char *path = getenv("STASH_AUDIT");
    FILE *file = path ? fopen(path, "ae") : NULL;
    if (file == NULL)
        return;
#define FIGURE(name) "\"" #name "\": %lld"
    fprintf(file,
            "{" FIGURE(stashes) ", " FIGURE(cursors) ", " FIGURE(values) ", " FIGURE(double_closes) ", "
            FIGURE(double_frees) ", " FIGURE(stale_uses) ", " FIGURE(orphans) ", " FIGURE(opened) ", "
            FIGURE(calls) ", " FIGURE(callbacks) "}\n",
            (long long)counts.stashes, (long long)counts.cursors, (long long)counts.values,
            (long long)counts.double_closes, (long long)counts.double_frees, (long long)counts.stale_uses,
            (long long)counts.orphans, (long long)counts.opened, (long long)counts.calls,
            (long long)counts.callbacks);
    fclose(file);
}
#else
#define COUNT(figure) ((void)0)
#define ENTER(list, handle, failure) ((void)0)
#define given(memory) (memory)
#define taken_back(memory) true
#endif

/* ---- entries ---- */

/* Where a key is, or where it would have to be. */
static size_t place_of(const stash *s, const char *key, bool *there)
{
    size_t low = 0, high = s->count;
    *there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->entries[middle].key, key);
        if (order == 0)
            *there = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int check_key(const char *key)
{
    size_t length = strlen(key);
    errno = length == 0 ? EINVAL : ENAMETOOLONG;
    return length == 0 || length > KEY_MAX ? -1 : 0;
}

static int check_change(const stash *s)
{
    errno = s->flags & STASH_READ_ONLY ? EROFS : EBUSY;
    return s->flags & STASH_READ_ONLY || s->visits ? -1 : 0;
}

/* Keeps a copy, and says nothing to anybody. */
static int keep(stash *s, const char *key, const void *bytes, size_t size)
{
    bool there;
    size_t at = place_of(s, key, &there);
    void *value = malloc(size ? size : 1);
    if (value == NULL)
        return -1;
    if (size)
        memcpy(value, bytes, size);
    if (there) {
        free(s->entries[at].value);
    } else {
        char *name = strdup(key);
        if (s->count == s->room) {
            size_t room = s->room ? s->room * 2 : 8;
            entry *more = realloc(s->entries, room * sizeof *more);
            if (more) {
                s->entries = more;
                s->room = room;
            }
        }
        if (name == NULL || s->count == s->room) {
            free(name);
            free(value);
            errno = ENOMEM;
            return -1;
        }
        memmove(s->entries + at + 1, s->entries + at, (s->count - at) * sizeof *s->entries);
        s->entries[at].key = name;
        s->count++;
    }
    s->entries[at].value = value;
    s->entries[at].size = size;
    return 0;
}

static void has_changed(stash *s, const char *key, int64_t size)
{
    s->changed = true;
    s->version++;
    if (s->watch) {
        COUNT(callbacks);
        s->watch(key, size, s->watch_data);
    }
}

/* ---- files: "stash 1\n", then for each key "KEYLENGTH VALUELENGTH\n", the key, the value, "\n" ---- */

static int load(stash *s, FILE *file)
{
    size_t key_length, size;
    int end = -1;
    if (fscanf(file, "stash 1%n", &end) != 0 || end < 0 || getc(file) != '\n')
        return -1;
    while (fscanf(file, "%zu %zu", &key_length, &size) == 2) {
        char key[KEY_MAX + 1];
        if (getc(file) != '\n' || key_length == 0 || key_length > KEY_MAX || size > INT_MAX)
            return -1;
        char *value = malloc(size + 1);
        bool whole = value && fread(key, 1, key_length, file) == key_length && fread(value, 1, size, file) == size;
        key[key_length] = '\0';
        int failed = !whole || getc(file) != '\n' || strlen(key) != key_length || keep(s, key, value, size) < 0;
        free(value);
        if (failed)
            return -1;
    }
    return feof(file) ? 0 : -1;
}

static int save(const stash *s)
{
    FILE *file = fopen(s->path, "we");
    if (file == NULL)
        return -1;
    fputs("stash 1\n", file);
    for (size_t i = 0; i < s->count; i++) {
        const entry *e = &s->entries[i];
        fprintf(file, "%zu %zu\n%s", strlen(e->key), e->size, e->key);
        fwrite(e->value, 1, e->size, file);
        putc('\n', file);
    }
    bool failed = ferror(file);
    return fclose(file) == 0 && !failed ? 0 : -1;
}

static void destroy(stash *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->entries[i].key);
        free(s->entries[i].value);
    }
    free(s->entries);
    free(s->path);
    *s = (stash){.next = s->next};
}

/* ---- opening and closing ---- */

stash *stash_open(const char *path, uint32_t flags)
{
    COUNT(calls);
    stash *s = calloc(1, sizeof *s);
    FILE *file = NULL;
    struct stat about;
    if (s == NULL)
        return NULL;
    s->flags = flags;
    if (path) {
        s->path = strdup(path);
        file = fopen(path, "re");
        if (s->path == NULL || (file == NULL && !(errno == ENOENT && flags & STASH_CREATE)))
            goto failed;
        s->changed = file == NULL;
        if (file) {
            int said = fstat(fileno(file), &about);
            if (said < 0 || S_ISDIR(about.st_mode)) {
                errno = said < 0 ? errno : EISDIR;
                goto failed;
            }
            if (load(s, file) < 0) {
                errno = EBADMSG;
                goto failed;
            }
            fclose(file);
        }
    }
#ifdef STASH_COUNTING
    s->next = open_stashes;
    open_stashes = s;
    COUNT(stashes);
    COUNT(opened);
#endif
    return s;
failed:;
    int reason = errno;
    if (file)
        fclose(file);
    destroy(s);
    free(s);
    errno = reason;
    return NULL;
}

int stash_close(stash *s)
{
#ifdef STASH_COUNTING
    if (HAS(closed_stashes, s)) {
        COUNT(calls);
        COUNT(double_closes);
        errno = EBADF;
        return -1;
    }
#endif
    ENTER(open_stashes, s, -1);
    if (s->visits) {
        errno = EBUSY;
        return -1;
    }
    int failed = s->path && s->changed && !(s->flags & STASH_READ_ONLY) ? save(s) : 0;
    int reason = errno;
    destroy(s);
#ifdef STASH_COUNTING
    for (stash_cursor *c = open_cursors; c; c = c->next)
        if (c->stash == s)
            COUNT(orphans);
    counts.stashes--;
    MOVE(s, open_stashes, closed_stashes);
#else
    free(s);
#endif
    errno = reason;
    return failed;
}

/* ---- values ---- */

int stash_put(stash *s, const char *key, const void *value, size_t size)
{
    ENTER(open_stashes, s, -1);
    if (check_change(s) < 0 || check_key(key) < 0 || keep(s, key, value, size) < 0)
        return -1;
    has_changed(s, key, (int64_t)size);
    return 0;
}

int stash_get(stash *s, const char *key, void **value, size_t *size)
{
    ENTER(open_stashes, s, -1);
    bool there;
    size_t at = place_of(s, key, &there);
    *value = NULL;
    if (!there) {
        errno = ENOENT;
        return -1;
    }
    *size = s->entries[at].size;
    *value = malloc(*size ? *size : 1);
    if (*value == NULL)
        return -1;
    memcpy(*value, s->entries[at].value, *size);
    *value = given(*value);
    return 0;
}

int stash_delete(stash *s, const char *key)
{
    ENTER(open_stashes, s, -1);
    bool there;
    if (check_change(s) < 0)
        return -1;
    size_t at = place_of(s, key, &there);
    if (!there) {
        errno = ENOENT;
        return -1;
    }
    free(s->entries[at].key);
    free(s->entries[at].value);
    s->count--;
    memmove(s->entries + at, s->entries + at + 1, (s->count - at) * sizeof *s->entries);
    has_changed(s, key, -1);
    return 0;
}

int stash_add(stash *s, const char *key, int64_t delta, int64_t *sum)
{
    ENTER(open_stashes, s, -1);
    bool there;
    char text[32] = "0", *end;
    if (check_change(s) < 0 || check_key(key) < 0)
        return -1;
    size_t at = place_of(s, key, &there), size;
    if (there) {
        size = s->entries[at].size;
        if (size == 0 || size >= sizeof text) {
            errno = EINVAL;
            return -1;
        }
        memcpy(text, s->entries[at].value, size);
        text[size] = '\0';
    }
    errno = 0;
    long long old = strtoll(text, &end, 10);
    if (errno || *end || (there && end != text + size)) {
        errno = EINVAL;
        return -1;
    }
    int64_t new;
    if (__builtin_add_overflow((int64_t)old, delta, &new)) {
        errno = ERANGE;
        return -1;
    }
    size = (size_t)snprintf(text, sizeof text, "%lld", (long long)new);
    if (keep(s, key, text, size) < 0)
        return -1;
    *sum = new;
    has_changed(s, key, (int64_t)size);
    return 0;
}

size_t stash_count(stash *s)
{
    ENTER(open_stashes, s, 0);
    return s->count;
}

uint64_t stash_fingerprint(stash *s)
{
    ENTER(open_stashes, s, 0);
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < s->count; i++) {
        const entry *e = &s->entries[i];
        for (const char *at = e->key; *at; at++)
            hash = (hash ^ (unsigned char)*at) * 1099511628211u;
        hash *= 1099511628211u;
        for (size_t j = 0; j < e->size; j++)
            hash = (hash ^ ((unsigned char *)e->value)[j]) * 1099511628211u;
        hash *= 1099511628211u;
    }
    return hash;
}

double stash_mean_size(stash *s)
{
    ENTER(open_stashes, s, 0);
    double sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += (double)s->entries[i].size;
    return s->count ? sum / (double)s->count : 0;
}

char *stash_dump(stash *s)
{
    ENTER(open_stashes, s, NULL);
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return NULL;
    for (size_t i = 0; i < s->count; i++)
        fprintf(stream, "%s: %zu\n", s->entries[i].key, s->entries[i].size);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return given(text);
}

void stash_free(void *memory)
{
    COUNT(calls);
    if (memory && taken_back(memory))
        free(memory);
}

/* ---- callbacks ---- */

int stash_each(stash *s, stash_visitor visit, void *data)
{
    ENTER(open_stashes, s, -1);
    int said = 0;
    s->visits++;
    for (size_t i = 0; i < s->count && said == 0; i++) {
        COUNT(callbacks);
        said = visit(s->entries[i].key, s->entries[i].value, s->entries[i].size, data);
    }
    s->visits--;
    return said;
}

int stash_watch(stash *s, stash_watcher watch, void *data)
{
    ENTER(open_stashes, s, -1);
    s->watch = watch;
    s->watch_data = data;
    return 0;
}

int stash_log_to(stash *s, stash_sink sink, void *data)
{
    ENTER(open_stashes, s, -1);
    s->sink = sink;
    s->sink_data = data;
    return 0;
}

int stash_log(stash *s, int level, const char *format, ...)
{
    ENTER(open_stashes, s, -1);
    if (s->sink == NULL)
        return 0;
    char *line;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0)
        return -1;
    COUNT(callbacks);
    s->sink(level, line, s->sink_data);
    free(line);
    return 0;
}

/* ---- cursors ---- */

stash_cursor *stash_cursor_open(stash *s, const char *prefix)
{
    ENTER(open_stashes, s, NULL);
    bool there;
    if (strlen(prefix) > KEY_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    stash_cursor *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->stash = s;
    c->version = s->version;
    c->at = place_of(s, prefix, &there);
    strcpy(c->prefix, prefix);
#ifdef STASH_COUNTING
    c->next = open_cursors;
    open_cursors = c;
    COUNT(cursors);
    COUNT(opened);
#endif
    return c;
}

int stash_cursor_next(stash_cursor *c, const char **key)
{
    ENTER(open_cursors, c, -1);
#ifdef STASH_COUNTING
    if (!HAS(open_stashes, c->stash)) {
        COUNT(stale_uses);
        errno = EBADF;
        return -1;
    }
#endif
    if (c->version != c->stash->version) {
        errno = ESTALE;
        return -1;
    }
    if (c->at == c->stash->count || strncmp(c->stash->entries[c->at].key, c->prefix, strlen(c->prefix)) != 0)
        return 0;
    strcpy(c->key, c->stash->entries[c->at++].key);
    *key = c->key;
    return 1;
}

void stash_cursor_close(stash_cursor *c)
{
#ifdef STASH_COUNTING
    if (HAS(closed_cursors, c)) {
        COUNT(calls);
        COUNT(double_closes);
        return;
    }
#endif
    ENTER(open_cursors, c, );
#ifdef STASH_COUNTING
    counts.cursors--;
    MOVE(c, open_cursors, closed_cursors);
#else
    free(c);
#endif
}
