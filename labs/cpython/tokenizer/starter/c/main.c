// Cuts a Python source into names, numbers and single characters so far.

#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The source is UTF-8, with a NUL behind it; a position is a line, from 1, and a column, from 0, in
// characters.
static const char *source, *end_of_source, *at, *line_start;
static size_t line = 1;

// TODO: where a source is wrong, no token is printed.
static FILE *printed;

typedef struct {
    size_t line, column;
} position;

static size_t characters(const char *from, const char *to)
{
    size_t n = 0;
    for (; from < to; from++)
        n += (*from & 0xC0) != 0x80;
    return n;
}

static position here(void)
{
    return (position){line, characters(line_start, at)};
}

static void print(const char *kind, position start, position end, const char *text, size_t len)
{
    static const char special[] = "\\'\n\r\t\f", letters[] = "\\'nrtf";
    fprintf(printed, "%s %zu,%zu-%zu,%zu '", kind, start.line, start.column, end.line, end.column);
    for (size_t i = 0; i < len; i++) {
        const char *found = memchr(special, text[i], sizeof special - 1);
        if (found)
            fprintf(printed, "\\%c", letters[found - special]);
        else
            putc(text[i], printed);
    }
    fputs("'\n", printed);
}

// A token from here to there, which may be on a later line.
static void emit(const char *kind, const char *end)
{
    position start = here();
    const char *text = at;
    for (const char *c = at; c < end; c++)
        if (*c == '\n') {
            line++;
            line_start = c + 1;
        }
    at = end;
    print(kind, start, here(), text, (size_t)(end - text));
}

// A token that is not there, or the end of a line: on one line in any case.
static void emit_flat(const char *kind, size_t width, const char *text)
{
    position start = here();
    print(kind, start, (position){start.line, start.column + width}, text, strlen(text));
}

static void skip_newline(void)
{
    line_start = ++at;
    line++;
}

// Beyond ASCII everything is taken for a letter.
static bool is_in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

static bool is_digit(char c, int base)
{
    return base == 16 ? isxdigit((unsigned char)c) : c >= '0' && c < '0' + base;
}

// The end of digits, and of single underscores before digits.
static const char *end_of_digits(const char *c, int base)
{
    while (is_digit(c[*c == '_'], base))
        c += (*c == '_') + 1;
    return c;
}

static const char *end_of_number(void)
{
    int second = at[0] == '0' ? tolower((unsigned char)at[1]) : 0;
    int base = second == 'x' ? 16 : second == 'o' ? 8 : second == 'b' ? 2 : 10;
    if (base != 10)
        return end_of_digits(at + 2, base);
    const char *end = end_of_digits(at, 10);
    if (*end == '.')
        end = end_of_digits(end + 1, 10);
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1 + (end[1] == '+' || end[1] == '-');
        if (is_digit(*power, 10))
            end = end_of_digits(power, 10);
    }
    return end + (*end == 'j' || *end == 'J');
}

static void token(void)
{
    // TODO: strings, and then strings with code in them.
    const char *end = at;
    while (is_in_name(*end))
        end++;
    if (is_digit(at[*at == '.'], 10))
        emit("NUMBER", end_of_number());
    else if (end > at)
        emit("NAME", end);
    else
        emit("OP", at + 1); // TODO: some have two or three characters.
}

// All tokens to the end of the line, that one included.
static void rest_of_line(void)
{
    while (at < end_of_source) {
        // TODO: comments, brackets, and lines that are continued.
        at += strspn(at, " \t\f");
        if (*at == '\n') {
            emit_flat("NEWLINE", 1, "\n");
            skip_newline();
            return;
        }
        token();
    }
}

static void read_source(const char *path)
{
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file) {
        perror(path ? path : "no file");
        exit(2);
    }
    char *text = NULL;
    size_t size = 0;
    ssize_t len = getdelim(&text, &size, '\0', file);
    fclose(file);
    if (len < 0) // It is empty.
        text = calloc(1, 1);
    source = at = line_start = text;
    end_of_source = source + strlen(source);
}

int main(int argc, char **argv)
{
    read_source(argc > 1 ? argv[1] : NULL);
    printed = stdout;
    while (at < end_of_source) {
        // TODO: a line may begin a block, or end some, and it may be blank.
        rest_of_line();
    }
    // TODO: blocks may be open.
    emit_flat("ENDMARKER", 0, "");
    return 0;
}
