/* http PORT ROOT: serve the files under ROOT by HTTP/1.1, to many clients at once.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    HEADER_MAX = 16 * 1024,     /* of a request */
    PIECE = 1024 * 1024,        /* of a file, in one turn */
    PATIENCE_MS = 30 * 1000,    /* with a connection on which no answer makes progress */
    LEAVING_MS = 900,           /* for answers under way when SIGTERM comes */
};

struct connection {
    struct connection *prev, *next;     /* by `since`, the oldest first */
    int64_t since;      /* when it was accepted, or an answer last made progress */
    int fd;
    uint32_t events;    /* that epoll tells us of */
    bool closes;        /* after this answer */
    bool lingers;       /* FIN is sent; what still comes is thrown away */
    size_t held;
    char in[HEADER_MAX];
    size_t out_size, out_sent;
    char out[1024 + HEADER_MAX];        /* a redirection repeats the name */
    int file;           /* whose bytes follow `out`; -1: none */
    off_t offset, end;
};

static struct connection list = {.prev = &list, .next = &list};
static int epoll, listener, root;
static bool is_full, is_leaving;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* Moves a connection to the young end of the list. */
static void touch(struct connection *c)
{
    if (c->next) {
        c->prev->next = c->next;
        c->next->prev = c->prev;
    }
    c->since = now_ms();
    c->prev = list.prev;
    c->next = &list;
    c->prev->next = c->next->prev = c;
}

static void wait_for(struct connection *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};

    if (c->events != events)
        epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
    c->events = events;
}

static void listen_on(bool wanted)
{
    struct epoll_event event = {.events = wanted ? EPOLLIN : 0, .data.ptr = &listener};
    epoll_ctl(epoll, EPOLL_CTL_MOD, listener, &event);
    is_full = !wanted;
}

static void drop(struct connection *c)
{
    c->prev->next = c->next;
    c->next->prev = c->prev;
    close(c->fd);
    if (c->file >= 0)
        close(c->file);
    free(c);
    if (is_full && !is_leaving)
        listen_on(true);
}

/* Begins an answer; `name` is for the header Location. */
static void answer(struct connection *c, const char *status, const char *name, bool is_head)
{
    char body[128], more[HEADER_MAX + 64] = "";
    int size = snprintf(body, sizeof body, "%s\n", status);

    if (name)
        snprintf(more, sizeof more, "Location: /%s/\r\n", name);
    else if (atoi(status) == 405)
        snprintf(more, sizeof more, "Allow: GET, HEAD\r\n");
    c->out_sent = 0;
    c->out_size = (size_t)snprintf(c->out, sizeof c->out,
        "HTTP/1.1 %s\r\nContent-Length: %d\r\nContent-Type: text/plain\r\n%s%s\r\n%s",
        status, size, more, c->closes ? "Connection: close\r\n" : "", is_head ? "" : body);
}

static void refuse(struct connection *c, const char *status)
{
    c->closes = true;
    c->held = 0;
    answer(c, status, NULL, false);
}

/* Turns %41 into A in place; false if that gives no name. */
static bool decode(char *name)
{
    char *to = name;

    for (const char *from = name; *from; from++, to++) {
        *to = *from;
        if (*from == '%') {
            if (!isxdigit((unsigned char)from[1]) || !isxdigit((unsigned char)from[2]))
                return false;
            char digits[] = {from[1], from[2], '\0'};
            *to = (char)strtoul(digits, NULL, 16);
            if (*to == '\0')
                return false;
            from += 2;
        }
    }
    *to = '\0';
    return true;
}

static int open_beneath(const char *name, struct stat *about)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,     /* a FIFO would make us wait */
    };
    int file = (int)syscall(SYS_openat2, root, *name ? name : ".", &how, sizeof how);

    if (file >= 0 && fstat(file, about) < 0) {
        close(file);
        return -1;
    }
    return file;
}

/* Whether one of the components of a path is "..". */
static bool has_dots(const char *path)
{
    for (; *path; path += strcspn(path, "/") + (path[strcspn(path, "/")] == '/'))
        if (strncmp(path, "..", 2) == 0 && (path[2] == '/' || path[2] == '\0'))
            return true;
    return false;
}

/* Answers a GET or HEAD for a target as it stands in the request. */
static void answer_file(struct connection *c, char *target, bool is_head)
{
    static char name[HEADER_MAX + 16];
    struct stat about;

    if (strncasecmp(target, "http://", 7) == 0) {       /* the absolute form, as proxies get it */
        target += 7;
        target += strcspn(target, "/?");
    }
    target[strcspn(target, "?#")] = '\0';
    target += strspn(target, "/");
    if (has_dots(target)) {
        answer(c, "403 Forbidden", NULL, is_head);
        return;
    }
    strcpy(name, target);
    if (!decode(name)) {
        answer(c, "400 Bad Request", NULL, is_head);
        return;
    }

    int file = open_beneath(name, &about);
    if (file >= 0 && S_ISDIR(about.st_mode)) {
        size_t size = strlen(name);
        close(file);
        if (size > 0 && name[size - 1] != '/') {
            answer(c, "301 Moved Permanently", target, is_head);
            return;
        }
        strcpy(name + size, "index.html");
        file = open_beneath(name, &about);
    }
    if (file >= 0 && !S_ISREG(about.st_mode)) {
        close(file);
        file = -1;
        errno = ENOENT;
    }
    if (file < 0) {
        bool is_ours = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EAGAIN;
        answer(c, is_ours ? "503 Service Unavailable" : "404 Not Found", NULL, is_head);
        return;
    }

    c->out_sent = 0;
    c->out_size = (size_t)snprintf(c->out, sizeof c->out,
        "HTTP/1.1 200 OK\r\nContent-Length: %lld\r\n%s\r\n", (long long)about.st_size,
        c->closes ? "Connection: close\r\n" : "");
    if (is_head) {
        close(file);
        return;
    }
    c->file = file;
    c->offset = 0;
    c->end = about.st_size;
}

/* The value of a header line if it has this name, or NULL. */
static const char *value_of(const char *line, const char *name)
{
    size_t size = strlen(name);
    if (strncasecmp(line, name, size) != 0 || line[size] != ':')
        return NULL;
    return line + size + 1 + strspn(line + size + 1, " \t");
}

/* Answers the request in `text`, which has no empty line in it. */
static void answer_request(struct connection *c, char *text)
{
    char *rest, *method, *target, *version, *line;
    const char *value;
    bool has_body = false, wants_close = false;

    line = strtok_r(text, "\r\n", &rest);
    method = line ? strsep(&line, " ") : NULL;
    target = line ? strsep(&line, " ") : NULL;
    version = line;
    if (!version || strncmp(version, "HTTP/1.", 7) != 0 || strlen(version) != 8
            || version[7] < '0' || version[7] > '9'
            || (*target != '/' && strncasecmp(target, "http://", 7) != 0)) {
        refuse(c, "400 Bad Request");
        return;
    }
    wants_close = version[7] == '0';
    while ((line = strtok_r(NULL, "\r\n", &rest)) != NULL) {
        if ((value = value_of(line, "Connection")) != NULL && strcasestr(value, "close"))
            wants_close = true;
        if ((value = value_of(line, "Content-Length")) != NULL && strcmp(value, "0") != 0)
            has_body = true;
        if (value_of(line, "Transfer-Encoding"))
            has_body = true;
    }
    /* A body is not for us; its bytes must not be taken for the next request. */
    c->closes = wants_close || has_body || is_leaving;
    if (has_body)
        c->held = 0;
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        answer_file(c, target, *method == 'H');
    else
        answer(c, "405 Method Not Allowed", NULL, false);
}

/* Answers the first request in `in`, if the whole of it has come. */
static bool take_request(struct connection *c)
{
    static char text[HEADER_MAX + 1];

    size_t skip = 0;            /* empty lines before a request are to be passed over */
    while (skip + 1 < c->held && memcmp(c->in + skip, "\r\n", 2) == 0)
        skip += 2;
    c->held -= skip;
    memmove(c->in, c->in + skip, c->held);

    char *end = memmem(c->in, c->held, "\r\n\r\n", 4);
    if (!end) {
        if (c->held < sizeof c->in)
            return false;
        refuse(c, "431 Request Header Fields Too Large");
        return true;
    }
    size_t size = (size_t)(end - c->in);
    memcpy(text, c->in, size);
    text[size] = '\0';
    c->held -= size + 4;
    memmove(c->in, end + 4, c->held);
    if (memchr(text, '\0', size))
        refuse(c, "400 Bad Request");
    else
        answer_request(c, text);
    return true;
}

/* Sends more of the answer: 1 when it is sent, 0 when there is more, -1 if the client has gone. */
static int send_answer(struct connection *c)
{
    while (c->out_sent < c->out_size) {
        int flags = MSG_NOSIGNAL | (c->file >= 0 && c->offset < c->end ? MSG_MORE : 0);
        ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_size - c->out_sent, flags);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        c->out_sent += (size_t)sent;
        touch(c);
    }
    if (c->file >= 0 && c->offset < c->end) {
        off_t left = c->end - c->offset;
        ssize_t sent = sendfile(c->fd, c->file, &c->offset, left < PIECE ? (size_t)left : PIECE);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (sent <= 0)          /* 0: the file has become shorter than we said */
            return -1;
        touch(c);
        if (c->offset < c->end)
            return 0;
    }
    if (c->file >= 0)
        close(c->file);
    c->file = -1;
    c->out_size = c->out_sent = 0;
    return 1;
}

/* Does what can be done for a connection without waiting. */
static void serve(struct connection *c)
{
    static char waste[HEADER_MAX];
    ssize_t got;

    if (c->lingers) {
        got = recv(c->fd, waste, sizeof waste, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            drop(c);
        return;
    }
    if (c->out_size == 0) {
        got = recv(c->fd, c->in + c->held, sizeof c->in - c->held, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            drop(c);
            return;
        }
        c->held += (size_t)got;
    }
    while (c->out_size > 0 || take_request(c)) {
        int sent = send_answer(c);
        if (sent < 0) {
            drop(c);
            return;
        }
        if (sent == 0) {
            wait_for(c, EPOLLOUT);
            return;
        }
        if (c->closes || is_leaving) {
            shutdown(c->fd, SHUT_WR);
            c->lingers = true;
            break;
        }
    }
    wait_for(c, EPOLLIN);
}

static void accept_all(void)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        if (!c || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
            free(c);
            close(fd);
            continue;
        }
        c->fd = fd;
        c->events = EPOLLIN;
        c->file = -1;
        touch(c);
    }
    if (errno == EMFILE || errno == ENFILE)
        listen_on(false);       /* until a connection ends; the others wait in the queue */
}

/* SIGTERM: nobody new; who has no answer under way goes at once. */
static void leave(void)
{
    is_leaving = true;
    close(listener);
    for (struct connection *c = list.next, *next; c != &list; c = next) {
        next = c->next;
        if (c->out_size == 0 && !c->lingers)
            drop(c);
    }
}

static int listen_at(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0
            || bind(fd, (struct sockaddr *)&address, sizeof address) < 0
            || listen(fd, SOMAXCONN) < 0)
        fail(port);
    return fd;
}

int main(int argc, char **argv)
{
    struct epoll_event events[64];
    sigset_t term;
    int64_t deadline = 0;

    if (argc != 3) {
        fprintf(stderr, "usage: http PORT ROOT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);   /* sendfile has no MSG_NOSIGNAL */
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);

    int signals = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    root = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (signals < 0 || epoll < 0 || root < 0)
        fail(argv[2]);
    listener = listen_at(argv[1]);
    struct epoll_event on_signal = {.events = EPOLLIN, .data.ptr = NULL};
    struct epoll_event on_client = {.events = EPOLLIN, .data.ptr = &listener};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, signals, &on_signal) < 0
            || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &on_client) < 0)
        fail("epoll");

    for (;;) {
        int64_t until = list.next == &list ? INT64_MAX : list.next->since + PATIENCE_MS;
        if (is_leaving && deadline < until)
            until = deadline;
        int64_t left = until - now_ms();
        int count = epoll_wait(epoll, events, 64,
            until == INT64_MAX ? -1 : left < 0 ? 0 : (int)left + 1);
        bool was_told = false;
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                was_told = true;
            else if (events[i].data.ptr == &listener)
                accept_all();
            else
                serve(events[i].data.ptr);
        }
        if (was_told && !is_leaving) {
            leave();
            epoll_ctl(epoll, EPOLL_CTL_DEL, signals, NULL);
            deadline = now_ms() + LEAVING_MS;
        }
        int64_t now = now_ms();
        while (list.next != &list && list.next->since + PATIENCE_MS <= now)
            drop(list.next);
        if (is_leaving && (list.next == &list || deadline <= now))
            return 0;
    }
}
