/* The mistake: with the first redirection a command has all its words. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127, BY_SIGNAL = 128, SYNTAX = 2 };

enum kind { INPUT, OUTPUT, APPEND, ERRORS, ERRORS_TO_OUTPUT };

/* Words are kept as they were written; quotes go, and $? comes, when the command is started. */
struct redirect { enum kind kind; char *word; };
struct command {
    char **words;
    size_t word_count;
    struct redirect *redirects;
    size_t redirect_count;
};
struct pipeline { struct command *commands; size_t count; bool in_background; };

static int status;                  /* what $? says */
static bool on_terminal;
static struct sigaction found_int, found_quit;

static void *grown(void *array, size_t count, size_t size)
{
    /* To the next power of two, whenever the count is one. */
    if (count & (count - 1))
        return array;
    array = realloc(array, (count ? 2 * count : 1) * size);
    if (!array) {
        perror("shell");
        exit(1);
    }
    return array;
}

/* ---- reading a line ---- */

/* Returns a line without its newline, to be freed; NULL at the end of input. NUL bytes are
 * dropped: no word can hold one. */
static char *read_line(void)
{
    char *line = NULL, byte;
    size_t size = 0;
    ssize_t got;

    for (;;) {
        while ((got = read(STDIN_FILENO, &byte, 1)) < 0 && errno == EINTR)
            ;
        if (got <= 0 && size == 0)
            return NULL;
        line = grown(line, size, 1);
        if (got <= 0 || byte == '\n')
            byte = '\0';
        else if (byte == '\0')
            continue;
        line[size++] = byte;
        if (byte == '\0')
            return line;
    }
}

/* ---- parsing it ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static void skip_blanks(const char **at)
{
    while (is_blank(**at))
        ++*at;
}

/* Takes a word as it is written. NULL if there is none, or a quote in it is not closed. */
static char *take_word(const char **at)
{
    const char *start, *end;

    skip_blanks(at);
    for (start = end = *at; *end && !is_blank(*end) && !strchr("|<>;&", *end); end++)
        if ((*end == '\'' || *end == '"') && !(end = strchr(end + 1, *end)))
            return NULL;
    if (end == start)
        return NULL;
    *at = end;
    return strndup(start, (size_t)(end - start));
}

/* Takes an operator of redirection, if one is next. */
static bool take_operator(const char **at, enum kind *kind)
{
    static const struct { const char *text; enum kind kind; } operators[] = {
        {"2>&1", ERRORS_TO_OUTPUT}, {"2>", ERRORS}, {">>", APPEND}, {">", OUTPUT}, {"<", INPUT},
    };

    for (size_t n = 0; n < sizeof operators / sizeof *operators; n++) {
        size_t size = strlen(operators[n].text);
        if (strncmp(*at, operators[n].text, size) == 0) {
            *at += size;
            *kind = operators[n].kind;
            return true;
        }
    }
    return false;
}

/* Takes what stands between two operators; false if it makes no sense. */
static bool take_command(const char **at, struct command *command)
{
    enum kind kind = INPUT;

    for (skip_blanks(at); **at && !strchr("|;&", **at); skip_blanks(at)) {
        bool is_redirect = take_operator(at, &kind);
        char *word = is_redirect && kind == ERRORS_TO_OUTPUT ? NULL : take_word(at);

        if (!word && !(is_redirect && kind == ERRORS_TO_OUTPUT))
            return false;
        if (is_redirect) {
            size_t n = command->redirect_count;
            command->redirects = grown(command->redirects, n, sizeof *command->redirects);
            command->redirects[n] = (struct redirect){kind, word};
            command->redirect_count++;
        } else if (command->redirect_count == 0) {
            command->words = grown(command->words, command->word_count, sizeof *command->words);
            command->words[command->word_count++] = word;
        }
    }
    return command->word_count + command->redirect_count > 0;
}

/* Takes a pipeline with the ; or & behind it; false if it makes no sense. */
static bool take_pipeline(const char **at, struct pipeline *pipeline)
{
    for (;;) {
        size_t n = pipeline->count++;
        pipeline->commands = grown(pipeline->commands, n, sizeof *pipeline->commands);
        pipeline->commands[n] = (struct command){0};
        if (!take_command(at, &pipeline->commands[n]))
            return false;
        if (**at != '|')
            break;
        ++*at;
    }
    pipeline->in_background = **at == '&';
    if (**at)
        ++*at;
    return true;
}

static void free_pipelines(struct pipeline *pipelines, size_t count)
{
    for (struct pipeline *pipeline = pipelines; pipeline < pipelines + count; pipeline++) {
        for (size_t n = 0; n < pipeline->count; n++) {
            struct command *command = &pipeline->commands[n];
            for (size_t word = 0; word < command->word_count; word++)
                free(command->words[word]);
            for (size_t redirect = 0; redirect < command->redirect_count; redirect++)
                free(command->redirects[redirect].word);
            free(command->words);
            free(command->redirects);
        }
        free(pipeline->commands);
    }
    free(pipelines);
}

/* Returns a word as the command gets it. */
static char *expanded(const char *word)
{
    char *made = NULL, quote = '\0';
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);

    for (; *word; word++) {
        if (*word == quote)
            quote = '\0';
        else if (!quote && (*word == '\'' || *word == '"'))
            quote = *word;
        else if (quote != '\'' && word[0] == '$' && word[1] == '?')
            fprintf(out, "%d", status), word++;
        else
            putc(*word, out);
    }
    fclose(out);
    return made;
}

/* ---- waiting ---- */

static int status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? BY_SIGNAL + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Waits until none of these processes is left; the last one's status. Others that end are reaped
 * on the way: they are background commands. */
static int await(pid_t *pids, size_t count)
{
    size_t left = count;
    int last = 0, wait_status;

    while (left > 0) {
        pid_t ended = waitpid(-1, &wait_status, 0);
        if (ended < 0 && errno == EINTR)
            continue;
        if (ended < 0)
            break;
        for (size_t n = 0; n < count; n++)
            if (pids[n] == ended) {
                left--;
                if (n == count - 1)
                    last = status_of(wait_status);
            }
    }
    return last;
}

static void reap_background(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

/* ---- running commands ---- */

/* Makes the redirections, left to right; false, and a message, if one fails. */
static bool redirect(const struct command *command)
{
    static const int flags[] = {
        [INPUT] = O_RDONLY,
        [OUTPUT] = O_WRONLY | O_CREAT | O_TRUNC,
        [APPEND] = O_WRONLY | O_CREAT | O_APPEND,
        [ERRORS] = O_WRONLY | O_CREAT | O_TRUNC,
    };
    static const int target[] = {[INPUT] = 0, [OUTPUT] = 1, [APPEND] = 1, [ERRORS] = 2};

    for (size_t n = 0; n < command->redirect_count; n++) {
        enum kind kind = command->redirects[n].kind;
        if (kind == ERRORS_TO_OUTPUT) {
            dup2(STDOUT_FILENO, STDERR_FILENO);
            continue;
        }
        char *path = expanded(command->redirects[n].word);
        int fd = open(path, flags[kind] | O_CLOEXEC, 0666);
        if (fd < 0)
            fprintf(stderr, "shell: %s: %s\n", path, strerror(errno));
        free(path);
        if (fd < 0)
            return false;
        dup2(fd, target[kind]);
        close(fd);
    }
    return true;
}

static bool is_builtin(const struct command *command)
{
    static const char *const names[] = {"cd", "exit", "wait"};

    for (size_t n = 0; command->word_count && n < sizeof names / sizeof *names; n++)
        if (strcmp(command->words[0], names[n]) == 0)
            return true;
    return command->word_count == 0;    /* redirections only: there is nothing to execute */
}

static int built_in(char **words)
{
    if (!words[0])
        return 0;
    if (strcmp(words[0], "exit") == 0)
        exit(words[1] ? atoi(words[1]) & 255 : status);
    if (strcmp(words[0], "wait") == 0) {
        while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
            ;
        return 0;
    }
    const char *directory = words[1] ? words[1] : getenv("HOME");
    if (directory && chdir(directory) == 0)
        return 0;
    fprintf(stderr, "shell: cd: %s: %s\n", directory ? directory : "HOME", strerror(errno));
    return 1;
}

static char **arguments(const struct command *command)
{
    char **words = calloc(command->word_count + 1, sizeof *words);

    for (size_t n = 0; words && n < command->word_count; n++)
        words[n] = expanded(command->words[n]);
    return words;
}

/* Runs a builtin in the shell itself, which gets its standard streams back afterwards. */
static int run_built_in(const struct command *command)
{
    int saved[3], result = 1;
    char **words = arguments(command);

    for (int fd = 0; fd < 3; fd++)
        saved[fd] = command->redirect_count ? fcntl(fd, F_DUPFD_CLOEXEC, 10) : -1;
    if (redirect(command))
        result = built_in(words);
    for (int fd = 0; fd < 3; fd++)
        if (saved[fd] >= 0) {
            dup2(saved[fd], fd);
            close(saved[fd]);
        }
    for (size_t n = 0; words[n]; n++)
        free(words[n]);
    free(words);
    return result;
}

/* The child: becomes the command. */
static void become(const struct command *command, int input, int output, bool in_background)
{
    if (in_background) {
        /* Ctrl-C is not meant for it. */
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
    } else if (on_terminal) {
        sigaction(SIGINT, &found_int, NULL);
        sigaction(SIGQUIT, &found_quit, NULL);
    }
    if (in_background && input < 0)
        input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input >= 0)
        dup2(input, STDIN_FILENO);
    if (output >= 0)
        dup2(output, STDOUT_FILENO);
    if (!redirect(command))
        _exit(1);
    char **words = arguments(command);
    if (is_builtin(command))
        exit(built_in(words));
    execvp(words[0], words);
    int error = errno;
    fprintf(stderr, "shell: %s: %s\n", words[0], strerror(error));
    _exit(error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* Starts every stage, and waits for them unless they are to run in the background. */
static int run(const struct pipeline *pipeline)
{
    pid_t pids[pipeline->count];
    size_t started = 0;
    int input = -1;                 /* the read end that the next stage gets */

    if (pipeline->count == 1 && !pipeline->in_background && is_builtin(pipeline->commands))
        return run_built_in(pipeline->commands);
    fflush(NULL);                   /* or children write it once more */
    for (; started < pipeline->count; started++) {
        int ends[2] = {-1, -1};
        bool is_last = started == pipeline->count - 1;

        if (!is_last && pipe2(ends, O_CLOEXEC) < 0)
            break;
        pids[started] = fork();
        if (pids[started] == 0)
            become(&pipeline->commands[started], input, ends[1], pipeline->in_background);
        int error = errno;
        if (ends[1] >= 0)
            close(ends[1]);
        if (input >= 0)
            close(input);
        input = ends[0];
        errno = error;
        if (pids[started] < 0)
            break;
    }
    bool is_complete = started == pipeline->count;
    if (!is_complete)
        fprintf(stderr, "shell: cannot start a command: %s\n", strerror(errno));
    /* If a stage is missing, its neighbours now see the end of a pipe on which nobody is left. */
    if (input >= 0)
        close(input);
    if (is_complete && pipeline->in_background)
        return 0;
    int last = await(pids, started);
    return is_complete ? last : 1;
}

/* Runs a line: all of it is understood, or nothing is run. */
static void run_line(const char *line)
{
    struct pipeline *pipelines = NULL;
    size_t count = 0;
    bool is_clear = true;

    for (skip_blanks(&line); is_clear && *line; skip_blanks(&line)) {
        pipelines = grown(pipelines, count, sizeof *pipelines);
        pipelines[count] = (struct pipeline){0};
        is_clear = take_pipeline(&line, &pipelines[count++]);
    }
    if (!is_clear) {
        fprintf(stderr, "shell: syntax error near \"%.20s\"\n", line);
        status = SYNTAX;
    }
    for (size_t n = 0; is_clear && n < count; n++)
        status = run(&pipelines[n]);
    free_pipelines(pipelines, count);
}

int main(void)
{
    char *line;

    on_terminal = isatty(STDIN_FILENO);
    if (on_terminal) {
        struct sigaction ignore = {.sa_handler = SIG_IGN};
        sigaction(SIGINT, &ignore, &found_int);
        sigaction(SIGQUIT, &ignore, &found_quit);
    }
    for (;;) {
        reap_background();
        if (on_terminal)
            write(STDOUT_FILENO, "$ ", 2);
        if (!(line = read_line()))
            break;
        run_line(line);
        free(line);
    }
    return status;
}
