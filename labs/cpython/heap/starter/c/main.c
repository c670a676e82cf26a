// Counts references; so far it frees nothing.

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct thing thing;

// A place that holds a reference: a name of the script, or an attribute.
typedef struct {
    char *name;
    thing *value;
} holder;

typedef struct {
    holder *all;
    size_t n;
} holders;

// An object of the script's: how many references lead to it, and what it refers to.
struct thing {
    size_t number;
    char *name;
    size_t count;
    holders attributes;
    thing **items;
    size_t n_items;
};

// TODO: there may be 100,000 names. How many of them does `holder_for` look at?
static holders names;
static size_t made;

// The place with this name; there is one afterwards.
static holder *holder_for(holders *in, const char *name)
{
    for (size_t i = 0; i < in->n; i++)
        if (!strcmp(in->all[i].name, name))
            return &in->all[i];
    in->all = reallocarray(in->all, in->n + 1, sizeof *in->all);
    in->all[in->n] = (holder){strdup(name), NULL};
    return &in->all[in->n++];
}

// Gives up a reference.
static void release(thing *one)
{
    one->count--;
    // TODO: what if it was the last one? What did the thing refer to? How deep can that go?
}

// Puts a reference into a place.
static void put(holder *place, thing *value)
{
    thing *old = place->value;
    value->count++;
    place->value = value;
    if (old)
        release(old);
}

// Takes the reference out of a place.
static void take(holder *place)
{
    thing *old = place->value;
    place->value = NULL;
    release(old);
}

static void make(const char *name, thing **items, size_t n_items)
{
    thing *one = calloc(1, sizeof *one);
    one->number = ++made;
    one->name = strdup(name);
    one->items = items;
    one->n_items = n_items;
    for (size_t i = 0; i < n_items; i++)
        items[i]->count++;
    put(holder_for(&names, name), one);
}

// The place of an attribute, `a.x`.
static holder *attribute(const char *place)
{
    char *name = strdup(place);
    char *dot = strchr(name, '.');
    *dot = '\0';
    // TODO: what if there is no such name?
    holder *found = holder_for(&holder_for(&names, name)->value->attributes, dot + 1);
    free(name);
    return found;
}

// The thing at `a`, or at `a.x`.
static thing *find(const char *place)
{
    // TODO: what if there is none?
    return (strchr(place, '.') ? attribute(place) : holder_for(&names, place))->value;
}

static void run(size_t number, char *line)
{
    static char *words[100]; // TODO: a list may have more items.
    size_t n = 0;
    for (char *word = strtok(line, " \t\r\n"); word && n < 100; word = strtok(NULL, " \t\r\n"))
        words[n++] = word;
    // TODO: a line that is no operation, or has too few words, or too many.
    if (n == 0)
        return;
    if (!strcmp(words[0], "new")) {
        make(words[1], NULL, 0);
    } else if (!strcmp(words[0], "list")) {
        thing **items = calloc(n, sizeof *items);
        for (size_t i = 2; i < n; i++)
            items[i - 2] = find(words[i]);
        make(words[1], items, n - 2);
    } else if (!strcmp(words[0], "alias")) {
        put(holder_for(&names, words[1]), find(words[2]));
    } else if (!strcmp(words[0], "del")) {
        take(holder_for(&names, words[1]));
    } else if (!strcmp(words[0], "set")) {
        put(attribute(words[1]), find(words[2]));
    } else if (!strcmp(words[0], "unset")) {
        take(attribute(words[1]));
    } else if (!strcmp(words[0], "probe")) {
        printf("%zu count %zu\n", number, find(words[1])->count);
    } else if (!strcmp(words[0], "gc")) {
        // TODO: what cannot be reached from any name?
    }
    // TODO: say what the line has freed.
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    for (size_t number = 1; getline(&line, &size, stdin) >= 0; number++)
        run(number, line);
    free(line);
    return 0;
}
