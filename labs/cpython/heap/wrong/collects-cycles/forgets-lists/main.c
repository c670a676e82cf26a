// Does not go through lists when it takes off what comes from inside.

#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct thing thing;

// A place that holds a reference: an attribute, or a name of the script.
typedef struct {
    char *name;
    thing *value;
} holder;

struct thing {
    size_t number;
    char *name;
    size_t count;
    size_t outside;    // Of a collection: references that come from no other thing.
    bool is_reached;
    size_t n_attributes, n_items;
    holder *attributes; // Few: they are looked for one after the other.
    thing **items;
    thing *next, *before;  // All things that are alive, in a ring with `alive`.
    thing *given_up;       // The list of what is to be released; a thing may be on it once only.
};

static thing alive = {.next = &alive, .before = &alive};
static size_t made;

// What the line that is being done has freed.
static thing **freed;
static size_t n_freed, room;

static void *allocated(void *pointer)
{
    if (!pointer) {
        fputs("out of memory\n", stderr);
        exit(3);
    }
    return pointer;
}

// Names: a table with open addressing, twice as large when it is half full. An entry whose thing
// is NULL is a name that was deleted, and may come again.
static holder *names;
static size_t n_names, n_slots;

static size_t hash(const char *text)
{
    size_t hash = 0xcbf29ce484222325; // FNV-1a
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash;
}

static holder *slot(const char *name)
{
    size_t at = hash(name) & (n_slots - 1);
    while (names[at].name && strcmp(names[at].name, name))
        at = (at + 1) & (n_slots - 1);
    return &names[at];
}

static holder *slot_for(const char *name)
{
    if (2 * n_names >= n_slots) {
        holder *old = names;
        size_t n_old = n_slots;
        n_slots = n_slots ? 2 * n_slots : 64;
        names = allocated(calloc(n_slots, sizeof *names));
        for (size_t i = 0; i < n_old; i++)
            if (old[i].name)
                *slot(old[i].name) = old[i];
        free(old);
    }
    holder *found = slot(name);
    if (!found->name) {
        found->name = allocated(strdup(name));
        n_names++;
    }
    return found;
}

static thing *named(const char *name)
{
    return n_slots ? slot(name)->value : NULL;
}

// What a thing refers to: its items, and then its attributes.
static thing *referred(thing *by, size_t i)
{
    return i < by->n_items ? by->items[i] : by->attributes[i - by->n_items].value;
}

// Gives up a reference, and frees what has none left: with a list through the dead things
// themselves, as CPython's trashcan has it, and not with recursion. A thing is put on the list when
// its count gets to 0, which happens once.
static void release(thing *first)
{
    if (--first->count)
        return;
    first->given_up = NULL;
    for (thing *one = first; one;) {
        thing *dead = one;
        one = dead->given_up;
        for (size_t i = 0; i < dead->n_items + dead->n_attributes; i++) {
            thing *other = referred(dead, i);
            if (--other->count == 0) {
                other->given_up = one;
                one = other;
            }
        }
        dead->next->before = dead->before;
        dead->before->next = dead->next;
        if (n_freed == room) {
            room = room ? 2 * room : 64;
            freed = allocated(reallocarray(freed, room, sizeof *freed));
        }
        freed[n_freed++] = dead;
    }
}

// The new reference comes first, and then the old one goes: the new value may be alive through the
// old one alone.
static void put(thing **place, thing *value)
{
    thing *old = *place;
    value->count++;
    *place = value;
    if (old)
        release(old);
}

static holder *attribute_of(thing *of, const char *name)
{
    for (size_t i = 0; i < of->n_attributes; i++)
        if (!strcmp(of->attributes[i].name, name))
            return &of->attributes[i];
    return NULL;
}

static void set(thing *of, const char *name, thing *value)
{
    holder *found = attribute_of(of, name);
    if (!found) {
        of->attributes = allocated(reallocarray(of->attributes, of->n_attributes + 1, sizeof *found));
        found = &of->attributes[of->n_attributes++];
        *found = (holder){allocated(strdup(name)), NULL};
    }
    put(&found->value, value);
}

static void unset(thing *of, holder *which)
{
    thing *value = which->value;
    free(which->name);
    *which = of->attributes[--of->n_attributes];
    release(value);
}

static void make(const char *name, thing **items, size_t n_items)
{
    thing *one = allocated(calloc(1, sizeof *one));
    one->number = ++made;
    one->name = allocated(strdup(name));
    one->items = items;
    one->n_items = n_items;
    for (size_t i = 0; i < n_items; i++)
        items[i]->count++;
    one->before = alive.before;
    one->next = &alive;
    one->before->next = one->next->before = one;
    put(&slot_for(name)->value, one);
}

// Frees what cannot be reached.
static void collect(void)
{
    size_t n = 0;
    for (thing *one = alive.next; one != &alive; one = one->next, n++) {
        one->outside = one->count;
        one->is_reached = false;
    }
    // References that do not come from other things come from names.
    for (thing *one = alive.next; one != &alive; one = one->next)
        for (size_t i = 0; i < one->n_attributes; i++)
            one->attributes[i].value->outside--;
    thing **left = allocated(malloc((n + 1) * sizeof *left));
    size_t n_left = 0;
    for (thing *one = alive.next; one != &alive; one = one->next)
        if (one->outside) {
            one->is_reached = true;
            left[n_left++] = one;
        }
    while (n_left) {
        thing *one = left[--n_left];
        for (size_t i = 0; i < one->n_items + one->n_attributes; i++)
            if (!referred(one, i)->is_reached) {
                referred(one, i)->is_reached = true;
                left[n_left++] = referred(one, i);
            }
    }
    // As CPython does it: cut the references, and let the counts do the rest. Holding each of them
    // meanwhile keeps what is still to be cut from being freed.
    size_t n_garbage = 0;
    for (thing *one = alive.next; one != &alive; one = one->next)
        if (!one->is_reached) {
            one->count++;
            left[n_garbage++] = one;
        }
    for (size_t at = 0; at < n_garbage; at++) {
        size_t n_items = left[at]->n_items, n_attributes = left[at]->n_attributes;
        left[at]->n_items = left[at]->n_attributes = 0;
        for (size_t i = 0; i < n_items; i++)
            release(left[at]->items[i]);
        for (size_t i = 0; i < n_attributes; i++) {
            free(left[at]->attributes[i].name);
            release(left[at]->attributes[i].value);
        }
    }
    for (size_t at = 0; at < n_garbage; at++)
        release(left[at]);
    free(left);
}

static int by_number(const void *a, const void *b)
{
    size_t x = (*(thing *const *)a)->number, y = (*(thing *const *)b)->number;
    return (x > y) - (x < y);
}

// Says what the line has freed, and gives back its memory.
static void tell(size_t number)
{
    if (!n_freed)
        return;
    qsort(freed, n_freed, sizeof *freed, by_number);
    printf("%zu freed", number);
    for (size_t i = 0; i < n_freed; i++) {
        thing *dead = freed[i];
        printf(" %s#%zu", dead->name, dead->number);
        for (size_t k = 0; k < dead->n_attributes; k++)
            free(dead->attributes[k].name);
        free(dead->attributes);
        free(dead->items);
        free(dead->name);
        free(dead);
    }
    putchar('\n');
    n_freed = 0;
}

static _Noreturn void nonsense(size_t number, const char *what, const char *why)
{
    fflush(stdout);
    fprintf(stderr, "line %zu: %s: %s\n", number, what, why);
    exit(2);
}

static bool is_name(const char *text)
{
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return *text && !isdigit((unsigned char)*text) && !text[strspn(text, letters)];
}

// A word behind the operation: `a` or `a.x`.
typedef struct {
    char *name, *attribute;
} place;

static thing *find(place at, size_t number)
{
    thing *of = named(at.name);
    if (!of)
        nonsense(number, at.name, "there is no such name");
    if (!at.attribute)
        return of;
    holder *found = attribute_of(of, at.attribute);
    if (!found)
        nonsense(number, at.attribute, "there is no such attribute");
    return found->value;
}

static void run(size_t number, char *line)
{
    char *operation = strtok(line, " \t\r\n");
    if (!operation)
        return;
    place *places = NULL;
    size_t n = 0;
    for (char *word; (word = strtok(NULL, " \t\r\n")); n++) {
        if ((n & (n - 1)) == 0)
            places = allocated(reallocarray(places, n ? 2 * n : 1, sizeof *places));
        char *dot = strchr(word, '.');
        if (dot)
            *dot++ = '\0';
        if (!is_name(word) || (dot && !is_name(dot)))
            nonsense(number, word, "neither a name nor an attribute of one");
        places[n] = (place){word, dot};
    }
    bool is_target_name = n > 0 && !places[0].attribute;
    if (!strcmp(operation, "new") && n == 1 && is_target_name) {
        make(places[0].name, NULL, 0);
    } else if (!strcmp(operation, "list") && is_target_name) {
        thing **items = allocated(calloc(n, sizeof *items));
        for (size_t i = 1; i < n; i++)
            items[i - 1] = find(places[i], number);
        make(places[0].name, items, n - 1);
    } else if (!strcmp(operation, "alias") && n == 2 && is_target_name) {
        thing *value = find(places[1], number);
        put(&slot_for(places[0].name)->value, value);
    } else if (!strcmp(operation, "del") && n == 1 && is_target_name) {
        thing *value = find(places[0], number);
        slot(places[0].name)->value = NULL;
        release(value);
    } else if (!strcmp(operation, "set") && n == 2 && !is_target_name) {
        thing *of = find((place){places[0].name, NULL}, number);
        set(of, places[0].attribute, find(places[1], number));
    } else if (!strcmp(operation, "unset") && n == 1 && !is_target_name) {
        find(places[0], number);
        thing *of = named(places[0].name);
        unset(of, attribute_of(of, places[0].attribute));
    } else if (!strcmp(operation, "probe") && n == 1) {
        printf("%zu count %zu\n", number, find(places[0], number)->count);
    } else if (!strcmp(operation, "gc") && n == 0) {
        collect();
    } else {
        nonsense(number, operation, "no operation, or not with these words");
    }
    free(places);
    tell(number);
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
