/* tls in one thread: epoll, descriptors that do not block, and OpenSSL between two buffers in memory
 * instead of on the descriptor. SIGTERM says goodbye to everybody.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

enum { BACKLOG = 512, CHUNK = 16 * 1024, PENDING_MAX = 256 * 1024 };

struct connection {
    int descriptor;
    SSL *tls;
    BIO *incoming, *outgoing;
    bool is_closing;            /* what is in outgoing is the last */
    uint32_t armed;
    struct connection *next, **link;
};

static struct connection *connections;
static SSL_CTX *current;
static int epoll;

static SSL_CTX *load(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context
            && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
            && SSL_CTX_use_certificate_chain_file(context, certificate) == 1
            && SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1
            && SSL_CTX_check_private_key(context) == 1)
        return context;
    ERR_print_errors_fp(stderr);
    SSL_CTX_free(context);
    return NULL;
}

static void watch(struct connection *one, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = one};
    int how = one->armed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (events != one->armed && epoll_ctl(epoll, how, one->descriptor, &event) == 0)
        one->armed = events;
}

static void forget(struct connection *one)
{
    *one->link = one->next;
    if (one->next)
        one->next->link = one->link;
    SSL_free(one->tls);         /* and both buffers */
    close(one->descriptor);
    free(one);
}

static void begin(int descriptor)
{
    struct connection *one = calloc(1, sizeof *one);

    if (!one) {
        close(descriptor);
        return;
    }
    one->descriptor = descriptor;
    one->tls = SSL_new(current);
    one->incoming = BIO_new(BIO_s_mem());
    one->outgoing = BIO_new(BIO_s_mem());
    SSL_set_bio(one->tls, one->incoming, one->outgoing);
    SSL_set_accept_state(one->tls);
    one->next = connections;
    one->link = &connections;
    if (connections)
        connections->link = &one->next;
    connections = one;
    watch(one, EPOLLIN);
}

/* Sends what there is to send; false: the connection is of no use any more. */
static bool drain(struct connection *one)
{
    char *bytes;
    long size;

    while ((size = BIO_get_mem_data(one->outgoing, &bytes)) > 0) {
        ssize_t sent = send(one->descriptor, bytes, size, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        while (sent > 0) {      /* there is no call that drops bytes */
            char dropped[CHUNK];
            sent -= BIO_read(one->outgoing, dropped, sent < CHUNK ? sent : CHUNK);
        }
    }
    return true;
}

/* Echoes as long as OpenSSL has something, and what is under way is not too much. */
static void echo(struct connection *one)
{
    char text[CHUNK];

    while (!one->is_closing && BIO_ctrl_pending(one->outgoing) < PENDING_MAX) {
        ERR_clear_error();      /* the queue is the thread's, and so all connections' */
        int got = SSL_read(one->tls, text, sizeof text);
        if (got > 0 && SSL_write(one->tls, text, got) == got)
            continue;
        int why = SSL_get_error(one->tls, got);
        if (why == SSL_ERROR_WANT_READ)
            return;
        if (why == SSL_ERROR_ZERO_RETURN)
            SSL_shutdown(one->tls);
        one->is_closing = true; /* an alert may be in outgoing */
    }
}

/* Does what can be done for a connection; false: it is over. */
static bool serve(struct connection *one)
{
    char bytes[CHUNK];
    bool is_over = false;

    while (BIO_ctrl_pending(one->outgoing) < PENDING_MAX && !one->is_closing) {
        ssize_t got = recv(one->descriptor, bytes, sizeof bytes, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            break;
        if (got <= 0) {
            is_over = true;
            break;
        }
        BIO_write(one->incoming, bytes, got);
        echo(one);
    }
    if (!drain(one))
        return false;
    echo(one);                  /* what had to wait for room */
    if (!drain(one) || is_over)
        return false;
    bool has_more = BIO_ctrl_pending(one->outgoing) > 0;
    if (one->is_closing && !has_more)
        return false;
    bool is_full = one->is_closing || BIO_ctrl_pending(one->outgoing) >= PENDING_MAX;
    watch(one, (is_full ? 0 : EPOLLIN) | (has_more ? EPOLLOUT : 0));
    return true;
}

static void accept_all(int listener)
{
    int descriptor;

    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        begin(descriptor);
}

static void leave(void)
{
    while (connections) {
        struct connection *one = connections;
        if (SSL_is_init_finished(one->tls)) {
            SSL_shutdown(one->tls);
            drain(one);
        }
        forget(one);
    }
    exit(0);
}

static int listen_on(const char *port)
{
    struct sockaddr_in here = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons(atoi(port)),
    };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (listener < 0
            || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0
            || bind(listener, (struct sockaddr *)&here, sizeof here) < 0
            || listen(listener, BACKLOG) < 0) {
        perror("tls: listen");
        exit(1);
    }
    return listener;
}

int main(int argc, char **argv)
{
    /* Two that are not connections: known by where they are. */
    static char listening, signalled;
    sigset_t signals;

    if (argc != 4)
        return 2;
    current = load(argv[2], argv[3]);
    if (!current)
        return 1;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int listener = listen_on(argv[1]);
    int descriptor = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event of_listener = {.events = EPOLLIN, .data.ptr = &listening};
    struct epoll_event of_signals = {.events = EPOLLIN, .data.ptr = &signalled};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &of_listener) < 0
            || epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &of_signals) < 0) {
        perror("tls: epoll");
        return 1;
    }
    for (;;) {
        struct epoll_event event;
        struct signalfd_siginfo info;
        if (epoll_wait(epoll, &event, 1, -1) < 1)
            continue;
        if (event.data.ptr == &listening) {
            accept_all(listener);
        } else if (event.data.ptr != &signalled) {
            if (!serve(event.data.ptr))
                forget(event.data.ptr);
        } else if (read(descriptor, &info, sizeof info) == sizeof info) {
            if (info.ssi_signo == SIGTERM)
                leave();
            SSL_CTX *fresh = load(argv[2], argv[3]);
            if (fresh) {
                SSL_CTX_free(current);
                current = fresh;
            }
        }
    }
}
