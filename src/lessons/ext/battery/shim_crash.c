/*
 * Says where in the module a crash was, before the process dies of it.
 *
 * What faulthandler prints is the Python stack. Here the instruction at fault and what looks like return
 * addresses on the stack are compared with where the module's code lies, and the first few hits are
 * written down, as offsets in the module's file; the supervisor makes lines of them. A word on the stack
 * that is left from an earlier call looks the same, so only the first address is sure, and only if it is
 * the instruction itself ("at"). Uses nothing but write(2); see signal-safety(7).
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

enum { AREAS = 16, WORDS = 2048, HITS = 4 };

static struct {
    uintptr_t low, high, base;
    int number;
} areas[AREAS];
static int area_count;
static int out = -1;
static struct sigaction before[65];
static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static char *put(char *at, const char *text) {
    while (*text)
        *at++ = *text++;
    return at;
}

static char *put_number(char *at, uintptr_t number, unsigned radix) {
    char digits[24];
    int count = 0;
    do
        digits[count++] = "0123456789abcdef"[number % radix];
    while (number /= radix);
    while (count)
        *at++ = digits[--count];
    return at;
}

static int area_of(uintptr_t address) {
    for (int i = 0; i < area_count; i++)
        if (address >= areas[i].low && address < areas[i].high)
            return i;
    return -1;
}

static char *put_hit(char *at, int area, uintptr_t address, const char *how) {
    at = put(at, at[-1] == '[' ? "[" : ", [");
    at = put_number(at, (uintptr_t)areas[area].number, 10);
    at = put(at, ", ");
    at = put_number(at, address - areas[area].base, 10);
    at = put(put(put(at, ", \""), how), "\"]");
    return at;
}

static void on_death(int number, siginfo_t *info, void *context) {
    char line[512], *at = line;
    ucontext_t *state = context;
    uintptr_t instruction = (uintptr_t)state->uc_mcontext.gregs[REG_RIP];
    uintptr_t *stack = (uintptr_t *)state->uc_mcontext.gregs[REG_RSP];
    /* To the end of the page that it is in: what is further up may not be there. */
    uintptr_t top = ((uintptr_t)stack | 0xfff) + 1;
    uintptr_t seen[HITS];
    int hits = 0, area;

    sigaction(number, &before[number], NULL); /* whoever is next: faulthandler, or nobody */
    at = put(at, "{\"fact\": \"crash\", \"signal\": ");
    at = put_number(at, (uintptr_t)number, 10);
    at = put(at, ", \"address\": ");
    at = put_number(at, number == SIGABRT ? 0 : (uintptr_t)info->si_addr, 10);
    at = put(at, ", \"hits\": [");
    if ((area = area_of(instruction)) >= 0) {
        at = put_hit(at, area, instruction, "at");
        seen[hits++] = instruction;
    }
    for (int i = 0; i < WORDS && hits < HITS && (uintptr_t)(stack + i) < top; i++) {
        uintptr_t word = stack[i];
        if ((area = area_of(word)) < 0 || (hits && seen[hits - 1] == word))
            continue;
        at = put_hit(at, area, word, "on the stack");
        seen[hits++] = word;
    }
    at = put(at, "]}\n");
    if (write(out, line, (size_t)(at - line)) < 0)
        return;
    if (number == SIGABRT)
        raise(number);
}

/* Code of the module is at low..high; the supervisor knows its file by `number`. */
void shim_code_at(uintptr_t low, uintptr_t high, uintptr_t base, int number) {
    if (area_count == AREAS)
        return;
    areas[area_count].low = low;
    areas[area_count].high = high;
    areas[area_count].base = base;
    areas[area_count++].number = number;
}

/* From now on, a deadly signal is first written down there. */
void shim_catch(int descriptor) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_death;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    out = descriptor;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        sigaction(deadly[i], &action, &before[deadly[i]]);
}
