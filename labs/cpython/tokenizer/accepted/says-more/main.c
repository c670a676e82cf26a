// Says what it does, and of mistakes more than is asked for.

#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TAB 8
#define DEPTH 1000

// The source is UTF-8, with a NUL behind it; a position is a line, from 1, and a column, from 0, in
// characters.
static const char *source, *end_of_source, *at, *line_start;
static size_t line = 1;

// Tokens are printed when all of them are right.
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

static _Noreturn void wrong(position where, const char *why)
{
    fprintf(stderr, "there is a mistake in line %zu,\nwhich is not for Python:\n\n", where.line);
    fprintf(stderr, "%zu:%zu: error: %s!\n\n", where.line, where.column, why);
    exit(1);
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

// What is open: brackets, and strings with code in them.

static struct {
    char bracket;
    position where;
} brackets[DEPTH];
static size_t n_brackets;

// A string with code in it that has begun.
typedef struct {
    char quote[4];
    size_t quotes;
    bool is_raw;
    position where;
    size_t braces[DEPTH]; // For each brace that is open: how many brackets there were with it.
    size_t n_braces;
    bool is_in_text; // Or in the code between braces.
} fstring;

static fstring *fstrings[DEPTH];
static size_t n_fstrings;

static void open_bracket(void)
{
    if (n_brackets == DEPTH)
        wrong(here(), "too many brackets");
    brackets[n_brackets].bracket = *at;
    brackets[n_brackets++].where = here();
}

static void close_bracket(void)
{
    char opening = *at == ')' ? '(' : *at == ']' ? '[' : '{';
    if (n_brackets == 0 || brackets[n_brackets - 1].bracket != opening)
        wrong(here(), "this closes nothing that is open");
    n_brackets--;
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

// Whether what stands from here to the quotation marks is what may stand before a string.
static bool is_prefix(const char *quotes)
{
    static const char *prefixes[] = {"", "r", "b", "u", "f", "br", "rb", "fr", "rf"};
    size_t len = (size_t)(quotes - at);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strlen(prefixes[i]) == len && !strncasecmp(prefixes[i], at, len))
            return true;
    return false;
}

static bool prefix_has(const char *quotes, int letter)
{
    for (const char *c = at; c < quotes; c++)
        if (tolower((unsigned char)*c) == letter)
            return true;
    return false;
}

static void string(const char *marks)
{
    bool is_long = marks[1] == marks[0] && marks[2] == marks[0];
    size_t quotes = is_long ? 3 : 1;
    const char *end = marks + quotes;
    if (prefix_has(marks, 'f')) {
        if (n_fstrings == DEPTH)
            wrong(here(), "too many strings within strings");
        fstring *new = calloc(1, sizeof *new);
        memcpy(new->quote, marks, quotes);
        new->quotes = quotes;
        new->is_raw = prefix_has(marks, 'r');
        new->where = here();
        new->is_in_text = true;
        fstrings[n_fstrings++] = new;
        emit("FSTRING_START", end);
        return;
    }
    while (strncmp(end, marks, quotes)) {
        if (end >= end_of_source || (*end == '\n' && !is_long))
            wrong(here(), "unterminated string");
        end += *end == '\\' && end + 1 < end_of_source ? 2 : 1;
    }
    emit("STRING", end + quotes);
}

static void operator(void)
{
    // The longest first.
    static const char *operators[] = {
        "**=", "//=", ">>=", "<<=", "...", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^=", ":=",
        "!=", "<=", ">=", "==", "->", "**", "//", "<<", ">>",
    };
    fstring *inner = n_fstrings ? fstrings[n_fstrings - 1] : NULL;
    bool is_outermost = inner && inner->n_braces && inner->braces[inner->n_braces - 1] == n_brackets;
    if (is_outermost && *at == ':') {
        // What follows is a format, and not what belongs to := or to a slice.
        inner->is_in_text = true;
        emit("OP", at + 1);
        return;
    }
    if (strchr("([{", *at)) {
        open_bracket();
    } else if (strchr(")]}", *at)) {
        close_bracket();
        if (is_outermost) {
            inner->n_braces--;
            inner->is_in_text = true;
        }
    }
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (!strncmp(operators[i], at, strlen(operators[i]))) {
            emit("OP", at + strlen(operators[i]));
            return;
        }
    if (!strchr("+-*/%@&|^~<>()[]{},:;.=!`$?", *at))
        wrong(here(), "what is this?");
    emit("OP", at + 1);
}

static void middle(const char *end)
{
    if (end > at)
        emit("FSTRING_MIDDLE", end);
}

// A brace between the text and the code of a string.
static void brace(fstring *inner)
{
    if (*at == '{') {
        if (inner->n_braces == DEPTH)
            wrong(here(), "too many braces");
        open_bracket();
        inner->braces[inner->n_braces++] = n_brackets;
        inner->is_in_text = false;
    } else {
        if (inner->n_braces == 0)
            wrong(here(), "this closes nothing that is open");
        inner->n_braces--;
        n_brackets--;
    }
    emit("OP", at + 1);
}

// A piece of the text of a string with code in it, and what ends it.
static void text_of_fstring(fstring *inner)
{
    bool is_format = inner->n_braces > 0;
    const char *end = at;
    while (strncmp(end, inner->quote, inner->quotes)) {
        if (end >= end_of_source || (*end == '\n' && inner->quotes == 1))
            wrong(inner->where, "unterminated string");
        if ((*end == '{' || *end == '}') && end[1] == *end && !is_format) {
            // One of them is the last character of this piece, and the other is in none.
            emit("FSTRING_MIDDLE", end + 1);
            at++;
            return;
        }
        if (*end == '{' || *end == '}') {
            middle(end);
            brace(inner);
            return;
        }
        if (!strncmp(end, "\\N{", 3) && !inner->is_raw) {
            // The name of a character, and the end of a piece.
            const char *brace = strchr(end, '}');
            middle(brace ? brace + 1 : end_of_source);
            return;
        }
        bool is_escape = *end == '\\' && end[1] != '{' && end[1] != '}' && end + 1 < end_of_source;
        end += is_escape ? 2 : 1;
    }
    middle(end);
    if (is_format)
        wrong(brackets[n_brackets - 1].where, "{ was never closed");
    emit("FSTRING_END", end + inner->quotes);
    free(fstrings[--n_fstrings]);
}

static void token(void)
{
    const char *end = at;
    while (is_in_name(*end))
        end++;
    if ((*end == '\'' || *end == '"') && is_prefix(end))
        string(end);
    else if (is_digit(at[*at == '.'], 10))
        emit("NUMBER", end_of_number());
    else if (end > at)
        emit("NAME", end);
    else
        operator();
}

// All tokens to the end of the logical line, that one included.
static void rest_of_line(const char *kind)
{
    for (;;) {
        fstring *inner = n_fstrings ? fstrings[n_fstrings - 1] : NULL;
        if (inner && inner->is_in_text) {
            text_of_fstring(inner);
            continue;
        }
        at += strspn(at, " \t\f");
        if (*at == '#')
            emit("COMMENT", strchrnul(at, '\n'));
        if (at == end_of_source) {
            if (n_brackets)
                wrong(brackets[n_brackets - 1].where, "this was never closed");
            emit_flat(kind, 1, "");
            return;
        }
        if (*at == '\n') {
            emit_flat(n_brackets ? "NL" : kind, 1, "\n");
            skip_newline();
            if (!n_brackets)
                return;
        } else if (*at == '\\') {
            if (at[1] != '\n' || at + 2 == end_of_source)
                wrong(here(), "nothing can continue here");
            at++;
            skip_newline();
        } else {
            token();
        }
    }
}

// Measured in two ways: with tabs of eight columns, and of one.
typedef struct {
    size_t wide, narrow;
} columns;

static columns indents[DEPTH];
static size_t deepest; // The last one; the first is 0.

static int compared(columns now)
{
    columns top = indents[deepest];
    int wide = (now.wide > top.wide) - (now.wide < top.wide);
    int narrow = (now.narrow > top.narrow) - (now.narrow < top.narrow);
    if (wide != narrow)
        wrong(here(), "inconsistent use of tabs and spaces");
    return wide;
}

static void indent(const char *start, columns now)
{
    if (compared(now) > 0) {
        if (deepest + 1 == DEPTH)
            wrong(here(), "too many levels");
        indents[++deepest] = now;
        const char *end = at;
        at = start;
        emit("INDENT", end);
        return;
    }
    while (now.wide < indents[deepest].wide) {
        deepest--;
        emit_flat("DEDENT", 0, "");
    }
    if (compared(now))
        wrong(here(), "unindent does not match any outer indentation level");
}

static void begin_line(void)
{
    const char *start = at;
    columns now = {0, 0};
    for (; *at == ' ' || *at == '\t' || *at == '\f'; at++) {
        now.narrow = *at == '\f' ? 0 : now.narrow + 1;
        now.wide = *at == '\f' ? 0 : *at == ' ' ? now.wide + 1 : (now.wide / TAB + 1) * TAB;
    }
    if (at == end_of_source) {
        emit_flat("NL", 1, "");
    } else if (*at == '#' || *at == '\n') {
        rest_of_line("NL");
    } else {
        indent(start, now);
        rest_of_line("NEWLINE");
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
    fprintf(stderr, "looking at %s\n", argc > 1 ? argv[1] : "nothing");
    setvbuf(stdout, NULL, _IONBF, 0);
    read_source(argc > 1 ? argv[1] : NULL);
    char *text = NULL;
    size_t len = 0;
    printed = open_memstream(&text, &len);
    while (at < end_of_source)
        begin_line();
    if (at > line_start) {
        // The last line is not ended: what comes is on the next one all the same.
        line++;
        line_start = at;
    }
    while (deepest) {
        deepest--;
        emit_flat("DEDENT", 0, "");
    }
    emit_flat("ENDMARKER", 0, "");
    fclose(printed);
    fwrite(text, 1, len, stdout);
    free(text);
    return 0;
}
